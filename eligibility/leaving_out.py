"""Leaves answers out as long as the tests that decide a result still do so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eligibility.bits import each_bit
from eligibility.expressions.tree import PERSON_SLOT
from eligibility.parameters import NoValue
from eligibility.world import ENV_SIZE

if TYPE_CHECKING:
    from eligibility.fewest import Fewest, Settled


class LeavingOut:
    """One search, in the bare world: first it is told all that the tests read in the whole one,
    and `left` is what it is told still."""

    def __init__(self, fewest: Fewest, result: Settled) -> None:
        self.result = result
        self.board = fewest.board
        self.bare = fewest.board.bare
        self.tests = fewest.tests
        self.timeless = fewest.timeless
        self.left = result.read
        self.kept = [one for one in fewest.remembered.items() if not one[0] & ~result.read]

    def run(self, guess: int) -> int:
        """What is left when no answer can go. The `guess` is what was left for somebody else."""
        self.board.put_in(self.left)
        others = self.left & ~guess & ~self.result.tight
        guessed = bool(guess and others) and self._go(others)
        some = [*each_bit(self.left & ~self.result.tight)]
        if guessed:
            for bit in some:
                self._go(bit)
        else:
            self._leave_out(some)
        self.board.take_out(self.left)
        return self.left

    def _leave_out(self, some: list[int], too_many: bool = False) -> bool:
        """Leave out some answers at once, or if that is too many, what can go of each half.
        Whether all went."""
        if not some or (not too_many and self._go(sum(some))):
            return True
        half = len(some) // 2
        if half:
            # Where one half went and both could not, the other cannot go whole either.
            gone = self._leave_out(some[half:])
            self._leave_out(some[:half], too_many=gone)
        return False

    def _go(self, out: int) -> bool:
        """Leave these answers out if the tests that decide do so without them."""
        left = self.left & ~out
        self.board.take_out(out, left)
        if not self._forced(left):
            self.board.put_in(out, self.left)
            return False
        self.left = left
        self.kept = [one for one in self.kept if not one[0] & out]
        return True

    def _forced(self, told: int) -> bool:
        """Whether the tests that decide do so. One of which nothing is hidden does."""
        bare, result = self.bare, self.result
        bare.memo = dict(self.timeless)
        for rests_on, values in self.kept:
            if not rests_on & ~told:
                bare.memo.update(values)
        bare.env[PERSON_SLOT] = result.person and bare.people[result.person.index]
        try:
            for step, mask, _ in result.witness:
                if mask & ~told and self.tests[step.key](bare) is not result.outcome:
                    return False
        except NoValue:
            bare.env = [None] * ENV_SIZE
            return False
        return True
