"""What is known of a reason before any household: its sentence, its comparisons, its link."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from eligibility.determination import MET
from eligibility.expressions.compile import Compiler, Function
from eligibility.expressions.tree import PERSON_SLOT, Expr
from eligibility.json_text import fields
from eligibility.program import Program, Test
from eligibility.reason_pieces import WordingPieces, pieces_of

PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
OWN_PLACEHOLDERS = ("value", "limit", "distance")


class Shown(NamedTuple):
    """The two sides of a comparison, as functions, with their unit; `told` is that as JSON."""

    holds: Function
    value: Function
    limit: Function
    unit: str | None
    period: str | None
    told: str


class Blank(NamedTuple):
    """One placeholder of a sentence. Without a function it is the comparison's own."""

    name: str
    of: Function | None
    unit: str
    period: str | None


@dataclass(frozen=True)
class Wording:
    """One test and outcome. `personal`: whether the reason differs from person to person. A
    reason without any number is `head`, the answers, and `rest`; `numbers` tells of others.
    `parts` are what stands before, between and after the blanks of the sentence."""

    text: str
    parts: tuple[str, ...]
    shown: tuple[Shown, ...]
    blanks: tuple[Blank, ...]
    link: str | None
    source: dict[str, str]
    personal: bool
    numbers: bool
    head: tuple[str, str]
    rest: tuple[Any, ...]

    @cached_property
    def pieces(self) -> WordingPieces:
        """What of its JSON is always the same."""
        return pieces_of(self)


class Wordings:
    """Makes wordings with the functions of a compiler."""

    def __init__(self, compiler: Compiler) -> None:
        self.compiler = compiler

    def of(self, program: Program, test: Test, outcome: bool | None) -> Wording:
        """The wording of a test of a program with this outcome."""
        text = test.sentence(outcome)
        shown = tuple(self._shown(part) for part in _conjuncts(test.rule) if part.op == "compare")
        parts, blanks = self._filled_in(program, text, shown)
        trees = [test.rule, *(program.values[blank.name] for blank in blanks if blank.of)]
        link = next(iter(sorted(test.rule.links)), None)
        source = (test.source or program.law).to_json()
        return Wording(
            text,
            tuple(parts),
            shown,
            tuple(blanks),
            link,
            source,
            any(PERSON_SLOT in tree.free for tree in trees),
            bool(shown or blanks),
            (test.id, MET[outcome]),
            (*[None] * 8, False, None, source, text, {}, link),
        )

    def _filled_in(
        self, program: Program, text: str, shown: tuple[Shown, ...]
    ) -> tuple[list[str], list[Blank]]:
        """What stands around the blanks of a sentence, and what each is filled in with."""
        blanks: list[Blank] = []
        parts = [""]
        for literal, name in _split(text):
            parts[-1] += literal
            if shown and name in OWN_PLACEHOLDERS:
                blanks.append(Blank(name, None, shown[0].unit or "number", shown[0].period))
            elif name in program.values:
                tree = program.values[name]
                unit = tree.type.unit or tree.type.kind
                blanks.append(Blank(name, self.compiler.remembering(tree), unit, tree.type.period))
            else:
                parts[-1] += f"{{{name}}}" if name else ""
                continue
            parts.append("")
        return parts, blanks

    def _shown(self, part: Expr) -> Shown:
        left, right = part.args
        turned = bool(left.figures) and not right.figures
        value, limit = (right, left) if turned else (left, right)
        kind = left.type if left.type.unit != "any" else right.type
        compile_ = self.compiler.compile
        told = fields(unit=kind.unit, period=kind.period)
        return Shown(compile_(part), compile_(value), compile_(limit), kind.unit, kind.period, told)


def _split(text: str) -> Iterator[tuple[str, str]]:
    """Each blank of a sentence with what stands before it; the end is before none."""
    pieces = PLACEHOLDER.split(text)
    return zip(pieces[::2], [*pieces[1::2], ""], strict=True)


def _conjuncts(rule: Expr) -> list[Expr]:
    if rule.op == "and":
        return [part for arg in rule.args for part in _conjuncts(arg)]
    if rule.op == "call" and rule.data != "each":
        return _conjuncts(rule.args[0])
    return [rule]
