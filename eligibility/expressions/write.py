"""From typed trees to the text of functions: three-valued logic and intervals."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from eligibility.dates import age_months, age_years
from eligibility.expressions.lines import Line, line_of
from eligibility.expressions.tree import Expr
from eligibility.expressions.write_loops import WRITE_LOOP
from eligibility.expressions.writer import DEEPEST, Writer
from eligibility.pay import Counter, factors
from eligibility.ratio import inverse

SIGNS = frozenset(("<", "<=", "==", "!=", ">", ">="))
OPPOSITE = {True: False, False: True, None: None}
AGES = {"years": ("person.age", age_years), "months": ("person.age_months", age_months)}


def pays_key(program: str) -> str:
    """Under what name the roots keep whether a program is likely and worth more than nothing."""
    return f"{program}:pays"


def write(to: Writer, tree: Expr) -> str:
    """The text of a tree's value: True, False or None for a test; numbers may be spans."""
    known = to.known.get(id(tree))
    if known is not None:
        return known
    if to.depth >= DEEPEST and tree.args:
        return to.apart(tree)
    if tree.op in WRITE_LOOP:
        return WRITE_LOOP[tree.op](to, tree, write)
    line = None if to.in_limit else line_of(tree)
    return WRITE[tree.op](to, tree) if line is None else _limit(to, tree, line)


def _two(to: Writer, tree: Expr) -> tuple[str, str]:
    return write(to, tree.args[0]), write(to, tree.args[1])


def _written(to: Writer, tree: Expr) -> str:
    return to.constant(tree.data)


def _var(to: Writer, tree: Expr) -> str:
    return f"v{tree.data}"


def _fact(to: Writer, tree: Expr) -> str:
    return _cell(to, tree.args[0].data if tree.args else None, tree.data)


def _cell(to: Writer, slot: int | None, fact: str) -> str:
    """An answer of the household, or of the person or income in a variable."""
    name = to.constant(fact)
    if slot is None:
        if to.traced:
            to.noted(f"{to.of_world('home_bits')}[{name}]")
        return f"{to.of_world('home')}[{name}]"
    if to.traced:
        to.noted(f"{to.of_member(slot, 'bits')}[{name}]")
    return to.cell(slot, name)


def _limit(to: Writer, tree: Expr, line: Line) -> str:
    """A limit made from figures and at most one size: worked out once a day for each size."""
    _, place = to.units.value(tree, False)
    limits, bits = to.of_world("limits"), ""
    if to.traced:
        noted, bits = to.of_world("limit_bits"), to.fresh()
        to.line(f"{bits} = {noted}.get({place})")
        with to.block(f"if {bits} is None:"):
            figures = to.constant(line.figures)
            to.line(f"{bits} = {noted}[{place}] = world.figure_bits({figures})")
    at = str(place)
    if line.size is not None:
        size = to.named(write(to, line.size))
        at = to.named(f"place_of({place}, {size})")
    found = to.named(f"{limits}.get({at})")
    with to.block(f"if {found} is None:"):
        to.in_limit = True
        if line.size is not None:
            to.known[id(line.size)] = size
        to.line(f"{found} = {WRITE[tree.op](to, tree)}")
        to.in_limit = False
        to.line(f"{'' if at.isdecimal() else f'if {at}: '}{limits}[{at}] = {found}")
    to.noted(bits)
    to.known[id(tree)] = found
    return found


def _param(to: Writer, tree: Expr) -> str:
    return f"{to.of_world('figures')}[{to.constant(tree.data)}].single"


def _table(to: Writer, tree: Expr) -> str:
    size = write(to, tree.args[0])
    return f"{to.of_world('figures')}[{to.constant(tree.data)}].at({size})"


def _between(sign: str) -> Callable[[Writer, Expr], str]:
    def write_it(to: Writer, tree: Expr) -> str:
        left, right = _two(to, tree)
        return f"({left} {sign} {right})"

    return write_it


def _div(to: Writer, tree: Expr) -> str:
    return f"({write(to, tree.args[0])} * {to.constant(inverse(tree.args[1].data))})"


def _neg(to: Writer, tree: Expr) -> str:
    return f"(-{write(to, tree.args[0])})"


def _call_of(function: str) -> Callable[[Writer, Expr], str]:
    def write_it(to: Writer, tree: Expr) -> str:
        return f"{function}({', '.join([write(to, arg) for arg in tree.args])})"

    return write_it


def _round(to: Writer, tree: Expr) -> str:
    mode, quantum = tree.data
    how = f"{to.constant(mode)}, {to.constant(quantum)}"
    return f"rounded({write(to, tree.args[0])}, {how})"


