"""Some thousand households laid out for evaluation: every fact a column, every gap an interval."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Mapping
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np

from eligibility.batch.arrays import UNKNOWN, Array, Groups, filled
from eligibility.batch.frames import Frames
from eligibility.batch.population import Columns, Population, Words, read_facts
from eligibility.batch.values import (
    OPEN_TRUTH,
    Choices,
    Numbers,
    Truths,
    constant,
    sure,
    whole,
)
from eligibility.dates import birth_from_months
from eligibility.expressions.scope import Conversion
from eligibility.facts import TOLD_PERIODS, Fact, Vocabulary
from eligibility.household import FIRST_BIRTH
from eligibility.pay import factors
from eligibility.spans import ends

Parts = tuple[Array, Array, Array]


class Told:
    """Money told with a period of its own: amounts, and a code of the period for each."""

    def __init__(self, amount: Numbers, period: Array | int) -> None:
        self.amount = amount
        self.period = period

    def turned(self, conversion: Conversion, period: str) -> Numbers:
        """In a month or a year, by one program's factors."""
        return self.amount * by_period(self.period, conversion, period)


def by_period(codes: Array | int, conversion: Conversion, period: str) -> Numbers:
    """The factor of each row's told period; a period not told is the hull of all."""
    table = factors(conversion, period)
    spans = [ends(table[name]) for name in (*TOLD_PERIODS, None)]
    if isinstance(codes, int):
        return constant(*spans[codes])
    numbers = [constant(*one) for one in spans]
    used = np.unique(codes)
    under = int(np.lcm.reduce([numbers[code].under for code in used] or [1]))
    scaled = [one.over(under) if under % one.under == 0 else one for one in numbers]
    low, high = (
        np.array([getattr(one, end) for one in scaled], np.int64) for end in ("low", "high")
    )
    if all(low[code] == high[code] for code in used):
        return whole(low.take(codes), under=under)
    return whole(low.take(codes), high.take(codes), under)


