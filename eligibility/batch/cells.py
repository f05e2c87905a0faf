"""Single cells of a file of people: text to values, with an error that says row and column."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

import numpy as np

from eligibility.answer_values import PARTIAL_DATE, day
from eligibility.batch.arrays import UNKNOWN, Array
from eligibility.batch.population import PERIOD_CODES
from eligibility.dates import Birth
from eligibility.facts import TOLD_PERIODS
from eligibility.findings import nearest
from eligibility.household import FIRST_BIRTH, LAST_BIRTH

NOT_KNOWN = ("", "?")
"""An empty cell was not asked; a question mark was asked and not answered."""
TRUTHS = {
    "true": 1,
    "false": 0,
    "1": 1,
    "0": 0,
    "yes": 1,
    "no": 0,
    **dict.fromkeys(NOT_KNOWN, UNKNOWN),
}
WHOLE = re.compile(r"-?[0-9]{1,15}")
MOST_ERRORS = 20
T = TypeVar("T")


class TableErrors(Exception):
    """What is wrong in a table: every problem as a plain line, the first twenty."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(self.problems))


class CellError(ValueError):
    """One cell that cannot be read, in plain words."""


@dataclass(frozen=True, slots=True)
class Coded:
    """A column of text: every distinct text once, and which of them each row holds."""

    codes: Array
    words: list[str]

    @classmethod
    def of(cls, texts: Sequence[str]) -> Coded:
        words: dict[str, int] = {}
        codes = [words.setdefault(text, len(words)) for text in texts]
        return cls(np.array(codes, np.int64), [word.strip() for word in words])

    def __len__(self) -> int:
        return len(self.codes)

    def texts(self) -> list[str]:
        return self.of_each(self.words)

    def of_each(self, values: Sequence[T]) -> list[T]:
        """For each row the value of its text."""
        return [values[code] for code in self.codes.tolist()]

    def told(self) -> Array:
        """Which rows hold an answer."""
        return np.array([word not in NOT_KNOWN for word in self.words] or [False]).take(self.codes)


class Errors:
    """Collects problems of one file, each with its row and column."""

    def __init__(self, file: str, first_row: int, rows: Sequence[int] = ()) -> None:
        self.file = file
        self.first_row = first_row
        self.rows = rows
        self.found: list[str] = []

    def add(self, row: int, column: str, message: str) -> None:
        if len(self.found) < MOST_ERRORS:
            at = self.rows[row] if self.rows else self.first_row + row
            self.found.append(f"{self.file}, row {at}, column {column}: {message}")

    def header(self, column: str, message: str) -> None:
        """A problem of a whole column."""
        if len(self.found) < MOST_ERRORS:
            self.found.append(f"{self.file}, column {column}: {message}")

    def stop_if_any(self) -> None:
        if self.found:
            raise TableErrors(self.found)


def converted(
    column: Coded, convert: Callable[[str], T], errors: Errors, name: str, fallback: T
) -> list[T]:
    """Each distinct text converted. What cannot be read becomes an error."""
    found = []
    for code, text in enumerate(column.words):
        try:
            found.append(convert(text))
        except CellError as error:
            row = int(np.flatnonzero(column.codes == code)[0])
            errors.add(row, name, str(error))
            found.append(fallback)
    return found


def integers(words: Sequence[str]) -> Array | None:
    """Plain whole numbers all at once, or None where one is anything else."""
    if not words or not all(map(_digits, words)) or max(map(len, words)) > 15:
        return None
    return np.array(words, dtype=np.str_).astype(np.int64)


def _digits(text: str) -> bool:
    return text.isascii() and text.isdecimal()


def truth(text: str) -> int:
    found = TRUTHS.get(text.lower())
    if found is None:
        raise CellError(f"{shown(text)} is not true, false or empty.")
    return found


