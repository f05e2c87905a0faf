"""What an agency gets: its program's facts and not one answer more, whatever was answered."""

from __future__ import annotations

import json
from datetime import date
from functools import cache
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eligibility import Rulebook, load_rules
from service.referrals.grants import NOT_SHARED, fact_of, share, veiled
from service.settings import ROOT

ON = date(2026, 11, 22)
TOP = {"people_complete"}
# Facts a canary can stand in: free text, found again wherever it is written.
TEXT_FACTS = {
    "household": ["address", "mailing_address"],
    "person": ["name"],
    "income": ["employer"],
}


@cache
def the_rules() -> Rulebook:
    """Not a fixture: a failing example prints its arguments, and this one fills a book."""
    return load_rules(ROOT / "eligibility", ROOT / "cities" / "seattle")


def address(mark: str) -> dict[str, str]:
    return {"line1": f"{mark} Main St", "city": "Seattle", "state": "WA", "zip": "98104"}


@st.composite
def households(draw: st.DrawFn) -> dict[str, Any]:
    """Every household fact may be told or not, and each told text or number is a canary."""
    told: dict[str, Any] = {}
    money = {
        name: 1_000_00 + 7 * place
        for place, name in enumerate(
            ("rent", "mortgage", "property_tax", "home_insurance", "childcare_cost", "water_bill")
        )
    }
    for name, cents in money.items():
        if draw(st.booleans()):
            told[name] = {"amount": cents, "period": "month"}
    for name in ("address", "mailing_address"):
        if draw(st.booleans()):
            told[name] = address(f"canary-household.{name}")
    for name in ("heating_paid", "lives_in_city", "shared_meter", "utility_account", "homeless"):
        if draw(st.booleans()):
            told[name] = draw(st.booleans())
    told["receives"] = draw(
        st.lists(st.sampled_from(["basic_food", "wic", "lifeline"]), unique=True)
    )
    people = [draw(people_of(f"p{number}")) for number in range(1, draw(st.integers(1, 4)) + 1)]
    return {"people_complete": draw(st.booleans()), "household": told, "people": people}


@st.composite
def people_of(draw: st.DrawFn, person: str) -> dict[str, Any]:
    made: dict[str, Any] = {"id": person, "name": f"canary-{person}.name"}
    made["birth_date"] = draw(st.dates(date(1940, 1, 1), date(2025, 1, 1))).isoformat()
    for name in ("disabled", "pregnant", "medicare", "veteran", "breastfeeding", "in_school"):
        if draw(st.booleans()):
            made[name] = draw(st.booleans())
    if draw(st.booleans()):
        made["va_rating"] = 73
    if draw(st.booleans()):
        made["immigration"] = draw(st.sampled_from(["citizen", "qualified", "other"]))
    if draw(st.booleans()):
        income = {"kind": "wages", "period": "week", "amounts": [61200, 65500]}
        made["incomes"] = [{**income, "employer": f"canary-{person}.employer"}]
    made["incomes_complete"] = draw(st.booleans())
    made["applies_for"] = draw(
        st.lists(st.sampled_from(["orca_lift", "basic_food", "fresh_bucks"]), unique=True)
    )
    return made


def fact_ids(facts: dict[str, Any]) -> set[str]:
    """Every fact that a facts object holds."""
    found = {f"household.{name}" for name in facts.get("household", {})}
    found |= {f"person.{name}" for each in facts.get("people", []) for name in each if name != "id"}
    return found | (TOP & set(facts))


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(facts=households(), place=st.integers(0, 63))
def test_no_agency_is_given_a_fact_outside_its_programs_fields(
    facts: dict[str, Any], place: int
) -> None:
    rules = the_rules()
    routed = sorted(each.id for each in rules.programs.values() if each.apply == "routed")
    program = routed[place % len(routed)]
    fields = set(rules.programs[program].fields)
    shared = share(facts, program, rules, ON)
    assert fact_ids(dict(shared.facts)) <= fields
    for each in shared.facts["people"]:
        assert set(each.get("applies_for", [])) <= {program}
    payload = json.dumps([shared.facts, shared.screening])
    if "household.address" not in fields:
        assert "canary-household.address" not in payload
    assert "canary-household.mailing_address" not in payload
    if "person.name" not in fields:
        assert ".name" not in payload.replace("person.name", "")
    assert '"immigration"' not in payload or "person.immigration" in fields
    for each in shared.screening:
        assert each["program"] == program
        named = {fact_of(path) for reason in each["because"] for path in reason["facts"]}
        assert named | {fact_of(path) for path in each["would_settle"]} <= fields


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(facts=households())
def test_a_case_says_the_same_whatever_was_answered_for_other_programs(
    facts: dict[str, Any],
) -> None:
    """ORCA LIFT's agency cannot tell from its case what the rent or the address for letters is."""
    rules = the_rules()
    fields = set(rules.programs["orca_lift"].fields)
    other = {**facts, "household": dict(facts["household"])}
    for name in ("rent", "mailing_address", "heating_paid", "homeless"):
        assert f"household.{name}" not in fields
        other["household"].pop(name, None)
    assert share(facts, "orca_lift", rules, ON) == share(other, "orca_lift", rules, ON)


def test_a_reason_that_rests_on_something_else_loses_its_facts_and_words() -> None:
    reason = {
        "test": "limit",
        "outcome": "met",
        "facts": {"household.rent": 5},
        "limit": 9,
        "value": 5,
        "distance": 4,
        "text": "Your rent is 5.",
        "values": {"rent": 5},
    }
    made = {"because": [reason], "would_settle": ["household.rent", "person.name"]}
    seen = veiled(made, ["person.name"])
    assert seen["would_settle"] == ["person.name"]
    assert seen["because"][0]["text"] == NOT_SHARED
    assert "5" not in json.dumps([seen["because"][0][k] for k in ("facts", "value", "values")])
