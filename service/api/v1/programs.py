"""Public: the programs and what each needs, and a screening that stores nothing."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from eligibility import screen
from service.api.v1.edge import answer
from service.api.v1.shapes import Day, FactId, FactsObject, ProgramId, Strict
from service.body import read_json, read_query
from service.errors import Fault, Invalid
from service.referrals.package import read_household
from service.security.rate_limits import LARGE_SCREENING_NETWORK, limit
from service.web import address_of, now_of, services_of

FACTS_BYTES = 128 * 1024
LARGE = 10  # people


class ProgramItem(Strict):
    """One program. `fields` are the facts its agency is granted; a consent names them all."""

    id: ProgramId
    name: str
    summary: str
    status: str
    apply: Literal["routed", "handoff", "automatic"]
    agency: str
    fields: list[FactId]
    reasons: Annotated[
        dict[str, str], Field(description="What a decision's reason may be, in words.")
    ]


class ProgramList(Strict):
    """All programs of the city; the list comes whole."""

    items: list[ProgramItem]
    next: None = None


class ScreeningAnswer(Strict):
    """What seems likely on a day. Only an agency decides."""

    on: Day
    determinations: Annotated[
        list[dict[str, Any]], Field(description="Determinations; see docs/api.md.")
    ]


async def programs(request: Request) -> Response:
    """Every program, also those that are closed or applied for elsewhere."""
    read_query(request)
    services = services_of(request)
    today = services.city.calendar.day_of(now_of(request))
    items = []
    for program in services.rules.programs.values():
        routed = services.city.routing.agencies_of(program.id)
        items.append(
            {
                "id": program.id,
                "name": program.name,
                "summary": program.summary,
                "status": program.status_on(today),
                "apply": program.apply,
                "agency": routed[0] if routed else program.agency,
                "fields": list(program.fields),
                "reasons": dict(program.reasons),
            }
        )
    return answer({"items": items, "next": None})


async def screenings(request: Request) -> Response:
    """Screen the facts in the body on their day, or today. Nothing is kept."""
    services = services_of(request)
    facts = await read_json(request, FACTS_BYTES)
    if not isinstance(facts, dict):
        raise Invalid([Fault("", "object", "Send the facts as one object.")])
    household = read_household(services, facts)
    if len(household.people) > LARGE:
        await limit(services, LARGE_SCREENING_NETWORK, address_of(request), now_of(request))
    today = services.city.calendar.day_of(now_of(request))
    on = household.on or today
    made = screen(household, services.rules, on=on)
    return answer({"on": on.isoformat(), "determinations": [each.to_json() for each in made]})


ScreeningBody = FactsObject
