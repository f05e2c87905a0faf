"""What is said to a resident, before it has a language: a message id and typed values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Cents:
    """An amount of money in cents, for each period when one is named ("month")."""

    amount: int
    period: str = ""


@dataclass(frozen=True, slots=True)
class Day:
    """A date of which the day, or day and month, may be unknown; `near`: its year goes unsaid."""

    year: int
    month: int | None = None
    day: int | None = None
    near: bool = field(default=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Message:
    """An English sentence that is its own message id, with values the service puts in.

    `plural` is the form for numbers other than one; then `values["n"]` is the number.
    Values stay typed, so each language writes its own money, dates and lists.
    """

    text: str
    values: Mapping[str, Value] = field(default_factory=dict)
    plural: str = ""


Value: TypeAlias = "str | int | Cents | Day | Message | tuple[Value, ...]"


def N_(text: str) -> str:  # noqa: N802 - the name Babel looks for
    """Mark an English sentence for the translators; the text itself is unchanged."""
    return text
