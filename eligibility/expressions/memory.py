"""How closures read answers and remember values: plainly, or noting what each value rests on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Protocol

from eligibility.expressions.loops import LOOPS
from eligibility.expressions.tree import EACH_SLOT, PERSON_SLOT, Expr
from eligibility.pay import Counter
from eligibility.world import ENV_SIZE, PersonView, World

Closure = Callable[[Any], Any]
NOTHING: Final = object()


class Reads(Protocol):
    """The closures that differ between a plain and a traced evaluation."""

    def household(self, name: str) -> Closure:
        """Reads a fact of the household."""

    def view(self, slot: int, name: str) -> Closure:
        """Reads a fact of the person or income in a variable."""

    def income(self, slot: int, counter: Counter, key: int) -> Closure:
        """Counts the income in a variable by one convention."""

    def ties(self, world: Any, view: PersonView) -> Any:
        """What a person told of ties."""

    def figure(self, key: Any) -> Closure:
        """Reads a parameter on this day."""

    def remembered(self, body: Closure, place: int, by_person: bool) -> Closure:
        """A value worked out once for a household, or once for each person decided on."""

    def called(self, body: Closure, place: int, uses_person: bool, slot: int) -> Closure:
        """A value for each person, worked out once for each, with variables of its own."""

    def derived(self, world: Any, name: str, person: PersonView | None) -> bool | None:
        """Whether a program is likely, or whether it pays: worked out once for each person."""


class Plain:
    """Reads and remembers, and notes nothing."""

    def household(self, name: str) -> Closure:
        return lambda world: world.household[name]

    def view(self, slot: int, name: str) -> Closure:
        return lambda world: world.env[slot].cells[name]

    def income(self, slot: int, counter: Counter, key: int) -> Closure:
        def counted(world: World) -> Any:
            pay = world.env[slot].cells["income.pay"]
            found = world.counted.get((key, id(pay)))
            if found is None:
                found = world.counted[key, id(pay)] = counter.count(pay, world.on)
            return found

        return counted

    def ties(self, _: Any, view: PersonView) -> Any:
        return view.cells["person.ties"]

    def figure(self, key: Any) -> Closure:
        return lambda world: world.figures[key]

    def remembered(self, body: Closure, place: int, by_person: bool) -> Closure:
        def by_household(world: World) -> Any:
            found = world.memo.get(place, NOTHING)
            if found is NOTHING:
                found = world.memo[place] = body(world)
            return found

        def for_person(world: World) -> Any:
            at = place + world.env[PERSON_SLOT].place
            found = world.memo.get(at, NOTHING)
            if found is NOTHING:
                found = world.memo[at] = body(world)
            return found

        return for_person if by_person else by_household

    def called(self, body: Closure, place: int, uses_person: bool, slot: int) -> Closure:
        def call(world: World) -> Any:
            saved = world.env
            given = saved[slot]
            person = saved[PERSON_SLOT] if uses_person else None
            at = place + given.given + (person.place if person else 0)
            found = world.memo.get(at, NOTHING)
            if found is NOTHING:
                world.env = _own(person, given)
                found = world.memo[at] = body(world)
                world.env = saved
            return found

        return call

    def derived(self, world: Any, name: str, person: PersonView | None) -> bool | None:
        place, root = world.roots[name]
        at = place + person.place if person else place
        found: Any = world.memo.get(at, NOTHING)
        if found is NOTHING:
            saved, world.env = world.env, _own(person, None)
            found = world.memo[at] = root(world)
            world.env = saved
        return found  # type: ignore[no-any-return]  # a root gives True, False or None


class Traced:
    """The same, noting in `log` the bits of every answer and figure a value rests on."""

    def household(self, name: str) -> Closure:
        def read(world: Any) -> Any:
            world.log |= world.bits[name]
            return world.household[name]

        return read

    def view(self, slot: int, name: str) -> Closure:
        def read(world: Any) -> Any:
            view = world.env[slot]
            world.log |= view.bits[name]
            return view.cells[name]

        return read

    def income(self, slot: int, counter: Counter, key: int) -> Closure:
        count = Plain().income(slot, counter, key)

        def counted(world: Any) -> Any:
            world.log |= world.env[slot].bits["income.pay"]
            return count(world)

        return counted

    def ties(self, world: Any, view: PersonView) -> Any:
        world.log |= view.bits["person.ties"]
        return view.cells["person.ties"]

    def figure(self, key: Any) -> Closure:
        return lambda world: world.reading(key)

    def remembered(self, body: Closure, place: int, by_person: bool) -> Closure:
        def remember(world: Any) -> Any:
            at = place + world.env[PERSON_SLOT].place if by_person else place
            found = world.memo.get(at, NOTHING)
            return _noted(world, at, body) if found is NOTHING else _again(world, at, found)

        return remember

    def called(self, body: Closure, place: int, uses_person: bool, slot: int) -> Closure:
        def call(world: Any) -> Any:
            saved = world.env
            given = saved[slot]
            person = saved[PERSON_SLOT] if uses_person else None
            at = place + given.given + (person.place if person else 0)
            found = world.memo.get(at, NOTHING)
            if found is not NOTHING:
                return _again(world, at, found)
            world.env = _own(person, given)
            found = _noted(world, at, body)
            world.env = saved
            return found

        return call

    def derived(self, world: Any, name: str, person: PersonView | None) -> bool | None:
        place, root = world.roots[name]
        at = place + person.place if person else place
        found: Any = world.memo.get(at, NOTHING)
        if found is not NOTHING:
            return _again(world, at, found)  # type: ignore[no-any-return]  # as for a plain root
        saved, world.env = world.env, _own(person, None)
        found = _noted(world, at, root)
        world.env = saved
        return found  # type: ignore[no-any-return]  # as for a plain root


def _own(person: PersonView | None, given: PersonView | None) -> list[Any]:
    """Variables of one's own, so that loops disturb no one else's."""
    env: list[Any] = [None] * ENV_SIZE
    env[PERSON_SLOT], env[EACH_SLOT] = person, given
    return env


def _noted(world: Any, at: int, body: Closure) -> Any:
    outer, world.log = world.log, 0
    value = world.memo[at] = body(world)
    world.logs[at] = world.log
    world.log |= outer
    return value


def _again(world: Any, at: int, found: Any) -> Any:
    world.log |= world.logs[at]
    return found


def with_own_variables(body: Closure) -> Closure:
    """Runs a named value with variables of its own, so that its loops disturb no one else's."""

    def apart(world: World) -> Any:
        saved = world.env
        world.env = _own(saved[PERSON_SLOT], None)
        found = body(world)
        world.env = saved
        return found

    return apart


def has_loop(tree: Expr) -> bool:
    """Whether evaluating a tree sets loop variables; named values it uses have their own."""
    if tree.op in LOOPS:
        return True
    return tree.op != "call" and any(map(has_loop, tree.args))
