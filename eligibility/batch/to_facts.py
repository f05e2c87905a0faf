"""One row of a population as the contract's facts, for the scalar engine to decide."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np

from eligibility.batch.arrays import UNKNOWN, Array
from eligibility.batch.population import Columns, Population, Words, read_facts
from eligibility.facts import TOLD_PERIODS, Fact, Vocabulary
from eligibility.household import FIRST_BIRTH

Facts = dict[str, Any]


class FactsWriter:
    """Writes rows of one population as facts; reading them gives the same row again."""

    def __init__(self, population: Population, vocabulary: Vocabulary) -> None:
        self.population = population
        self.vocabulary = vocabulary
        self.words = Words(vocabulary)
        self.entities = {name: read_facts(vocabulary, name) for name in ("household", "person")}
        self.amount_bounds = vocabulary.of("income")["amount"].bounds or (0, 0)
        self.cost_bounds = vocabulary.of("income")["costs"].bounds or (0, 0)

    def facts(self, row: int) -> Facts:
        """The household in a row. People are named p1, p2, … by their place."""
        population = self.population
        found: Facts = {"household": self._answers("household", population.home, row)}
        found["household"] |= _receives(population.home, row)
        complete = _truth(population.home, "people_complete", row)
        if complete is not None:
            found["people_complete"] = complete
        asked = population.home.get("asked")
        if asked is not None and asked[row]:
            found["on"] = _day(int(asked[row]))
        first, last = (int(at) for at in population.people_at[row : row + 2])
        labels = self._labels(first, last)
        found["people"] = [self._person(one, first, last, labels) for one in range(first, last)]
        return found

    def _answers(self, entity: str, columns: Columns, row: int) -> Facts:
        found: Facts = {}
        for name, (fact, kind) in self.entities[entity].items():
            value = self._answer(columns, name, kind, fact, row)
            if value is not None:
                found[name] = value
        return found

    def _answer(self, columns: Columns, name: str, kind: str, fact: Fact, row: int) -> Any:
        if kind == "truth":
            return _truth(columns, name, row)
        if kind == "choice":
            code = UNKNOWN if name not in columns else int(columns[name][row])
            return None if code == UNKNOWN else self.words.names[code]
        if f"{name}.low" not in columns:
            return None
        low, high = _ends(columns, name, row)
        period = UNKNOWN if kind != "told" else _code(columns, f"{name}.period", row)
        if (low, high) == fact.bounds and period == UNKNOWN:
            return None
        if kind != "told":
            return _number(low, high)
        if period == UNKNOWN:
            return {"between": [low, high]}
        return {"amount": _number(low, high), "period": TOLD_PERIODS[period]}

    def _labels(self, first: int, last: int) -> dict[int, str]:
        """A word for each tax household: the id of whoever it takes in without being told."""
        people = self.population.people
        codes = people.get("tax_household")
        if codes is None:
            return {}
        told = people["ties"] if "ties" in people else np.zeros(len(codes), np.bool_)
        found: dict[int, str] = {}
        for row in range(first, last):
            code = int(codes[row])
            if code != UNKNOWN and (code not in found or not told[row]):
                found[code] = f"t{code}" if told[row] else f"p{row - first + 1}"
        return found

    def _person(self, row: int, first: int, last: int, labels: dict[int, str]) -> Facts:
        people = self.population.people
        found: Facts = {"id": f"p{row - first + 1}", **self._answers("person", people, row)}
        found |= _receives(people, row)
        if "born.low" in people and people["born.low"][row]:
            found["birth_date"] = self._birth(row)
        if "months.low" in people and people["months.low"][row] != UNKNOWN:
            found["age_months"] = _number(*_ends(people, "months", row))
        complete = _truth(people, "incomes_complete", row)
        if complete is not None:
            found["incomes_complete"] = complete
        if "ties" in people and people["ties"][row]:
            found["ties"] = self._ties(row, first, labels)
        starts = self.population.incomes_at
        rows = range(int(starts[row]), int(starts[row + 1]))
        found["incomes"] = [self._income(one) for one in rows]
        return found

    def _birth(self, row: int) -> Any:
        people = self.population.people
        low = int(people["born.low"][row])
        high = int(people.get("born.high", people["born.low"])[row])
        if low == high:
            return _day(low)
        first = None if low == FIRST_BIRTH.toordinal() else _day(low)
        return {"between": [first, _day(high)]}

    def _ties(self, row: int, first: int, labels: dict[int, str]) -> list[Facts]:
        found = []
        for kind, pairs in (
            ("spouse", self.population.spouses),
            ("parent_of", self.population.children),
        ):
            here = slice(*np.searchsorted(pairs[:, 0], (row, row + 1)))
            found += [
                {"kind": kind, "to": f"p{int(to) - first + 1}"} for to in pairs[here, 1].tolist()
            ]
        code = _code(self.population.people, "tax_household", row)
        if code != UNKNOWN:
            found.append({"kind": "tax_household", "to": labels[code]})
        role = _code(self.population.people, "tax_role", row)
        if role != UNKNOWN:
            found.append({"kind": "tax_role", "to": self.words.names[role]})
        return found

    def _income(self, row: int) -> Facts:
        incomes, pays = self.population.incomes, self.population.pays
        found: Facts = {}
        kind, period = _code(incomes, "kind", row), _code(incomes, "period", row)
        if kind != UNKNOWN:
            found["kind"] = self.words.names[kind]
        if period != UNKNOWN:
            found["period"] = TOLD_PERIODS[period]
        for name in ("after_costs", "steady"):
            value = _truth(incomes, name, row)
            if value is not None:
                found[name] = value
        if "costs.low" in incomes and _ends(incomes, "costs", row) != self.cost_bounds:
            found["costs"] = _number(*_ends(incomes, "costs", row))
        rows = range(*(int(at) for at in self.population.pays_at[row : row + 2]))
        amounts = [(int(pays["low"][one]), int(pays.get("high", pays["low"])[one])) for one in rows]
        if len(amounts) > 1 or amounts[0][1] != self.amount_bounds[1]:
            found["amounts"] = [_number(*one) for one in amounts]
        if "dated" in incomes and incomes["dated"][row]:
            found["dates"] = [_day(int(pays["date"][one])) for one in rows]
        return found


def _receives(columns: Columns, row: int) -> Facts:
    """Told as a list where it answers for all benefits, or one by one."""
    told = {
        name.partition(".")[2]: int(column[row])
        for name, column in columns.items()
        if name.startswith("receives.")
    }
    closed = columns.get("receives")
    if closed is not None and closed[row]:
        return {"receives": sorted(name for name, value in told.items() if value == 1)}
    known = {name: value == 1 for name, value in told.items() if value != UNKNOWN}
    return {"receives": known} if known else {}


def _truth(columns: Columns, name: str, row: int) -> bool | None:
    code = _code(columns, name, row)
    return None if code == UNKNOWN else code == 1


def _code(columns: Columns, name: str, row: int) -> int:
    column: Array | None = columns.get(name)
    return UNKNOWN if column is None else int(column[row])


def _ends(columns: Columns, name: str, row: int) -> tuple[int, int]:
    low = columns[f"{name}.low"]
    return int(low[row]), int(columns.get(f"{name}.high", low)[row])


def _number(low: int, high: int) -> Any:
    return low if low == high else {"between": [low, high]}


def _day(ordinal: int) -> str:
    return date.fromordinal(ordinal).isoformat()
