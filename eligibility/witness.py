"""Which tests force an outcome: one where one is enough, all where all are needed."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from eligibility.plan import Plan, Step

Deciding = tuple[Step, int, int]
"""A test that decides, with the bits of the told answers it rests on and, where they were noted,
of all that it read."""
Witness = list[Deciding]
Group = tuple[bool | None, list[bool | None]]
"""Whether a group holds, and each of its members as far as they were looked at."""


class Sight(ABC):
    """What was found out of tests. `at` is how far on what is personal is remembered."""

    def __init__(self) -> None:
        self.memo: dict[int, Any] = {}
        self.groups: dict[int, Group] = {}
        self.at = 0

    @abstractmethod
    def look(self, step: Step) -> bool | None:
        """Whether a test holds, looked at for the first time."""

    def rests_on(self, step: Step) -> Deciding:
        """A test that was looked at, with the answers it rests on."""
        return step, 0, 0

    def holds(self, step: Step) -> bool | None:
        """Whether a test holds, looked at once."""
        at = step.place + self.at if step.personal else step.place
        found: bool | None = self.memo[at] if at in self.memo else self.look(step)
        return found


class Chooser:
    """Chooses among the tests of one program."""

    __slots__ = ("hasty", "kept", "sight", "tests", "who")

    def __init__(self, plan: Plan, sight: Sight) -> None:
        self.who, self.tests, self.hasty = plan
        self.sight = sight
        self.kept = 0

    def decide(self) -> tuple[bool | None, bool]:
        """Whether the tests of a program are met, and whether it may be for this person at all."""
        who, tests = self.who, self.tests
        fits = True if who is None else self.sight.holds(who)
        if fits is False:
            return False, False
        met = self._group(tests)[0] if tests.test is None else self.sight.holds(tests)
        return (met if met is False or fits else None), True

    def choose(self, outcome: bool | None) -> Witness:
        """The tests that decide, with the answers each rests on; for an unclear outcome, all
        that are still open."""
        tests, who = self.tests, self.who
        found: Witness = []
        fits = True if who is None else self.see(who)
        if who is not None and (outcome or fits is outcome):
            self._add(found, who, outcome)
        if outcome or (fits is not False and self.see(tests) is outcome):
            self._add(found, tests, outcome)
        return found

    def see(self, step: Step) -> bool | None:
        """Whether a test or a group of tests holds."""
        return self.sight.holds(step) if step.test is not None else self._group(step)[0]

    def _group(self, group: Step) -> Group:
        """Whether a group of tests holds, looked at once."""
        groups = self.sight.groups
        at = group.place + self.sight.at if group.personal else group.place
        found = groups.get(at)
        if found is None:
            found = groups[at] = self._looked_at(group)
        return found

    def _looked_at(self, group: Step) -> Group:
        settling, hasty = group.settling, group is self.hasty
        sight, own = self.sight, self.sight.at
        memo, look = sight.memo, sight.look
        answers = []
        for step in group.members:
            if step.test is None:
                answer = self._group(step)[0]
            else:
                at = step.place + own if step.personal else step.place
                answer = memo[at] if at in memo else look(step)
            answers.append(answer)
            if hasty and answer is settling and self._told(step).bit_count() == 1:
                break
        if settling in answers:
            return settling, answers
        return (None if None in answers else not settling), answers

    def _told(self, step: Step) -> int:
        """The told answers that a test, or all tests of a group, rest on."""
        if step.test is not None:
            return self.sight.rests_on(step)[1]
        found = 0
        for member in step.members:
            found |= self._told(member)
        return found

    def _add(self, found: Witness, step: Step, outcome: bool | None) -> None:
        """Add the tests that make a step come out so."""
        if step.test is not None:
            deciding = self.sight.rests_on(step)
            self.kept |= deciding[1]
            found.append(deciding)
        elif outcome is step.settling:
            self._add(found, self._easiest(step, outcome), outcome)
        else:
            self._add_all(found, step, outcome)

    def _add_all(self, found: Witness, group: Step, outcome: bool | None) -> None:
        """Add every member that comes out so."""
        rests_on, kept = self.sight.rests_on, self.kept
        groups = []
        for step, answer in zip(group.members, self._group(group)[1], strict=False):
            if answer is not outcome:
                continue
            if step.test is None:
                groups.append((len(found), step))
                continue
            deciding = rests_on(step)
            kept |= deciding[1]
            found.append(deciding)
        self.kept = kept
        # Choices come last: what plain tests rest on is known by then.
        chosen: list[tuple[int, Witness]] = []
        for place, step in groups:
            below: Witness = []
            self._add(below, step, outcome)
            chosen.append((place, below))
        for place, below in reversed(chosen):
            found[place:place] = below

    def _easiest(self, group: Step, outcome: bool) -> Step:
        """The member that settles a group with the fewest answers beyond those that are needed
        anyway, the first of them."""
        answers = self._group(group)[1]
        if answers.count(outcome) == 1:
            return group.members[answers.index(outcome)]
        best, least, free = group.members[0], -1, ~self.kept
        for step, answer in zip(group.members, answers, strict=False):
            if answer is outcome:
                effort = (self._told(step) & free).bit_count()
                if least < 0 or effort < least:
                    best, least = step, effort
        return best