class Block:
    """Part of a population with the stand-ins for people and incomes that may be added."""

    def __init__(self, population: Population, vocabulary: Vocabulary, on: date) -> None:
        self.population = population
        self.vocabulary = vocabulary
        self.words = Words(vocabulary)
        self.on = on
        self.frames = Frames(population, vocabulary)
        self.facts = {
            entity: read_facts(vocabulary, entity) for entity in ("household", "person", "income")
        }

    def fact(self, name: str) -> Any:
        """A fact as a column over households, people or incomes, with unknown for stand-ins."""
        entity, short, *member = name.split(".")
        if short == "receives":
            return (
                self.home_receives(member[0]) if entity == "household" else self.receives(member[0])
            )
        if name in DERIVED:
            return DERIVED[name](self)
        fact, kind = self.facts[entity][short]
        columns, spread = self._source(entity)
        if kind == "truth":
            return truths(columns.get(short), spread)
        if kind == "choice":
            codes = columns.get(short)
            return Choices(UNKNOWN if codes is None else spread(codes, UNKNOWN))
        amount = self._numbers(columns, short, fact, spread)
        if kind == "number":
            return amount
        period = columns.get(f"{short}.period")
        return Told(amount, UNKNOWN if period is None else spread(period, UNKNOWN))

    def _source(self, entity: str) -> tuple[Columns, Callable[[Array, Any], Array]]:
        if entity == "household":
            return self.population.home, lambda column, blank: column
        if entity == "person":
            return self.population.people, self.frames.people.spread
        return self.population.incomes, self.frames.incomes.spread

    def _numbers(
        self, columns: Columns, short: str, fact: Fact, spread: Callable[[Array, Any], Array]
    ) -> Numbers:
        least, most = fact.bounds or (0, 0)
        low, high = columns.get(f"{short}.low"), columns.get(f"{short}.high")
        if low is None:
            return constant(least, most)
        exact = low.astype(np.int64, copy=False)
        rows = spread(exact, least)
        if high is None and rows is exact:
            return whole(rows)
        top = exact if high is None else high.astype(np.int64, copy=False)
        return whole(rows, spread(top, most))

    def received(self, table: Columns, member: str) -> tuple[Array | None, Array | None]:
        """Whether a benefit is told as got (1), not got (0) or not told, and closed lists."""
        return table.get(f"receives.{member}"), table.get("receives")

    def home_receives(self, member: str) -> Truths:
        """Whether the household, or anyone in it, receives something."""
        own, closed = self.received(self.population.home, member)
        told = self.population.people.get(f"receives.{member}")
        low = _is(own, 1)
        if told is not None:
            counts = np.diff(self.population.people_at)
            low = low | Groups(counts).any(told == 1)
        no = _is(own, 0)
        if closed is not None:
            no = no | (closed & _is(own, UNKNOWN))
        high = low | ~np.broadcast_to(no, (self.population.households,))
        return Truths(filled(low, self.population.households), high)

    def receives(self, member: str) -> Truths:
        """Whether each person receives something; a household that gets none answers for all."""
        own, closed = self.received(self.population.home, member)
        home_no = _is(own, 0)
        if closed is not None:
            home_no = home_no | (closed & _is(own, UNKNOWN))
        rows = self.frames.home_of_person
        implied = np.broadcast_to(home_no, (self.population.households,)).take(rows)
        people = self.frames.people
        told, list_closed = self.received(self.population.people, member)
        shut = False if list_closed is None else people.spread(list_closed, False)
        if told is None:
            return Truths(False, ~(implied | shut))
        answer = people.spread(told, UNKNOWN)
        low = answer == 1
        return Truths(low, low | ((answer == UNKNOWN) & ~(implied | shut)))

    @cached_property
    def births(self) -> tuple[Array, Array]:
        """The first and last day each person can have been born, as day numbers."""
        people, spread = self.population.people, self.frames.people.spread
        count = self.population.persons
        low = people.get("born.low", np.zeros(count, np.int32))
        high = people.get("born.high", np.zeros(count, np.int32))
        if "months.low" in people:
            low, high = self._from_months(low, high)
        first, last = FIRST_BIRTH.toordinal(), self.on.toordinal()
        none = low == 0
        low, high = np.where(none, first, low), np.where(none, last, high)
        return spread(low, first), spread(high, last)

    def _from_months(self, low: Array, high: Array) -> tuple[Array, Array]:
        """Birth days of those who told an age in months, worked out once for each age."""
        rows = np.flatnonzero((low == 0) & (self.population.people["months.low"] >= 0))
        if not len(rows):
            return low, high
        told = np.stack(
            [self._months("low")[rows], self._months("high")[rows], self._asked()[rows]], axis=1
        )
        distinct, place = np.unique(told, axis=0, return_inverse=True)
        births = [
            birth_from_months(int(least), int(most), date.fromordinal(int(asked)))
            for least, most, asked in distinct
        ]
        ends_ = np.array([[day.toordinal() for day in one] for one in births])
        low, high = low.copy(), high.copy()
        low[rows], high[rows] = ends_[place.reshape(-1)].T
        return low, high

    def _months(self, end: str) -> Array:
        people = self.population.people
        return people.get(f"months.{end}", people["months.low"])

    def _asked(self) -> Array:
        """For each person the day the answers were told."""
        asked = self.population.home.get("asked")
        count = np.diff(self.population.people_at)
        if asked is None:
            return np.full(self.population.persons, self.on.toordinal())
        return np.repeat(np.where(asked == 0, self.on.toordinal(), asked), count)

    def age(self, unit: str, on: date) -> Numbers:
        """Age of each person on a day, from the birth date."""
        low, high = self.birth_parts
        measure = _years if unit == "years" else _months
        least = np.maximum(0, measure(high, on))
        return whole(least) if low is high else whole(least, np.maximum(0, measure(low, on)))

    @cached_property
    def birth_parts(self) -> tuple[Parts, Parts]:
        """Year, month and day of the first and last day; one and the same where they are."""
        low, high = self.births
        last = _parts(high)
        return (last if (low == high).all() else _parts(low)), last

    def age_today(self, unit: str) -> Numbers:
        """Age on the day of screening; months told on that very day are taken as they are."""
        found = self.age(unit, self.on)
        people = self.population.people
        if "months.low" not in people:
            return found
        own = (people["months.low"] >= 0) & (self._asked() == self.on.toordinal())
        if "born.low" in people:
            own = own & (people["born.low"] == 0)
        own = self.frames.people.spread(own, False)
        if not own.any():
            return found
        step = 12 if unit == "years" else 1
        told = [self.frames.people.spread(self._months(end), 0) // step for end in ("low", "high")]
        rows = len(own)
        low = np.where(own, told[0], filled(found.low, rows))
        return whole(low, np.where(own, told[1], filled(found.high, rows)))


def _is(column: Array | None, value: int) -> Any:
    """Which rows hold a value; a missing column holds "unknown" everywhere."""
    return value == UNKNOWN if column is None else column == value


def truths(column: Array | None, spread: Callable[[Array, Any], Array]) -> Truths:
    """Yes, no or unknown from a column of 1, 0 and -1."""
    if column is None:
        return OPEN_TRUTH
    told = spread(column, UNKNOWN)
    low = told == 1
    return Truths(low, told != 0) if (told == UNKNOWN).any() else sure(low)


def _parts(days: Array) -> Parts:
    """Year, month and day of the month of day numbers."""
    stamps = (days.astype(np.int64) - date(1970, 1, 1).toordinal()).astype("datetime64[D]")
    months = stamps.astype("datetime64[M]")
    since = months.astype(np.int64)
    return since // 12 + 1970, since % 12 + 1, (stamps - months).astype(np.int64) + 1


def _years(born: Parts, on: date) -> Array:
    year, month, day = born
    before = (month > on.month) | ((month == on.month) & (day > on.day))
    found: Array = on.year - year - before
    return found


def _months(born: Parts, on: date) -> Array:
    year, month, day = born
    whole_months = (on.year - year) * 12 + on.month - month
    found: Array = whole_months - (on.day < np.minimum(day, monthrange(on.year, on.month)[1]))
    return found


DERIVED: Mapping[str, Callable[[Block], Any]] = {
    "person.age": lambda block: block.age_today("years"),
    "person.age_months": lambda block: block.age_today("months"),
    "person.tax_household": lambda block: _codes(block, "tax_household"),
    "person.tax_role": lambda block: _codes(block, "tax_role"),
}


def _codes(block: Block, name: str) -> Choices:
    column = block.population.people.get(name)
    return Choices(UNKNOWN if column is None else block.frames.people.spread(column, UNKNOWN))
