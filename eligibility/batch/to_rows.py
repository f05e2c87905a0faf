"""Facts of one household as rows of the three tables, in the words of the CSV layout."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from eligibility.batch.population import read_facts
from eligibility.facts import Vocabulary

Row = dict[str, str]
TIES = ("spouse", "parent_of", "tax_household", "tax_role")


def header(entity: str, vocabulary: Vocabulary, each_benefit: bool) -> list[str]:
    """The columns of one table. `each_benefit` adds one for every benefit, for lists of
    benefits that are not closed."""
    if entity == "income":
        own = ("kind", "period", "amounts", "dates", "after_costs", "costs", "steady")
        return ["household", "person", *(f"income.{name}" for name in own)]
    found = ["household", "on", "people_complete"]
    if entity == "person":
        found = ["household", "person", "person.birth_date", "person.age_months"]
        found += ["person.incomes_complete", "person.ties", *(f"person.{name}" for name in TIES)]
    for name, (fact, kind) in read_facts(vocabulary, entity).items():
        if fact.id not in found:
            found += [fact.id, f"{fact.id}.period"] if kind == "told" else [f"{entity}.{name}"]
    found.append(f"{entity}.receives")
    members = sorted(vocabulary.receivable()) if each_benefit else []
    return found + [f"{entity}.receives.{member}" for member in members]


def rows_of(household: str, facts: dict[str, Any]) -> Iterator[tuple[str, Row]]:
    """Each row with its table: the household, then each person with their incomes."""
    home = {"household": household, **_cells("household", facts["household"])}
    for name in ("on", "people_complete"):
        if name in facts:
            home[name] = _text(facts[name])
    yield "household", home
    for person in facts["people"]:
        key = {"household": household, "person": person["id"]}
        own = {name: value for name, value in person.items() if name not in ("id", "incomes")}
        yield "person", key | _cells("person", own)
        for income in person["incomes"]:
            yield "income", key | _cells("income", income)


def _cells(entity: str, told: dict[str, Any]) -> Row:
    row: Row = {}
    for name, value in told.items():
        column = f"{entity}.{name}"
        if name == "receives" and isinstance(value, dict):
            row |= {f"{column}.{member}": _text(got) for member, got in value.items()}
        elif name in ("receives", "amounts", "dates"):
            row[column] = " ".join(map(_text, value)) or "none"
        elif name == "ties":
            row |= _ties(value)
        elif isinstance(value, dict) and "period" in value:
            row[column], row[f"{column}.period"] = _text(value["amount"]), value["period"]
        else:
            row[column] = _text(value)
    return row


def _ties(ties: list[dict[str, str]]) -> Row:
    row = {"person.ties": "told"}
    for kind in TIES:
        row[f"person.{kind}"] = " ".join(tie["to"] for tie in ties if tie["kind"] == kind)
    return row


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        low, high = ("" if end is None else str(end) for end in value["between"])
        return f"{low}..{high}"
    return str(value)
