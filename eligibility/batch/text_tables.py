"""One table of text on its way to columns: each fact converted, each wrong cell named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from eligibility.batch import cells
from eligibility.batch.arrays import UNKNOWN, Array
from eligibility.batch.cells import Coded, Errors, converted
from eligibility.batch.population import Columns, Words, read_facts
from eligibility.facts import Fact, Vocabulary
from eligibility.findings import nearest

GROUP = "group."
KEYS = {
    "household": ("household", "on", "people_complete", "household.receives"),
    "person": (
        "household",
        "person",
        "person.birth_date",
        "person.age_months",
        "person.receives",
        "person.incomes_complete",
        "person.ties",
        "person.spouse",
        "person.parent_of",
        "person.tax_household",
        "person.tax_role",
    ),
    "income": ("household", "person", "income.amount", "income.amounts", "income.dates"),
}


@dataclass
class TextTable:
    """A part of one file: its columns as text, and where it begins. `rows` are those of the file
    where one row tells of many people."""

    file: str
    columns: dict[str, Coded]
    first_row: int = 2
    rows: Sequence[int] = ()

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()), ()))


@dataclass
class ReadTable:
    """One table on its way to columns."""

    entity: str
    table: TextTable
    vocabulary: Vocabulary
    words: Words
    errors: Errors = field(init=False)

    def __post_init__(self) -> None:
        self.errors = Errors(self.table.file, self.table.first_row, self.table.rows)

    def texts(self, name: str) -> Coded | None:
        return self.table.columns.get(name)

    def facts(self) -> Columns:
        """Every fact of the entity that has a column."""
        columns: Columns = {}
        for name, (fact, kind) in read_facts(self.vocabulary, self.entity).items():
            if kind == "truth":
                self._put(columns, name, fact.id, cells.truth, np.int8)
            elif kind == "choice":
                choice = cells.one_of(fact.choices, self.words.code)
                self._put(columns, name, fact.id, choice, np.int16)
            elif not (self.entity == "income" and name in ("amount", "costs")):
                self._number(columns, name, fact, told=kind == "told")
        self._receives(columns)
        return columns

    def _put(self, columns: Columns, name: str, fact: str, convert: Any, kind: Any) -> None:
        texts = self.texts(fact)
        if texts is not None:
            columns[name] = self.codes(texts, convert, fact, kind)

    def codes(self, texts: Coded, convert: Any, fact: str, kind: Any = np.int8) -> Array:
        """A column of codes, -1 where unknown."""
        found = converted(texts, convert, self.errors, fact, UNKNOWN)
        return np.array(found, kind).take(texts.codes)

    def pairs(self, texts: Coded, convert: Any, fact: str, fallback: Any) -> tuple[Array, Array]:
        """Two columns of numbers: the lower and the upper end."""
        found = converted(texts, convert, self.errors, fact, fallback)
        pairs = np.array(found, np.int64).reshape(-1, 2)
        return pairs[:, 0].take(texts.codes), pairs[:, 1].take(texts.codes)

    def _number(self, columns: Columns, name: str, fact: Fact, told: bool) -> None:
        texts = self.texts(fact.id)
        if texts is None:
            return
        bounds = fact.bounds or (0, 0)
        columns.update(self.number(name, fact.id, texts, bounds))
        if not told:
            return
        periods = self.texts(f"{fact.id}.period")
        if periods is None:
            self.errors.header(fact.id, f"Money needs its period: a column {fact.id}.period.")
            return
        columns[f"{name}.period"] = self.codes(periods, cells.period, f"{fact.id}.period")
        exact = columns[f"{name}.low"] == columns.get(f"{name}.high", columns[f"{name}.low"])
        for row in np.flatnonzero(exact & (columns[f"{name}.period"] == UNKNOWN)):
            self.errors.add(int(row), f"{fact.id}.period", "An amount needs its period.")

    def number(self, name: str, fact: str, texts: Coded, bounds: tuple[int, int]) -> Columns:
        plain = cells.integers(texts.words)
        if plain is not None and bool(((plain >= bounds[0]) & (plain <= bounds[1])).all()):
            return {f"{name}.low": plain.take(texts.codes)}
        low, high = self.pairs(texts, cells.number_within(bounds), fact, bounds)
        if (low == high).all():
            return {f"{name}.low": low}
        return {f"{name}.low": low, f"{name}.high": high}

    def _receives(self, columns: Columns) -> None:
        """A list of names answers for all; a column for each answers for that one."""
        if self.entity == "income":
            return
        prefix = f"{self.entity}.receives"
        known = sorted(self.vocabulary.receivable())
        for member in known:
            self._put(columns, f"receives.{member}", f"{prefix}.{member}", cells.truth, np.int8)
        texts = self.texts(prefix)
        if texts is None:
            return
        lists = converted(texts, cells.words_of(known), self.errors, prefix, None)
        closed = np.array([one is not None for one in lists], np.bool_)
        columns["receives"] = closed.take(texts.codes)
        for member in sorted({name for one in lists if one for name in one}):
            blank = np.full(len(texts), UNKNOWN, np.int8)
            column = columns.setdefault(f"receives.{member}", blank)
            listed = np.array([member in (one or ()) for one in lists], np.bool_)
            column[listed.take(texts.codes)] = 1

    def truth(self, name: str) -> Array | None:
        texts = self.texts(name)
        if texts is None:
            return None
        return self.codes(texts, cells.truth, name)

    def at_most(self, owner: Array, limit: int, what: str) -> None:
        """No more rows of one owner than one household may tell; they stand together."""
        first = np.searchsorted(owner, owner)
        for row in np.flatnonzero(np.arange(len(owner)) - first == limit):
            self.errors.add(int(row), "person", f"There can be at most {limit} {what}.")
        self.errors.stop_if_any()

    def refuse_unknown(self) -> None:
        """An unknown column is named, with the nearest one there is."""
        own = {f"{self.entity}.{name}" for name in self.vocabulary.of(self.entity)}
        numbers = {f"{fact}.period" for fact in own}
        members = {f"{self.entity}.receives.{one}" for one in self.vocabulary.receivable()}
        known = {*KEYS[self.entity], *own, *numbers, *members}
        for name in self.table.columns:
            if name not in known and not (self.entity == "household" and name.startswith(GROUP)):
                hint = nearest(name, known)
                self.errors.header(name, "There is no such column." + (f" {hint}" if hint else ""))
