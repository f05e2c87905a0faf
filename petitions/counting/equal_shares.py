"""The method of equal shares: everyone decides on an equal part of the budget."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import cached_property
from math import gcd

from petitions.counting.bounded_shares import BoundedRun, CannotTell, Groups, Rates, Stage
from petitions.counting.counts import BudgetCount, Purchase
from petitions.counting.profiles import BudgetBallots, NotCountable

MOST_KEPT = 4_000_000
Backers = tuple[list[int], list[int], int]
Parting = list[tuple[int, bool]]


class _Crowd:
    """The voters, seen through the projects bought so far: two voters who back the same of these
    have spent the same. Which classes there are depends on the set bought alone, so it is worked
    out once for many runs."""

    def __init__(self, sets: Mapping[int, int], projects: int) -> None:
        self._sets = sets
        self._backers = [
            [(mask, count) for mask, count in sets.items() if mask >> project & 1]
            for project in range(projects)
        ]
        self._index: dict[int, dict[int, int]] = {}
        self._known: dict[tuple[int, int], Backers] = {}
        self._parted: dict[tuple[int, int], Parting] = {}
        self._kept = 0

    def backed(self, project: int) -> bool:
        return bool(self._backers[project])

    def classes(self, bought: int) -> dict[int, int]:
        """The number of each class, by the bought projects that it backs."""
        found = self._index.get(bought)
        if found is None:
            distinct = {mask & bought for mask in self._sets}
            found = self._index[bought] = {
                seen: at for at, seen in enumerate(sorted({0, *distinct}))
            }
            self._keep(len(found))
        return found

    def backers(self, project: int, bought: int) -> Backers:
        """The classes that back a project, and how many of each do."""
        found = self._known.get((project, bought))
        if found is None:
            index = self.classes(bought)
            counts: dict[int, int] = {}
            for mask, count in self._backers[project]:
                seen = mask & bought
                counts[seen] = counts.get(seen, 0) + count
            found = [index[seen] for seen in counts], list(counts.values()), sum(counts.values())
            self._known[project, bought] = found
            self._keep(2 * len(counts))
        return found

    def parting(self, bought: int, project: int) -> Parting:
        """When a project is bought: for each class then, the class before, and whether it pays."""
        found = self._parted.get((bought, project))
        if found is None:
            before, bit = self.classes(bought), 1 << project
            after = self.classes(bought | bit)
            found = [(before[seen & ~bit], bool(seen & bit)) for seen in after]
            self._parted[bought, project] = found
            self._keep(4 * len(found))
        return found

    def _keep(self, more: int) -> None:
        """What is kept is bounded; a run that needs it again works it out again."""
        self._kept += more
        if self._kept > MOST_KEPT:
            self._kept = 0
            for kept in (self._known, self._parted):
                kept.clear()
            self._index.clear()


class _Run:
    """One run at one share. Prices only rise as purses empty, so an old price is a lower bound and
    most projects need not be priced again at each stage."""

    def __init__(
        self, crowd: _Crowd, costs: list[int], rank: list[int], share: Fraction, over: int
    ) -> None:
        self._crowd = crowd
        self._over = over
        self._costs = costs
        self._rank = rank
        # What a voter of each class has left, in whole numbers over one shared scale.
        self._purses = [share.numerator]
        self._scale = share.denominator
        self._bought = 0
        self._bounds = {
            project: (Fraction(0), rank[project])
            for project, cost in enumerate(costs)
            if cost and crowd.backed(project)
        }

    def stages(self, before: list[Stage] | None = None) -> list[Stage]:
        """Every purchase. `before` is a run to compare with: rivals are priced far enough up to
        tell whether they could have come first in any share between the two."""
        found: list[Stage] = []
        while True:
            mark = before[len(found)].most if before and len(found) < len(before) else None
            stage = self._stage((Fraction(mark[0], self._over), mark[1]) if mark else None)
            if stage is None:
                return found
            found.append(stage)
            self._buy(stage.project, stage.price)

    def _stage(self, mark: tuple[Fraction, int] | None) -> Stage | None:
        bounds = self._bounds
        best: tuple[Fraction, int] | None = None
        chosen, paid = -1, Fraction(0)
        for project in sorted(bounds, key=bounds.__getitem__):
            if best and bounds[project] > best and (mark is None or bounds[project] > mark):
                break
            price = self._price(project)
            if price is None:
                del bounds[project]
                continue
            rate = bounds[project] = (price / self._costs[project], self._rank[project])
            if best is None or rate < best:
                best, chosen, paid = rate, project, price
        if best is None:
            return None
        rival = min((bounds[one] for one in bounds if one != chosen), default=None)
        over = self._over
        return Stage(
            *(chosen, (best[0] * over, best[1])),
            *(rival and (rival[0] * over, rival[1]), paid),
        )

    def _buy(self, project: int, price: Fraction) -> None:
        """Every backer pays the price, or all that is left if that is less."""
        factor = price.denominator // gcd(price.denominator, self._scale)
        purses = [left * factor for left in self._purses] if factor > 1 else self._purses
        self._scale *= factor
        whole = price.numerator * (self._scale // price.denominator)
        self._purses = [
            purses[before] if not pays else max(0, purses[before] - whole)
            for before, pays in self._crowd.parting(self._bought, project)
        ]
        self._bought |= 1 << project
        del self._bounds[project]

    def _price(self, project: int) -> Fraction | None:
        """The least `p` so that everyone who backs it pays p, or all they have, and it is paid
        for; None if all they have together is not enough."""
        classes, counts, everyone = self._crowd.backers(project, self._bought)
        lefts = list(map(self._purses.__getitem__, classes))
        cost = self._costs[project] * self._scale
        # Whoever has less than the price of an earlier stage is poor now: prices only rise.
        least = self._bounds[project][0] * self._costs[project] * self._scale
        equal, known_poor = -(-least.numerator // least.denominator), -1
        while True:
            poor = [(left, n) for left, n in zip(lefts, counts, strict=True) if left < equal]
            missing = cost - sum([left * n for left, n in poor])
            rich = everyone - sum([n for _, n in poor])
            if not rich:
                return None
            if len(poor) == known_poor:
                return Fraction(missing, rich * self._scale)
            known_poor, equal = len(poor), -(-missing // rich)


def _same_between(low: list[Stage], high: list[Stage]) -> bool:
    """Whether every share between these two buys the same, one after the other.

    While the purchases so far are the same, a larger share leaves nobody with less, so no price
    rises with the share. Then in between the project bought at each stage costs no more than at the
    low end and every other no less than at the high end; and what the high end cannot afford,
    nobody in between can."""
    if [stage.project for stage in low] != [stage.project for stage in high]:
        return False
    return all(
        above.rival is None or below.most < above.rival
        for below, above in zip(low, high, strict=True)
    )


class _Count:
    def __init__(self, ballots: BudgetBallots, rank: list[int]) -> None:
        self.ballots = ballots
        self.rank = rank
        self.costs = [project.cost for project in ballots.projects]
        self.groups = Groups(ballots.approvals)
        self.hints: list[dict[int, int]] = []
        self.rates = Rates(self.groups, self.costs)
        self.spending = self.groups.spending()
        self.start = Fraction(ballots.limit, max(1, ballots.approvals.ballots))
        backed = [one for one in range(len(self.costs)) if self.groups.backers[one].everyone]
        self.free = [one for one in backed if not self.costs[one]]
        self.backed = [one for one in backed if self.costs[one]]

    @cached_property
    def crowd(self) -> _Crowd:
        """Made only where bounds cannot tell: it takes as long as several runs."""
        return _Crowd(self.ballots.approvals.sets, len(self.costs))

    def share(self, steps: int) -> Fraction:
        return self.start + steps * self.ballots.unit

    def run(self, steps: int, before: list[Stage] | None = None) -> list[Stage]:
        """In bounds, and where they cannot tell, in exact numbers, which is slower."""
        share = self.share(steps)
        try:
            if self.spending.kept() > MOST_KEPT:
                self.spending = self.groups.spending()
            run = BoundedRun(
                *(self.groups, self.costs, self.rank, self.rates, share),
                hints=self.hints,
                spending=self.spending,
            )
            stages = run.stages(before)
        except CannotTell:
            return self._exact_run(share).stages(before)
        self.hints = run.prices
        return stages

    def priced(self, steps: int) -> list[Stage]:
        """The same with the exact price of each purchase."""
        share = self.share(steps)
        try:
            return BoundedRun(
                *(self.groups, self.costs, self.rank, self.rates, share), exact=True
            ).stages()
        except CannotTell:
            return self._exact_run(share).stages()

    def _exact_run(self, share: Fraction) -> _Run:
        return _Run(self.crowd, self.costs, self.rank, share, self.rates.scale)

    def cost(self, stages: list[Stage]) -> int:
        return sum(self.costs[stage.project] for stage in stages)

    def exhaustive(self, stages: list[Stage]) -> bool:
        """Whether no other project with any backer would still fit."""
        bought = {stage.project for stage in stages}
        left = self.ballots.limit - self.cost(stages)
        return all(self.costs[one] > left for one in self.backed if one not in bought)

    def increase(self) -> int:
        """Steps added one at a time until the first that would overspend, or nothing fits. Shares
        that are sure to buy the same as the one before are passed over, not tried."""
        steps, stages = 0, self.run(0)
        while not self.exhaustive(stages):
            after, stages_after = self._next_change(steps, stages)
            if self.cost(stages_after) > self.ballots.limit:
                return after - 1
            steps, stages = after, stages_after
        return steps

    def _next_change(self, steps: int, stages: list[Stage]) -> tuple[int, list[Stage]]:
        """A later step and its run, so that every step before it buys what this one does."""
        sure, leap = steps, 1
        ahead = self.run(sure + leap, stages)
        while _same_between(stages, ahead):
            sure, stages, leap = sure + leap, ahead, leap * 2
            ahead = self.run(sure + leap, stages)
        while leap > 1:  # between what is sure and what is ahead, look in the middle
            leap //= 2
            middle = self.run(sure + leap, stages)
            if _same_between(stages, middle):
                sure, stages = sure + leap, middle
            else:
                ahead = middle
        return sure + 1, ahead


def equal_shares(ballots: BudgetBallots, rank: list[int], *, increment: bool) -> BudgetCount:
    """Equal shares with cost as the measure of satisfaction. With `increment`, the completion that
    gives each voter one currency unit more at a time; without, what equal shares leave unspent
    stays unspent."""
    if ballots.points is not None:
        raise NotCountable(
            "Equal shares are counted from approvals, and these ballots give points."
        )
    count = _Count(ballots, rank)
    steps = count.increase() if increment else 0
    stages = count.priced(steps)
    votes = [one.everyone for one in count.groups.backers]
    left = ballots.limit
    purchases: list[Purchase] = []
    chosen = [*((free, Fraction(0)) for free in count.free)]
    chosen += [(stage.project, stage.price) for stage in stages]
    for project, price in chosen:
        left -= count.costs[project]
        after = Fraction(left, ballots.unit)
        each = price / ballots.unit
        purchases.append(Purchase(project, count.costs[project], votes[project], True, after, each))
    funded = tuple(project for project, _ in chosen)
    share = count.share(steps) / ballots.unit
    return BudgetCount(funded, tuple(purchases), ballots.limit - left, share, steps)
