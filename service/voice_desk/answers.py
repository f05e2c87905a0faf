"""The leaders' desk: petitions and votes that are owed something, the soonest first, and what the
city says: an answer, a promise, its delivery."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from service.actions.voice.answers import (
    LONGEST,
    LONGEST_NAME,
    OUTCOMES,
    Pledge,
    Reply,
    answer,
    change_promise,
    deliver,
    promise,
    reopen,
)
from service.body import Form, read_form
from service.caseworker.typed import Typed, day_parts
from service.errors import Conflict, Invalid, Malformed, NotFound
from service.public_voice.ledger import ONE_OF, STAGES, address_of_entry, owed, promise_line
from service.queries.voice.ledger import Entry, Kind, due_first, entry_of, ledger
from service.rendering import language_switch, redirect, render, translator_of
from service.security.access import as_id
from service.templating import FieldProblem
from service.web import now_of, services_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

LIST = "/staff/voice/answers"
NAMES = ("text", "office", "outcome", "what", "owner", "note", "promise", "_action")
PAGE = LIST + "/{id}"


@dataclass(frozen=True, slots=True)
class AnswersView:
    """Rows of (what is asked, what is owed, petition or vote, people, stage)."""

    heading: str
    rows: Sequence[Sequence[object]]
    late: int


@dataclass(frozen=True, slots=True)
class PromiseRow:
    """A promise with what can be done about it."""

    id: str
    text: str
    line: str
    note: str
    delivered: bool


@dataclass(frozen=True, slots=True)
class AnswerView:
    """One petition or vote, what was said about it, and the forms to say more."""

    heading: str
    back: str
    action: str
    ask: str
    lang: str
    public: str
    results: str
    of_vote: bool
    owed: str
    late: bool
    said: str
    office: str
    outcome: str
    promises: Sequence[PromiseRow]
    open_promises: Sequence[Mapping[str, str]]
    outcomes: Sequence[Mapping[str, str]]
    typed: Mapping[str, str]
    due: Mapping[str, str]
    wrong: Mapping[str, str]
    errors: Sequence[FieldProblem]


async def answers(request: Request) -> Response:
    """Everything that reached its threshold or was counted; what is owed soonest comes first."""
    services, words = services_of(request), translator_of(request)
    today = services.city.calendar.day_of(now_of(request))
    found = due_first(await ledger(services, today, language=words.code))
    rows = [
        [
            {"text": each.ask, "href": PAGE.format(id=each.id)},
            owed(each, words),
            words.gettext(ONE_OF[each.kind]),
            words.number(each.count),
            words.gettext(STAGES[each.stage]),
        ]
        for each in found
    ]
    late = sum(each.clock.late for each in found)
    view = AnswersView(words.gettext("Petitions and votes to answer"), rows, late)
    return render(request, "voice_desk/answers.html", view)


async def answer_page(request: Request) -> Response:
    """One petition with its forms."""
    return await _page(request, Form(()), ())


async def answer_changed(request: Request) -> Response:
    """One of the page's forms."""
    services, words, form = services_of(request), translator_of(request), await read_form(request)
    subject = as_id(request.path_params["id"])
    today = services.city.calendar.day_of(now_of(request))
    found = await _entry(request, subject)
    if language_switch(request, form) is not None:
        return await _page(request, form, ())
    typed = Typed(form, words, today)
    try:
        await _do(request, found, form, typed)
    except Invalid as refused:
        for each in refused.faults:
            typed.problem(each.pointer.strip("/"), each.detail)
    except Conflict as late:
        told = FieldProblem(None, words.gettext(late.message, **late.values))
        return await _page(request, form, [told], status=409)
    if typed.problems:
        return await _page(request, form, typed.problems)
    return redirect(PAGE.format(id=subject))


async def _do(request: Request, found: Entry, form: Form, typed: Typed) -> None:
    services, actor, now = services_of(request), request.state.actor, now_of(request)
    subject = found.id
    match form.get("_action"):
        case "answer":
            words = typed.text("text", LONGEST, needed=True)
            office = typed.text("office", LONGEST_NAME, needed=True)
            if not typed.problems:
                reply = Reply(words, office, form.get("outcome"))
                await answer(services, actor, subject, reply, now)
        case "promise":
            words = typed.text("what", LONGEST, needed=True)
            owner, due = (
                typed.text("owner", LONGEST_NAME, needed=True),
                typed.day("due", needed=True),
            )
            if typed.problems or due is None:
                return
            pledge = Pledge(words, owner, due)
            if form.get("promise"):
                await change_promise(services, actor, _own(found, form), pledge, now)
            else:
                await promise(services, actor, subject, pledge, now)
        case "deliver":
            note = typed.text("note", LONGEST, needed=True)
            if not typed.problems:
                await deliver(services, actor, _own(found, form), note, now)
        case "reopen":
            await reopen(actor, _own(found, form), now)
        case _:
            raise Malformed


def _own(found: Entry, form: Form) -> UUID:
    """The promise a form names: one of this petition's. Raises NotFound."""
    named = as_id(form.get("promise"))
    if named not in {each.id for each in found.promises}:
        raise NotFound
    return named


async def _entry(request: Request, subject: UUID) -> Entry:
    services = services_of(request)
    today = services.city.calendar.day_of(now_of(request))
    found = await entry_of(services, subject, today, translator_of(request).code)
    if found is None:
        raise NotFound
    return found


async def _page(
    request: Request, form: Form, problems: Sequence[FieldProblem], *, status: int = 0
) -> Response:
    words = translator_of(request)
    subject = as_id(request.path_params["id"])
    found = await _entry(request, subject)
    said = found.said
    view = AnswerView(
        heading=words.gettext("What the city says"),
        back=LIST,
        action=PAGE.format(id=subject),
        ask=found.ask,
        lang=found.language,
        public=address_of_entry(found),
        results=f"/voice/petitions/{found.number}/results"
        if found.kind is Kind.PETITION
        else f"/voice/votes/{found.number}/print",
        of_vote=found.kind is Kind.VOTE,
        owed=owed(found, words),
        late=found.clock.late,
        said=said.text if said else "",
        office=said.office if said else "",
        outcome=words.gettext(OUTCOMES[said.outcome]) if said else "",
        promises=[
            PromiseRow(
                str(each.id), each.text, promise_line(each, words), each.note, each.delivered
            )
            for each in found.promises
        ],
        open_promises=[
            {"value": str(each.id), "label": each.text}
            for each in found.promises
            if not each.delivered
        ],
        outcomes=[
            {"value": value, "label": words.gettext(label)} for value, label in OUTCOMES.items()
        ],
        typed={name.strip("_"): form.get(name) for name in NAMES},
        due=day_parts(form, "due"),
        wrong={each.target: each.text for each in problems if each.target},
        errors=problems,
    )
    return render(
        request, "voice_desk/answer.html", view, status=status or (422 if problems else 200)
    )
