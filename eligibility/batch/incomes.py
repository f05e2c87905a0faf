"""Counts every income of a block by one program's convention; the columns twin of `pay`."""

from __future__ import annotations

from datetime import timedelta
from functools import cached_property
from typing import Any

import numpy as np

from eligibility.batch.arrays import UNKNOWN, Array, Groups, filled
from eligibility.batch.block import Block, by_period
from eligibility.batch.population import PERIOD_CODES
from eligibility.batch.values import (
    Numbers,
    constant,
    greatest_of,
    hull_of,
    least_of,
    where,
    whole,
)
from eligibility.countable import Convention
from eligibility.expressions.scope import Conversion
from eligibility.money import share
from eligibility.pay import HALF, WINDOW_DAYS
from eligibility.spans import OPEN

ZERO = constant(0, 0)
YEAR = PERIOD_CODES["year"]


class IncomeCounter:
    """What each income adds, for one convention after another."""

    def __init__(self, block: Block) -> None:
        self.block = block
        self.table = block.frames.incomes
        self.columns = block.population.incomes
        self._means: dict[str, Numbers] = {}
        self._averages: dict[tuple[str, Conversion, str], Numbers] = {}

    def count(self, convention: Convention) -> Numbers:
        """What each income adds, as an interval where it is not told exactly."""
        value = self._windowed(convention)
        return greatest_of(ZERO, value) if convention.losses == "zero" else value

    def _windowed(self, convention: Convention) -> Numbers:
        if convention.window == "last_30_days":
            return self._recent(convention)
        if convention.window == "past_year":
            return self._past_year(convention)
        return self._average(convention)

    def _average(self, convention: Convention) -> Numbers:
        key = convention.self_employment, convention.conversion, convention.period
        found = self._averages.get(key)
        if found is None:
            mean = self._means.get(convention.self_employment)
            if mean is None:
                mean = self._after_costs(convention, self.mean, None)
                self._means[convention.self_employment] = mean
            factor = by_period(self.period, convention.conversion, convention.period)
            found = self._averages[key] = mean * factor
        return found

    def _past_year(self, convention: Convention) -> Numbers:
        margin = share(convention.steady_margin)
        value = self._average(convention) * constant(1 - margin, 1 + margin)
        steady = (self.steady == 1) | (self.period == YEAR)
        rows = len(self.table)
        by_year = self.period == YEAR
        value = where(filled(by_year, rows), self._average(convention), value)
        unknown = Numbers(
            np.where(self.own_work != 0, -OPEN, 0), filled(OPEN, rows), 1, -OPEN, OPEN
        )
        return where(filled(steady, rows), value, unknown)

    def _recent(self, convention: Convention) -> Numbers:
        """The last 30 days where every pay has its date and one lies in them."""
        value = self._average(convention)
        dated = self.columns.get("dated")
        if dated is None or not dated.any():
            return value
        on = self.block.on
        first, last = (on - timedelta(days=WINDOW_DAYS)).toordinal(), on.toordinal()
        days, counts = self.block.population.pays["date"], self.pay_counts
        recent = (days > first) & (days <= last) & np.repeat(dated, counts)
        use = self.pay_groups.any(recent)
        if not use.any():
            return value
        each = self._after_costs(
            convention, self.each_pay, np.repeat(np.arange(len(counts)), counts)
        )
        total = self._summed(where(recent, each, ZERO))
        source = self.table.source
        total = total if source is None else total.take(np.maximum(source, 0))
        return where(self.table.spread(use, False), total, value)

    def _summed(self, numbers: Numbers) -> Numbers:
        """The sum of each income's pays."""
        groups = self.pay_groups
        bounds = min(0, numbers.least) * groups.longest, max(0, numbers.most) * groups.longest
        given = numbers.room(max(map(abs, bounds)))
        low = groups.total(filled(given.low, groups.rows))
        high = low if given.single else groups.total(filled(given.high, groups.rows))
        return Numbers(low, high, given.under, *bounds)

    @cached_property
    def pay_groups(self) -> Groups:
        return Groups(self.pay_counts)

    @cached_property
    def pay_counts(self) -> Array:
        return np.diff(self.block.population.pays_at)

    @cached_property
    def each_pay(self) -> Numbers:
        pays = self.block.population.pays
        low = pays["low"].astype(np.int64, copy=False)
        if "high" not in pays:
            return whole(low)
        high = pays["high"].astype(np.int64, copy=False)
        return whole(low) if (low == high).all() else whole(low, high)

    @cached_property
    def mean(self) -> Numbers:
        """The mean of each income's pays, over one denominator for all."""
        counts = self.pay_counts
        total = self._summed(self.each_pay)
        under = int(np.lcm.reduce(np.unique(counts))) if len(counts) else 1
        total = total * whole(under // np.maximum(counts, 1))
        mean = Numbers(total.low, total.high, under, total.least, total.most)
        if self.table.source is None:
            return mean
        least, most = self.block.vocabulary.of("income")["amount"].bounds or (0, 0)
        low, high = (
            self.table.spread(filled(end, len(counts)), bound * under)
            for end, bound in ((mean.low, least), (mean.high, most))
        )
        return Numbers(
            low, high, under, min(mean.least, least * under), max(mean.most, most * under)
        )

    @cached_property
    def period(self) -> Array:
        return self._column("period")

    @cached_property
    def steady(self) -> Array:
        return self._column("steady")

    @cached_property
    def after_costs(self) -> Array:
        return self._column("after_costs")

    @cached_property
    def own_work(self) -> Array:
        """Whether each income is from own work: 1, 0, or -1 where its kind is not known."""
        kind = self._column("kind")
        code = self.block.words.code("self_employment")
        return np.where(kind == UNKNOWN, UNKNOWN, (kind == code).astype(np.int8))

    @cached_property
    def costs(self) -> Numbers:
        found: Numbers = self.block.fact("income.costs")
        rows = len(self.table)
        return Numbers(
            filled(found.low, rows), filled(found.high, rows), 1, found.least, found.most
        )

    def _column(self, name: str) -> Array:
        column = self.columns.get(name)
        if column is None:
            return np.full(len(self.table), UNKNOWN, np.int8)
        return self.table.spread(column, UNKNOWN)

    def _after_costs(
        self, convention: Convention, amount: Numbers, incomes: Array | None
    ) -> Numbers:
        """Amounts after what the program takes off for own work. `incomes` says whose pay each
        row is, where rows are pays and not incomes."""
        rows_of = self._rows_of(incomes)
        own = self.own_work.take(rows_of)
        some = np.flatnonzero(own != 0)
        if not len(some):
            return amount
        worked = _OwnWork(self, rows_of[some]).amount(convention, amount.take(some))
        worked = where(own[some] == 1, worked, hull_of(amount.take(some), worked))
        return _replaced(amount, some, worked, len(own))

    def _rows_of(self, incomes: Array | None) -> Array:
        """Rows of the table of incomes, where a stand-in never has pays of its own."""
        if incomes is None:
            return np.arange(len(self.table))
        if self.table.source is None:
            return incomes
        described = np.flatnonzero(self.table.source >= 0)
        return described[incomes]


def _replaced(numbers: Numbers, rows: Array, others: Numbers, count: int) -> Numbers:
    """The numbers with other ones in some rows."""
    test = np.zeros(count, np.bool_)
    test[rows] = True
    place = np.zeros(count, np.int64)
    place[rows] = np.arange(len(rows))
    return where(test, others.take(place), numbers)


class _OwnWork:
    """What is left of money from own work, for some incomes."""

    def __init__(self, counter: IncomeCounter, incomes: Array) -> None:
        self.costs = counter.costs.take(incomes)
        after = counter.after_costs.take(incomes)
        self.told_after: Array = after == 1
        self.told_before: Array = after == 0

    def amount(self, convention: Convention, amount: Numbers) -> Numbers:
        half = convention.self_employment == "half_or_actual"
        after = self._half_of_net(amount) if half else amount
        before = amount - self.costs
        if half:
            before = least_of(amount.scaled(HALF), before)
        unknown = hull_of(after, before)
        return where(self.told_after, after, where(self.told_before, before, unknown))

    def _half_of_net(self, net: Numbers) -> Numbers:
        """Told after costs: the columns twin of the scalar rule."""
        costs: Any = self.costs
        exact = costs.low == costs.high
        point = Numbers(costs.low, costs.low, 1, costs.least, costs.most)
        known = least_of((net + point).scaled(HALF), net)
        open_ = hull_of(least_of(net.scaled(HALF), net), net)
        return where(exact, known, open_)
