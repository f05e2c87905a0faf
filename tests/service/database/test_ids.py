"""Ids sort by the moment they were made, and within it by what came first."""

from __future__ import annotations

import time
from datetime import timedelta
from itertools import pairwise

import pytest

from service.ids import earliest_id, time_ordered_id


def test_what_is_made_later_sorts_later_also_within_a_millisecond() -> None:
    made = [time_ordered_id() for _ in range(5000)]
    assert len({each.int >> 80 for each in made}) < len(made)
    assert all(one < next_ for one, next_ in pairwise(made))


def test_a_clock_that_is_set_back_makes_no_id_sort_before_an_earlier_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = time_ordered_id()
    hour_ago = time.time_ns() - 3600 * 10**9
    monkeypatch.setattr(time, "time_ns", lambda: hour_ago)
    assert time_ordered_id() > before


def test_it_is_a_version_7_uuid_of_the_millisecond_it_was_made_in() -> None:
    earliest = time.time_ns() // 1_000_000
    made = time_ordered_id()
    assert (made.version, made.variant) == (7, "specified in RFC 4122")
    assert made.int >> 80 >= earliest
    assert made.int >> 80 <= time.time_ns() // 1_000_000


def test_the_earliest_id_of_a_moment_sorts_before_all_that_are_made_in_it() -> None:
    made = time_ordered_id()
    assert earliest_id(timedelta(0), made) <= made
    second = earliest_id(timedelta(seconds=1), made)
    assert (made.int >> 80) - (second.int >> 80) == 1000