def _turn(to: Writer, tree: Expr) -> str:
    period, conversion = tree.data
    inner = write(to, tree.args[0])
    return f"turn({inner}, {to.constant(factors(conversion, period))})"


def _income(to: Writer, tree: Expr) -> str:
    """One income by one convention, counted once for all who count it so."""
    pay = to.named(_cell(to, tree.args[0].data, "income.pay"))
    counter, counted = to.constant(Counter(tree.data)), to.of_world("counted")
    at = to.named(f"({to.constant(id(tree))}, id({pay}))")
    found = to.named(f"{counted}.get({at})")
    to.line(f"if {found} is None: {found} = {counted}[{at}] = {counter}.count({pay}, world.on)")
    return found


def _compare(to: Writer, tree: Expr) -> str:
    if tree.data not in SIGNS:
        raise ValueError(tree.data)
    return _between(tree.data)(to, tree)


def _same(to: Writer, tree: Expr) -> str:
    left, right = tree.args
    if left.op == "var" and right.op == "var":
        one, two = f"v{left.data}", f"v{right.data}"
        return f"(False if {one} is not {two} else True if {one}.index >= 0 else None)"
    one, two = map(to.named, _two(to, tree))
    sides = ((one, left), (two, right))
    unknown = " or ".join(f"{name} is None" for name, arg in sides if arg.op != "string")
    return f"(None if {unknown or False} else {one} == {two})"


def _among(to: Writer, tree: Expr) -> str:
    inner = to.named(write(to, tree.args[0]))
    return f"(None if {inner} is None else {inner} in {to.constant(tree.data)})"


def _tie(to: Writer, tree: Expr) -> str:
    first, second = (arg.data for arg in tree.args)
    mine = _cell(to, first, "person.ties")
    if tree.data == "parent_of":
        return f"parent({mine}, v{second})"
    return f"married({mine}, {_cell(to, second, 'person.ties')}, v{first}.id, v{second}.id)"


def _not(to: Writer, tree: Expr) -> str:
    return f"{to.constant(OPPOSITE)}[{write(to, tree.args[0])}]"


def _and(to: Writer, tree: Expr) -> str:
    return to.all_of([partial(write, to, arg) for arg in tree.args])


def _or(to: Writer, tree: Expr) -> str:
    return to.any_of([partial(write, to, arg) for arg in tree.args])


def _if(to: Writer, tree: Expr) -> str:
    test, yes, no = tree.args
    both = "hull" if tree.type.kind == "number" else "agreed"
    truth, result = to.named(write(to, test)), to.fresh()
    with to.block(f"if {truth} is not False:"):
        to.line(f"{result} = {write(to, yes)}")
    with to.block(f"if {truth} is not True:"):
        other = to.named(write(to, no))
        to.line(f"{result} = {other} if {truth} is False else {both}({result}, {other})")
    return result


def _age(to: Writer, tree: Expr) -> str:
    slot = tree.args[0].data
    unit, (which, month, day) = tree.data
    fact, measure = AGES[unit]
    if which == "today":
        return _cell(to, slot, fact)
    birth = _cell(to, slot, "person.birth_date")
    on = f"world.day({to.constant(which)}, {to.constant((month, day))})"
    return f"{to.constant(measure)}({birth}, {on})"


def _likely(to: Writer, tree: Expr) -> str:
    """Whether a program is likely, or whether it pays: worked out once for each person."""
    program = tree.data if tree.op == "likely" else pays_key(tree.data)
    person = f"v{tree.args[0].data}" if tree.args else "None"
    found = to.named(f"derived(world, {to.constant(program)}, {person})")
    to.noted("world.log")
    return found


def _call(to: Writer, tree: Expr) -> str:
    return to.remembered(tree.args[0], tree.args[1].data if tree.data == "each" else None)


WRITE: dict[str, Callable[[Writer, Expr], str]] = {
    "truth": _written,
    "number": _written,
    "string": _written,
    "var": _var,
    "fact": _fact,
    "param": _param,
    "table": _table,
    "add": _between("+"),
    "sub": _between("-"),
    "mul": _between("*"),
    "div": _div,
    "neg": _neg,
    "min": _call_of("least"),
    "max": _call_of("greatest"),
    "prorate": _call_of("prorated"),
    "round": _round,
    "turn": _turn,
    "income": _income,
    "compare": _compare,
    "same": _same,
    "among": _among,
    "tie": _tie,
    "not": _not,
    "and": _and,
    "or": _or,
    "if": _if,
    "age": _age,
    "likely": _likely,
    "pays": _likely,
    "call": _call,
}
