"""Dated figures of law: value on a day, with unit, period, source and how sure we are."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

from eligibility.dates import last, next_one
from eligibility.documents import Place
from eligibility.expressions.scope import TakesOver
from eligibility.expressions.tree import Type
from eligibility.ratio import Exact
from eligibility.reason_pieces import FigurePieces, figure_pieces
from eligibility.spans import OPEN, Number, Span, ends, hull

ANYTHING = Span(0, OPEN)
MAX_SIZE = 60


class NoValue(Exception):
    """A parameter is read before its first dated value, so a gap in law is loud."""

    def __init__(self, parameter: str, on: date) -> None:
        self.parameter = parameter
        self.on = on
        super().__init__(f"{parameter} has no value on {on}")


@dataclass(frozen=True, slots=True)
class Source:
    """Where a figure or a rule stands."""

    title: str
    url: str

    def to_json(self) -> dict[str, str]:
        return {"title": self.title, "url": self.url}


@dataclass(frozen=True, slots=True)
class SizeTable:
    """Values for sizes 1, 2, … and what each further person adds (None: not known)."""

    values: tuple[Exact, ...]
    each_extra: Exact | None

    def at(self, size: Exact) -> Number:
        """The value at a size. Beyond the table without `each_extra`, anything is possible."""
        count = int(size)
        if 1 <= count <= len(self.values):
            return self.values[count - 1]
        if count < 1 or self.each_extra is None:
            return ANYTHING
        return self.values[-1] + (count - len(self.values)) * self.each_extra


@dataclass(frozen=True, slots=True)
class Row:
    """One dated value. A value of None is not known; one of confidence C is not relied on."""

    since: date
    label: str
    review_by: date | None
    source: Source
    confidence: str
    value: Exact | SizeTable | None
    place: Place

    @property
    def open(self) -> bool:
        return self.value is None or self.confidence == "C"


@dataclass(frozen=True)
class Parameter:
    """A figure with all its dated rows, oldest first."""

    id: str
    title: str
    type: Type
    by_size: bool
    rows: tuple[Row, ...]
    place: Place
    raw: Any

    def row_on(self, day: date) -> Row:
        """The row in force on a day. Raises NoValue before the first."""
        index = bisect_right([row.since for row in self.rows], day)
        if index == 0:
            raise NoValue(self.id, day)
        return self.rows[index - 1]


class ShownFigure(NamedTuple):
    """What a reason tells of the figure it rests on."""

    parameter: str | None
    label: str | None
    since: date | None
    stale: bool
    confidence: str | None
    source: dict[str, str] | None


NO_FIGURE = ShownFigure(None, None, None, False, None, None)


@dataclass(frozen=True)
class Reading:
    """A parameter as read on one day by one program: one row, or two when the take-over day
    is not published and the value lies between both. Looked-up sizes are remembered."""

    parameter: Parameter
    rows: tuple[Row, ...]
    since: date
    stale: bool
    _sizes: dict[tuple[Exact, Exact], Number] = field(default_factory=dict, compare=False)

    @property
    def uncertain(self) -> bool:
        """Whether the figure itself keeps a result from being settled."""
        return len(self.rows) > 1 or any(row.open for row in self.rows)

    @cached_property
    def confidence(self) -> str:
        """How sure we are of it: the least sure of its rows."""
        return max(row.confidence for row in self.rows)

    @cached_property
    def shown(self) -> ShownFigure:
        """What a reason tells of it."""
        row = self.rows[-1]
        source = row.source.to_json()
        return ShownFigure(
            self.parameter.id, row.label, self.since, self.stale, self.confidence, source
        )

    @cached_property
    def pieces(self) -> FigurePieces:
        """The same as JSON."""
        return figure_pieces(self.shown)

    @cached_property
    def single(self) -> Number:
        """The value of a parameter that is not a table."""
        result: Number | None = None
        for row in self.rows:
            value: Number = ANYTHING
            if row.value is not None and not isinstance(row.value, SizeTable) and not row.open:
                value = row.value
            result = value if result is None else hull(result, value)
        return ANYTHING if result is None else result

    def at(self, size: Number) -> Number:
        """The value of a table at a size, over all sizes where only a range is known."""
        sizes = ends(size)
        found = self._sizes.get(sizes)
        if found is None:
            found = self._sizes[sizes] = self._over(*sizes)
        return found

    def _over(self, low: Exact, high: Exact) -> Number:
        result: Number | None = None
        for count in range(int(low), min(int(high), MAX_SIZE) + 1):
            for row in self.rows:
                table = row.value
                known = isinstance(table, SizeTable) and not row.open
                value = table.at(count) if known and isinstance(table, SizeTable) else ANYTHING
                result = value if result is None else hull(result, value)
        return ANYTHING if result is None else result


def read_figure(parameter: Parameter, takes_over: TakesOver, on: date) -> Reading:
    """The figure a program uses on a day. Raises NoValue before the first dated value."""
    days = [last(on, at) for at in takes_over] or [on]
    rows: list[Row] = []
    for day in sorted(days):
        row = parameter.row_on(day)
        if row not in rows:
            rows.append(row)
    stale = any(
        row.review_by is not None and day >= row.review_by
        for row, day in ((parameter.row_on(day), day) for day in days)
    )
    newest = rows[-1].since
    since = min((next_one(newest, at) for at in takes_over), default=newest)
    return Reading(parameter, tuple(rows), since, stale)
