"""A household's facts with one answer told otherwise, in the contract's form."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from datetime import date
from typing import Any

from eligibility.dates import months_before
from eligibility.facts import FactType, Vocabulary
from eligibility.what_if_levers import mean, pays_at

Facts = dict[str, Any]

JOINS = "people.joins"
LEAVES = "people.leaves"
AGES = {"baby": 0, "child": 8, "adult": 35}
"""Who may move in, with how many years: somebody without money of their own."""
NO_ANSWERS = ("no", "none")


def with_answer(
    facts: Mapping[str, Any], fact: str, person: str | None, income: int | None, value: Any
) -> Facts:
    """The same facts with one of them told otherwise. Money keeps the period it was told with, and
    pays that differ change together, so that their mean is `value`."""
    changed: Facts = copy.deepcopy(dict(facts))
    entity, name, *member = fact.split(".")
    holder = changed.setdefault("household", {})
    if person is not None:
        holder = next(one for one in changed["people"] if one["id"] == person)
    if member:
        _receive(holder, member[0], value)
    elif fact == "person.incomes":
        told = holder.get("incomes")
        job = {"kind": "wages", "period": "month", "amount": value, "steady": True}
        holder["incomes"] = [*(told if isinstance(told, list) else []), job]
    elif entity == "income" and income is not None:
        _pay(holder["incomes"][income], name, value)
    elif isinstance(holder.get(name), dict) and "period" in holder[name]:
        holder[name] = {"amount": value, "period": holder[name]["period"]}
    else:
        holder[name] = value
    return changed


def _pay(income: Facts, name: str, value: Any) -> None:
    if name == "amount" and "amounts" in income:
        pays = tuple(income["amounts"])
        income["amounts"] = list(pays_at(pays, value)) if value != mean(pays) else list(pays)
    else:
        income[name] = value


def _receive(holder: Facts, member: str, value: bool) -> None:
    told = holder.get("receives")
    if isinstance(told, list):
        others = [one for one in told if one != member]
        holder["receives"] = [*others, member] if value else others
    elif isinstance(told, dict) and "unknown" not in told:
        holder["receives"] = {**told, member: value}
    else:
        holder["receives"] = {member: value}


def without_person(facts: Mapping[str, Any], person: str) -> Facts:
    """The same home after somebody left it, without the ties to them."""
    changed: Facts = copy.deepcopy(dict(facts))
    changed["people"] = [one for one in changed["people"] if one["id"] != person]
    for one in changed["people"]:
        if isinstance(one.get("ties"), list):
            one["ties"] = [
                tie
                for tie in one["ties"]
                if tie.get("to") != person or tie["kind"] not in ("spouse", "parent_of")
            ]
    return changed


def with_person(
    facts: Mapping[str, Any], who: str, vocabulary: Vocabulary, on: date
) -> tuple[Facts, str]:
    """The same home with somebody more in it, and their id: a baby or a child of the first person
    and of that person's spouse, or an adult on their own. They bring no money, and every yes or no
    about them is no."""
    changed: Facts = copy.deepcopy(dict(facts))
    people = changed.setdefault("people", [])
    taken = {one["id"] for one in people}
    name = next(f"more{n}" for n in range(len(taken) + 1) if f"more{n}" not in taken)
    person = _nobody_in_particular(name, vocabulary)
    person["birth_date"] = months_before(on, 12 * AGES[who]).isoformat()
    person["ties"] = [{"kind": "tax_household", "to": name}, {"kind": "tax_role", "to": "head"}]
    if who != "adult" and people:
        _tie_to_parents(people, person)
    people.append(person)
    return changed, name


def _nobody_in_particular(name: str, vocabulary: Vocabulary) -> Facts:
    person: Facts = {"id": name, "incomes": [], "incomes_complete": True, "receives": []}
    for fact in vocabulary.of("person").values():
        if fact.type is FactType.BOOL and fact.name != "incomes_complete":
            person[fact.name] = False
        elif fact.type is FactType.CHOICE and not fact.only_applicants:
            person[fact.name] = next(one for one in (*fact.choices, "no") if one in NO_ANSWERS)
        elif fact.type is FactType.INTEGER and fact.name != "age_months":
            person[fact.name] = 0
        elif fact.type is FactType.MONEY:
            person[fact.name] = {"amount": 0, "period": "month"}
    return person


def _tie_to_parents(people: list[Facts], child: Facts) -> None:
    """The first person in the list, and whom they are married to, are the parents."""
    first = people[0]
    spouses = _tied(first, "spouse")
    spouses |= {one["id"] for one in people if first["id"] in _tied(one, "spouse")}
    for one in people:
        # Ties that were not told stay so: one more would say that there are no others.
        if (one is first or one["id"] in spouses) and isinstance(one.get("ties"), list):
            one["ties"] = [*one["ties"], {"kind": "parent_of", "to": child["id"]}]
    label = next(iter(_tied(first, "tax_household")), first["id"])
    child["ties"] = [
        {"kind": "tax_household", "to": label},
        {"kind": "tax_role", "to": "dependent"},
    ]


def _tied(person: Mapping[str, Any], kind: str) -> set[str]:
    ties = person.get("ties")
    return {tie["to"] for tie in ties if tie["kind"] == kind} if isinstance(ties, list) else set()
