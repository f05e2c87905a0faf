"""What the batch evaluator works with: exact numbers, truths and choices for many rows at once.

A number is an interval of whole numerators over one denominator for all rows. Bounds on them are
known before each step, so a step that could leave 64 bits is done with Python's own numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import gcd, lcm
from typing import Any

import numpy as np

from eligibility.batch.arrays import (
    Array,
    Column,
    Flags,
    as_wide,
    both,
    chosen,
    either,
    is_wide,
    larger,
    negated,
    picked,
    smaller,
)
from eligibility.money import ROUNDINGS
from eligibility.ratio import Exact

WIDEST = 2**62
"""Numerators stay below this; one doubling more still fits 64 bits."""


@dataclass(frozen=True, slots=True)
class Truths:
    """Yes, no or unknown for each row: `low` is "surely", `high` is "perhaps"."""

    low: Flags
    high: Flags

    def __invert__(self) -> Truths:
        if self.low is self.high:
            return sure(negated(self.low))
        return Truths(negated(self.high), negated(self.low))

    def __and__(self, other: Truths) -> Truths:
        low = both(self.low, other.low)
        if self.known and other.known:
            return Truths(low, low)
        return Truths(low, both(self.high, other.high))

    def __or__(self, other: Truths) -> Truths:
        low = either(self.low, other.low)
        if self.known and other.known:
            return Truths(low, low)
        return Truths(low, either(self.high, other.high))

    @property
    def known(self) -> bool:
        """Whether no row can be unknown."""
        return self.low is self.high

    def take(self, index: Array | None) -> Truths:
        low = picked(self.low, index)
        return Truths(low, low if self.known else picked(self.high, index))


def sure(flags: Flags) -> Truths:
    """Truths of which none is unknown."""
    return Truths(flags, flags)


TRUE, FALSE, OPEN_TRUTH = sure(True), sure(False), Truths(False, True)


@dataclass(frozen=True, slots=True)
class Choices:
    """A word for each row as a code; -1 is unknown."""

    codes: Column

    def take(self, index: Array | None) -> Choices:
        return Choices(picked(self.codes, index))


@dataclass(frozen=True, slots=True)
class Numbers:
    """An interval for each row: numerators over `under`, never outside `least` to `most`."""

    low: Column
    high: Column
    under: int
    least: int
    most: int

    @property
    def single(self) -> bool:
        """Whether every row is one number and not a range."""
        if isinstance(self.low, int) and isinstance(self.high, int):
            return self.low == self.high
        return self.low is self.high

    def take(self, index: Array | None) -> Numbers:
        low = picked(self.low, index)
        high = low if self.low is self.high else picked(self.high, index)
        return Numbers(low, high, self.under, self.least, self.most)

    def over(self, under: int) -> Numbers:
        """The same numbers over a multiple of the denominator."""
        return self if under == self.under else self._times(under // self.under, under)

    def _times(self, factor: int, under: int) -> Numbers:
        ends = sorted((self.least * factor, self.most * factor))
        given = self.room(max(map(abs, ends)))
        low = given.low * factor
        high = low if self.low is self.high else given.high * factor
        if factor < 0:
            low, high = high, low
        return Numbers(low, high, under, *ends)

    def room(self, largest: int) -> Numbers:
        """The same with Python's own numbers if a coming step may be as large as this."""
        if largest < WIDEST:
            return self
        low = as_wide(self.low)
        high = low if self.low is self.high else as_wide(self.high)
        return Numbers(low, high, self.under, self.least, self.most)

    def __neg__(self) -> Numbers:
        return self._times(-1, self.under)

    def __add__(self, other: Numbers) -> Numbers:
        one, two = aligned(self, other)
        least, most = one.least + two.least, one.most + two.most
        largest = max(abs(least), abs(most))
        one, two = one.room(largest), two.room(largest)
        low = one.low + two.low
        single = one.single and two.single
        return Numbers(low, low if single else one.high + two.high, one.under, least, most)

    def __sub__(self, other: Numbers) -> Numbers:
        one, two = aligned(self, other)
        least, most = one.least - two.most, one.most - two.least
        largest = max(abs(least), abs(most))
        one, two = one.room(largest), two.room(largest)
        low = one.low - two.high
        single = one.single and two.single
        return Numbers(low, low if single else one.high - two.low, one.under, least, most)

    def scaled(self, factor: Exact) -> Numbers:
        """Times one exact number."""
        top, bottom = int(factor.numerator), int(factor.denominator)
        common = gcd(top, self.under)
        return self._times(top // common, self.under // common * bottom)

    def __mul__(self, other: Numbers) -> Numbers:
        corners = [
            one * two for one in (self.least, self.most) for two in (other.least, other.most)
        ]
        least, most = min(corners), max(corners)
        largest = max(abs(least), abs(most))
        one, two = self.room(largest), other.room(largest)
        low: Column
        high: Column
        if one.single and two.single:
            low = high = one.low * two.low
        elif self.least >= 0 and other.least >= 0:
            low, high = one.low * two.low, one.high * two.high
        else:
            ends = [
                first * second for first in (one.low, one.high) for second in (two.low, two.high)
            ]
            low = smaller(smaller(ends[0], ends[1]), smaller(ends[2], ends[3]))
            high = larger(larger(ends[0], ends[1]), larger(ends[2], ends[3]))
        return Numbers(low, high, self.under * other.under, least, most)

    def rounded(self, mode: str, quantum: int) -> Numbers:
        """Each end rounded the named way; what comes out is whole."""
        step = self.under * quantum
        largest = 2 * max(abs(self.least), abs(self.most)) + 2 * step
        given = self.room(largest)
        low = _rounded(given.low, mode, quantum, step)
        high = low if given.low is given.high else _rounded(given.high, mode, quantum, step)
        rounding = ROUNDINGS[mode]
        least = rounding(_floor(self.least, self.under), quantum) - quantum
        most = rounding(-_floor(-self.most, self.under), quantum) + quantum
        return narrowed(Numbers(low, high, 1, least, most))


def _floor(value: int, under: int) -> int:
    return value // under


def _rounded(value: Column, mode: str, quantum: int, step: int) -> Column:
    if mode == "round_up":
        return -(-value // step) * quantum
    if mode == "round_down":
        return value // step * quantum
    return (2 * value + step) // (2 * step) * quantum


def narrowed(numbers: Numbers) -> Numbers:
    """Back to 64 bits where the numbers have become small enough."""
    if not is_wide(numbers.low) and not is_wide(numbers.high):
        return numbers
    if max(abs(numbers.least), abs(numbers.most)) >= WIDEST:
        return numbers
    low, high = (
        end if isinstance(end, int) else end.astype(np.int64, copy=False)
        for end in (numbers.low, numbers.high)
    )
    return Numbers(low, low if numbers.low is numbers.high else high, *_bounds(numbers))


def _bounds(numbers: Numbers) -> tuple[int, int, int]:
    return numbers.under, numbers.least, numbers.most


def whole(low: Column, high: Column | None = None, under: int = 1) -> Numbers:
    """Numbers from columns, with their bounds read off them."""
    top = low if high is None else high
    least = low if isinstance(low, int) else int(low.min()) if len(low) else 0
    most = top if isinstance(top, int) else int(top.max()) if len(top) else 0
    return Numbers(low, top, under, least, most)


def constant(low: Exact, high: Exact) -> Numbers:
    """One interval for every row."""
    under = lcm(int(low.denominator), int(high.denominator))
    ends = [int(end.numerator) * (under // int(end.denominator)) for end in (low, high)]
    return Numbers(ends[0], ends[1], under, ends[0], ends[1])


def aligned(first: Numbers, second: Numbers) -> tuple[Numbers, Numbers]:
    """Both over one denominator."""
    if first.under == second.under:
        return first, second
    under = lcm(first.under, second.under)
    return first.over(under), second.over(under)


def least_of(first: Numbers, second: Numbers) -> Numbers:
    """The smaller of two numbers, row by row."""
    one, two = aligned(first, second)
    low = smaller(one.low, two.low)
    single = one.single and two.single
    high = low if single else smaller(one.high, two.high)
    bounds = min(one.least, two.least), min(one.most, two.most)
    return narrowed(Numbers(low, high, one.under, *bounds))


def greatest_of(first: Numbers, second: Numbers) -> Numbers:
    """The larger of two numbers, row by row."""
    one, two = aligned(first, second)
    low = larger(one.low, two.low)
    single = one.single and two.single
    high = low if single else larger(one.high, two.high)
    bounds = max(one.least, two.least), max(one.most, two.most)
    return narrowed(Numbers(low, high, one.under, *bounds))


def hull_of(first: Numbers, second: Numbers) -> Numbers:
    """The smallest interval that holds both, row by row."""
    one, two = aligned(first, second)
    bounds = min(one.least, two.least), max(one.most, two.most)
    low, high = smaller(one.low, two.low), larger(one.high, two.high)
    return Numbers(low, high, one.under, *bounds)


def where(test: Flags, yes: Numbers, no: Numbers) -> Numbers:
    """The numbers of one side or the other, row by row."""
    one, two = aligned(yes, no)
    low = chosen(test, one.low, two.low)
    single = one.single and two.single
    high = low if single else chosen(test, one.high, two.high)
    bounds = min(one.least, two.least), max(one.most, two.most)
    return Numbers(low, high, one.under, *bounds)


def compared(sign: str, first: Numbers, second: Numbers) -> Truths:
    """A comparison of intervals: surely, surely not, or unknown."""
    one, two = aligned(first, second)
    if sign in (">", ">="):
        one, two, sign = two, one, {">": "<", ">=": "<="}[sign]
    single = one.single and two.single
    if sign == "<=":
        low = flags(one.high <= two.low)
        return Truths(low, low if single else flags(one.low <= two.high))
    if sign == "<":
        low = flags(one.high < two.low)
        return Truths(low, low if single else flags(one.low < two.high))
    same = _same(one, two, single)
    return same if sign == "==" else ~same


def _same(one: Numbers, two: Numbers, single: bool) -> Truths:
    if single:
        return sure(flags(one.low == two.low))
    touch = both(flags(one.low <= two.high), flags(two.low <= one.high))
    points = both(flags(one.low == one.high), flags(two.low == two.high))
    return Truths(both(touch, points), touch)


def flags(found: Any) -> Flags:
    """A comparison's result as one plain truth or a column of them."""
    return found if isinstance(found, bool) else np.asarray(found, np.bool_)
