"""Finds limits that figures and one size alone make, such as twice the poverty line for three."""

from __future__ import annotations

from eligibility.expressions.tree import Expr

STEPS = frozenset(("add", "sub", "mul", "div", "neg", "min", "max", "round"))


def line_of(tree: Expr) -> Expr | None:
    """The size a limit is looked up by, if nothing else but figures makes it; otherwise None."""
    sizes: dict[int, Expr] = {}
    return next(iter(sizes.values())) if _made_of(tree, sizes) and len(sizes) == 1 else None


def _made_of(tree: Expr, sizes: dict[int, Expr]) -> bool:
    if tree.op == "table":
        sizes[id(tree.args[0])] = tree.args[0]
        return True
    if tree.op in STEPS:
        return all(_made_of(arg, sizes) for arg in tree.args)
    return tree.op in ("param", "number")
