"""Every program of the city, and one page for each: who it is for, how to apply, by which rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from eligibility.program import Handoff, Program
from service.errors import NotFound
from service.fact_names import fact_name
from service.i18n import _
from service.rendering import render, translator_of
from service.web import now_of, services_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from service.i18n import Translator
    from service.services import Services

GROUPS = (
    ("routed", _("Apply here"), _("Answer once, and we send your application to the office.")),
    (
        "handoff",
        _("We check, you apply there"),
        _("We tell you if you may get it and print a page with your answers."),
    ),
    ("automatic", _("Comes by itself"), _("You may get this together with another program.")),
    ("closed", _("Not open now"), ""),
)
WHO = {
    "household": _("One application for each household"),
    "person": _("One application for each person"),
}


@dataclass(frozen=True, slots=True)
class ProgramCard:
    """A line of the list."""

    href: str
    name: str
    summary: str
    note: str


@dataclass(frozen=True, slots=True)
class ProgramGroup:
    """Programs one applies for in the same way."""

    id: str
    title: str
    lead: str
    cards: Sequence[ProgramCard]


@dataclass(frozen=True, slots=True)
class ProgramsView:
    heading: str
    groups: Sequence[ProgramGroup]
    back: str = "/"


@dataclass(frozen=True, slots=True)
class ProgramView:
    """One program in the words of its own file."""

    heading: str
    summary: str
    agency: str
    group: str
    status: str
    unit: str
    can_start: str | None
    handoff: Handoff | None
    handoff_title: str
    asks: Sequence[str]
    not_checked: Sequence[str]
    proofs: Sequence[str]
    clock: str
    next_step: str
    law_title: str
    law_url: str
    back: str = "/programs"


async def programs(request: Request) -> Response:
    """All programs by how one applies; those that are not open stand last and say so."""
    services, words = services_of(request), translator_of(request)
    found: dict[str, list[ProgramCard]] = {group: [] for group, _title, _lead in GROUPS}
    for each in services.rules.programs.values():
        found[group_of(each, request)].append(card(each, services, words))
    groups = [
        ProgramGroup(
            id=group,
            title=words.gettext(title),
            lead=words.gettext(lead) if lead else "",
            cards=sorted(found[group], key=lambda card: card.name.casefold()),
        )
        for group, title, lead in GROUPS
        if found[group]
    ]
    heading = words.gettext("Every program")
    return render(request, "public/programs.html", ProgramsView(heading, groups))


async def program(request: Request) -> Response:
    """One program. Raises NotFound for an id we do not have."""
    services, words = services_of(request), translator_of(request)
    found = services.rules.programs.get(request.path_params["id"])
    if found is None:
        raise NotFound
    group = group_of(found, request)
    view = ProgramView(
        heading=words.gettext(found.name),
        summary=words.gettext(found.summary),
        agency=agency_name(found, services, words),
        group=group,
        status=words.gettext(found.status_text) if found.status_text else "",
        unit=words.gettext(WHO[found.unit]),
        can_start=f"/benefits/start?only={found.id}" if group != "closed" else None,
        handoff=found.handoff,
        handoff_title=words.gettext(found.handoff.title) if found.handoff else "",
        asks=sorted(
            {fact_name(fact, services.rules.facts, words) for fact in found.fields},
            key=str.casefold,
        ),
        not_checked=[words.gettext(line) for line in found.not_checked],
        proofs=[words.gettext(line) for line in found.proofs],
        clock=clock_line(found, words),
        next_step=words.gettext(found.next_step) if found.next_step else "",
        law_title=found.law.title,
        law_url=found.law.url,
    )
    return render(request, "public/program.html", view)


def group_of(found: Program, request: Request) -> str:
    today = translator_of(request).day(now_of(request))
    return found.apply if found.status_on(today) == "open" else "closed"


def card(found: Program, services: Services, words: Translator) -> ProgramCard:
    return ProgramCard(
        href=f"/programs/{found.id}",
        name=words.gettext(found.name),
        summary=words.gettext(found.summary),
        note=agency_name(found, services, words),
    )


def agency_name(found: Program, services: Services, words: Translator) -> str:
    """The office in words; offices that take no cases from us have no entry."""
    agency = services.city.agencies.get(found.agency)
    return words.gettext(agency.name) if agency is not None else ""


def clock_line(found: Program, words: Translator) -> str:
    if found.clock is None:
        return ""
    return words.ngettext(
        "The office has {n} working day to decide.",
        "The office has {n} working days to decide.",
        found.clock.working_days,
    )
