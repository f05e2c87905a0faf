"""Why: the smallest tests and facts that force a result, and what would settle an unclear one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from eligibility.determination import MET, Measure, Reason
from eligibility.expressions.compile import Closure, Compiler
from eligibility.expressions.tree import PERSON_SLOT, Expr
from eligibility.parameters import NoValue, Reading
from eligibility.program import Group, Program, Test
from eligibility.spans import Number, Span, ends, is_open, span
from eligibility.tracing import Hidden, TracedWorld, told_json
from eligibility.world import PersonView

PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
NO_FIGURES = "We do not have this program's figures for that day."
OWN_PLACEHOLDERS = ("value", "limit", "distance")


Witness = list[tuple[Test, int]]
"""Tests with the bits of the answers each rests on."""


@dataclass(frozen=True, slots=True)
class Shown:
    """The two sides of a test's comparison, as closures."""

    part: Closure
    value: Closure
    limit: Closure
    unit: str | None
    period: str | None


@dataclass(frozen=True, slots=True)
class Why:
    """The reasons of one determination, and what is still to be told."""

    reasons: tuple[Reason, ...]
    would_settle: tuple[str, ...]
    stale: tuple[str, ...]


class Explainer:
    """Explains determinations in one traced world. Equal tests are explained once."""

    def __init__(
        self, world: TracedWorld, compiler: Compiler, roots: Mapping[str, Closure], minimal: bool
    ) -> None:
        self.world = world
        self.roots = roots
        self.had_choice = False
        self.minimal = minimal
        self.compiler = compiler
        self.known: dict[Any, int] = {}
        self.kept = 0

    def explain(self, program: Program, person: PersonView | None, outcome: bool | None) -> Why:
        """The reasons for an outcome that screening found."""
        self.world.env[PERSON_SLOT] = person
        if program.status_now == "closed":
            return Why((_plain("status", "unmet", program.status_text, program),), (), ())
        self.kept, self.had_choice = 0, False
        chosen = self._chosen(program, outcome)
        if outcome is None:
            return self._unclear(program, [test for test, _ in chosen])
        chosen = self._tightened(chosen, outcome)
        if self.minimal and (self.had_choice or len(chosen) > 1):
            chosen = self._settled_by_less(program, chosen, outcome)
        stale: dict[str, None] = {}
        reasons = []
        for test, mask in chosen:
            facts = self.world.named(mask)
            reasons.append(self._reason(program, test, outcome, facts))
            stale.update(self._stale())
        return Why(tuple(reasons), (), tuple(stale))

    def _chosen(self, program: Program, outcome: bool | None) -> Witness:
        who = program.who
        if who is None:
            return self._witness(program.tests, outcome)
        fits = self._value(who.rule)
        if outcome is None:
            open_tests = [] if fits is True else self._witness(who, None)
            still = fits is not False and self._truth(program.tests) is None
            return open_tests + (self._witness(program.tests, None) if still else [])
        if outcome is False:
            return self._witness(who if fits is False else program.tests, False)
        return self._witness(who, True) + self._witness(program.tests, True)

    def _tightened(self, chosen: Witness, outcome: bool) -> Witness:
        """Once more, now that it is known which answers the other tests need anyway."""
        if len(chosen) < 2 or not self.minimal:
            return chosen
        masks = [mask for _, mask in chosen]
        for index, (test, mask) in enumerate(chosen):
            others = 0
            for other, found in enumerate(masks):
                others |= found if other != index else 0
            self.world.start()
            self._value(test.rule)
            if self.world.told_reads() & others & ~mask:
                self.kept = others
                masks[index] = self._facts(test.rule, outcome)
        return [(test, mask) for (test, _), mask in zip(chosen, masks, strict=True)]

    def _settled_by_less(self, program: Program, chosen: Witness, outcome: bool) -> Witness:
        """Tests can lean on each other: see if the result holds with still fewer answers, and
        if so choose the tests anew among what is left. Then each answer left is needed."""
        world, root = self.world, self.roots[program.id]
        needed = 0
        for _, mask in chosen:
            needed |= mask
        world.start()
        root(world)
        hidden: list[Hidden] = []
        while others := world.told_reads() & ~needed:
            hidden += [world.hide(path) for path in world.named(others)]
            world.start()
            root(world)
        dropped = False
        for path in world.named(needed):
            gone = self._without(path, root, outcome, needed, 0)
            hidden += gone
            dropped = dropped or bool(gone)
        if dropped:
            self.kept, self.known = 0, {}
            chosen = self._tightened(self._chosen(program, outcome), outcome)
            self.known = {}
        for one in reversed(hidden):
            world.restore(one)
        return chosen

    def _value(self, rule: Expr) -> Any:
        return self.compiler.compile(rule)(self.world)

    def _truth(self, node: Test | Group) -> bool | None:
        if isinstance(node, Test):
            found: bool | None = self._value(node.rule)
            return found
        answers = [self._truth(member) for member in node.members]
        settling = node.kind == "any"
        if settling in answers:
            return settling
        return None if None in answers else not settling

    def _witness(self, node: Test | Group, outcome: bool | None) -> Witness:
        """The tests that force an outcome: one where one is enough, all where all are needed;
        for an unclear one, all that are still open."""
        if isinstance(node, Test):
            mask = 0 if outcome is None else self._facts(node.rule, outcome)
            self.kept |= mask
            return [(node, mask)]
        fitting = [member for member in node.members if self._truth(member) is outcome]
        if outcome is not None and (node.kind == "any") is outcome:
            self.had_choice = self.had_choice or len(fitting) > 1
            return self._witness(min(fitting, key=self._effort), outcome)
        # A plain test first: what it rests on is known when a choice comes up elsewhere.
        ordered = sorted(fitting, key=lambda member: isinstance(member, Group))
        found = {id(member): self._witness(member, outcome) for member in ordered}
        return [test for member in fitting for test in found[id(member)]]

    def _effort(self, member: Test | Group) -> int:
        """How many answers a member rests on beyond those that are needed anyway."""
        self.world.start()
        self._truth(member)
        return (self.world.told_reads() & ~self.kept).bit_count()

    def _facts(self, rule: Expr, outcome: bool) -> int:
        """The fewest answers that force the rule: drop each in turn and see if it still holds.
        Answers that are needed anyway are preferred."""
        world, closure = self.world, self.compiler.compile(rule)
        world.start()
        closure(world)
        needed = world.told_reads()
        if not self.minimal:
            return needed
        person = world.env[PERSON_SLOT] if PERSON_SLOT in rule.free else None
        key = (id(rule), person.index if person else None, self.kept & needed)
        if key not in self.known:
            self.known[key] = self._fewest(closure, outcome, needed)
        return self.known[key]

    def _fewest(self, closure: Closure, outcome: bool, needed: int) -> int:
        world = self.world
        gone: list[Hidden] = []
        for path in (*world.named(needed & ~self.kept), *world.named(needed & self.kept)):
            dropped = self._without(path, closure, outcome, needed, self.kept)
            if dropped:
                gone += dropped
                needed = world.told_reads()
        for hidden in reversed(gone):
            world.restore(hidden)
        return needed

    def _without(
        self, path: str, closure: Closure, outcome: bool, needed: int, kept: int
    ) -> list[Hidden]:
        """Hide one answer, and others that would only be read in its place. Returns what was
        hidden if the outcome still holds; otherwise everything is given back."""
        world = self.world
        hidden = [world.hide(path)]
        while True:
            world.start()
            if closure(world) is not outcome:
                break
            new = world.told_reads() & ~needed & ~kept
            if not new:
                return hidden
            hidden += [world.hide(other) for other in world.named(new)]
        for one in reversed(hidden):
            world.restore(one)
        return []

    def _unclear(self, program: Program, tests: list[Test]) -> Why:
        world = self.world
        settle: dict[str, None] = {}
        stale: dict[str, None] = {}
        reasons = []
        for test in tests:
            world.start()
            self._value(test.rule)
            told = world.named(world.told_reads())
            settle.update(dict.fromkeys(world.open_reads()))
            reasons.append(self._reason(program, test, None, told))
            stale.update(self._stale())
        return Why(tuple(reasons), tuple(settle), tuple(stale))

    def _stale(self) -> dict[str, None]:
        """Labels of older figures read last."""
        return {
            reading.rows[-1].label: None for reading in self.world.figures_read() if reading.stale
        }

    def _reason(
        self, program: Program, test: Test, outcome: bool | None, facts: list[str]
    ) -> Reason:
        world = self.world
        shown = self._shown(test.rule, outcome)
        value = limit = distance = None
        world.start()
        self._value(test.rule)
        read = world.figures_read()
        if shown is not None:
            value = shown.value(world)
            world.start()
            limit = shown.limit(world)
            read = [*world.figures_read(), *read]
            distance = _distance(value, limit)
        text = test.sentence(outcome)
        measures = self._measures(program, text, value, limit, distance, shown)
        self._reread(test.rule)
        reading = read[0] if read else None
        link = next(iter(sorted(test.rule.links)), None)
        source = test.source or program.law
        if reading:
            source = reading.rows[-1].source
        return Reason(
            test=test.id,
            outcome=MET[outcome],
            facts={path: told_json(world.source, path) for path in facts},
            limit=limit,
            value=value,
            distance=distance,
            unit=shown.unit if shown else None,
            period=shown.period if shown else None,
            parameter=reading.parameter.id if reading else None,
            label=reading.rows[-1].label if reading else None,
            since=reading.since if reading else None,
            stale=bool(reading and reading.stale),
            confidence=max(row.confidence for row in reading.rows) if reading else None,
            source=source.to_json(),
            text=text,
            values=measures,
            link=link,
        )

    def _reread(self, rule: Expr) -> None:
        self.world.start()
        self._value(rule)

    def _measures(
        self,
        program: Program,
        text: str,
        value: Number | None,
        limit: Number | None,
        distance: Number | None,
        shown: Shown | None,
    ) -> dict[str, Measure]:
        own = {"value": value, "limit": limit, "distance": distance}
        found: dict[str, Measure] = {}
        for name in PLACEHOLDER.findall(text):
            if name in own and shown is not None:
                found[name] = Measure(own[name], shown.unit or "number", shown.period)
            elif name in program.values:
                tree = program.values[name]
                number = self._value(tree)
                found[name] = Measure(number, tree.type.unit or tree.type.kind, tree.type.period)
        return found

    def _shown(self, rule: Expr, outcome: bool | None) -> Shown | None:
        """The comparison to show: of several joined by `and`, the one that decides."""
        parts = [part for part in _conjuncts(rule) if part.op == "compare"]
        if not parts:
            return None
        fitting = [part for part in parts if self._value(part) is outcome]
        part = (fitting or parts)[0]
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


def _distance(value: Any, limit: Any) -> Number | None:
    """How far the value is from the limit, never below zero."""
    low, high = ends(value - limit)
    if is_open(low) or is_open(high):
        return None
    if low >= 0:
        return span(low, high)
    return span(-high, -low) if high <= 0 else Span(0, max(-low, high))


def _plain(test: str, outcome: str, text: str, program: Program) -> Reason:
    """A reason without a comparison: a closed program, or figures that are not there."""
    return Reason(
        test=test,
        outcome=outcome,
        facts={},
        limit=None,
        value=None,
        distance=None,
        unit=None,
        period=None,
        parameter=None,
        label=None,
        since=None,
        stale=False,
        confidence=None,
        source=program.law.to_json(),
        text=text,
        values={},
        link=None,
    )


def without_figures(program: Program, error: NoValue) -> Why:
    """Why nothing can be said: the day is before the first figure."""
    return Why((_plain("figures", "unclear", NO_FIGURES, program),), (), ())


__all__ = ["NO_FIGURES", "OWN_PLACEHOLDERS", "PLACEHOLDER", "Explainer", "Reading", "Why"]
