"""The list of an agency's cases: by due date, filtered, found by name or reference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from service.body import read_form, read_query
from service.caseworker.case_words import STATES, agency_name, program_name
from service.errors import NotFound
from service.i18n import _
from service.queries.accounts import colleagues
from service.queries.casefile import count_objections
from service.queries.caseload import (
    MOST_FOUND,
    VIEWS,
    CaseLine,
    Cursor,
    count_cases,
    find_cases,
    list_cases,
)
from service.rendering import render, translator_of
from service.security.references import show_reference
from service.web import now_of, services_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from service.i18n import Translator
    from service.services import Services

QUEUE = "/staff/cases"
# What counts as soon: this many days from today, the late ones among them.
SOON = timedelta(days=3)
NAMES = {
    "open": _("All open"),
    "new": _("New"),
    "mine": _("Mine"),
    "resident": _("Resident’s turn"),
    "soon": _("Urgent, due soon or late"),
    "closed": _("Closed"),
}


@dataclass(frozen=True, slots=True)
class Tab:
    """One view of the list."""

    name: str
    href: str
    count: int | None
    here: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One case of the list."""

    href: str
    name: str
    due: str
    left: str
    late: bool
    urgent: bool
    program: str
    state: str
    filed: str
    reference: str
    worker: str


@dataclass(frozen=True, slots=True)
class QueueView:
    """A page of the list, or what a search found."""

    heading: str
    section: str
    tabs: Sequence[Tab]
    lines: Sequence[Line]
    caption: str
    empty: str
    next: str | None
    searched: str | None
    objections: int


async def cases(request: Request) -> Response:
    """A page of one view, the first due first."""
    query = read_query(request)
    view = query.get("view") or "open"
    if view not in VIEWS:
        raise NotFound
    services, actor = services_of(request), request.state.actor
    soon = services.city.calendar.day_of(now_of(request)) + SOON
    listed = await list_cases(services, actor, view, soon, Cursor.parse(query.get("after")))
    following = f"{QUEUE}?view={view}&after={listed.next}" if listed.next else None
    return await _page(request, listed.cases, view, following)


async def search(request: Request) -> Response:
    """Cases under a name or reference. A form, not an address: names stay out of addresses."""
    form = await read_form(request)
    words = " ".join(form.get("q").split())[:200]
    found = await find_cases(services_of(request), request.state.actor, words) if words else []
    return await _page(request, found, None, None, searched=words)


async def _page(
    request: Request,
    found: Sequence[CaseLine],
    view: str | None,
    following: str | None,
    searched: str | None = None,
) -> Response:
    services, actor, words = services_of(request), request.state.actor, translator_of(request)
    today = services.city.calendar.day_of(now_of(request))
    counts = await count_cases(actor, today + SOON)
    names = {each.id: each.name for each in await colleagues(services, actor.agency)}
    empty = _("No case here now.") if searched is None else _("No case of yours has this.")
    caption = words.gettext(NAMES[view]) if view else words.gettext("Found")
    page = QueueView(
        heading=words.gettext("Cases"),
        section=agency_name(actor.agency, services, words),
        tabs=[
            Tab(words.gettext(NAMES[each]), f"{QUEUE}?view={each}", counts.get(each), each == view)
            for each in VIEWS
        ],
        lines=[_line(services, each, words, today, names) for each in found],
        caption=caption,
        empty=words.gettext(empty, n=MOST_FOUND),
        next=following,
        searched=searched,
        objections=await count_objections(actor),
    )
    return render(request, "caseworker/cases.html", page)


def _line(
    services: Services,
    case: CaseLine,
    words: Translator,
    today: date,
    names: Mapping[UUID, str],
) -> Line:
    state = words.gettext(STATES[case.state])
    if case.amended and case.waiting:
        state = words.gettext("{state}, changed by the resident", state=state)
    is_open = case.state not in ("approved", "denied", "withdrawn")
    return Line(
        href=f"{QUEUE}/{case.id}",
        name=case.name,
        due=words.date(case.due_on, "medium"),
        left=left(services, case.due_on, today, words) if is_open else "",
        late=is_open and case.due_on < today,
        urgent=case.urgent,
        program=program_name(case.program, services, words),
        state=state,
        filed=words.date(case.filed_at, "medium"),
        reference=show_reference(case.reference, services.city.reference_prefix)
        if case.readable
        else "",
        worker=names.get(case.assigned_to, "") if case.assigned_to else "",
    )


def left(services: Services, due: date, today: date, words: Translator) -> str:
    """Working days to the due date, or by how many it has passed."""
    days = services.city.calendar.between(today, due)
    if due < today:
        return words.ngettext("{n} day late", "{n} days late", max(1, -days))
    if due == today:
        return words.gettext("today")
    return words.ngettext("{n} working day", "{n} working days", days)
