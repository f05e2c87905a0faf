"""The form in which an officer writes a vote, and its opening."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING
from uuid import UUID
from zoneinfo import ZoneInfo

from service.actions.voice.vote_drafts import Draft, DraftOption, save_draft
from service.actions.voice.votes import open_vote
from service.body import Form, read_form, read_query
from service.errors import Invalid, NotFound
from service.i18n import _
from service.public_voice.vote_words import METHODS, MODES, ShownOption
from service.queries.voice.votes import vote_by_id
from service.rendering import language_switch, redirect, render, translator_of
from service.security.access import as_id
from service.templating import FieldProblem
from service.voice.contacts import ADDRESS, IN_PERSON, MAIL, PHONE, SIGN_IN
from service.voice_desk.votes import LIST
from service.web import now_of, services_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from service.queries.voice.votes import VoteRecord

PAGE = f"{LIST}/draft"
CLOSING_HOUR = time(20)
DIGITS = 9
CONTACTS = {
    MAIL: _("A mail address"),
    PHONE: _("A telephone number, by text"),
    ADDRESS: _("A name at an address, by letter"),
    IN_PERSON: _("A card from a city office"),
    SIGN_IN: _("The city’s own sign-in"),
}
NAMES = (
    "question",
    "question_es",
    "options",
    "method",
    "mode",
    "identifier",
    "electorate",
    "closes",
    "trustee_key",
    "seats",
    "budget",
    "completion",
    "pairs",
    "rank_depth",
    "highest",
)
USUAL = {
    "method": "single",
    "mode": "quiet",
    "identifier": MAIL,
    "seats": "1",
    "pairs": "12",
    "highest": "5",
}


@dataclass(frozen=True, slots=True)
class DraftView:
    """The form with what was typed."""

    heading: str
    back: str
    typed: Mapping[str, str]
    vote: str
    revision: int
    methods: Sequence[ShownOption]
    modes: Sequence[ShownOption]
    identifiers: Sequence[ShownOption]
    completions: Sequence[ShownOption]
    errors: Sequence[FieldProblem] = ()
    wrong: Mapping[str, str] = field(default_factory=dict)
    form_id: str = "draft"


async def draft(request: Request) -> Response:
    """A new draft, or one that was kept."""
    wanted = read_query(request).get("vote")
    if not wanted:
        return _page(request, USUAL, "", 0)
    record = await _draft_of(as_id(wanted))
    return _page(request, _typed_of(record, request), wanted, record.revision)


async def _draft_of(vote: UUID) -> VoteRecord:
    record = await vote_by_id(vote)
    if record.state != "draft":
        raise NotFound
    return record


async def drafted(request: Request) -> Response:
    """Keep the draft; with the other button, open it."""
    form, services, now = await read_form(request), services_of(request), now_of(request)
    typed = {name: form.get(name) for name in NAMES}
    vote, revision = form.get("vote"), form.get("revision")
    known = as_id(vote) if vote else None
    number = int(revision) if revision.isascii() and revision.isdigit() and len(revision) < 9 else 0
    if language_switch(request, form) is not None:
        return _page(request, typed, vote, number)
    try:
        made = read_draft(form, services.city.time_zone)
        id = await save_draft(request.state.actor, made, now, known, number)
        if form.get("_action") == "open":
            saved = (await vote_by_id(id)).revision
            await open_vote(services, request.state.actor, id, saved, now)
            return redirect(f"{LIST}/{id}", request)
    except Invalid as refused:
        return _page(request, typed, vote, number, refused)
    return redirect(f"{PAGE}?vote={id}", request)


def read_draft(form: Form, zone: str) -> Draft:
    """What was typed, as a draft; what is no number counts as 0 and is refused as such."""
    spanish = form.get("question_es").strip()
    identifier = form.get("identifier") if form.get("identifier") in CONTACTS else MAIL
    return Draft(
        question={"en": form.get("question").strip()} | ({"es": spanish} if spanish else {}),
        options=[_option(line) for line in form.get("options").splitlines() if line.strip()],
        method=form.get("method") if form.get("method") in METHODS else "single",
        closes_at=_closing(form.get("closes"), zone),
        mode="open" if form.get("mode") == "open" else "quiet",
        identifier=identifier,
        tier=identifier,
        electorate=form.get("electorate").strip()[:200],
        trustee_key=form.get("trustee_key").strip().lower(),
        seats=_number(form.get("seats"), 1),
        completion="increment" if form.get("completion") == "increment" else "none",
        budget=_number(form.get("budget"), 0),
        pairs=_number(form.get("pairs"), 0),
        rank_depth=_number(form.get("rank_depth"), 0),
        highest=_number(form.get("highest"), 5),
    )


def _option(line: str) -> DraftOption:
    """`Words | in Spanish | cost`, the last two where they are needed."""
    parts = [part.strip() for part in line.split("|")]
    cost = _number(parts[-1].lstrip("$").replace(",", ""), -1) if len(parts) > 1 else 0
    if cost >= 0 and len(parts) > 1:
        parts = parts[:-1]
    words = {"en": parts[0]} | ({"es": parts[1]} if len(parts) > 1 and parts[1] else {})
    return DraftOption(words, max(cost, 0))


def _number(text: str, usual: int) -> int:
    plain = text.strip()
    good = plain.isascii() and plain.isdigit() and len(plain) <= DIGITS
    return int(plain) if good else usual


def _closing(day: str, zone: str) -> str:
    """Eight in the evening of a day, here."""
    try:
        at = datetime.combine(date.fromisoformat(day.strip()), CLOSING_HOUR, ZoneInfo(zone))
    except ValueError:
        return ""
    return at.astimezone(UTC).isoformat()


def _typed_of(record: VoteRecord, request: Request) -> dict[str, str]:
    made = Draft.parse(record.spec_text)
    zone = ZoneInfo(services_of(request).city.time_zone)
    lines = []
    for option in made.options:
        parts = [option.words["en"], option.words.get("es", "")]
        parts = [part for part in parts if part] + ([str(option.cost)] if option.cost else [])
        lines.append(" | ".join(parts))
    return {
        "question": made.question["en"],
        "question_es": made.question.get("es", ""),
        "options": "\n".join(lines),
        "method": made.method,
        "mode": made.mode,
        "identifier": made.identifier,
        "electorate": made.electorate,
        "closes": datetime.fromisoformat(made.closes_at).astimezone(zone).date().isoformat(),
        "trustee_key": made.trustee_key,
        "seats": str(made.seats),
        "budget": str(made.budget or ""),
        "completion": made.completion,
        "pairs": str(made.pairs or ""),
        "rank_depth": str(made.rank_depth or ""),
        "highest": str(made.highest),
    }


def _page(
    request: Request,
    typed: Mapping[str, str],
    vote: str,
    revision: int,
    refused: Invalid | None = None,
) -> Response:
    words = translator_of(request)
    faults = refused.faults if refused else ()
    errors = [FieldProblem(each.pointer[1:], words.gettext(each.detail)) for each in faults]
    switched_on = services_of(request).voice.tiers
    view = DraftView(
        heading=words.gettext("Write a vote"),
        back=LIST,
        typed={name: typed.get(name, "") for name in NAMES},
        vote=vote,
        revision=revision,
        methods=[ShownOption(id, words.gettext(name)) for id, name in METHODS.items()],
        modes=[
            ShownOption("open", words.gettext("Open"), words.gettext(MODES["open"])),
            ShownOption("quiet", words.gettext("Quiet"), words.gettext(MODES["quiet"])),
        ],
        identifiers=[
            ShownOption(id, words.gettext(name))
            for id, name in CONTACTS.items()
            if id in switched_on
        ],
        completions=[
            ShownOption("none", words.gettext("Leave it over")),
            ShownOption("increment", words.gettext("Give every voter one dollar more, in steps")),
        ],
        errors=errors,
        wrong={each.target or "": each.text for each in errors},
    )
    return render(request, "voice_desk/vote_draft.html", view, status=422 if refused else 200)
