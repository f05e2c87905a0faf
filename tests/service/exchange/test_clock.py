"""Case clocks: exact at midnight, over weekends, holidays and the change of the hour."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.referrals.clock import Calendar, due_on

SEATTLE = Calendar(
    ZoneInfo("America/Los_Angeles"),
    frozenset({date(2026, 11, 26), date(2026, 11, 27), date(2026, 12, 25)}),
)
DAYS = st.dates(min_value=date(2026, 1, 1), max_value=date(2027, 12, 31))


@pytest.mark.parametrize(
    ("filed_at", "working_days", "due"),
    [
        # Sunday; Monday is day 1.
        (datetime(2026, 11, 22, 20, 0, tzinfo=UTC), 1, date(2026, 11, 23)),
        # Thanksgiving and the day after are skipped, and so is the weekend.
        (datetime(2026, 11, 22, 20, 0, tzinfo=UTC), 4, date(2026, 11, 30)),
        # 23:59 on Monday in Seattle is Tuesday in UTC, and still Monday's filing.
        (datetime(2026, 11, 24, 7, 59, tzinfo=UTC), 1, date(2026, 11, 24)),
        # One minute later it is Tuesday's.
        (datetime(2026, 11, 24, 8, 0, tzinfo=UTC), 1, date(2026, 11, 25)),
        # The night the clocks go back (1 November 2026, 2 a.m.): 00:30 is Sunday.
        (datetime(2026, 11, 1, 7, 30, tzinfo=UTC), 1, date(2026, 11, 2)),
        (datetime(2026, 11, 23, 20, 0, tzinfo=UTC), 0, date(2026, 11, 23)),
    ],
)
def test_the_due_day_counts_working_days_after_the_day_of_filing(
    filed_at: datetime, working_days: int, due: date
) -> None:
    assert due_on(SEATTLE, filed_at, working_days) == due


def test_a_city_says_which_days_are_its_weekend() -> None:
    """Friday and Saturday: filed on a Thursday, the first working day is the Sunday."""
    city = Calendar(ZoneInfo("UTC"), weekend=frozenset({4, 5}))
    assert due_on(city, datetime(2026, 11, 19, 9, 0, tzinfo=UTC), 1) == date(2026, 11, 22)


@given(DAYS, st.integers(min_value=1, max_value=60))
def test_an_answer_is_never_due_on_a_day_the_offices_are_shut(day: date, working_days: int) -> None:
    assert SEATTLE.is_working(SEATTLE.after(day, working_days))


@given(DAYS, st.integers(min_value=0, max_value=60))
def test_the_days_left_are_the_days_given(day: date, working_days: int) -> None:
    assert SEATTLE.between(day, SEATTLE.after(day, working_days)) == working_days


def test_a_clock_that_has_passed_counts_below_zero() -> None:
    assert SEATTLE.between(date(2026, 11, 24), date(2026, 11, 20)) == -2


def test_a_moment_without_a_zone_is_refused() -> None:
    naive = datetime(2026, 11, 22, tzinfo=UTC).replace(tzinfo=None)
    with pytest.raises(ValueError, match="time zone"):
        SEATTLE.day_of(naive)
