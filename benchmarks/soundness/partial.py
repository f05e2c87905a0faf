"""Random households with a random share of their answers not told, in doubt or as a range."""

from __future__ import annotations

import copy
from random import Random
from typing import Any

from benchmarks.oracle.made_up import made_up
from benchmarks.oracle.mapping import facts_of
from benchmarks.soundness.completion import Corner, complete
from eligibility import Vocabulary
from eligibility.facts import Fact

Facts = dict[str, Any]
SHARES = (0.02, 0.05, 0.1, 0.25, 0.5, 0.9)
"""How many of the answers are hidden: nearly all told, up to a form hardly begun."""


def partial_household(random: Random, vocabulary: Vocabulary) -> Facts:
    """A made-up household of which all is told, and then a part is hidden."""
    (row,) = made_up(random.getrandbits(32), 1)
    whole = complete(random, facts_of(row), vocabulary, Corner.USUAL)
    return hidden(random, whole, random.choice(SHARES), vocabulary)


def hidden(random: Random, whole: Facts, share: float, vocabulary: Vocabulary) -> Facts:
    """The same household with about this share of its answers hidden."""
    facts = copy.deepcopy(whole)
    _hide(random, facts["household"], share, vocabulary.of("household"))
    if random.random() < share:
        facts.pop("people_complete")
        facts["people"] = facts["people"][: random.randint(0, len(facts["people"]))]
    left = {person["id"] for person in facts["people"]}
    for person in facts["people"]:
        if random.random() < share:
            person.pop("incomes_complete")
            person["incomes"] = person["incomes"][: random.randint(0, len(person["incomes"]))]
        for income in person["incomes"]:
            _hide(random, income, share / 2, vocabulary.of("income"))
        _hide(random, person, share, vocabulary.of("person"))
        if isinstance(person.get("ties"), list):
            person["ties"] = [
                tie
                for tie in person["ties"]
                if tie["kind"] in ("tax_household", "tax_role") or tie["to"] in left
            ]
    return facts


KEPT = ("id", "incomes", "incomes_complete")


def _hide(random: Random, told: Facts, share: float, facts: dict[str, Fact]) -> None:
    for name in list(told):
        if name in KEPT or random.random() >= share:
            continue
        value, how = told[name], random.random()
        if how < 0.25:
            told[name] = {"unknown": random.choice(("dont_know", "declined"))}
        elif how < 0.5 and type(value) is int:
            told[name] = {"between": _around(random, value, facts[name])}
        elif how < 0.5 and isinstance(value, dict) and type(value.get("amount")) is int:
            told[name] = {
                **value,
                "amount": {"between": _around(random, value["amount"], facts[name])},
            }
        elif how < 0.5 and name == "birth_date" and isinstance(value, str):
            told[name] = value[: random.choice((4, 7))]
        elif how < 0.5 and name == "receives" and value:
            told[name] = dict.fromkeys(value[: random.randint(0, len(value))], True)
        else:
            del told[name]


def _around(random: Random, value: int, fact: Fact) -> list[int]:
    """A range that holds the value, inside the bounds and on the same side of nothing."""
    low, high = fact.bounds or (value, value)
    width = random.choice((abs(value) // 20, abs(value) // 5, abs(value)))
    low, high = (low, 0) if value < 0 else (max(low, 0), high)
    return [max(low, value - width), min(high, value + width)]
