"""The story's household: every program's outcome and deciding figure, worked by hand.

Four people (41, 39, 12 and 3). One is paid weekly 612, 655, 590, 640: together 2,497.00, on average
624.25. The other has 820 a month after costs. Where a program's way from weekly pay to a month is
not published, it lies between four weeks and 52/12 weeks:

    a month   4 x 624.25 = 2,497.00   to   52/12 x 624.25 = 2,705.0833
    with 820               3,317.00   to                    3,525.0833
    a year    12 x 3,317 = 39,804.00  to   52 x 624.25 + 9,840 = 32,461 + 9,840 = 42,301.00
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from eligibility.spans import ends
from tests.programs.story import FACTS, paid, results, told

NONE = None

OUTCOMES: list[tuple[str, str | None, str, list[str]]] = [
    # 8,209 a month for four in the city's 2026 table; a year told as steady is at most a tenth
    # more: 42,301 x 1.1 = 46,531.10, within 12 x 8,209 = 98,508.
    ("utility_discount", NONE, "likely", ["bill", "own_meter", "month", "year"]),
    # 121,150 a year for four.
    ("fresh_bucks", NONE, "likely", ["lives_in_city", "adult", "income"]),
    # 153,244 a year for four; the three-year-old is in care, the older child is not.
    ("child_care_assistance", "p4", "likely", ["income"]),
    ("child_care_assistance", "p3", "unlikely", ["needs_care"]),
    ("child_care_assistance", "p1", "unlikely", ["who"]),
    # They rent.
    ("property_tax_exemption", NONE, "unlikely", ["owns"]),
    # 33,000 x 200% / 12 = 5,500 a month; from 19 to 64.
    ("orca_lift", "p1", "likely", ["income"]),
    ("orca_lift", "p2", "likely", ["income"]),
    ("orca_lift", "p3", "unlikely", ["who"]),
    ("orca_lift", "p4", "unlikely", ["who"]),
    # Nobody is 65, has Medicare or a disability.
    ("regional_reduced_fare", "p1", "unlikely", ["age", "medicare"]),
    ("regional_reduced_fare", "p2", "unlikely", ["age", "medicare"]),
    # 33,000 x 150% / 12 = 4,125 a month.
    ("liheap", NONE, "likely", ["income"]),
    # 5,500 a month for four.
    ("basic_food", NONE, "likely", ["state_limit"]),
    # 33,000 x 185% = 61,050 a year; under 5.
    ("wic", "p4", "likely", ["who", "income"]),
    ("wic", "p3", "unlikely", ["who"]),
    ("wic", "p1", "unlikely", ["who"]),
    # 33,000 x 138% / 12 = 3,795 a month. 820 less 7.064775% (half the tax on own work) is 762.07;
    # with 2,705.08 it is 3,467.15.
    ("apple_health_adults", "p1", "likely", ["who", "income"]),
    ("apple_health_adults", "p2", "likely", ["who", "income"]),
    ("apple_health_adults", "p3", "unlikely", ["who"]),
    # 33,000 x 215% / 12 = 5,912.50 a month; under 19.
    ("apple_health_children", "p3", "likely", ["who", "income"]),
    ("apple_health_children", "p4", "likely", ["who", "income"]),
    # Free cover fits, so the one with a cost does not.
    ("apple_health_children_premium", "p3", "unlikely", ["who"]),
    ("apple_health_pregnancy", "p1", "unlikely", ["who"]),
    ("apple_health_pregnancy", "p2", "unlikely", ["who"]),
    # 146,816 x 60% = 88,089.60, rounded down: 88,089 a year.
    ("working_connections", "p4", "likely", ["who", "needs_care", "parents_busy", "income"]),
    ("working_connections", "p3", "unlikely", ["needs_care"]),
    # Over 33,000 a year, but they would come in with Basic Food.
    ("head_start", "p4", "likely", ["who", "would_get_food"]),
    ("head_start", "p3", "unlikely", ["who"]),
    # The little one is three already.
    ("early_head_start", "p4", "unlikely", ["who"]),
    # 33,000 x 135% = 44,550 a year.
    ("lifeline", NONE, "likely", ["income"]),
    # 33,000 x 130% = 42,900 a year: the federal free group, by 599 a year.
    ("school_meals", "p3", "likely", ["who", "income"]),
    ("school_meals", "p4", "unlikely", ["who"]),
    ("school_meals_reduced", "p3", "unlikely", ["who"]),
    # It has ended.
    ("vehicle_fee_rebate", NONE, "unlikely", ["status"]),
]


@pytest.mark.parametrize(("program", "person", "outcome", "because"), OUTCOMES)
def test_the_story_household_gets_the_outcome_worked_by_hand(
    program: str, person: str | None, outcome: str, because: list[str]
) -> None:
    found = results(FACTS, program)[person]
    assert found.outcome == outcome
    assert set(because) <= {reason.test for reason in found.because}


FIGURES: list[tuple[str, str | None, str, Fraction | int, Fraction | int, int]] = [
    # program, person, test, least and most of what they have, the limit; all in cents
    ("utility_discount", NONE, "month", 331700, Fraction(35250833, 100), 820900),
    # 39,804 x 0.9 = 35,823.60 and 42,301 x 1.1 = 46,531.10
    ("utility_discount", NONE, "year", 3582360, 4653110, 9850800),
    ("fresh_bucks", NONE, "income", 3980400, 4230100, 12115000),
    ("child_care_assistance", "p4", "income", 3980400, 4230100, 15324400),
    ("orca_lift", "p1", "income", 331700, Fraction(35250833, 100), 550000),
    ("liheap", NONE, "income", 331700, Fraction(35250833, 100), 412500),
    ("wic", "p4", "income", 3980400, 4230100, 6105000),
    # 2,497 + 762.068845 and 2,705.083333 + 762.068845
    (
        "apple_health_adults",
        "p1",
        "income",
        Fraction(3259068845, 10_000),
        Fraction(3467152178, 10_000),
        379500,
    ),
    ("working_connections", "p4", "income", 3980400, 4230100, 8808900),
    ("lifeline", NONE, "income", 3980400, 4230100, 4455000),
    ("school_meals", "p3", "income", 3980400, 4230100, 4290000),
]


@pytest.mark.parametrize(("program", "person", "test", "least", "most", "limit"), FIGURES)
def test_the_deciding_figures_are_the_ones_worked_by_hand(
    program: str, person: str | None, test: str, least: Any, most: Any, limit: int
) -> None:
    found = results(FACTS, program)[person]
    reason = next(one for one in found.because if one.test == test)
    low, high = ends(reason.value)
    assert abs(low - least) < 1
    assert abs(high - most) < 1
    assert reason.limit == limit


AMOUNTS = [
    ("utility_discount", NONE, 73200, 73200, "year"),
    ("fresh_bucks", NONE, 6000, 6000, "month"),
    ("liheap", NONE, 25000, 125000, "year"),
    ("lifeline", NONE, 925, 925, "month"),
]


@pytest.mark.parametrize(("program", "person", "low", "high", "period"), AMOUNTS)
def test_a_known_amount_is_shown(
    program: str, person: str | None, low: int, high: int, period: str
) -> None:
    amount = results(FACTS, program)[person].amount
    assert amount is not None
    assert (amount.low, amount.high, amount.period) == (low, high, period)


# Basic Food, fiscal year 2027, four people. Washington takes half of what own work brings in, or
# the real costs, whichever is more. 820 is what is left after costs that were not told: the whole
# came to at least 820, so between 410 and 820 of it counts.
#
#   the least help: 52/12 weeks and 820         the most help: four weeks and 410
#   earned        3,525.0833                    2,497 + 410 = 2,907.00
#   x 80%         2,820.0667                    2,325.60
#   - 229         2,591.0667                    2,096.60
#   rent and heat 1,850 + 515 = 2,365 (the 515 is the last known figure, of 2026)
#   above half    2,365 - 1,295.53 = 1,069.47   2,365 - 1,048.30 = 1,316.70
#   at most 769   769                           769
#   net           1,822.0667 -> 1,822           1,327.60 -> 1,328
#   30%, up       546.60 -> 547                 398.40 -> 399
#   1,023 less it 476                           624
BASIC_FOOD = [
    ({}, 47600, 62400),
    # 400 a month for care comes off before the shelter step: 2,191.0667 and 1,696.60; net
    # 1,422.0667 -> 1,422, 30% 426.60 -> 427, 1,023 - 427 = 596; net 927.60 -> 928, 278.40 -> 279,
    # 1,023 - 279 = 744.
    ({"childcare_cost": {"amount": 40000, "period": "month"}}, 59600, 74400),
    # The cost of care not told: from nothing (476) to the most there is, 1,023.
    ({"childcare_cost": None}, 47600, 102300),
]


@pytest.mark.parametrize(("changed", "low", "high"), BASIC_FOOD)
def test_basic_food_is_worth_what_was_worked_by_hand(
    changed: dict[str, Any], low: int, high: int
) -> None:
    found = results(told(**changed), "basic_food")[None]
    assert found.outcome == "likely"
    assert found.amount is not None
    assert (found.amount.low, found.amount.high) == (low, high)
    assert found.amount.about


def test_basic_food_is_exact_where_pay_is_told_by_the_month_and_costs_are_told() -> None:
    """2,700 of pay; own work 820 after costs of 900: half of 1,720 is 860, so the real costs take
    off more and 820 counts. 3,520 x 80% = 2,816 - 229 = 2,587; shelter 2,365 - 1,293.50 = 1,071.50,
    at most 769; net 1,818; 30% 545.40 -> 546; 1,023 - 546 = 477."""
    facts = told()
    facts["people"][0]["incomes"] = [{"kind": "wages", "period": "month", "amount": 270000}]
    facts["people"][1]["incomes"][0]["costs"] = 90000
    amount = results(facts, "basic_food")[None].amount
    assert amount is not None
    assert (amount.low, amount.high) == (47700, 47700)


NEAR_A_LINE = [
    # The four weekly pays together; each line is crossed by one cent in the last of them.
    #
    # School meals, 42,900 a year: 52 weeks x 2,543.07 / 4 = 33,059.91, + 9,840 = 42,899.91;
    # 2,543.08: 33,060.04 + 9,840 = 42,900.04. From there on Basic Food is the way in.
    ("school_meals", "p3", 254307, "likely", "income"),
    ("school_meals", "p3", 254308, "likely", "would_get_food"),
    # Lifeline, 44,550 a year: 52 x 667.50 = 34,710, + 9,840 = 44,550. Over it another program opens
    # the door.
    ("lifeline", NONE, 267000, "likely", "income"),
    ("lifeline", NONE, 267001, "likely", "would_get_"),
    # Apple Health for adults, 3,795 a month: 3,795 - 762.068845 = 3,032.931155 of pay.
    # 52/12 x 2,799.62 / 4 = 3,032.9217; 2,799.63: 3,032.9325. Four weeks: 3,032.93 and 3,032.94.
    ("apple_health_adults", "p1", 279962, "likely", "income"),
    ("apple_health_adults", "p1", 279963, "unclear", "income"),
    ("apple_health_adults", "p1", 303293, "unclear", "income"),
    ("apple_health_adults", "p1", 303294, "unlikely", "income"),
    # LIHEAP, 4,125 a month: 3,305 of pay. 52/12 x 3,050.76 / 4 = 3,304.99; 3,050.77: 3,305.0008.
    # Four weeks: 3,305.00 and 3,305.01.
    ("liheap", NONE, 305076, "likely", "income"),
    ("liheap", NONE, 305077, "unclear", "income"),
    ("liheap", NONE, 330500, "unclear", "income"),
    ("liheap", NONE, 330501, "unlikely", "income"),
    # Basic Food and ORCA LIFT, 5,500 a month: 4,680 of pay; 52/12 x 1,080 = 4,680.
    ("basic_food", NONE, 432000, "likely", "state_limit"),
    ("basic_food", NONE, 432001, "unclear", "state_limit"),
    ("orca_lift", "p1", 432000, "likely", "income"),
    ("orca_lift", "p1", 432001, "unclear", "income"),
    # Working Connections, 88,089 a year: 78,249 of pay. 52 x 6,019.15 / 4 = 78,248.95;
    # 6,019.16: 78,249.08. 48 weeks: 6,520.75 x 12 = 78,249.00; 6,520.76: 78,249.12.
    ("working_connections", "p4", 601915, "likely", "income"),
    ("working_connections", "p4", 601916, "unclear", "income"),
    ("working_connections", "p4", 652075, "unclear", "income"),
    ("working_connections", "p4", 652076, "unlikely", "income"),
    # Child Care Assistance, 153,244 a year: 143,404 of pay. 13 x 11,031.07 = 143,403.91;
    # 11,031.08: 143,404.04. 12 x 11,950.33 = 143,403.96; 11,950.34: 143,404.08.
    ("child_care_assistance", "p4", 1103107, "likely", "income"),
    ("child_care_assistance", "p4", 1103108, "unclear", "income"),
    ("child_care_assistance", "p4", 1195033, "unclear", "income"),
    ("child_care_assistance", "p4", 1195034, "unlikely", "income"),
]


@pytest.mark.parametrize(("program", "person", "pays", "outcome", "test"), NEAR_A_LINE)
def test_one_cent_more_in_the_last_weekly_pay_crosses_the_line(
    program: str, person: str | None, pays: int, outcome: str, test: str
) -> None:
    found = results(paid(pays), program)[person]
    assert found.outcome == outcome
    assert any(reason.test.startswith(test) for reason in found.because)


def test_pay_that_is_not_the_same_all_year_leaves_the_utility_discount_open() -> None:
    facts = told()
    for person in facts["people"][:2]:
        person["incomes"][0]["steady"] = False
    found = results(facts, "utility_discount")[None]
    assert found.outcome == "unclear"
    assert {reason.test for reason in found.because} == {"year"}


def test_at_least_five_programs_can_be_sent_at_once() -> None:
    routed = ["utility_discount", "fresh_bucks", "child_care_assistance", "orca_lift", "liheap"]
    for program in (*routed, "basic_food"):
        found = results(FACTS, program)
        assert any(one.outcome == "likely" for one in found.values())
        assert all(one.apply == "routed" for one in found.values())
