"""Weekly figures by program, from appended rows; anything under ten is never told.

Only whole weeks are counted, and a week's figures do not change when the next one is told, so two
releases cannot be compared for what lies between. No total covers a hidden figure: what is summed
is what is shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from statistics import median
from typing import TYPE_CHECKING

from service import db

if TYPE_CHECKING:
    from service.referrals.clock import Calendar

FEWEST = 10
WEEK = timedelta(days=7)
WEEKS_SHOWN = 12
SENT, ACKNOWLEDGED, DECIDED, STARTED = "sent", "acknowledged", "decided", "started"
MEASURES = (STARTED, SENT, ACKNOWLEDGED, DECIDED)
# The first time a referral reached a state is what is counted: a person once, whatever follows.
FIRST_REACHED = """
select r.program, e.referral_id, min(e.at) as reached_at from referral_events e
join referrals r on r.id = e.referral_id
where e.state = ? and e.at < ? group by r.program, e.referral_id having min(e.at) >= ?
"""
SENT_SQL = """
select program, filed_at as reached_at from referrals where filed_at >= ? and filed_at < ?
"""
DECIDED_SQL = """
select r.program, r.filed_at, min(d.decided_at) as reached_at from decisions d
join referrals r on r.id = d.referral_id where d.decided_at < ?
group by r.id, r.program, r.filed_at having min(d.decided_at) >= ?
"""
STARTED_SQL = """
select day, program, count from daily_counts where measure = 'started' and day >= ? and day < ?
"""


@dataclass(frozen=True, slots=True)
class Figures:
    """One program's week. None stands for fewer than ten, none included."""

    started: int | None
    sent: int | None
    acknowledged: int | None
    decided: int | None
    median_days: int | None


@dataclass(frozen=True, slots=True)
class Week:
    """Monday's date and each program's figures; `started` of all forms, whatever was chosen."""

    monday: date
    started: int | None
    programs: Mapping[str, Figures]

    def shown_total(self, measure: str) -> int | None:
        """The sum of the figures that are shown; None where none is."""
        told = [getattr(each, measure) for each in self.programs.values()]
        shown = [value for value in told if value is not None]
        return sum(shown) if shown else None


def enough(count: int) -> int | None:
    """The count, where it is large enough to be told."""
    return count if count >= FEWEST else None


def last_whole_week(today: date) -> date:
    """The Monday of the last week that is over."""
    return today - timedelta(days=today.weekday()) - WEEK


async def weekly(
    calendar: Calendar, programs: Iterable[str], today: date, weeks: int = WEEKS_SHOWN
) -> list[Week]:
    """The last whole weeks, the newest first."""
    newest = last_whole_week(today)
    mondays = [newest - WEEK * back for back in range(weeks)]
    listed = list(programs)
    counts = await _counts(calendar, mondays[-1], newest + WEEK)
    return [_week(monday, listed, counts) for monday in mondays]


@dataclass(frozen=True, slots=True)
class _Counts:
    """Raw counts by (measure, Monday, program), and days to a decision by (Monday, program)."""

    by_measure: Mapping[tuple[str, date, str], int]
    days: Mapping[tuple[date, str], Sequence[int]]


def _week(monday: date, programs: Sequence[str], counts: _Counts) -> Week:
    def told(measure: str, program: str) -> int | None:
        return enough(counts.by_measure.get((measure, monday, program), 0))

    figures = {}
    for program in programs:
        days = counts.days.get((monday, program), ())
        figures[program] = Figures(
            told(STARTED, program),
            told(SENT, program),
            told(ACKNOWLEDGED, program),
            told(DECIDED, program),
            round(median(days)) if enough(len(days)) is not None else None,
        )
    return Week(monday, told(STARTED, ""), figures)


async def _counts(calendar: Calendar, first: date, end: date) -> _Counts:
    since, until = _midnight(calendar, first), _midnight(calendar, end)
    by_measure: dict[tuple[str, date, str], int] = {}
    days: dict[tuple[date, str], list[int]] = {}

    def count(measure: str, day: date, program: str, number: int = 1) -> None:
        key = (measure, day - timedelta(days=day.weekday()), program)
        by_measure[key] = by_measure.get(key, 0) + number

    for row in await db.fetch(STARTED_SQL, first, end):
        count(STARTED, row["day"], row["program"], row["count"])
    for row in await db.fetch(SENT_SQL, since, until):
        count(SENT, calendar.day_of(row["reached_at"]), row["program"])
    for row in await db.fetch(FIRST_REACHED, ACKNOWLEDGED, until, since):
        count(ACKNOWLEDGED, calendar.day_of(row["reached_at"]), row["program"])
    for row in await db.fetch(DECIDED_SQL, until, since):
        day = calendar.day_of(row["reached_at"])
        count(DECIDED, day, row["program"])
        took = (day - calendar.day_of(row["filed_at"])).days
        days.setdefault((day - timedelta(days=day.weekday()), row["program"]), []).append(took)
    return _Counts(by_measure, days)


def _midnight(calendar: Calendar, day: date) -> datetime:
    """The moment a day of the city begins."""
    return datetime.combine(day, time(), calendar.zone).astimezone(UTC)
