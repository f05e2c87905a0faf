"""Rows of SQLite as dictionaries with the same Python types as PostgreSQL gives."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

Row = dict[str, Any]
Converter = tuple[str, "Callable[[Any], Any]"]
# The truth columns of every table: SQLite keeps 0 and 1. Named here, and compared with the models
# by a test, because loading the models takes longer than the whole rest of a start.
BOOLEANS = frozenset(
    {
        "active",
        "follow",
        "fresh",
        "public",
        "safe_to_write",
        "show_name",
        "undone",
        "urgent",
        "waiting",
    }
)


def dictionaries(cursor: sqlite3.Cursor) -> list[Row]:
    """All rows. Stored columns were converted by their declared type; booleans, and times and
    dates that come out of an expression such as max(at), are told by the result column's name."""
    if cursor.description is None:
        return []
    names = tuple(column[0] for column in cursor.description)
    rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    for name, convert in _converters(names):
        for row in rows:
            row[name] = convert(row[name])
    return rows


@lru_cache(maxsize=2048)
def _converters(names: tuple[str, ...]) -> tuple[Converter, ...]:
    return tuple(found for name in names if (found := _converter(name)) is not None)


def _converter(name: str) -> Converter | None:
    if name in BOOLEANS:
        return name, _boolean
    if name == "at" or name.endswith(("_at", "_until")):
        return name, _time
    if name == "day" or name.endswith("_on"):
        return name, _date
    return None


def _boolean(value: Any) -> Any:
    return None if value is None else bool(value)


def _time(value: Any) -> Any:
    return datetime.fromisoformat(value) if isinstance(value, str) else value


def _date(value: Any) -> Any:
    return date.fromisoformat(value) if isinstance(value, str) else value
