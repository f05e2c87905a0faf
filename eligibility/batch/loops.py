"""Sums, counts and quantifiers over people and incomes, for every row of a frame at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

from eligibility.batch.arrays import (
    Array,
    Groups,
    both,
    filled,
    larger,
    negated,
    picked,
    smaller,
)
from eligibility.batch.frames import Frame, Frames
from eligibility.batch.values import (
    TRUE,
    WIDEST,
    Numbers,
    Truths,
    aligned,
    greatest_of,
    least_of,
    narrowed,
    sure,
    where,
)
from eligibility.expressions.tree import Expr

Owners = dict[int, int]
NOTHING = Numbers(0, 0, 1, 0, 0)


class Unvectorized(Exception):
    """This expression has no column form; its program is decided by the scalar engine."""


def spanned(tree: Expr, owners: Owners) -> list[int]:
    """The variables that span a tree's rows: a person is given by an income they own."""
    owned = {whose for slot, whose in owners.items() if slot in tree.free}
    return sorted(tree.free - owned)


class Evaluates(Protocol):
    """What a loop needs of the evaluator."""

    frames: Frames

    def on(self, tree: Expr, frame: Frame, owners: Owners) -> Any: ...


class Loop:
    """One loop of an expression: its members for every row, and how they are folded."""

    def __init__(self, evaluator: Evaluates, tree: Expr, owners: Owners) -> None:
        self.evaluator = evaluator
        self.tree = tree
        self.person_slot, self.income_slot = tree.data
        first = 0 if tree.op == "count" else 1
        self.conditions = tree.args[first : first + 2]
        self.owner: int | None = tree.args[-1].data if self.person_slot is None else None
        self.owners = dict(owners)
        if self.income_slot is not None:
            whose = self.owner if self.owner is not None else self.person_slot
            self.owners[self.income_slot] = whose
        frames = evaluator.frames
        spanning = spanned(tree, owners)
        if self.owner is not None and self.owner not in spanning:
            raise Unvectorized("a loop over incomes within another over the same")
        others = [slot for slot in spanning if slot != self.owner]
        outer = others if self.owner is None else [*others, self.owner]
        self.outer = frames.get(outer, owners)
        last = self.person_slot if self.income_slot is None else self.income_slot
        self.inner = frames.get([*others, last], self.owners)
        self.groups = frames.members(self.inner, self.outer, self.owner)

    def value(self) -> Any:
        """The folded value, on the frame `outer`."""
        fold = getattr(self, f"_{self.tree.op}")
        return fold()

    def _each(self, tree: Expr) -> Any:
        return self.evaluator.on(tree, self.inner, self.owners)

    def inside(self) -> Truths:
        """Whether each member takes part; a stand-in never surely does."""
        inside: Truths = self._each(self.conditions[0]) & self._each(self.conditions[1])
        real = self._real()
        return inside if real is True else inside & Truths(real, True)

    def _real(self) -> Array | bool:
        frames = self.evaluator.frames
        table = frames.people if self.income_slot is None else frames.incomes
        real = table.real
        if isinstance(real, bool) or len(self.inner.slots) == 1:
            return real
        way = self.inner.index[self.inner.slots[-1]]
        return real if way is None else real.take(way)

    def _times(self) -> Array | None:
        frames = self.evaluator.frames
        table = frames.people if self.income_slot is None else frames.incomes
        if table.times is None or len(self.inner.slots) == 1:
            return table.times
        way = self.inner.index[self.inner.slots[-1]]
        return table.times if way is None else table.times.take(way)

    def _any(self) -> Truths:
        return self._folded(self.inside() & self._each(self.tree.args[0]), self.groups.any)

    def _all(self) -> Truths:
        return self._folded(~self.inside() | self._each(self.tree.args[0]), self.groups.all)

    def _folded(self, found: Truths, fold: Callable[[Array], Array]) -> Truths:
        rows = self.inner.rows
        low = fold(filled(found.low, rows))
        return sure(low) if found.known else Truths(low, fold(filled(found.high, rows)))

    def _count(self) -> Numbers:
        inside, rows, times = self.inside(), self.inner.rows, self._times()
        most = int((times if times is not None else np.ones(1, np.int64)).max(initial=1))
        most *= self.groups.longest
        if inside.known and inside.low is True:
            return Numbers(self.groups.counts, self.groups.counts, 1, 0, most)
        low = self.groups.total(filled(inside.low, rows))
        if inside.known:
            return Numbers(low, low, 1, 0, most)
        perhaps = filled(inside.high, rows)
        high = self.groups.total(perhaps if times is None else perhaps * times)
        return Numbers(low, high, 1, 0, most)

    def _sum(self) -> Numbers:
        if self.person_slot is not None and self.income_slot is not None:
            own = {self.person_slot, self.income_slot}
            parts = self.tree.args[0], self.conditions[1]
            if len(self.inner.slots) > 1 and all(part.free <= own for part in parts):
                return self._sum_by_person()
        return summed(self._each(self.tree.args[0]), self.inside(), self._times(), self.groups)

    def _sum_by_person(self) -> Numbers:
        """Who takes part differs from row to row, but what each person adds does not: it is
        summed once for each person, as taking part and as perhaps taking part."""
        frames, tree = self.evaluator.frames, self.tree
        incomes = frames.get((self.income_slot,), self.owners)
        people = frames.get((self.person_slot,), {})
        pairs = frames.get((*self.outer.slots, self.person_slot), {})
        groups = Groups(frames.incomes.counts)
        value = self.evaluator.on(tree.args[0], incomes, self.owners)
        which: Truths = self.evaluator.on(self.conditions[1], incomes, self.owners)
        if frames.incomes.real is not True:
            which = which & Truths(frames.incomes.real, True)
        times = frames.incomes.times
        whose: Truths = self.evaluator.on(self.conditions[0], pairs, self.owners)
        if frames.people.real is not True:
            whose = whose & Truths(picked(frames.people.real, frames.way(pairs, people)), True)
        way = frames.way(pairs, people)
        part = where(whose.low, summed(value, which, times, groups).take(way), NOTHING)
        if not whose.known:
            perhaps = summed(value, Truths(False, which.high), times, groups).take(way)
            part = where(both(whose.high, negated(whose.low)), perhaps, part)
        return summed(part, TRUE, None, frames.members(pairs, self.outer, None))

    def _least_of(self) -> Numbers:
        return self._extreme(largest=False)

    def _greatest_of(self) -> Numbers:
        return self._extreme(largest=True)

    def _extreme(self, largest: bool) -> Numbers:
        """The extreme of sure members; perhaps members can only move it outwards."""
        value: Numbers = self._each(self.tree.args[0])
        default = self.evaluator.on(self.tree.args[3], self.outer, self.owners)
        value, default = aligned(value, default)
        inside = self.inside()
        some = self._folded(sure(inside.low), self.groups.any).low
        surely = where(some, self._end(value, inside.low, largest), default)
        if inside.known:
            return surely
        perhaps = both(inside.high, negated(inside.low))
        any_ = self._folded(sure(perhaps), self.groups.any).low
        lows = self._end(value, perhaps, largest=False).low
        highs = self._end(value, perhaps, largest=True).high
        bounds = min(value.least, default.least), max(value.most, default.most)
        outer = Numbers(lows, highs, value.under, *bounds)
        low = where(any_, least_of(surely, outer), surely).low
        high = where(any_, greatest_of(surely, outer), surely).high
        if largest:
            low = where(some, surely, Numbers(low, low, value.under, *bounds)).low
        else:
            high = where(some, surely, Numbers(high, high, value.under, *bounds)).high
        return Numbers(low, high, value.under, *bounds)

    def _end(self, value: Numbers, use: Any, largest: bool) -> Numbers:
        """The extreme of the members in use; where there is none, a bound of all."""
        fold = np.maximum if largest else np.minimum
        edge = value.least if largest else value.most
        rows = self.inner.rows
        filler = Numbers(edge, edge, value.under, edge, edge)
        given = where(filled(use, rows), value, filler)
        low = self.groups.extreme(fold, filled(given.low, rows), edge)
        high = low if given.single else self.groups.extreme(fold, filled(given.high, rows), edge)
        return Numbers(low, high, value.under, value.least, value.most)


