"""`threshold replay`: make stored determinations again, from stored rules, day and facts."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import TYPE_CHECKING, Any

from service.commands import BadUse, open_database, read_settings

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from service.queries.replays import Replayed
    from service.services import Services
    from service.settings import Settings

FINE, FOUND = 0, 1
MOST_VERSIONS = 1_000_000
NO_SUCH = "There is no such application or version."


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "replay", help="make stored determinations again and compare; one, with its reasons, or all"
    )
    parser.add_argument("reference", nargs="?", help="an application's reference; without: all")
    parser.add_argument("--version", type=int, help="the version of it; else the newest")
    parser.add_argument("--program", action="append", help="only this program; may be repeated")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """0: all come out as they were stored. 1: some do not. 2: there is no such application."""
    version = arguments.version
    if arguments.reference is None and (version is not None or arguments.program):
        raise BadUse(["--version and --program need a reference."])
    if version is not None and not 0 < version <= MOST_VERSIONS:
        raise BadUse([NO_SUCH])
    return asyncio.run(_run(read_settings(), arguments))


async def _run(settings: Settings, arguments: argparse.Namespace) -> int:
    from service.clock import Clock
    from service.services import load_services

    services = load_services(settings, Clock(settings.now_offset))
    async with open_database(settings):
        if arguments.reference is None:
            return await _all(services, as_json=arguments.json)
        return await _one(services, arguments)


async def _one(services: Services, arguments: argparse.Namespace) -> int:
    from service.errors import NotFound
    from service.queries.replays import replay_reference
    from service.security.references import parse_reference

    plain = parse_reference(arguments.reference, services.city.reference_prefix)
    try:
        if plain is None:
            raise NotFound
        found = await replay_reference(services, plain, arguments.version, explain=True)
    except NotFound:
        raise BadUse([NO_SUCH]) from None
    there = {each.program for each in found.determinations} | set(found.differs)
    unknown = [name for name in arguments.program or () if name not in there]
    if unknown:
        raise BadUse([f"{name} was not screened in this version." for name in unknown])
    wanted = arguments.program or [each.program for each in found.determinations]
    if arguments.json:
        sys.stdout.write(json.dumps(as_json(found, wanted)) + "\n")
    else:
        sys.stdout.write("\n".join(_told(found, wanted)) + "\n")
    return FOUND if found.differs else FINE


async def _all(services: Services, *, as_json: bool) -> int:
    from service.queries.replays import replay_all

    count, differing = 0, []
    async for each in replay_all(services):
        count += 1
        differing += [
            {"application": str(each.application), "version": each.version}
            | {"program": program, "what": what}
            for program, what in each.differs.items()
        ]
    if as_json:
        sys.stdout.write(json.dumps({"submissions": count, "differs": differing}) + "\n")
    else:
        lines = [
            f"{row['application']} version {row['version']}, {row['program']}: {row['what']}"
            for row in differing
        ]
        lines.append(f"Submissions: {count}. Determinations that differ: {len(differing)}.")
        sys.stdout.write("\n".join(lines) + "\n")
    return FOUND if differing else FINE


def as_json(found: Replayed, wanted: list[str]) -> dict[str, Any]:
    """One submission as a machine reads it."""
    made = [each.to_json() for each in found.determinations if each.program in wanted]
    return {
        "application": str(found.application),
        "version": found.version,
        "on": found.on.isoformat(),
        "determinations": made,
        "differs": dict(found.differs),
    }


def _told(found: Replayed, wanted: list[str]) -> Iterator[str]:
    from eligibility.english import summary
    from eligibility.telling import sentence

    yield f"Version {found.version}, screened for {found.on.isoformat()}"
    for each in found.determinations:
        if each.program not in wanted:
            continue
        yield summary(each, found.rules[each.program].programs[each.program].name)
        yield from (f"    {reason.test}: {sentence(reason)}" for reason in each.because)
        yield f"    rules {each.rules}"
    yield from (f"{program}: {what}" for program, what in found.differs.items())
    if not found.differs:
        yield "Each comes out as it was stored."
