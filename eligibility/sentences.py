"""The sentences of a pack's files, each with its place and its context in the catalogues."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from eligibility.documents import Items, Node, Place, Table, Text

WORDS = ("name", "summary", "status_text", "next_step", "not_checked", "proofs", "reasons")
OUTCOMES = ("met", "unmet", "unclear")
NO_WORDS = re.compile(r"|true|false|null|~|[\d.]+")


@dataclass(frozen=True, slots=True)
class Sentence:
    """One English sentence, which is its own id, and where it stands."""

    text: str
    context: str | None
    place: Place


def of_program(program: Node) -> Iterator[Sentence]:
    """All that a resident may read of a program."""
    if not isinstance(program, Table):
        return
    entries = program.entries
    owner = entries.get("id")
    for key, node in entries.items():
        if key in WORDS:
            yield from _below(node)
        elif key == "handoff" and isinstance(node, Table) and "title" in node.entries:
            yield from _below(node.entries["title"])
        elif key in ("who", "eligible") and isinstance(owner, Text):
            yield from _of_tests(node, owner.value, key)


def of_parameters(family: Node) -> Iterator[tuple[str, Sentence]]:
    """The title of each parameter of a file, with its id."""
    entries = family.entries if isinstance(family, Table) else {}
    name, parameters = entries.get("family"), entries.get("parameters")
    if not isinstance(name, Text) or not isinstance(parameters, Table):
        return
    for own, parameter in parameters.entries.items():
        if isinstance(parameter, Table) and "title" in parameter.entries:
            for sentence in _below(parameter.entries["title"]):
                yield name.value if own == "_" else f"{name.value}.{own}", sentence


def of_keys(node: Node, keys: Collection[str], skipped: Collection[str]) -> Iterator[Sentence]:
    """Every sentence under one of these keys, wherever it stands but below a skipped one."""
    if isinstance(node, Items):
        for item in node.items:
            yield from of_keys(item, keys, skipped)
    elif isinstance(node, Table):
        for key, inner in node.entries.items():
            if isinstance(inner, Text):
                if key in keys and not NO_WORDS.fullmatch(inner.value):
                    yield Sentence(inner.value, None, inner.place)
            elif key not in skipped:
                yield from of_keys(inner, keys, skipped)


def _of_tests(node: Node, owner: str, test: str) -> Iterator[Sentence]:
    if isinstance(node, Items):
        for item in node.items:
            yield from _of_tests(item, owner, test)
    elif isinstance(node, Table):
        named = node.entries.get("test")
        name = named.value if isinstance(named, Text) else test
        for key, inner in node.entries.items():
            if key in OUTCOMES:
                yield from _below(inner, f"{owner}.{name}.{key}")
            elif key in ("all", "any"):
                yield from _of_tests(inner, owner, name)


def _below(node: Node, context: str | None = None) -> Iterator[Sentence]:
    """Every text at or below a node, but for empty ones."""
    match node:
        case Text():
            if node.value:
                yield Sentence(node.value, context, node.place)
        case Items():
            for item in node.items:
                yield from _below(item, context)
        case Table():
            for inner in node.entries.values():
                yield from _below(inner, context)
