"""Units and periods: what may be added to, compared with and multiplied by what."""

from __future__ import annotations

from eligibility.expressions.scope import ExpressionError
from eligibility.expressions.tree import ANY_NUMBER, BOOL, Expr, Trees, Type

PERIOD_HINT = "Turn one with monthly(...) or yearly(...)."


def is_bare(tree: Expr) -> bool:
    """Whether this is a written number without a unit."""
    return tree.type == ANY_NUMBER


def unify(left: Expr, right: Expr, doing: str) -> Type:
    """The one type of two numbers. Raises where unit or period differ."""
    for side in (left, right):
        if side.type.kind != "number":
            raise ExpressionError("type", f"Only numbers are {doing}, not {side.type}.")
        if side.type.period == "told":
            message = "Money told with its own period must be turned first."
            raise ExpressionError("period", message, "Write monthly(...) or yearly(...).")
    if is_bare(left) or is_bare(right):
        other = right if is_bare(left) else left
        bare = left if is_bare(left) else right
        if other.type.unit == "money" and not _is_zero(bare):
            message = "A figure of money must be a parameter with its source."
            raise ExpressionError("unit", message)
        return other.type
    if left.type.unit != right.type.unit:
        raise ExpressionError(
            "unit", f"{left.type} and {right.type} cannot be {doing}.".capitalize()
        )
    if left.type.period != right.type.period:
        message = f"{left.type} and {right.type} cannot be {doing}.".capitalize()
        raise ExpressionError("period", message, PERIOD_HINT)
    return left.type


def _is_zero(tree: Expr) -> bool:
    return tree.op == "number" and tree.data == 0


def require(tree: Expr, wanted: Type, what: str) -> None:
    """Raise unless the tree has this type; a bare number fits any unit but money."""
    if tree.type == wanted or (is_bare(tree) and wanted.unit != "money"):
        return
    raise ExpressionError("type", f"{what}, not by {tree.type}.")


def compare(trees: Trees, sign: str, left: Expr, right: Expr) -> Expr:
    """A comparison of two numbers of one unit and period."""
    unify(left, right, "compared")
    return trees.make("compare", (left, right), sign, BOOL)


def arithmetic(trees: Trees, sign: str, left: Expr, right: Expr) -> Expr:
    """A sum, difference, product or quotient, with its unit."""
    if sign in "+-":
        result = unify(left, right, "added" if sign == "+" else "subtracted")
        return trees.make("add" if sign == "+" else "sub", (left, right), None, result)
    for side in (left, right):
        if side.type.kind != "number" or side.type.period == "told":
            unify(left, right, "multiplied")
    if sign == "/":
        if right.op != "number" or right.data == 0:
            message = "Division is by a written number other than 0."
            raise ExpressionError("division", message)
        return trees.make("div", (left, right), None, left.type)
    return trees.make("mul", (left, right), None, _product(left, right))


def _product(left: Expr, right: Expr) -> Type:
    for factor, other in ((left, right), (right, left)):
        if is_bare(factor) or factor.type.unit == "ratio":
            return other.type
        if factor.type.unit in ("people", "number") and other.type.unit == "money":
            return other.type
    message = f"{left.type} times {right.type} has no meaning.".capitalize()
    if "percent" in (left.type.unit, right.type.unit):
        message += " A share has the unit ratio, and 20% as its value."
    raise ExpressionError("unit", message)
