"""From text to a typed tree: the one place that knows the grammar."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

from eligibility.expressions import functions
from eligibility.expressions.numbers import arithmetic, compare, require
from eligibility.expressions.scope import ExpressionError, Figure, Scope
from eligibility.expressions.tree import (
    ANY_NUMBER,
    BOOL,
    CHOICE,
    INCOME,
    PERSON,
    Expr,
    Type,
)
from eligibility.facts import Fact, FactType
from eligibility.findings import nearest
from eligibility.ratio import as_exact

MAX_TEXT = 2_000
MAX_NODES = 400
MAX_DEPTH = 24
MAX_NUMBER = 10**12
NOT_WHOLE = "This is not a whole expression."

CHOICE_COMPARISONS = {ast.Eq: "==", ast.NotEq: "!="}
COMPARISONS = {
    **CHOICE_COMPARISONS,
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}
OPERATIONS = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}


def parse(text: str, scope: Scope) -> Expr:
    """The typed tree of an expression. Raises ExpressionError with the place in the text."""
    if len(text) > MAX_TEXT:
        raise ExpressionError("too_long", f"This is over {MAX_TEXT} characters long.")
    if "\\" in text or "\x00" in text:
        raise ExpressionError("syntax", "Backslashes are not used in expressions.")
    try:
        # In brackets, so that it may have line breaks; parentheses could be closed in the text.
        tree = ast.parse(f"[{text}\n]", mode="eval").body
    except SyntaxError as error:
        line, column = error.lineno or 1, max(0, (error.offset or 1) - 2)
        lines = text.splitlines() or [""]
        if line > len(lines):
            line, column = len(lines), max(1, len(lines[-1]))
        raise ExpressionError("syntax", NOT_WHOLE, None, line, column) from error
    except (RecursionError, MemoryError, ValueError, OverflowError) as error:
        raise ExpressionError("too_deep", "This expression is nested too deep.") from error
    if isinstance(tree, ast.ListComp):
        raise ExpressionError("loop", "A loop stands in any(...), count(...) or another of these.")
    if not isinstance(tree, ast.List) or len(tree.elts) != 1:
        raise ExpressionError("syntax", NOT_WHOLE)
    return Parser(scope).read(tree.elts[0])


class Parser:
    """Walks the syntax tree once; every node it does not know is refused."""

    def __init__(self, scope: Scope, used: list[int] | None = None, depth: int = 0) -> None:
        self.scope = scope
        self.trees = scope.trees
        self.used = used if used is not None else [0]
        self.depth = depth

    def read(self, node: ast.expr) -> Expr:
        """The typed tree of one syntax node."""
        self.used[0] += 1
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.error(node, "too_deep", f"This is nested over {MAX_DEPTH} levels deep.")
        if self.used[0] > MAX_NODES:
            raise self.error(node, "too_long", f"This has over {MAX_NODES} parts.")
        handler = getattr(self, f"_{type(node).__name__.lower()}", None)
        if handler is None:
            name = type(node).__name__.lower()
            raise self.error(node, "not_allowed", f"This form ({name}) is not in the language.")
        try:
            result: Expr = handler(node)
        except ExpressionError as error:
            if error.column == 0 and error.line == 1:
                raise self.error(node, error.code, error.message, error.suggestion) from None
            raise
        self.depth -= 1
        return result

    def error(
        self, node: ast.expr, code: str, message: str, suggestion: str | None = None
    ) -> ExpressionError:
        line = getattr(node, "lineno", 1)
        column = getattr(node, "col_offset", 0) - (1 if line == 1 else 0)
        return ExpressionError(code, message, suggestion, line, max(column, 0))

    def boolean(self, node: ast.expr) -> Expr:
        """The tree of a node that must be yes or no."""
        tree = self.read(node)
        if tree.type != BOOL:
            raise self.error(node, "type", f"Here must be a yes or no, not {tree.type}.")
        return tree

    def inside(self, variables: Mapping[str, tuple[str, int]]) -> Parser:
        """A parser for a place where more variables are in reach; it shares the limits."""
        scope = replace(self.scope, variables={**self.scope.variables, **variables})
        return Parser(scope, self.used, self.depth)

    def _constant(self, node: ast.Constant) -> Expr:
        value = node.value
        if isinstance(value, bool):
            return self.trees.make("truth", (), value, BOOL)
        if isinstance(value, str):
            return self.trees.make("string", (), value, CHOICE)
        if isinstance(value, int) and abs(value) < MAX_NUMBER:
            return self.trees.make("number", (), value, ANY_NUMBER)
        if isinstance(value, float) and 0.000001 < abs(value) < MAX_NUMBER:
            exact = as_exact(Fraction(repr(value)))
            return self.trees.make("number", (), exact, ANY_NUMBER)
        raise self.error(node, "not_allowed", "This value is not in the language.")

    def _name(self, node: ast.Name) -> Expr:
        scope, name = self.scope, node.id
        found = scope.variable(name)
        if found:
            return self.trees.make("var", (), found[1], PERSON if found[0] == "person" else INCOME)
        if name in scope.value_names:
            body = scope.value(name)
            given = tuple(
                self.trees.make("var", (), slot, PERSON) for slot in sorted(body.free & {0})
            )
            return self.trees.make("call", (body, *given), len(given), body.type)
        if name in scope.figures or name in scope.parameters:
            return self._figure(node, name, None)
        if name in scope.function_names:
            raise self.error(node, "needs_person", f'"{name}" needs a person: {name}(p).')
        if name in ("household", "people"):
            raise self.error(node, "not_a_value", f'"{name}" alone is not a value.')
        message = f'"{name[:40]}" is not a name known here.'
        raise self.error(node, "unknown_name", message, nearest(name, scope.all_names()))

    def _attribute(self, node: ast.Attribute) -> Expr:
        path = dotted(node)
        if path is None:
            raise self.error(node, "not_allowed", "Only facts and parameters have parts.")
        root = path.split(".")[0]
        if root == "household" or self.scope.variable(root):
            return self._fact(node, path)
        if root == "person":
            message = "There is no one person here: this program is decided by household."
            hint = "Write any(... for p in people), or another loop."
            raise self.error(node, "unknown_name", message, hint)
        return self._figure(node, path, None)

    def _fact(self, node: ast.expr, path: str) -> Expr:
        root, name, *member = path.split(".")
        kind, slot = self.scope.variable(root) or ("household", -1)
        args: tuple[Expr, ...] = ()
        if slot >= 0:
            args = (self.trees.make("var", (), slot, PERSON if kind == "person" else INCOME),)
        if name == "receives" and len(member) == 1 and kind != "income":
            return self._receives(node, kind, member[0], args)
        derived = DERIVED.get(f"{kind}.{name}")
        if derived and not member:
            return self.trees.make("fact", args, f"{kind}.{name}", derived)
        fact = self.scope.vocabulary.facts.get(f"{kind}.{name}")
        if fact is None or member:
            known = [*self.scope.vocabulary.facts, *DERIVED]
            message = f'"{path[:80]}" is not a fact.'
            raise self.error(node, "unknown_fact", message, nearest(f"{kind}.{name}", known))
        return self.trees.make("fact", args, fact.id, self._fact_type(node, fact))

    def _fact_type(self, node: ast.expr, fact: Fact) -> Type:
        if fact.entity == "income" and fact.name != "kind":
            message = "Of an income only its kind is read here; `countable` reads the rest."
            raise self.error(node, "not_a_value", message)
        match fact.type:
            case FactType.BOOL:
                return BOOL
            case FactType.CHOICE:
                return CHOICE
            case FactType.INTEGER:
                return Type("number", fact.unit or "number")
            case FactType.MONEY:
                return Type("number", "money", fact.period)
        message = f'"{fact.id}" cannot be used in a rule; it is for the agency.'
        raise self.error(node, "not_a_value", message)

    def _receives(self, node: ast.expr, kind: str, member: str, args: tuple[Expr, ...]) -> Expr:
        known = self.scope.vocabulary.receivable()
        if member not in known:
            message = f'"{member[:40]}" is not a program or benefit.'
            raise self.error(node, "unknown_program", message, nearest(member, known))
        return self.trees.make("fact", args, f"{kind}.receives.{member}", BOOL)

    def _figure(self, node: ast.expr, name: str, size: Expr | None) -> Expr:
        scope = self.scope
        figure = scope.figures.get(name, Figure(name))
        parameter = scope.parameters.get(figure.parameter)
        if parameter is None:
            known = [*scope.parameters, *scope.figures]
            message = f'"{name[:80]}" is not a parameter.'
            raise self.error(node, "unknown_parameter", message, nearest(name, known))
        if parameter.by_size and size is None:
            raise self.error(node, "needs_size", f'"{name}" is a table: {name}(size).')
        if size is not None and not parameter.by_size:
            raise self.error(node, "not_a_table", f'"{name}" is one value, not a table.')
        data = (figure.parameter, figure.takes_over)
        if size is None:
            return self.trees.make("param", (), data, parameter.type)
        require(size, Type("number", "people"), "A table is read by a number of people")
        return self.trees.make("table", (size,), data, parameter.type)

    def _unaryop(self, node: ast.UnaryOp) -> Expr:
        if isinstance(node.op, ast.Not):
            return self.trees.make("not", (self.boolean(node.operand),), None, BOOL)
        if not isinstance(node.op, ast.USub):
            raise self.error(node, "not_allowed", "This sign is not in the language.")
        inner = self.read(node.operand)
        if inner.type.kind != "number":
            raise self.error(node, "type", f"Only numbers have a sign, not {inner.type}.")
        return self.trees.make("neg", (inner,), None, inner.type)

    def _binop(self, node: ast.BinOp) -> Expr:
        sign = OPERATIONS.get(type(node.op))
        if sign is None:
            raise self.error(node, "not_allowed", "Only + - * and / are in the language.")
        return arithmetic(self.trees, sign, self.read(node.left), self.read(node.right))

    def _boolop(self, node: ast.BoolOp) -> Expr:
        name = "and" if isinstance(node.op, ast.And) else "or"
        return self.trees.make(name, tuple(map(self.boolean, node.values)), None, BOOL)

    def _ifexp(self, node: ast.IfExp) -> Expr:
        test = self.boolean(node.test)
        yes, no = self.read(node.body), self.read(node.orelse)
        result = functions.same_type(yes, no)
        return self.trees.make("if", (test, yes, no), None, result)

    def _compare(self, node: ast.Compare) -> Expr:
        parts: list[Expr] = []
        left_node = node.left
        for sign, right_node in zip(node.ops, node.comparators, strict=True):
            parts.append(self._one_comparison(node, left_node, sign, right_node))
            left_node = right_node
        return parts[0] if len(parts) == 1 else self.trees.make("and", tuple(parts), None, BOOL)

    def _one_comparison(
        self, node: ast.Compare, left_node: ast.expr, sign: ast.cmpop, right_node: ast.expr
    ) -> Expr:
        left = self.read(left_node)
        if isinstance(sign, (ast.In, ast.NotIn)):
            return self._membership(left, right_node, isinstance(sign, ast.NotIn))
        right = self.read(right_node)
        if left.type.kind == "number" or right.type.kind == "number":
            name = COMPARISONS.get(type(sign))
            if name is None:
                raise self.error(node, "not_allowed", "This comparison is not in the language.")
            return compare(self.trees, name, left, right)
        name = CHOICE_COMPARISONS.get(type(sign))
        if name is None or left.type != right.type or left.type.kind not in ("choice", "person"):
            message = f"{left.type} and {right.type} cannot be compared this way."
            raise self.error(node, "type", message.capitalize())
        if left.type.kind == "choice":
            functions.check_choices(self.scope, left, right)
        tree = self.trees.make("same", (left, right), None, BOOL)
        return tree if name == "==" else self.trees.make("not", (tree,), None, BOOL)

    def _membership(self, left: Expr, node: ast.expr, negated: bool) -> Expr:
        if not isinstance(node, (ast.Tuple, ast.List)) or left.type != CHOICE:
            raise self.error(node, "type", "`in` asks if a choice is in a list of choices.")
        options = tuple(self.read(item) for item in node.elts)
        for option in options:
            if option.op != "string":
                raise self.error(node, "type", "Write the choices of a list out in quotes.")
            functions.check_choices(self.scope, left, option)
        chosen = frozenset(option.data for option in options)
        tree = self.trees.make("among", (left,), chosen, BOOL)
        return self.trees.make("not", (tree,), None, BOOL) if negated else tree

    def _call(self, node: ast.Call) -> Expr:
        path = dotted(node.func)
        if path is None:
            raise self.error(node, "not_allowed", "This call is not in the language.")
        if path in functions.LOOP_NAMES and len(node.args) >= 1:
            loop = functions.loop(self, path, node)
            if loop is not None:
                return loop
        if node.keywords:
            raise self.error(node, "not_allowed", f'"{path}" takes no named arguments.')
        if path in functions.FUNCTIONS:
            return functions.FUNCTIONS[path](self, node)
        if path in self.scope.function_names:
            return functions.named_function(self, path, node)
        if path in self.scope.figures or path in self.scope.parameters or "." in path:
            functions.take(self, node, 1)
            return self._figure(node, path, self.read(node.args[0]))
        known = [*functions.FUNCTIONS, *functions.LOOP_NAMES, *self.scope.all_names()]
        message = f'"{path[:40]}" is not a function known here.'
        raise self.error(node, "unknown_name", message, nearest(path, known))


DERIVED = {
    "person.age": Type("number", "years"),
    "person.age_months": Type("number", "months"),
    "person.tax_household": CHOICE,
    "person.tax_role": CHOICE,
}
"""Read like facts, made from birth dates and ties."""


def dotted(node: ast.expr) -> str | None:
    """`a.b.c` as text, or None for anything else."""
    names: list[str] = []
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name) or len(names) > 3:
        return None
    return ".".join([node.id, *reversed(names)])
