"""Single answers: numbers, ranges, partial dates, and "don't know", each with its own error."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Container
from datetime import date
from typing import Any, Final

from eligibility.dates import Birth
from eligibility.facts import TOLD_PERIODS, Fact, FactType
from eligibility.household import FIRST_BIRTH, LAST_BIRTH, FactErrors, Told
from eligibility.spans import Number, Span, span

NOTHING: Final = object()
"""What reading gives for an answer that says nothing."""

UNKNOWN_REASONS = ("dont_know", "declined")
ADDRESS_KEYS = ("line1", "line2", "unit", "city", "state", "zip")
PARTIAL_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{2}))?(?:-([0-9]{2}))?")
MAX_TEXT = 500
MAX_ERRORS = 100


class Problems:
    """Collects (pointer, code, message); pointers are RFC 6901."""

    def __init__(self) -> None:
        self.found: list[tuple[str, str, str]] = []

    def add(self, pointer: str, code: str, message: str) -> None:
        if len(self.found) < MAX_ERRORS:
            self.found.append((pointer, code, message))

    def stop_if_any(self) -> None:
        if self.found:
            raise FactErrors(self.found)

    def table(self, pointer: str, told: Any) -> dict[str, Any]:
        """The value as an object with text keys; absent counts as empty."""
        if told is None:
            return {}
        if not isinstance(told, dict):
            self.add(pointer, "type", "Here must be an object.")
            return {}
        return told

    def items(self, pointer: str, told: Any, limit: int) -> list[Any]:
        if not isinstance(told, list):
            self.add(pointer, "type", "Here must be a list.")
            return []
        if len(told) > limit:
            self.add(pointer, "too_many", f"There can be at most {limit} here.")
            return []
        return told

    def known_keys(
        self,
        pointer: str,
        told: dict[Any, Any],
        known: Container[str],
        also: Container[str] = (),
    ) -> None:
        for key in told:
            if key not in known and key not in also:
                shown = _escaped(key) if isinstance(key, str) else "?"
                self.add(f"{pointer}/{shown}", "unknown_fact", "There is no fact of this name.")


def _escaped(key: str) -> str:
    """A key inside a JSON pointer, shortened, with nothing that cannot be encoded."""
    safe = key[:60].encode("utf-8", "replace").decode("utf-8").replace("\x00", "?")
    return safe.replace("~", "~0").replace("/", "~1")


def is_unknown(problems: Problems, pointer: str, told: Any) -> bool:
    """Whether the answer is "don't know" or "declined"."""
    if not isinstance(told, dict) or "unknown" not in told:
        return False
    if len(told) != 1 or told["unknown"] not in UNKNOWN_REASONS:
        problems.add(pointer, "unknown", 'Write {"unknown": "dont_know"} or "declined".')
    return True


def plain_value(problems: Problems, pointer: str, told: Any, fact: Fact) -> Any:
    """The value of one fact for the evaluator, or NOTHING for "don't know"."""
    if type(told) is bool and fact.type is FactType.BOOL:
        return told  # as most answers are
    if told is None:
        problems.add(pointer, "type", "Leave a fact out, or say that it is unknown.")
        return NOTHING
    if type(told) is dict and is_unknown(problems, pointer, told):
        return NOTHING
    match fact.type:
        case FactType.BOOL:
            return _expect(problems, pointer, told, bool, "This must be true or false.")
        case FactType.INTEGER:
            return whole_number(problems, pointer, told, fact.bounds)
        case FactType.MONEY if fact.period == "told":
            return _told_money(problems, pointer, told, fact)
        case FactType.MONEY:
            return whole_number(problems, pointer, told, fact.bounds)
        case FactType.DATE:
            return _birth(problems, pointer, told)
        case FactType.CHOICE:
            return _choice(problems, pointer, told, fact)
        case FactType.ADDRESS:
            return _address(problems, pointer, told)
        case _:
            return _text(problems, pointer, told)


def _expect(problems: Problems, pointer: str, told: Any, kind: type, message: str) -> Any:
    if isinstance(told, kind):
        return told
    problems.add(pointer, "type", message)
    return NOTHING


def _text(problems: Problems, pointer: str, told: Any) -> Any:
    if not isinstance(told, str) or len(told) > MAX_TEXT:
        problems.add(pointer, "type", f"This must be a text of at most {MAX_TEXT} characters.")
        return NOTHING
    if "\x00" in told or any("\ud800" <= letter <= "\udfff" for letter in told):
        problems.add(pointer, "text", "This text holds a character that cannot be kept.")
        return NOTHING
    return told


def _address(problems: Problems, pointer: str, told: Any) -> Any:
    table = problems.table(pointer, told)
    problems.known_keys(pointer, table, ADDRESS_KEYS)
    for key in ADDRESS_KEYS:
        if key in table:
            _text(problems, f"{pointer}/{key}", table[key])
    return table


def _choice(problems: Problems, pointer: str, told: Any, fact: Fact) -> Any:
    if isinstance(told, str) and told in fact.choices:
        return told
    problems.add(pointer, "choice", f"This must be one of: {', '.join(fact.choices)}.")
    return NOTHING


def whole_number(
    problems: Problems, pointer: str, told: Any, bounds: tuple[int, int] | None
) -> Number:
    """A whole number, or a range, inside the bounds. What is wrong reads as the bounds."""
    low, high = bounds or (0, 0)
    if type(told) is int:
        if low <= told <= high:
            return told
        problems.add(pointer, "bounds", f"This must be from {low} to {high}.")
        return Span(low, high)
    if isinstance(told, dict) and is_unknown(problems, pointer, told):
        return Span(low, high)
    ends = _between(problems, pointer, told)
    if ends is None:
        return Span(low, high)
    found = [end if end is not None else edge for end, edge in zip(ends, (low, high), strict=True)]
    if not all(type(end) is int and low <= end <= high for end in found):
        problems.add(f"{pointer}/between", "bounds", f"Both ends must be from {low} to {high}.")
        return Span(low, high)
    if found[0] > found[1]:
        problems.add(f"{pointer}/between", "order", "The first end must not be the larger one.")
        return Span(low, high)
    return span(found[0], found[1])


def _between(problems: Problems, pointer: str, told: Any) -> list[Any] | None:
    if isinstance(told, dict) and set(told) == {"between"}:
        ends = told["between"]
        if isinstance(ends, list) and len(ends) == 2:
            return ends
    problems.add(pointer, "type", 'This must be a whole number, or {"between": [low, high]}.')
    return None


def _told_money(problems: Problems, pointer: str, told: Any, fact: Fact) -> Any:
    if not isinstance(told, dict) or not ("amount" in told or "between" in told):
        message = 'Write {"amount": cents, "period": "month"}.'
        problems.add(pointer, "type", message)
        return NOTHING
    problems.known_keys(pointer, told, ("amount", "between", "period"))
    period = told.get("period")
    if period is not None and period not in TOLD_PERIODS:
        problems.add(f"{pointer}/period", "choice", f"One of: {', '.join(TOLD_PERIODS)}.")
        return NOTHING
    if period is None and "amount" in told:
        problems.add(f"{pointer}/period", "missing", "An amount needs its period.")
        return NOTHING
    if "amount" in told:
        number = whole_number(problems, f"{pointer}/amount", told["amount"], fact.bounds)
    else:
        number = whole_number(problems, pointer, {"between": told["between"]}, fact.bounds)
    return Told(number, period)


def day(text: str) -> date | None:
    """A full ISO day, or None."""
    match = PARTIAL_DATE.fullmatch(text)
    if not match or not match[3] or not text.isascii():
        return None
    try:
        return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return None


def _birth(problems: Problems, pointer: str, told: Any) -> Any:
    found: Birth | None = None
    if isinstance(told, str):
        found = _partial(told)
    elif isinstance(told, dict) and set(told) == {"between"}:
        ends = told["between"] if isinstance(told["between"], list) else []
        parts = [_partial(end) if isinstance(end, str) else None for end in ends]
        if len(parts) == 2 and all(
            part or end is None for part, end in zip(parts, ends, strict=True)
        ):
            found = (
                parts[0][0] if parts[0] else FIRST_BIRTH,
                parts[1][1] if parts[1] else LAST_BIRTH,
            )
    if found is None or not FIRST_BIRTH <= found[0] <= found[1] <= LAST_BIRTH:
        problems.add(pointer, "date", "This must be a date like 1992-03-04, 1992-03 or 1992.")
        return NOTHING
    return found


def _partial(text: str) -> Birth | None:
    match = PARTIAL_DATE.fullmatch(text)
    if not match or not text.isascii():
        return None
    year, month, day_ = (int(part) if part else 0 for part in match.groups())
    try:
        if not match[2]:
            return date(year, 1, 1), date(year, 12, 31)
        if not match[3]:
            return date(year, month, 1), date(year, month, monthrange(year, month)[1])
        return date(year, month, day_), date(year, month, day_)
    except (ValueError, IndexError):
        return None


def receives(
    problems: Problems, pointer: str, told: Any, known: Container[str]
) -> tuple[dict[str, bool], bool]:
    """Members told as got or not, and whether the list is closed."""
    if told is None or is_unknown(problems, pointer, told):
        return {}, False
    if isinstance(told, list):
        for index, member in enumerate(told[:200]):
            if not isinstance(member, str) or member not in known:
                problems.add(f"{pointer}/{index}", "unknown_program", "There is no such program.")
        if len(told) > 200:
            problems.add(pointer, "too_many", "There can be at most 200 here.")
            return {}, True
        return {member: True for member in told if isinstance(member, str)}, True
    found: dict[str, bool] = {}
    for member, value in problems.table(pointer, told).items():
        here = f"{pointer}/{_escaped(member)}"
        if member not in known:
            problems.add(here, "unknown_program", "There is no such program.")
        elif not is_unknown(problems, here, value):
            if not isinstance(value, bool):
                problems.add(here, "type", "This must be true or false.")
            else:
                found[member] = value
    return found, False
