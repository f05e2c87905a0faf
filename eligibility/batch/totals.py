"""Counts and sums by program and group, from columns; parts add up to the whole exactly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

import numpy as np

from eligibility.batch.arrays import Array
from eligibility.batch.population import Population
from eligibility.batch.results import LIKELY_CODE, UNCLEAR_CODE, ProgramResult
from eligibility.spans import OPEN

ALL = ""
"""The group of everyone."""
OPEN_FROM = OPEN // 1000


@dataclass(frozen=True, slots=True)
class Count:
    """One program in one group. `asked` are households, or people the program can be for.

    `low` and `high` are cents over all that are likely; `open` of these have no upper end, and
    add their lower end to `high`.
    """

    asked: int = 0
    likely: int = 0
    unclear: int = 0
    low: int = 0
    high: int = 0
    open: int = 0

    @property
    def unlikely(self) -> int:
        return self.asked - self.likely - self.unclear

    def __add__(self, other: Count) -> Count:
        return Count(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(self)))


Totals = dict[tuple[str, str], Count]
"""By program and group; the group `ALL` is everyone."""


def counted(
    results: Mapping[str, ProgramResult], population: Population, groups: Array | None
) -> Totals:
    """The totals of one population."""
    totals: Totals = {(program, ALL): _count(result, None) for program, result in results.items()}
    if groups is None:
        return totals
    names, of_home = np.unique(groups, return_inverse=True)
    of_person = np.repeat(of_home, np.diff(population.people_at))
    for program, result in results.items():
        rows = of_home if result.unit == "household" else of_person
        for place, name in enumerate(names.tolist()):
            totals[program, name] = _count(result, rows == place)
    return totals


def _count(result: ProgramResult, use: Array | None) -> Count:
    asked = result.concerned if use is None else result.concerned & use
    likely = asked & (result.outcome == LIKELY_CODE)
    unclear = asked & (result.outcome == UNCLEAR_CODE)
    count = Count(*(int(np.count_nonzero(one)) for one in (asked, likely, unclear)))
    if result.low is None or result.high is None:
        return count
    low, high = result.low[likely], result.high[likely]
    open_ = high >= OPEN_FROM
    most = np.where(open_, low, high)
    return replace(
        count, low=int(low.sum()), high=int(most.sum()), open=int(np.count_nonzero(open_))
    )


def added(first: Totals, second: Totals) -> Totals:
    """Both together."""
    found = dict(first)
    for key, count in second.items():
        found[key] = found.get(key, Count()) + count
    return found
