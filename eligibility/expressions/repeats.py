"""Finds the answers of few values that a rule reads in more than one place."""

from __future__ import annotations

from collections.abc import Mapping

from eligibility.expressions.tree import Expr
from eligibility.facts import FactType, Vocabulary

TAX = "person.tax_household"


def read_twice(rule: Expr, vocabulary: Vocabulary) -> tuple[str, ...]:
    """The answers of few values that a rule reads in more than one place."""
    places: dict[str, int] = {}
    _count(rule, places, {})
    return tuple(name for name, count in places.items() if count > 1 and _few(name, vocabulary))


def _count(tree: Expr, places: dict[str, int], known: dict[int, Mapping[str, int]]) -> None:
    """Adds in how many places each answer is read, each named value as often as it is used."""
    if tree.op == "fact":
        places[tree.data] = places.get(tree.data, 0) + 1
        return
    for arg in tree.args:
        if id(arg) not in known:
            inner: dict[str, int] = {}
            _count(arg, inner, known)
            known[id(arg)] = inner
        for name, count in known[id(arg)].items():
            places[name] = min(2, places.get(name, 0) + count)


def _few(name: str, vocabulary: Vocabulary) -> bool:
    if name in (TAX, "person.tax_role") or ".receives." in name:
        return True
    fact = vocabulary.facts.get(name)
    few = (FactType.BOOL, FactType.CHOICE)
    return fact is not None and fact.type in few and fact.entity != "income"
