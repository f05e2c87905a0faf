"""Which tests force an outcome: one where one is enough, all where all are needed."""

from __future__ import annotations

from collections.abc import Callable

from eligibility.program import Group, Program, Test

Seen = tuple[bool | None, int]
"""Whether a test or group holds, and the bits of what it rests on."""
Witness = list[tuple[Test, int]]


class Chooser:
    """Chooses among the tests of one program. `look` evaluates a test, `told` holds the bits of
    the answers that count."""

    def __init__(self, look: Callable[[Test], Seen], told: Callable[[], int]) -> None:
        self.look = look
        self.told = told
        self.kept = 0
        self._seen: dict[int, Seen] = {}

    def choose(self, program: Program, outcome: bool | None) -> Witness:
        """The tests that decide, with the answers each rests on; for an unclear outcome, all
        that are still open."""
        who = program.who
        if who is None:
            return self._witness(program.tests, outcome)
        fits = self.truth(who)
        if outcome is None:
            open_tests = [] if fits is True else self._witness(who, None)
            still = fits is not False and self.truth(program.tests) is None
            return open_tests + (self._witness(program.tests, None) if still else [])
        if outcome is False:
            return self._witness(who if fits is False else program.tests, False)
        return self._witness(who, True) + self._witness(program.tests, True)

    def truth(self, node: Test | Group) -> bool | None:
        """Whether a test or a group of tests holds."""
        return self.see(node)[0]

    def see(self, node: Test | Group) -> Seen:
        """The same with what it rests on, looked at once."""
        found = self._seen.get(id(node))
        if found is None:
            found = self.look(node) if isinstance(node, Test) else self._group(node)
            self._seen[id(node)] = found
        return found

    def _group(self, node: Group) -> Seen:
        settling = node.kind == "any"
        result: bool | None = not settling
        rests_on = 0
        for member in node.members:
            answer, read = self.see(member)
            rests_on |= read
            if answer is settling:
                result = settling
            elif answer is None and result is not settling:
                result = None
        return result, rests_on

    def _witness(self, node: Test | Group, outcome: bool | None) -> Witness:
        if isinstance(node, Test):
            mask = self.see(node)[1] & self.told()
            if outcome is not None:
                self.kept |= mask
            return [(node, mask)]
        fitting = [member for member in node.members if self.truth(member) is outcome]
        if outcome is not None and (node.kind == "any") is outcome:
            chosen = fitting[0] if len(fitting) == 1 else min(fitting, key=self._effort)
            return self._witness(chosen, outcome)
        # A plain test first: what it rests on is known when a choice comes up elsewhere.
        ordered = sorted(fitting, key=lambda member: isinstance(member, Group))
        found = {id(member): self._witness(member, outcome) for member in ordered}
        return [test for member in fitting for test in found[id(member)]]

    def _effort(self, member: Test | Group) -> int:
        """How many answers a member rests on beyond those that are needed anyway."""
        return (self.see(member)[1] & self.told() & ~self.kept).bit_count()
