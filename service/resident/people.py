"""Changing a name, and asking before a person or an income is taken off the list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from forms import (
    APPLICANT,
    FieldErrors,
    Place,
    parse_first_name,
    remove_income,
    remove_person,
    remove_would_lose,
    rename_person,
)
from forms.wording import caption
from service.body import read_form
from service.rendering import language_switch, redirect, render, translator_of
from service.resident.draft_page import going_on, saved, with_draft
from service.saying import say
from service.templating import FieldProblem

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from forms import Flow
    from service.drafts import Held

PEOPLE = "/benefits/apply/people"


@dataclass(frozen=True, slots=True)
class NameView:
    """One first name to change."""

    heading: str
    section: str
    action: str
    value: str
    error: str | None
    errors: Sequence[FieldProblem]
    birth: str | None
    back: str = PEOPLE
    form_id: str = "name-form"


@dataclass(frozen=True, slots=True)
class RemoveView:
    """A last question before something told is taken away."""

    heading: str
    section: str
    lead: str
    yes: str
    keep: str
    action: str
    back: str
    form_id: str = "remove"


@with_draft
async def name(request: Request, held: Held) -> Response:
    """The name of somebody else in the home."""
    person = listed_person(request, held)
    return _name_page(request, held, person) if person else redirect(PEOPLE)


@with_draft
async def rename(request: Request, held: Held) -> Response:
    """Another name for somebody else in the home."""
    person = listed_person(request, held)
    if person is None:
        return redirect(PEOPLE)
    form = await read_form(request)
    typed = form.get("name")
    if language_switch(request, form) is not None:
        return _name_page(request, held, person, typed)
    parsed = parse_first_name("name", typed)
    if isinstance(parsed, FieldErrors):
        return _name_page(request, held, person, typed, parsed)
    await saved(request, held, lambda flow: _renamed(flow, person, parsed))
    return redirect(PEOPLE, request)


def _renamed(flow: Flow, person: str, name: str) -> Flow | None:
    if person not in flow.draft.people:
        return None
    return flow.with_draft(rename_person(flow.draft, person, name))


def _name_page(
    request: Request,
    held: Held,
    person: str,
    typed: str | None = None,
    errors: FieldErrors | None = None,
) -> Response:
    words = translator_of(request)
    told = held.draft.name(person)
    problem = errors.of("name") if errors else None
    error = say(problem, words) if problem else None
    born = held.flow.find("birth_date")
    view = NameView(
        heading=words.gettext("What is the first name of {name}?", name=told),
        section=words.gettext("Your home"),
        action=f"/benefits/people/{person}",
        value=told if typed is None else typed,
        error=error,
        errors=[FieldProblem("name", error)] if error else [],
        birth=f"/benefits/apply/{born.key}" if born else None,
    )
    return render(request, "resident/name.html", view, status=422 if error else 200)


@with_draft
async def ask_remove(request: Request, held: Held) -> Response:
    """Take this person off? By name, and with what goes with them."""
    person, words = listed_person(request, held), translator_of(request)
    if person is None:
        return redirect(PEOPLE)
    told = held.draft.name(person)
    lost = len(remove_would_lose(held.flow, person))
    lead = words.gettext("You told us nothing more about {name} yet.", name=told)
    if lost:
        lead = words.ngettext(
            "{n} answer about {name} goes too.",
            "{n} answers about {name} go too.",
            lost,
            name=told,
        )
    view = RemoveView(
        heading=words.gettext("Take {name} off the list?", name=told),
        section=words.gettext("Your home"),
        lead=lead,
        yes=words.gettext("Yes, take {name} off", name=told),
        keep=words.gettext("No, keep {name}", name=told),
        action=f"/benefits/people/{person}/remove",
        back=PEOPLE,
    )
    return render(request, "resident/remove.html", view)


@with_draft
async def removed(request: Request, held: Held) -> Response:
    """The person is off the list, with what was told of them."""
    person = request.path_params["person"]
    form = await read_form(request)
    if language_switch(request, form) is not None:
        listed = listed_person(request, held)
        return redirect(f"/benefits/people/{listed}/remove" if listed else PEOPLE, request)
    # A second click finds nobody to remove, and is right as well.
    await saved(request, held, lambda flow: _without_person(flow, person))
    return redirect(PEOPLE, request)


def _without_person(flow: Flow, person: str) -> Flow:
    if person == APPLICANT or person not in flow.draft.people:
        return flow
    return flow.with_draft(remove_person(flow.draft, person))


@with_draft
async def ask_remove_income(request: Request, held: Held) -> Response:
    """Take this job or other money off?"""
    place, words = Place(**request.path_params), translator_of(request)
    if place.income not in _incomes(held.flow, place.person):
        return redirect(_list_of(held.flow, place.person))
    named = caption(held.flow, place)
    told = say(named, words) if named else words.gettext("Income")
    view = RemoveView(
        heading=words.gettext("Take “{income}” off the list?", income=told),
        section=words.gettext("Money coming in"),
        lead=words.gettext("What you told us about it goes too."),
        yes=words.gettext("Yes, take it off"),
        keep=words.gettext("No, keep it"),
        action=f"/benefits/incomes/{place.person}/{place.income}/remove",
        back=_list_of(held.flow, place.person),
    )
    return render(request, "resident/remove.html", view)


@with_draft
async def removed_income(request: Request, held: Held) -> Response:
    """The income is off the list."""
    form = await read_form(request)
    place = Place(**request.path_params)
    if language_switch(request, form) is not None:
        listed = place.income in _incomes(held.flow, place.person)
        page = f"/benefits/incomes/{place.person}/{place.income}/remove"
        return redirect(page if listed else _list_of(held.flow, place.person), request)
    kept = await saved(request, held, lambda flow: _without_income(flow, place))
    return redirect(_list_of(kept.flow if kept else held.flow, place.person), request)


def _without_income(flow: Flow, place: Place) -> Flow:
    if place.income not in _incomes(flow, place.person):
        return flow
    return flow.with_draft(remove_income(flow.draft, place))


def listed_person(request: Request, held: Held) -> str | None:
    """Somebody else in the home, from the address; None for who is not, or no longer, on the
    list."""
    person: str = request.path_params["person"]
    return person if person != APPLICANT and person in held.draft.people else None


def _incomes(flow: Flow, person: str) -> list[str]:
    if person not in flow.draft.people:
        return []
    return [income["id"] for income in flow.draft.incomes(person)]


def _list_of(flow: Flow, person: str) -> str:
    """The page a list of incomes stands on: the closing one, or where the kinds are ticked."""
    for page in ("more_income", "income_kinds"):
        step = flow.find(f"{page}/{person}")
        if step is not None:
            return f"/benefits/apply/{step.key}"
    return going_on(flow)