def summed(value: Numbers, inside: Truths, times: Array | None, groups: Groups) -> Numbers:
    """The sum over members. One that perhaps takes part adds anything from nothing to itself."""
    rows = groups.rows
    longest = groups.longest * (1 if times is None else int(times.max(initial=1)))
    bounds = min(0, value.least) * longest, max(0, value.most) * longest
    if max(map(abs, bounds)) >= WIDEST:
        bounds = _tight(value, inside, times, groups)
    given = value.room(max(map(abs, bounds)))
    nothing = Numbers(0, 0, given.under, 0, 0)
    if inside.known:
        part = given if inside.low is True else where(inside.low, given, nothing)
    else:
        low, high = smaller(given.low, 0), larger(given.high, 0)
        if times is not None:
            low, high = low * times, high * times
        perhaps = where(inside.high, Numbers(low, high, given.under, *bounds), nothing)
        part = where(inside.low, given, perhaps)
    low = groups.total(filled(part.low, rows))
    high = low if part.single else groups.total(filled(part.high, rows))
    return narrowed(Numbers(low, high, given.under, *bounds))


def _tight(value: Numbers, inside: Truths, times: Array | None, groups: Groups) -> tuple[int, int]:
    """Bounds of the sums, from rough sums in floating point with room to spare."""
    rows = groups.rows
    weight = np.ones(rows) if times is None else times.astype(np.float64)
    ends = []
    for column, fold in ((value.low, np.minimum), (value.high, np.maximum)):
        rough = fold(0.0, filled(column, rows).astype(np.float64)) * weight
        rough = np.where(filled(inside.high, rows), rough, 0.0)
        sums = groups.total(rough)
        extreme = float(sums.min(initial=0.0) if fold is np.minimum else sums.max(initial=0.0))
        ends.append(int(extreme * 1.001) + (1 if fold is np.maximum else -1))
    return ends[0], ends[1]
