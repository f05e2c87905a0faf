"""Small array operations that NumPy has only in pieces: plain constants beside whole columns."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Column = Array | int
"""Many values, or one that holds for every row."""
Flags = Array | bool
"""Many yes or no, or one that holds for every row."""
UNKNOWN = -1
"""Stands for "not known" in columns of codes and of yes or no."""


def negated(flags: Flags) -> Flags:
    """Not, row by row."""
    return not flags if isinstance(flags, bool) else ~flags


def both(first: Flags, second: Flags) -> Flags:
    """And, row by row, without touching rows where one side settles it for all."""
    if isinstance(first, bool):
        return second if first else False
    if isinstance(second, bool):
        return first if second else False
    return np.logical_and(first, second)


def either(first: Flags, second: Flags) -> Flags:
    """Or, row by row, without touching rows where one side settles it for all."""
    if isinstance(first, bool):
        return True if first else second
    if isinstance(second, bool):
        return True if second else first
    return np.logical_or(first, second)


def chosen(test: Flags, yes: Column, no: Column) -> Column:
    """`yes` where the test holds, else `no`."""
    if isinstance(test, bool):
        return yes if test else no
    if isinstance(yes, int) and isinstance(no, int) and yes == no:
        return yes
    if is_wide(yes) or is_wide(no):
        return np.where(test, as_wide(yes), as_wide(no))
    return np.where(test, yes, no)


def smaller(first: Column, second: Column) -> Column:
    """The smaller of two, row by row."""
    if isinstance(first, int) and isinstance(second, int):
        return min(first, second)
    return np.minimum(*alike(first, second))


def larger(first: Column, second: Column) -> Column:
    """The larger of two, row by row."""
    if isinstance(first, int) and isinstance(second, int):
        return max(first, second)
    return np.maximum(*alike(first, second))


def alike(first: Column, second: Column) -> tuple[Column, Column]:
    """Both as exact Python numbers where one of them is, so that nothing is cut off."""
    if is_wide(first) or is_wide(second):
        return as_wide(first), as_wide(second)
    return first, second


def is_wide(column: Column) -> bool:
    """Whether a column holds Python's own numbers, which never overflow, or one so large."""
    return abs(column) >= 2**63 if isinstance(column, int) else column.dtype == object


def as_wide(column: Column) -> Column:
    """The column with Python's own numbers."""
    return column if isinstance(column, int) or is_wide(column) else column.astype(object)


def picked(column: Any, index: Array | None) -> Any:
    """The rows at an index; a value for every row stays one; no index means all rows."""
    return column if index is None or isinstance(column, (int, bool)) else column.take(index)


def filled(value: Any, rows: int) -> Array:
    """A whole column, also of a value that holds for every row."""
    if isinstance(value, bool):
        return np.full(rows, value)
    if isinstance(value, int):
        return np.full(rows, value, np.int64 if abs(value) < 2**63 else object)
    found: Array = value
    return found


class Groups:
    """Consecutive groups of rows: how many rows each has, and where it ends."""

    __slots__ = ("counts", "ends", "longest", "rows")

    def __init__(self, counts: Array) -> None:
        self.counts = counts
        self.ends = np.cumsum(counts)
        self.rows = int(self.ends[-1]) if len(counts) else 0
        self.longest = int(counts.max(initial=0))

    def total(self, column: Array) -> Array:
        """The sum of each group. A running total wraps round in 64 bits, but what it grew by
        over a group is exact as long as that fits."""
        if column.dtype == object or column.dtype.kind == "f":
            return self.extreme(np.add, column, 0)
        return self._grown(column, np.int64)

    def any(self, flags: Array) -> Array:
        """Whether some row of each group has the flag."""
        found: Array = self._grown(flags, np.int32) > 0
        return found

    def all(self, flags: Array) -> Array:
        """Whether every row of each group has the flag."""
        found: Array = self._grown(flags, np.int32) == self.counts
        return found

    def _grown(self, column: Array, kind: type[np.int32 | np.int64]) -> Array:
        running = np.zeros(self.rows + 1, kind)
        np.cumsum(column, out=running[1:], dtype=kind)
        found: Array = running.take(self.ends)
        found[1:] -= found[:-1].copy()
        return found

    def extreme(self, fold: np.ufunc, column: Array, empty: Any) -> Array:
        """Each group folded; a group of none gives `empty`."""
        found = np.full(len(self.counts), empty, column.dtype)
        full = self.counts > 0
        if self.rows:
            found[full] = fold.reduceat(column, (self.ends - self.counts)[full])
        return found


def offsets(counts: Array) -> Array:
    """Where each group begins, and where the last one ends."""
    found = np.zeros(len(counts) + 1, np.int64)
    np.cumsum(counts, out=found[1:])
    return found


def within(starts: Array, counts: Array) -> Array:
    """All rows of groups that begin at `starts` and are so long, one group after another."""
    total = int(counts.sum())
    shift = np.repeat(starts - (np.cumsum(counts) - counts), counts)
    found: Array = np.arange(total, dtype=np.int64) + shift
    return found
