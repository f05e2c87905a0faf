"""Equal shares in whole numbers of a tiny unit, each amount between two bounds.

What every voter has left is known to lie between two whole numbers, and so is every price. As long
as the bounds tell who comes first, the purchases are exactly those of the rule; where they do not,
the run says that it cannot tell. No number is ever rounded towards an answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from petitions.counting.profiles import ApprovalBallots, members

Whole = NDArray[np.int64]
Rate = tuple[Fraction, int]
# Sums of all purses stay below 2**60; a unit larger than this part of one cent tells too little.
BITS, FEWEST_BITS = 60, 16


@dataclass(frozen=True, slots=True)
class Stage:
    """One purchase: the project, a price for each unit of cost that it surely does not exceed, and
    one that every other project surely reaches, each with the tie order. `price`: what a supporter
    pays at most, where it was worked out."""

    project: int
    most: Rate
    rival: Rate | None
    price: Fraction = Fraction(0)


@dataclass(frozen=True, slots=True)
class Backers:
    """Who backs a project: the groups of equal voters, and how many each holds."""

    groups: NDArray[np.intp]
    counts: Whole
    everyone: int
    single: bool

    def only(self, which: NDArray[np.bool_]) -> Backers:
        counts = self.counts[which]
        return Backers(self.groups[which], counts, int(counts.sum()), self.single)


class Groups:
    """The voters, equal ones together, seen from each project."""

    def __init__(self, approvals: ApprovalBallots) -> None:
        places: list[list[int]] = [[] for _option in approvals.options]
        for at, mask in enumerate(approvals.sets):
            for option in members(mask):
                places[option].append(at)
        counts = np.fromiter(approvals.sets.values(), np.int64, len(approvals.sets))
        self.size = len(approvals.sets)
        self.voters = approvals.counted
        self.backers = [
            Backers(
                np.array(place, np.intp),
                counts[place],
                int(counts[place].sum()),
                bool((counts[place] == 1).all()),
            )
            for place in places
        ]


@dataclass(frozen=True, slots=True)
class _Price:
    """A price's bounds in units of 2**-shift. `equal`: nobody is too poor for it."""

    least: int
    most: int
    equal: bool


class CannotTell(Exception):
    """Two amounts lie too close together for their bounds."""


@dataclass(slots=True)
class _Purses:
    """What a voter of each group has left, from below and from above, in units of 2**-shift."""

    low: Whole
    high: Whole
    shift: int


