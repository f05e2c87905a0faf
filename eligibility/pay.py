"""Turns told pay into a month or a year, exactly, the way one program does."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

from eligibility.countable import Convention
from eligibility.expressions.scope import Conversion
from eligibility.household import Pay, Told
from eligibility.money import share
from eligibility.ratio import Exact, ratio
from eligibility.spans import OPEN, Number, Span, ends, greatest, hull, least, span

HALF = ratio(1, 2)
WINDOW_DAYS = 30


REMEMBERED = 1024


class Factors(dict[str | None, Number]):
    """The factor for each told period; None stands for a period that was not told."""

    __hash__ = object.__hash__  # type: ignore[assignment]  # one table is not another

    def __eq__(self, other: object) -> bool:
        return self is other


def factors(conversion: Conversion, period: str) -> Factors:
    """The factors of a conversion."""
    times = 12 if period == "year" else 1
    found = Factors()
    for told, written in conversion:
        values = [share(text) * times for text in written]
        found[told] = span(min(values), max(values))
    lows, highs = zip(*(ends(value) for value in found.values()), strict=True)
    found[None] = span(min(lows), max(highs))
    return found


def turn(told: Told, table: Factors) -> Number:
    """Told money in the period of the table."""
    amount, factor = told.amount, table[told.period]
    if type(amount) is Span and type(factor) is Span:
        turned: Number = _turned(amount.low, amount.high, table, told.period)
        return turned
    return amount * factor


@lru_cache(REMEMBERED)
def _turned(low: Exact, high: Exact, table: Factors, period: str | None) -> Number:
    """The same of what is hardly known: most often the bounds of what can be told at all."""
    product: Number = Span(low, high) * table[period]
    return product


class Counter:
    """Counts one income by one convention."""

    def __init__(self, convention: Convention) -> None:
        self.convention = convention
        self.table = factors(convention.conversion, convention.period)
        margin = share(convention.steady_margin)
        self.margin = span(1 - margin, 1 + margin)

    def count(self, pay: Pay, on: date) -> Number:
        """What this income adds, as an interval where it is not told exactly."""
        value = self._windowed(pay, on)
        if self.convention.losses == "zero":
            value = greatest(0, value)
        return value

    def _windowed(self, pay: Pay, on: date) -> Number:
        window = self.convention.window
        if window == "last_30_days" and pay.told and len(pay.dates) == len(pay.amounts):
            first = on - timedelta(days=WINDOW_DAYS)
            recent = [
                amount
                for amount, day in zip(pay.amounts, pay.dates, strict=True)
                if first < day <= on
            ]
            if recent:
                total: Number = 0
                for amount in recent:
                    total = total + self._costs(pay, amount)
                return total
        if window == "past_year" and pay.period != "year":
            if not pay.steady:
                return span(-OPEN if pay.self_employed is not False else 0, OPEN)
            return self._average(pay) * self.margin
        return self._average(pay)

    def _average(self, pay: Pay) -> Number:
        total: Number = 0
        for amount in pay.amounts:
            total = total + amount
        mean = total * ratio(1, len(pay.amounts))
        return self._costs(pay, mean) * self.table[pay.period]

    def _costs(self, pay: Pay, amount: Number) -> Number:
        """The amount after what this program takes off for the costs of own work."""
        if pay.self_employed is False:
            return amount
        own = self._own_work(pay, amount)
        return own if pay.self_employed else hull(amount, own)

    def _own_work(self, pay: Pay, amount: Number) -> Number:
        half = self.convention.self_employment == "half_or_actual"
        after = self._half_of_net(pay, amount) if half else amount
        if pay.after_costs:
            return after
        before: Number = amount - pay.costs
        if half:
            # 50 % of gross or the real costs, whichever takes off more (WAC 388-450-0085).
            before = least(amount * HALF, before)
        return before if pay.after_costs is False else hull(after, before)

    def _half_of_net(self, pay: Pay, net: Number) -> Number:
        """Told after costs: gross is net and costs together; without the costs, half of net
        is the least that could count, and all of it the most."""
        low, high = ends(pay.costs)
        if low == high:
            return least((net + low) * HALF, net)
        return hull(least(net * HALF, net), net)
