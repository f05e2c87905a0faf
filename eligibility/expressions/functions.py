"""The functions and loops of the language."""

from __future__ import annotations

import ast
from calendar import monthrange
from collections.abc import Callable
from typing import TYPE_CHECKING

from eligibility.expressions.numbers import unify
from eligibility.expressions.scope import ExpressionError, Scope
from eligibility.expressions.tree import (
    BOOL,
    DAY,
    FIRST_LOOP_SLOT,
    PEOPLE,
    PERSON,
    Expr,
    Type,
)
from eligibility.findings import nearest
from eligibility.money import QUANTA
from eligibility.ratio import ratio

if TYPE_CHECKING:
    from eligibility.expressions.parse import Parser

LOOP_NAMES = ("sum", "any", "all", "count", "min", "max")
TAX_ROLES = ("head", "spouse", "dependent")
MAX_LOOPS = 3
"""Each loop within another multiplies the work by the size of the household."""


def take(parser: Parser, node: ast.Call, count: int) -> list[ast.expr]:
    """The call's arguments. Raises unless there are exactly so many."""
    if len(node.args) != count or any(isinstance(arg, ast.Starred) for arg in node.args):
        text = "one value" if count == 1 else f"{count} values"
        raise parser.error(node, "arguments", f"This takes {text}.")
    return node.args


def same_type(left: Expr, right: Expr) -> Type:
    """The one type of two branches."""
    if left.type.kind == "number" and right.type.kind == "number":
        return unify(left, right, "used for one value")
    if left.type != right.type:
        raise ExpressionError("type", f"One side is {left.type}, the other {right.type}.")
    return left.type


def check_choices(scope: Scope, left: Expr, right: Expr) -> None:
    """Refuse a word that the fact it is compared with can never be."""
    for fact, word in ((left, right), (right, left)):
        if fact.op != "fact" or word.op != "string":
            continue
        known = scope.vocabulary.facts.get(fact.data)
        choices = known.choices if known else TAX_ROLES
        if fact.data == "person.tax_household":
            continue
        if word.data not in choices:
            message = f'"{word.data[:40]}" is not a choice of {fact.data}.'
            raise ExpressionError("unknown_choice", message, nearest(word.data, choices))


def _person(parser: Parser, node: ast.expr) -> Expr:
    tree = parser.read(node)
    if tree.type != PERSON or tree.op != "var":
        raise parser.error(node, "type", f"Here must be a person, not {tree.type}.")
    return tree


def named_function(parser: Parser, name: str, node: ast.Call) -> Expr:
    """A value for each person, called with one."""
    person = _person(parser, take(parser, node, 1)[0])
    body = parser.scope.value(name)
    return parser.trees.make("call", (body, person), "each", body.type)


def _percent(parser: Parser, node: ast.Call) -> Expr:
    share, value = map(parser.read, take(parser, node, 2))
    if share.op != "number" or value.type.kind != "number":
        message = "Write percent(200, value). A share with a name of its own is `value * share`."
        raise parser.error(node, "type", message)
    factor = parser.trees.make("number", (), share.data * ratio(1, 100), share.type)
    return parser.trees.make("mul", (factor, value), None, value.type)


def _turn(period: str) -> Callable[[Parser, ast.Call], Expr]:
    def turn(parser: Parser, node: ast.Call) -> Expr:
        value = parser.read(take(parser, node, 1)[0])
        told = value.type.period
        if value.type.unit != "money" or told is None:
            message = f"Only money with a period can be turned, not {value.type}."
            raise parser.error(node, "period", message)
        if told == period:
            raise parser.error(node, "period", f"This is by the {period} already.")
        result = Type("number", "money", period)
        if told == "told":
            data = (period, parser.scope.conversion)
            return parser.trees.make("turn", (value,), data, result)
        twelve = parser.trees.make("number", (), 12, Type("number", "any"))
        op = "mul" if period == "year" else "div"
        return parser.trees.make(op, (value, twelve), None, result)

    return turn


def _at_hand(parser: Parser, node: ast.Call) -> Expr:
    """Money that is there, such as savings, beside what comes and goes in one month."""
    value = parser.read(take(parser, node, 1)[0])
    if value.type != Type("number", "money"):
        message = f"Only money without a period is at hand, not {value.type}."
        raise parser.error(node, "period", message)
    one = parser.trees.make("number", (), 1, Type("number", "any"))
    return parser.trees.make("mul", (value, one), None, Type("number", "money", "month"))


