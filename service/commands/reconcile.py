"""`threshold reconcile`: does sent equal acknowledged plus outstanding?"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import TYPE_CHECKING

from service.commands import open_database, read_settings

if TYPE_CHECKING:
    import argparse

    from service.queries.reconciliation import Reconciliation
    from service.settings import Settings

FINE, FOUND = 0, 1


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "reconcile", help="compare what was sent with what the agencies acknowledged"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """0 when everything adds up, 1 when something differs, 2 when it cannot be asked."""
    found = asyncio.run(_reconcile(read_settings()))
    made = json.dumps(found.to_json()) if arguments.json else "\n".join(_lines(found))
    sys.stdout.write(made + "\n")
    return FINE if found.holds else FOUND


async def _reconcile(settings: Settings) -> Reconciliation:
    from service.city import load_city
    from service.queries.reconciliation import reconcile

    city = load_city(settings.city)
    async with open_database(settings):
        return await reconcile(city.agencies)


def _lines(found: Reconciliation) -> list[str]:
    width = max([6, *(len(each.id) for each in found.agencies)])
    lines = [f"{'agency':<{width}}  {'sent':>8}  {'acknowledged':>12}  {'outstanding':>11}"]
    for each in found.agencies:
        counts = f"{each.sent:>8}  {each.acknowledged:>12}  {each.outstanding:>11}"
        lines.append(f"{each.id:<{width}}  {counts}")
        lines += [f"{'':<{width}}  differs: {referral}" for referral in each.differences]
    lines.append("Everything adds up." if found.holds else "Some cases differ: see above.")
    return lines
