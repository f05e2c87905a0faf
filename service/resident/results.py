"""Programs you may get: choosing them, or going on with just one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from eligibility import Household, screen
from forms import Stage, choose, only, sendable_facts
from forms.draft import Place, apply_patch
from service.body import read_form
from service.errors import Malformed
from service.rendering import language_switch, redirect, render, translator_of
from service.resident.draft_page import ADD, STATUS, going_on, question_url, saved, with_draft
from service.resident.results_view import (
    ELSEWHERE,
    LIKELY,
    CardGroup,
    Made,
    card_groups,
    monthly_worth,
    range_text,
)
from service.templating import FieldProblem
from service.web import services_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from forms import Flow
    from service.drafts import Held
    from service.i18n import Translator
    from service.services import Services

APPLIED = "form.applied_elsewhere"


@dataclass(frozen=True, slots=True)
class ResultsView:
    """Everything the page of results shows."""

    heading: str
    worth: str | None
    open_questions: int
    next_question: str | None
    groups: Sequence[CardGroup]
    choosable: bool
    all_ticked: bool
    just_one: str | None
    back: str | None
    errors: Sequence[FieldProblem]
    what_if: bool
    form_id: str = "results"


@dataclass(frozen=True, slots=True)
class Ticked:
    """What is ticked on the page now, stored or not."""

    chosen: tuple[str, ...]
    applied: tuple[str, ...]
    missing: bool = False


@with_draft
async def results(request: Request, held: Held) -> Response:
    """What the answers say so far."""
    if held.sent:
        return redirect(ADD)
    ticked = Ticked(held.draft.chosen, applied_elsewhere(held.flow))
    return _page(request, held, ticked)


@with_draft
async def chosen(request: Request, held: Held) -> Response:
    """The programs to apply for, or one of the page's other buttons."""
    services, form = services_of(request), await read_form(request)
    if held.sent:
        return redirect(ADD, request)
    ticked = Ticked(
        tuple(each for each in form.all("choose") if _can_choose(services, each)),
        tuple(each for each in form.all("applied") if each in services.rules.programs),
    )
    if language_switch(request, form) is not None:
        return _page(request, held, ticked)
    if one := form.get("_only"):
        return await _just_one(request, held, one)
    match form.get("_action"):
        case "all":
            likely = _likely(services, held.flow)
            return _page(request, held, Ticked(likely, ticked.applied))
        case "everything":
            await saved(request, held, lambda flow: flow.with_draft(only(flow.draft, None)))
            return redirect("/benefits/results", request)
        case "":
            return await _go_on(request, held, ticked)
    raise Malformed("unknown_action")


async def _go_on(request: Request, held: Held, ticked: Ticked) -> Response:
    if not ticked.chosen and not ticked.applied:
        return _page(request, held, Ticked((), (), missing=True), status=422)
    kept = await saved(request, held, lambda flow: _with(flow, ticked))
    if kept is None:
        return redirect(STATUS, request)
    if not ticked.chosen:
        return redirect("/benefits/results", request)
    return redirect(going_on(kept.flow), request)


async def _just_one(request: Request, held: Held, program: str) -> Response:
    if not _can_choose(services_of(request), program):
        raise Malformed("unknown_program")
    kept = await saved(
        request,
        held,
        lambda flow: flow.with_draft(only(choose(flow.draft, [program]), program)),
    )
    return redirect(STATUS if kept is None else going_on(kept.flow), request)


def _with(flow: Flow, ticked: Ticked) -> Flow:
    draft = choose(flow.draft, ticked.chosen)
    return flow.with_draft(apply_patch(draft, Place(), {APPLIED: list(ticked.applied)}))


def applied_elsewhere(flow: Flow) -> tuple[str, ...]:
    """The handoff programs somebody says they applied for; never counted as sent."""
    told = flow.draft.value(APPLIED, Place())
    return tuple(told) if isinstance(told, list) else ()


def screened(services: Services, flow: Flow) -> list[Made]:
    """What the answers say of every program of interest, and of those that are closed."""
    household = Household.from_facts(sendable_facts(flow), services.rules.facts)
    closed = {p.id for p in services.rules.programs.values() if p.status == "closed"}
    wanted = [p for p in services.rules.programs if p in flow.interest or p in closed]
    if flow.draft.only is not None:
        wanted = [p for p in wanted if p in flow.interest]
    return [each.to_json() for each in screen(household, services.rules, flow.on, wanted)]


def _likely(services: Services, flow: Flow) -> tuple[str, ...]:
    """Every open routed program that seems to fit somebody."""
    found = {each["program"] for each in screened(services, flow) if each["outcome"] == LIKELY}
    programs = services.rules.programs
    return tuple(
        each
        for each in programs
        if each in found
        and programs[each].apply == "routed"
        and programs[each].status_on(flow.on) == "open"
    )


def _can_choose(services: Services, program: str) -> bool:
    found = services.rules.programs.get(program)
    return found is not None and found.apply == "routed" and found.status != "closed"


def _page(request: Request, held: Held, ticked: Ticked, status: int = 200) -> Response:
    services, words, flow = services_of(request), translator_of(request), held.flow
    made = screened(services, flow)
    groups = card_groups(services, flow, made, words, ticked.chosen, ticked.applied)
    likely = sum(len(group.cards) for group in groups if group.id in (LIKELY, ELSEWHERE))
    first = next((c.program for g in groups for c in g.cards if c.choose), None)
    left = flow.first_open(Stage.DECIDE)
    open_now = frozenset(
        p.id for p in services.rules.programs.values() if p.status_on(flow.on) == "open"
    )
    worth = monthly_worth(made, open_now)
    problem = words.gettext("Choose at least one program to apply for.")
    view = ResultsView(
        heading=words.ngettext(
            "You may get help from {n} program", "You may get help from {n} programs", likely
        )
        if likely
        else words.gettext("What your answers say"),
        worth=range_text(*worth, "month", words) if worth and worth[1] > 0 else None,
        open_questions=sum(1 for s in flow.open_steps if s.page.stage is Stage.DECIDE),
        next_question=question_url(left) if left else None,
        groups=groups,
        choosable=first is not None,
        all_ticked=bool(ticked.chosen),
        just_one=_name_of(services, flow, words),
        back=_back(flow),
        what_if=services.city.what_if_before_sending,
        errors=[FieldProblem(f"choose-{first}" if first else None, problem)]
        if ticked.missing
        else [],
    )
    return render(request, "resident/results.html", view, status=status)


def _name_of(services: Services, flow: Flow, words: Translator) -> str | None:
    program = flow.draft.only
    return words.gettext(services.rules.programs[program].name) if program else None


def _back(flow: Flow) -> str | None:
    asked = [step for step in flow.steps if step.page.stage is Stage.DECIDE]
    return question_url(asked[-1]) if asked else None