def _round(mode: str) -> Callable[[Parser, ast.Call], Expr]:
    def rounding(parser: Parser, node: ast.Call) -> Expr:
        value_node, quantum = take(parser, node, 2)
        value = parser.read(value_node)
        name = quantum.id if isinstance(quantum, ast.Name) else ""
        if name not in QUANTA or value.type.unit != "money":
            raise parser.error(node, "type", f"Write {mode}(money, dollar) or {mode}(money, cent).")
        return parser.trees.make("round", (value,), (mode, QUANTA[name]), value.type)

    return rounding


def _age(unit: str) -> Callable[[Parser, ast.Call], Expr]:
    def age(parser: Parser, node: ast.Call) -> Expr:
        person_node, day_node = take(parser, node, 2)
        person = _person(parser, person_node)
        day = _day(parser, day_node)
        return parser.trees.make("age", (person,), (unit, day.data), Type("number", unit))

    return age


def _day(parser: Parser, node: ast.expr) -> Expr:
    if isinstance(node, ast.Name) and node.id == "today":
        return parser.trees.make("day", (), ("today", 1, 1), DAY)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        parts = [arg.value for arg in node.args if isinstance(arg, ast.Constant)]
        days = [part for part in parts if type(part) is int]
        if node.func.id in ("this_year", "last", "next") and len(days) == len(node.args) == 2:
            month, day = days
            if 1 <= month <= 12 and 1 <= day <= monthrange(2001, month)[1]:
                return parser.trees.make("day", (), (node.func.id, month, day), DAY)
    message = "Write a day as today, this_year(12, 31), last(8, 31) or next(8, 31)."
    raise parser.error(node, "day", message)


def _tie(kind: str) -> Callable[[Parser, ast.Call], Expr]:
    def tie(parser: Parser, node: ast.Call) -> Expr:
        first, second = (_person(parser, arg) for arg in take(parser, node, 2))
        return parser.trees.make("tie", (first, second), kind, BOOL)

    return tie


def _prorate(parser: Parser, node: ast.Call) -> Expr:
    value, part, of = map(parser.read, take(parser, node, 3))
    if value.type.kind != "number" or part.type != PEOPLE or of.type != PEOPLE:
        message = "Write prorate(value, people counted, all people)."
        raise parser.error(node, "type", message)
    return parser.trees.make("prorate", (value, part, of), None, value.type)


def _link(op: str) -> Callable[[Parser, ast.Call], Expr]:
    """Another program's derived result: `likely`, or `pays` (likely and worth more than 0)."""

    def link(parser: Parser, node: ast.Call) -> Expr:
        if not node.args or len(node.args) > 2 or not isinstance(node.args[0], ast.Name):
            message = f"Write {op}(program) or {op}(program, person)."
            raise parser.error(node, "arguments", message)
        name = node.args[0].id
        unit = parser.scope.programs.get(name)
        if unit is None:
            message = f'"{name[:40]}" is not a program.'
            hint = nearest(name, parser.scope.programs)
            raise parser.error(node, "unknown_program", message, hint)
        given = tuple(_person(parser, arg) for arg in node.args[1:])
        if (unit == "person") != bool(given):
            form = f"{op}({name}, person)" if unit == "person" else f"{op}({name})"
            raise parser.error(node, "arguments", f"This program is decided by {unit}: {form}.")
        return parser.trees.make(op, given, name, BOOL)

    return link


def _pick(name: str) -> Callable[[Parser, ast.Call], Expr]:
    def pick(parser: Parser, node: ast.Call) -> Expr:
        if len(node.args) < 2:
            raise parser.error(node, "arguments", f"Write {name}(a, b).")
        first, *rest = map(parser.read, node.args)
        result = first
        for other in rest:
            type_ = unify(result, other, "compared")
            result = parser.trees.make(name, (result, other), None, type_)
        return result

    return pick


FUNCTIONS: dict[str, Callable[[Parser, ast.Call], Expr]] = {
    "percent": _percent,
    "monthly": _turn("month"),
    "yearly": _turn("year"),
    "at_hand": _at_hand,
    "round_up": _round("round_up"),
    "round_down": _round("round_down"),
    "round_nearest": _round("round_nearest"),
    "age_on": _age("years"),
    "months_on": _age("months"),
    "spouse": _tie("spouse"),
    "parent": _tie("parent_of"),
    "prorate": _prorate,
    "likely": _link("likely"),
    "pays": _link("pays"),
    "min": _pick("min"),
    "max": _pick("max"),
}


