"""A reason as a whole sentence in English, and which end of a range a sentence needs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from eligibility.spans import Number, Span, ends, is_open

if TYPE_CHECKING:
    from eligibility.determination import Reason
    from eligibility.ratio import Exact

UNCLEAR = "unclear"
LOW, HIGH = "low", "high"
WIDE = 2
"""From so many times the lower end on, the upper end says nothing: most often it is everybody who
may still live in the home."""
Ends = tuple[float | None, float | None]


def deciding_ends(outcome: str, value: Ends, limit: Ends) -> Mapping[str, str]:
    """The ends that decide a settled comparison, by the name of a blank or the unit of a count:
    what is within a limit is so at its highest, against the limit at its lowest."""
    if outcome == UNCLEAR:
        return {}
    least, most = value
    if most is not None and limit[0] is not None and most <= limit[0]:
        return {"distance": LOW, "value": HIGH, "limit": LOW, "people": LOW}
    if least is not None and limit[1] is not None and least >= limit[1]:
        return {"distance": LOW, "value": LOW, "limit": HIGH, "people": HIGH}
    return {"distance": LOW}


def one_end(told: str | None, low: float | None, high: float | None) -> str | None:
    """The end to name of a range of which `told` decides; None where both say something."""
    if told == HIGH and high is not None:
        return HIGH
    if told == LOW and low is not None:
        return LOW
    if low is None or low < 0:
        return HIGH
    return LOW if high is None or high > WIDE * low > 0 else None


class Words:
    """Writes the numbers of one sentence. What decides is found out when a range first asks."""

    __slots__ = ("deciding", "limit", "outcome", "value")

    def __init__(self, outcome: str, value: Number | None, limit: Number | None) -> None:
        self.outcome = outcome
        self.value = value
        self.limit = limit
        self.deciding: Mapping[str, str] | None = None

    def of(self, name: str, value: Any, unit: str) -> str:
        """The number for a blank as an English reader writes it; of a range the end that decides,
        or both."""
        if type(value) is int:
            return _plain(value, unit)
        told = None
        if type(value) is Span:
            if self.deciding is None:
                self.deciding = deciding_ends(self.outcome, _ends(self.value), _ends(self.limit))
            told = self.deciding.get(name) or self.deciding.get(unit)
        return number(value, unit, told)


def sentence(reason: Reason) -> str:
    """The whole sentence with its numbers."""
    text = reason.text
    if reason.values:
        words = Words(reason.outcome, reason.value, reason.limit)
        for name, (value, unit, _) in reason.values.items():
            text = text.replace(f"{{{name}}}", words.of(name, value, unit))
    return text


def _ends(value: Number | None) -> Ends:
    """Both ends as numbers; None for one that is open, or for what is not known at all."""
    if value is None:
        return None, None
    if type(value) is int:
        only = None if is_open(value) else float(value)
        return only, only
    low, high = ends(value)
    return None if is_open(low) else float(low), None if is_open(high) else float(high)


def number(value: Number | None, unit: str, told: str | None = None) -> str:
    """A number as an English reader writes it; `told` is the end of a range that decides."""
    if value is None:
        return "an amount not known yet"
    low, high = ends(value)
    if low == high:
        return _plain(low, unit)
    end = one_end(told, *_ends(value))
    if end == LOW:
        return f"{_plain(low, unit)} or more"
    if end == HIGH:
        return "an amount not known yet" if is_open(high) else f"up to {_plain(high, unit)}"
    return f"{_plain(low, unit)} to {_plain(high, unit)}"


def _plain(value: Exact, unit: str) -> str:
    if unit == "money":
        return dollars(value)
    number_ = value if isinstance(value, int) else round(float(value), 2)
    if unit == "people":
        return "1 person" if number_ == 1 else f"{number_} people"
    return f"{number_:,}"


def dollars(cents: Exact) -> str:
    """Cents as dollars; whole dollars without a fraction, parts of a cent rounded to the cent."""
    whole = round(cents)
    sign, whole = ("-", -whole) if whole < 0 else ("", whole)
    return f"{sign}${whole // 100:,}" + (f".{whole % 100:02}" if whole % 100 else "")
