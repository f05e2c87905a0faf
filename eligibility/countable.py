"""How one program counts income: whose, which kinds, over which window, turned into what."""

from __future__ import annotations

from dataclasses import dataclass, replace

from eligibility.documents import Items, Node, Table, Text
from eligibility.expressions.parse import parse
from eligibility.expressions.scope import Conversion, ExpressionError, Scope
from eligibility.expressions.tree import (
    BOOL,
    CHOICE,
    EACH_SLOT,
    FIRST_LOOP_SLOT,
    INCOME,
    PERIODS,
    PERSON,
    Expr,
    Type,
)
from eligibility.facts import TOLD_PERIODS
from eligibility.findings import nearest
from eligibility.money import share
from eligibility.reading import Reader

CAUTIOUS: Conversion = (
    ("week", ("4", "52/12")),
    ("two_weeks", ("2", "26/12")),
    ("half_month", ("2",)),
    ("month", ("1",)),
    ("year", ("1/12",)),
)
"""Where a program's own conversion is not known: anything from four weeks to 52/12."""

WINDOWS = ("average", "last_30_days", "past_year")
COUNTABLE_KEYS = (
    "period",
    "whose",
    "where",
    "kinds",
    "window",
    "self_employment",
    "losses",
    "steady_margin",
    "convert",
    "each",
)


@dataclass(frozen=True, slots=True)
class Convention:
    """How told pay becomes a month or a year for one program."""

    period: str
    conversion: Conversion
    window: str
    self_employment: str
    losses: str
    steady_margin: str


def read_conversion(reader: Reader, node: Node | None, base: Conversion = CAUTIOUS) -> Conversion:
    """Factors to a month for each told period; those not named stay as in `base`."""
    if node is None:
        return base
    factors = dict(base)
    for period, entry in reader.named(node).items():
        if period not in TOLD_PERIODS:
            reader.add(
                entry.place,
                "unknown_key",
                f'"{period}" is not a period pay is told in.',
                nearest(period, TOLD_PERIODS),
            )
            continue
        items = entry.items if isinstance(entry, Items) else (entry,)
        factors[period] = tuple(_factor(reader, item) for item in items)
    return tuple(factors.items())


def _factor(reader: Reader, node: Node) -> str:
    text = reader.text(node)
    try:
        share(text)
    except ValueError:
        reader.add(node.place, "value", f'"{text[:40]}" is not a factor like 4.3 or 52/12.')
        return "1"
    return text


def read_countable(reader: Reader, node: Node, scope: Scope) -> Expr:
    """The sum of countable income as an expression: a value, or a function of a person."""
    table = reader.table(node, COUNTABLE_KEYS, ("period",))
    get = table.entries.get
    each = reader.choice(get("each"), ("person",), "") == "person"
    convention = Convention(
        reader.choice(get("period"), PERIODS, "month"),
        read_conversion(reader, get("convert"), scope.conversion),
        reader.choice(get("window"), WINDOWS, "average"),
        reader.choice(get("self_employment"), ("actual", "half_or_actual"), "actual"),
        reader.choice(get("losses"), ("zero", "offset"), "zero"),
        reader.text(get("steady_margin"), "0%"),
    )
    if convention.window == "past_year" and "steady_margin" not in table.entries:
        reader.add(node.place, "missing_key", "A past year needs steady_margin, such as 10%.")
    _factor(reader, table.entries.get("steady_margin", Text("0%", False, node.place)))
    person_slot = EACH_SLOT if each else FIRST_LOOP_SLOT
    income_slot = FIRST_LOOP_SLOT + 1
    variables = {"p": ("person", person_slot), "i": ("income", income_slot)}
    inner = replace(scope, variables={**scope.variables, **variables})
    trees = scope.trees
    truth = trees.make("truth", (), True, BOOL)
    whose = truth if each else _condition(reader, table, "whose", inner) or truth
    tests = [_kinds(reader, table, inner, income_slot)]
    where = _condition(reader, table, "where", inner)
    if where:
        tests.append(where)
    which = trees.make("and", tuple(tests), None, BOOL)
    income = trees.make("var", (), income_slot, INCOME)
    money = Type("number", "money", convention.period)
    pay = trees.make("income", (income,), convention, money)
    if each:
        person = trees.make("var", (), person_slot, PERSON)
        return trees.make("sum", (pay, truth, which, person), (None, income_slot), money)
    return trees.make("sum", (pay, whose, which), (person_slot, income_slot), money)


def _condition(reader: Reader, table: Table, key: str, scope: Scope) -> Expr | None:
    node = table.entries.get(key)
    if node is None:
        return None
    return read_expression(reader, node, scope, BOOL)


def _kinds(reader: Reader, table: Table, scope: Scope, slot: int) -> Expr:
    """Which kinds of income are counted, as a test on one income."""
    choices = scope.vocabulary["income.kind"].choices
    node = table.entries.get("kinds")
    trees = scope.trees
    if node is None or (isinstance(node, Text) and node.value == "all"):
        return trees.make("truth", (), True, BOOL)
    but = isinstance(node, Table)
    if isinstance(node, Table):
        node = reader.table(node, ("all_but",), ("all_but",)).entries.get("all_but", node)
    named = reader.texts(node)
    for kind in named:
        if kind not in choices:
            message = f'"{kind[:40]}" is not a kind of income.'
            reader.add(node.place, "unknown_choice", message, nearest(kind, choices))
    chosen = frozenset(choices) - frozenset(named) if but else frozenset(named)
    variable = trees.make("var", (), slot, INCOME)
    kind_fact = trees.make("fact", (variable,), "income.kind", CHOICE)
    return trees.make("among", (kind_fact,), chosen, BOOL)


def read_expression(reader: Reader, node: Node, scope: Scope, wanted: Type | None) -> Expr:
    """One expression. A mistake becomes a finding, and a harmless node stands in its place."""
    text = reader.text(node)
    stand_in = scope.trees.make("truth", (), True, wanted or BOOL)
    try:
        tree = parse(text, scope)
    except ExpressionError as error:
        shift = 1 if isinstance(node, Text) and node.quoted else 0
        same_line = error.line == 1
        place = replace(
            node.place,
            line=node.place.line + error.line - 1,
            column=node.place.column + error.column + shift if same_line else error.column + 1,
        )
        reader.add(place, error.code, error.message, error.suggestion)
        return stand_in
    if wanted is not None and tree.type != wanted:
        fits = tree.type == Type("number", "any") and wanted.kind == "number"
        if not (fits and (wanted.unit != "money" or tree.data == 0)):
            message = f"Here must be {wanted}, but this is {tree.type}."
            reader.add(node.place, "type", message)
            return stand_in
    return tree
