"""What one agency is given: its program's facts, and a screening made from those alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from eligibility import Household, Rulebook, screen
from eligibility.grants import grant

# Shown in a case's screening where another program's facts would be needed to say why.
NOT_SHARED = "From answers not shared with you."


@dataclass(frozen=True, slots=True)
class Shared:
    """The granted facts of one program, as read, and what they alone say about it."""

    facts: Mapping[str, Any]
    household: Household = field(compare=False)
    screening: list[dict[str, Any]]


def share(facts: Mapping[str, Any], program: str, rules: Rulebook, on: date) -> Shared:
    """Grant, then screen anew: no outcome, reason or figure can rest on an answer not granted."""
    definition = rules.programs[program]
    granted = grant(facts, definition, rules.facts)
    household = Household.from_facts(granted, rules.facts)
    made = screen(household, rules, on=on, programs=[program])
    fields = frozenset(definition.fields)
    return Shared(granted, household, [veiled(each.to_json(), fields) for each in made])


def veiled(determination: Mapping[str, Any], fields: Iterable[str]) -> dict[str, Any]:
    """A determination for an agency that may know these facts only.

    A test that rests on anything else keeps its outcome and loses its facts, value and words.
    """
    known = frozenset(fields)
    because = [_veiled_test(test, known) for test in determination["because"]]
    would_settle = [path for path in determination["would_settle"] if fact_of(path) in known]
    return {**determination, "because": because, "would_settle": would_settle}


def not_shared(test: Mapping[str, Any]) -> bool:
    """Whether a test of a case's screening has lost its words so."""
    return bool(test["text"] == NOT_SHARED)


def fact_of(path: str) -> str:
    """The fact behind a path: `people.p2.incomes.0` is of person.incomes."""
    parts = path.split(".")
    if parts[0] == "people":
        return f"person.{parts[2]}" if len(parts) > 2 else path
    return ".".join(parts[:2])


def _veiled_test(test: Mapping[str, Any], known: frozenset[str]) -> dict[str, Any]:
    if all(fact_of(path) in known for path in test["facts"]):
        return dict(test)
    hidden: dict[str, Any] = {
        "facts": {},
        "value": None,
        "distance": None,
        "values": {},
        "text": NOT_SHARED,
        "template": NOT_SHARED,
    }
    return {**test, **hidden}
