"""Tables by size, shares of people, days and ties: what the evaluator reads row by row."""

from __future__ import annotations

from datetime import date

import numpy as np

from eligibility.batch.arrays import Array, filled
from eligibility.batch.block import Block
from eligibility.batch.frames import Frame
from eligibility.batch.loops import Unvectorized
from eligibility.batch.values import Numbers, Truths, constant, sure, whole
from eligibility.dates import last, next_one
from eligibility.parameters import Reading
from eligibility.spans import ends, span

FEW = 2**20
"""So many pairs of sizes may be listed; beyond that they are sorted out first."""


def looked_up(reading: Reading, sizes: Numbers, rows: int) -> Numbers:
    """A table at the size of each row, read once for each size or range of sizes there is."""
    low, high = filled(sizes.low, rows), filled(sizes.high, rows)
    if low.min(initial=0) < 0:
        raise Unvectorized("a table read by a size below nothing")
    base = int(high.max(initial=0)) + 1
    keys = low if sizes.single else low * base + high
    largest = base if sizes.single else base * base
    if largest <= FEW:
        used = np.flatnonzero(np.bincount(keys, minlength=1))
        place = np.zeros(largest, np.int64)
        place[used] = np.arange(len(used))
        at = place.take(keys)
    else:
        used, at = np.unique(keys, return_inverse=True)
    pairs = [(key, key) if sizes.single else divmod(key, base) for key in used.tolist()]
    spans = [constant(*ends(reading.at(span(*pair)))) for pair in pairs]
    if len(spans) == 1:
        return spans[0]
    under = int(np.lcm.reduce([one.under for one in spans] or [1]))
    scaled = [one.over(under) for one in spans]
    lows, highs = (np.array([getattr(one, end) for one in scaled]) for end in ("low", "high"))
    if (lows == highs).all():
        return whole(lows.take(at), under=under)
    return whole(lows.take(at), highs.take(at), under)


def portions(part: Numbers, of: Numbers, rows: int) -> Numbers:
    """Part of all people as a share from 0 to 1, also where either is only a range."""
    part_low, part_high = filled(part.low, rows), filled(part.high, rows)
    low, high = filled(of.low, rows), filled(of.high, rows)
    least_of, most_of = np.maximum(low, 1), np.maximum(high, 1)
    under = int(np.lcm.reduce(np.union1d(least_of, most_of)))
    least = np.minimum(part_low * (under // most_of), under)
    whole_home = (part_low == low) & (part_high == high) & (low == high)
    least = np.where(whole_home, under, least)
    if part.single and of.single:
        return whole(least, under=under)
    most = np.minimum(part_high * (under // least_of), under)
    return whole(least, np.where(whole_home, under, most), under)


def day_around(on: date, which: str, month: int, day: int) -> date:
    """A named day around the day of screening."""
    match which:
        case "last":
            return last(on, (month, day))
        case "next":
            return next_one(on, (month, day))
        case "this_year":
            return date(on.year, month, day)
    return on


class Ties:
    """Who is told to be whose spouse or parent, for each pair of people of a frame."""

    def __init__(self, block: Block, frame: Frame, first: int, second: int) -> None:
        self.block = block
        self.frame = frame
        self.first = first
        self.second = second
        people = block.frames.people
        told = block.population.people.get("ties")
        self.told = None if told is None else people.spread(told, False)
        self.described = None if people.source is None else np.flatnonzero(people.source >= 0)

    def found(self, kind: str) -> Truths:
        return self._parent() if kind == "parent_of" else self._spouse()

    def _parent(self) -> Truths:
        """A told list of ties is whole; nobody knows of someone not yet described."""
        yes = self._pairs(self.block.population.children, self.first)
        if self.told is None:
            return Truths(yes, True)
        known = self.told.take(self._rows(self.first))
        real = self.block.frames.people.real
        if not isinstance(real, bool):
            known = known & real.take(self._rows(self.second))
        return sure(yes) if known.all() else Truths(yes, yes | ~known)

    def _spouse(self) -> Truths:
        """A marriage told by either side holds for both."""
        pairs = self.block.population.spouses
        yes = self._pairs(pairs, self.first) | self._pairs(pairs, self.second)
        if self.told is None:
            return Truths(yes, True)
        known = self.told.take(self._rows(self.first)) | self.told.take(self._rows(self.second))
        return sure(yes) if known.all() else Truths(yes, yes | ~known)

    def _rows(self, slot: int) -> Array:
        rows = self.frame.index[slot]
        return np.arange(self.frame.rows) if rows is None else rows

    def _pairs(self, pairs: Array, leading: int) -> Array:
        """Whether each row of the frame is one of the pairs, whose first is in `leading`."""
        found = np.zeros(self.frame.rows, np.bool_)
        if not len(pairs):
            return found
        rows = pairs if self.described is None else self.described.take(pairs)
        frames = self.block.frames
        home = frames.home_of_person.take(rows[:, 0])
        place = rows - frames.people_at.take(home)[:, None]
        outer, inner = (0, 1) if leading == self.frame.slots[0] else (1, 0)
        counts = frames.people.counts.take(home)
        found[self.frame.starts.take(home) + place[:, outer] * counts + place[:, inner]] = True
        return found
