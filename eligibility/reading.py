"""Typed reading of a pack's nodes: each wrong value becomes a finding with its place."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from eligibility.documents import Items, Node, Place, Table, Text
from eligibility.findings import Finding, RulesError, nearest

EARLIEST, LATEST = date(1900, 1, 1), date(2199, 12, 31)
MOST_UNKNOWN = 20
"""Of so many unknown keys in one table each is named; a table of more is another mistake."""


class Reader:
    """Collects findings while a pack is read, so one run names them all."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []

    def add(self, place: Place, code: str, message: str, suggestion: str | None = None) -> None:
        self.findings.append(place.finding(code, message, suggestion))

    def stop_if_any(self) -> None:
        """Raise RulesError when anything was found."""
        if self.findings:
            raise RulesError(self.findings)

    def table(self, node: Node, allowed: Iterable[str], required: Iterable[str] = ()) -> Table:
        """The node as a mapping with known keys; unknown and missing ones are findings."""
        if not isinstance(node, Table):
            self.add(node.place, "not_a_table", "Here must be a table of keys and values.")
            return Table({}, {}, node.place)
        known = list(allowed)
        unknown = [key for key in node.keys if key not in known]
        for key in unknown[:MOST_UNKNOWN]:
            message = f'"{key[:40]}" is not a key used here.'
            self.add(node.keys[key], "unknown_key", message, nearest(key, known))
        for key in required:
            value = node.entries.get(key)
            if value is None:
                self.add(node.place, "missing_key", f'The key "{key}" is missing here.')
            elif isinstance(value, Text) and not value.value:
                self.add(node.keys[key], "missing_key", f'The key "{key}" has no value.')
        return node

    def named(self, node: Node) -> dict[str, Node]:
        """The node as a mapping whose keys are names the author chose."""
        if isinstance(node, Table):
            return node.entries
        self.add(node.place, "not_a_table", "Here must be a table of keys and values.")
        return {}

    def items(self, node: Node | None) -> tuple[Node, ...]:
        if node is None:
            return ()
        if isinstance(node, Items):
            return node.items
        self.add(node.place, "not_a_list", "Here must be a list.")
        return ()

    def text(self, node: Node | None, default: str = "") -> str:
        if node is None:
            return default
        if isinstance(node, Text):
            return node.value
        self.add(node.place, "not_text", "Here must be one value.")
        return default

    def texts(self, node: Node | None) -> tuple[str, ...]:
        return tuple(self.text(item) for item in self.items(node))

    def choice(self, node: Node | None, choices: Iterable[str], default: str) -> str:
        value = self.text(node, default)
        known = list(choices)
        if value not in known and node is not None:
            listed = ", ".join(known)
            self.add(node.place, "choice", f'"{value}" is not one of: {listed}.')
            return default
        return value

    def flag(self, node: Node | None, default: bool = False) -> bool:
        return self.choice(node, ("true", "false"), "true" if default else "false") == "true"

    def whole(self, node: Node | None, default: int = 0) -> int:
        value = self.text(node, str(default))
        digits = value.removeprefix("-")
        if digits.isascii() and digits.isdigit() and len(digits) <= 12:
            return int(value)
        if node is not None:
            self.add(node.place, "not_a_number", f'"{value[:40]}" is not a whole number.')
        return default

    def day(self, node: Node | None) -> date | None:
        if node is None:
            return None
        value = self.text(node)
        try:
            if len(value) == 10 and EARLIEST <= date.fromisoformat(value) <= LATEST:
                return date.fromisoformat(value)
        except ValueError:
            pass
        self.add(node.place, "not_a_date", f'"{value[:40]}" is not a date like 2026-04-01.')
        return None
