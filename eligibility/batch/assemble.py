"""Tables of text, of households, people and incomes, made into one population."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from eligibility.batch import cells
from eligibility.batch.arrays import UNKNOWN, Array, offsets
from eligibility.batch.cells import Coded, converted
from eligibility.batch.population import Columns, Population, Words, no_pairs
from eligibility.batch.text_tables import GROUP, ReadTable, TextTable
from eligibility.facts import Vocabulary


def assemble(tables: Mapping[str, TextTable], vocabulary: Vocabulary) -> Population:
    """The population in tables `household`, `person` and `income`. Raises TableErrors."""
    words = Words(vocabulary)
    readings = {name: ReadTable(name, table, vocabulary, words) for name, table in tables.items()}
    for reading in readings.values():
        reading.refuse_unknown()
        reading.errors.stop_if_any()
    return _Assembly(readings["household"], readings["person"], readings["income"]).built()


class _Assembly:
    """Three tables joined by the ids of households and people."""

    def __init__(self, home: ReadTable, people: ReadTable, incomes: ReadTable) -> None:
        self.home = home
        self.people = people
        self.incomes = incomes
        self.vocabulary = home.vocabulary

    def built(self) -> Population:
        ids = self._ids(self.home, "household")
        owner = self._rows(self.people, ids)
        names = self._named(self.people, "person")
        person_rows: dict[tuple[int, str], int] = {}
        for row, key in enumerate(zip(owner.tolist(), names, strict=True)):
            if not key[1]:
                self.people.errors.add(row, "person", "Each person needs an id.")
            if key in person_rows:
                self.people.errors.add(row, "person", "Two people of a household have this id.")
            person_rows[key] = row
        self.people.errors.stop_if_any()
        of_income = self._income_owners(ids, person_rows)
        self.people.at_most(owner, self.vocabulary.max_people, "people in a household")
        self.incomes.at_most(of_income, self.vocabulary.max_incomes, "incomes of a person")
        homes, people = self._home(ids), self._people(owner, names, person_rows)
        incomes, pays, pays_at = _Incomes(self.incomes).built()
        for reading in (self.home, self.people, self.incomes):
            reading.errors.stop_if_any()
        spouses, children = self._pairs(owner, person_rows)
        self.people.errors.stop_if_any()
        return Population(
            homes,
            people,
            incomes,
            pays,
            offsets(np.bincount(owner, minlength=len(ids))),
            offsets(np.bincount(of_income, minlength=len(owner))),
            pays_at,
            spouses,
            children,
            np.array(list(ids), object),
            np.array(names, object),
        )

    def _ids(self, reading: ReadTable, column: str) -> dict[str, int]:
        if column not in reading.table.columns:
            reading.errors.header(column, "This column is needed.")
        ids: dict[str, int] = {}
        for row, text in enumerate(self._named(reading, column)):
            if not text or text in ids:
                reading.errors.add(row, column, "Each household needs an id of its own.")
            ids[text] = row
        reading.errors.stop_if_any()
        return ids

    def _named(self, reading: ReadTable, column: str) -> list[str]:
        texts = reading.texts(column)
        return [] if texts is None else texts.texts()

    def _rows(self, reading: ReadTable, ids: Mapping[str, int]) -> Array:
        """The household of each row; rows of one household stand together and in order."""
        for column in ("household", "person"):
            if len(reading.table) and column not in reading.table.columns:
                reading.errors.header(column, "This column is needed.")
        reading.errors.stop_if_any()
        found: list[int] = []
        for row, text in enumerate(self._named(reading, "household")):
            place = ids.get(text, -1)
            if place < 0:
                message = f"There is no household {cells.shown(text)} here, or not in this order."
                reading.errors.add(row, "household", message)
            elif found and place < found[-1]:
                message = "Rows must stand in the order of the households."
                reading.errors.add(row, "household", message)
            found.append(place)
        reading.errors.stop_if_any()
        return np.array(found, np.int64)

    def _income_owners(
        self, ids: Mapping[str, int], people: Mapping[tuple[int, str], int]
    ) -> Array:
        homes = self._rows(self.incomes, ids)
        found: list[int] = []
        names = self._named(self.incomes, "person")
        for row, key in enumerate(zip(homes.tolist(), names, strict=True)):
            place = people.get(key, -1)
            if place < 0:
                message = f"There is no person {cells.shown(key[1])} in this household."
                self.incomes.errors.add(row, "person", message)
            elif found and place < found[-1]:
                self.incomes.errors.add(row, "person", "Rows must stand in the order of people.")
            found.append(place)
        self.incomes.errors.stop_if_any()
        return np.array(found, np.int64)

    def _home(self, ids: Mapping[str, int]) -> Columns:
        columns = self.home.facts()
        complete = self.home.truth("people_complete")
        if complete is not None:
            columns["people_complete"] = complete
        asked = self.home.texts("on")
        if asked is not None:
            no_day: tuple[int, ...] = ()
            told = converted(asked, cells.days, self.home.errors, "on", no_day)
            first = np.array([one[0] if one else 0 for one in told], np.int32)
            columns["asked"] = first.take(asked.codes)
        for name, texts in self.home.table.columns.items():
            if name.startswith(GROUP):
                columns[name] = np.array(texts.texts(), object)
        return columns

    def _people(
        self, owner: Array, names: Sequence[str], rows: Mapping[tuple[int, str], int]
    ) -> Columns:
        reading = self.people
        columns = reading.facts()
        for name in ("age_months", "incomes_complete"):
            for key in (name, f"{name}.low", f"{name}.high"):
                columns.pop(key, None)
        complete = reading.truth("person.incomes_complete")
        if complete is not None:
            columns["incomes_complete"] = complete
        texts = reading.texts("person.birth_date")
        if texts is not None:
            births = reading.pairs(texts, cells.birth, "person.birth_date", (0, 0))
            columns["born.low"], columns["born.high"] = births
        texts = reading.texts("person.age_months")
        if texts is not None:
            self._months(columns, texts)
        self._tax(columns, owner, names)
        return columns

    def _months(self, columns: Columns, texts: Coded) -> None:
        bounds = self.vocabulary["person.age_months"].bounds or (0, 0)
        number = cells.number_within(bounds)

        def months(text: str) -> tuple[int, int]:
            return (UNKNOWN, UNKNOWN) if text in cells.NOT_KNOWN else number(text)

        found = self.people.pairs(texts, months, "person.age_months", bounds)
        columns["months.low"], columns["months.high"] = found

    def _tax(self, columns: Columns, owner: Array, names: Sequence[str]) -> None:
        """Ties are told where any of them is, or where `person.ties` says so."""
        reading, rows = self.people, len(owner)
        told = np.zeros(rows, np.bool_)
        for name in (
            "person.spouse",
            "person.parent_of",
            "person.tax_household",
            "person.tax_role",
        ):
            texts = reading.texts(name)
            if texts is not None:
                told |= texts.told()
        texts = reading.texts("person.ties")
        if texts is not None:
            closing = cells.one_of(("told",), lambda _: 1)
            told |= reading.codes(texts, closing, "person.ties") == 1
        if told.any():
            columns["ties"] = told
        roles = reading.texts("person.tax_role")
        if roles is not None:
            choice = cells.one_of(("head", "spouse", "dependent"), reading.words.code)
            columns["tax_role"] = reading.codes(roles, choice, "person.tax_role", np.int16)
        labels = reading.texts("person.tax_household")
        if labels is not None:
            columns["tax_household"] = _labels(labels.texts(), owner, names)

    def _pairs(self, owner: Array, rows: Mapping[tuple[int, str], int]) -> tuple[Array, Array]:
        found = []
        for name in ("person.spouse", "person.parent_of"):
            pairs = []
            for row, text in enumerate(self._named(self.people, name)):
                for other in sorted(cells.names(text)):
                    place = rows.get((int(owner[row]), other))
                    if place is None:
                        message = f"There is no person {cells.shown(other)} in this household."
                        self.people.errors.add(row, name, message)
                    elif place == row:
                        message = "Nobody is their own spouse or parent."
                        self.people.errors.add(row, name, message)
                    else:
                        pairs.append((row, place))
            found.append(np.array(pairs, np.int64).reshape(-1, 2) if pairs else no_pairs())
        return found[0], found[1]


def _labels(labels: Sequence[str], owner: Array, names: Sequence[str]) -> Array:
    """Tax households as numbers; a label that is a person's id takes that person in."""
    used = set(zip(owner.tolist(), labels, strict=True))
    codes: dict[str, int] = {}
    found = []
    for home, label, name in zip(owner.tolist(), labels, names, strict=True):
        word = label if label not in cells.NOT_KNOWN else name if (home, name) in used else ""
        found.append(codes.setdefault(word, len(codes)) if word else UNKNOWN)
    return np.array(found, np.int32)


