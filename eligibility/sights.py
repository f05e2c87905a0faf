"""How an explanation looks at tests: noting what they read, by trying, or with few answers told."""

from __future__ import annotations

from collections.abc import Callable

from eligibility.expressions.tree import PERSON_SLOT
from eligibility.plan import Step
from eligibility.program import Test
from eligibility.tracing import TracedWorld
from eligibility.trying import Trying
from eligibility.witness import Deciding, Sight
from eligibility.world import PersonView

ToldBy = Callable[[Test], int]
"""The bits of all told answers a test can read."""


class Noting(Sight):
    """Looks at tests in a world that notes what they read; for everybody one after the other."""

    def __init__(self, world: TracedWorld) -> None:
        super().__init__()
        self.world = world
        self.memo = world.memo
        self.logs = world.logs
        self.person: PersonView | None = None

    def at_person(self, person: PersonView | None) -> None:
        """From now on look at this person."""
        self.person = self.world.env[PERSON_SLOT] = person
        self.at = 0 if person is None else person.place

    def look(self, step: Step) -> bool | None:
        found: bool | None
        found = step.compute(self.world, self.person) if step.personal else step.compute(self.world)
        return found

    def rests_on(self, step: Step) -> Deciding:
        log = self.logs[step.place + self.at if step.personal else step.place]
        return step, log & self.world.told, log


class Settling(Sight):
    """The same, with what is unclear settled by trying. Such a test rests on all it can read."""

    def __init__(self, noting: Noting, trying: Trying, told_by: ToldBy) -> None:
        super().__init__()
        self.noting = noting
        self.trying = trying
        self.told_by = told_by
        self.settled: set[int] = set()

    def look(self, step: Step) -> bool | None:
        found = self.noting.holds(step)
        if found is None:
            found = self.trying.settled(step.test, self.noting.person)
            if found is not None:
                self.settled.add(step.key)
        self.memo[step.place] = found
        return found

    def rests_on(self, step: Step) -> Deciding:
        deciding = self.noting.rests_on(step)
        return (
            (step, self.told_by(step.test), deciding[2]) if step.key in self.settled else deciding
        )


class Told(Sight):
    """Looks at tests where only some answers are told."""

    def __init__(self, holds: Callable[[Test], bool | None], needed: int, told_by: ToldBy) -> None:
        super().__init__()
        self.found = holds
        self.needed = needed
        self.told_by = told_by

    def look(self, step: Step) -> bool | None:
        found = self.memo[step.place] = self.found(step.test)
        return found

    def rests_on(self, step: Step) -> Deciding:
        return step, self.needed & self.told_by(step.test), 0
