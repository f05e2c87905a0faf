"""A stored rule text keeps the words it needs: it replays when the vocabulary has others by now."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from eligibility import FactErrors, Household, RulesError, rules_from_source, screen
from eligibility.facts import Vocabulary
from tests.eligibility.packs import WORDS, load_pack, program

ON = date(2025, 6, 1)
TEXT = program(
    f"""
clock: {{working_days: 30, urgent_working_days: 5, urgent_when: "household.no_place_tonight"}}
countable: {{income: {{period: month, kinds: [wages]}}}}
apply_facts: [household.address]
eligible:
  all:
    - {{test: home, is: "household.tenure == 'renter' or household.receives.hen", {WORDS}}}
    - {{test: pay, is: "income <= line.short(1)", {WORDS}}}
"""
)
FACTS = {
    "people_complete": True,
    "household": {"tenure": "renter", "phone_bill": {"amount": 1, "period": "month"}},
    "people": [
        {
            "id": "p1",
            "veteran": True,
            "incomes_complete": True,
            "incomes": [{"kind": "wages", "period": "week", "amount": 20_000}],
        }
    ],
}


def without(vocabulary: Vocabulary, *names: str) -> Vocabulary:
    """The vocabulary of a later day, when these facts and benefits have other names."""
    facts = {one: fact for one, fact in vocabulary.facts.items() if one not in names}
    benefits = {one: text for one, text in vocabulary.benefits.items() if one not in names}
    return replace(vocabulary, facts=facts, benefits=benefits)


GONE = (
    *("household.tenure", "household.no_place_tonight", "household.address", "hen"),
    *("household.phone_bill", "person.veteran"),
)


def test_rules_and_answers_are_read_again_after_their_words_were_renamed(tmp_path: Path) -> None:
    rules = load_pack(tmp_path / "pack", TEXT)
    (then,) = screen(Household.from_facts(FACTS, rules.facts), rules, ON)
    stored = json.loads(json.dumps(rules.source_of(then.rules), sort_keys=True))
    later = without(rules.facts, *GONE)
    again = rules_from_source(stored, later)
    assert again.hash_of("help") == then.rules
    with pytest.raises(FactErrors):
        Household.from_facts(FACTS, later)
    told = again.facts.told(FACTS)
    (now,) = screen(Household.from_facts(told, again.facts), again, ON)
    assert now.to_json() == then.to_json()
    assert now.outcome == "likely"


def test_a_word_that_means_something_else_by_now_means_what_it_meant(tmp_path: Path) -> None:
    rules = load_pack(tmp_path / "pack", TEXT)
    stored = rules.source_of(rules.hash_of("help"))
    tenure = replace(rules.facts["household.tenure"], choices=("lodger", "owner"))
    kind = replace(rules.facts["income.kind"], choices=("salary",))
    facts = {**rules.facts.facts, tenure.id: tenure, kind.id: kind}
    again = rules_from_source(stored, replace(rules.facts, facts=facts))
    assert again.facts["household.tenure"] == rules.facts["household.tenure"]
    assert "wages" in again.facts["income.kind"].choices


def test_an_older_text_says_less_and_takes_the_rest_from_today(tmp_path: Path) -> None:
    rules = load_pack(tmp_path / "pack", TEXT)
    stored = dict(rules.source_of(rules.hash_of("help")))
    stored["facts"] = {
        "household.tenure": {"type": "choice", "bounds": []},
        "household.receives": {"type": "programs", "bounds": []},
        "person.incomes": {"type": "incomes", "bounds": []},
    }
    again = rules_from_source(stored, rules.facts)
    assert again.facts["household.tenure"] == rules.facts["household.tenure"]
    assert again.source_of(again.hash_of("help"))["facts"] == stored["facts"]
    with pytest.raises(RulesError, match=r"household\.tenure"):
        rules_from_source({**stored, "facts": {}}, without(rules.facts, "household.tenure"))


def test_answers_are_left_as_they_are_where_nothing_was_stored(tmp_path: Path) -> None:
    rules = load_pack(tmp_path / "pack", TEXT)
    assert rules.facts.told(FACTS) is FACTS
    stored = rules_from_source(rules.source_of(rules.hash_of("help")), rules.facts)
    told = stored.facts.told({"on": "2025-06-01", "household": {"receives": ["hen", "gone"]}})
    assert told == {"on": "2025-06-01", "household": {"receives": ["hen"]}}
    kept = {"hen": True, "unknown": "declined"}
    told = stored.facts.told({"household": {"receives": {**kept, "gone": False}}})
    assert told == {"household": {"receives": kept}}
