"""Which tests force an outcome: one where one is enough, all where all are needed."""

from __future__ import annotations

from collections.abc import Callable

from eligibility.program import Node, Program, Test

Seen = tuple[bool | None, int, int]
"""Whether a test or group holds, the bits of the told answers it rests on, and of a test the bits
of all that it read."""
Witness = list[tuple[Test, int, int]]


class Chooser:
    """Chooses among the tests of one program. `look` evaluates a test. What is the same for
    everyone is kept in `common`, the rest in `own`."""

    __slots__ = ("_common", "_own", "hasty", "kept", "look", "program")

    def __init__(
        self,
        program: Program,
        look: Callable[[Test], Seen],
        common: dict[int, Seen] | None = None,
        own: dict[int, Seen] | None = None,
    ) -> None:
        self.program = program
        self.look = look
        self.kept = 0
        # Where one answer settles the whole, and no other is needed, the rest is not looked at.
        tests = program.tests_node
        self.hasty = tests if program.who is None or not tests.settling else None
        self._own = {} if own is None else own
        self._common = {} if common is None else common

    def decide(self) -> tuple[bool | None, bool]:
        """Whether the tests of a program are met, and whether it may be for this person at all."""
        who = self.program.who_node
        fits = None if who is None else self.see(who)[0]
        if fits is False:
            return False, False
        met = self.see(self.program.tests_node)[0]
        return (met if met is False or fits or who is None else None), True

    def choose(self, outcome: bool | None) -> Witness:
        """The tests that decide, with the answers each rests on; for an unclear outcome, all
        that are still open."""
        tests, who = self.program.tests_node, self.program.who_node
        found: Witness = []
        fits = True if who is None else self.see(who)[0]
        if who is not None and (outcome or fits is outcome):
            self._add(found, who, outcome)
        if outcome or (fits is not False and self.see(tests)[0] is outcome):
            self._add(found, tests, outcome)
        return found

    def see(self, node: Node) -> Seen:
        """Whether a test or a group of tests holds and what it rests on, looked at once."""
        seen = self._own if node.personal else self._common
        found = seen.get(node.key)
        if found is None:
            found = self._group(node) if node.test is None else self.look(node.test)
            seen[node.key] = found
        return found

    def _group(self, group: Node) -> Seen:
        settling, hasty = group.settling, group is self.hasty
        result: bool | None = not settling
        rests_on = 0
        own, common, see = self._own, self._common, self.see
        for node in group.members:
            seen = (own if node.personal else common).get(node.key)
            answer, told, _ = see(node) if seen is None else seen
            rests_on |= told
            if answer is settling:
                result = settling
                if hasty and told.bit_count() == 1:
                    break
            elif answer is None and result is not settling:
                result = None
        return result, rests_on, 0

    def _add(self, found: Witness, node: Node, outcome: bool | None) -> None:
        """Add the tests that make a node come out so."""
        if node.test is not None:
            _, mask, read = self.see(node)
            if outcome is not None:
                self.kept |= mask
            found.append((node.test, mask, read))
        elif outcome is node.settling:
            self._add(found, self._easiest(node, outcome), outcome)
        else:
            self._add_all(found, node, outcome)

    def _add_all(self, found: Witness, group: Node, outcome: bool | None) -> None:
        """Add every member that comes out so."""
        own, common, see = self._own, self._common, self.see
        groups = []
        for node in group.members:
            seen = (own if node.personal else common).get(node.key) or see(node)
            if seen[0] is not outcome:
                continue
            if node.test is None:
                groups.append((len(found), node))
                continue
            if outcome is not None:
                self.kept |= seen[1]
            found.append((node.test, seen[1], seen[2]))
        # Choices come last: what plain tests rest on is known by then.
        chosen: list[tuple[int, Witness]] = []
        for place, node in groups:
            below: Witness = []
            self._add(below, node, outcome)
            chosen.append((place, below))
        for place, below in reversed(chosen):
            found[place:place] = below

    def _easiest(self, group: Node, outcome: bool) -> Node:
        """The member that settles a group with the fewest answers beyond those that are needed
        anyway, the first of them."""
        best, least = group.members[0], -1
        for member in group.members:
            answer, told, _ = self.see(member)
            if answer is outcome:
                effort = (told & ~self.kept).bit_count()
                if least < 0 or effort < least:
                    best, least = member, effort
                if group is self.hasty and told.bit_count() == 1:
                    break
        return best
