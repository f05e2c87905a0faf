"""A program as loaded: whom it is for, its tests, its words, and how one applies."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from eligibility.dates import MonthDay
from eligibility.documents import Place
from eligibility.expressions.tree import Expr
from eligibility.parameters import Source


@dataclass(frozen=True, slots=True)
class Test:
    """One named test with a whole sentence for each outcome."""

    id: str
    rule: Expr
    met: str
    unmet: str
    unclear: str
    source: Source | None
    place: Place

    def sentence(self, outcome: bool | None) -> str:
        """The English sentence for an outcome; it is the message id."""
        return {True: self.met, False: self.unmet}.get(outcome, self.unclear)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Group:
    """`all` or `any` of tests and further groups, in the order they should be read."""

    kind: str
    members: tuple[Test | Group, ...]


@dataclass(frozen=True, slots=True)
class Amount:
    """What the benefit is worth: lowest and highest are one expression where it is exact."""

    low: Expr
    high: Expr
    period: str
    place: Place


@dataclass(frozen=True, slots=True)
class Season:
    """Days of the year, both included, on which one can apply."""

    first: MonthDay
    last: MonthDay

    def holds(self, on: date) -> bool:
        day = (on.month, on.day)
        if self.first <= self.last:
            return self.first <= day <= self.last
        return day >= self.first or day <= self.last


@dataclass(frozen=True, slots=True)
class Clock:
    """How many working days an agency has, and when it has fewer."""

    working_days: int
    urgent_working_days: int | None
    urgent_when: Expr | None = None


@dataclass(frozen=True, slots=True)
class Handoff:
    """Where to apply when the agency has not agreed to take our cases."""

    title: str
    url: str
    phone: str


@dataclass(frozen=True)
class Program:
    """One program. Names, summaries and sentences are English message ids."""

    id: str
    name: str
    summary: str
    unit: str
    apply: str
    agency: str
    status_now: str
    status_text: str
    seasons: tuple[Season, ...]
    law: Source
    tests: Test | Group
    who: Test | None
    amount: Amount | None
    values: dict[str, Expr]
    not_checked: tuple[str, ...]
    excludes: tuple[str, ...]
    first_try: tuple[str, ...]
    automatic_with: tuple[str, ...]
    one_per_household: bool
    apply_facts: tuple[str, ...]
    reasons: dict[str, str]
    clock: Clock | None
    proofs: tuple[str, ...]
    next_step: str
    handoff: Handoff | None
    place: Place
    raw: Any

    def status_on(self, on: date) -> str:
        """open, paused, closed, or out_of_season on a day."""
        if self.seasons and not any(season.holds(on) for season in self.seasons):
            return "out_of_season"
        return self.status_now

    @property
    def status(self) -> str:
        """The status as declared, without a day."""
        return "seasonal" if self.seasons else self.status_now

    @property
    def rules(self) -> tuple[Expr, ...]:
        """Every expression a result of this program depends on."""
        found = [test.rule for test in self.all_tests()]
        if self.amount:
            found += [self.amount.low, self.amount.high]
        return tuple(found)

    def all_tests(self) -> tuple[Test, ...]:
        """The tests in reading order, with `who` first."""
        first = (self.who,) if self.who else ()
        return (*first, *_leaves(self.tests))

    @cached_property
    def facts(self) -> frozenset[str]:
        """Fact ids the rules read, received benefits by member."""
        return frozenset().union(*(rule.facts for rule in self.rules))

    @cached_property
    def links(self) -> frozenset[str]:
        """Programs whose derived result this one reads."""
        return frozenset().union(*(rule.links for rule in self.rules))

    @cached_property
    def figures(self) -> frozenset[Any]:
        """Parameters read, each with its take-over days."""
        return frozenset().union(*(rule.figures for rule in self.rules))

    @property
    def all_figures(self) -> frozenset[Any]:
        """Every parameter its text names, also those only shown in sentences."""
        trees = list(self.values.values())
        if self.clock is not None and self.clock.urgent_when is not None:
            trees.append(self.clock.urgent_when)
        return self.figures.union(*(tree.figures for tree in trees))

    @property
    def all_facts(self) -> frozenset[str]:
        """Every fact its text names, also those only a sentence, a clock or an agency needs."""
        trees = list(self.values.values())
        if self.clock is not None and self.clock.urgent_when is not None:
            trees.append(self.clock.urgent_when)
        return self.facts.union(self.apply_facts, *(tree.facts for tree in trees))

    @cached_property
    def fields(self) -> tuple[str, ...]:
        """The facts its agency is granted: those that decide and those needed to apply."""
        ids = {".".join(fact.split(".")[:2]) for fact in self.facts} | set(self.apply_facts)
        return tuple(sorted(ids))

    @property
    def needs_immigration(self) -> bool:
        return "person.immigration" in self.fields


def _leaves(node: Test | Group) -> tuple[Test, ...]:
    if isinstance(node, Test):
        return (node,)
    return tuple(test for member in node.members for test in _leaves(member))
