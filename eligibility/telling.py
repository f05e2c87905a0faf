"""A reason as a whole sentence in English, and which end of a range a sentence needs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from eligibility.spans import Number, Span, ends, is_open

if TYPE_CHECKING:
    from eligibility.determination import Measure, Reason
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


def sentence(reason: Reason) -> str:
    """The whole sentence with its numbers."""
    text = reason.text
    deciding: Mapping[str, str] | None = None
    for name, measure in reason.values.items():
        told = None
        if type(measure.value) is Span:
            if deciding is None:
                sides = _ends(reason.value), _ends(reason.limit)
                deciding = deciding_ends(reason.outcome, *sides)
            told = deciding.get(name) or deciding.get(measure.unit)
        text = text.replace(f"{{{name}}}", number(measure, told))
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


def number(measure: Measure, told: str | None = None) -> str:
    """A number as an English reader writes it; of a range the end that decides, or both."""
    value = measure.value
    if value is None:
        return "an amount not known yet"
    low, high = ends(value)
    if low == high:
        return _plain(low, measure.unit)
    end = one_end(told, *_ends(value))
    if end == LOW:
        return f"{_plain(low, measure.unit)} or more"
    if end == HIGH:
        return "an amount not known yet" if is_open(high) else f"up to {_plain(high, measure.unit)}"
    return f"{_plain(low, measure.unit)} to {_plain(high, measure.unit)}"


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
