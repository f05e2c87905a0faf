"""Worked cases: small households with the result an author worked out by hand."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from eligibility.documents import Items, Node, Place, Table, Text, read_document
from eligibility.findings import nearest
from eligibility.money import cents
from eligibility.reading import Reader

CASE_KEYS = ("case", "on", "household", "facts", "with", "expect", "because", "amount")
OUTCOMES = ("likely", "unlikely", "unclear")
WHOLE = re.compile(r"-?(0|[1-9][0-9]{0,14})")


@dataclass(frozen=True, slots=True)
class Case:
    """One household on one day and what is expected; `expect` is by person id, or by None."""

    name: str
    on: date
    facts: dict[str, Any]
    expect: Mapping[str | None, str]
    because: tuple[str, ...]
    amount: tuple[int, int] | None
    no_amount: bool
    place: Place


def json_value(node: Node) -> Any:
    """A node as JSON: bare true, false, null and whole numbers are such, all else is text."""
    match node:
        case Items():
            return [json_value(item) for item in node.items]
        case Table():
            return {key: json_value(value) for key, value in node.entries.items()}
    if node.quoted:
        return node.value
    if node.value in ("true", "false", "null"):
        return {"true": True, "false": False, "null": None}[node.value]
    return int(node.value) if WHOLE.fullmatch(node.value) else node.value


def read_cases(reader: Reader, path: Path) -> list[Case]:
    """The cases of one file. Problems go to the reader."""
    table = reader.table(read_document(path), ("households", "cases"), ("cases",))
    households: dict[str, Any] = {}
    if "households" in table.entries:
        for name, node in reader.named(table.entries["households"]).items():
            households[name] = json_value(node)
    nodes = reader.items(table.entries.get("cases"))
    found = [_case(reader, node, households) for node in nodes]
    return [case for case in found if case is not None]


def _case(reader: Reader, node: Node, households: Mapping[str, Any]) -> Case | None:
    table = reader.table(node, CASE_KEYS, ("case", "on", "expect"))
    get = table.entries.get
    on = reader.day(get("on"))
    facts = _facts(reader, table, households)
    if on is None or facts is None or "expect" not in table.entries:
        return None
    for path, value in (reader.named(table.entries["with"]) if get("with") else {}).items():
        if not set_path(facts, path, json_value(value)):
            message = f'"{path[:80]}" leads nowhere in this household.'
            reader.add(value.place, "case_path", message)
    amount = get("amount")
    none = isinstance(amount, Text) and amount.value == "none"
    return Case(
        reader.text(get("case")),
        on,
        facts,
        _expect(reader, table.entries["expect"]),
        reader.texts(get("because")),
        None if amount is None or none else _amount(reader, amount),
        none,
        table.place,
    )


def _facts(reader: Reader, table: Table, households: Mapping[str, Any]) -> Any:
    if "facts" in table.entries:
        return json_value(table.entries["facts"])
    name = reader.text(table.entries.get("household"))
    if name not in households:
        message = f'"{name[:60]}" is not a household of this file.'
        reader.add(table.place, "unknown_name", message, nearest(name, households))
        return None
    return copy.deepcopy(households[name])


def _expect(reader: Reader, node: Node) -> dict[str | None, str]:
    if isinstance(node, Table):
        return {
            person: reader.choice(outcome, OUTCOMES, "unclear")
            for person, outcome in node.entries.items()
        }
    return {None: reader.choice(node, OUTCOMES, "unclear")}


def _amount(reader: Reader, node: Node) -> tuple[int, int] | None:
    texts = reader.texts(node) if isinstance(node, Items) else (reader.text(node),)
    try:
        values = [cents(text) for text in texts]
    except ValueError:
        values = []
    if len(values) not in (1, 2):
        reader.add(node.place, "value", "Write dollars, or [lowest, highest], or none.")
        return None
    return values[0], values[-1]


def set_path(facts: Any, path: str, value: Any) -> bool:
    """Set one path, such as people.p1.incomes.0.amount; `absent` takes it away. False if the
    way there does not exist."""
    *way, last = path.split(".")
    here = facts
    for step in way:
        here = _step(here, step)
        if here is None:
            return False
    if isinstance(here, list):
        index = _index(here, last)
        if index is None:
            return False
        if value == "absent":
            del here[index]
        else:
            here[index] = value
        return True
    if not isinstance(here, dict):
        return False
    if value == "absent":
        here.pop(last, None)
    else:
        here[last] = value
    return True


def _step(here: Any, step: str) -> Any:
    if isinstance(here, list):
        index = _index(here, step)
        return None if index is None else here[index]
    return here.get(step) if isinstance(here, dict) else None


def _index(rows: list[Any], step: str) -> int | None:
    for index, row in enumerate(rows):
        if isinstance(row, dict) and row.get("id") == step:
            return index
    plain = step.isascii() and step.isdecimal() and len(step) < 6
    return int(step) if plain and int(step) < len(rows) else None
