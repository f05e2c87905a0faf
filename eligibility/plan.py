"""A program's tests laid out as an explanation walks them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from eligibility.expressions.compile import Compiler, Function
from eligibility.program import Group, Program, Test


class Step:
    """A test, or a group with the answer of a member that settles it.

    `key` is one for tests of equal rules. Whether it holds is remembered at `place`, and if it is
    `personal` so many places on as the person it looks at has; `compute` works it out. `words`
    are the sentences of a test that were needed so far, by outcome.
    """

    __slots__ = ("compute", "key", "members", "personal", "place", "settling", "test", "words")

    def __init__(
        self,
        key: int,
        place: int,
        personal: bool,
        test: Test | None = None,
        compute: Function | None = None,
        members: tuple[Step, ...] = (),
        settling: bool = False,
    ) -> None:
        self.key = key
        self.place = place
        self.personal = personal
        self.test: Any = test
        self.compute: Any = compute
        self.members = members
        self.settling = settling
        self.words: dict[bool | None, Any] = {}


class Plan(NamedTuple):
    """The steps of one program. In the group `hasty` the rest is not looked at once a single
    answer settles the whole."""

    who: Step | None
    tests: Step
    hasty: Step | None

    def each_test(self) -> Iterator[Step]:
        """Every test, with that of whom the program is for first."""
        if self.who is not None:
            yield self.who
        yield from _tests_below(self.tests)


class Plans(dict[str, Plan]):
    """The plans of a rulebook, each made when it is first asked for."""

    def __init__(self, compiler: Compiler, programs: Mapping[str, Program]) -> None:
        super().__init__()
        self.compiler = compiler
        self.programs = programs

    def __missing__(self, name: str) -> Plan:
        program = self.programs[name]
        who = None if program.who is None else self._step(program.who)
        tests = self._step(program.tests)
        found = self[name] = Plan(who, tests, tests if who is None or not tests.settling else None)
        return found

    def _step(self, part: Test | Group) -> Step:
        if isinstance(part, Test):
            place, compute, personal = self.compiler.looked_at(part.rule)
            return Step(id(part.rule), place, personal, part, compute)
        members = tuple(map(self._step, part.members))
        place = self.compiler.place(("group", id(part)))
        personal = any(member.personal for member in members)
        return Step(id(part), place, personal, members=members, settling=part.kind == "any")


def _tests_below(step: Step) -> Iterator[Step]:
    if step.test is not None:
        yield step
    for member in step.members:
        yield from _tests_below(member)
