"""Finds limits that figures and one size alone make, such as twice the poverty line for three."""

from __future__ import annotations

from typing import Any, NamedTuple

from eligibility.expressions.tree import Expr

STEPS = frozenset(("add", "sub", "mul", "div", "neg", "min", "max", "round"))


class Line(NamedTuple):
    """The size a limit is looked up by, if there is one, and its figures as they are read."""

    size: Expr | None
    figures: tuple[Any, ...]


def line_of(tree: Expr) -> Line | None:
    """What a limit is made of, if it is figures and at most one size; otherwise None."""
    sizes: dict[int, Expr] = {}
    figures: dict[Any, None] = {}
    if tree.op == "number" or not _made_of(tree, sizes, figures) or len(sizes) > 1 or not figures:
        return None
    return Line(next(iter(sizes.values()), None), tuple(figures))


def _made_of(tree: Expr, sizes: dict[int, Expr], figures: dict[Any, None]) -> bool:
    if tree.op in ("table", "param"):
        figures[tree.data] = None
        sizes.update((id(arg), arg) for arg in tree.args)
        return True
    if tree.op in STEPS:
        return all(_made_of(arg, sizes, figures) for arg in tree.args)
    return tree.op == "number"
