"""Sums, counts and quantifiers over people and their incomes, with lists that may be open.

A list that is not closed may hold more members, up to the vocabulary's limit, of whom nothing
is known. They take part as one stand-in member, so a sum over an open list is an interval.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from eligibility.expressions.tree import Expr
from eligibility.spans import Number, ends, hull, span

Closure = Callable[[Any], Any]
Member = tuple[bool | None, int]
"""Whether the member is in (None: perhaps), and how many there may be of it."""


def _both(first: bool | None, second: bool | None) -> bool | None:
    if first is False or second is False:
        return False
    return None if first is None or second is None else True


class Members:
    """Goes through the members of a loop, setting the variables, leaving out certain misses."""

    def __init__(
        self,
        tree: Expr,
        which: Closure | None,
        which_income: Closure | None,
        owner: Closure | None,
    ):
        self.person_slot, self.income_slot = tree.data
        self.which = which
        self.which_income = which_income
        self.owner = owner

    def __call__(self, world: Any) -> Iterator[Member]:
        if self.owner is not None:
            return self._incomes(world, self.owner(world), True, 1)
        return self._people(world) if self.income_slot is None else self._all_incomes(world)

    def _people(self, world: Any) -> Iterator[Member]:
        env, slot, which = world.env, self.person_slot, self.which
        inside: bool | None = True
        for person in world.people:
            env[slot] = person
            if which is not None:
                inside = which(world)
            if inside is not False:
                yield inside, 1
        more = world.more_people()
        if more:
            env[slot] = world.anyone
            if which is None or which(world) is not False:
                yield None, more

    def _all_incomes(self, world: Any) -> Iterator[Member]:
        env, slot = world.env, self.person_slot
        for inside, times in self._people(world):
            yield from self._incomes(world, env[slot], inside, times)

    def _incomes(
        self, world: Any, person: Any, inside: bool | None, times: int
    ) -> Iterator[Member]:
        env, slot, which = world.env, self.income_slot, self.which_income
        found = inside
        for income in person.incomes:
            env[slot] = income
            if which is not None:
                found = _both(inside, which(world))
            if found is not False:
                yield found, times
        more = world.more_incomes(person)
        if more:
            env[slot] = world.any_income
            if which is None or which(world) is not False:
                yield None, times * more


def _members(tree: Expr, given: list[Closure], first: int) -> Members:
    owner = given[-1] if tree.data[0] is None else None
    which, which_income = (
        None if _holds_always(tree.args[place]) else given[place] for place in (first, first + 1)
    )
    return Members(tree, which, which_income, owner)


def _holds_always(tree: Expr) -> bool:
    return (
        tree.data is True
        if tree.op == "truth"
        else tree.op == "and" and all(map(_holds_always, tree.args))
    )


def _sum(tree: Expr, given: list[Closure]) -> Closure:
    value, members = given[0], _members(tree, given, 1)

    def total(world: Any) -> Number:
        exact: Any = 0
        low: Any = 0
        high: Any = 0
        for inside, times in members(world):
            one = value(world)
            if inside is True and times == 1:
                exact = exact + one
                continue
            least, most = ends(one)
            low += min(0, least) * times
            high += max(0, most) * times
        result: Number = exact + span(low, high) if low or high else exact
        return result

    return total


def _count(tree: Expr, given: list[Closure]) -> Closure:
    members = _members(tree, given, 0)

    def count(world: Any) -> Number:
        low = high = 0
        for inside, times in members(world):
            high += times
            if inside is True:
                low += times
        return span(low, high)

    return count


def _any(tree: Expr, given: list[Closure]) -> Closure:
    value, members = given[0], _members(tree, given, 1)

    def some(world: Any) -> bool | None:
        result: bool | None = False
        for inside, _ in members(world):
            found = _both(inside, value(world))
            if found is True:
                return True
            if found is None:
                result = None
        return result

    return some


def _all(tree: Expr, given: list[Closure]) -> Closure:
    value, members = given[0], _members(tree, given, 1)

    def every(world: Any) -> bool | None:
        result: bool | None = True
        for inside, _ in members(world):
            found = value(world)
            if found is True:
                continue
            if found is False and inside is True:
                return False
            result = None
        return result

    return every


def _extreme(largest: bool) -> Callable[[Expr, list[Closure]], Closure]:
    pick = max if largest else min

    def build(tree: Expr, given: list[Closure]) -> Closure:
        value, members, default = given[0], _members(tree, given, 1), given[3]

        def extreme(world: Any) -> Number:
            sure: Any = None
            perhaps: list[Any] = []
            for inside, _ in members(world):
                low, high = ends(value(world))
                if inside is True:
                    known = sure or (low, high)
                    sure = pick(known[0], low), pick(known[1], high)
                else:
                    perhaps.append((low, high))
            low, high = sure if sure is not None else ends(default(world))
            result: Number = span(low, high)
            for other_low, other_high in perhaps:
                if sure is None:
                    result = hull(result, span(other_low, other_high))
                else:
                    result = hull(result, span(pick(low, other_low), pick(high, other_high)))
            return result

        return extreme

    return build


LOOPS: dict[str, Callable[[Expr, list[Closure]], Closure]] = {
    "sum": _sum,
    "count": _count,
    "any": _any,
    "all": _all,
    "least_of": _extreme(False),
    "greatest_of": _extreme(True),
}
