"""`threshold verify-log`: does the audit log still hold what was sealed?"""

from __future__ import annotations

import asyncio
import json
import re
import sys
from typing import TYPE_CHECKING, Any

from service.commands import BadUse, open_database, read_settings

if TYPE_CHECKING:
    import argparse

    from service.audit_chain import ChainReport, Head
    from service.settings import Settings

FINE, FOUND = 0, 1
HEAD = re.compile(r"([0-9]{1,18}):([0-9a-f]{64})")


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser("verify-log", help="walk the audit log's whole chain")
    parser.add_argument(
        "--head", metavar="NUMBER:HASH", help="a head that was kept earlier; it must be in the way"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """0: every entry is as it was sealed. 1: the chain is broken somewhere. 2: asked wrongly."""
    settings = read_settings()
    found = asyncio.run(_verify(settings, _witness(arguments.head)))
    text = json.dumps(as_json(found)) if arguments.json else "\n".join(_lines(found))
    sys.stdout.write(text + "\n")
    return FINE if found.sound else FOUND


def _witness(told: str | None) -> Head | None:
    from service.audit_chain import Head

    if told is None:
        return None
    parts = HEAD.fullmatch(told.strip())
    if parts is None:
        raise BadUse(["A head is a number, a colon and 64 hexadecimal digits."])
    return Head(int(parts[1]), parts[2])


async def _verify(settings: Settings, witness: Head | None) -> ChainReport:
    from service.audit_chain import verify_chain
    from service.clock import Clock
    from service.retention import AUDIT_KEPT

    async with open_database(settings):
        before = Clock(settings.now_offset).now() - AUDIT_KEPT
        return await verify_chain(witness, removed_before=before)


def as_json(found: ChainReport) -> dict[str, Any]:
    """The report as a machine reads it."""
    return {
        "sound": found.sound,
        "head": {"number": found.head.number, "hash": found.head.hash},
        "faults": [
            {"number": each.number, "entry": str(each.entry) if each.entry else None}
            | {"what": each.what}
            for each in found.faults
        ],
        "late": found.late,
        "unsealed": found.unsealed,
    }


def _lines(found: ChainReport) -> list[str]:
    lines = [
        f"link {each.number}{f', entry {each.entry}' if each.entry else ''}: {each.what}"
        for each in found.faults
    ]
    if found.late:
        lines.append(f"Sealed more than ten minutes after they were made: {found.late}")
    if found.unsealed:
        lines.append(f"Not sealed yet, though over a minute old: {found.unsealed}")
    lines.append(f"Links walked: {found.head.number}. Head: {found.head.number}:{found.head.hash}")
    lines.append("Every entry is as it was sealed." if found.sound else "The log was changed.")
    return lines
