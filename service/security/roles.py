"""The table of routes and audiences: read once, checked whole, and held against the routes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eligibility.documents import plain, read_document
from service.actor import KINDS

TABLE = Path(__file__).with_name("roles.yaml")
ANYONE = "anyone"
NO_DOOR = "none"
DOOR_NAMES = frozenset({NO_DOOR, "benefits", "status", "voice", "staff", "api"})
ROWS = frozenset(
    {
        "public",
        "application",
        "agency",
        "partner",
        "figures",
        "account",
        "offices",
        "log",
        "feedback",
        "petition",
        "voice",
    }
)
METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})
AUDIENCES = (KINDS - {"system"}) | {ANYONE}


class RolesError(Exception):
    """Every fault of the table, or every route it does not list, at once."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class Rule:
    """One route: its door, the rows it may touch, and the audiences of each method."""

    door: str
    rows: str
    audiences: Mapping[str, frozenset[str]]


def load_roles(path: Path = TABLE) -> dict[str, Rule]:
    """The table as rules by route name. Raises RolesError with every fault in it."""
    problems: list[str] = []
    rules: dict[str, Rule] = {}
    stored: dict[str, Any] = plain(read_document(path))
    for name, line in stored.items():
        methods = {key: value for key, value in line.items() if key not in ("door", "rows")}
        faults = [
            *([] if line.get("door") in DOOR_NAMES else [f"unknown door {line.get('door')!r}"]),
            *([] if line.get("rows") in ROWS else [f"unknown rows {line.get('rows')!r}"]),
            *([] if methods else ["no method"]),
            *(f"unknown method {method!r}" for method in methods if method not in METHODS),
            *(
                f"unknown audience {who!r}"
                for audience in methods.values()
                for who in audience
                if who not in AUDIENCES
            ),
        ]
        problems.extend(f"{path.name}: {name}: {fault}" for fault in faults)
        if not faults:
            rules[name] = Rule(
                line["door"], line["rows"], {m: frozenset(a) for m, a in methods.items()}
            )
    if problems:
        raise RolesError(problems)
    return rules


def unlisted(routes: Iterable[tuple[str, Iterable[str]]], rules: Mapping[str, Rule]) -> list[str]:
    """What a (name, methods) list has that the table has not, one sentence each."""
    problems = []
    for name, methods in routes:
        if name not in rules:
            problems.append(f"roles.yaml: the route {name} is not listed.")
            continue
        missing = sorted(set(methods) - {"HEAD"} - set(rules[name].audiences))
        problems.extend(f"roles.yaml: {name} does not list {method}." for method in missing)
    return problems
