"""What would change with one answer told otherwise: each program as it seems now, and then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from eligibility import Household, screen
from service.resident.results_view import LIKELY, Made, amount_text, outcome_of

if TYPE_CHECKING:
    from eligibility.program import Program
    from service.i18n import Translator
    from service.services import Services


@dataclass(frozen=True, slots=True)
class Seems:
    """What a program seems to say: the outcome, for how many people, and a rounded amount."""

    outcome: str
    whom: str | None
    amount: str | None


@dataclass(frozen=True, slots=True)
class ProgramView:
    """One program, now and with the change."""

    program: str
    title: str
    now: Seems
    then: Seems

    @property
    def differs(self) -> bool:
        return self.now != self.then


def compared(
    services: Services,
    words: Translator,
    on: date,
    facts: tuple[Mapping[str, Any], Mapping[str, Any]],
    wanted: Sequence[str],
) -> list[ProgramView]:
    """Each of the wanted programs with the facts before and after, and any other that changes."""
    programs = services.rules.programs
    open_now = [each.id for each in programs.values() if each.status_on(on) == "open"]
    first, second = (_screened(services, each, on, open_now) for each in facts)
    views = []
    for program in dict.fromkeys((*wanted, *open_now)):
        if program in first:
            now = _seems(programs[program], first[program], words, on)
            then = _seems(programs[program], second[program], words, on)
            view = ProgramView(program, words.gettext(programs[program].name), now, then)
            if program in wanted or now != then:
                views.append(view)
    return views


def _screened(
    services: Services, facts: Mapping[str, Any], on: date, programs: Sequence[str]
) -> dict[str, list[Made]]:
    household = Household.from_facts(dict(facts), services.rules.facts)
    found: dict[str, list[Made]] = {program: [] for program in programs}
    for each in screen(household, services.rules, on, programs, explain=False):
        found[each.program].append(each.to_json())
    return found


def _seems(program: Program, found: Sequence[Made], words: Translator, on: date) -> Seems:
    outcome = outcome_of(program, found, on)
    shown = [each for each in found if each["outcome"] == outcome]
    if outcome != LIKELY:
        return Seems(outcome, None, None)
    whom = None
    if program.unit == "person":
        whom = words.ngettext("For {n} person", "For {n} people", len(shown))
    return Seems(outcome, whom, amount_text(shown, words))
