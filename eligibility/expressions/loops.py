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
        """Every member in turn, with the variables set to it."""
        if self.owner is not None:
            return self._each_income(world, self.owner(world), True, 1)
        people = self._people(world)
        return people if self.income_slot is None else self._all_incomes(world, people)

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

    def _all_incomes(self, world: Any, people: Iterator[Member]) -> Iterator[Member]:
        env, slot = world.env, self.person_slot
        for inside, times in people:
            yield from self._each_income(world, env[slot], inside, times)

    def _each_income(
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
    add_up = _sum_of_people if members.income_slot is None else _sum_of_incomes
    return add_up(value, members)


def _sum_of_people(value: Closure, members: Members) -> Closure:
    """The sum over people, without a detour."""
    slot, which = members.person_slot, members.which

    def total(world: Any) -> Number:
        sums, env = Sums(), world.env
        inside: bool | None = True
        for person in world.people:
            env[slot] = person
            if which is not None:
                inside = which(world)
            if inside is True:
                sums.exact = sums.exact + value(world)
            elif inside is None:
                sums.add(value(world), None, 1)
        more = world.more_people()
        if more:
            env[slot] = world.anyone
            if which is None or which(world) is not False:
                sums.add(value(world), None, more)
        return sums.total()

    return total


class Sums:
    """Adds up what is certain, and apart from it the least and the most of what is not."""

    __slots__ = ("exact", "high", "low")

    def __init__(self) -> None:
        self.exact: Any = 0
        self.low: Any = 0
        self.high: Any = 0

    def add(self, one: Any, inside: bool | None, times: int) -> None:
        if inside is True and times == 1:
            self.exact = self.exact + one
            return
        least, most = ends(one)
        self.low += min(0, least) * times
        self.high += max(0, most) * times

    def total(self) -> Number:
        result: Number = self.exact
        if self.low or self.high:
            result = self.exact + span(self.low, self.high)
        return result


def _sum_of_incomes(value: Closure, members: Members) -> Closure:
    """The sum over the incomes of people: by far the most frequent, so without a detour."""
    slot, which, owner = members.person_slot, members.which, members.owner
    add = _adding_incomes(value, members)

    def of_one(world: Any) -> Number:
        sums = Sums()
        add(world, sums, owner(world), True, 1)  # type: ignore[misc]  # only where there is one
        return sums.total()

    def total(world: Any) -> Number:
        sums, env = Sums(), world.env
        inside: bool | None = True
        for person in world.people:
            env[slot] = person
            if which is not None:
                inside = which(world)
            if inside is not False:
                add(world, sums, person, inside, 1)
        more = world.more_people()
        if more:
            env[slot] = world.anyone
            if which is None or which(world) is not False:
                add(world, sums, world.anyone, None, more)
        return sums.total()

    return total if owner is None else of_one


def _adding_incomes(value: Closure, members: Members) -> Callable[..., None]:
    """Adds the incomes of one person to a sum."""
    slot, which = members.income_slot, members.which_income

    def add(world: Any, sums: Sums, person: Any, inside: bool | None, times: int) -> None:
        env = world.env
        for income in person.incomes:
            env[slot] = income
            found = inside
            if which is not None:
                found = which(world) if inside else _both(inside, which(world))
            if found is not False:
                sums.add(value(world), found, times)
        more = world.more_incomes(person)
        if more:
            env[slot] = world.any_income
            if which is None or which(world) is not False:
                sums.add(value(world), None, times * more)

    return add


def _count(tree: Expr, given: list[Closure]) -> Closure:
    members = _members(tree, given, 0)
    which, slot = members.which, members.person_slot

    def count(world: Any) -> Number:
        if which is None:
            low = high = len(world.people)
        else:
            low = high = 0
            env = world.env
            for person in world.people:
                env[slot] = person
                inside = which(world)
                if inside is not False:
                    high += 1
                    if inside:
                        low += 1
        more = world.more_people()
        if more:
            if which is not None:
                world.env[slot] = world.anyone
            if which is None or which(world) is not False:
                high += more
        return span(low, high)

    return count


def _any(tree: Expr, given: list[Closure]) -> Closure:
    value, members = given[0], _members(tree, given, 1)
    if members.income_slot is None:
        return _any_person(value, members.which, members.person_slot)
    if members.owner is not None:
        return _any_income(value, members, members.owner)

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


def _any_person(value: Closure, which: Closure | None, slot: int) -> Closure:
    def some(world: Any) -> bool | None:
        env = world.env
        result: bool | None = False
        for person in world.people:
            env[slot] = person
            found = True if which is None else which(world)
            if found is not False:
                found = _both(found, value(world))
            if found is True:
                return True
            if found is None:
                result = None
        if result is False and world.more_people():
            env[slot] = world.anyone
            if (which is None or which(world) is not False) and value(world) is not False:
                result = None
        return result

    return some


def _any_income(value: Closure, members: Members, owner: Closure) -> Closure:
    which, slot = members.which_income, members.income_slot

    def some(world: Any) -> bool | None:
        env, person = world.env, owner(world)
        result: bool | None = False
        for income in person.incomes:
            env[slot] = income
            found = True if which is None else which(world)
            if found is not False:
                found = _both(found, value(world))
            if found is True:
                return True
            if found is None:
                result = None
        if world.more_incomes(person):
            env[slot] = world.any_income
            if (which is None or which(world) is not False) and value(world) is not False:
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