def number_within(bounds: tuple[int, int]) -> Callable[[str], tuple[int, int]]:
    """Reads `1200`, `1000..1500`, `..1500` or `1000..`; both ends inside the bounds."""

    def number(text: str) -> tuple[int, int]:
        if text in NOT_KNOWN:
            return bounds
        parts = text.split("..") if ".." in text else [text, text]
        if len(parts) != 2 or not all(WHOLE.fullmatch(part) or not part for part in parts):
            raise CellError(f"{shown(text)} is not a whole number, or a range like 1000..1500.")
        low, high = (int(part) if part else edge for part, edge in zip(parts, bounds, strict=True))
        if not bounds[0] <= low <= high <= bounds[1]:
            raise CellError(
                f"{shown(text)} must be from {bounds[0]} to {bounds[1]}, lower end first."
            )
        return low, high

    return number


def one_of(choices: Iterable[str], codes: Callable[[str], int]) -> Callable[[str], int]:
    """Reads one of some words as its code."""
    known = tuple(choices)

    def choice(text: str) -> int:
        if text in NOT_KNOWN:
            return UNKNOWN
        if text not in known:
            hint = nearest(text, known) or f"One of: {', '.join(known)}."
            raise CellError(f"{shown(text)} is not a choice here. {hint}")
        return codes(text)

    return choice


period = one_of(TOLD_PERIODS, PERIOD_CODES.__getitem__)


def birth(text: str) -> tuple[int, int]:
    """Reads `1992-03-04`, `1992-03`, `1992` or a range of these, as day numbers; 0 is unknown."""
    if text in NOT_KNOWN:
        return 0, 0
    parts = text.split("..") if ".." in text else [text, text]
    if len(parts) != 2:
        raise CellError(f"{shown(text)} is not a day like 1992-03-04.")
    low = _partial(parts[0])[0] if parts[0] else FIRST_BIRTH
    high = _partial(parts[1])[1] if parts[1] else LAST_BIRTH
    if not FIRST_BIRTH <= low <= high <= LAST_BIRTH:
        raise CellError(f"{shown(text)} is not a birth date.")
    return low.toordinal(), high.toordinal()


def _partial(text: str) -> Birth:
    match = PARTIAL_DATE.fullmatch(text)
    if not match or not text.isascii():
        raise CellError(f"{shown(text)} is not a day like 1992-03-04, 1992-03 or 1992.")
    year, month, day_ = match.groups()
    first, last = day(f"{year}-{month or '01'}-{day_ or '01'}"), None
    if first is not None:
        last = first if day_ else _last_of(first, whole_year=not month)
    if first is None or last is None:
        raise CellError(f"{shown(text)} is not a day.")
    return first, last


def _last_of(first: date, *, whole_year: bool) -> date:
    year, month = (first.year, 12) if whole_year else (first.year, first.month)
    following = date(year + month // 12, month % 12 + 1, 1)
    return date.fromordinal(following.toordinal() - 1)


def days(text: str) -> tuple[int, ...]:
    """Reads days between spaces, as day numbers."""
    if text in NOT_KNOWN:
        return ()
    found = [day(part) for part in text.split()]
    if None in found:
        raise CellError(f"{shown(text)} must be days like 2026-11-06, with spaces between.")
    return tuple(one.toordinal() for one in found if one)


def amounts_within(bounds: tuple[int, int]) -> Callable[[str], tuple[tuple[int, int], ...]]:
    """Reads whole numbers or ranges between spaces."""
    number = number_within(bounds)

    def amounts(text: str) -> tuple[tuple[int, int], ...]:
        if text in NOT_KNOWN:
            return ()
        parts = text.split()
        if len(parts) > 60:
            raise CellError("There can be at most 60 amounts.")
        return tuple(map(number, parts))

    return amounts


def words_of(known: Iterable[str]) -> Callable[[str], tuple[str, ...] | None]:
    """Reads a closed list of words between spaces; `none` is the empty list."""
    names = frozenset(known)

    def words(text: str) -> tuple[str, ...] | None:
        if text in NOT_KNOWN:
            return None
        found = () if text == "none" else tuple(text.split())
        for one in found:
            if one not in names:
                hint = nearest(one, names)
                raise CellError(f"{shown(one)} is not known here." + (f" {hint}" if hint else ""))
        return found

    return words


def names(text: str) -> tuple[str, ...]:
    """Reads ids between spaces."""
    return () if text in NOT_KNOWN else tuple(text.split())


def shown(text: str) -> str:
    """A cell's text, shortened."""
    return f'"{text[:40]}"'
