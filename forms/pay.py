"""Pay as it is told: the days of the last few pays, and what they come to a month."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction

PAYS_ASKED = {"week": 4, "two_weeks": 2, "half_month": 2, "month": 1}
"""How many pays cover about the last thirty days."""

A_MONTH = {
    "week": Fraction(52, 12),
    "two_weeks": Fraction(26, 12),
    "half_month": Fraction(2),
    "month": Fraction(1),
    "year": Fraction(1, 12),
}


def pay_dates(period: str, on: date) -> tuple[date, ...]:
    """The first day of each of the last pay periods that have ended, oldest first."""
    match period:
        case "week" | "two_weeks":
            weeks = 1 if period == "week" else 2
            # The latest Monday whose week, or two weeks, is over by `on`.
            last = on - timedelta(days=7 * weeks - 1)
            monday = last - timedelta(days=last.weekday())
            count = PAYS_ASKED[period]
            return tuple(monday - timedelta(weeks=weeks * n) for n in reversed(range(count)))
        case "half_month":
            this = date(on.year, on.month, 1)
            before = (this - timedelta(days=1)).replace(day=1)
            if on.day >= 16:
                return before.replace(day=16), this
            return before, before.replace(day=16)
        case _:
            return ((date(on.year, on.month, 1) - timedelta(days=1)).replace(day=1),)


def a_month(period: str, amounts: Sequence[int]) -> int:
    """What pays of one period come to a month, in cents, half a cent up.

    The average pay times how many there are in a twelfth of a year. This is for showing
    the resident a sum; each program converts pay its own way.
    """
    if not amounts:
        return 0
    exact = Fraction(sum(amounts), len(amounts)) * A_MONTH[period]
    return (2 * exact.numerator + exact.denominator) // (2 * exact.denominator)
