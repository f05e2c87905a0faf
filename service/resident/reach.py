"""Whom an answer may reach, and how many questions separate forms would ask."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache
from typing import TYPE_CHECKING

from forms import counts
from service.resident.offices import agency_name

if TYPE_CHECKING:
    from eligibility import Rulebook
    from forms import Flow, Step
    from service.city import City
    from service.i18n import Translator
    from service.services import Services

MOST_NAMED = 3
MOST_REMEMBERED = 4096
ALWAYS_SHARED = ("contact.", "people_complete")

# By programs of interest and facts of a page: the same for every resident under one rulebook and in
# one city, which are kept beside it.
_known: dict[tuple[frozenset[str], frozenset[str]], tuple[Rulebook, City, tuple[str, ...]]] = {}


def seen_by(services: Services, flow: Flow, step: Step, words: Translator) -> str:
    """Which offices get the answers of a page, if their programs are applied for."""
    facts = frozenset(fact for live in flow.live(step) for fact in live.question.serves)
    agencies = _offices(services, flow.interest, facts)
    if not agencies:
        return words.gettext("No office gets this answer.")
    if len(agencies) > MOST_NAMED:
        return words.ngettext(
            "{n} office gets it if you apply there.",
            "{n} offices get it if you apply there.",
            len(agencies),
        )
    named = [agency_name(services, agency, words) for agency in agencies]
    return words.ngettext(
        "{names} gets it if you apply there.",
        "{names} get it if you apply there.",
        len(named),
        names=words.list(named),
    )


def _offices(
    services: Services, programs: frozenset[str], facts: frozenset[str]
) -> tuple[str, ...]:
    rules, city = services.rules, services.city
    known = _known.get((programs, facts))
    if known is not None and known[0] is rules and known[1] is city:
        return known[2]
    if len(_known) >= MOST_REMEMBERED:
        _known.clear()
    found = _agencies(services, programs, facts)
    _known[programs, facts] = (rules, city, found)
    return found


def _agencies(
    services: Services, programs: Collection[str], facts: frozenset[str]
) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for program in services.rules.programs.values():
        if program.id not in programs or program.apply != "routed":
            continue
        if any(_granted(fact, program.fields) for fact in facts):
            found.update(dict.fromkeys(services.city.routing.agencies_of(program.id)))
    return tuple(found)


@lru_cache(MOST_REMEMBERED)
def _granted(fact: str, fields: tuple[str, ...]) -> bool:
    """Whether an answer to a fact is part of what these fields give."""
    if fact.startswith(ALWAYS_SHARED):
        return True
    entity, _dot, rest = fact.partition(".")
    if entity == "income":
        return "person.incomes" in fields or any(f.startswith("person.incomes") for f in fields)
    return f"{entity}.{rest.partition('.')[0]}" in fields or fact in fields


def instead_of(services: Services, flow: Flow) -> int:
    """How many questions the separate forms of the programs one can send from here would ask."""
    programs = services.rules.programs
    wanted = flow.interest.intersection(flow.draft.chosen) or flow.interest
    routed = [each for each in wanted if programs[each].apply == "routed"]
    return counts(flow, routed).separate if routed else 0
