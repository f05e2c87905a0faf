"""Public: the programs and what each needs, and a screening that stores nothing."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from eligibility import Household, screen_text
from service.api.v1.edge import answer, answer_text
from service.api.v1.shapes import Day, FactId, FactsObject, ProgramId, Strict
from service.body import read_json, read_query
from service.deciding import MOST, MOST_INCOMES, can_narrow, explained
from service.errors import Fault, Invalid, Malformed
from service.referrals.package import read_household
from service.security.rate_limits import FEWEST_SCREENING_NETWORK, LARGE_SCREENING_NETWORK, limit
from service.web import address_of, now_of, services_of

FACTS_BYTES = 128 * 1024
LARGE = 10  # people
ALL, FEWEST = "all", "fewest"
QUERY: dict[str, dict[str, Any]] = {
    "explain": {
        "type": "string",
        "enum": [ALL, FEWEST],
        "default": ALL,
        "description": "Which facts each reason names: all that its test looked at, or only those"
        " that the result cannot do without.",
    },
    "program": {
        "type": "array",
        "items": {"type": "string"},
        "description": "Programs to screen for; all of them where none is named.",
    },
}


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
    chosen, fewest = _asked(request)
    facts = await read_json(request, FACTS_BYTES)
    if not isinstance(facts, dict):
        raise Invalid([Fault("", "object", "Send the facts as one object.")])
    household = read_household(services, facts)
    if len(household.people) > LARGE:
        await limit(services, LARGE_SCREENING_NETWORK, address_of(request), now_of(request))
    on = household.on or services.city.calendar.day_of(now_of(request))
    if fewest:
        return await _narrowed(request, household, on, chosen)
    made = screen_text(household, services.rules, on=on, programs=chosen)
    return answer_text(f'{{"on":"{on.isoformat()}","determinations":{made}}}')


def _asked(request: Request) -> tuple[list[str] | None, bool]:
    """The programs that are named, None for all, and whether the fewest facts are wanted."""
    query = read_query(request, lists=("program",))
    chosen, explain = query.all("program"), query.get("explain", ALL)
    if explain not in (ALL, FEWEST):
        raise Malformed("explain")
    if not all(each in services_of(request).rules.programs for each in chosen):
        raise Malformed("program")
    return list(dict.fromkeys(chosen)) or None, explain == FEWEST


async def _narrowed(
    request: Request, household: Household, on: date, chosen: list[str] | None
) -> Response:
    services = services_of(request)
    if not can_narrow(household):
        words = f"The fewest facts are named for at most {MOST} people and {MOST_INCOMES} incomes."
        raise Invalid([Fault("/people", "too_many", words)])
    await limit(services, FEWEST_SCREENING_NETWORK, address_of(request), now_of(request))
    made = await explained(household, services.rules, on, chosen)
    return answer({"on": on.isoformat(), "determinations": [each.to_json() for each in made]})


ScreeningBody = FactsObject
