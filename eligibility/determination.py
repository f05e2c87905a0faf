"""The outcome for one household or person, one program and one day, with its reasons."""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple

from eligibility.ratio import Exact, Ratio
from eligibility.spans import Number, Span, is_open
from eligibility.telling import sentence

LIKELY, UNLIKELY, UNCLEAR = "likely", "unlikely", "unclear"
OUTCOMES: dict[bool | None, str] = {True: LIKELY, False: UNLIKELY, None: UNCLEAR}
MET: dict[bool | None, str] = {True: "met", False: "unmet", None: "unclear"}


def number_json(value: Number | None) -> Any:
    """A number for JSON: an integer where it is one, both ends of a range, null if open."""
    if value is None or type(value) is int:
        return value
    if type(value) is Span:
        return {"low": _end(value.low), "high": _end(value.high)}
    return _exact(value)


def _end(end: Exact) -> Any:
    return None if is_open(end) else _exact(end)


def _exact(value: Any) -> Any:
    return round(float(value), 4) if type(value) is Ratio else value


class Measure(NamedTuple):
    """A number with its unit and, for money (in cents), its period; for filling sentences."""

    value: Number | None
    unit: str
    period: str | None

    def to_json(self) -> dict[str, Any]:
        return {"amount": number_json(self.value), "unit": self.unit, "period": self.period}


class Reason(NamedTuple):
    """One test that decides, with the facts it rests on and the figure it uses."""

    test: str
    outcome: str
    facts: dict[str, Any]
    limit: Number | None
    value: Number | None
    distance: Number | None
    unit: str | None
    period: str | None
    parameter: str | None
    label: str | None
    since: date | None
    stale: bool
    confidence: str | None
    source: dict[str, str] | None
    text: str
    values: dict[str, Measure]
    link: str | None

    def to_json(self) -> dict[str, Any]:
        """The contract's object. `text` is the whole sentence in English; `template` is the message
        that has words in other languages, with a blank for each of `values`."""
        return {
            "test": self.test,
            "outcome": self.outcome,
            "facts": self.facts,
            "limit": number_json(self.limit),
            "value": number_json(self.value),
            "distance": number_json(self.distance),
            "unit": self.unit,
            "period": self.period,
            "parameter": self.parameter,
            "label": self.label,
            "since": self.since.isoformat() if self.since else None,
            "stale": self.stale,
            "confidence": self.confidence,
            "source": self.source,
            "text": sentence(self),
            "template": self.text,
            "values": {name: measure.to_json() for name, measure in self.values.items()},
            "link": self.link,
        }


class AmountRange(NamedTuple):
    """What the benefit is worth. `about` says that an older figure was used."""

    low: Number
    high: Number | None
    period: str
    about: bool

    def to_json(self) -> dict[str, Any]:
        return {
            "low": number_json(self.low),
            "high": number_json(self.high),
            "period": self.period,
            "about": self.about,
        }


class Determination(NamedTuple):
    """A screening result. Only an agency decides; this says what seems likely and why."""

    program: str
    person: str | None
    outcome: str
    concerned: bool
    status: str
    apply: str
    amount: AmountRange | None
    because: tuple[Reason, ...]
    not_checked: tuple[str, ...]
    would_settle: tuple[str, ...]
    stale: tuple[str, ...]
    rules: str

    def to_json(self) -> dict[str, Any]:
        """The contract's object."""
        return {
            "program": self.program,
            "person": self.person,
            "outcome": self.outcome,
            "concerned": self.concerned,
            "status": self.status,
            "apply": self.apply,
            "amount": self.amount.to_json() if self.amount else None,
            "because": [reason.to_json() for reason in self.because],
            "not_checked": list(self.not_checked),
            "would_settle": list(self.would_settle),
            "stale": list(self.stale),
            "rules": self.rules,
        }
