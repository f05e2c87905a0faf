"""How closures read answers and remember values: plainly, or noting what each value rests on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Protocol

from eligibility.expressions.loops import LOOPS
from eligibility.expressions.tree import EACH_SLOT, PERSON_SLOT, Expr
from eligibility.pay import Counter
from eligibility.world import ENV_SIZE, PLACES, PersonView, World

Closure = Callable[[Any], Any]
Sign = Callable[[Any, Any], Any]
NOTHING: Final = object()


class Reads(Protocol):
    """The closures that differ between a plain and a traced evaluation."""

    def household(self, name: str) -> Closure:
        """Reads a fact of the household."""

    def view(self, slot: int, name: str) -> Closure:
        """Reads a fact of the person or income in a variable."""

    def income(self, slot: int, counter: Counter, key: int) -> Closure:
        """Counts the income in a variable by one convention."""

    def compared(self, slot: int | None, name: str, sign: Sign, number: Any) -> Closure:
        """Compares a fact with a written number."""

    def among(self, slot: int | None, name: str, words: frozenset[str]) -> Closure:
        """Whether a choice is one of these."""

    def alike(self, slot: int, name: str, other_slot: int, other: str) -> Closure:
        """Whether two people or incomes chose the same."""

    def tied(self, kind: str, first: int, second: int) -> Closure:
        """Whether the first person is the spouse or a parent of the second. A told list of ties
        is whole; a marriage told by either side holds for both."""

    def figure(self, key: Any) -> Closure:
        """Reads a parameter on this day."""

    def on_a_line(
        self, value: Closure, size: Closure | None, place: int, figures: tuple[Any, ...]
    ) -> Closure:
        """A limit made from figures and at most one size: worked out once a day for each size."""

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

    def compared(self, slot: int | None, name: str, sign: Sign, number: Any) -> Closure:
        if slot is None:
            return lambda world: sign(world.household[name], number)
        return lambda world: sign(world.env[slot].cells[name], number)

    def among(self, slot: int | None, name: str, words: frozenset[str]) -> Closure:
        def among(world: World) -> bool | None:
            value = world.household[name] if slot is None else world.env[slot].cells[name]
            return None if value is None else value in words

        return among

    def alike(self, slot: int, name: str, other_slot: int, other: str) -> Closure:
        def alike(world: World) -> bool | None:
            env = world.env
            one = env[slot].cells[name]
            two = env[other_slot].cells[other]
            return None if one is None or two is None else one == two

        return alike

    def tied(self, kind: str, first: int, second: int) -> Closure:
        def parent(world: World) -> bool | None:
            ties = world.env[first].cells["person.ties"]
            child = world.env[second]
            return None if ties is None or child.index < 0 else child.id in ties.children

        def spouse(world: World) -> bool | None:
            one, two = world.env[first], world.env[second]
            return married(one.cells["person.ties"], two.cells["person.ties"], one.id, two.id)

        return parent if kind == "parent_of" else spouse

    def figure(self, key: Any) -> Closure:
        return lambda world: world.figures[key]

    def on_a_line(
        self, value: Closure, size: Closure | None, place: int, figures: tuple[Any, ...]
    ) -> Closure:
        def constant(world: World) -> Any:
            found = world.figures.lines.get(place)
            if found is None:
                found = world.figures.lines[place] = value(world)
            return found

        if size is None:
            return constant

        def limit(world: World) -> Any:
            count = size(world)
            if type(count) is not int or not 0 <= count < PLACES:
                return value(world)
            found = world.figures.lines.get(place + count)
            if found is None:
                found = world.figures.lines[place + count] = value(world)
            return found

        return limit

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
            env = world.env
            given = env[slot]
            at = place + given.given
            found = world.memo.get(at, NOTHING)
            if found is NOTHING:
                found = world.memo[at] = _apart(world, body, None, given)
            return found

        def call_for_person(world: World) -> Any:
            env = world.env
            given, person = env[slot], env[PERSON_SLOT]
            at = place + given.given + person.place
            found = world.memo.get(at, NOTHING)
            if found is NOTHING:
                found = world.memo[at] = _apart(world, body, person, given)
            return found

        return call_for_person if uses_person else call

    def derived(self, world: Any, name: str, person: PersonView | None) -> bool | None:
        place, root = world.roots[name]
        at = place + person.place if person else place
        found: Any = world.memo.get(at, NOTHING)
        if found is NOTHING:
            found = world.memo[at] = _apart(world, root, person, None)
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

    def compared(self, slot: int | None, name: str, sign: Sign, number: Any) -> Closure:
        def of_household(world: Any) -> Any:
            world.log |= world.bits[name]
            return sign(world.household[name], number)

        def of_view(world: Any) -> Any:
            view = world.env[slot]
            world.log |= view.bits[name]
            return sign(view.cells[name], number)

        return of_household if slot is None else of_view

    def among(self, slot: int | None, name: str, words: frozenset[str]) -> Closure:
        def among(world: Any) -> bool | None:
            if slot is None:
                world.log |= world.bits[name]
                value = world.household[name]
            else:
                view = world.env[slot]
                world.log |= view.bits[name]
                value = view.cells[name]
            return None if value is None else value in words

        return among

    def alike(self, slot: int, name: str, other_slot: int, other: str) -> Closure:
        def alike(world: Any) -> bool | None:
            env = world.env
            first, second = env[slot], env[other_slot]
            world.log |= first.bits[name] | second.bits[other]
            one, two = first.cells[name], second.cells[other]
            return None if one is None or two is None else one == two

        return alike

    def tied(self, kind: str, first: int, second: int) -> Closure:
        found = Plain().tied(kind, first, second)

        def tied(world: Any) -> bool | None:
            env = world.env
            world.log |= env[first].bits["person.ties"]
            if kind == "spouse":
                world.log |= env[second].bits["person.ties"]
            return found(world)  # type: ignore[no-any-return]  # yes, no or not known

        return tied

    def figure(self, key: Any) -> Closure:
        return lambda world: world.reading(key)

    def on_a_line(
        self, value: Closure, size: Closure | None, place: int, figures: tuple[Any, ...]
    ) -> Closure:
        found = Plain().on_a_line(value, size, place, figures)

        def limit(world: Any) -> Any:
            bits = world.on_lines.get(place)
            if bits is None:
                bits = world.on_lines[place] = world.figure_bits(figures)
            result = found(world)
            world.log |= bits
            return result

        return limit

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


def married(mine: Any, theirs: Any, me: str, them: str) -> bool | None:
    """Whether either of two people told that the other is their spouse."""
    if mine is None and theirs is None:
        return None
    told = mine is not None and them in mine.spouses
    return told or (theirs is not None and me in theirs.spouses)


def _own(person: PersonView | None, given: PersonView | None) -> list[Any]:
    """Variables of one's own, so that loops disturb no one else's."""
    env: list[Any] = [None] * ENV_SIZE
    env[PERSON_SLOT], env[EACH_SLOT] = person, given
    return env


def _apart(world: Any, body: Closure, person: PersonView | None, given: PersonView | None) -> Any:
    """A value with variables of its own."""
    saved = world.env
    world.env = _own(person, given)
    found = body(world)
    world.env = saved
    return found


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
        return _apart(world, body, world.env[PERSON_SLOT], None)

    return apart


def has_loop(tree: Expr) -> bool:
    """Whether evaluating a tree sets loop variables; named values it uses have their own."""
    if tree.op in LOOPS:
        return True
    return tree.op != "call" and any(map(has_loop, tree.args))
