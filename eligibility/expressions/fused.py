"""The few shapes that most tests have, each as one closure instead of three."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from eligibility.expressions.memory import Reads
from eligibility.expressions.tree import Expr

Closure = Callable[[Any], Any]
COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    ">=": operator.ge,
}
TURNED = {"<": ">", "<=": ">=", "==": "==", "!=": "!=", ">": "<", ">=": "<="}


def fused(tree: Expr, reads: Reads) -> Closure | None:
    """One closure for an answer beside what is written in the rule, or for two people or two
    choices of theirs; None for any other shape."""
    shape = SHAPES.get(tree.op)
    return shape(tree, reads) if shape else None


def _compare(tree: Expr, reads: Reads) -> Closure | None:
    left, right = tree.args
    sign = tree.data
    if left.op == "number":
        left, right, sign = right, left, TURNED[sign]
    if right.op != "number":
        return None
    if left.op == "fact":
        return reads.compared(_slot(left), left.data, COMPARISONS[sign], right.data)
    if left.op == "age" and left.data[1][0] == "today":
        name = "person.age" if left.data[0] == "years" else "person.age_months"
        return reads.compared(left.args[0].data, name, COMPARISONS[sign], right.data)
    return None


def _same(tree: Expr, reads: Reads) -> Closure | None:
    left, right = tree.args
    if left.op == "var" and right.op == "var":
        return _same_person(left.data, right.data)
    if left.op == "string":
        left, right = right, left
    if left.op != "fact":
        return None
    if right.op == "string":
        return reads.among(_slot(left), left.data, frozenset((right.data,)))
    mine, theirs = _slot(left), _slot(right)
    if right.op != "fact" or mine is None or theirs is None:
        return None
    return reads.alike(mine, left.data, theirs, right.data)


def _among(tree: Expr, reads: Reads) -> Closure | None:
    (inner,) = tree.args
    return reads.among(_slot(inner), inner.data, tree.data) if inner.op == "fact" else None


def _tie(tree: Expr, reads: Reads) -> Closure:
    first, second = (arg.data for arg in tree.args)
    return reads.tied(tree.data, first, second)


def _slot(fact: Expr) -> int | None:
    """The variable a fact is read of; None for the household's."""
    return fact.args[0].data if fact.args else None


def _same_person(first: int, second: int) -> Closure:
    def same(world: Any) -> bool | None:
        env = world.env
        one = env[first]
        if one is not env[second]:
            return False
        return True if one.index >= 0 else None

    return same


SHAPES: dict[str, Callable[[Expr, Reads], Closure | None]] = {
    "compare": _compare,
    "same": _same,
    "among": _among,
    "tie": _tie,
}
