"""Numbers that are known only to lie between two bounds, with exact arithmetic."""

from __future__ import annotations

from typing import Any

from eligibility.ratio import Exact, Ratio

OPEN = 10**15
"""Stands for "no upper bound is known". Larger than any sum the vocabulary's bounds allow."""


EDGE = OPEN // 1000
"""From here on an end says nothing."""


class Span:
    """A closed interval. Comparisons answer True, False, or None when both could be."""

    __slots__ = ("high", "low")
    __hash__ = None  # type: ignore[assignment]  # equality is three-valued, so no hashing

    def __init__(self, low: Exact, high: Exact) -> None:
        self.low = low
        self.high = high

    def __repr__(self) -> str:
        return f"Span({self.low}, {self.high})"

    def __add__(self, other: Any) -> Any:
        if type(other) is Span:
            return Span(self.low + other.low, self.high + other.high)
        return Span(self.low + other, self.high + other)

    __radd__ = __add__

    def __neg__(self) -> Span:
        return Span(-self.high, -self.low)

    def __sub__(self, other: Any) -> Any:
        if type(other) is Span:
            return Span(self.low - other.high, self.high - other.low)
        return Span(self.low - other, self.high - other)

    def __rsub__(self, other: Exact) -> Any:
        return Span(other - self.high, other - self.low)

    def __mul__(self, other: Any) -> Any:
        if type(other) is not Span:
            one, two = self.low * other, self.high * other
            return span(one, two) if one <= two else Span(two, one)
        low, high = other.low, other.high
        if self.low >= 0 and low >= 0:
            return span(self.low * low, self.high * high)
        corners = (self.low * low, self.low * high, self.high * low, self.high * high)
        return span(min(corners), max(corners))

    __rmul__ = __mul__

    def __le__(self, other: Any) -> bool | None:
        low, high = (other.low, other.high) if type(other) is Span else (other, other)
        if self.high <= low:
            return True
        return False if self.low > high else None

    def __lt__(self, other: Any) -> bool | None:
        low, high = (other.low, other.high) if type(other) is Span else (other, other)
        if self.high < low:
            return True
        return False if self.low >= high else None

    def __ge__(self, other: Any) -> bool | None:
        low, high = (other.low, other.high) if type(other) is Span else (other, other)
        if self.low >= high:
            return True
        return False if self.high < low else None

    def __gt__(self, other: Any) -> bool | None:
        low, high = (other.low, other.high) if type(other) is Span else (other, other)
        if self.low > high:
            return True
        return False if self.high <= low else None

    def __eq__(self, other: Any) -> bool | None:  # type: ignore[override]  # three-valued
        low, high = ends(other)
        if self.high < low or self.low > high:
            return False
        single = bool(self.low == self.high and low == high)
        return True if single else None

    def __ne__(self, other: Any) -> bool | None:  # type: ignore[override]  # three-valued
        same = self == other
        return None if same is None else not same


Number = int | Ratio | Span


def span(low: Exact, high: Exact) -> Number:
    """The interval, or the number itself where both ends are one."""
    return low if low == high else Span(low, high)


def ends(value: Any) -> tuple[Exact, Exact]:
    """Both bounds of a number or an interval."""
    if type(value) is Span:
        return value.low, value.high
    return value, value


def hull(first: Number, second: Number) -> Number:
    """The smallest interval that holds both."""
    low, high = ends(first)
    other_low, other_high = ends(second)
    return span(low if low <= other_low else other_low, high if high >= other_high else other_high)


def least(first: Any, second: Any) -> Number:
    """The smaller of two numbers, either of which may be an interval."""
    if type(first) is not Span and type(second) is not Span:
        return first if first <= second else second  # type: ignore[no-any-return]  # one of them
    low, high = ends(first)
    other_low, other_high = ends(second)
    return span(low if low <= other_low else other_low, high if high <= other_high else other_high)


def greatest(first: Any, second: Any) -> Number:
    """The larger of two numbers, either of which may be an interval."""
    if type(first) is not Span and type(second) is not Span:
        return first if first >= second else second  # type: ignore[no-any-return]  # one of them
    low, high = ends(first)
    other_low, other_high = ends(second)
    return span(low if low >= other_low else other_low, high if high >= other_high else other_high)


def is_open(value: Exact) -> bool:
    """Whether a bound says nothing."""
    if -EDGE < value.numerator < EDGE:
        return False  # what is divided further lies between them too
    return value >= EDGE or value <= -EDGE
