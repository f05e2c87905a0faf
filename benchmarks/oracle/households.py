"""Reads a file of made-up households, and says plainly what in it cannot be used."""

from __future__ import annotations

import gzip
import json
import re
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

Json = Mapping[str, Any]
MIDDLE_OF_MONTH = 15
USUAL_MONTHS = ("2025-02", "2025-06", "2025-11")
LIMIT_OF_PEOPLE = 40
LIMIT_OF_AGE = 150
LIMIT_OF_MONEY = 1e12
LIMIT_OF_BYTES = 1 << 30
PACKED = b"\x1f\x8b"
"""How a file packed with gzip begins."""
MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")
FIRST_YEAR, LAST_YEAR = "2021", "2099"
"""The rules know no figures of before."""


class UnreadableFile(Exception):
    """The file, or one household in it, cannot be used; the message says why."""


@dataclass(frozen=True, slots=True)
class HouseholdFile:
    """The households, and the months that Basic Food is asked for."""

    months: tuple[str, ...]
    households: tuple[Json, ...]
    on: date
    """The day for what is asked once."""


def load_file(path: Path) -> HouseholdFile:
    """The file as told. Raises UnreadableFile with one sentence."""
    data = _parsed(path, _text(path))
    if isinstance(data, dict) and "members" in data and "households" not in data:
        data = [data]
    rows = data.get("households") if isinstance(data, dict) else data
    if not isinstance(rows, list):
        raise UnreadableFile(f'{path}: there is no list "households" in it.')
    told = data if isinstance(data, dict) else {}
    months = _months(path, told.get("snap_months"))
    return HouseholdFile(months, tuple(rows), _day_of_year(path, told.get("year"), months))


def _text(path: Path) -> str:
    """A mark at the beginning, which some programs write, is not part of the text."""
    try:
        return _bytes(path).decode("utf-8-sig")
    except (OSError, EOFError, ValueError, zlib.error) as error:
        why = getattr(error, "strerror", None) or "it cannot be opened"
        why = "this is no UTF-8 text" if isinstance(error, UnicodeDecodeError) else why
        raise UnreadableFile(f"{path}: {why}.") from None


def _bytes(path: Path) -> bytes:
    """What is in the file, unpacked if it was packed."""
    with path.open("rb") as file:
        packed = file.read(len(PACKED)) == PACKED
    with gzip.open(path) if packed else path.open("rb") as file:
        found = file.read(LIMIT_OF_BYTES + 1)
    if len(found) > LIMIT_OF_BYTES:
        raise ValueError
    return found


def _parsed(path: Path, text: str) -> Any:
    """One JSON value, or a list of the households that stand one on each line."""
    try:
        return json.loads(text)
    except RecursionError:
        raise UnreadableFile(f"{path}: this is nested too deep.") from None
    except ValueError as error:
        rows = [_parsed_line(line) for line in text.split("\n") if line.strip()]
        if not rows or not isinstance(rows[0], dict):
            raise UnreadableFile(f"{path}: this is not JSON ({error}).") from None
        return rows


def _parsed_line(line: str) -> Any:
    """A line that is no JSON is no household: the report names it as one that was not read."""
    try:
        return json.loads(line)
    except (RecursionError, ValueError):
        return None


def _months(path: Path, told: Any) -> tuple[str, ...]:
    if told is None:
        return USUAL_MONTHS
    if not isinstance(told, list) or not all(isinstance(month, str) for month in told):
        raise UnreadableFile(f'{path}: "snap_months" must be months like "2025-02".')
    for month in told:
        _day(path, "snap_months", month)
    return tuple(told)


def _day(path: Path, name: str, month: str) -> date:
    if not MONTH.fullmatch(month) or not FIRST_YEAR <= month[:4] <= LAST_YEAR:
        raise UnreadableFile(
            f'{path}: "{name}" must lie from {FIRST_YEAR} to {LAST_YEAR}, as in "2025-02".'
        )
    return day_in(month)


def _day_of_year(path: Path, told: Any, months: tuple[str, ...]) -> date:
    """In the last month of Basic Food that is in the year of the file; else in its November."""
    if told is None:
        return day_in(max(months, default=USUAL_MONTHS[-1]))
    within = [month for month in months if month.startswith(f"{told}-")]
    return _day(path, "year", max(within, default=f"{told}{USUAL_MONTHS[-1][4:]}"))


def day_in(month: str) -> date:
    """A day of the month to screen on."""
    year, _, number = month.partition("-")
    return date(int(year), int(number), MIDDLE_OF_MONTH)


def name_of(row: Any, place: int) -> str:
    """What a household is called in a report."""
    told = row.get("id") if isinstance(row, Mapping) else None
    return told if isinstance(told, str) and told else f"household {place + 1}"


def names_of_rows(rows: Iterable[Any]) -> list[str]:
    """What each household is called, where several may have told the same id."""
    found: dict[str, None] = {}
    for place, row in enumerate(rows):
        name = name_of(row, place)
        while name in found:
            name = f"{name} (row {place + 1})"
        found[name] = None
    return list(found)


def inputs_of(row: Any) -> Json:
    """A household without its answers, checked for what the mapping cannot do without."""
    if not isinstance(row, Mapping):
        raise UnreadableFile("it is not an object.")
    members = row.get("members")
    if not isinstance(members, list) or not members:
        raise UnreadableFile('it has no "members".')
    if len(members) > LIMIT_OF_PEOPLE:
        raise UnreadableFile(f"it has more than {LIMIT_OF_PEOPLE} members.")
    for place, member in enumerate(members):
        if not isinstance(member, Mapping):
            raise UnreadableFile(f"member {place + 1} is not an object.")
        if type(member.get("age")) not in (int, float) or not 0 <= member["age"] < LIMIT_OF_AGE:
            raise UnreadableFile(f'member {place + 1} has no "age".')
    return {name: value for name, value in row.items() if name != "oracle"}


def money(owner: Json, name: str) -> float:
    """A yearly amount in dollars; what is not told is nothing."""
    value = owner.get(name) or 0
    if type(value) not in (int, float) or not abs(value) < LIMIT_OF_MONEY:
        raise UnreadableFile(f'"{name}" is not a number.')
    return float(value)


def part(owner: Json, name: str) -> Json:
    """An object inside another; what is not told is empty."""
    value = owner.get(name) or {}
    if not isinstance(value, Mapping):
        raise UnreadableFile(f'"{name}" is not an object.')
    return value


def names_of_people(row: Json) -> list[str]:
    """What the members are called in facts: by their place, as a told id may be anything."""
    return [f"p{place}" for place in range(1, len(row["members"]) + 1)]
