"""Basic Food's short clock, worked by hand from 7 CFR 273.2(i)(1).

Urgent: less than $150 of income in the month and at most $100 at hand; or income and money at hand
together less than rent and utilities (here the heating allowance of $515).
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from eligibility import Household, is_urgent
from tests.programs.story import rules

ON = date(2026, 11, 22)
UNKNOWN = {"unknown": "dont_know"}
NONE = {"amount": 0, "period": "month"}


def household(income: int, at_hand: Any, rent: int) -> dict[str, Any]:
    person = {
        "id": "p1",
        "birth_date": "1985-03-04",
        "disabled": False,
        "college_student": "no",
        "in_school": False,
        "receives": {"ssi": False, "tanf": False},
        "child_support_paid": NONE,
        "incomes_complete": True,
        "incomes": [{"kind": "unemployment", "amount": income, "period": "month"}],
    }
    costs = ("mortgage", "property_tax", "home_insurance", "electricity_bill", "water_bill")
    home = dict.fromkeys((*costs, "phone_bill"), NONE)
    home |= {
        "rent": {"amount": rent, "period": "month"},
        "liquid_assets": at_hand,
        "heating_paid": True,
    }
    return {"people_complete": True, "household": home, "people": [person]}


@pytest.mark.parametrize(
    ("income", "at_hand", "rent", "urgent"),
    [
        (149_99, 100_00, 0, True),  # under 150, and 100 at hand
        (150_00, 500_00, 0, False),  # 150 is not under 150; 650 is more than 515
        (149_99, 400_00, 0, False),  # more than 100 at hand; 549.99 is more than 515
        (900_00, 100_00, 485_01, True),  # 1,000 is less than 485.01 + 515
        (900_00, 100_00, 485_00, False),  # 1,000 is not less than 1,000
        (900_00, UNKNOWN, 400_00, False),  # 900 may be all there is, or not: not sure
        (900_00, UNKNOWN, 385_00, False),  # 900 is not less than 900, whatever is at hand
    ],
)
def test_the_short_clock_is_for_almost_no_money_or_less_than_the_home_costs(
    income: int, at_hand: Any, rent: int, urgent: bool
) -> None:
    book = rules()
    found = Household.from_facts(household(income, at_hand, rent), book.facts)
    assert is_urgent(found, book, "basic_food", ON) is urgent


def test_a_program_without_such_a_rule_is_never_urgent() -> None:
    book = rules()
    found = Household.from_facts(household(0, 0, 900_00), book.facts)
    assert not is_urgent(found, book, "orca_lift", ON)
