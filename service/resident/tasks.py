"""What a resident does after sending: reply, object, take back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from service.actions import contact_changes as changing
from service.actions.drafts import resident
from service.actions.objections import LONGEST, object_, was_made
from service.actions.requests import reply, was_replied
from service.body import read_form
from service.errors import Conflict, NotFound
from service.i18n import _
from service.referrals.states import FINAL, State
from service.rendering import language_switch, redirect, render, translator_of
from service.resident import interrupted
from service.resident.draft_page import STATUS
from service.resident.offices import agency_name, program_name
from service.resident.sent_page import known_well, with_application
from service.security.access import as_id
from service.templating import FieldProblem
from service.web import now_of, services_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from service.queries.own_application import Asked, Decided, OwnApplication, OwnReferral

EMPTY = _("Write something first.")
TOO_LONG = _("Write at most 5,000 letters.")
NONE_TICKED = _("Tick what you want to take back.")
REPLIED = _("The office has a reply already, so this one was not sent. Copy it if you need it.")
OBJECTED = _("You objected before, so this was not sent. Copy it if you need it.")


@dataclass(frozen=True, slots=True)
class WriteView:
    """One text to write to an office."""

    heading: str
    section: str
    action: str
    lead: str
    items: Sequence[str]
    quote: str | None
    label: str
    value: str
    error: str | None
    errors: Sequence[FieldProblem]
    send_words: str
    back: str = STATUS
    form_id: str = "write"


@dataclass(frozen=True, slots=True)
class TakeBackView:
    """The cases that are still open, to take back."""

    heading: str
    cases: Sequence[dict[str, str]]
    ticked: Sequence[str]
    error: str | None
    errors: Sequence[FieldProblem]
    at_once: bool
    form_id: str | None
    back: str = STATUS


@with_application
async def request_page(request: Request, own: OwnApplication) -> Response:
    """What an office asks for; a page left behind by Back leads on where nothing is asked now."""
    case, asked = _asked(request, own)
    if asked.state != "open":
        return redirect(STATUS)
    return _reply_page(request, case, asked, _typed_before(request, own))


@with_application
async def replied(request: Request, own: OwnApplication) -> Response:
    """The written reply. The same one again, by a second tap, is that reply."""
    case, asked = _asked(request, own)
    form = await read_form(request)
    text = form.get("text")
    if language_switch(request, form) is not None:
        return _reply_page(request, case, asked, text)
    if error := _wrong(text):
        return _reply_page(request, case, asked, text, error)
    services = services_of(request)
    try:
        await reply(services, resident(own.id), own.id, asked.id, text, now_of(request))
    except (Conflict, NotFound):
        if not await was_replied(services, asked.id, text):
            return _reply_page(request, case, asked, text, REPLIED)
    return redirect(f"{STATUS}?done=replied", request)


def _reply_page(
    request: Request, case: OwnReferral, asked: Asked, text: str, error: str | None = None
) -> Response:
    words, services = translator_of(request), services_of(request)
    agency = agency_name(services, case.agency, words)
    said = words.gettext(error) if error else None
    view = WriteView(
        heading=words.gettext("Reply to {agency}", agency=agency),
        section=program_name(services, case.program, words),
        action=f"{STATUS}/requests/{asked.id}",
        lead=words.gettext("They need this by {day}.", day=words.date(asked.due_on)),
        items=list(asked.items),
        quote=asked.text or None,
        label=words.gettext("Your reply"),
        value=text,
        error=said,
        errors=[FieldProblem("text", said)] if said else [],
        send_words=words.gettext("Send my reply to {agency}", agency=agency),
    )
    return render(request, "resident/write.html", view, status=422 if error else 200)


@with_application
async def decision_page(request: Request, own: OwnApplication) -> Response:
    """Object to a decision, once."""
    case, decided = _decided(request, own)
    if decided.objection is not None:
        return redirect(STATUS)
    return _objection_page(request, case, decided, _typed_before(request, own))


@with_application
async def objected(request: Request, own: OwnApplication) -> Response:
    """The objection; another worker reads it. The same one again is that objection."""
    case, decided = _decided(request, own)
    form = await read_form(request)
    text = form.get("text")
    if language_switch(request, form) is not None:
        return _objection_page(request, case, decided, text)
    if error := _wrong(text):
        return _objection_page(request, case, decided, text, error)
    services = services_of(request)
    try:
        await object_(services, resident(own.id), own.id, decided.id, text, now_of(request))
    except Conflict:
        if not await was_made(services, decided.id, text):
            return _objection_page(request, case, decided, text, OBJECTED)
    return redirect(f"{STATUS}?done=objected", request)


def _objection_page(
    request: Request, case: OwnReferral, decided: Decided, text: str, error: str | None = None
) -> Response:
    words, services = translator_of(request), services_of(request)
    agency = agency_name(services, case.agency, words)
    said = words.gettext(error) if error else None
    view = WriteView(
        heading=words.gettext("Object to this decision"),
        section=program_name(services, case.program, words),
        action=f"{STATUS}/decisions/{decided.id}",
        lead=words.gettext(
            "{agency} decided on {day}. Another worker there reads your objection.",
            agency=agency,
            day=words.date(decided.decided_at),
        ),
        items=(),
        quote=decided.text or None,
        label=words.gettext("What should they look at again?"),
        value=text,
        error=said,
        errors=[FieldProblem("text", said)] if said else [],
        send_words=words.gettext("Send my objection to {agency}", agency=agency),
    )
    return render(request, "resident/write.html", view, status=422 if error else 200)


@with_application
async def withdraw_page(request: Request, own: OwnApplication) -> Response:
    """Take back what is not decided yet."""
    return _withdraw_page(request, own, ())


@with_application
async def withdrawn(request: Request, own: OwnApplication) -> Response:
    """Take back the ticked cases: at once for who sent them in this visit or came by mail."""
    form = await read_form(request)
    ticked = tuple(form.all("program"))
    if language_switch(request, form) is not None:
        return _withdraw_page(request, own, ticked)
    open_now = {case.program for case in own.referrals if State(case.state) not in FINAL}
    wanted = [program for program in ticked if program in open_now]
    if ticked and ticked_before(own, ticked):
        return redirect(f"{STATUS}?done=withdrawn", request)
    if not wanted:
        return _withdraw_page(request, own, ticked, NONE_TICKED)
    waiting = await changing.ask(
        services_of(request),
        own.id,
        changing.WITHDRAW,
        {"programs": wanted},
        now_of(request),
        confirmed=known_well(request),
    )
    return redirect(f"{STATUS}?done={'held' if waiting else 'withdrawn'}", request)


def _withdraw_page(
    request: Request, own: OwnApplication, ticked: Sequence[str], error: str | None = None
) -> Response:
    words, services = translator_of(request), services_of(request)
    said = words.gettext(error) if error else None
    view = TakeBackView(
        heading=words.gettext("What do you want to take back?"),
        cases=[
            {
                "value": case.program,
                "label": program_name(services, case.program, words),
                "hint": agency_name(services, case.agency, words),
            }
            for case in own.referrals
            if State(case.state) not in FINAL
        ],
        ticked=ticked,
        error=said,
        errors=[FieldProblem("program", said)] if said else [],
        at_once=known_well(request),
        form_id="withdraw" if any_open(own) else None,
    )
    return render(request, "resident/withdraw.html", view, status=422 if error else 200)


def any_open(own: OwnApplication) -> bool:
    """Whether there is anything to take back."""
    return any(State(case.state) not in FINAL for case in own.referrals)


def ticked_before(own: OwnApplication, ticked: Sequence[str]) -> bool:
    """Whether all of it was taken back already: a second tap is no mistake."""
    gone = {case.program for case in own.referrals if case.state == State.WITHDRAWN}
    return gone.issuperset(ticked)


def _asked(request: Request, own: OwnApplication) -> tuple[OwnReferral, Asked]:
    """The request of this address, open or not, if it is one's own; else NotFound."""
    wanted = as_id(request.path_params["id"])
    for case in own.referrals:
        for asked in case.requests:
            if asked.id == wanted:
                return case, asked
    raise NotFound


def _decided(request: Request, own: OwnApplication) -> tuple[OwnReferral, Decided]:
    """The standing decision of this address, if it is one's own; else NotFound."""
    wanted = as_id(request.path_params["id"])
    for case in own.referrals:
        decided = case.decision
        if decided is not None and decided.id == wanted:
            return case, decided
    raise NotFound


def _typed_before(request: Request, own: OwnApplication) -> str:
    """What was being written here when the last visit ended."""
    raw = interrupted.typed(request, own.id) or {}
    return next(iter(raw.get("text", ())), "")


def _wrong(text: str) -> str | None:
    if not text.strip():
        return EMPTY
    return TOO_LONG if len(text) > LONGEST else None
