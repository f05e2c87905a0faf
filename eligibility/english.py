"""What a result and its amount come to in English, for the command line."""

from __future__ import annotations

from eligibility.determination import AmountRange, Determination
from eligibility.spans import ends
from eligibility.telling import dollars

PERIODS = {"month": " a month", "year": " a year", "once": ""}


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
