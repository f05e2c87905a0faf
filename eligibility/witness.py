"""Which tests force an outcome: one where one is enough, all where all are needed."""

from __future__ import annotations

from collections.abc import Callable, Container

from eligibility.program import Group, Program, Test

Seen = tuple[bool | None, int, int]
"""Whether a test or group holds, the bits of the told answers it rests on, and of a test the bits
of all that it read."""
Witness = list[tuple[Test, int, int]]


class Chooser:
    """Chooses among the tests of one program. `look` evaluates a test. What is the same for
    everyone is kept in `common`, the rest in `own`; `personal` holds the ids of the rules and
    groups that look at the person decided on."""

    __slots__ = ("_common", "_own", "_personal", "hasty", "kept", "look", "program")

    def __init__(
        self,
        program: Program,
        look: Callable[[Test], Seen],
        personal: Container[int] = (),
        common: dict[int, Seen] | None = None,
        own: dict[int, Seen] | None = None,
    ) -> None:
        self.program = program
        self.look = look
        self.kept = 0
        # Where one answer settles the whole, and no other is needed, the rest is not looked at.
        alone = program.who is None or (
            type(program.tests) is Group and program.tests.kind == "all"
        )
        self.hasty = program.tests if alone else None
        self._personal = personal
        self._own = {} if own is None else own
        self._common = {} if common is None else common

    def choose(self, outcome: bool | None) -> Witness:
        """The tests that decide, with the answers each rests on; for an unclear outcome, all
        that are still open."""
        program, who = self.program, self.program.who
        if who is None:
            return self._witness(program.tests, outcome)
        fits = self.see(who)[0]
        if outcome is None:
            open_tests = [] if fits is True else self._witness(who, None)
            still = fits is not False and self.see(program.tests)[0] is None
            return open_tests + (self._witness(program.tests, None) if still else [])
        if outcome is False:
            return self._witness(who if fits is False else program.tests, False)
        return self._witness(who, True) + self._witness(program.tests, True)

    def see(self, node: Test | Group) -> Seen:
        """Whether a test or a group of tests holds and what it rests on, looked at once."""
        name = id(node.rule) if type(node) is Test else id(node)
        seen = self._own if name in self._personal else self._common
        found = seen.get(name)
        if found is None:
            found = self._group(node) if isinstance(node, Group) else self.look(node)
            seen[name] = found
        return found

    def _group(self, node: Group) -> Seen:
        settling = node.kind == "any"
        result: bool | None = not settling
        rests_on = 0
        see = self.see
        for member in node.members:
            answer, told, _ = see(member)
            rests_on |= told
            if answer is settling:
                result = settling
                if node is self.hasty and told.bit_count() == 1:
                    break
            elif answer is None and result is not settling:
                result = None
        return result, rests_on, 0

    def _witness(self, node: Test | Group, outcome: bool | None) -> Witness:
        if isinstance(node, Test):
            _, mask, read = self.see(node)
            if outcome is not None:
                self.kept |= mask
            return [(node, mask, read)]
        if outcome is not None and (node.kind == "any") is outcome:
            return self._witness(self._easiest(node, outcome), outcome)
        see = self.see
        fitting = [member for member in node.members if see(member)[0] is outcome]
        if all(type(member) is Test for member in fitting):
            return [one for member in fitting for one in self._witness(member, outcome)]
        # A plain test first: what it rests on is known when a choice comes up elsewhere.
        ordered = sorted(fitting, key=lambda member: isinstance(member, Group))
        found = {id(member): self._witness(member, outcome) for member in ordered}
        return [test for member in fitting for test in found[id(member)]]

    def _easiest(self, node: Group, outcome: bool) -> Test | Group:
        """The member that settles a group with the fewest answers beyond those that are needed
        anyway, the first of them."""
        best, least = node.members[0], -1
        for member in node.members:
            answer, told, _ = self.see(member)
            if answer is outcome:
                effort = (told & ~self.kept).bit_count()
                if least < 0 or effort < least:
                    best, least = member, effort
                if node is self.hasty and told.bit_count() == 1:
                    break
        return best


def personal_parts(program: Program, slot: int) -> set[int]:
    """The ids of the rules and groups that look at the person decided on, held in this slot."""
    found: set[int] = set()
    if program.who is not None:
        _add_personal(program.who, slot, found)
    _add_personal(program.tests, slot, found)
    return found


def _add_personal(node: Test | Group, slot: int, found: set[int]) -> bool:
    if isinstance(node, Test):
        personal = slot in node.rule.free
        name = id(node.rule)
    else:
        personal = sum(_add_personal(member, slot, found) for member in node.members) > 0
        name = id(node)
    if personal:
        found.add(name)
    return personal
