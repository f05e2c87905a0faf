"""CSV in three files or one flat one, read in parts so that memory stays bounded; and written."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import IO, Any

from eligibility.batch.assemble import assemble
from eligibility.batch.cells import Coded, TableErrors
from eligibility.batch.population import Population
from eligibility.batch.text_tables import TextTable
from eligibility.facts import Vocabulary

NAMES = {"household": "households.csv", "person": "people.csv", "income": "incomes.csv"}
PATH = re.compile(r"people\.([A-Za-z0-9_-]{1,40})\.(?:incomes\.([0-9]{1,2})\.)?(.+)")
LIMIT = 1_000_000


def read_three(folder: Path, vocabulary: Vocabulary, part: int) -> Iterator[Population]:
    """The population in `households.csv`, `people.csv` and `incomes.csv`, so many households at
    a time. Raises TableErrors."""
    with (
        _opened(folder / NAMES["household"]) as homes,
        _opened(folder / NAMES["person"]) as people,
        _opened(folder / NAMES["income"], needed=False) as incomes,
    ):
        files = {
            "household": _File(NAMES["household"], homes),
            "person": _File(NAMES["person"], people),
            "income": _File(NAMES["income"], incomes),
        }
        while rows := files["household"].rows(part):
            ids = {row[0] for row in rows}
            tables = {"household": files["household"].table(rows)}
            for name in ("person", "income"):
                tables[name] = files[name].table(files[name].rows_of(ids))
            yield assemble(tables, vocabulary)
        for name in ("person", "income"):
            files[name].refuse_rest()


class _Nothing:
    """Stands for a file that need not be there."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, *given: object) -> None:
        return None


def _opened(path: Path, needed: bool = True) -> IO[str] | _Nothing:
    if not needed and not path.exists():
        return _Nothing()
    try:
        return path.open(newline="", encoding="utf-8-sig")
    except OSError as error:
        raise TableErrors([f"{path} cannot be read: {error.strerror}."]) from None


class _File:
    """One CSV file with a header whose first column is the household."""

    def __init__(self, name: str, lines: IO[str] | None) -> None:
        self.name = name
        self.row = 2
        self._reader = _rows(name, lines) if lines is not None else iter(())
        self.header = next(self._reader, ["household", "person"])
        self._next: list[str] | None = None
        if self.header[:1] != ["household"]:
            one = len(self.header) == 1 and any(mark in self.header[0] for mark in ";\t|")
            hint = " Columns are told apart by commas." if one else ""
            raise TableErrors([f"{name}: the first column must be household.{hint}"])
        double = {one for one in self.header if self.header.count(one) > 1}
        if double:
            raise TableErrors([f"{name}: the column {sorted(double)[0]} is there twice."])

    def rows(self, count: int) -> list[list[str]]:
        return list(islice(self._reader, count))

    def rows_of(self, households: set[str]) -> list[list[str]]:
        """The next rows, as long as their household is one of these."""
        found: list[list[str]] = []
        while True:
            row = self._next if self._next is not None else next(self._reader, None)
            self._next = None
            if row is None:
                return found
            if row[0] not in households:
                self._next = row
                return found
            found.append(row)

    def table(self, rows: Sequence[Sequence[str]]) -> TextTable:
        columns = zip(*rows, strict=True) if rows else ([] for _ in self.header)
        first = self.row
        self.row += len(rows)
        named = dict(zip(self.header, map(Coded.of, columns), strict=True))
        return TextTable(self.name, named, first)

    def refuse_rest(self) -> None:
        row = self._next or next(self._reader, None)
        if row is not None:
            message = f"{row[0][:40]!r} is not in households.csv, or not in this order"
            raise TableErrors([f"{self.name}, row {self.row}, column household: {message}."])


def _rows(name: str, lines: IO[str]) -> Iterator[list[str]]:
    """Rows of a CSV file, all as wide as its header."""
    reader, width = csv.reader(lines, strict=True), 0
    number = 0
    try:
        for number, row in enumerate(reader, 1):
            width = width or len(row)
            if row and len(row) != width:
                raise TableErrors([f"{name}, row {number}: {len(row)} cells, not {width}."])
            if row:
                yield row
    except (csv.Error, UnicodeDecodeError) as error:
        raise TableErrors(
            [f"{name}, row {number + 1}: this is not CSV in UTF-8: {error}."]
        ) from None


def read_flat(path: Path, vocabulary: Vocabulary, part: int) -> Iterator[Population]:
    """The population in one file, a row a household, with columns such as
    `people.p1.birth_date` and `people.p1.incomes.0.amount`. Raises TableErrors."""
    with _opened(path) as lines:
        file = _File(path.name, lines if not isinstance(lines, _Nothing) else None)
        columns = _Flat(file.header, path.name)
        while rows := file.rows(part):
            first = file.row
            file.row += len(rows)
            yield assemble(columns.tables(rows, first), vocabulary)


class _Flat:
    """Which columns of a flat file belong to which person and which income."""

    def __init__(self, header: Sequence[str], name: str) -> None:
        self.name = name
        self.home: list[tuple[int, str]] = []
        self.people: dict[str, list[tuple[int, str]]] = {}
        self.incomes: dict[tuple[str, int], list[tuple[int, str]]] = {}
        for place, column in enumerate(header):
            match = PATH.fullmatch(column)
            if not match:
                self.home.append((place, column))
                continue
            person, income, fact = match.groups()
            own = self.people.setdefault(person, [])
            if income is None:
                own.append((place, f"person.{fact}"))
            else:
                key = person, int(income)
                self.incomes.setdefault(key, []).append((place, f"income.{fact}"))

    def tables(self, rows: Sequence[Sequence[str]], first: int) -> dict[str, TextTable]:
        """The three tables in these rows. A person or income with no cell filled is not there."""
        homes = _Growing([name for _, name in self.home])
        people = _Growing(["household", "person", *_names(self.people)])
        incomes = _Growing(["household", "person", *_names(self.incomes)])
        for at, row in enumerate(rows, first):
            homes.add(at, {name: row[place] for place, name in self.home})
            for person, columns in self.people.items():
                told = {name: row[place] for place, name in columns if row[place]}
                earned = [
                    {name: row[place] for place, name in self.incomes[key] if row[place]}
                    for key in sorted(self.incomes)
                    if key[0] == person
                ]
                if told or any(earned):
                    key = {"household": row[0], "person": person}
                    people.add(at, key | told)
                    for income in filter(None, earned):
                        incomes.add(at, key | income)
        named = {"household": homes, "person": people, "income": incomes}
        return {entity: one.table(self.name) for entity, one in named.items()}


def _names(columns: Mapping[Any, Sequence[tuple[int, str]]]) -> list[str]:
    return sorted({name for own in columns.values() for _, name in own})


class _Growing:
    """A table that rows are added to, with an empty cell for what a row does not tell."""

    def __init__(self, names: Sequence[str]) -> None:
        self.columns: dict[str, list[str]] = {name: [] for name in names}
        self.rows: list[int] = []

    def add(self, at: int, row: Mapping[str, str]) -> None:
        self.rows.append(at)
        for name, column in self.columns.items():
            column.append(row.get(name, ""))

    def table(self, file: str) -> TextTable:
        coded = {name: Coded.of(texts) for name, texts in self.columns.items()}
        return TextTable(file, coded, rows=self.rows)
