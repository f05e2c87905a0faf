"""Telling the offices about a change after sending: new answers go in, old ones are not shown."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from forms import APPLICANT, Draft, FieldErrors, Flow, Step, page_view, parse_page
from forms.wording import caption
from service.actions.amendments import amend
from service.actions.drafts import resident
from service.body import read_form
from service.drafts import flow_of
from service.errors import Conflict, NotFound
from service.queries.own_application import sent_facts
from service.referrals.states import FINAL, State
from service.rendering import language_switch, redirect, render, translator_of
from service.resident.draft_page import STATUS
from service.resident.question_view import Drawing, GroupView, Typed, problems_of
from service.resident.sent_page import known_well, with_application
from service.resident.tasks import agency_name
from service.saying import say
from service.templating import FieldProblem
from service.web import now_of, services_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from forms.draft import Patch
    from service.i18n import Translator
    from service.queries.own_application import OwnApplication
    from service.services import Services

HERE = "/benefits/status/change"
PAGES = (
    "pay",
    "own_work",
    "other_income",
    "rent",
    "owner_costs",
    "childcare_cost",
    "address",
    "mailing_address",
)
NOT_TOLD = ("amounts", "amount", "dates", "steady", "costs", "after_costs")

Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ChangesView:
    """What can be told anew."""

    heading: str
    choices: Sequence[tuple[str, str]]
    offices: Sequence[str]
    back: str = STATUS


@dataclass(frozen=True, slots=True)
class ChangeView:
    """One answer to tell anew; the old one is not shown."""

    heading: str
    section: str
    caption: str | None
    action: str
    groups: Sequence[GroupView]
    offices: Sequence[str]
    errors: Sequence[FieldProblem]
    back: str = HERE
    form_id: str = "change"


@with_application
async def changes(request: Request, own: OwnApplication) -> Response:
    """The list of what can be told anew."""
    words = translator_of(request)
    flow, _facts = await _blank(request, own)
    view = ChangesView(
        heading=words.gettext("What has changed?"),
        choices=[(f"{HERE}/{step.key}", _title(flow, step, words)) for step in _steps(flow)],
        offices=_offices(services_of(request), own, words),
    )
    return render(request, "resident/changes.html", view)


@with_application
async def change(request: Request, own: OwnApplication) -> Response:
    """One answer to tell anew."""
    flow, _facts = await _blank(request, own)
    return _page(request, own, flow, _find(request, flow))


@with_application
async def changed(request: Request, own: OwnApplication) -> Response:
    """The new answer goes to the offices that have the application."""
    flow, facts = await _blank(request, own)
    step, form = _find(request, flow), await read_form(request)
    raw, words = form.multi(), translator_of(request)
    if language_switch(request, form) is not None:
        return _page(request, own, flow, step, Typed(raw))
    patch = parse_page(flow, step, raw, words.code)
    if isinstance(patch, FieldErrors):
        return _page(request, own, flow, step, Typed(raw, patch), status=422)
    try:
        await amend(
            services_of(request),
            resident(own.id),
            own.id,
            _with(facts, step, patch),
            now_of(request),
            programs=_open_programs(own),
        )
    except Conflict:
        return redirect(STATUS, request)
    return redirect(f"{STATUS}?done=changed", request)


async def _blank(request: Request, own: OwnApplication) -> tuple[Flow, Facts]:
    """The form over what was sent, with every answer that can change left empty, and the facts."""
    services = services_of(request)
    facts = await sent_facts(services, own.id)
    if facts is None or own.state != "submitted":
        raise NotFound
    draft = _draft_of(facts, _open_programs(own), hidden=not known_well(request))
    return flow_of(services, draft, services.city.calendar.day_of(now_of(request))), facts


def _draft_of(facts: Facts, programs: Sequence[str], *, hidden: bool) -> Draft:
    told = copy.deepcopy(dict(facts))
    household = {k: v for k, v in told.get("household", {}).items() if k in ("tenure", "homeless")}
    typed: dict[str, dict[str, Any]] = {}
    people = []
    for person in told.get("people", []):
        incomes = []
        for place, income in enumerate(person.get("incomes") or []):
            if "kind" not in income:
                continue
            name = f"{person['id']}i{place}"
            typed[name] = {"pay_told": "pays" if "amounts" in income else "same"}
            kept = {k: v for k, v in income.items() if k not in NOT_TOLD}
            if hidden:
                kept.pop("employer", None)
            incomes.append({**kept, "id": name})
        typed[person["id"]] = {"income_kinds": sorted({i["kind"] for i in incomes})}
        known = {k: person[k] for k in ("id", "name", "birth_date") if k in person}
        if hidden and person["id"] != APPLICANT:
            known["name"] = f"{str(person.get('name') or '')[:1]}•••"
        people.append({**known, "incomes": incomes})
    return Draft(
        facts={"people_complete": True, "household": household, "people": people},
        typed=typed,
        chosen=tuple(programs),
        wanted=(),
    )


def _steps(flow: Flow) -> list[Step]:
    return [step for step in flow.steps if step.page.key in PAGES]


def _find(request: Request, flow: Flow) -> Step:
    key: str = request.path_params["key"]
    step = next((each for each in _steps(flow) if each.key == key), None)
    if step is None:
        raise NotFound
    return step


def _with(facts: Facts, step: Step, patch: Patch) -> dict[str, Any]:
    """The sent facts with the new answer in its place."""
    new: dict[str, Any] = copy.deepcopy(dict(facts))
    person = next((p for p in new["people"] if p["id"] == step.place.person), None)
    income: dict[str, Any] = {}
    if step.place.income and person is not None:
        income = person["incomes"][int(step.place.income.rpartition("i")[2])]
        if any(fact in patch for fact in ("income.amount", "income.amounts")):
            for old in ("amount", "amounts", "dates"):
                income.pop(old, None)
    for fact, value in patch.items():
        entity, _dot, name = fact.partition(".")
        holder = {"household": new.setdefault("household", {}), "income": income}.get(entity)
        if holder is None:
            continue
        if value is None:
            holder.pop(name, None)
        else:
            holder[name] = value
    return new


def _page(
    request: Request,
    own: OwnApplication,
    flow: Flow,
    step: Step,
    typed: Typed | None = None,
    status: int = 200,
) -> Response:
    words = translator_of(request)
    raw, errors = (typed.raw, typed.errors) if typed else (None, None)
    drawn = page_view(flow, step, words.code, raw)
    title = say(drawn.title, words)
    draw = Drawing(flow, words, errors, title)
    pairs = zip(drawn.groups, flow.live(step), strict=True)
    groups = [draw.group(group, live) for group, live in pairs]
    view = ChangeView(
        heading=title,
        section=words.gettext("Your application"),
        caption=say(drawn.caption, words) if drawn.caption else None,
        action=f"{HERE}/{step.key}",
        groups=groups,
        offices=_offices(services_of(request), own, words),
        errors=problems_of(errors, groups, words),
    )
    return render(request, "resident/change.html", view, status=status)


def _title(flow: Flow, step: Step, words: Translator) -> str:
    title = say(page_view(flow, step, words.code).title, words)
    named = caption(flow, step.place) if step.place.income else None
    return f"{title} ({say(named, words)})" if named else title


def _open_programs(own: OwnApplication) -> list[str]:
    """Programs whose office can still use a change: all that were not taken back or refused."""
    done = FINAL - {State.APPROVED}
    return [case.program for case in own.referrals if State(case.state) not in done]


def _offices(services: Services, own: OwnApplication, words: Translator) -> list[str]:
    programs = _open_programs(own)
    agencies = [case.agency for case in own.referrals if case.program in programs]
    return [agency_name(services, each, words) for each in dict.fromkeys(agencies)]
