"""Days, ages and take-over dates, with birth dates that may be known only in part."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

from eligibility.spans import Number, span

MonthDay = tuple[int, int]
Birth = tuple[date, date]
"""The earliest and the latest day the person can have been born."""


def month_day(text: str) -> MonthDay:
    """`04-01` as (4, 1). Raises ValueError for a day no common year has."""
    parts = text.split("-")
    if len(parts) != 2 or not all(len(part) == 2 and part.isdigit() for part in parts):
        raise ValueError(text)
    day = date(2001, int(parts[0]), int(parts[1]))
    return day.month, day.day


def last(on: date, at: MonthDay) -> date:
    """The latest such day that is not after `on`."""
    day = date(on.year, *at)
    return day if day <= on else date(on.year - 1, *at)


def next_one(on: date, at: MonthDay) -> date:
    """The first such day that is not before `on`."""
    day = date(on.year, *at)
    return day if day >= on else date(on.year + 1, *at)


def months_between(born: date, on: date) -> int:
    """Whole months of age. Someone born on the 31st turns a month older on a month's last day."""
    months = (on.year - born.year) * 12 + on.month - born.month
    if on.day >= born.day:
        return months
    return months - 1 if on.day < monthrange(on.year, on.month)[1] else months


def years_between(born: date, on: date) -> int:
    """Whole years of age. A birthday on 29 February is kept on 1 March in common years."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def is_exact(birth: Birth) -> bool:
    """Whether the day itself is known."""
    return birth[0] == birth[1]


def age_years(birth: Birth, on: date) -> Number:
    """Age in whole years, an interval where the birth date is known only in part."""
    oldest = max(0, years_between(birth[0], on))
    return oldest if is_exact(birth) else span(max(0, years_between(birth[1], on)), oldest)


def age_months(birth: Birth, on: date) -> Number:
    """Age in whole months, an interval where the birth date is known only in part."""
    oldest = max(0, months_between(birth[0], on))
    return oldest if is_exact(birth) else span(max(0, months_between(birth[1], on)), oldest)


def months_before(on: date, months: int) -> date:
    """The same day so many months earlier, or that month's last day."""
    total = on.year * 12 + on.month - 1 - months
    year, month = total // 12, total % 12 + 1
    return date(year, month, min(on.day, monthrange(year, month)[1]))


def birth_from_months(months_low: int, months_high: int, on: date) -> Birth:
    """The birth dates of someone so many whole months old on a day."""
    earliest = months_before(on, months_high + 1) + timedelta(days=1)
    return earliest, max(earliest, months_before(on, months_low))
