"""When an agency's answer is due: working days in the city's own calendar, never paused."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

SATURDAY, SUNDAY = 5, 6


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days a city's offices are shut, and the zone in which a day begins.

    `weekend` counts from Monday, 0. `until` is the last day whose holidays are known."""

    zone: ZoneInfo
    holidays: AbstractSet[date] = frozenset()
    weekend: AbstractSet[int] = frozenset({SATURDAY, SUNDAY})
    until: date | None = None

    def day_of(self, moment: datetime) -> date:
        """The city's date at a moment; an application at 11 p.m. belongs to that evening's day."""
        if moment.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return moment.astimezone(self.zone).date()

    def is_working(self, day: date) -> bool:
        """True outside the weekend and the holidays."""
        return day.weekday() not in self.weekend and day not in self.holidays

    def after(self, day: date, working_days: int) -> date:
        """The last day of a clock of `working_days`; the day of filing itself is not counted."""
        if working_days < 0:
            raise ValueError("a clock cannot run backwards")
        return _after(self, day, working_days)

    def between(self, day: date, due: date) -> int:
        """Working days still to come up to `due`; negative when it has passed."""
        step = 1 if due >= day else -1
        left = 0
        while day != due:
            day += timedelta(days=step)
            left += step * self.is_working(day)
        return left


@lru_cache(maxsize=256)
def _after(calendar: Calendar, day: date, working_days: int) -> date:
    """Most of one day's applications meet the same few clocks."""
    left = working_days
    while left:
        day += timedelta(days=1)
        left -= calendar.is_working(day)
    return day


def due_on(calendar: Calendar, filed_at: datetime, working_days: int) -> date:
    """The day an answer is due for a referral filed at that moment."""
    return calendar.after(calendar.day_of(filed_at), working_days)
