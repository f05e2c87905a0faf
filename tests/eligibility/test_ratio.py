"""Exact shares reckon as fractions do, and are whole integers where they are whole."""

from __future__ import annotations

import operator
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eligibility.expressions.called import widened
from eligibility.ratio import Exact, Ratio, as_exact, inverse, ratio
from eligibility.spans import Span, ends

FRACTIONS = st.fractions(min_value=-(10**9), max_value=10**9, max_denominator=5_000)
SUMS = (operator.add, operator.sub, operator.mul)
COMPARISONS = (operator.lt, operator.le, operator.eq, operator.ne, operator.ge, operator.gt)


@pytest.mark.parametrize("operation", SUMS)
@given(first=FRACTIONS, second=FRACTIONS)
def test_a_sum_is_the_one_of_fractions(
    operation: Callable[[Any, Any], Any], first: Fraction, second: Fraction
) -> None:
    found = operation(as_exact(first), as_exact(second))
    assert found == operation(first, second)
    assert isinstance(found, int) == (operation(first, second).denominator == 1)


@pytest.mark.parametrize("comparison", COMPARISONS)
@given(first=FRACTIONS, second=FRACTIONS, whole=st.integers(-(10**9), 10**9))
def test_a_comparison_is_the_one_of_fractions(
    comparison: Callable[[Any, Any], Any], first: Fraction, second: Fraction, whole: int
) -> None:
    one = as_exact(first)
    for other in (second, first, Fraction(whole)):
        assert comparison(one, as_exact(other)) == comparison(first, other)
        assert comparison(as_exact(other), one) == comparison(other, first)


@given(value=FRACTIONS.filter(lambda one: one != 0), quantum=st.sampled_from((1, 2, 100)))
def test_rounding_and_turning_round_is_the_one_of_fractions(value: Fraction, quantum: int) -> None:
    one = as_exact(value)
    assert -one == -value
    assert one // quantum == value // quantum
    assert (int(one), round(one), float(one)) == (int(value), round(value), float(value))
    assert inverse(one) == 1 / value


def test_what_comes_out_whole_is_an_integer() -> None:
    half = ratio(1, 2)
    assert isinstance(half, Ratio)
    assert type(half + half) is int
    assert type(half * 4) is int
    assert type(ratio(6, 3)) is int


HALVES = st.integers(-9, 9).map(lambda number: ratio(number, 2))
RANGES = st.tuples(HALVES, HALVES).map(sorted)


@given(first=RANGES, second=RANGES, times=st.integers(1, 9))
def test_a_product_and_a_sum_of_ranges_hold_all_that_can_come_out(
    first: list[Exact], second: list[Exact], times: int
) -> None:
    one, other = Span(*first), Span(*second)
    corners = [low * high for low in first for high in second]
    assert ends(one * other) == (min(corners), max(corners))
    # Of `times` who may belong to it, none or all of the lowest and highest do.
    low, high = first[0] + times * min(0, second[0]), first[1] + times * max(0, second[1])
    assert widened(first[0], first[1], other, times) == (low, high)
