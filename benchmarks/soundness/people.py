"""Ties between people, drawn so that nothing told is gone against."""

from __future__ import annotations

from random import Random
from typing import Any

Facts = dict[str, Any]
ROLES = ("head", "spouse", "dependent")
LABELS = ("t1", "t1", "t1", "t2")
LINKED = 0.25


def draw_ties(random: Random, people: list[Facts]) -> None:
    """Tells the ties of everyone who told none, and the tax rows of who left them out.

    A told list of spouses and children is whole, and a marriage holds for both sides.
    """
    told = {person["id"] for person in people if isinstance(person.get("ties"), list)}
    labels = {row["to"] for person in people for row in _rows(person, "tax_household")}
    for person in people:
        name = person["id"]
        if name not in told:
            person["ties"] = _links(random, person, people, told)
        if not _rows(person, "tax_household"):
            # A label that is a person's id takes that person in.
            label = name if name in labels else random.choice(LABELS)
            person["ties"].append({"kind": "tax_household", "to": label})
        if not _rows(person, "tax_role"):
            person["ties"].append({"kind": "tax_role", "to": random.choice(ROLES)})


def _rows(person: Facts, kind: str) -> list[Facts]:
    ties = person.get("ties")
    return [row for row in ties if row["kind"] == kind] if isinstance(ties, list) else []


def _links(
    random: Random, person: Facts, people: list[Facts], told: set[str]
) -> list[dict[str, str]]:
    found = []
    for other in people:
        if other is person:
            continue
        if random.random() < LINKED:
            found.append({"kind": "parent_of", "to": other["id"]})
        elif random.random() < LINKED and other["id"] not in told:
            found.append({"kind": "spouse", "to": other["id"]})
    return found
