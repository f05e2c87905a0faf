"""Rows that columns cannot settle, one by one through the scalar engine, each distinct one once."""

from __future__ import annotations

import json
from datetime import date

from eligibility.batch.population import Population
from eligibility.batch.results import NO_AMOUNT
from eligibility.batch.to_facts import Facts, FactsWriter
from eligibility.determination import Determination
from eligibility.household import Household
from eligibility.rulebook import Rulebook
from eligibility.screening import screen
from eligibility.spans import OPEN, ends


class Scalar:
    """The scalar engine for some rows of one population."""

    def __init__(self, rules: Rulebook, population: Population, on: date) -> None:
        self.rules = rules
        self.on = on
        self.writer = FactsWriter(population, rules.facts)
        self._facts: dict[int, Facts] = {}
        self._known: dict[tuple[str, str], list[Determination]] = {}
        self._read: dict[str, frozenset[str]] = {}

    @property
    def screened(self) -> int:
        """How many screenings it took."""
        return len(self._known)

    def decided(self, program: str, row: int) -> list[Determination]:
        """The determinations of a program for a household. Those that differ in nothing its
        rules read share theirs."""
        facts = self._facts.get(row)
        if facts is None:
            facts = self._facts[row] = self.writer.facts(row)
        told = only(facts, self._needed(program))
        key = program, json.dumps(told, sort_keys=True)
        found = self._known.get(key)
        if found is None:
            household = Household.from_facts(told, self.rules.facts)
            found = screen(household, self.rules, self.on, [program], explain=False)
            self._known[key] = found
        return found

    def _needed(self, program: str) -> frozenset[str]:
        found = self._read.get(program)
        if found is None:
            programs = [self.rules.programs[name] for name in self.rules.linked(program)]
            found = frozenset().union(*(one.facts for one in programs))
            self._read[program] = found
        return found


def only(facts: Facts, read: frozenset[str]) -> Facts:
    """The facts without those no rule reads."""
    people = [{"id": person["id"], **_part(person, "person", read)} for person in facts["people"]]
    found: Facts = {"household": _part(facts["household"], "household", read), "people": people}
    found |= {name: facts[name] for name in ("on", "people_complete") if name in facts}
    return found


def _part(told: Facts, entity: str, read: frozenset[str]) -> Facts:
    found = {name: value for name, value in told.items() if f"{entity}.{name}" in read}
    if "receives" in told:
        found["receives"] = told["receives"]
    return found


def amount_of(determination: Determination) -> tuple[int, int]:
    """Lowest and highest amount in whole cents; an open upper end is a very large number."""
    if determination.amount is None:
        return NO_AMOUNT, NO_AMOUNT
    low, high = determination.amount.low, determination.amount.high
    return int(ends(low)[0]), OPEN if high is None else int(ends(high)[1])
