"""Which rows an expression is worked out on: households, people, incomes, or pairs of them.

Every variable of an expression runs over the people or the incomes of one household. A frame
holds one row for each combination. An expression is worked out on the smallest frame that has
its variables, once, and read from there by every larger one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from eligibility.batch.arrays import UNKNOWN, Array, Groups, offsets, within
from eligibility.batch.population import Population
from eligibility.facts import Vocabulary

PERSON, INCOME = "person", "income"


@dataclass(frozen=True)
class Table:
    """People or incomes of a block, with one stand-in row wherever a list is not closed.

    `source` is the row in the population, -1 for a stand-in, or None where there are none.
    `times` is how many each row stands for. `owner` is the person of an income.
    """

    counts: Array
    source: Array | None
    times: Array | None
    owner: Array | None

    def __len__(self) -> int:
        return int(self.counts.sum())

    def spread(self, column: Array, blank: Any) -> Array:
        """A column of the population with a blank for every stand-in."""
        if self.source is None:
            return column
        return np.append(column, np.array([blank], column.dtype)).take(self.source)

    @property
    def real(self) -> Array | bool:
        """Whether a row is described, and not a stand-in."""
        return True if self.source is None else self.source >= 0


def people_table(population: Population, vocabulary: Vocabulary) -> Table:
    """The people of each household; one stand-in where more may be added."""
    counts = np.diff(population.people_at)
    complete = population.home.get("people_complete")
    room = np.maximum(0, vocabulary.max_people - counts)
    more = room if complete is None else np.where(complete == 1, 0, room)
    return _with_stand_ins(population.people_at[:-1], counts, more, np.ones_like(more))


def incomes_table(population: Population, people: Table, vocabulary: Vocabulary) -> Table:
    """The incomes of each person, stand-ins too; one stand-in where more may be added."""
    own = np.diff(population.incomes_at)
    complete = population.people.get("incomes_complete")
    closed = people.spread(
        np.full(len(own), UNKNOWN, np.int8) if complete is None else complete, UNKNOWN
    )
    counts = people.spread(own, 0)
    starts = people.spread(population.incomes_at[:-1], 0)
    room = np.maximum(0, vocabulary.max_incomes - counts)
    more = np.where(closed == 1, 0, room)
    times = np.ones_like(more) if people.times is None else people.times
    return _with_stand_ins(starts, counts, more, times, owned=True)


def _with_stand_ins(
    starts: Array, counts: Array, more: Array, times: Array, owned: bool = False
) -> Table:
    extra = (more > 0).astype(np.int64)
    owner = np.repeat(np.arange(len(counts)), counts + extra) if owned else None
    if not extra.any():
        return Table(counts, None, None, owner)
    total = counts + extra
    source = within(starts, total)
    last = np.cumsum(total)[extra > 0] - 1
    source[last] = -1
    found = np.ones(len(source), np.int64)
    found[last] = (more * times)[extra > 0]
    return Table(total, source, found, owner)


@dataclass(frozen=True)
class Frame:
    """Rows of a frame: the household of each, and the row of each variable in its table.

    `slots` are the variables that span the frame, the last one running fastest. A person who
    owns the income of another variable is not among them, but is found in `index` as well.
    """

    slots: tuple[int, ...]
    kinds: tuple[str, ...]
    rows: int
    household: Array | None
    index: Mapping[int, Array | None]
    starts: Array


class Frames:
    """The frames of one block, each laid out once, and the ways from one to another."""

    def __init__(self, population: Population, vocabulary: Vocabulary) -> None:
        self.households = population.households
        self.people = people_table(population, vocabulary)
        self.incomes = incomes_table(population, self.people, vocabulary)
        self.people_at = offsets(self.people.counts)
        per_person = offsets(self.incomes.counts)
        self.income_counts = per_person[self.people_at[1:]] - per_person[self.people_at[:-1]]
        self.incomes_at = offsets(self.income_counts)
        self.home_of_person = np.repeat(np.arange(self.households), self.people.counts)
        self.home_of_income = np.repeat(np.arange(self.households), self.income_counts)
        self._frames: dict[Any, Frame] = {}
        self._ways: dict[Any, Array | None] = {}
        self._members: dict[Any, Groups] = {}

    def get(self, slots: Sequence[int], owners: Mapping[int, int]) -> Frame:
        """The frame of these variables, in this order. `owners` maps the slot of an income to
        that of its person; every other slot holds a person."""
        key = tuple(slots), tuple((slot, owners[slot]) for slot in slots if slot in owners)
        found = self._frames.get(key)
        if found is None:
            found = self._frames[key] = self._make(tuple(slots), owners)
        return found

    def _make(self, slots: tuple[int, ...], owners: Mapping[int, int]) -> Frame:
        kinds = tuple(INCOME if slot in owners else PERSON for slot in slots)
        if not slots:
            one = np.arange(self.households + 1)
            return Frame(slots, kinds, self.households, None, {}, one)
        index: dict[int, Array | None] = {}
        if len(slots) == 1:
            at = self.incomes_at if kinds[0] == INCOME else self.people_at
            home = self.home_of_income if kinds[0] == INCOME else self.home_of_person
            index[slots[0]] = None
            if kinds[0] == INCOME:
                index[owners[slots[0]]] = self.incomes.owner
            return Frame(slots, kinds, int(at[-1]), home, index, at)
        outer = self.get(slots[:-1], owners)
        return self._widened(outer, slots, kinds, owners)

    def _widened(
        self,
        outer: Frame,
        slots: tuple[int, ...],
        kinds: tuple[str, ...],
        owners: Mapping[int, int],
    ) -> Frame:
        """A frame with one more variable, that runs over all of its household."""
        income = kinds[-1] == INCOME
        at, counts = (
            (self.incomes_at, self.income_counts)
            if income
            else (self.people_at, self.people.counts)
        )
        home = self._home(outer)
        wide = counts[home]
        index: dict[int, Array | None] = {
            slot: np.repeat(np.arange(outer.rows) if rows is None else rows, wide)
            for slot, rows in outer.index.items()
        }
        index[slots[-1]] = last = within(at[:-1][home], wide)
        if income and self.incomes.owner is not None:
            index[owners[slots[-1]]] = self.incomes.owner.take(last)
        household = np.repeat(home, wide)
        per_home = np.diff(outer.starts) * counts
        return Frame(slots, kinds, len(household), household, index, offsets(per_home))

    def _runs(self, kind: str) -> tuple[Array, Array]:
        """Where each household's people or incomes begin, and how many there are."""
        if kind == INCOME:
            return self.incomes_at, self.income_counts
        return self.people_at, self.people.counts

    def _home(self, frame: Frame) -> Array:
        return np.arange(self.households) if frame.household is None else frame.household

    def way(
        self, wide: Frame, narrow: Frame, given: tuple[tuple[int, int], ...] = ()
    ) -> Array | None:
        """For each row of a frame, the row of a narrower one. None: they are the same rows.

        `given` says which variable of the wide frame stands for one of the narrow."""
        key = id(wide), id(narrow), given
        if key not in self._ways:
            self._ways[key] = self._way(wide, narrow, dict(given))
        return self._ways[key]

    def _way(self, wide: Frame, narrow: Frame, given: Mapping[int, int]) -> Array | None:
        if wide is narrow:
            return None
        if not narrow.slots:
            return wide.household
        if len(narrow.slots) == 1:
            return wide.index[given.get(narrow.slots[0], narrow.slots[0])]
        home = self._home(wide)
        place: Any = 0
        for slot, kind in zip(narrow.slots, narrow.kinds, strict=True):
            at, counts = self._runs(kind)
            rows = wide.index[given.get(slot, slot)]
            own = np.arange(wide.rows) if rows is None else rows
            place = place * counts.take(home) + (own - at.take(home))
        return narrow.starts.take(home) + place  # type: ignore[no-any-return]  # an array

    def members(self, inner: Frame, outer: Frame, owner: int | None) -> Groups:
        """How rows of the inner frame, one after another, belong to those of the outer."""
        key = id(inner), id(outer), owner
        found = self._members.get(key)
        if found is None:
            found = self._members[key] = Groups(self._member_counts(inner, outer, owner))
        return found

    def _member_counts(self, inner: Frame, outer: Frame, owner: int | None) -> Array:
        if owner is not None:
            rows = outer.index[owner]
            counts = self.incomes.counts
            return counts if rows is None else counts.take(rows)
        counts = self.income_counts if inner.kinds[-1] == INCOME else self.people.counts
        return counts if outer.household is None else counts.take(outer.household)

    def forget(self) -> None:
        """Drop every frame of two variables and more, and the ways between frames."""
        self._ways.clear()
        self._members.clear()
        self._frames = {key: one for key, one in self._frames.items() if len(one.slots) < 2}