@dataclass(slots=True)
class BoundedRun:
    """One run at one share. Prices only rise as purses empty, so an old price is a lower bound and
    most projects need not be priced again at each stage."""

    groups: Groups
    costs: Sequence[int]
    rank: Sequence[int]
    share: Fraction
    exact: bool = False
    # Prices of an earlier run, stage by stage: where to begin to look, whatever they are.
    hints: Sequence[Mapping[int, int]] = ()
    prices: list[dict[int, int]] = field(init=False, default_factory=list)
    _purses: _Purses = field(init=False)
    _bounds: dict[int, int] = field(init=False)
    _live: list[Backers] = field(init=False)
    _paid: list[tuple[NDArray[np.bool_], Fraction]] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        money = -(-self.share.numerator // self.share.denominator) * max(1, self.groups.voters)
        shift = BITS - money.bit_length()
        if shift < FEWEST_BITS:
            raise CannotTell
        low, left = divmod(self.share.numerator << shift, self.share.denominator)
        full = np.full(self.groups.size, low, np.int64)
        self._purses = _Purses(full, full + (1 if left else 0), shift)
        self._live = list(self.groups.backers)
        # What costs more than everybody has together can never be paid for.
        self._bounds = {
            project: 0
            for project, cost in enumerate(self.costs)
            if 0 < cost <= money and self.groups.backers[project].everyone
        }

    def stages(self, before: Sequence[Stage] | None = None) -> list[Stage]:
        """Every purchase. `before` is a run to compare with: rivals are priced far enough up to
        tell whether they could have come first in any share between the two. Raises CannotTell."""
        found: list[Stage] = []
        while True:
            mark = before[len(found)].most if before and len(found) < len(before) else None
            stage = self._stage(mark)
            if stage is None:
                return found
            found.append(stage)

    def _rate(self, project: int, price: int) -> Rate:
        scale = self.costs[project] << self._purses.shift
        return Fraction(price, scale), self.rank[project]

    def _rates(self, project: int, price: _Price) -> tuple[Rate, Rate]:
        """Bounds of the price for each unit of cost. While none of its backers is too poor they pay
        it in equal parts, and the rate is exact: so projects with equally many backers are told
        apart by the tie order."""
        if price.equal:
            rate = Fraction(1, self.groups.backers[project].everyone), self.rank[project]
            return rate, rate
        return self._rate(project, price.least), self._rate(project, price.most)

    def _stage(self, mark: Rate | None) -> Stage | None:
        self.prices.append({})
        rates = {project: self._rate(project, price) for project, price in self._bounds.items()}
        best: Rate | None = None
        chosen, paid = -1, _Price(0, 0, equal=False)
        for project in sorted(rates, key=rates.__getitem__):
            least = rates[project]
            if best and least > best and (mark is None or least > mark):
                break
            price = self._price(project)
            if price is None:
                del self._bounds[project], rates[project]
                continue
            self._bounds[project] = price.least
            rates[project], most = self._rates(project, price)
            if best is None or most < best:
                best, chosen, paid = most, project, price
        if best is None:
            return None
        rival = min((rate for project, rate in rates.items() if project != chosen), default=None)
        if rival is not None and rival <= best:
            raise CannotTell
        price_of_each = self._exactly(chosen, paid) if self.exact else Fraction(0)
        self._buy(chosen, paid)
        return Stage(chosen, best, rival, price_of_each)

    def _price(self, project: int) -> _Price | None:
        """Bounds of the least `p` so that everyone who backs it pays p, or all they have, and it is
        paid for; None if all they have together is surely not enough."""
        backers, cost = self._live[project], self.costs[project] << self._purses.shift
        high = self._purses.high[backers.groups]
        if 2 * np.count_nonzero(high) < len(high):  # whoever has nothing left pays nothing
            backers = self._live[project] = backers.only(high > 0)
            high = self._purses.high[backers.groups]
        stage = len(self.prices) - 1
        hint = self.hints[stage].get(project) if stage < len(self.hints) else None
        found = _least(high, backers, cost, hint or self._bounds[project])
        if found is None:
            return None
        least = self.prices[stage][project] = found[0] // found[1]
        above = _least(self._purses.low[backers.groups], backers, cost, least)
        if above is None:
            raise CannotTell
        everyone = self.groups.backers[project].everyone
        return _Price(least, -(-above[0] // above[1]), above[1] == everyone)

    def _buy(self, project: int, paid: _Price) -> None:
        """Every backer pays the price, or all that is left if that is less."""
        groups, purses = self.groups.backers[project].groups, self._purses
        purses.low[groups] = np.maximum(purses.low[groups] - paid.most, 0)
        purses.high[groups] = np.maximum(purses.high[groups] - paid.least, 0)
        del self._bounds[project]

    def _exactly(self, project: int, paid: _Price) -> Fraction:
        """The price itself. Whoever has not spent all has the share less the prices they paid, so
        it is enough to know who is too poor for this one."""
        backers, purses = self.groups.backers[project], self._purses
        low, high = purses.low[backers.groups], purses.high[backers.groups]
        spent, rich = high == 0, low >= paid.most
        poor = (high < paid.least) & ~spent
        if not bool((spent | rich | poor).all()):
            raise CannotTell
        missing = Fraction(self.costs[project]) - int(backers.counts[poor].sum()) * self.share
        for payers, price in self._paid:
            missing += int(backers.counts[poor & payers[backers.groups]].sum()) * price
        price_of_each = missing / int(backers.counts[rich].sum())
        payers = np.zeros(self.groups.size, np.bool_)
        payers[backers.groups] = True
        self._paid.append((payers, price_of_each))
        return price_of_each


def _least(lefts: Whole, backers: Backers, cost: int, start: int) -> tuple[int, int] | None:
    """The price as a fraction (over, under) for these purses; None where they are not enough.
    Newton's way: what backers pay together rises ever less with the price, so from any start the
    next guess is no more than the price, and then they rise to it."""
    equal, known, missing = start, -1, 0
    while True:
        rich = lefts >= equal
        if backers.single:
            number = int(np.count_nonzero(rich))
        else:
            number = int(np.dot(rich, backers.counts))
        if number and number == known:  # the same are rich as for the last guess
            return missing, number
        least = np.minimum(lefts, equal)
        paid = int(least.sum() if backers.single else np.dot(least, backers.counts))
        if not number:
            if paid < cost:
                return None
            equal = known = 0
            continue
        missing, known = cost - paid + equal * number, number
        equal = -(-missing // number)
