"""Exact shares reckon as fractions do, and are whole integers where they are whole."""

from __future__ import annotations

import operator
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eligibility.ratio import Ratio, as_exact, inverse, ratio

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
