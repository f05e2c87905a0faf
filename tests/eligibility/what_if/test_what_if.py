"""What would change a result: each change does so when it is made, and nothing nearer does."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eligibility import Household, Rulebook, screen
from eligibility.what_if import Change, changed, what_if
from eligibility.what_if_facts import with_answer
from eligibility.what_if_levers import kinds_beside
from tests.eligibility.households import Facts, whole_household, with_answers_hidden
from tests.eligibility.packs import city_rules, household

ON = date(2026, 11, 22)
SEEDS = st.integers(0, 2**32 - 1)
LAW = settings(max_examples=8, deadline=None)
LOOKED_AT = 8
PROGRAMS = (
    "basic_food",
    "wic",
    "orca_lift",
    "utility_discount",
    "lifeline",
    "property_tax_exemption",
    "child_care_assistance",
)


def found(facts: Facts, *programs: str) -> list[Change]:
    rules = city_rules()
    return what_if(Household.from_facts(facts, rules.facts), rules, ON, programs or None)


def result(facts: Facts, change: Change) -> tuple[str, Any]:
    rules = city_rules()
    home = Household.from_facts(facts, rules.facts)
    screened = screen(home, rules, ON, [change.program], explain=False)
    one = next(one for one in screened if one.person == change.person)
    return one.outcome, one.amount


def one_nearer(change: Change) -> Change | None:
    """The same change by a cent, a month or a day less; None where that is no change."""
    if change.distance is None or change.distance < 2:
        return None
    back = -1 if change.to > change.start else 1
    less = timedelta(days=back) if isinstance(change.to, date) else back
    return replace(change, to=change.to + less)


def somewhere_between(random: Random, change: Change) -> Change:
    part = random.randrange(1, change.distance or 2)
    if isinstance(change.to, date):
        return replace(change, to=change.start - timedelta(days=part))
    return replace(change, to=change.start + (part if change.to > change.start else -part))


@LAW
@given(seed=SEEDS, partly=st.booleans())
def test_a_change_that_is_really_made_gives_the_result_it_names(seed: int, partly: bool) -> None:
    rules, random = city_rules(), Random(seed)
    facts = whole_household(random, rules.facts)
    facts = with_answers_hidden(random, facts) if partly else facts
    changes = found(facts, *random.sample(PROGRAMS, 2))
    for change in random.sample(changes, min(LOOKED_AT, len(changes))):
        assert result(facts, change) == (change.before, change.amount_before)
        assert result(changed(facts, change, rules, ON), change) == (
            change.after,
            change.amount_after,
        )
        assert change.before != change.after
        nearer = one_nearer(change)
        if nearer is not None:
            others = {change.before, "unclear"} - {change.after}
            assert result(changed(facts, nearer, rules, ON), change)[0] in others
        if nearer is not None and change.proved:
            other = somewhere_between(random, change)
            assert result(changed(facts, other, rules, ON), change)[0] == change.before


@LAW
@given(seed=SEEDS)
def test_whatever_single_number_changes_a_settled_result_is_found(seed: int) -> None:
    rules, random = city_rules(), Random(seed)
    facts = whole_household(random, rules.facts)
    program = random.choice(PROGRAMS)
    before = {one.person: one.outcome for one in screened(facts, rules, program)}
    changes = found(facts, program)
    for fact, person, income, value in some_changes(random, facts):
        other = with_answer(facts, fact, person, income, value)
        for one in screened(other, rules, program):
            if one.outcome != before[one.person] != "unclear":
                nearer = [
                    each
                    for each in changes
                    if (each.person, each.fact, each.of, each.income)
                    == (one.person, fact, person, income)
                    and abs(each.to - each.start) <= abs(value - each.start)
                ]
                assert nearer, (fact, person, income, value, one)


def screened(facts: Facts, rules: Rulebook, program: str) -> list[Any]:
    return screen(Household.from_facts(facts, rules.facts), rules, ON, [program], explain=False)


def some_changes(random: Random, facts: Facts) -> list[tuple[str, str | None, int | None, int]]:
    """Money and birth dates told otherwise, one at a time."""
    made: list[tuple[str, str | None, int | None, int]] = [
        ("household.rent", None, None, random.randrange(400_000)),
        ("household.liquid_assets", None, None, random.randrange(1_000_000)),
    ]
    for person in facts["people"]:
        for place, income in enumerate(person["incomes"]):
            told = income.get("amounts") or [income["amount"]]
            usual = sum(told) // len(told)
            made.append(("income.amount", person["id"], place, random.randrange(3 * usual + 2)))
    return made


def test_pay_is_moved_as_it_was_told() -> None:
    pay = {"kind": "wages", "period": "week", "amounts": [60_000, 62_000]}
    facts = household(pay, lives_in_city=True, receives=[])
    over = next(
        one
        for one in found(facts, "orca_lift")
        if one.fact == "income.amount" and one.to > one.start and one.person == "p1"
    )
    assert (over.before, over.start, over.period) == ("likely", 61_000, "week")
    told = changed(facts, over, city_rules(), ON)["people"][0]["incomes"][0]["amounts"]
    assert sum(told) // 2 in (over.to, over.to - 1)
    assert told[0] < told[1]
    counted = over.to_json()["counted"]
    assert counted["to"]["low"] > counted["from"]["low"]


def test_where_the_way_of_counting_decides_both_ends_of_what_is_unclear_are_named() -> None:
    pay = {"kind": "wages", "period": "week", "amount": 50_000}
    facts = household(pay, lives_in_city=True, receives=[])
    changes = [one for one in found(facts, "liheap") if one.fact == "income.amount"]
    # 1,995.00 a month for one person: 460.38 a week by 52/12, 498.75 by four weeks.
    assert {(one.before, one.after, one.to) for one in changes} == {
        ("unlikely", "unclear", 49_875),
        ("unlikely", "likely", 46_038),
    }
    assert [one.proved for one in changes] == [True, False]


def test_pay_is_tried_for_the_periods_beside_the_one_told() -> None:
    pay = {"kind": "wages", "period": "week", "amount": 70_000}
    changes = found(household(pay, lives_in_city=True, receives=[]), "liheap")
    tried = [one for one in changes if one.fact == "income.period"]
    assert [(one.start, one.to, one.after) for one in tried] == [("week", "two_weeks", "likely")]


def kinds_tried(pay: Facts, program: str) -> list[tuple[str, str, str]]:
    facts = household({"period": "month", **pay}, lives_in_city=True, receives=[], tenure="renter")
    changes = [one for one in found(facts, program) if one.fact == "income.kind"]
    return [(one.to, one.before, one.after) for one in changes]


def test_kinds_of_money_that_are_taken_for_each_other_are_tried() -> None:
    """One office pays all three, and who gets one for a disability counts as disabled."""
    social = {"kind": "social_security_retirement", "amount": 120_000}
    for program in ("basic_food", "regional_reduced_fare"):
        assert kinds_tried(social, program) == [
            ("social_security_disability", "unclear", "likely"),
            ("ssi", "unclear", "likely"),
        ]
    trade = {"kind": "self_employment", "amount": 230_000, "after_costs": False, "costs": 50_000}
    assert kinds_tried(trade, "liheap") == [("wages", "likely", "unlikely")]
    assert not kinds_tried({**trade, "amount": -230_000}, "liheap"), "no pay is a loss"
    assert kinds_beside("wages") == kinds_beside("pension") == kinds_beside(None) == ()


def test_a_yes_or_no_a_birthday_and_somebody_more_are_tried() -> None:
    pay = {"kind": "wages", "period": "month", "amount": 300_000}
    facts = household(pay, lives_in_city=True, heating_paid=True, receives=[], homeless=False)
    facts["people"][0] |= {"birth_date": "1962-03-04", "receives": [], "ties": []}
    changes = found(facts)
    seen = {(one.program, one.fact, one.to) for one in changes}
    assert ("regional_reduced_fare", "person.birth_date", date(1961, 11, 22)) in seen
    assert any(fact == "people.joins" for _, fact, _ in seen)
    assert any(fact.startswith("person.receives.") and to is True for _, fact, to in seen)
    assert all(one.to_json()["from"] is None or one.to_json()["to"] != one.start for one in changes)


def test_nobody_changes_a_result_by_an_answer_it_does_not_look_at() -> None:
    facts = household(lives_in_city=True, receives=[])
    assert {one.fact for one in found(facts, "vehicle_fee_rebate")} <= {"household.lives_in_city"}


def test_a_day_is_needed() -> None:
    rules = city_rules()
    with pytest.raises(ValueError, match="day"):
        what_if(Household.from_facts(household(), rules.facts), rules)
