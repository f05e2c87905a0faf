"""The fewest answers that force a result: without any one of them it would be unclear."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from eligibility.bits import each_bit, halves
from eligibility.expressions.tree import PERSON_SLOT
from eligibility.household import Household, Person
from eligibility.leaving_out import LeavingOut
from eligibility.parameters import NoValue
from eligibility.program import Program
from eligibility.rulebook import Rulebook
from eligibility.switches import Cells, Switchboard
from eligibility.tracing import TracedWorld
from eligibility.trying import Trying
from eligibility.witness import Witness
from eligibility.world import ENV_SIZE, PersonView, World, received

FEW = 4
MOST_SEARCHED = 12
"""Among more answers than this the set found is minimal, but perhaps not the very smallest."""
Other = tuple[int, int]
"""A test that does not decide: its key, and the told answers it can read."""


@dataclass(slots=True)
class Settled:
    """One settled result with the tests that decide it, and in the end the answers it needs.

    `readable` tells which answers its program can read, and `others` the tests that do not decide
    but come out the same. Of the answers `read`, those that decide cannot do without the `tight`
    ones, and the program cannot without the `needed`. `anew` says that other tests decide then.
    """

    program: Program
    person: PersonView | None
    outcome: bool
    witness: Witness
    readable: Callable[[], int]
    others: Callable[[], list[Other]]
    read: int = 0
    tight: int = 0
    needed: int = 0
    anew: bool = False

    def __post_init__(self) -> None:
        for _, mask, _ in self.witness:
            self.read |= mask


def in_order(world: TracedWorld) -> None:
    """Give the told answers their bits question by question, so that which of several sets is
    found hangs on the household alone, and not on what was looked at first."""
    source, place = world.source, world.placed_at
    for path, told in _told(source, world.rows.values()):
        if told is not None and not (isinstance(told, dict) and "unknown" in told):
            place(path, told)
    listed: list[tuple[str, Household | Person]] = [("household", source)]
    listed += [(f"people.{person.id}", person) for person in source.people]
    listed = [one for one in listed if one[1].receives or one[1].receives_closed]
    for member in world.blank.members:
        for path, whose in listed:
            got = received(whose, member)
            if got is not None:
                place(f"{path}.receives.{member}", got)


def _told(source: Household, rows: Collection[tuple[Person, Cells]]) -> Iterator[tuple[str, Any]]:
    """Each answer with its path, by the questions' names, however they were told."""
    yield "people_complete", source.people_complete
    for name, told in sorted((source.facts.get("household") or {}).items()):
        if name != "receives":
            yield f"household.{name}", told
    for name in sorted({name for _, row in rows for name in row}):
        for person, row in rows:
            if name == "incomes" and isinstance(row.get(name), list):
                for index, income in enumerate(row[name]):
                    yield f"people.{person.id}.incomes.{index}", income or None
            elif name in row and name not in ("id", "receives", "incomes"):
                yield f"people.{person.id}.{name}", row[name]


