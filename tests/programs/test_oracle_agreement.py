"""Agreement with an independent model on forty made-up households of 2025.

The answers come from policyengine-us 2.68.0, used as a black box (seed 417; the file names it).
What a household "receives" is our own first pass, as the model takes everyone to enroll. Where law
and model differ, the predicate that says so reads inputs only, and is written here.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any

import pytest

from eligibility import Determination, Household, screen
from tests.programs.oracle_households import facts_of, load_households
from tests.programs.story import rules

ROWS = load_households()
MONTHS = {
    "2025-02": date(2025, 2, 15),
    "2025-06": date(2025, 6, 15),
    "2025-11": date(2025, 11, 15),
}
NOVEMBER = MONTHS["2025-11"]
LINE_OF_2025 = (15650, 5500)
each_household = pytest.mark.parametrize("row", ROWS, ids=[row["id"] for row in ROWS])


def said(yes: bool) -> str:
    return "likely" if yes else "unlikely"


def find(facts: dict[str, Any], program: str, on: date) -> dict[str | None, Determination]:
    household = Household.from_facts(facts, rules().facts)
    found = screen(household, rules(), on, [program], explain=False)
    return {one.person: one for one in found}


@cache
def first_pass(index: int) -> tuple[bool, bool]:
    """Whether Basic Food would pay in any of the months, and in November."""
    paid = []
    for day in MONTHS.values():
        found = find(facts_of(ROWS[index]), "basic_food", day)[None]
        paid.append(found.amount is not None and found.amount.low != 0)
    return any(paid), paid[-1]


def with_food(row: dict[str, Any], any_month: bool) -> dict[str, Any]:
    ever, in_november = first_pass(ROWS.index(row))
    return facts_of(row, ("basic_food",) if (ever if any_month else in_november) else ())


def members(row: dict[str, Any]) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Each person with the model's answers for them."""
    answers = {one["id"]: one for one in row["oracle"]["members"]}
    return [(member, answers[member["id"]]) for member in row["members"]]


@each_household
@pytest.mark.parametrize("month", list(MONTHS))
def test_basic_food_agrees_on_eligibility_and_to_the_dollar(
    row: dict[str, Any], month: str
) -> None:
    wanted = row["oracle"]["snap"][month]
    found = find(facts_of(row), "basic_food", MONTHS[month])[None]
    assert found.outcome == said(wanted["is_snap_eligible"])
    low, high = (found.amount.low, found.amount.high) if found.amount else (0, 0)
    assert (low, high) == (wanted["snap"] * 100, wanted["snap"] * 100)


@each_household
def test_wic_agrees_for_each_person(row: dict[str, Any]) -> None:
    found = find(with_food(row, any_month=False), "wic", NOVEMBER)
    for member, wanted in members(row):
        assert found[member["id"]].outcome == said(wanted["wic_eligible"])


@each_household
def test_apple_health_agrees_for_children_and_for_adults_under_65(row: dict[str, Any]) -> None:
    """Adults with a disability and no SSI come in by rules that are not modelled."""
    facts = with_food(row, any_month=True)
    free = find(facts, "apple_health_children", NOVEMBER)
    premium = find(facts, "apple_health_children_premium", NOVEMBER)
    adult = find(facts, "apple_health_adults", NOVEMBER)
    pregnancy = find(facts, "apple_health_pregnancy", NOVEMBER)
    for member, wanted in members(row):
        name = member["id"]
        if member["age"] < 19:
            assert free[name].outcome == said(wanted["medicaid_eligible"])
            assert premium[name].outcome == said(wanted["chip_eligible"])
        elif member["is_pregnant"]:
            assert pregnancy[name].outcome == said(wanted["medicaid_eligible"])
        elif member["age"] < 65 and not (member["is_disabled"] and not member["income"]["ssi"]):
            assert adult[name].outcome == said(wanted["medicaid_eligible"])


@each_household
def test_the_federal_tier_of_school_meals_agrees(row: dict[str, Any]) -> None:
    """The printed line is 185% rounded up to the dollar; the model does not round it."""
    facts = with_food(row, any_month=True)
    free = find(facts, "school_meals", NOVEMBER)
    reduced = find(facts, "school_meals_reduced", NOVEMBER)
    wanted = row["oracle"]["school_meal_federal_tier"]
    first, more = LINE_OF_2025
    money = sum(sum(member["income"].values()) for member in row["members"]) + row["tanf"]
    line = 185 * (first + more * (len(row["members"]) - 1))
    if 0 < 100 * money - line < 100:
        wanted = "REDUCED"
    for member, _ in members(row):
        if not 5 <= member["age"] < 18:
            continue
        outcomes = free[member["id"]].outcome, reduced[member["id"]].outcome
        tiers = {("likely", "unlikely"): "FREE", ("unlikely", "likely"): "REDUCED"}
        assert tiers.get(outcomes, "PAID") == wanted


@each_household
def test_head_start_and_early_head_start_agree_for_each_person(row: dict[str, Any]) -> None:
    facts = with_food(row, any_month=True)
    for program in ("head_start", "early_head_start"):
        found = find(facts, program, NOVEMBER)
        for member, wanted in members(row):
            assert found[member["id"]].outcome == said(wanted[f"{program}_eligible"])


@each_household
def test_lifeline_agrees(row: dict[str, Any]) -> None:
    """Apple Health of people of 65 and older is not modelled, so there a home may be in by it."""
    found = find(with_food(row, any_month=True), "lifeline", NOVEMBER)[None]
    older = any(member["age"] >= 65 for member in row["members"])
    if found.outcome == "likely" or not older:
        assert found.outcome == said(row["oracle"]["lifeline_eligible"])


@each_household
def test_the_property_tax_exemption_agrees(row: dict[str, Any]) -> None:
    found = find(facts_of(row), "property_tax_exemption", NOVEMBER)[None]
    assert found.outcome == said(row["oracle"]["property_tax_exemption_eligible"])
