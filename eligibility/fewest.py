"""The fewest answers that force a result: without any one of them it would be unclear."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from eligibility.expressions.tree import PERSON_SLOT
from eligibility.parameters import NoValue
from eligibility.program import Program
from eligibility.rulebook import Rulebook
from eligibility.switches import Switchboard
from eligibility.tracing import TracedWorld
from eligibility.trying import Trying
from eligibility.witness import Witness
from eligibility.world import ENV_SIZE, PersonView, World

FEW = 4
MOST_SEARCHED = 12
"""Among more answers than this the set found is minimal, but perhaps not the very smallest."""


@dataclass(slots=True)
class Settled:
    """One settled result: the tests that decide it with the answers they read, and in the end
    the answers it needs. `readable` tells which answers its program can read, and `elsewhere`
    which of them the tests that do not decide can."""

    program: Program
    person: PersonView | None
    outcome: bool
    witness: Witness
    readable: Callable[[], int]
    elsewhere: Callable[[], int]
    read: int = 0
    needed: int = 0

    def __post_init__(self) -> None:
        for _, mask, _ in self.witness:
            self.read |= mask


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
        self.forced: dict[Any, int] = {}
        self.always: dict[str, bool] = {}

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
        """What each result cannot do without: hide one answer after the other from all."""
        whole = self.board.whole
        read = 0
        for result in results:
            read |= result.read
        for bit in each_bit(read):
            self.board.hide(bit)
            whole.memo = dict(self.timeless)
            self._keep(whole.memo, bit)
            for result in results:
                if result.read & bit and not self._holds(whole, result, result.person):
                    result.needed |= bit
            self.board.give_back(bit)

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

    def _forced(self, result: Settled, answers: int, keys: list[int]) -> bool:
        """Whether the tests that decide do so in the bare world, told these answers alone. One
        that does not is looked at first the next time."""
        bare = self._afresh(result.person, answers)
        for place, key in enumerate(keys):
            try:
                truth = self.tests[key](bare)
            except NoValue:
                bare.env = [None] * ENV_SIZE
                return False
            if truth is not result.outcome:
                keys.insert(0, keys.pop(place))
                return False
        return True

    def _always(self, result: Settled) -> bool:
        """Whether the result holds whatever is told; then no answer is needed."""
        name = result.program.id
        if name not in self.always:
            self.always[name] = self._alone(result, 0)
        return self.always[name]

    def _enough(self, result: Settled) -> int:
        """Fewest answers where some can stand in for others."""
        if not result.needed and self._always(result):
            return 0
        found = self._reduced(result) if result.read & (result.read - 1) else result.read
        elsewhere = result.elsewhere() if found & (found - 1) else 0
        for bit in each_bit(found & ~result.needed):
            # Without an answer that another test could read, only those that decide could settle
            # it, and they need this one.
            if found & ~bit & elsewhere and self._alone(result, found & ~bit):
                found &= ~bit
        if found.bit_count() <= result.needed.bit_count() + 1:
            return found
        every = result.readable()
        return self._smallest(result, every, found) if every.bit_count() <= MOST_SEARCHED else found

    def _reduced(self, result: Settled) -> int:
        """A minimal set that forces the tests which decide; the same for all whom they concern."""
        person = None
        if any(step.personal for step, _, _ in result.witness):
            person = result.person
        tests = tuple(step.key for step, _, _ in result.witness)
        key = (tests, person and person.index, result.outcome, result.read, result.needed)
        if key not in self.forced:
            self.forced[key] = self._left(result)
        return self.forced[key]

    def _left(self, result: Settled) -> int:
        """Leave out as many answers at once as can be, and where that is too many, half."""
        left = result.read
        keys = [step.key for step, _, _ in result.witness]
        waiting = [[*each_bit(result.read & ~result.needed)]]
        self.board.put_in(left)
        while waiting:
            some = waiting.pop()
            if not some:
                continue
            out = sum(some)
            self.board.take_out(out, left & ~out)
            if self._forced(result, left & ~out, keys):
                left &= ~out
                continue
            self.board.put_in(out, left)
            if len(some) > 1:
                half = len(some) // 2
                waiting += [some[:half], some[half:]]
        self.board.take_out(left)
        return left

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


def halves(mask: int) -> Iterator[int]:
    """Half of the bits, the other half, and so on with a quarter down to two each."""
    bits = [*each_bit(mask)]
    size = len(bits) // 2
    while size > 1:
        for start in range(0, len(bits), size):
            yield sum(bits[start : start + size])
        size //= 2


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


def each_bit(mask: int) -> Iterator[int]:
    """The single bits of a mask, lowest first."""
    while mask:
        bit = mask & -mask
        yield bit
        mask ^= bit
