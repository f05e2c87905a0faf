"""The household of the story: four people in Seattle on 22 November 2026."""

from __future__ import annotations

from copy import deepcopy
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from eligibility import Determination, Household, Rulebook, load_rules, screen

ROOT = Path(__file__).parents[2]
DAY = date(2026, 11, 22)
NOTHING = {"amount": 0, "period": "month"}
FIRST_THREE_PAYS = 61200 + 65500 + 59000


def _person(person_id: str, birth_date: str, ties: list[dict[str, str]], **told: Any) -> Any:
    return {
        "id": person_id,
        "birth_date": birth_date,
        "ties": [*ties, {"kind": "tax_household", "to": "t1"}],
        "pregnant": False,
        "recent_birth": "none",
        "breastfeeding": False,
        "disabled": False,
        "retired_on_disability": False,
        "veteran": False,
        "va_rating": 0,
        "medicare": False,
        "paratransit": False,
        "foster_child": False,
        "college_student": "no",
        "special_needs": False,
        "in_school": False,
        "needs_child_care": False,
        "medical_expenses": NOTHING,
        "child_support_paid": NOTHING,
        "incomes_complete": True,
        "incomes": [],
        **told,
    }


CHILDREN = [{"kind": "parent_of", "to": "p3"}, {"kind": "parent_of", "to": "p4"}]
WEEKLY_PAY = {
    "kind": "wages",
    "period": "week",
    "amounts": [61200, 65500, 59000, 64000],
    "steady": True,
}
OWN_WORK = {
    "kind": "self_employment",
    "period": "month",
    "amount": 82000,
    "after_costs": True,
    "steady": True,
}
FACTS: dict[str, Any] = {
    "people_complete": True,
    "household": {
        "lives_in_city": True,
        "county": "king",
        "tenure": "renter",
        "homeless": False,
        "rent": {"amount": 185000, "period": "month"},
        "mortgage": NOTHING,
        "property_tax": NOTHING,
        "home_insurance": NOTHING,
        "heating_paid": True,
        "utility_account": True,
        "shared_meter": False,
        "childcare_cost": NOTHING,
        "receives": [],
    },
    "people": [
        _person(
            "p1",
            "1985-03-10",
            [{"kind": "spouse", "to": "p2"}, *CHILDREN],
            incomes=[WEEKLY_PAY],
            in_approved_activity=True,
        ),
        _person(
            "p2",
            "1987-06-02",
            [{"kind": "spouse", "to": "p1"}, *CHILDREN],
            incomes=[OWN_WORK],
            in_approved_activity=True,
        ),
        _person("p3", "2014-05-20", [], in_school=True),
        _person("p4", "2023-08-15", [], needs_child_care=True),
    ],
}


def told(**household: Any) -> dict[str, Any]:
    """The story's facts, with some of the household's answers changed (None: not told)."""
    facts = deepcopy(FACTS)
    for name, value in household.items():
        facts["household"][name] = value
        if value is None:
            del facts["household"][name]
    return facts


def paid(four_pays: int) -> dict[str, Any]:
    """The story's facts with the last weekly pay changed so that the four add up to this."""
    facts = deepcopy(FACTS)
    pays = facts["people"][0]["incomes"][0]["amounts"]
    pays[3] = four_pays - FIRST_THREE_PAYS
    return facts


@cache
def rules() -> Rulebook:
    """The demonstration city's rules."""
    return load_rules(ROOT / "eligibility", ROOT / "cities" / "seattle")


def results(facts: dict[str, Any], program: str, on: date = DAY) -> dict[str | None, Determination]:
    """The determinations of one program by person (None for the household)."""
    household = Household.from_facts(facts, rules().facts)
    return {one.person: one for one in screen(household, rules(), on, [program])}
