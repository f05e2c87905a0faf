"""Reads a file of made-up households, and says plainly what in it cannot be used."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from math import isfinite
from pathlib import Path
from typing import Any

Json = Mapping[str, Any]
MIDDLE_OF_MONTH = 15
USUAL_MONTHS = ("2025-02", "2025-06", "2025-11")
LIMIT_OF_PEOPLE = 40
LIMIT_OF_AGE = 150


class UnreadableFile(Exception):
    """The file, or one household in it, cannot be used; the message says why."""


@dataclass(frozen=True, slots=True)
class HouseholdFile:
    """The households, and the months that Basic Food is asked for."""

    months: tuple[str, ...]
    households: tuple[Json, ...]


def load_file(path: Path) -> HouseholdFile:
    """The file as told. Raises UnreadableFile with one sentence."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UnreadableFile(f"{path}: {error.strerror or 'cannot be opened'}.") from None
    except ValueError as error:
        raise UnreadableFile(f"{path}: this is not JSON ({error}).") from None
    rows = data.get("households") if isinstance(data, dict) else data
    if not isinstance(rows, list):
        raise UnreadableFile(f'{path}: there is no list "households" in it.')
    months = data.get("snap_months") if isinstance(data, dict) else None
    return HouseholdFile(_months(path, months), tuple(rows))


def _months(path: Path, told: Any) -> tuple[str, ...]:
    if told is None:
        return USUAL_MONTHS
    try:
        for month in told:
            day_in(str(month))
    except (TypeError, ValueError):
        raise UnreadableFile(f'{path}: "snap_months" must be months like "2025-02".') from None
    return tuple(told)


def day_in(month: str) -> date:
    """A day of the month to screen on."""
    year, _, number = month.partition("-")
    return date(int(year), int(number), MIDDLE_OF_MONTH)


def year_of(months: tuple[str, ...]) -> date:
    """The day for what is asked once: in the last month."""
    return day_in(max(months, default=USUAL_MONTHS[-1]))


def name_of(row: Any, place: int) -> str:
    """What a household is called in a report."""
    told = row.get("id") if isinstance(row, Mapping) else None
    return told if isinstance(told, str) and told else f"household {place + 1}"


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
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not isfinite(value):
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
