"""Writes the text of one function. Every name in it is made here; nothing of a pack is in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final, Protocol

from eligibility.expressions.tree import EACH_SLOT, PERSON_SLOT, Expr

NOTHING: Final = object()
DEEPEST = 18
"""Blocks within each other; Python allows twenty loops. What is deeper is a function of its own."""
OF_WORLD = {
    "memo": "world.memo",
    "logs": "world.logs",
    "home": "world.household",
    "home_bits": "world.bits",
    "top": "world.top",
    "people": "world.people",
    "limits": "world.figures.lines",
    "figures": "world.figures",
    "limit_bits": "world.on_lines",
    "counted": "world.counted",
}
LOOP = re.compile(r" *for ")
OF_MEMBER = {"cells": "cells", "bits": "bits", "place": "place", "given": "given"}


class Units(Protocol):
    """Where a writer finds names for values and for the other functions."""

    traced: bool

    def constant(self, value: Any) -> str:
        """The name of a value that is none of Python's own few."""

    def value(self, tree: Expr, each: bool) -> tuple[str, int]:
        """The function of a remembered value, and the place of what it gives."""

    def kept(self, which: Expr, slot: int, body: Callable[[Writer], str]) -> tuple[str, int]:
        """The function of the people a loop lets in, and the place of what it gives."""

    def apart(self, tree: Expr) -> str:
        """The function of any other tree."""


