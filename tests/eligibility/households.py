"""Random whole households, and the same with some answers taken away."""

from __future__ import annotations

import copy
from random import Random
from typing import Any

from eligibility import Vocabulary

Facts = dict[str, Any]
KINDS = (
    "wages",
    "wages",
    "self_employment",
    "social_security_retirement",
    "social_security_disability",
    "ssi",
    "unemployment",
    "pension",
    "child_support_received",
    "interest",
    "tanf",
    "other",
)
PER_YEAR = {"week": 52, "two_weeks": 26, "half_month": 24, "month": 12, "year": 1}
RECEIVED = ("basic_food", "wic", "apple_health", "tanf", "ssi", "housing_assistance")


def whole_household(random: Random, vocabulary: Vocabulary) -> Facts:
    """A household of which everything is told exactly."""
    count = random.choice((1, 1, 2, 3, 4, 6))
    people = [_person(random, vocabulary, index, count) for index in range(count)]
    household = _answers(random, vocabulary, "household")
    theirs = {one for person in people for one in person["receives"]}
    own = {one for one in RECEIVED if random.random() < 0.05}
    household["receives"] = sorted(theirs | own)
    household["liquid_assets"] = random.choice((0, 100_000, 350_000, 900_000))
    return {"people_complete": True, "household": household, "people": people}


def _answers(random: Random, vocabulary: Vocabulary, entity: str) -> Facts:
    found: Facts = {}
    for fact in vocabulary.of(entity).values():
        if fact.type == "bool":
            found[fact.name] = random.random() < 0.3
        elif fact.type == "choice":
            found[fact.name] = random.choice(fact.choices)
        elif fact.type == "integer" and fact.name != "age_months":
            found[fact.name] = random.choice((0, 0, 1, 20, 40)) % (fact.bounds or (0, 1))[1]
        elif fact.type == "money" and fact.period == "told":
            amount = random.choice((0, 0, 3_000, 20_000, 90_000, 180_000))
            found[fact.name] = {"amount": amount, "period": "month"}
    return found


def _person(random: Random, vocabulary: Vocabulary, index: int, count: int) -> Facts:
    person = _answers(random, vocabulary, "person")
    year = random.choice((1948, 1963, 1980, 1990, 2002, 2007, 2012, 2019, 2023, 2026))
    person["birth_date"] = f"{year}-{random.randint(1, 11):02}-{random.randint(1, 28):02}"
    person["id"] = f"p{index + 1}"
    person["ties"] = [
        {"kind": "tax_household", "to": random.choice(("t1", "t1", "t2"))},
        {"kind": "tax_role", "to": "dependent" if year > 2005 else "head"},
    ]
    for other in range(count):
        if other != index and random.random() < 0.3:
            kind = "parent_of" if year < 2000 else "spouse"
            person["ties"].append({"kind": kind, "to": f"p{other + 1}"})
    person["receives"] = [one for one in RECEIVED if random.random() < 0.04]
    person["incomes"] = [_income(random) for _ in range(random.choice((0, 1, 1, 2)))]
    person["incomes_complete"] = True
    return person


def _income(random: Random) -> Facts:
    kind, period = random.choice(KINDS), random.choice(tuple(PER_YEAR))
    yearly = random.choice((300_000, 1_200_000, 2_400_000, 4_000_000, 7_000_000, 12_000_000))
    amount = yearly * random.randint(80, 120) // 100 // PER_YEAR[period]
    income: Facts = {"kind": kind, "period": period, "steady": random.random() < 0.7}
    if period == "week":
        income["amounts"] = [amount, amount + 1_000, max(0, amount - 2_500)]
    else:
        income["amount"] = amount
    if kind == "self_employment":
        income["after_costs"] = random.random() < 0.5
        income["costs"] = random.choice((0, amount // 5, amount // 2))
    return income


def with_answers_hidden(random: Random, facts: Facts) -> Facts:
    """The same household with a random share of its answers not given, unknown or widened."""
    hidden = copy.deepcopy(facts)
    share = random.choice((0.03, 0.15, 0.4, 0.8))
    _hide_in(random, hidden["household"], share)
    if random.random() < share:
        hidden.pop("people_complete", None)
        keep = random.randint(0, len(hidden["people"]))
        hidden["people"] = hidden["people"][:keep]
    for person in hidden["people"]:
        if random.random() < share:
            person.pop("incomes_complete", None)
            person["incomes"] = person["incomes"][: random.randint(0, len(person["incomes"]))]
        for income in person["incomes"]:
            _hide_in(random, income, share / 2)
        _hide_in(random, person, share)
        ids = {one["id"] for one in hidden["people"]}
        if random.random() < share or len(ids) < len(facts["people"]):
            person.pop("ties", None)
    return hidden


def _hide_in(random: Random, told: Facts, share: float) -> None:
    for name in list(told):
        if name in ("id", "incomes", "incomes_complete", "ties") or random.random() >= share:
            continue
        value, how = told[name], random.random()
        if how < 0.3:
            told[name] = {"unknown": random.choice(("dont_know", "declined"))}
        elif how < 0.6 and type(value) is int:
            told[name] = {"between": [value - value // 10, value + value // 8]}
        elif how < 0.6 and isinstance(value, dict) and type(value.get("amount")) is int:
            amount = value["amount"]
            told[name] = {**value, "amount": {"between": [amount, amount * 2]}}
        elif how < 0.6 and name == "birth_date" and isinstance(value, str):
            told[name] = value[: random.choice((4, 7))]
        else:
            del told[name]
