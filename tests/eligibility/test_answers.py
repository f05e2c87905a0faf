"""The contract's facts: every wrong value is named by its pointer, nothing is guessed."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eligibility import FactErrors, Household, Rulebook, screen
from eligibility.household import Told
from eligibility.spans import Span
from tests.eligibility.packs import city_rules


def person(**told: Any) -> dict[str, Any]:
    return {"people": [{"id": "p1", **told}]}


@pytest.mark.parametrize(
    ("facts", "pointer", "code"),
    [
        ([], "", "type"),
        ({"on": "2026-02-30"}, "/on", "date"),
        ({"on": 20260101}, "/on", "date"),
        ({"rent": 1}, "/rent", "unknown_fact"),
        ({"household": []}, "/household", "type"),
        ({"household": {"rnt": 1}}, "/household/rnt", "unknown_fact"),
        ({"household": {"a/b~": 1}}, "/household/a~1b~0", "unknown_fact"),
        ({"household": {"rent": 95000}}, "/household/rent", "type"),
        ({"household": {"rent": {"amount": 95000}}}, "/household/rent/period", "missing"),
        (
            {"household": {"rent": {"amount": -1, "period": "month"}}},
            "/household/rent/amount",
            "bounds",
        ),
        (
            {"household": {"rent": {"amount": 1.5, "period": "month"}}},
            "/household/rent/amount",
            "type",
        ),
        (
            {"household": {"rent": {"amount": True, "period": "month"}}},
            "/household/rent/amount",
            "type",
        ),
        (
            {"household": {"rent": {"amount": 1, "period": "day"}}},
            "/household/rent/period",
            "choice",
        ),
        ({"household": {"rent": {"between": [5, 1]}}}, "/household/rent/between", "order"),
        ({"household": {"rent": None}}, "/household/rent", "type"),
        ({"household": {"heating_paid": "yes"}}, "/household/heating_paid", "type"),
        (
            {"household": {"heating_paid": {"unknown": "maybe"}}},
            "/household/heating_paid",
            "unknown",
        ),
        ({"household": {"tenure": "castle"}}, "/household/tenure", "choice"),
        ({"household": {"language": "a\x00"}}, "/household/language", "text"),
        ({"household": {"language": "\ud800"}}, "/household/language", "text"),
        ({"household": {"address": {"street": "x"}}}, "/household/address/street", "unknown_fact"),
        ({"household": {"receives": ["magic"]}}, "/household/receives/0", "unknown_program"),
        ({"household": {"receives": {"wic": 1}}}, "/household/receives/wic", "type"),
        ({"people": {}}, "/people", "type"),
        ({"people": [{}]}, "/people/0/id", "id"),
        ({"people": [{"id": "a"}, {"id": "a"}]}, "/people/1/id", "duplicate"),
        ({"people": [{"id": str(n)} for n in range(41)]}, "/people", "too_many"),
        (person(birth_date="1992-13"), "/people/0/birth_date", "date"),
        (person(birth_date="01992"), "/people/0/birth_date", "date"),
        (person(birth_date="١٩٩٢"), "/people/0/birth_date", "date"),
        (person(birth_date={"between": ["1999", "1990"]}), "/people/0/birth_date", "date"),
        (person(birth_date={"between": ["1999"]}), "/people/0/birth_date", "date"),
        (person(age_months=10**400), "/people/0/age_months", "bounds"),
        (person(ties=[{"kind": "aunt", "to": "p1"}]), "/people/0/ties/0/kind", "choice"),
        (person(ties=[{"kind": "spouse", "to": "p9"}]), "/people/0/ties/0/to", "unknown_person"),
        (person(ties=[{"kind": "spouse", "to": "p1"}]), "/people/0/ties/0/to", "same_person"),
        (person(ties=[{"kind": "parent_of", "to": "p1"}]), "/people/0/ties/0/to", "same_person"),
        (person(incomes=[{"kind": "wages", "amount": -5}]), "/people/0/incomes/0/amount", "bounds"),
        (person(incomes=[{"amount": "720"}]), "/people/0/incomes/0/amount", "type"),
        (person(incomes=[{"amount": None}]), "/people/0/incomes/0/amount", "type"),
        (person(incomes=[{"amount": {"unknown": 1}}]), "/people/0/incomes/0/amount", "unknown"),
        (person(incomes=[{"amount": 10**12}]), "/people/0/incomes/0/amount", "bounds"),
        (person(incomes=[{"amounts": [1, "2"]}]), "/people/0/incomes/0/amounts/1", "type"),
        (person(incomes=[{"amounts": [1], "amount": 1}]), "/people/0/incomes/0/amount", "twice"),
        (person(incomes=[{"amounts": [1], "dates": []}]), "/people/0/incomes/0/dates", "length"),
    ],
)
def test_a_wrong_value_is_named_by_its_pointer(
    rules: Rulebook, facts: Any, pointer: str, code: str
) -> None:
    with pytest.raises(FactErrors) as refused:
        Household.from_facts(facts, rules.facts)
    named = [(at, found) for at, found, _ in refused.value.errors]
    assert named.count((pointer, code)) == 1
    assert len(set(named)) == len(named)


def test_all_wrong_values_are_named_at_once(rules: Rulebook) -> None:
    facts = {"household": {"tenure": 1, "homeless": 2}, "people": [{"id": "p1", "disabled": 3}]}
    with pytest.raises(FactErrors) as refused:
        Household.from_facts(facts, rules.facts)
    assert len(refused.value.errors) == 3


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
KEYS = st.sampled_from(("rent", "receives", "birth_date", "ties", "incomes", "amounts", "kind"))
NEAR = st.dictionaries(KEYS, JSON | st.lists(st.dictionaries(KEYS, JSON, max_size=3), max_size=2))


@settings(max_examples=40, deadline=None)
@given(household=JSON | NEAR, people=JSON | st.lists(NEAR.map(lambda one: {"id": "p", **one})))
def test_no_json_at_all_makes_the_parser_stumble(household: Any, people: Any) -> None:
    """Either a household or FactErrors; nothing else ever comes out."""
    rules = city_rules()
    try:
        found = Household.from_facts({"household": household, "people": people}, rules.facts)
    except FactErrors as refused:
        str(refused).encode("utf-8")
        return
    screen(found, rules, date(2026, 11, 22), ["basic_food"])


def test_answers_keep_what_was_told(rules: Rulebook) -> None:
    facts = {
        "household": {
            "rent": {"amount": 95000, "period": "month"},
            "phone_bill": {"between": [1, None]},
            "homeless": {"unknown": "declined"},
        },
        "people": [{"id": "p1", "birth_date": "1992-03", "receives": {"wic": True}}],
    }
    household = Household.from_facts(facts, rules.facts)
    assert household.cells["household.rent"] == Told(95000, "month")
    phone = household.cells["household.phone_bill"]
    assert isinstance(phone.amount, Span)
    assert (phone.amount.low, phone.period) == (1, None)
    assert "household.homeless" not in household.cells
    assert household.people[0].birth == (date(1992, 3, 1), date(1992, 3, 31))
    assert household.people[0].receives == {"wic": True}
