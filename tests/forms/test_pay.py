"""Pay periods that have ended, and what pays come to a month."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms import a_month, pay_dates
from forms.pay import PAYS_ASKED


@pytest.mark.parametrize(
    ("period", "on", "days"),
    [
        # 22 November 2026 is a Sunday: its week has ended.
        ("week", "2026-11-22", ["2026-10-26", "2026-11-02", "2026-11-09", "2026-11-16"]),
        ("week", "2026-11-21", ["2026-10-19", "2026-10-26", "2026-11-02", "2026-11-09"]),
        ("two_weeks", "2026-11-22", ["2026-10-26", "2026-11-09"]),
        ("half_month", "2026-11-22", ["2026-10-16", "2026-11-01"]),
        ("half_month", "2026-11-15", ["2026-10-01", "2026-10-16"]),
        ("half_month", "2026-01-03", ["2025-12-01", "2025-12-16"]),
        ("month", "2026-01-31", ["2025-12-01"]),
        ("month", "2024-03-01", ["2024-02-01"]),
    ],
)
def test_pays_are_asked_for_periods_that_have_ended(period: str, on: str, days: list[str]) -> None:
    assert [day.isoformat() for day in pay_dates(period, date.fromisoformat(on))] == days


@given(st.dates(date(2020, 1, 1), date(2090, 1, 1)), st.sampled_from(sorted(PAYS_ASKED)))
def test_pay_days_are_in_order_and_in_the_past(on: date, period: str) -> None:
    days = pay_dates(period, on)
    assert list(days) == sorted(set(days))
    assert len(days) == PAYS_ASKED[period]
    assert all((on - day).days in range(62) for day in days)


@pytest.mark.parametrize(
    ("period", "amounts", "cents"),
    [
        # (410 + 385 + 0 + 520) / 4 = 328.75 a week; x 52/12 = 1,424.5833
        ("week", [41000, 38500, 0, 52000], 142458),
        ("two_weeks", [100000, 100000], 216667),
        ("half_month", [90000, 80000], 170000),
        ("month", [82000], 82000),
        ("year", [1200001], 100000),
        ("week", [], 0),
        # 1 cent a week is 4.333 cents a month; 3 cents every two weeks are exactly 6.5.
        ("week", [1], 4),
        ("two_weeks", [3], 7),
    ],
)
def test_pays_come_to_a_monthly_sum_to_the_cent(
    period: str, amounts: list[int], cents: int
) -> None:
    assert a_month(period, amounts) == cents