class _Incomes:
    """The table of incomes with their pays."""

    def __init__(self, reading: ReadTable) -> None:
        self.reading = reading
        facts = reading.vocabulary.of("income")
        self.bounds = facts["amount"].bounds or (0, 0)
        self.cost_bounds = facts["costs"].bounds or (0, 0)

    def built(self) -> tuple[Columns, Columns, Array]:
        reading, rows = self.reading, len(self.reading.table)
        columns = reading.facts()
        code = reading.words.code("self_employment")
        kind = columns.get("kind", np.full(rows, UNKNOWN, np.int16))
        loses = (kind == UNKNOWN) | (kind == code)
        periods = reading.texts("income.period")
        if periods is not None:
            columns["period"] = reading.codes(periods, cells.period, "income.period")
        costs = reading.texts("income.costs")
        if costs is not None:
            columns.update(reading.number("costs", "income.costs", costs, self.cost_bounds))
        pays = self._pays(rows, loses)
        dates = self._dates(rows, pays)
        columns["dated"] = np.array([bool(one) for one in dates], np.bool_)
        flat = np.array([end for one in pays for end in one], np.int64).reshape(-1, 2)
        days = [one or (0,) * len(own) for one, own in zip(dates, pays, strict=True)]
        found_pays: Columns = {
            "low": flat[:, 0].copy(),
            "high": flat[:, 1].copy(),
            "date": np.array([day for one in days for day in one], np.int32),
        }
        return columns, found_pays, offsets(np.array([len(one) for one in pays], np.int64))

    def _pays(self, rows: int, loses: Array) -> list[tuple[tuple[int, int], ...]]:
        """The pays of each income: told one by one, as one, or not at all."""
        reading = self.reading
        amounts = cells.amounts_within(self.bounds)
        lists = self._lists("income.amounts", amounts, rows)
        singles = self._lists("income.amount", amounts, rows)
        found = []
        for row, (listed, single, may_lose) in enumerate(
            zip(lists, singles, loses.tolist(), strict=True)
        ):
            if listed and single:
                reading.errors.add(row, "income.amount", "Tell either amount or amounts.")
            told = listed or single
            if not may_lose and any(low < 0 for low, _ in told):
                reading.errors.add(row, "income.amount", "Only own work can lose money.")
            found.append(told or ((self.bounds[0] if may_lose else 0, self.bounds[1]),))
        return found

    def _lists(self, name: str, convert: Any, rows: int) -> list[tuple[Any, ...]]:
        texts = self.reading.texts(name)
        if texts is None:
            return [()] * rows
        return texts.of_each(converted(texts, convert, self.reading.errors, name, ()))

    def _dates(self, rows: int, pays: Sequence[tuple[Any, ...]]) -> list[tuple[int, ...]]:
        found = self._lists("income.dates", cells.days, rows)
        for row, (days, own) in enumerate(zip(found, pays, strict=True)):
            if days and len(days) != len(own):
                self.reading.errors.add(
                    row, "income.dates", "There must be one date for each amount."
                )
        return found
