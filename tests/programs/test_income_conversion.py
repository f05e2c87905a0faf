"""Three people, weekly pay of 720 on average, 300 a month of child support: what is a month?"""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from eligibility import Household, screen
from eligibility.money import share
from eligibility.spans import ends
from tests.programs.story import rules

ON = date(2026, 11, 22)
LIMIT = 341_500
"""LIHEAP, three people: 150% of 27,320 a year, 3,415.00 a month."""
CHILD_SUPPORT = 30_000
PAY = [71_000, 73_000, 72_000, 72_000]


def family(amounts: list[int]) -> dict[str, Any]:
    pay = {"kind": "wages", "period": "week", "amounts": amounts}
    support = {"kind": "child_support_received", "period": "month", "amount": CHILD_SUPPORT}
    return {
        "people_complete": True,
        "household": {"receives": []},
        "people": [
            {"id": "p1", "birth_date": "1990-05-01", "incomes": [pay, support]},
            {"id": "p2", "birth_date": "2012-05-01", "incomes": []},
            {"id": "p3", "birth_date": "2015-05-01", "incomes": []},
        ],
    }


def counted(program: str, test: str, pay: list[int] = PAY) -> tuple[str, Any]:
    facts = family(pay)
    for person in facts["people"]:
        person |= {
            "incomes_complete": True,
            "pregnant": False,
            "recent_birth": "none",
            "college_student": "no",
            "receives": [],
            "child_support_paid": {"amount": 0, "period": "month"},
            "ties": [{"kind": "tax_household", "to": "t1"}],
        }
    found = screen(Household.from_facts(facts, rules().facts), rules(), ON, [program])[0]
    return found.outcome, next(one.value for one in found.because if one.test == test)


@pytest.mark.parametrize(("weeks", "month"), [("4", 318_000), ("4.3", 339_600), ("52/12", 342_000)])
def test_each_conversion_gives_its_own_month(weeks: str, month: int) -> None:
    average = sum(PAY) // len(PAY)
    assert share(weeks) * average + CHILD_SUPPORT == month
    assert (month <= LIMIT) == (weeks != "52/12")


def test_where_the_conversion_decides_liheap_is_unclear_between_the_two_ends() -> None:
    outcome, value = counted("liheap", "income")
    assert outcome == "unclear"
    assert ends(value) == (318_000, 342_000)


def test_child_support_counts_for_basic_food_and_not_for_apple_health_or_lifeline() -> None:
    assert ends(counted("basic_food", "state_limit")[1]) == (318_000, 342_000)
    assert ends(counted("apple_health_adults", "income")[1]) == (288_000, 312_000)
    # With 600 a week Lifeline's own income test decides: 48 to 52 weeks of it, and no more.
    assert ends(counted("lifeline", "income", [60_000])[1]) == (60_000 * 48, 60_000 * 52)
