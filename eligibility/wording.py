"""What is known of a reason before any household: its sentence, its comparisons, its link."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, NamedTuple

from eligibility.determination import MET
from eligibility.expressions.compile import Compiler, Function
from eligibility.expressions.tree import PERSON_SLOT, Expr
from eligibility.program import Program, Test

PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
OWN_PLACEHOLDERS = ("value", "limit", "distance")


class Shown(NamedTuple):
    """The two sides of a comparison, as functions, with their unit."""

    holds: Function
    value: Function
    limit: Function
    unit: str | None
    period: str | None


class Blank(NamedTuple):
    """One placeholder of a sentence. Without a function it is the comparison's own."""

    name: str
    of: Function | None
    unit: str
    period: str | None


@dataclass(frozen=True, slots=True)
class Wording:
    """One test and outcome. `personal`: whether the reason differs from person to person. A
    reason without any number is `head`, the answers, and `rest`; `numbers` tells of others."""

    text: str
    shown: tuple[Shown, ...]
    blanks: tuple[Blank, ...]
    link: str | None
    source: dict[str, str]
    personal: bool
    numbers: bool
    head: tuple[str, str]
    rest: tuple[Any, ...]


class Wordings:
    """Makes wordings with the functions of a compiler."""

    def __init__(self, compiler: Compiler) -> None:
        self.compiler = compiler

    def of(self, program: Program, test: Test, outcome: bool | None) -> Wording:
        """The wording of a test of a program with this outcome."""
        text = test.sentence(outcome)
        shown = tuple(self._shown(part) for part in _conjuncts(test.rule) if part.op == "compare")
        blanks: list[Blank] = []
        free = test.rule.free
        for name in PLACEHOLDER.findall(text):
            if shown and name in OWN_PLACEHOLDERS:
                blanks.append(Blank(name, None, shown[0].unit or "number", shown[0].period))
            elif name in program.values:
                tree = program.values[name]
                unit = tree.type.unit or tree.type.kind
                of = self.compiler.remembering(tree)
                blanks.append(Blank(name, of, unit, tree.type.period))
                free |= tree.free
        link = next(iter(sorted(test.rule.links)), None)
        source = (test.source or program.law).to_json()
        return Wording(
            text,
            shown,
            tuple(blanks),
            link,
            source,
            PERSON_SLOT in free,
            bool(shown or blanks),
            (test.id, MET[outcome]),
            (*[None] * 8, False, None, source, text, {}, link),
        )

    def _shown(self, part: Expr) -> Shown:
        left, right = part.args
        turned = bool(left.figures) and not right.figures
        value, limit = (right, left) if turned else (left, right)
        kind = left.type if left.type.unit != "any" else right.type
        compile_ = self.compiler.compile
        return Shown(compile_(part), compile_(value), compile_(limit), kind.unit, kind.period)


def _conjuncts(rule: Expr) -> list[Expr]:
    if rule.op == "and":
        return [part for arg in rule.args for part in _conjuncts(arg)]
    if rule.op == "call" and rule.data != "each":
        return _conjuncts(rule.args[0])
    return [rule]
