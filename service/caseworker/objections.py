"""Objections of residents, read by another worker than the one who decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from service.actions.objections import CHANGED, LONGEST, UPHELD, answer
from service.body import Form, read_form
from service.caseworker.case_words import agency_name, program_name
from service.caseworker.history import DecisionRow, decision_rows
from service.caseworker.queue import QUEUE
from service.caseworker.typed import Typed
from service.errors import Conflict, NotFound
from service.i18n import _
from service.queries.accounts import colleagues
from service.queries.casefile import CaseFile, case_of_objection, open_case, open_objections
from service.rendering import language_switch, redirect, render, translator_of
from service.security.access import as_id
from service.web import now_of, services_of

if TYPE_CHECKING:
    from uuid import UUID

    from starlette.requests import Request
    from starlette.responses import Response

    from service.templating import FieldProblem

LIST = "/staff/objections"
ANSWERS = {UPHELD: _("The decision stands"), CHANGED: _("Open the case again")}
ABOUT = {"text": _("Your answer")}
CHOOSE = _("Choose what happens.")


@dataclass(frozen=True, slots=True)
class Waiting:
    """One open objection; `href` is None for the worker who decided."""

    href: str | None
    name: str
    program: str
    made: str


@dataclass(frozen=True, slots=True)
class ObjectionsView:
    """Open objections of the office."""

    heading: str
    section: str
    back: str
    waiting: Sequence[Waiting]


@dataclass(frozen=True, slots=True)
class ObjectionView:
    """One objection with the decision it is about, and the form to answer it."""

    heading: str
    section: str
    back: str
    action: str
    case: str
    decision: DecisionRow
    own: bool
    answerable: bool
    answers: Sequence[Mapping[str, str]]
    outcome: str
    text: str
    wrong: Mapping[str, str]
    errors: Sequence[FieldProblem]
    form_id: str | None


async def objections(request: Request) -> Response:
    """What waits for an answer, the oldest first."""
    services, actor, words = services_of(request), request.state.actor, translator_of(request)
    waiting = [
        Waiting(
            href=None if each.decided_by == actor.id else f"{LIST}/{each.id}",
            name=each.name,
            program=program_name(each.program, services, words),
            made=words.date(each.made_at),
        )
        for each in await open_objections(services, actor)
    ]
    section = agency_name(actor.agency, services, words)
    view = ObjectionsView(words.gettext("Objections"), section, QUEUE, waiting)
    return render(request, "caseworker/objections.html", view)


async def objection(request: Request) -> Response:
    """One objection. Raises NotFound for another agency's."""
    return await _form(request, *await _found(request), Form(()), ())


async def objection_answered(request: Request) -> Response:
    """Let the decision stand, or open the case again."""
    services, actor, words = services_of(request), request.state.actor, translator_of(request)
    found, wanted = await _found(request)
    form = await read_form(request)
    if language_switch(request, form) is not None:
        return await _form(request, found, wanted, form, ())
    typed = Typed(form, words, services.city.calendar.day_of(now_of(request)), about=ABOUT)
    if form.get("outcome") not in ANSWERS:
        typed.problem("outcome", CHOOSE)
    text = typed.text("text", LONGEST, needed=True)
    if typed.problems:
        return await _form(request, found, wanted, form, typed.problems)
    try:
        await answer(services, actor, wanted, form.get("outcome"), text, now_of(request))
    except Conflict:
        made = next(each for each in (await _found(request))[0].objections if each.id == wanted)
        if (made.state, made.answer) != (form.get("outcome"), text):
            raise
    return redirect(f"{QUEUE}/{found.id}")


async def _found(request: Request) -> tuple[CaseFile, UUID]:
    wanted, actor = as_id(request.path_params["id"]), request.state.actor
    case = await case_of_objection(actor, wanted)
    if case is None:
        raise NotFound
    return await open_case(services_of(request), actor, case), wanted


async def _form(
    request: Request,
    found: CaseFile,
    wanted: UUID,
    form: Form,
    problems: Sequence[FieldProblem],
) -> Response:
    services, actor, words = services_of(request), request.state.actor, translator_of(request)
    names = {each.id: each.name for each in await colleagues(services, actor.agency)}
    language = str(found.granted["language"])
    rows = decision_rows(found, services, words, language, names)
    href = f"{LIST}/{wanted}"
    decision = next(row for row in rows if row.objection and row.objection.href == href)
    decided_by = next(
        made.decided_by
        for made in found.decisions
        if any(each.id == wanted and each.decision == made.id for each in found.objections)
    )
    name = str(found.granted["contact"]["name"])
    own = decided_by == actor.id
    answerable = not own and decision.objection is not None and decision.objection.open
    view = ObjectionView(
        heading=words.gettext("Objection of {name}", name=name),
        section=program_name(found.program, services, words),
        back=LIST,
        action=href,
        case=f"{QUEUE}/{found.id}",
        decision=decision,
        own=own,
        answerable=answerable,
        answers=[{"value": id, "label": words.gettext(text)} for id, text in ANSWERS.items()],
        outcome=form.get("outcome"),
        text=form.get("text"),
        wrong={each.target: each.text for each in problems if each.target},
        errors=problems,
        form_id="answer" if answerable else None,
    )
    return render(request, "caseworker/objection.html", view, status=422 if problems else 200)
