"""From typed trees to closures: the scalar evaluator with three-valued logic and intervals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from eligibility.dates import age_months, age_years
from eligibility.expressions.fused import COMPARISONS, fused
from eligibility.expressions.lines import line_of
from eligibility.expressions.loops import LOOPS
from eligibility.expressions.memory import Plain, Reads, Traced, has_loop, with_own_variables
from eligibility.expressions.tree import PERSON_SLOT, Expr
from eligibility.money import rounded
from eligibility.pay import Counter, factors, turn
from eligibility.ratio import inverse
from eligibility.spans import ends, greatest, hull, least, span
from eligibility.world import PLACES, World

Closure = Callable[[World], Any]
CHEAP = ("fact", "truth", "call", "likely", "pays")
"""What is read at once, or remembered anyway."""


def pays_key(program: str) -> str:
    """Under what name the roots keep whether a program is likely and worth more than nothing."""
    return f"{program}:pays"


class Compiler:
    """Compiles each distinct tree once, so programs share closures and remembered values.

    A plain and a traced compiler of one rulebook share `places`, so that a value the one
    remembered is found by the other.
    """

    def __init__(self, reads: Reads | None = None, places: dict[Any, int] | None = None) -> None:
        self.reads: Reads = Plain() if reads is None else reads
        self.places: dict[Any, int] = {} if places is None else places
        self._done: dict[int, Closure] = {}
        self.tests: dict[int, Closure] = {}
        self._kept: list[Expr] = []

    def traced(self) -> Compiler:
        """A compiler whose closures note what they read."""
        return Compiler(Traced(), self.places)

    def place(self, what: Any) -> int:
        """Where the values of a tree, by its id, or of a named root are remembered."""
        return self.places.setdefault(what, (len(self.places) + 1) * PLACES * PLACES)

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
                place = self.place(id(tree))
                found = self.reads.remembered(found, place, PERSON_SLOT in tree.free)
            self.tests[id(tree)] = found
        return found

    def _build(self, tree: Expr) -> Closure:
        if tree.op in LOOPS:
            return LOOPS[tree.op](tree, [self.compile(arg) for arg in tree.args])
        short = fused(tree, self.reads)
        if short is not None:
            return short
        method: Callable[[Expr], Closure] = getattr(self, f"_{tree.op}")
        built = method(tree)
        line = line_of(tree)
        if line is None:
            return built
        size = self.compile(line.size) if line.size else None
        return self.reads.on_a_line(built, size, self.place(id(tree)), line.figures)

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
        return self.reads.view(tree.args[0].data, name) if tree.args else self.reads.household(name)

    def _param(self, tree: Expr) -> Closure:
        reading = self.reads.figure(tree.data)
        return lambda world: reading(world).single

    def _table(self, tree: Expr) -> Closure:
        reading, size = self.reads.figure(tree.data), self.compile(tree.args[0])
        return lambda world: reading(world).at(size(world))

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
        return self.reads.income(tree.args[0].data, Counter(tree.data), id(tree))

    def _compare(self, tree: Expr) -> Closure:
        left, right = self._two(tree)
        compare = COMPARISONS[tree.data]
        if tree.args[1].op == "number":
            number = tree.args[1].data
            return lambda world: compare(left(world), number)
        return lambda world: compare(left(world), right(world))

    def _same(self, tree: Expr) -> Closure:
        left, right = self._two(tree)
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
            return self.reads.view(slot, "person.age" if unit == "years" else "person.age_months")
        birth = self.reads.view(slot, "person.birth_date")
        return lambda world: measure(birth(world), world.day(which, (month, day)))

    def _likely(self, tree: Expr) -> Closure:
        program: str = tree.data if tree.op == "likely" else pays_key(tree.data)
        slot = tree.args[0].data if tree.args else None
        derived = self.reads.derived
        if slot is None:
            return lambda world: derived(world, program, None)
        return lambda world: derived(world, program, world.env[slot])

    _pays = _likely

    def _call(self, tree: Expr) -> Closure:
        named = tree.args[0]
        body, place = self.compile(named), self.place(id(named))
        uses_person = PERSON_SLOT in named.free
        if tree.data == "each":
            return self.reads.called(body, place, uses_person, tree.args[1].data)
        if has_loop(named):
            body = with_own_variables(body)
        return self.reads.remembered(body, place, uses_person)


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
    if len(parts) == 2:
        return _both(*parts)

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


def _both(first: Closure, second: Closure) -> Closure:
    def both(world: World) -> bool | None:
        one = first(world)
        if one is False:
            return False
        two: bool | None = second(world)
        return None if one is None and two is not False else two

    return both


def disjunction(parts: list[Closure]) -> Closure:
    """True if any is, False if all are False, otherwise unknown."""
    if len(parts) == 2:
        return _either(*parts)

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


def _either(first: Closure, second: Closure) -> Closure:
    def either(world: World) -> bool | None:
        one = first(world)
        if one is True:
            return True
        two: bool | None = second(world)
        return None if one is None and two is not True else two

    return either


def _same_choice(first: Any, second: Any) -> bool | None:
    if first is None or second is None:
        return None
    return bool(first == second)
