"""YAML read strictly: plain text values with their line, no anchors, tags or repeated keys."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISREG
from typing import Any, NoReturn

import yaml
from yaml.reader import ReaderError

from eligibility.findings import Finding, RulesError

MAX_BYTES = 512 * 1024
MAX_DEPTH = 24
MAX_NODES = 20_000
THOUSANDS = re.compile(r"[0-9]{3}(\.[0-9]{2})?")


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in a pack, for findings."""

    file: str
    line: int
    column: int

    def finding(self, code: str, message: str, suggestion: str | None = None) -> Finding:
        return Finding(self.file, self.line, self.column, code, message, suggestion)


@dataclass(frozen=True, slots=True)
class Text:
    """One scalar, as written. Nothing is turned into a number or a date behind one's back."""

    value: str
    quoted: bool
    place: Place


@dataclass(frozen=True, slots=True)
class Items:
    """A list of nodes."""

    items: tuple[Node, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Table:
    """A mapping; keys are text and unique, in the order written."""

    entries: dict[str, Node]
    keys: dict[str, Place]
    place: Place


Node = Text | Items | Table


def read_document(path: Path, shown_as: str | None = None) -> Node:
    """The one document in a file. Raises RulesError, never anything of the YAML library."""
    return read_text(text_of(path, shown_as), shown_as or str(path))


def text_of(path: Path, shown_as: str | None = None) -> str:
    """The text of a file of a pack. Raises RulesError for what is no file, too large or no text."""
    whole = Place(shown_as or str(path), 0, 0)
    try:
        # A pipe or a device would keep a reader waiting for ever.
        if not S_ISREG(path.stat().st_mode):
            raise RulesError([whole.finding("unreadable", "Here must be a file.")])
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        message = f"This file cannot be read: {(error.strerror or 'no reason given').lower()}."
        raise RulesError([whole.finding("unreadable", message)]) from error
    if len(raw) > MAX_BYTES:
        raise RulesError([whole.finding("too_large", f"This file is over {MAX_BYTES // 1024} kB.")])
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        place = _at_byte(whole.file, raw, error.start)
        message = "This is not UTF-8 text from here on."
        raise RulesError([place.finding("unreadable", message)]) from error


def _at_byte(name: str, raw: bytes, position: int) -> Place:
    before = raw[:position]
    return Place(name, before.count(b"\n") + 1, position - before.rfind(b"\n"))


def read_text(text: str, name: str) -> Node:
    """The one document in a text. Raises RulesError with the first problem's place."""
    return _Composer(name).compose(text)


class _Composer:
    """Builds nodes from parser events, so depth and size are refused before memory is spent."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.count = 0
        self.events: Iterator[yaml.Event] = iter(())

    def compose(self, text: str) -> Node:
        try:
            self.events = iter(yaml.parse(text, Loader=yaml.CSafeLoader))
            return self._document()
        except ReaderError as error:
            place = _at_byte(self.name, text.encode(), error.position)
            self._no_yaml(place, error.reason, error)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            place = Place(self.name, mark.line + 1 if mark else 0, mark.column + 1 if mark else 0)
            self._no_yaml(place, error.problem or error.context or "it is not whole", error)

    def _no_yaml(self, place: Place, problem: str, error: yaml.YAMLError) -> NoReturn:
        message = f"This is not YAML that can be read: {problem}."
        raise RulesError([place.finding("not_yaml", message)]) from error

    def _document(self) -> Node:
        node: Node | None = None
        for event in self.events:
            if isinstance(event, (yaml.StreamStartEvent, yaml.DocumentEndEvent)):
                continue
            if isinstance(event, yaml.StreamEndEvent):
                break
            if isinstance(event, yaml.DocumentStartEvent):
                if node is not None:
                    self._refuse(event, "two_documents", "A file holds one document only.")
                continue
            node = self._node(event, 1)
        if node is None:
            place = Place(self.name, 1, 1)
            raise RulesError([place.finding("empty", "This file is empty.")])
        return node

    def _node(self, event: yaml.Event, depth: int) -> Node:
        self.count += 1
        if depth > MAX_DEPTH:
            self._refuse(event, "too_deep", f"This is nested over {MAX_DEPTH} levels deep.")
        if self.count > MAX_NODES:
            self._refuse(event, "too_large", f"This file has over {MAX_NODES} values.")
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            self._refuse(event, "anchor", "Anchors and aliases are not used in packs.")
        if isinstance(event, yaml.ScalarEvent):
            if event.tag is not None:
                self._refuse(event, "tag", "Tags such as !!python are not used in packs.")
            return Text(event.value, bool(event.style), self._place(event))
        if getattr(event, "tag", None) is not None:
            self._refuse(event, "tag", "Tags such as !!python are not used in packs.")
        if isinstance(event, yaml.SequenceStartEvent):
            return self._items(event, depth)
        return self._table(event, depth)

    def _items(self, start: yaml.Event, depth: int) -> Items:
        items: list[Node] = []
        for event in self.events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            items.append(self._node(event, depth + 1))
        return Items(tuple(items), self._place(start))

    def _table(self, start: yaml.Event, depth: int) -> Table:
        entries: dict[str, Node] = {}
        keys: dict[str, Place] = {}
        before: Node | None = None
        for event in self.events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            key = self._node(event, depth + 1)
            if not isinstance(key, Text):
                self._refuse(event, "key", "A key must be plain text.")
            if key.value == "<<":
                self._refuse(event, "anchor", "Merge keys are not used in packs.")
            value = self._node(next(self.events), depth + 1)
            if _thousands(before, key, value):
                self._refuse(event, "comma", _COMMA)
            if key.value in entries:
                line = keys[key.value].line
                message = f'"{key.value}" is here twice; the first is on line {line}.'
                self._refuse(event, "duplicate_key", message)
            keys[key.value] = key.place
            entries[key.value] = before = value
        return Table(entries, keys, self._place(start))

    def _place(self, event: Any) -> Place:
        return Place(self.name, event.start_mark.line + 1, event.start_mark.column + 1)

    def _refuse(self, event: yaml.Event, code: str, message: str) -> NoReturn:
        raise RulesError([self._place(event).finding(code, message)])


_COMMA = "A comma ends a value here. Write the figure without it, like 60000."


def _thousands(before: Node | None, key: Text, value: Node) -> bool:
    """Whether a key without a value is the end of a figure such as 60,000 in braces."""
    if not isinstance(before, Text) or not THOUSANDS.fullmatch(key.value):
        return False
    at = (before.place.line, before.place.column + len(before.value) + 1)
    nothing = isinstance(value, Text) and value.value == ""
    return nothing and before.value.isdigit() and (key.place.line, key.place.column) == at


def plain(node: Node) -> Any:
    """The node as JSON types, all scalars as text: what a hash is taken of."""
    match node:
        case Text():
            return node.value
        case Items():
            return [plain(item) for item in node.items]
        case Table():
            return {key: plain(value) for key, value in node.entries.items()}
