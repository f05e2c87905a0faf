"""Our own answers to what the model was asked, from the rules as they are shipped."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

from benchmarks.oracle.households import (
    USUAL_MONTHS,
    HouseholdFile,
    UnreadableFile,
    day_in,
    inputs_of,
    names_of_rows,
)
from benchmarks.oracle.mapping import facts_of, with_pupils
from eligibility import Household, Rulebook, load_rules, screen
from eligibility.batch.figures import read_setting, with_settings
from eligibility.determination import LIKELY, UNLIKELY, Determination
from eligibility.household import FactErrors
from eligibility.parameters import read_figure
from eligibility.spans import Number, ends

ROOT = Path(__file__).parents[2]
FIRST_DAY_OF_SMI_2025, FIRST_DAY_OF_SMI_2026 = date(2024, 10, 1), date(2025, 10, 1)
HEALTH = (
    "apple_health_adults",
    "apple_health_children",
    "apple_health_pregnancy",
    "apple_health_children_premium",
)
BY_PERSON = {
    "wic_eligible": "wic",
    "apple_health_adult": "apple_health_adults",
    "apple_health_pregnancy": "apple_health_pregnancy",
    "apple_health_child": "apple_health_children",
    "chip_eligible": "apple_health_children_premium",
    "head_start_eligible": "head_start",
    "early_head_start_eligible": "early_head_start",
}
Found = dict[str, dict[str | None, Determination]]


@cache
def load() -> Rulebook:
    """The rules of the demonstration city."""
    return load_rules(ROOT / "eligibility", ROOT / "cities" / "seattle")


NO_PLACES_ABOVE_THE_LINE = "head_start.extra_places_open=0"
"""No list says which programs keep places for families between 100 and 130 percent of the line, so
the rules leave that open. The model has none."""


@cache
def as_the_model() -> Rulebook:
    """The same rules with the one figure set that nobody publishes and the model fixes."""
    rules = load()
    fixed = read_setting(NO_PLACES_ABOVE_THE_LINE, rules.parameters)
    changed = with_settings(rules.parameters, [fixed])
    return replace(rules, parameters=changed, _figures={}, _sources={})


class Answers:
    """Answers for the households of one file. No answer of the model is ever read."""

    def __init__(self, rules: Rulebook, file: HouseholdFile) -> None:
        self.rules = rules
        self.months, self.on = file.months, file.on
        asked = {day_in(month) for month in file.months}
        usual = (date(file.on.year, int(month[5:]), file.on.day) for month in USUAL_MONTHS)
        self.days_of_year = [day for day in usual if day not in asked]

    def of(self, row: Any) -> dict[str, Any]:
        """The answers for one household. Raises UnreadableFile if it cannot be read."""
        inputs = inputs_of(row)
        plain = self._household(facts_of(inputs))
        food = {month: self._food(plain, day_in(month)) for month in self.months}
        # What is asked of the year counts food help of any month; WIC that of its own.
        others = (self._food(plain, day) for day in self.days_of_year)
        ever = any(one["snap"] != 0 for one in chain(food.values(), others))
        yearly_facts = facts_of(inputs, ("basic_food",) if ever else ())
        yearly = self._household(yearly_facts) if ever else plain
        now = food[max(self.months)]["snap"] != 0 if self.months else False
        monthly = yearly if now == ever else plain
        found = self._screen(yearly, (*HEALTH, *HEAD_START, *HOME))
        found |= self._meals(yearly_facts, found["head_start"])
        found |= self._screen(monthly, ("wic",))
        return {
            "snap": food,
            "members": [
                {"id": str(member.get("id") or one.id), **self._member(found, one.id)}
                for member, one in zip(inputs["members"], plain.people, strict=True)
            ],
            "school_meal_federal_tier": _tier(found),
            "lifeline_eligible": _said(found["lifeline"][None]),
            "property_tax_exemption_eligible": _said(found["property_tax_exemption"][None]),
            "fpg": self._line(len(plain.people)),
            "hhs_smi_ffy2025": self._median(len(plain.people), FIRST_DAY_OF_SMI_2025),
            "hhs_smi_ffy2026": self._median(len(plain.people), FIRST_DAY_OF_SMI_2026),
        }

    def _meals(self, facts: dict[str, Any], head_start: dict[str | None, Determination]) -> Found:
        young = {name for name, one in head_start.items() if name and one.outcome == LIKELY}
        return self._screen(self._household(with_pupils(facts, young)), SCHOOL)

    def _household(self, facts: dict[str, Any]) -> Household:
        try:
            return Household.from_facts(facts, self.rules.facts)
        except FactErrors as error:
            raise UnreadableFile(f"its facts cannot be used: {error}") from None

    def _screen(self, household: Household, programs: Iterable[str]) -> Found:
        found: Found = {}
        for one in screen(household, self.rules, self.on, programs, explain=False):
            found.setdefault(one.program, {})[one.person] = one
        return found

    def _food(self, household: Household, on: date) -> dict[str, Any]:
        (found,) = screen(household, self.rules, on, ["basic_food"], explain=False)
        worth: Any = 0
        if found.amount is not None:
            low, high = found.amount.low, found.amount.high
            least, most = _dollars(low), _dollars(high) if high is not None else None
            worth = least if least == most else [least, most]
        return {"is_snap_eligible": _said(found), "snap": worth}

    def _member(self, found: Found, person: str) -> dict[str, Any]:
        return {name: _said(found[program][person]) for name, program in BY_PERSON.items()}

    def _line(self, size: int) -> float:
        line = read_figure(self.rules.parameters["fpl.yearly"], (), self.on)
        return _dollars(line.at(size))

    def _median(self, size: int, on: date) -> float:
        four = read_figure(self.rules.parameters["smi.four_people"], (), on).single
        share = read_figure(self.rules.parameters["smi.size_share"], (), on).at(size)
        return _dollars(four * share)


def _dollars(cents: Number) -> float:
    exact, _ = ends(cents)
    return float(exact) / 100


SCHOOL = ("school_meals", "school_meals_reduced")
TIERS = ("FREE", "REDUCED", "PAID")
HEAD_START = ("head_start", "early_head_start")
HOME = ("lifeline", "property_tax_exemption")


def _said(found: Determination) -> bool | None:
    return {LIKELY: True, UNLIKELY: False}.get(found.outcome)


def _tier(found: Found) -> str | None:
    """The best tier that a child of the home has."""
    tiers = {
        _tier_of(free, found["school_meals_reduced"][person])
        for person, free in found["school_meals"].items()
        if free.concerned
    }
    sure = [tier for tier in TIERS if tier in tiers]
    return sure[0] if sure and (None not in tiers or sure[0] == TIERS[0]) else None


def _tier_of(free: Determination, reduced: Determination) -> str | None:
    if free.outcome == LIKELY:
        return "FREE"
    if free.outcome == UNLIKELY and reduced.outcome == LIKELY:
        return "REDUCED"
    return "PAID" if free.outcome == reduced.outcome == UNLIKELY else None


def answers_for(file: HouseholdFile) -> tuple[dict[str, dict[str, Any]], dict[str, str]]:
    """Every household's answers by id, and why some could not be read."""
    asked = Answers(as_the_model(), file)
    found: dict[str, dict[str, Any]] = {}
    unread: dict[str, str] = {}
    for name, row in zip(names_of_rows(file.households), file.households, strict=True):
        try:
            found[name] = asked.of(row)
        except UnreadableFile as error:
            unread[name] = str(error)
    return found, unread
