"""`threshold cards NUMBER FILE`: cards with codes for an office that sees people in person."""

from __future__ import annotations

import os
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from service.commands import BadUse
from service.commands.voice import as_command, tell, with_services

if TYPE_CHECKING:
    import argparse
    from uuid import UUID

    from service.commands.voice import Told
    from service.services import Services

MOST = 10_000
PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Cards</title><style>
body {{ font: 11pt/1.4 sans-serif; }}
section {{ break-inside: avoid; border: 1px dashed; padding: 5mm; margin: 3mm; }}
strong {{ font: 16pt monospace; }}
</style></head><body>
{cards}</body></html>
"""
CARD = """<section><p><bdi dir="auto">{title}</bdi></p>
<p><strong>{code}</strong></p><p>{link}</p></section>
"""


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "cards", help="write cards with codes, each good for one person on one petition or vote"
    )
    parser.add_argument("number", type=int, metavar="NUMBER", help="the petition's number")
    parser.add_argument("file", type=Path, metavar="FILE", help="the page to write, such as a.html")
    parser.add_argument("--vote", action="store_true", help="NUMBER is that of a vote")
    parser.add_argument("--count", type=int, default=100, help="how many; 100 if not said")
    as_command(parser, run)


def run(arguments: argparse.Namespace) -> int:
    """0: written. 2: no such petition or vote, or a file that is there."""
    if not 0 < arguments.count <= MOST:
        raise BadUse([f"Between 1 and {MOST} cards at a time."])
    return tell(arguments, with_services(lambda services: _print(services, arguments)))


async def _print(services: Services, arguments: argparse.Namespace) -> Told:
    from service.actor import Actor
    from service.audit import unit_of_work
    from service.voice.contacts import new_codes

    subject, title, path = await _named(services, arguments.number, of_vote=arguments.vote)
    codes = new_codes(services.keyring, str(subject), arguments.count)
    link = f"{services.settings.base_url}{path}"
    cards = "".join(
        CARD.format(title=escape(title), code=code, link=escape(link)) for code in codes
    )
    detail = {"cards": len(codes)}
    now = services.clock.now()
    async with unit_of_work(Actor.SYSTEM, "voice.cards_printed", subject, now, detail=detail):
        _write(arguments.file, PAGE.format(cards=cards))
    return {"cards": len(codes), "for": link}


async def _named(services: Services, number: int, *, of_vote: bool) -> tuple[UUID, str, str]:
    """Its id, its title and its path. Raises BadUse."""
    from service.errors import NotFound
    from service.queries.voice.petitions import one
    from service.queries.voice.votes import vote_by_number
    from service.voice.contacts import IN_PERSON

    if IN_PERSON not in services.voice.tiers:
        raise BadUse(["This city takes no cards: in_person is not among the tiers of voice.yaml."])
    try:
        if not of_vote:
            found = await one(number)
            return found.id, found.ask, f"/voice/petitions/{number}"
        record = await vote_by_number(number)
    except NotFound:
        raise BadUse([f"There is no {'vote' if of_vote else 'petition'} {number}."]) from None
    if record.spec.identifier != IN_PERSON:
        raise BadUse([f"Vote {number} takes no cards."])
    return record.id, record.question("en"), f"/voice/votes/{number}"


def _write(path: Path, page: str) -> None:
    """A file that is there is never written over: its codes may be in somebody's hands."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(page)
        file.flush()
        os.fsync(file.fileno())