class Writer:
    """One function in the making. `write` gives the text of a tree's value, to be used once; what
    it needs beforehand is written first. A traced one notes in `log` the bits of what is read."""

    def __init__(self, units: Units, slots: Iterable[int]) -> None:
        self.units = units
        self.traced = units.traced
        self.slots = sorted(slots)
        self.depth = 1
        self.known: dict[Any, str] = {}
        self.in_limit = False
        self._loops = 0
        self._lines: list[str] = []
        self._names = 0
        self._used: dict[str, str] = {}

    def line(self, text: str) -> None:
        self._lines.append("    " * self.depth + text)

    @contextmanager
    def block(self, head: str) -> Iterator[None]:
        """What is written inside is indented, and what is known there is not known after it."""
        self.line(head)
        known, self.known = self.known, dict(self.known)
        self.depth += 1
        yield
        self.depth -= 1
        self.known = known

    def fresh(self) -> str:
        """A name that is not used yet."""
        self._names += 1
        return f"t{self._names}"

    def named(self, value: str) -> str:
        """The same value, fit to be used more than once."""
        if value.isidentifier():
            return value
        name = self.fresh()
        self.line(f"{name} = {value}")
        return name

    def constant(self, value: Any) -> str:
        if value is None or type(value) is bool:
            return str(value)
        if type(value) is int and 0 <= value < 1 << 60:
            return str(value)
        return self.units.constant(value)

    def of_world(self, name: str) -> str:
        """Something of the household, read once at the start."""
        self._used[name] = OF_WORLD[name]
        return name

    def of_member(self, slot: int, what: str) -> str:
        """Something of the person or income in a variable, read once when it is set."""
        name = f"{what}{slot}"
        self._used[name] = f"v{slot}.{OF_MEMBER[what]}"
        return name

    def cell(self, slot: int, fact: str) -> str:
        """An answer of the person or income in a variable. Where a loop over others compares
        each with the person of the function, that one's is read before the loop."""
        if not self._loops or slot not in self.slots:
            return f"{self.of_member(slot, 'cells')}[{fact}]"
        source = f"v{slot}.cells[{fact}]"
        name = next((name for name, same in self._used.items() if same == source), None)
        if name is None:
            name = self.fresh()
            self._used[name] = source
        return name

    @contextmanager
    def member(self, slot: int, members: str, beside: Iterable[str] = ()) -> Iterator[None]:
        """A loop that sets a variable to one member after the other, and others `beside` it."""
        self._loops += 1
        with self.block(f"for {', '.join((f'v{slot}', *beside))} in {members}:"):
            start = len(self._lines)
            yield
            self._lines[start:start] = self._read_first(f"v{slot}.", start)
        self._loops -= 1

    def _read_first(self, of: str, start: int = 0) -> list[str]:
        """The lines that read what is used of one thing from a line on. What is used only once,
        and in no loop, is read where it is used."""
        lines = self._lines[start:]
        loops = any(LOOP.match(line) for line in lines)
        reading = []
        for name in [name for name, source in self._used.items() if source.startswith(of)]:
            source, word = self._used.pop(name), re.compile(rf"\b{name}\b")
            uses = [at for at, line in enumerate(lines, start) for _ in word.findall(line)]
            if len(uses) == 1 and not loops:
                self._lines[uses[0]] = word.sub(source, self._lines[uses[0]])
            else:
                reading.append("    " * self.depth + f"{name} = {source}")
        return reading

    def noted(self, bits: str) -> None:
        """Note bits as read, where that is asked for and not done already."""
        if self.traced and bits not in self.known:
            self.line(f"log |= {bits}")
            if not bits.isidentifier() and bits != "world.log":
                self.known[bits] = bits

    def remembered(self, tree: Expr, each: int | None) -> str:
        """A value that is worked out once for a household, a person or both; `each` is the
        variable of the person it is a function of."""
        found = self.known.get((id(tree), each))
        if found is not None:
            return found
        function, place = self.units.value(tree, each is not None)
        found, at = self._looked_up(function, place, tree.free & {PERSON_SLOT}, each)
        self.known[id(tree), each] = found
        if self.traced:
            self.noted(f"{self.of_world('logs')}[{at}]")
        return found

    def kept(self, which: Expr, slot: int, body: Callable[[Writer], str]) -> str:
        """The people a loop lets in, which are remembered like a value."""
        function, place = self.units.kept(which, slot, body)
        each = EACH_SLOT if EACH_SLOT in which.free else None
        return self._looked_up(function, place, which.free & {PERSON_SLOT}, each)[0]

    def _looked_up(
        self, function: str, place: int, of: frozenset[int], each: int | None
    ) -> tuple[str, str]:
        """What a function remembers, and the place where it does so."""
        at, given = str(place), ["world"]
        if each is not None:
            at += f" + {self.of_member(each, 'given')}"
        if of:
            at += f" + {self.of_member(PERSON_SLOT, 'place')}"
            given.append(f"v{PERSON_SLOT}")
        if each is not None:
            given.append(f"v{each}")
        at = at if at.isdecimal() else self.named(at)
        found, memo = self.fresh(), self.of_world("memo")
        self.line(f"if {at} in {memo}: {found} = {memo}[{at}]")
        self.line(f"else: {found} = {function}({', '.join(given)})")
        return found, at

    def apart(self, tree: Expr) -> str:
        """A value worked out by a function of its own."""
        given = ["world", *(f"v{slot}" for slot in sorted(tree.free))]
        found = self.named(f"{self.units.apart(tree)}({', '.join(given)})")
        self.noted("world.log")
        return found

    def all_of(self, parts: Sequence[Callable[[], str]]) -> str:
        """True if all are, False if any is False, otherwise unknown."""
        return self._until(parts, "True", "{0} is False")

    def any_of(self, parts: Sequence[Callable[[], str]]) -> str:
        """True if any is, False if all are False, otherwise unknown."""
        return self._until(parts, "False", "{0}")

    def _until(self, parts: Sequence[Callable[[], str]], usual: str, settled: str) -> str:
        """Look at one after the other until one settles the whole."""
        if len(parts) == 1:
            return parts[0]()
        result = self.fresh()
        self.line(f"{result} = {usual}")
        with self.block("while True:"):
            for part in parts:
                found = self.named(part())
                with self.block(f"if {found} is not {usual}:"):
                    self.line(f"{result} = {found}")
                    self.line(f"if {settled.format(found)}: break")
            self.line("break")
        return result

    def returned(self, value: str, place: int | None) -> None:
        """The end of the function: what it gives, remembered if it has a place."""
        value = self.named(value)
        if place is None:
            if self.traced:
                self.line("world.log = log")
        else:
            at = str(place)
            at += f" + v{PERSON_SLOT}.place" if PERSON_SLOT in self.slots else ""
            at += "".join(f" + v{slot}.given" for slot in self.slots if slot != PERSON_SLOT)
            self.line(f"at = {at}")
            self.line(f"{self.of_world('memo')}[at] = {value}")
            if self.traced:
                self.line(f"{self.of_world('logs')}[at] = log")
        self.line(f"return {value}")

    def text(self, name: str) -> str:
        """The whole function. Who calls it from outside leaves the person to the world."""
        head = ", ".join(("world", *(f"v{slot}" for slot in self.slots)))
        first = ["    log = 0"] if self.traced else []
        if self.slots == [PERSON_SLOT]:
            person = f"v{PERSON_SLOT}"
            first.append(f"    if {person} is None: {person} = world.env[{PERSON_SLOT}]")
        for slot in self.slots:
            first += self._read_first(f"v{slot}.")
        first += self._read_first("world.")
        return "\n".join((f"def {name}({head}):", *first, *self._lines, ""))
