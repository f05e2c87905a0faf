"""Fills a reason's sentence in English, for the command line and for reading in tests."""

from __future__ import annotations

from eligibility.determination import AmountRange, Determination, Measure, Reason
from eligibility.ratio import Exact
from eligibility.spans import ends, is_open

PERIODS = {"month": " a month", "year": " a year", "once": ""}


def sentence(reason: Reason) -> str:
    """The whole sentence with its numbers."""
    text = reason.text
    for name, measure in reason.values.items():
        text = text.replace(f"{{{name}}}", number(measure))
    return text


def number(measure: Measure) -> str:
    """A number as an English reader writes it; a range as "between … and …"."""
    if measure.value is None:
        return "an amount not known yet"
    low, high = ends(measure.value)
    if low == high:
        return _plain(low, measure.unit)
    if is_open(high):
        return f"at least {_plain(low, measure.unit)}"
    return f"between {_plain(low, measure.unit)} and {_plain(high, measure.unit)}"


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


def worth(amount: AmountRange) -> str:
    """What a benefit is worth, such as "about $476 to $624 a month"."""
    about = "about " if amount.about else ""
    per = PERIODS.get(amount.period, "")
    low, high = ends(amount.low)[0], None if amount.high is None else ends(amount.high)[1]
    if high is None:
        return f"{about}{dollars(low)} or more{per}"
    span = dollars(low) if low == high else f"{dollars(low)} to {dollars(high)}"
    return f"{about}{span}{per}"


def summary(determination: Determination, name: str) -> str:
    """One line: program, person, outcome, worth."""
    whom = f" ({determination.person})" if determination.person else ""
    line = f"{name}{whom}: {determination.outcome}"
    if determination.status != "open":
        line += f" [{determination.status.replace('_', ' ')}]"
    return f"{line}, {worth(determination.amount)}" if determination.amount else line
