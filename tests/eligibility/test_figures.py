"""Dated figures: which row counts on which day, what a table gives, and how sure that is."""

from __future__ import annotations

from datetime import date

import pytest

from eligibility.dates import MonthDay
from eligibility.documents import Place
from eligibility.expressions.tree import Type
from eligibility.parameters import (
    ANYTHING,
    MAX_SIZE,
    NoValue,
    Parameter,
    Reading,
    Row,
    SizeTable,
    Source,
    read_figure,
)
from eligibility.spans import OPEN, Span, ends

HERE = Place("line.yaml", 1, 1)
LAW = Source("A law", "https://example.org/law")


def row(
    since: str, value: int | SizeTable | None, review_by: str | None = None, confidence: str = "A"
) -> Row:
    by = None if review_by is None else date.fromisoformat(review_by)
    return Row(date.fromisoformat(since), since[:4], by, LAW, confidence, value, HERE)


def figure(*rows: Row) -> Parameter:
    by_size = isinstance(rows[0].value, SizeTable)
    return Parameter("line", "A line", Type("number", "money"), by_size, rows, HERE, {})


def reading(*rows: Row) -> Reading:
    return Reading(figure(*rows), rows, rows[-1].since, False)


TWO = SizeTable((100, 150), 40)
ENDS = SizeTable((100, 150), None)


@pytest.mark.parametrize(
    ("table", "size", "value"),
    [
        (TWO, 1, 100),
        (TWO, 2, 150),
        (TWO, 3, 190),
        (TWO, 5, 270),
        (TWO, 0, (0, OPEN)),
        (ENDS, 2, 150),
        (ENDS, 3, (0, OPEN)),
        (ENDS, 0, (0, OPEN)),
    ],
)
def test_a_table_gives_its_row_and_beyond_it_what_each_person_adds(
    table: SizeTable, size: int, value: object
) -> None:
    found = table.at(size)
    assert (found if isinstance(value, int) else ends(found)) == value


PRICE = figure(row("2025-01-01", 1), row("2026-03-01", 2), row("2027-01-01", 3))


@pytest.mark.parametrize(
    ("day", "value"),
    [
        ("2025-01-01", 1),
        ("2026-02-28", 1),
        ("2026-03-01", 2),
        ("2026-12-31", 2),
        ("2027-01-01", 3),
        ("2099-01-01", 3),
    ],
)
def test_a_row_is_in_force_from_its_first_day_to_the_next_ones(day: str, value: int) -> None:
    assert PRICE.row_on(date.fromisoformat(day)).value == value


def test_a_day_before_the_first_row_says_which_figure_and_which_day() -> None:
    with pytest.raises(NoValue, match="line has no value on 2024-12-31") as missing:
        PRICE.row_on(date(2024, 12, 31))
    assert (missing.value.parameter, missing.value.on) == ("line", date(2024, 12, 31))


@pytest.mark.parametrize(
    ("rows", "single", "uncertain", "confidence"),
    [
        ([row("2025-01-01", 5)], (5, 5), False, "A"),
        ([row("2025-01-01", 5, confidence="B")], (5, 5), False, "B"),
        ([row("2025-01-01", 5, confidence="C")], (0, OPEN), True, "C"),
        ([row("2025-01-01", None)], (0, OPEN), True, "A"),
        ([row("2025-01-01", TWO)], (0, OPEN), False, "A"),
        ([row("2025-01-01", 7), row("2026-01-01", 5)], (5, 7), True, "A"),
        ([row("2025-01-01", 5), row("2026-01-01", 7, confidence="B")], (5, 7), True, "B"),
        ([row("2025-01-01", None), row("2026-01-01", 7)], (0, OPEN), True, "A"),
    ],
)
def test_a_single_value_is_as_sure_as_the_least_sure_of_its_rows(
    rows: list[Row], single: object, uncertain: bool, confidence: str
) -> None:
    read = reading(*rows)
    assert (ends(read.single), read.uncertain) == (single, uncertain)
    assert read.confidence == confidence


