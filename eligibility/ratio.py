"""Exact shares of a whole: a small, quick fraction, used only where a number is no integer."""

from __future__ import annotations

from math import gcd
from numbers import Rational
from typing import Any


class Ratio:
    """A number that is not whole, in lowest terms. What comes out whole is a plain integer, so
    that the usual case stays as quick as integers are."""

    __slots__ = ("denominator", "numerator")

    numerator: int
    denominator: int

    def __repr__(self) -> str:
        return f"Ratio({self.numerator}, {self.denominator})"

    def __hash__(self) -> int:
        return hash((self.numerator, self.denominator))

    def __int__(self) -> int:
        """Towards zero, as for every other number."""
        whole = abs(self.numerator) // self.denominator
        return whole if self.numerator > 0 else -whole

    def __float__(self) -> float:
        return self.numerator / self.denominator

    def __round__(self, digits: None = None) -> int:
        low = self.numerator // self.denominator
        twice = 2 * (self.numerator - low * self.denominator)
        up = twice > self.denominator or (twice == self.denominator and low % 2 == 1)
        return low + 1 if up else low

    def __neg__(self) -> Ratio:
        return _lowest(-self.numerator, self.denominator)

    def __add__(self, other: Any) -> Any:
        if type(other) is int:
            return _lowest(self.numerator + other * self.denominator, self.denominator)
        if type(other) is Ratio:
            top = self.numerator * other.denominator + other.numerator * self.denominator
            return ratio(top, self.denominator * other.denominator)
        return NotImplemented

    __radd__ = __add__

    def __sub__(self, other: Any) -> Any:
        if type(other) is int:
            return _lowest(self.numerator - other * self.denominator, self.denominator)
        if type(other) is Ratio:
            top = self.numerator * other.denominator - other.numerator * self.denominator
            return ratio(top, self.denominator * other.denominator)
        return NotImplemented

    def __rsub__(self, other: Any) -> Any:
        if type(other) is int:
            return _lowest(other * self.denominator - self.numerator, self.denominator)
        return NotImplemented

    def __mul__(self, other: Any) -> Any:
        if type(other) is int:
            bottom = self.denominator
            common = gcd(other, bottom)
            if common == bottom:
                return self.numerator * (other // bottom)
            made = Ratio()  # what most of a screening's arithmetic is, so without a call between
            made.numerator = self.numerator * (other // common)
            made.denominator = bottom // common
            return made
        if type(other) is Ratio:
            top = self.numerator * other.numerator
            return ratio(top, self.denominator * other.denominator)
        return NotImplemented

    __rmul__ = __mul__

    def __floordiv__(self, other: int) -> int:
        return self.numerator // (self.denominator * other)

    def __eq__(self, other: object) -> Any:
        if type(other) is int:
            return False
        if type(other) is Ratio:
            return self.numerator == other.numerator and self.denominator == other.denominator
        return NotImplemented

    def __lt__(self, other: Any) -> Any:
        if type(other) is int:
            return self.numerator < other * self.denominator
        if type(other) is Ratio:
            return self.numerator * other.denominator < other.numerator * self.denominator
        return NotImplemented

    def __gt__(self, other: Any) -> Any:
        if type(other) is int:
            return self.numerator > other * self.denominator
        if type(other) is Ratio:
            return self.numerator * other.denominator > other.numerator * self.denominator
        return NotImplemented

    def __le__(self, other: Any) -> Any:
        if type(other) is int:
            return self.numerator < other * self.denominator
        if type(other) is Ratio:
            return self.numerator * other.denominator <= other.numerator * self.denominator
        return NotImplemented

    def __ge__(self, other: Any) -> Any:
        if type(other) is int:
            return self.numerator > other * self.denominator
        if type(other) is Ratio:
            return self.numerator * other.denominator >= other.numerator * self.denominator
        return NotImplemented


# So that a Fraction takes part in sums and comparisons with it, and can be made from it.
Rational.register(Ratio)

Exact = int | Ratio


def _lowest(numerator: int, denominator: int) -> Ratio:
    """A ratio that is known to be in lowest terms and not whole."""
    made = Ratio()
    made.numerator = numerator
    made.denominator = denominator
    return made


def ratio(numerator: int, denominator: int) -> Exact:
    """The exact quotient; an integer where it is whole. The denominator is above zero."""
    common = gcd(numerator, denominator)
    if common == denominator:
        return numerator // denominator
    return _lowest(numerator // common, denominator // common)


def inverse(value: Exact) -> Exact:
    """One divided by a number other than 0."""
    top, bottom = value.denominator, value.numerator
    return ratio(top, bottom) if bottom > 0 else ratio(-top, -bottom)


def as_exact(value: Rational | Exact) -> Exact:
    """Any exact number as an integer or a ratio."""
    return value if type(value) is int else ratio(int(value.numerator), int(value.denominator))
