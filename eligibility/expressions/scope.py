"""What names mean inside one program: facts, people, named values, figures, other programs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from eligibility.dates import MonthDay
from eligibility.expressions.tree import PERSON_SLOT, Expr, Trees, Type
from eligibility.facts import Vocabulary

Conversion = tuple[tuple[str, tuple[str, ...]], ...]
"""Told period to its factors to a month, as written; more than one factor means "between"."""

TakesOver = tuple[MonthDay, ...]


class ParameterType(Protocol):
    """What the type checker must know of a parameter."""

    @property
    def type(self) -> Type: ...
    @property
    def by_size(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Figure:
    """A parameter as a program uses it: with the day the program takes over a new one."""

    parameter: str
    takes_over: TakesOver = ()


class ExpressionError(Exception):
    """Something in an expression is wrong, at a column of its text."""

    def __init__(
        self, code: str, message: str, suggestion: str | None = None, line: int = 1, column: int = 0
    ) -> None:
        self.code = code
        self.message = message
        self.suggestion = suggestion
        self.line = line
        self.column = column
        super().__init__(message)


@dataclass(frozen=True)
class Scope:
    """Everything an expression may name. `value` and `function` give named values on demand,
    so that they may be declared in any order; they refuse a cycle."""

    trees: Trees
    vocabulary: Vocabulary
    parameters: Mapping[str, ParameterType]
    figures: Mapping[str, Figure]
    programs: Mapping[str, str]
    conversion: Conversion
    value_names: frozenset[str]
    function_names: frozenset[str]
    value: Callable[[str], Expr]
    has_person: bool = False
    variables: Mapping[str, tuple[str, int]] = field(default_factory=dict)

    def all_names(self) -> list[str]:
        """Names an author may have meant, for suggestions."""
        names = ["household", "people", *self.variables, *self.figures]
        names += [*self.value_names, *self.function_names, *self.parameters]
        return names if not self.has_person else [*names, "person"]

    def variable(self, name: str) -> tuple[str, int] | None:
        """Kind (person or income) and slot of a variable in reach."""
        if name == "person" and self.has_person:
            return "person", PERSON_SLOT
        return self.variables.get(name)
