"""Votes on the officer's desk: drafted, opened, mended, closed, settled and counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from service.actions.voice.settling import (
    REASONS,
    flag_voter,
    open_ballots,
    reduce,
    settle_dispute,
    trustee_key,
)
from service.actions.voice.votes import close_vote, mend_words, open_vote
from service.body import Form, read_form
from service.errors import Conflict, Invalid, Malformed, NotFound
from service.i18n import _
from service.public_voice.vote_words import METHODS, STATES, ShownOption
from service.queries.voice.votes import (
    DisputeRow,
    VoteRecord,
    disputes_of,
    every_vote,
    vote_by_id,
)
from service.rendering import language_switch, redirect, render, translator_of
from service.security.access import as_id
from service.templating import FieldProblem
from service.voice.contacts import ADDRESS, IN_PERSON, MAIL, PHONE, SIGN_IN
from service.voice.vote_keys import KeyGone
from service.web import now_of, services_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from service.i18n import Translator

LIST = "/staff/voice/votes"
NAMES = ("words", "contact", "auditors", "reason", "language", "key")
OUTCOMES = {
    "roll": {"removed": _("Take the ballot out"), "kept": _("Keep the ballot")},
    "receipt": {"answered": _("It is looked into and answered")},
}
# By what the desk names a voter.
KNOWN_BY = {
    MAIL: _("Mail address of the voter"),
    PHONE: _("Telephone number of the voter"),
    ADDRESS: _("The voter’s name, and on the next lines the address with its postal code"),
    IN_PERSON: _("Card code of the voter"),
    SIGN_IN: _("What the city’s sign-in calls the voter"),
}
KEY_GONE = _("The vote’s key is not on this machine.")


@dataclass(frozen=True, slots=True)
class VoteLine:
    """A vote in the list."""

    href: str
    question: str
    state: str
    method: str
    closes: str


@dataclass(frozen=True, slots=True)
class VotesView:
    heading: str
    lines: Sequence[VoteLine]
    may_draft: bool


@dataclass(frozen=True, slots=True)
class DisputeLine:
    """One dispute with what may be said to it by whoever looks at it now."""

    id: str
    what: str
    why: str
    state: str
    outcomes: Sequence[ShownOption]
    waits: bool


@dataclass(frozen=True, slots=True)
class VoteView:
    """One vote that was opened. The flags say which forms the page has."""

    heading: str
    back: str
    action: str
    revision: int
    number: int
    state: str
    facts: Sequence[Mapping[str, str]]
    officer: bool
    may_close: bool
    may_settle: bool
    may_reduce: bool
    may_count: bool
    may_mend: bool
    quiet: bool
    known_by: str
    disputes: Sequence[DisputeLine]
    reasons: Sequence[ShownOption]
    texts: Sequence[ShownOption]
    languages: Sequence[ShownOption]
    typed: Mapping[str, str]
    errors: Sequence[FieldProblem] = ()
    wrong: Mapping[str, str] = field(default_factory=dict)


async def votes(request: Request) -> Response:
    """All votes, drafts too."""
    words = translator_of(request)
    view = VotesView(
        heading=words.gettext("Votes"),
        lines=[_line(each, words) for each in await every_vote()],
        may_draft=request.state.actor.kind == "officer",
    )
    return render(request, "voice_desk/votes.html", view)


def _line(record: VoteRecord, words: Translator) -> VoteLine:
    draft = record.state == "draft"
    question = record.draft["question"]["en"] if draft else record.question(words.code)
    state = _("Draft") if draft else STATES[record.state][1]
    where = f"{LIST}/draft?vote={record.id}" if draft else f"{LIST}/{record.id}"
    closes = words.moment(record.closes_at) if record.closes_at else ""
    return VoteLine(
        where, question, words.gettext(state), words.gettext(METHODS[record.method]), closes
    )


async def vote(request: Request) -> Response:
    """One vote. Opening the page changes nothing."""
    return await _page(request, Form(()))


async def changed(request: Request) -> Response:
    """One deed. Each is a unit of work of its own, and refused where it is too early."""
    form = await read_form(request)
    if language_switch(request, form) is not None:
        return await _page(request, form)
    await vote_by_id(as_id(str(request.path_params["id"])))
    try:
        await _deed(request, form)
    except Invalid as refused:
        return await _page(request, form, refused)
    except KeyGone:
        raise Conflict("key_gone", KEY_GONE) from None
    return redirect(f"{LIST}/{request.path_params['id']}", request)


async def _deed(request: Request, form: Form) -> None:
    services, actor, now = services_of(request), request.state.actor, now_of(request)
    id, deed = as_id(str(request.path_params["id"])), form.get("_action")
    if deed == "settle":
        day = services.city.calendar.day_of(now)
        dispute = as_id(form.get("dispute"))
        return await settle_dispute(actor, dispute, form.get("outcome"), now, day)
    if actor.kind != "officer":
        raise NotFound
    match deed:
        case "open":
            await open_vote(services, actor, id, _revision(form), now)
        case "mend":
            key, language = form.get("key"), form.get("language")
            await mend_words(actor, id, language, key, form.get("words"), now)
        case "close":
            await close_vote(services, id, now)
        case "flag":
            await flag_voter(services, actor, id, form.get("contact"), form.get("reason"), now)
        case "reduce":
            await reduce(services, actor, id, now)
        case "count":
            key_of = trustee_key(form.get("shares").split())
            auditors = form.get("auditors").splitlines()
            await open_ballots(services, actor, id, key_of, auditors, now)
        case _:
            raise Malformed("unknown_action")
    return None


def _revision(form: Form) -> int:
    text = form.get("revision")
    if not (text.isascii() and text.isdigit() and len(text) < 9):
        raise Malformed("revision")
    return int(text)


async def _page(request: Request, form: Form, refused: Invalid | None = None) -> Response:
    record = await vote_by_id(as_id(str(request.path_params["id"])))
    if record.state == "draft":
        raise NotFound
    words, now = translator_of(request), now_of(request)
    officer = request.state.actor.kind == "officer"
    faults = refused.faults if refused else ()
    errors = [FieldProblem(each.pointer[1:], words.gettext(each.detail)) for each in faults]
    over = record.closes_at is not None and record.closes_at <= now
    settled = record.dispute_until is not None and record.dispute_until <= now
    disputes = await disputes_of(record.id)
    view = VoteView(
        heading=record.question(words.code),
        back=LIST,
        action=f"{LIST}/{record.id}",
        revision=record.revision,
        number=record.number or 0,
        state=words.gettext(STATES[record.state][1]),
        facts=_facts(record, words),
        officer=officer,
        may_close=officer and record.state == "open" and over,
        may_settle=record.state == "disputed",
        may_reduce=officer and record.state == "disputed" and settled,
        may_count=officer and record.state == "reduced",
        may_mend=officer and record.state in ("open", "disputed", "reduced"),
        quiet=record.spec.mode == "quiet",
        known_by=words.gettext(KNOWN_BY[record.spec.identifier]),
        disputes=[_dispute(each, request, words) for each in disputes],
        reasons=[ShownOption(id, words.gettext(text)) for id, text in REASONS.items()],
        texts=_texts(record, words),
        languages=[ShownOption(one.code, one.name) for one in services_of(request).city.languages],
        typed={name: form.get(name) for name in NAMES},
        errors=errors,
        wrong={each.target or "": each.text for each in errors},
    )
    return render(request, "voice_desk/vote.html", view, status=422 if refused else 200)


def _facts(record: VoteRecord, words: Translator) -> list[Mapping[str, str]]:
    until = record.dispute_until
    return [
        {"key": words.gettext("State"), "value": words.gettext(STATES[record.state][1])},
        {"key": words.gettext("Method"), "value": words.gettext(METHODS[record.method])},
        {
            "key": words.gettext("Closes"),
            "value": words.moment(record.closes_at) if record.closes_at else "",
        },
        {
            "key": words.gettext("Voters look for their ballots until"),
            "value": words.moment(until) if until else words.gettext("not closed yet"),
        },
        {"key": words.gettext("Turnout shown"), "value": words.number(record.turnout)},
        {"key": words.gettext("The rule’s number"), "value": record.spec_hash or ""},
    ]


def _texts(record: VoteRecord, words: Translator) -> list[ShownOption]:
    options = [
        ShownOption(f"option:{one.id}", record.option(words.code, one.id))
        for one in record.spec.options
    ]
    return [ShownOption("question", record.question(words.code)), *options]


def _dispute(row: DisputeRow, request: Request, words: Translator) -> DisputeLine:
    account = request.state.actor.account
    what = {
        "roll": _("A voter’s ballot should be taken out"),
        "receipt": _("A receipt’s ballot is not in the list"),
    }[row.kind]
    states = {
        "open": _("Open"),
        "removed": _("Taken out"),
        "kept": _("Kept"),
        "answered": _("Answered"),
    }
    mine = row.first_by is not None and row.first_by == account
    outcomes = OUTCOMES[row.kind] if row.state == "open" and not mine else {}
    return DisputeLine(
        str(row.id),
        words.gettext(what),
        words.gettext(REASONS[row.reason]) if row.reason in REASONS else (row.leaf or ""),
        words.gettext(states[row.state]),
        [ShownOption(id, words.gettext(text)) for id, text in outcomes.items()],
        mine and row.state == "open",
    )
