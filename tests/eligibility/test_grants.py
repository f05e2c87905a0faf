"""An agency is given its own fields and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from eligibility import Household, Rulebook
from eligibility.grants import grant
from tests.eligibility.packs import load_pack, program

WORDS = 'met: "a", unmet: "b", unclear: "c"'
FACTS = {
    "on": "2026-11-22",
    "people_complete": True,
    "household": {"homeless": True, "rent": {"amount": 1, "period": "month"}, "receives": ["wic"]},
    "people": [
        {
            "id": "p1",
            "name": "Ana",
            "birth_date": "1990-01-01",
            "immigration": "citizen",
            "applies_for": ["help", "wic"],
            "receives": ["ssi", "tanf"],
            "ties": [{"kind": "spouse", "to": "p2"}],
        },
        {"id": "p2", "name": "Bo", "immigration": "other", "applies_for": [], "receives": []},
    ],
}


def rules_for(folder: Path, rule: str, fields: str, unit: str) -> Rulebook:
    body = f"apply_facts: [{fields}]\neligible: {{test: t, is: {rule!r}, {WORDS}}}"
    other = program(f'eligible: {{test: t, is: "household.homeless", {WORDS}}}', id="wic")
    return load_pack(folder / "pack", program(body, unit=unit), other)


def test_only_granted_fields_and_members_are_given(tmp_path: Path) -> None:
    rule = "household.homeless and any(p.receives.ssi for p in people)"
    rules = rules_for(tmp_path, rule, "person.name", "household")
    assert grant(FACTS, rules.programs["help"], rules.facts) == {
        "on": "2026-11-22",
        "people_complete": True,
        "household": {"homeless": True, "receives": {"ssi": False}},
        "people": [
            {"id": "p1", "name": "Ana", "receives": {"ssi": True}},
            {"id": "p2", "name": "Bo", "receives": {"ssi": False}},
        ],
    }


def test_status_is_given_only_of_people_who_apply(tmp_path: Path) -> None:
    rule = "any(p.immigration == 'citizen' for p in people)"
    rules = rules_for(tmp_path, rule, "person.applies_for", "household")
    people = grant(FACTS, rules.programs["help"], rules.facts)["people"]
    assert people == [
        {"id": "p1", "immigration": "citizen", "applies_for": ["help"]},
        {"id": "p2"},
    ]


def test_where_rules_look_at_no_one_else_only_applicants_are_given(tmp_path: Path) -> None:
    rules = rules_for(tmp_path, "person.age >= 65", "person.ties", "person")
    people = grant(FACTS, rules.programs["help"], rules.facts)["people"]
    assert people == [{"id": "p1", "birth_date": "1990-01-01", "ties": []}]


@pytest.mark.parametrize("told", [{"unknown": "declined"}, {"wic": {"unknown": "dont_know"}}])
def test_what_is_granted_can_always_be_read_again(rules: Rulebook, told: object) -> None:
    facts = {**FACTS, "household": {"receives": told}}
    facts["people"] = [{**one, "applies_for": {"basic_food": True}} for one in FACTS["people"]]  # type: ignore[attr-defined]
    for one in rules.programs.values():
        Household.from_facts(grant(facts, one, rules.facts), rules.facts)