class Fewest:
    """Finds them for all results of one household at once, because they share most of the work."""

    def __init__(self, traced: TracedWorld, board: Switchboard, rules: Rulebook) -> None:
        self.traced = traced
        self.board = board
        self.rules = rules
        self.derived = rules.compiler.derived
        self.tests = rules.compiler.tests
        self.remembered: dict[int, dict[int, Any]] = {}
        for place, value in traced.memo.items():
            rests_on = traced.logs[place] & traced.told
            self.remembered.setdefault(rests_on, {})[place] = value
        self.timeless = self.remembered.pop(0, {})
        self.untold = dict(self.timeless)
        self.forced: dict[Any, int] = {}
        self.always: dict[str, bool] = {}
        self.found_for: dict[str, int] = {}

    def find(self, results: list[Settled]) -> list[Settled]:
        """The same results, with what each needs."""
        self._without_each(results)
        for result in results:
            if result.needed != result.read:
                result.needed = self._enough(result)
        return results

    def find_tried(self, result: Settled) -> int:
        """What a result needs that only trying settles. Trying may find more with less told, so
        answers are left out one after the other until none can be any more."""
        left, before = result.readable(), -1
        while left != before:
            before = left
            for some in (*halves(left), *each_bit(left)):
                if left & some and self._tried(result, left & ~some):
                    left &= ~some
        return left

    def _tried(self, result: Settled, answers: int) -> bool:
        """Whether these answers alone give the result, if need be by trying."""
        with self.alone(result.person, answers) as bare:
            person = bare.env[PERSON_SLOT]
            try:
                found = self.derived(bare, result.program.id, person)
                if found is None:
                    found = Trying(bare, self.rules).decide(result.program, person)[0]
            except NoValue:
                return False
            return found is result.outcome

    def _without_each(self, results: list[Settled]) -> None:
        """What each result cannot do without: hide one answer after the other from all. A single
        answer is left to `_always`."""
        results = [result for result in results if result.read & (result.read - 1)]
        whole, read = self.board.whole, 0
        for result in results:
            read |= result.read
        resting = self._resting()
        for bit in each_bit(read):
            self.board.hide(bit)
            whole.memo = dict(self.traced.memo)
            for place in resting.get(bit, ()):
                del whole.memo[place]
            for result in results:
                if result.read & bit and not self._decided(whole, result, bit):
                    result.tight |= bit
                    if not self._holds(whole, result, result.person):
                        result.needed |= bit
            self.board.give_back(bit)

    def _resting(self) -> dict[int, list[int]]:
        """The places of what rests on each answer."""
        found: dict[int, list[int]] = {}
        for rests_on, values in self.remembered.items():
            for bit in each_bit(rests_on):
                found.setdefault(bit, []).extend(values)
        return found

    def _decided(self, world: World, result: Settled, hidden: int) -> bool:
        """Whether the tests that decide still do so. Only those that read what is hidden can have
        changed."""
        world.env[PERSON_SLOT] = result.person
        try:
            for step, mask, _ in result.witness:
                if mask & hidden and self.tests[step.key](world) is not result.outcome:
                    return False
        except NoValue:
            world.env = [None] * ENV_SIZE
            return False
        return True

    def _keep(self, memo: dict[int, Any], hidden: int) -> None:
        """Keep from the whole evaluation what rests on no hidden answer."""
        for rests_on, values in self.remembered.items():
            if not rests_on & hidden:
                memo.update(values)

    def _holds(self, world: World, result: Settled, person: PersonView | None) -> bool:
        try:
            return self.derived(world, result.program.id, person) is result.outcome
        except NoValue:
            world.env = [None] * ENV_SIZE
            return False

    @contextmanager
    def alone(self, person: PersonView | None, answers: int) -> Iterator[World]:
        """A world in which these answers alone are told, and which decides on this person."""
        self.board.put_in(answers)
        yield self._afresh(person, answers)
        self.board.take_out(answers)

    def _afresh(self, person: PersonView | None, answers: int) -> World:
        """The bare world, told these answers, with nothing remembered that rests on others."""
        bare = self.board.bare
        bare.memo = dict(self.timeless)
        if answers.bit_count() > FEW:
            self._keep(bare.memo, self.traced.told & ~answers)
        bare.env[PERSON_SLOT] = None if person is None else bare.people[person.index]
        return bare

    def _alone(self, result: Settled, answers: int) -> bool:
        """Whether these answers alone give the result."""
        with self.alone(result.person, answers) as bare:
            return self._holds(bare, result, bare.env[PERSON_SLOT])

    def _always(self, result: Settled) -> bool:
        """Whether the result holds whatever is told; then no answer is needed."""
        name = result.program.id
        if name not in self.always:
            bare = self._afresh(result.person, 0)
            bare.memo = self.untold
            self.always[name] = self._holds(bare, result, bare.env[PERSON_SLOT])
        return self.always[name]

    def _enough(self, result: Settled) -> int:
        """Fewest answers where some can stand in for others."""
        if not result.needed and self._always(result):
            result.anew = True
            return 0
        found = result.read
        if found & (found - 1):
            decide = self._reduced(result)
            found = self._by_others(result, decide) if decide & (decide - 1) else decide
            result.anew = found != decide
        if found.bit_count() <= result.needed.bit_count() + 1:
            return found
        every = result.readable()
        if every.bit_count() > MOST_SEARCHED:
            return found
        smallest = self._smallest(result, every, found)
        result.anew |= smallest != found
        return smallest

    def _reduced(self, result: Settled) -> int:
        """A minimal set that forces the tests which decide; the same for all whom they concern."""
        person = None
        if any(step.personal for step, _, _ in result.witness):
            person = result.person
        tests = tuple(step.key for step, _, _ in result.witness)
        key = (result.program.id, tests, person and person.index, result.read, result.tight)
        if key not in self.forced:
            name = result.program.id
            left = LeavingOut(self, result).run(self.found_for.get(name, 0))
            self.forced[key] = self.found_for[name] = left
        return self.forced[key]

    def _by_others(self, result: Settled, found: int) -> int:
        """Leave out what the tests that decide cannot, but another can: without an answer they
        need, only one that comes out the same with those that are left could settle it."""
        loose = found & ~result.needed
        elsewhere = self._standing(result, found) if loose else 0
        for bit in each_bit(loose):
            if found & ~bit & elsewhere and self._alone(result, found & ~bit):
                found &= ~bit
        return found

    def _standing(self, result: Settled, answers: int) -> int:
        """What the other tests can read that come out the same with these answers alone."""
        others = [(key, told) for key, told in result.others() if told & answers or not told]
        if not any(told for _, told in others):
            return 0
        found = 0
        with self.alone(result.person, answers) as bare:
            for key, told in others:
                try:
                    if self.tests[key](bare) is result.outcome:
                        found |= told or -1
                except NoValue:
                    bare.env = [None] * ENV_SIZE
                    return -1
        return found

    def _smallest(self, result: Settled, every: int, best: int) -> int:
        """The very smallest set. Each set that is not enough tells of answers one of which is
        needed; the smallest set that has one of each is tried next."""
        one_of: list[int] = []
        while True:
            more = best.bit_count() - result.needed.bit_count() - 1
            tried = one_of_each(one_of, result.needed, more)
            if tried is None:
                return best
            if self._alone(result, tried):
                return tried
            for bit in each_bit(every & ~tried):
                if not self._alone(result, tried | bit):
                    tried |= bit
            one_of.append(every & ~tried)


def one_of_each(groups: list[int], chosen: int, more: int) -> int | None:
    """What is chosen, with the fewest more so that there is one of each group, at most so many."""
    for allowed in range(more + 1):
        found = _with(groups, chosen, allowed)
        if found is not None:
            return found
    return None


def _with(groups: list[int], chosen: int, allowed: int) -> int | None:
    missing = next((group for group in groups if not group & chosen), 0)
    if not missing:
        return chosen
    if not allowed:
        return None
    for bit in each_bit(missing):
        found = _with(groups, chosen | bit, allowed - 1)
        if found is not None:
            return found
    return None
