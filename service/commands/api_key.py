"""`threshold api-key`: make or end the key of an agency or partner."""

from __future__ import annotations

import asyncio
import re
import sys
from typing import TYPE_CHECKING

from service.commands import BadUse, open_database, read_settings

if TYPE_CHECKING:
    import argparse
    from datetime import datetime

    from service.city import City
    from service.settings import Settings

FINE = 0
PARTNER_FORM = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser("api-key", help="make or end keys of agencies and partners")
    parser.add_argument("do", choices=("create", "revoke"))
    parser.add_argument("holder", help="an agency of the city, or a partner's short name")
    parser.add_argument("--webhook", metavar="URL", help="post hints of new cases here (agency)")
    parser.add_argument("--label", default="", help="a note for yourselves")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the new key, or how many were ended."""
    from service.city import load_city

    settings = read_settings()
    city = load_city(settings.city)
    if arguments.holder not in city.agencies:
        if not PARTNER_FORM.fullmatch(arguments.holder):
            raise BadUse(["A partner's name has small letters, digits, _ and - only."])
        if arguments.webhook:
            raise BadUse([f'"{arguments.holder}" is no agency, and partners get no hints.'])
    return asyncio.run(_run(settings, city, arguments))


async def _run(settings: Settings, city: City, arguments: argparse.Namespace) -> int:
    from service.actions.api_keys import AGENCY, PARTNER, create_key, revoke_keys
    from service.actor import Actor
    from service.clock import Clock

    kind = AGENCY if arguments.holder in city.agencies else PARTNER
    now = Clock(settings.now_offset).now()
    async with open_database(settings):
        if arguments.do == "revoke":
            ended = await revoke_keys(Actor.SYSTEM, kind, arguments.holder, now)
            sys.stdout.write(f"Keys ended: {ended}\n")
            return FINE
        if arguments.webhook:
            await _set_webhook(settings, arguments, now)
        key = await create_key(Actor.SYSTEM, kind, arguments.holder, arguments.label, now)
    sys.stdout.write(f"{key}\n")
    sys.stderr.write("It is shown this once. Anyone who has it can act for its holder.\n")
    return FINE


async def _set_webhook(settings: Settings, arguments: argparse.Namespace, now: datetime) -> None:
    from service.actions.endpoints import set_endpoint
    from service.actor import Actor
    from service.errors import Invalid

    url, holder = arguments.webhook, arguments.holder
    try:
        await set_endpoint(Actor.SYSTEM, holder, url, now, loopback=settings.demo)
    except Invalid as refused:
        raise BadUse([fault.detail for fault in refused.faults]) from None
