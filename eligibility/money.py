"""Money in whole cents, written as dollars, and the named ways of rounding."""

from __future__ import annotations

import re
from fractions import Fraction

from eligibility.ratio import Exact, as_exact
from eligibility.spans import Number, Span, span

DOLLARS = re.compile(r"-?[0-9]{1,3}(,[0-9]{3})*(\.[0-9]{2})?|-?[0-9]{1,9}(\.[0-9]{2})?")
SHARE = re.compile(r"(-?[0-9]{1,9}(?:\.[0-9]{1,6})?)(%|/[1-9][0-9]{0,5})?")
QUANTA = {"dollar": 100, "cent": 1}


def cents(text: str) -> int:
    """`1,234.50` as 123450. Raises ValueError for anything but plain dollars."""
    if not DOLLARS.fullmatch(text):
        raise ValueError(text)
    dollars, _, rest = text.replace(",", "").partition(".")
    sign = -1 if dollars.startswith("-") else 1
    return int(dollars) * 100 + sign * int(rest or 0)


def share(text: str) -> Exact:
    """`20%`, `52/12` or `0.2` exactly. Raises ValueError for anything else."""
    match = SHARE.fullmatch(text)
    if not match:
        raise ValueError(text)
    number = Fraction(match[1])
    if match[2] == "%":
        number /= 100
    elif match[2]:
        number /= int(match[2][1:])
    return as_exact(number)


def round_up(value: Exact, quantum: int) -> int:
    """Up to the next multiple, as federal income limits are."""
    return int(-((-value) // quantum)) * quantum


def round_down(value: Exact, quantum: int) -> int:
    """Down to the multiple below."""
    return int(value // quantum) * quantum


def round_nearest(value: Exact, quantum: int) -> int:
    """To the nearest multiple; a half goes up (7 CFR 273.10 rounds 50 cents up)."""
    return int((2 * value + quantum) // (2 * quantum)) * quantum


ROUNDINGS = {"round_up": round_up, "round_down": round_down, "round_nearest": round_nearest}


def rounded(value: Number, mode: str, quantum: int) -> Number:
    """A number or both ends of an interval, rounded the named way."""
    rounding = ROUNDINGS[mode]
    if isinstance(value, Span):
        return span(rounding(value.low, quantum), rounding(value.high, quantum))
    return rounding(value, quantum)
