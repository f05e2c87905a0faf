"""Votes for everyone: the list, one vote with its rule, its files, and what it can show."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.responses import Response as PlainResponse

from service.errors import NotFound
from service.i18n import _
from service.public_voice.vote_words import (
    COUNTED,
    IDENTIFIERS,
    METHODS,
    ShownOption,
    a_turn,
    address,
    mode_words,
    seats_words,
    shown_options,
    state_of,
    turned,
    vote_of,
)
from service.queries.voice.votes import (
    ORDER,
    corrections,
    is_taking_ballots,
    public_votes,
    published_file,
    published_names,
)
from service.rendering import render, translator_of
from service.web import services_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from service.i18n import Translator
    from service.queries.voice.votes import VoteRecord

LIST = "/voice/votes"
FEWEST_TOLD = 20
# A file's time inside the archive tells nothing, so that the same files make the same archive.
NO_TIME = (1980, 1, 1, 0, 0, 0)
FILES = {
    "spec.json": _("The fixed rule"),
    "leaves.txt": _("The list of recorded ballots"),
    "closed.json": _("Their number and signed root at the close"),
    "final.json": _("What was taken out, and the last signed root"),
    "ballots.txt": _("The sealed ballots"),
    "plain.txt": _("What the ballots say"),
    "opened.json": _("What opens the ballots"),
    "result.json": _("The count"),
    "others.json": _("Other ways to count, for comparison"),
    "stability.json": _("How firm the result is"),
}


@dataclass(frozen=True, slots=True)
class VoteCard:
    """A vote in the list."""

    href: str
    question: str
    lang: str
    look: str
    state: str
    facts: str


@dataclass(frozen=True, slots=True)
class VotesView:
    heading: str
    cards: Sequence[VoteCard]
    back: str = "/voice/"


@dataclass(frozen=True, slots=True)
class HowView:
    heading: str
    back: str = LIST


@dataclass(frozen=True, slots=True)
class VoteView:
    """One vote: what, how, until when, for whom."""

    heading: str
    lang: str
    number: int
    look: str
    state: str
    taking: bool
    closed: bool
    counted: bool
    until: str
    disputed_until: str | None
    options: Sequence[ShownOption]
    method: str
    how: str
    wins: str
    who: str
    one_voice: str
    mode: str
    turnout: str
    spec_hash: str
    mended: Sequence[tuple[str, str, str]]
    files: Sequence[tuple[str, str]]
    back: str = LIST


async def votes(request: Request) -> Response:
    """Every vote that was opened."""
    words = translator_of(request)
    view = VotesView(
        heading=words.gettext("Votes"),
        cards=[_card(request, each, words) for each in await public_votes()],
    )
    return render(request, "voice/vote_list.html", view)


def _card(request: Request, record: VoteRecord, words: Translator) -> VoteCard:
    look, state = state_of(record, words, request)
    method = words.gettext(METHODS[record.method])
    until = words.moment(record.closes_at) if record.closes_at else ""
    return VoteCard(
        address(record, "/result") if record.state == "counted" else address(record),
        record.question(words.code),
        record.language_of(words.code),
        look,
        state,
        words.gettext("{method}. Until {moment}.", method=method, moment=until),
    )


async def how(request: Request) -> Response:
    """What a vote here can show and what it cannot, in plain words."""
    words = translator_of(request)
    heading = words.gettext("What a vote here can show, and what it cannot")
    return render(request, "voice/vote_how.html", HowView(heading))


async def vote(request: Request) -> Response:
    """One vote."""
    record, words = await vote_of(request), translator_of(request)
    spec, services = record.spec, services_of(request)
    look, state = state_of(record, words, request)
    mended = [(one.before, one.after, words.moment(one.at)) for one in await corrections(record)]
    view = VoteView(
        heading=record.question(words.code),
        lang=record.language_of(words.code),
        number=record.number or 0,
        look=look,
        state=state,
        taking=await is_taking_ballots(record.id, services.clock),
        closed=record.state in ("disputed", "reduced", "counted"),
        counted=record.state == "counted",
        until=words.moment(record.closes_at) if record.closes_at else "",
        disputed_until=words.moment(record.dispute_until) if record.dispute_until else None,
        options=shown_options(record, turned(spec, a_turn(spec)), words),
        method=words.gettext(METHODS[spec.method]),
        how=words.gettext(COUNTED[spec.method]),
        wins=seats_words(spec, words),
        who=spec.electorate,
        one_voice=words.gettext(IDENTIFIERS[spec.identifier]),
        mode=mode_words(spec, words),
        turnout=turnout_words(record, words),
        spec_hash=record.spec_hash or "",
        mended=mended,
        files=await file_links(record, words),
    )
    return render(request, "voice/vote_page.html", view)


def turnout_words(record: VoteRecord, words: Translator) -> str:
    """In steps while the vote is open; the number once it is closed."""
    if record.state != "open":
        return words.ngettext("{n} person voted.", "{n} people voted.", record.turnout)
    if record.turnout < FEWEST_TOLD:
        return words.gettext("We say how many voted once 20 people have.")
    return words.ngettext(
        "{n} person or more has voted so far.",
        "{n} people or more have voted so far.",
        record.turnout,
    )


async def file_links(record: VoteRecord, words: Translator) -> list[tuple[str, str]]:
    """Each published file with what it is."""
    return [(name, words.gettext(FILES[name])) for name in await published_names(record)]


async def file(request: Request) -> Response:
    """One published file, byte for byte."""
    record, name = await vote_of(request), str(request.path_params["name"])
    if name == "all.zip":
        return await _all_files(record)
    if name not in ORDER:
        raise NotFound
    kind = "application/json" if name.endswith(".json") else "text/plain; charset=utf-8"
    return PlainResponse(
        await published_file(record, name),
        media_type=kind,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


async def _all_files(record: VoteRecord) -> Response:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in await published_names(record):
            entry = zipfile.ZipInfo(f"vote-{record.number}/{name}", NO_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, await published_file(record, name))
    return PlainResponse(
        packed.getvalue(),
        media_type="application/zip",
        headers={"Content-Disposition": f'attachment; filename="vote-{record.number}.zip"'},
    )