@pytest.mark.parametrize(
    ("rows", "size", "value"),
    [
        ([row("2025-01-01", TWO)], 2, (150, 150)),
        ([row("2025-01-01", TWO)], Span(1, 3), (100, 190)),
        ([row("2025-01-01", TWO)], Span(2, 40), (150, 1670)),
        ([row("2025-01-01", TWO)], Span(58, 900), (2390, 150 + (MAX_SIZE - 2) * 40)),
        ([row("2025-01-01", TWO)], Span(MAX_SIZE + 1, 900), (0, OPEN)),
        ([row("2025-01-01", TWO)], Span(0, 2), (0, OPEN)),
        ([row("2025-01-01", TWO), row("2026-01-01", SizeTable((90,), 70))], 2, (150, 160)),
        ([row("2025-01-01", TWO), row("2026-01-01", None)], 2, (0, OPEN)),
        ([row("2025-01-01", TWO, confidence="C")], 2, (0, OPEN)),
        ([row("2025-01-01", 5)], 2, (0, OPEN)),
    ],
)
def test_a_table_read_at_a_range_lies_between_all_its_sizes(
    rows: list[Row], size: int | Span, value: object
) -> None:
    read = reading(*rows)
    assert ends(read.at(size)) == value
    assert ends(read.at(size)) == value, "the same when it is remembered"


APRIL, JANUARY = (4, 1), (1, 1)


@pytest.mark.parametrize(
    ("takes_over", "day", "values", "since", "stale"),
    [
        ((), "2026-02-28", [1], "2025-01-01", False),
        ((), "2026-03-01", [2], "2026-03-01", False),
        ((), "2026-05-31", [2], "2026-03-01", False),
        ((), "2026-06-01", [2], "2026-03-01", True),
        ((APRIL,), "2026-03-31", [1], "2025-04-01", False),
        ((APRIL,), "2026-04-01", [2], "2026-04-01", False),
        ((APRIL,), "2026-06-01", [2], "2026-04-01", False),
        ((APRIL,), "2027-03-31", [2], "2026-04-01", False),
        ((JANUARY,), "2026-12-31", [1], "2025-01-01", False),
        ((JANUARY, APRIL), "2026-03-31", [1], "2025-01-01", False),
        ((JANUARY, APRIL), "2026-04-01", [1, 2], "2026-04-01", False),
        ((APRIL, JANUARY), "2026-12-31", [1, 2], "2026-04-01", False),
        ((JANUARY, APRIL), "2027-01-01", [2, 3], "2027-01-01", True),
    ],
)
def test_a_program_reads_the_figure_of_the_day_it_took_over_last(
    takes_over: tuple[MonthDay, ...], day: str, values: list[int], since: str, stale: bool
) -> None:
    two = row("2026-03-01", 2, review_by="2026-06-01")
    three = row("2027-01-01", 3, review_by="2027-01-01")
    parameter = figure(row("2025-01-01", 1), two, three)
    read = read_figure(parameter, takes_over, date.fromisoformat(day))
    assert [one.value for one in read.rows] == values
    assert (read.since.isoformat(), read.stale) == (since, stale)
    assert read.parameter is parameter


def test_a_program_that_takes_over_before_the_first_row_has_no_value() -> None:
    with pytest.raises(NoValue):
        read_figure(PRICE, (APRIL,), date(2025, 3, 31))


def test_a_reason_shows_the_newest_row_and_its_source() -> None:
    rows = (row("2025-01-01", 1, confidence="B"), row("2026-03-01", 2))
    read = Reading(figure(*rows), rows, date(2026, 4, 1), True)
    source = {"title": "A law", "url": "https://example.org/law"}
    assert tuple(read.shown) == ("line", "2026", date(2026, 4, 1), True, "B", source)
    assert ends(ANYTHING) == (0, OPEN)
