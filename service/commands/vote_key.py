"""`threshold restore-vote-key`: a vote's key back from the second officer's copy."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from service.commands import BadUse
from service.commands.voice import as_command, tell, with_services

if TYPE_CHECKING:
    import argparse

    from service.commands.voice import Told
    from service.services import Services


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "restore-vote-key",
        help="put a vote's key back from the second officer's copy; its code comes by standard"
        " input",
    )
    parser.add_argument("number", type=int, metavar="NUMBER", help="the vote's number")
    parser.add_argument("file", type=Path, metavar="FILE", help="the sealed copy")
    as_command(parser, run)


def run(arguments: argparse.Namespace) -> int:
    """0: the key is where it was. 2: the copy or the code is of another vote, or a key is there."""
    code = sys.stdin.readline().strip()
    try:
        copy = arguments.file.read_bytes()
    except OSError as refused:
        raise BadUse([f"{arguments.file} cannot be read: {refused.strerror}."]) from None
    restored = with_services(lambda services: _restore(services, arguments.number, copy, code))
    return tell(arguments, restored)


async def _restore(services: Services, number: int, copy: bytes, code: str) -> Told:
    from service.actions.voice.vote_key import bring_back_key
    from service.actor import Actor

    now = services.clock.now()
    back = await bring_back_key(services, Actor.SYSTEM, number, copy, code, now)
    return {"number": number, "restored": back}