def loop(parser: Parser, name: str, node: ast.Call) -> Expr | None:
    """A loop over people, and within it over their incomes; None if this is a plain call."""
    first = node.args[0]
    if name == "count" and isinstance(first, ast.Name) and first.id == "people":
        truth = parser.trees.make("truth", (), True, BOOL)
        return parser.trees.make("count", (truth, truth), (_next_slot(parser.scope), None), PEOPLE)
    if not isinstance(first, ast.GeneratorExp):
        if name in ("min", "max") and len(node.args) > 1:
            return None
        raise parser.error(node, "loop", f"Write {name}(... for p in people if ...).")
    if len(node.args) != 1 or len(first.generators) > 2:
        raise parser.error(node, "loop", "A loop goes over people, then over their incomes.")
    return _Loop(parser, name, node, first).build()


def _next_slot(scope: Scope) -> int:
    """Where the next loop keeps its variable. Raises where loops stand too deep in each other."""
    slot = max([FIRST_LOOP_SLOT, *(slot + 1 for _, slot in scope.variables.values())])
    if slot >= FIRST_LOOP_SLOT + MAX_LOOPS:
        message = f"Loops stand in each other over {MAX_LOOPS} deep."
        raise ExpressionError("too_deep", message)
    return slot


class _Loop:
    """Reads `value for p in people if … for i in p.incomes if …`."""

    def __init__(self, parser: Parser, name: str, node: ast.Call, body: ast.GeneratorExp) -> None:
        self.parser = parser
        self.name = name
        self.node = node
        self.body = body
        self.slots: list[int | None] = [None, None]
        self.over: Expr | None = None

    def build(self) -> Expr:
        truth = self.parser.trees.make("truth", (), True, BOOL)
        conditions = [truth, truth]
        inner = self.parser
        for generator in self.body.generators:
            which, kind = self._source(inner, generator)
            slot = _next_slot(inner.scope)
            if not isinstance(generator.target, ast.Name):
                raise self.parser.error(self.node, "loop", "A loop has one plain variable.")
            self.slots[which] = slot
            inner = inner.inside({generator.target.id: (kind, slot)})
            if generator.ifs:
                tests = tuple(map(inner.boolean, generator.ifs))
                conditions[which] = inner.trees.make("and", tests, None, BOOL)
        return self._finish(inner, conditions)

    def _source(self, inner: Parser, generator: ast.comprehension) -> tuple[int, str]:
        source = generator.iter
        if isinstance(source, ast.Name) and source.id == "people" and self.slots[0] is None:
            return 0, "person"
        if isinstance(source, ast.Attribute) and source.attr == "incomes":
            owner = _person(inner, source.value)
            if self.slots[1] is None and self.slots[0] in (None, owner.data):
                self.over = owner
                return 1, "income"
        message = "A loop goes over people, or over p.incomes of a person."
        raise self.parser.error(self.node, "loop", message)

    def _finish(self, inner: Parser, conditions: list[Expr]) -> Expr:
        trees, name = inner.trees, self.name
        if name == "count":
            variable = self.body.elt
            if not isinstance(variable, ast.Name) or self.slots[1] is not None:
                message = "Write count(p for p in people if ...)."
                raise self.parser.error(self.node, "loop", message)
            return self._make("count", (conditions[0], conditions[1]), PEOPLE)
        if name in ("any", "all"):
            return self._make(name, (inner.boolean(self.body.elt), *conditions), BOOL)
        value = inner.read(self.body.elt)
        if value.type.kind != "number" or value.type.period == "told":
            raise self.parser.error(
                self.node, "type", f"Only numbers can go here, not {value.type}."
            )
        if name == "sum":
            return self._make("sum", (value, *conditions), value.type)
        default = self._default(inner)
        type_ = unify(value, default, "compared")
        op = "least_of" if name == "min" else "greatest_of"
        return trees.make(op, (value, *conditions, default, *self._owner()), self._slots(), type_)

    def _default(self, inner: Parser) -> Expr:
        if len(self.node.keywords) != 1 or self.node.keywords[0].arg != "default":
            message = f"Write {self.name}((... for p in people), default=0)."
            raise self.parser.error(self.node, "loop", message)
        return self.parser.read(self.node.keywords[0].value)

    def _make(self, op: str, args: tuple[Expr, ...], type_: Type) -> Expr:
        if self.node.keywords:
            raise self.parser.error(self.node, "not_allowed", "This takes no named arguments.")
        return self.parser.trees.make(op, (*args, *self._owner()), self._slots(), type_)

    def _owner(self) -> tuple[Expr, ...]:
        """The person whose incomes are gone through, if it is not the loop's own."""
        if self.slots[0] is None and self.over is not None:
            return (self.over,)
        return ()

    def _slots(self) -> tuple[int | None, int | None]:
        return self.slots[0], self.slots[1]
