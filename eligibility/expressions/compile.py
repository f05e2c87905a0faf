"""From typed trees to closures: the scalar evaluator with three-valued logic and intervals."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from eligibility.dates import age_months, age_years
from eligibility.expressions.loops import LOOPS
from eligibility.expressions.memory import (
    called_with,
    derived,
    has_loop,
    remembered,
    with_own_variables,
)
from eligibility.expressions.tree import PERSON_SLOT, Expr
from eligibility.money import rounded
from eligibility.pay import Counter, factors, turn
from eligibility.ratio import inverse
from eligibility.spans import ends, greatest, hull, least, span
from eligibility.world import PersonView, World

Closure = Callable[[World], Any]
COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    ">=": operator.ge,
}
CHEAP = ("fact", "truth", "call", "likely", "pays")
"""What is read at once, or remembered anyway."""


def pays_key(program: str) -> str:
    """Under what name the roots keep whether a program is likely and worth more than nothing."""
    return f"{program}:pays"


class Compiler:
    """Compiles each distinct tree once, so programs share closures and remembered values."""

    def __init__(self) -> None:
        self._done: dict[int, Closure] = {}
        self.tests: dict[int, Closure] = {}
        self._kept: list[Expr] = []

    def compile(self, tree: Expr) -> Closure:
        """The closure of a tree. Booleans give True, False or None; numbers may be spans."""
        found = self._done.get(id(tree))
        if found is None:
            found = self._build(tree)
            self._done[id(tree)] = found
            self._kept.append(tree)
        return found

    def remembering(self, tree: Expr) -> Closure:
        """The closure of a test, worked out once for a household, or once for each person."""
        found = self.tests.get(id(tree))
        if found is None:
            found = self.compile(tree)
            if tree.op not in CHEAP:
                found = remembered(found, id(tree), PERSON_SLOT in tree.free)
            self.tests[id(tree)] = found
        return found

    def _build(self, tree: Expr) -> Closure:
        if tree.op in LOOPS:
            return LOOPS[tree.op](tree, [self.compile(arg) for arg in tree.args])
        method: Callable[[Expr], Closure] = getattr(self, f"_{tree.op}")
        return method(tree)

    def _two(self, tree: Expr) -> tuple[Closure, Closure]:
        return self.compile(tree.args[0]), self.compile(tree.args[1])

    def _truth(self, tree: Expr) -> Closure:
        value = tree.data
        return lambda world: value

    _number = _truth
    _string = _truth

    def _var(self, tree: Expr) -> Closure:
        slot: int = tree.data
        return lambda world: world.env[slot]

    def _fact(self, tree: Expr) -> Closure:
        name: str = tree.data
        return _of_household(name) if not tree.args else _of_view(tree.args[0].data, name)

    def _param(self, tree: Expr) -> Closure:
        key = tree.data
        return lambda world: world.reading(key).single

    def _table(self, tree: Expr) -> Closure:
        key, size = tree.data, self.compile(tree.args[0])
        return lambda world: world.reading(key).at(size(world))

    def _add(self, tree: Expr) -> Closure:
        left, right = self._two(tree)
        return lambda world: left(world) + right(world)

    def _sub(self, tree: Expr) -> Closure:
        left, right = self._two(tree)
        return lambda world: left(world) - right(world)

    def _mul(self, tree: Expr) -> Closure:
        left, right = self._two(tree)
        if tree.args[0].op == "number":
            factor = tree.args[0].data
            return lambda world: factor * right(world)
        return lambda world: left(world) * right(world)

    def _div(self, tree: Expr) -> Closure:
        left = self.compile(tree.args[0])
        factor = inverse(tree.args[1].data)
        return lambda world: left(world) * factor

    def _neg(self, tree: Expr) -> Closure:
        inner = self.compile(tree.args[0])
        return lambda world: -inner(world)

    def _min(self, tree: Expr) -> Closure:
        left, right = self._two(tree)
        return lambda world: least(left(world), right(world))

    def _max(self, tree: Expr) -> Closure:
        left, right = self._two(tree)
        return lambda world: greatest(left(world), right(world))

    def _prorate(self, tree: Expr) -> Closure:
        value, part, of = (self.compile(arg) for arg in tree.args)
        return lambda world: value(world) * _portion(part(world), of(world))

    def _round(self, tree: Expr) -> Closure:
        inner = self.compile(tree.args[0])
        mode, quantum = tree.data
        return lambda world: rounded(inner(world), mode, quantum)

    def _turn(self, tree: Expr) -> Closure:
        inner = self.compile(tree.args[0])
        period, conversion = tree.data
        table = factors(conversion, period)
        return lambda world: turn(inner(world), table)

    def _income(self, tree: Expr) -> Closure:
        slot: int = tree.args[0].data
        counter = Counter(tree.data)
        key = id(tree)

        def counted(world: World) -> Any:
            view = world.env[slot]
            world.log |= view.bits["income.pay"]
            pay = view.cells["income.pay"]
            found = world.counted.get((key, id(pay)))
            if found is None:
                found = world.counted[key, id(pay)] = counter.count(pay, world.on)
            return found

        return counted

    def _compare(self, tree: Expr) -> Closure:
        left, right = self._two(tree)
        compare = COMPARISONS[tree.data]
        if tree.args[1].op == "number":
            number = tree.args[1].data
            return lambda world: compare(left(world), number)
        return lambda world: compare(left(world), right(world))

    def _same(self, tree: Expr) -> Closure:
        left, right = self._two(tree)
        if tree.args[0].type.kind == "person":
            return lambda world: _same_person(left(world), right(world))
        return lambda world: _same_choice(left(world), right(world))

    def _among(self, tree: Expr) -> Closure:
        inner = self.compile(tree.args[0])
        chosen: frozenset[str] = tree.data

        def among(world: World) -> bool | None:
            value = inner(world)
            return None if value is None else value in chosen

        return among

    def _not(self, tree: Expr) -> Closure:
        inner = self.compile(tree.args[0])

        def negate(world: World) -> bool | None:
            value = inner(world)
            return None if value is None else not value

        return negate

    def _and(self, tree: Expr) -> Closure:
        return conjunction([self.compile(arg) for arg in tree.args])

    def _or(self, tree: Expr) -> Closure:
        return disjunction([self.compile(arg) for arg in tree.args])

    def _if(self, tree: Expr) -> Closure:
        test, yes, no = (self.compile(arg) for arg in tree.args)
        numeric = tree.type.kind == "number"

        def choose(world: World) -> Any:
            answer = test(world)
            if answer is not None:
                return yes(world) if answer else no(world)
            first, second = yes(world), no(world)
            if numeric:
                return hull(first, second)
            return first if first == second else None

        return choose

    def _age(self, tree: Expr) -> Closure:
        slot: int = tree.args[0].data
        unit, (which, month, day) = tree.data
        measure = age_years if unit == "years" else age_months
        if which == "today":
            return _of_view(slot, "person.age" if unit == "years" else "person.age_months")
        birth = _of_view(slot, "person.birth_date")
        return lambda world: measure(birth(world), world.day(which, (month, day)))

    def _tie(self, tree: Expr) -> Closure:
        first, second = (arg.data for arg in tree.args)
        kind: str = tree.data
        return lambda world: _tied(world, kind, world.env[first], world.env[second])

    def _likely(self, tree: Expr) -> Closure:
        program: str = tree.data if tree.op == "likely" else pays_key(tree.data)
        slot = tree.args[0].data if tree.args else None

        if slot is None:
            return lambda world: derived(world, program, None)
        return lambda world: derived(world, program, world.env[slot])

    _pays = _likely

    def _call(self, tree: Expr) -> Closure:
        named = tree.args[0]
        body, key = self.compile(named), id(named)
        uses_person = PERSON_SLOT in named.free
        if tree.data == "each":
            return called_with(body, key, uses_person, tree.args[1].data)
        if not has_loop(named):
            return remembered(body, key, uses_person)
        return remembered(with_own_variables(body), key, uses_person)


def _of_household(name: str) -> Closure:
    """Reads a fact of the household."""

    def read(world: World) -> Any:
        world.log |= world.bits[name]
        return world.household[name]

    return read


def _of_view(slot: int, name: str) -> Closure:
    """Reads a fact of the person or income in a variable."""

    def read(world: World) -> Any:
        view = world.env[slot]
        world.log |= view.bits[name]
        return view.cells[name]

    return read


def _portion(part: Any, of: Any) -> Any:
    """Part of the whole as a share from 0 to 1, also where either is only known as a range."""
    part_low, part_high = ends(part)
    low, high = ends(of)
    if part_low == low and part_high == high and low == high:
        return 1
    least_share = part_low * inverse(max(high, 1))
    most_share = part_high * inverse(max(low, 1))
    return span(min(least_share, 1), min(most_share, 1))


def conjunction(parts: list[Closure]) -> Closure:
    """True if all are, False if any is False, otherwise unknown."""

    def every(world: World) -> bool | None:
        result: bool | None = True
        for part in parts:
            value = part(world)
            if value is False:
                return False
            if value is None:
                result = None
        return result

    return parts[0] if len(parts) == 1 else every


def disjunction(parts: list[Closure]) -> Closure:
    """True if any is, False if all are False, otherwise unknown."""

    def some(world: World) -> bool | None:
        result: bool | None = False
        for part in parts:
            value = part(world)
            if value is True:
                return True
            if value is None:
                result = None
        return result

    return parts[0] if len(parts) == 1 else some


def _same_person(first: Any, second: Any) -> bool | None:
    if first is second:
        return True if first.index >= 0 else None
    return False


def _same_choice(first: Any, second: Any) -> bool | None:
    if first is None or second is None:
        return None
    return bool(first == second)


def _tied(world: World, kind: str, first: PersonView, second: PersonView) -> bool | None:
    """Whether the first is the spouse or a parent of the second. A told list of ties is whole;
    a marriage told by either side holds for both."""
    world.log |= first.bits["person.ties"]
    mine = first.cells["person.ties"]
    if kind == "parent_of":
        return None if mine is None or second.index < 0 else second.id in mine.children
    world.log |= second.bits["person.ties"]
    theirs = second.cells["person.ties"]
    if (mine and second.id in mine.spouses) or (theirs and first.id in theirs.spouses):
        return True
    return None if mine is None and theirs is None else False
