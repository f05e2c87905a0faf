"""Cases out and decisions in as CSV, for agencies that work with spreadsheets."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

# What a spreadsheet would run: also in full width, and behind a tab or line break.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
CASE_COLUMNS = (
    "id",
    "version",
    "program",
    "reference",
    "state",
    "filed_at",
    "due_on",
    "language",
)
DECISION_COLUMNS = ("id", "version", "outcome", "reason", "text", "effective_on", "amount")
NUMBERS = frozenset({"version", "amount"})
MOST_ROWS = 1000
LONGEST_CELL = 32_000


class CsvError(ValueError):
    """A file that is not a table of decisions: a code and a sentence."""

    def __init__(self, code: str, words: str) -> None:
        super().__init__(words)
        self.code = code


def render_cases(cases: Iterable[Mapping[str, Any]]) -> str:
    """One row a case: the columns every case has, then each granted answer under its path."""
    rows = [_flat_case(case) for case in cases]
    columns = dict.fromkeys(CASE_COLUMNS)
    for row in rows:
        columns.update(dict.fromkeys(row))
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([safe_cell(row.get(column)) for column in columns] for row in rows)
    return out.getvalue()


def safe_cell(value: Any) -> str:
    """Text that a spreadsheet shows and never runs."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return str(value)
    text = str(value)
    # Leading blanks hide a formula from a reader and not from every spreadsheet.
    return "'" + text if text.lstrip(" \u00a0").startswith(FORMULA_STARTS) else text


def parse_decisions(text: str) -> list[dict[str, Any]]:
    """The rows of a decision file as the interface's JSON rows; blank cells are left out.

    Raises CsvError when the file is no table; a row that will not do is the reader's to refuse.
    """
    table = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    try:
        lines = [line for line in table if any(cell.strip() for cell in line)]
    except csv.Error:
        raise CsvError("not_csv", "This file is not a CSV table.") from None
    if not lines:
        raise CsvError("empty", "This file has no rows.")
    header = [cell.strip().lower() for cell in lines[0]]
    unknown = [name for name in header if name not in DECISION_COLUMNS]
    if unknown or len(set(header)) != len(header) or "id" not in header:
        raise CsvError("columns", f"The columns are {', '.join(DECISION_COLUMNS)}; id is needed.")
    if len(lines) - 1 > MOST_ROWS:
        raise CsvError("too_many_rows", f"A file holds at most {MOST_ROWS} decisions.")
    return [dict(_cells(header, line)) for line in lines[1:]]


def _cells(header: list[str], line: list[str]) -> Iterator[tuple[str, Any]]:
    for name, cell in zip(header, line, strict=False):
        value = cell.strip()[:LONGEST_CELL]
        # Files we made come back with the mark that kept them from running.
        value = value.removeprefix("'") if value[1:].startswith(FORMULA_STARTS) else value
        if value:
            yield name, _number(value) if name in NUMBERS else value
    if len(line) > len(header):
        yield "more_cells_than_columns", True


def _number(text: str) -> int | str:
    """Digits as a number; anything else stays text, for the reader to refuse."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else text


def _flat_case(case: Mapping[str, Any]) -> dict[str, Any]:
    row = {column: case.get(column) for column in CASE_COLUMNS}
    row.update(_flat("contact", case.get("contact")))
    row.update(_flat("", case.get("facts")))
    return row


def _flat(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _flat(f"{path}.{name}" if path else str(name), inner)
    elif isinstance(value, list):
        if all(not isinstance(inner, Mapping | list) for inner in value):
            yield path, "; ".join(str(inner) for inner in value)
            return
        for number, inner in enumerate(value, start=1):
            name = inner.get("id", number) if isinstance(inner, Mapping) else number
            yield from _flat(f"{path}.{name}", inner)
    elif path:
        yield path, value
