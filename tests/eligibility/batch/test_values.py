"""Numbers of columns against the scalar engine's intervals, also where they leave 64 bits."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from eligibility.batch.arrays import Groups, filled
from eligibility.batch.values import (
    Numbers,
    compared,
    greatest_of,
    hull_of,
    least_of,
    where,
    whole,
)
from eligibility.money import ROUNDINGS, rounded
from eligibility.ratio import ratio
from eligibility.spans import ends, greatest, hull, least, span

ENDS = st.integers(-(10**12), 10**12)
PAIRS = st.lists(st.tuples(ENDS, ENDS), min_size=3, max_size=3)
UNDERS = st.sampled_from((1, 2, 3, 12, 2520, 10**9))
COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    ">=": operator.ge,
}


def columns(pairs: list[tuple[int, int]], under: int) -> Numbers:
    low, high = (np.array([pick(pair) for pair in pairs], np.int64) for pick in (min, max))
    return whole(low, under=under) if (low == high).all() else whole(low, high, under)


def spans(pairs: list[tuple[int, int]], under: int) -> list[Any]:
    return [span(ratio(min(pair), under), ratio(max(pair), under)) for pair in pairs]


def read(numbers: Numbers) -> list[tuple[Any, Any]]:
    low, high = filled(numbers.low, 3).tolist(), filled(numbers.high, 3).tolist()
    assert all(numbers.least <= one for one in low)
    assert all(one <= numbers.most for one in high)
    return [
        (ratio(one, numbers.under), ratio(other, numbers.under))
        for one, other in zip(low, high, strict=True)
    ]


@given(first=PAIRS, second=PAIRS, under=UNDERS, other_under=UNDERS)
def test_arithmetic_is_exact(
    first: list[tuple[int, int]],
    second: list[tuple[int, int]],
    under: int,
    other_under: int,
) -> None:
    one, two = columns(first, under), columns(second, other_under)
    pairs = list(zip(spans(first, under), spans(second, other_under), strict=True))
    assert read(one + two) == [ends(a + b) for a, b in pairs]
    assert read(one - two) == [ends(a - b) for a, b in pairs]
    assert read(one * two) == [ends(a * b) for a, b in pairs]
    assert read(least_of(one, two)) == [ends(least(a, b)) for a, b in pairs]
    assert read(greatest_of(one, two)) == [ends(greatest(a, b)) for a, b in pairs]
    assert read(hull_of(one, two)) == [ends(hull(a, b)) for a, b in pairs]
    test = np.array([True, False, True])
    assert read(where(test, one, two)) == [
        ends(a if use else b) for (a, b), use in zip(pairs, test.tolist(), strict=True)
    ]


@given(first=PAIRS, second=PAIRS, under=UNDERS, sign=st.sampled_from(sorted(COMPARISONS)))
def test_comparisons_are_those_of_intervals(
    first: list[tuple[int, int]], second: list[tuple[int, int]], under: int, sign: str
) -> None:
    found = compared(sign, columns(first, under), columns(second, 1))
    told = zip(filled(found.low, 3).tolist(), filled(found.high, 3).tolist(), strict=True)
    expected = [
        COMPARISONS[sign](a, b) for a, b in zip(spans(first, under), spans(second, 1), strict=True)
    ]
    assert [True if low else None if high else False for low, high in told] == expected


@given(pairs=PAIRS, under=UNDERS, mode=st.sampled_from(sorted(ROUNDINGS)))
def test_rounding_is_exact(pairs: list[tuple[int, int]], under: int, mode: str) -> None:
    found = columns(pairs, under).rounded(mode, 100)
    assert found.under == 1
    assert read(found) == [ends(rounded(one, mode, 100)) for one in spans(pairs, under)]


def test_a_step_that_leaves_64_bits_is_done_with_exact_numbers() -> None:
    large = columns([(10**12, 10**12)] * 3, 1)
    product = large * large
    assert read(product) == [(10**24, 10**24)] * 3
    assert read(product.scaled(ratio(1, 10**20)).rounded("round_down", 1)) == [(10**4, 10**4)] * 3


def test_sums_of_groups_hold_for_groups_of_none() -> None:
    groups = Groups(np.array([2, 0, 1, 0]))
    column = np.array([5, -7, 2**61])
    assert groups.total(column).tolist() == [-2, 0, 2**61, 0]
    assert groups.any(np.array([False, True, False])).tolist() == [True, False, False, False]
    assert groups.all(np.array([False, True, True])).tolist() == [False, True, True, True]
    assert groups.extreme(np.minimum, column, 9).tolist() == [-7, 9, 2**61, 9]
