"""Whether a case has the short clock: what a program's file says, if the answers make it sure."""

from __future__ import annotations

from datetime import date

from eligibility.household import Household
from eligibility.parameters import NoValue
from eligibility.rulebook import Rulebook


def is_urgent(household: Household, rules: Rulebook, program: str, on: date) -> bool:
    """True when the program's `urgent_when` holds whatever is still unanswered."""
    clock = rules.programs[program].clock
    if clock is None or clock.urgent_when is None:
        return False
    world = rules.world(household, on)
    try:
        return rules.compiler.compile(clock.urgent_when)(world) is True
    except NoValue:
        return False
