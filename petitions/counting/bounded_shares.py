"""Equal shares in whole numbers of a tiny unit, each amount between two bounds.

What every voter has left is known to lie between two whole numbers, and so is every price. As long
as the bounds tell who comes first, the purchases are exactly those of the rule; where they do not,
the run says that it cannot tell. No number is ever rounded towards an answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import lcm
from typing import Any

import numpy as np
from numpy.typing import NDArray

from petitions.counting.profiles import ApprovalBallots

Whole = NDArray[np.int64]
Rate = tuple[Fraction | int, int]
# Sums of all purses stay below 2**60; a unit larger than this part of one cent tells too little.
BITS, FEWEST_BITS = 60, 16
# Purses are few while there are fewer than this part of all groups.
FEW = 3
# Options that are looked for at once.
WORD = 62


@dataclass(frozen=True, slots=True)
class Stage:
    """One purchase: the project, a price for each unit of cost (see Rates) that it surely does not
    exceed, and one that every other project surely reaches, each with the tie order. `price`: what
    a supporter pays at most, where it was worked out."""

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
        counts = np.fromiter(approvals.sets.values(), np.int64, len(approvals.sets))
        self.size = len(approvals.sets)
        self.voters = approvals.counted
        self.backers = [
            Backers(
                place,
                counts[place],
                int(counts[place].sum()),
                bool((counts[place] == 1).all()),
            )
            for place in _places(approvals)
        ]

    def spending(self) -> Spending:
        """All voters while nothing is bought."""
        return Spending(self, np.zeros(self.size, np.int32), 1)


def _places(approvals: ApprovalBallots) -> Iterator[NDArray[np.intp]]:
    """For each option, the groups that approve it."""
    for first in range(0, len(approvals.options), WORD):
        word = (1 << WORD) - 1
        sets = (mask >> first & word for mask in approvals.sets)
        masks = np.fromiter(sets, np.int64, len(approvals.sets))
        for option in range(min(WORD, len(approvals.options) - first)):
            yield np.flatnonzero(masks >> option & 1)


class Rates:
    """Prices for each unit of cost, as whole numbers over one scale that divides by every cost and
    every number of backers: so they compare at once, and exactly."""

    def __init__(self, groups: Groups, costs: Sequence[int]) -> None:
        backers = [one.everyone for one in groups.backers]
        whole = lcm(*(number for number in (*costs, *backers) if number))
        self.scale = whole << BITS
        self.of_one = [whole // cost if cost else 0 for cost in costs]
        self.of_equal = [self.scale // number if number else 0 for number in backers]


class Spending:
    """The groups as they have spent so far. Whoever backs the same of the projects bought has as
    much left, so while few are bought there are few purses. Which there are depends on the
    purchases alone: one run after the other finds them here."""

    def __init__(self, groups: Groups, of_group: NDArray[np.int32], size: int) -> None:
        self._groups = groups
        self.of_group = of_group
        self.size = size
        self._backers: dict[int, Backers] = {}
        self._after: dict[int, tuple[Spending, Whole, NDArray[np.bool_]]] = {}

    def backers(self, project: int) -> Backers:
        found = self._backers.get(project)
        if found is None:
            all_of_it = self._groups.backers[project]
            counts = np.bincount(
                self.of_group[all_of_it.groups], all_of_it.counts, self.size
            ).astype(np.int64)
            some = np.flatnonzero(counts)
            found = Backers(some, counts[some], all_of_it.everyone, single=False)
            self._backers[project] = found
        return found

    def after(self, project: int) -> tuple[Spending, Whole, NDArray[np.bool_]]:
        """When a project is bought: the purses then, for each the purse before, and whether it
        pays."""
        found = self._after.get(project)
        if found is None:
            place = self.of_group * np.int32(2)
            place[self._groups.backers[project].groups] += 1
            taken = np.flatnonzero(np.bincount(place, minlength=2 * self.size))
            number = np.zeros(2 * self.size, np.int32)
            number[taken] = np.arange(len(taken), dtype=np.int32)
            then = Spending(self._groups, number[place], len(taken))
            found = self._after[project] = then, taken // 2, taken % 2 == 1
        return found

    def kept(self) -> int:
        """How many numbers are held here and after."""
        own = len(self.of_group) // 2 + 2 * sum(len(one.groups) for one in self._backers.values())
        return own + sum(then.kept() for then, _before, _pays in self._after.values())


@dataclass(frozen=True, slots=True)
class _Price:
    """A price's bounds in units of 2**-shift."""

    least: int
    most: int


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
    rates: Rates
    share: Fraction
    exact: bool = False
    # Prices of an earlier run, stage by stage: where to begin to look, whatever they are.
    hints: Sequence[Mapping[int, int]] = ()
    # Where an earlier run began, to find again what depends on the purchases alone.
    spending: Spending | None = None
    prices: list[dict[int, int]] = field(init=False, default_factory=list)
    _purses: _Purses = field(init=False)
    _bounds: dict[int, int] = field(init=False)
    # Of these bounds, kept: most do not change from one stage to the next.
    _rates: dict[int, Rate] = field(init=False)
    _live: list[Backers] = field(init=False)
    _paid: list[tuple[NDArray[np.bool_], Fraction]] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        money = -(-self.share.numerator // self.share.denominator) * max(1, self.groups.voters)
        shift = BITS - money.bit_length()
        if shift < FEWEST_BITS:
            raise CannotTell
        low, left = divmod(self.share.numerator << shift, self.share.denominator)
        size = self.groups.size if self.spending is None else self.spending.size
        full = np.full(size, low, np.int64)
        self._purses = _Purses(full, full + (1 if left else 0), shift)
        self._live = list(self.groups.backers)
        # What costs more than everybody has together can never be paid for.
        self._bounds = {
            project: 0
            for project, cost in enumerate(self.costs)
            if 0 < cost <= money and self.groups.backers[project].everyone
        }
        self._rates = {project: self._rate(project, 0) for project in self._bounds}

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
        rate = price * self.rates.of_one[project] << BITS - self._purses.shift
        return rate, self.rank[project]

    def _stage(self, mark: Rate | None) -> Stage | None:
        self.prices.append({})
        rates = dict(self._rates)
        best: Rate | None = None
        chosen, paid = -1, _Price(0, 0)
        for project in sorted(rates, key=rates.__getitem__):
            if best and rates[project] > best and (mark is None or rates[project] > mark):
                break
            least = self._least(project)
            if least is None:
                del self._bounds[project], self._rates[project], rates[project]
                continue
            self._bounds[project] = least
            rates[project] = self._rates[project] = self._rate(project, least)
            if best and rates[project] > best:  # a rival: the other bound tells nothing more
                continue
            price, rates[project], most = self._price(project, least)
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

    def _least(self, project: int) -> int | None:
        """From below the least `p` so that everyone who backs it pays p, or all they have, and it
        is paid for; None if all they have together is surely not enough."""
        backers = self._backers(project)
        stage = len(self.prices) - 1
        hint = self.hints[stage].get(project) if stage < len(self.hints) else None
        start, high = hint or self._bounds[project], self._purses.high[backers.groups]
        found = _least(high, backers, self._cost(project), start)
        if found is None:
            return None
        least = self.prices[stage][project] = found[0] // found[1]
        return least

    def _price(self, project: int, least: int) -> tuple[_Price, Rate, Rate]:
        """The price between its bounds, and the bounds of its rate. While none of its backers is
        too poor they pay in equal parts, and the rate is exact: so projects with equally many
        backers are told apart by the tie order."""
        backers = self._backers(project)
        low = self._purses.low[backers.groups]
        above = _least(low, backers, self._cost(project), least)
        if above is None:
            raise CannotTell
        most = -(-above[0] // above[1])
        if above[1] == self.groups.backers[project].everyone:
            rate = self.rates.of_equal[project], self.rank[project]
            return _Price(least, most), rate, rate
        return _Price(least, most), self._rate(project, least), self._rate(project, most)

    def _cost(self, project: int) -> int:
        return self.costs[project] << self._purses.shift

    def _backers(self, project: int) -> Backers:
        """Who backs a project, by their purses."""
        if self.spending is not None:
            return self.spending.backers(project)
        backers = self._live[project]
        high = self._purses.high[backers.groups]
        if 2 * np.count_nonzero(high) < len(high):  # whoever has nothing left pays nothing
            backers = self._live[project] = backers.only(high > 0)
        return backers

    def _buy(self, project: int, paid: _Price) -> None:
        """Every backer pays the price, or all that is left if that is less."""
        purses = self._purses
        groups: NDArray[Any] = self.groups.backers[project].groups
        if self.spending is not None:
            self.spending, before, groups = self.spending.after(project)
            purses.low, purses.high = purses.low[before], purses.high[before]
        purses.low[groups] = np.maximum(purses.low[groups] - paid.most, 0)
        purses.high[groups] = np.maximum(purses.high[groups] - paid.least, 0)
        del self._bounds[project], self._rates[project]
        if self.spending is not None and self.spending.size * FEW > self.groups.size:
            own, self.spending = self.spending.of_group, None
            purses.low, purses.high = purses.low[own], purses.high[own]

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
