"""Tries the few ways in which a test that is unclear can turn out, and sees if all say the same.

An interval walk takes each reading of an answer that is not told for itself. Where one such answer
is read twice, as by an income and by the limit for a size, that is more in doubt than need be.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from math import prod
from typing import Any, NamedTuple

from eligibility.expressions.functions import TAX_ROLES
from eligibility.expressions.repeats import TAX
from eligibility.expressions.tree import PERSON_SLOT, Expr
from eligibility.facts import FactType, Vocabulary
from eligibility.plan import Step
from eligibility.program import Program, Test
from eligibility.rulebook import Rulebook
from eligibility.witness import Chooser, Sight
from eligibility.world import PersonView, World

MOST_TRIED = 16
"""How many ways are tried at the most; where there are more, none is."""
ALONE = ""
"""Stands for a tax household that nobody else has named; no label that is told is empty."""


class Open(NamedTuple):
    """An answer that is not told: where it stands, and what it can be."""

    cells: dict[str, Any]
    name: str
    values: tuple[Any, ...]


class Trying:
    """Tries cases in one world. `truth` is that of a test in every way it can turn out."""

    def __init__(self, world: World, rules: Rulebook) -> None:
        self.world = world
        self.rules = rules
        self.tests = rules.compiler.tests
        self.memos: dict[tuple[Any, ...], dict[int, Any]] = {}
        self.ways: dict[tuple[str, ...], list[Open]] = {}

    @cached_property
    def open(self) -> frozenset[str]:
        """Which of the answers that are worth a try somebody has not told."""
        programs = self.rules.programs.values()
        names = frozenset().union(*(self.rules.tried_for(program) for program in programs))
        return frozenset(name for name in names if any(self._open((name,))))

    def decide(self, program: Program, person: PersonView | None) -> tuple[bool | None, bool]:
        """Whether the tests of a program are met, and whether it is for this person at all."""
        if self.open.isdisjoint(self.rules.tried_for(program)):
            return None, True
        return Chooser(self.rules.plans[program.id], _Tried(self, person)).decide()

    def truth(self, test: Test, person: PersonView | None) -> bool | None:
        """Whether a test holds, if need be by trying every way."""
        self.world.env[PERSON_SLOT] = person
        truth: bool | None = self.tests[id(test.rule)](self.world)
        return self.settled(test, person) if truth is None else truth

    def settled(self, test: Test, person: PersonView | None) -> bool | None:
        """What a test that is unclear comes to in every way, if that is always the same."""
        world, rule = self.world, test.rule
        found = self._ways(self.rules.read_twice(rule))
        if not found:
            return None
        memo = world.memo
        alike = self._alike(rule, person, found, ())
        world.memo = memo
        return alike

    def _ways(self, twice: tuple[str, ...]) -> list[Open]:
        """The answers to try; none where there are too many ways."""
        found = self.ways.get(twice)
        if found is None:
            found = [] if self.open.isdisjoint(twice) else [*self._open(twice)]
            if prod(len(one.values) for one in found) > MOST_TRIED:
                found = []
            self.ways[twice] = found
        return found

    def _alike(
        self, rule: Expr, person: PersonView | None, found: list[Open], case: tuple[Any, ...]
    ) -> bool | None:
        """What the rule says in every case, if it is always the same."""
        (cells, name, values), *others = found
        same: bool | None = None
        before = cells[name]
        for value in values:
            cells[name] = value
            this = (*case, id(cells), name, value)
            truth = self._in_case(rule, person, this)
            if truth is None and others:
                truth = self._alike(rule, person, others, this)
            if truth is None or same is (not truth):
                same = None
                break
            same = truth
        cells[name] = before
        return same

    def _in_case(self, rule: Expr, person: PersonView | None, case: tuple[Any, ...]) -> bool | None:
        world = self.world
        world.memo = self.memos.setdefault(case, {})
        world.env[PERSON_SLOT] = person
        truth: bool | None = self.tests[id(rule)](world)
        return truth

    def _open(self, twice: Iterable[str]) -> Iterator[Open]:
        world, vocabulary = self.world, self.rules.facts
        for name in twice:
            if name.startswith("household."):
                if world.household[name] is None:
                    yield Open(world.household, name, _values(name, vocabulary))
                continue
            for view in world.people:
                if view.cells[name] is None:
                    values = _labels(world) if name == TAX else _values(name, vocabulary)
                    yield Open(view.cells, name, values)


class _Tried(Sight):
    """What tests come to for somebody, if need be by trying."""

    def __init__(self, trying: Trying, person: PersonView | None) -> None:
        super().__init__()
        self.trying = trying
        self.person = person

    def look(self, step: Step) -> bool | None:
        found = self.memo[step.place] = self.trying.truth(step.test, self.person)
        return found


def _labels(world: World) -> tuple[str, ...]:
    """The tax households that are named, and one of one's own."""
    told = dict.fromkeys(one.cells[TAX] for one in world.people)
    return (*(label for label in told if label is not None), ALONE)


def _values(name: str, vocabulary: Vocabulary) -> tuple[Any, ...]:
    if name == "person.tax_role":
        return TAX_ROLES
    fact = vocabulary.facts.get(name)
    return fact.choices if fact and fact.type is FactType.CHOICE else (True, False)
