"""A file of decisions as an office's spreadsheet really saves it, read into rows to be checked."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from forms import grammars
from forms.grammars import Refused
from service.referrals.csv_files import (
    DECISION_COLUMNS,
    FORMULA_STARTS,
    LONGEST_CELL,
    MOST_ROWS,
    CsvError,
    safe_cell,
)

# Dollars are for people; cents under `amount`, as machines send them, are taken as well.
DOLLARS = "dollars"
COLUMNS = ("id", "version", "outcome", "reason", "text", "effective_on", DOLLARS)
CASE = ("id", "version", "reference", "name", "program", "due_on")
KNOWN = frozenset({*COLUMNS, *DECISION_COLUMNS})
NEEDED = ("id", "version", "outcome")
# A row with none of these is a case that was left undecided.
DECIDED = KNOWN - {"id", "version"}
MARKS = (",", ";", "\t")
WORKBOOK = b"PK\x03\x04"
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
# A spreadsheet writes a day its own way as soon as the file is opened and saved.
SHEET_DAY = re.compile(r"([0-9]{1,4})[-/.]([0-9]{1,2})[-/.]([0-9]{4})", re.ASCII)
WHOLE = re.compile(r"([0-9]{1,15})(?:[.,]0+)?", re.ASCII)
OLDEST = 2020


@dataclass(frozen=True, slots=True)
class Row:
    """One decision: the row it has in the spreadsheet, what the interface would be sent, and a
    problem that is known without looking at the case."""

    number: int
    cells: Mapping[str, Any]
    problem: tuple[str, str] | None = None


class _Unread(Exception):
    """A cell that cannot be read; the argument is its column."""


@dataclass(frozen=True, slots=True)
class FileRead:
    """All rows, and the columns that were not looked at."""

    rows: Sequence[Row]
    unread: Sequence[str]


def to_fill_in(cases: Iterable[Sequence[Any]]) -> str:
    """A sheet of cases in which only the decisions are missing."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([*CASE, *COLUMNS[2:]])
    writer.writerows([safe_cell(cell) for cell in case] + [""] * 5 for case in cases)
    return out.getvalue()


def decoded(body: bytes) -> str:
    """The text of a saved file. Raises CsvError for what is none."""
    if body.startswith(WORKBOOK):
        raise CsvError("workbook", "This is a workbook.")
    try:
        text = body.decode("utf-16" if body.startswith(UTF_16) else "utf-8-sig")
    except UnicodeDecodeError:
        text = _older(body)
    if "\x00" in text:
        raise CsvError("not_text", "This is no text.")
    return text


def _older(body: bytes) -> str:
    """What Windows programs save when they are not asked for UTF-8."""
    try:
        return body.decode("cp1252")
    except UnicodeDecodeError:
        raise CsvError("not_text", "This is no text.") from None


def read_file(text: str, order: Sequence[str], latest: date) -> FileRead:
    """The rows of a file. `order` is how this city writes day, month and year.

    Raises CsvError where it is no table of decisions; a row that will not do says so itself.
    """
    lines = _lines(text)
    if not lines:
        raise CsvError("empty", "This file has no rows.")
    (_first, head), *body = lines
    names = ["_".join(cell.lower().split()) for cell in head]
    missing = [name for name in NEEDED if name not in names]
    if missing:
        raise CsvError("missing_columns", ", ".join(missing))
    twice = {name for name in names if name in KNOWN and names.count(name) > 1}
    if twice:
        raise CsvError("columns_twice", ", ".join(sorted(twice)))
    if len(body) > MOST_ROWS:
        raise CsvError("too_many_rows", f"At most {MOST_ROWS}.")
    read = [_row(number, names, line, order, latest) for number, line in body]
    rows = [row for row in read if row.problem or set(row.cells) & DECIDED]
    unread = [
        cell
        for cell, name in zip(head, names, strict=True)
        if cell and name not in KNOWN and name not in CASE
    ]
    return FileRead(list(_twice(rows)), unread)


def _lines(text: str) -> list[tuple[int, list[str]]]:
    """Each row that has something in it, with the number it has in a spreadsheet."""
    first, _, rest = text.partition("\n")
    if first.strip().lower().startswith("sep="):
        text = rest
        first = rest.partition("\n")[0]
    mark = max(MARKS, key=first.count)
    table = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True)
    try:
        lines = [(number, [c.strip() for c in line]) for number, line in enumerate(table, 1)]
    except csv.Error:
        raise CsvError("not_csv", "This file is not a CSV table.") from None
    return [(number, line) for number, line in lines if any(line)]


def _row(
    number: int, names: Sequence[str], line: Sequence[str], order: Sequence[str], latest: date
) -> Row:
    cells: dict[str, Any] = {}
    if any(line[len(names) :]):
        return Row(number, {}, ("more_cells", ""))
    for name, cell in zip(names, line, strict=False):
        # Files we made come back with the mark that kept them from running.
        value = cell.removeprefix("'") if cell[1:].startswith(FORMULA_STARTS) else cell
        if value and name in KNOWN:
            cells[name] = value[:LONGEST_CELL]
    try:
        return Row(number, _meant(cells, order, latest))
    except _Unread as unread:
        return Row(number, cells, ("unread", str(unread)))


def _meant(cells: dict[str, Any], order: Sequence[str], latest: date) -> dict[str, Any]:
    """What the interface would be sent for what a spreadsheet holds. Raises _Unread."""
    meant = dict(cells)
    if "outcome" in meant:
        meant["outcome"] = meant["outcome"].lower()
    for name in ("version", "amount"):
        if name in meant and (whole := WHOLE.fullmatch(meant[name])):
            meant[name] = int(whole[1])
    if day := SHEET_DAY.fullmatch(str(meant.get("effective_on", ""))):
        parts = dict(zip(order, day.groups(), strict=True))
        try:
            told = grammars.day(
                parts["year"], parts["month"], parts["day"], oldest=OLDEST, latest=latest
            )
        except (KeyError, Refused):
            raise _Unread("effective_on") from None
        meant["effective_on"] = told
    if (dollars := meant.pop(DOLLARS, None)) is not None:
        if "amount" in meant:
            raise _Unread(DOLLARS)
        meant["amount"] = _cents(dollars)
    return meant


def _cents(dollars: str) -> int:
    try:
        return grammars.money(dollars, "en")
    except Refused:
        raise _Unread(DOLLARS) from None


def _twice(rows: Sequence[Row]) -> Iterator[Row]:
    """A case that is there again: the same decision counts once, two different ones not at all."""
    seen: dict[str, list[Row]] = {}
    for row in rows:
        seen.setdefault(str(row.cells.get("id", "")).lower(), []).append(row)
    for row in rows:
        alike = seen[str(row.cells.get("id", "")).lower()]
        if row.problem is None and any(other.cells != row.cells for other in alike):
            yield Row(row.number, row.cells, ("twice", str(alike[0].number)))
        elif row.problem is None and alike[0] is not row:
            yield Row(row.number, row.cells, ("again", str(alike[0].number)))
        else:
            yield row
