"""Telling the offices about a change after sending: new answers go in, old ones are not shown."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from forms import APPLICANT, Draft, FieldErrors, Flow, Step, page_view, parse_page
from forms.wording import caption
from service.actions import contact_changes as changing
from service.actions.amendments import amend_newest
from service.body import read_form
from service.drafts import flow_of
from service.errors import Conflict, NotFound
from service.queries.own_application import sent_facts
from service.rendering import language_switch, redirect, render, translator_of
from service.resident import interrupted
from service.resident.draft_page import STATUS
from service.resident.offices import (
    NO_OFFICE,
    OfficeBox,
    chosen_offices,
    office_boxes,
    open_programs,
    programs_at,
)
from service.resident.question_view import Drawing, GroupView, error_lines, problems_of
from service.resident.sent_page import known_well, with_application
from service.saying import say
from service.templating import FieldProblem
from service.web import now_of, services_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from forms import Raw
    from forms.draft import Patch
    from service.i18n import Translator
    from service.queries.own_application import OwnApplication

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
ADDRESSES = ("address", "mailing_address")
NOT_TOLD = ("amounts", "amount", "dates", "steady", "costs", "after_costs")

Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ChangesView:
    """What can be told anew."""

    heading: str
    choices: Sequence[tuple[str, str]]
    any_office: bool
    back: str = STATUS


@dataclass(frozen=True, slots=True)
class ChangeView:
    """One answer to tell anew; the old one is not shown."""

    heading: str
    section: str
    caption: str | None
    action: str
    groups: Sequence[GroupView]
    offices: Sequence[OfficeBox]
    ticked: Sequence[str]
    office_error: str | None
    held: bool
    errors: Sequence[FieldProblem]
    back: str = HERE
    form_id: str = "change"


@dataclass(frozen=True, slots=True)
class Told:
    """What was typed and ticked, and whether there is something to say about it."""

    raw: Raw | None = None
    offices: tuple[str, ...] = ()
    errors: FieldErrors | None = None
    checked: bool = False


@with_application
async def changes(request: Request, own: OwnApplication) -> Response:
    """The list of what can be told anew; nothing is, once all of it was taken back."""
    if own.state != "submitted":
        return redirect(STATUS)
    words = translator_of(request)
    flow, _facts = await blank_flow(request, own)
    view = ChangesView(
        heading=words.gettext("What has changed?"),
        any_office=bool(open_programs(own)),
        choices=[(f"{HERE}/{step.key}", step_title(flow, step, words)) for step in steps_of(flow)],
    )
    return render(request, "resident/changes.html", view)


@with_application
async def change(request: Request, own: OwnApplication) -> Response:
    """One answer to tell anew."""
    if not open_programs(own):
        return redirect(HERE)
    flow, _facts = await blank_flow(request, own)
    raw = interrupted.typed(request, own.id)
    told = Told(raw, chosen_offices(own, raw.get("office", ()))) if raw else None
    return _page(request, own, flow, _find(request, flow), told)


@with_application
async def changed(request: Request, own: OwnApplication) -> Response:
    """The new answer goes to the offices that have the application."""
    if not open_programs(own):
        return redirect(HERE)
    flow, _facts = await blank_flow(request, own)
    step, form = _find(request, flow), await read_form(request)
    raw, words = form.multi(), translator_of(request)
    told = Told(raw, chosen_offices(own, form.all("office")))
    if language_switch(request, form) is not None:
        return _page(request, own, flow, step, told)
    patch = parse_page(flow, step, raw, words.code)
    if isinstance(patch, FieldErrors):
        return _page(request, own, flow, step, replace(told, errors=patch, checked=True))
    if not told.offices:
        return _page(request, own, flow, step, replace(told, checked=True))
    return await _send(request, own, step, patch, programs_at(own, told.offices))


async def _send(
    request: Request,
    own: OwnApplication,
    step: Step,
    patch: Patch,
    programs: Sequence[str],
) -> Response:
    """The change as a new version for these programs; another address waits for its owner's yes."""
    services, now = services_of(request), now_of(request)
    if step.page.key in ADDRESSES and not known_well(request):
        household = {fact.partition(".")[2]: value for fact, value in patch.items()}
        change = {"household": household, "programs": list(programs)}
        await changing.ask(services, own.id, changing.ADDRESS, change, now, confirmed=False)
        return redirect(f"{STATUS}?done=held", request)
    try:
        await amend_newest(
            services, own.id, lambda facts: facts_with(facts, step, patch), now, programs=programs
        )
    except Conflict:
        return redirect(STATUS, request)
    return redirect(f"{STATUS}?done=changed", request)


async def blank_flow(request: Request, own: OwnApplication) -> tuple[Flow, Facts]:
    """The form over what was sent, with every answer that can change left empty, and the facts."""
    services = services_of(request)
    facts = await sent_facts(services, own.id)
    if facts is None or own.state != "submitted":
        raise NotFound
    draft = _draft_of(facts, open_programs(own), hidden=not known_well(request))
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


def steps_of(flow: Flow) -> list[Step]:
    """Every answer that can be told anew."""
    return [step for step in flow.steps if step.page.key in PAGES]


def _find(request: Request, flow: Flow) -> Step:
    key: str = request.path_params["key"]
    step = next((each for each in steps_of(flow) if each.key == key), None)
    if step is None:
        raise NotFound
    return step


def facts_with(facts: Facts, step: Step, patch: Patch) -> dict[str, Any]:
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
    request: Request, own: OwnApplication, flow: Flow, step: Step, told: Told | None = None
) -> Response:
    words = translator_of(request)
    told = told or Told()
    drawn = page_view(flow, step, words.code, told.raw)
    title = say(drawn.title, words)
    lines = error_lines(flow, step, drawn, told.errors, words)
    draw = Drawing(flow, words, lines, title)
    pairs = zip(drawn.groups, flow.shown(step), strict=True)
    groups = [draw.group(group, live) for group, live in pairs]
    offices = office_boxes(services_of(request), own, words)
    errors = problems_of(lines, groups)
    nobody = words.gettext(NO_OFFICE) if told.checked and not told.offices else None
    if nobody:
        errors.append(FieldProblem("office", nobody))
    view = ChangeView(
        heading=title,
        section=words.gettext("Your application"),
        caption=say(drawn.caption, words) if drawn.caption else None,
        action=f"{HERE}/{step.key}",
        groups=groups,
        offices=offices,
        ticked=told.offices,
        office_error=nobody,
        held=step.page.key in ADDRESSES and not known_well(request),
        errors=errors,
    )
    return render(request, "resident/change.html", view, status=422 if errors else 200)


def step_title(flow: Flow, step: Step, words: Translator) -> str:
    """What one of them is about, with the job or kind of money."""
    title = say(page_view(flow, step, words.code).title, words)
    named = caption(flow, step.place) if step.place.income else None
    return f"{title} ({say(named, words)})" if named else title
