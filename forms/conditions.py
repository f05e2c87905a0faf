"""When a question is asked: small conditions over what a draft holds so far.

A condition is one expression, in the same taste as a program's tests:

    person.age >= 16 and not person.applicant
    household.tenure == 'owner'
    any(p.age < 13 for p in people)
    sure(person.pregnant)

It reads the draft (facts, and `form.` gates, which no program knows), so it has its own
few words. The answer is True, False or None for "cannot say yet"; a question is left out
only when its condition is False. `sure(...)` turns "cannot say" into False.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

MOST_CHARACTERS = 400
READ_FROM = {
    "person.age": {"person.birth_date", "person.age_months"},
    "person.partner": {"form.partner"},
}
"""What a name that no question answers is worked out from."""

Truth: TypeAlias = bool | None


@dataclass(frozen=True, slots=True)
class Range:
    """A number known only to lie between two ends; None is no end."""

    low: int | None
    high: int | None


class Scope(Protocol):
    """What a condition can see from one place of a draft."""

    def lookup(self, entity: str, name: str) -> Any:
        """The value of `entity.name`: None for not known; numbers may be a Range."""

    def gate(self, name: str) -> Any:
        """The answer of a gate (`form.name`); None when it is not known."""

    def people(self) -> tuple[Scope, ...]:
        """The same view from each person of the household."""


class ConditionError(ValueError):
    """A condition that cannot be read; the message says what is wrong and where."""


Comparison: TypeAlias = Callable[[Any, Any], Truth]
Reader: TypeAlias = Callable[[Scope, Mapping[str, Scope]], Any]


@dataclass(frozen=True, slots=True)
class Condition:
    """A parsed condition. Two with the same text are equal."""

    text: str
    reader: Reader
    plain: Reader
    """The same without what hides that something is not known: `sure`, and gates that are closed
    for want of an answer."""
    names: frozenset[str]
    """The facts and gates it reads; an age is read from the birth date."""
    names_of_all: frozenset[str]
    """Those it reads of everybody in the home."""

    def ruled_out(self, scope: Scope) -> bool:
        """Whether it is known to be False, and not only too early or too private to say."""
        return _truth(self.plain(scope, {})) is False

    def __call__(self, scope: Scope) -> Truth:
        """True, False, or None for "cannot say yet"."""
        return _truth(self.reader(scope, {}))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Condition) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)


def parse_condition(text: str, known: Callable[[str, str], bool]) -> Condition:
    """Read a condition; `known(entity, name)` says which names exist.

    Raises ConditionError with a plain sentence.
    """
    if len(text) > MOST_CHARACTERS:
        raise ConditionError(f"A condition has at most {MOST_CHARACTERS} characters.")
    try:
        tree = ast.parse(text, mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise ConditionError(f"This condition cannot be read: {text}") from error
    compiler, strict = _Compiler(known, True), _Compiler(known, False)
    reader = compiler.compile(tree.body, frozenset())
    plain = strict.compile(tree.body, frozenset())
    return Condition(text, reader, plain, frozenset(compiler.names), frozenset(compiler.of_all))


def _truth(value: Any) -> Truth:
    if value is None or isinstance(value, Range):
        return None
    return bool(value)


class _Compiler:
    """Turns the few allowed nodes into closures; everything else is refused."""

    def __init__(self, known: Callable[[str, str], bool], sure: bool) -> None:
        self.known = known
        self.sure = sure
        self.names: set[str] = set()
        self.of_all: set[str] = set()

    def compile(self, node: ast.expr, bound: frozenset[str]) -> Reader:
        match node:
            case ast.BoolOp(op=op, values=values):
                return self._join(isinstance(op, ast.And), [self.compile(v, bound) for v in values])
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return _negate(self.compile(operand, bound))
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                return _compare(op, self.compile(left, bound), self.compile(right, bound))
            case ast.Attribute(value=ast.Name(id=entity), attr=name):
                return self._name(entity, name, bound)
            case ast.Constant(value=bool() | int() | str() as constant):
                return lambda scope, names: constant
            case ast.Tuple(elts=elements):
                readers = [self.compile(element, bound) for element in elements]
                return lambda scope, names: [reader(scope, names) for reader in readers]
            case ast.Call(func=ast.Name(id="sure"), args=[inner], keywords=[]):
                reader = self.compile(inner, bound)
                return _sure(reader) if self.sure else reader
            case ast.Call(func=ast.Name(id="any"), args=[ast.GeneratorExp() as each], keywords=[]):
                return self._any(each, bound)
        raise ConditionError(f"A condition cannot hold {ast.unparse(node)!r}.")

    def _name(self, entity: str, name: str, bound: frozenset[str]) -> Reader:
        kind = "person" if entity in bound else entity
        if not self.known(kind, name):
            raise ConditionError(f"There is no {kind}.{name} to ask about.")
        read = READ_FROM.get(f"{kind}.{name}", {f"{kind}.{name}"})
        self.names |= read
        self.of_all |= read if entity in bound else set()
        if entity in bound:
            return lambda scope, names: names[entity].lookup("person", name)
        if entity == "form" and not self.sure:
            return lambda scope, names: scope.gate(name)
        return lambda scope, names: scope.lookup(entity, name)

    def _any(self, each: ast.GeneratorExp, bound: frozenset[str]) -> Reader:
        match each.generators:
            case [ast.comprehension(target=ast.Name(id=one), iter=ast.Name(id="people"), ifs=[])]:
                inner = self.compile(each.elt, bound | {one})
            case _:
                raise ConditionError("any(...) goes over `people`: any(p.age < 13 for p in people)")

        def read(scope: Scope, names: Mapping[str, Scope]) -> Truth:
            found = [_truth(inner(scope, {**names, one: person})) for person in scope.people()]
            return True if True in found else None if None in found else False

        return read

    def _join(self, both: bool, parts: list[Reader]) -> Reader:
        def read(scope: Scope, names: Mapping[str, Scope]) -> Truth:
            certain: Truth = both
            for part in parts:
                found = _truth(part(scope, names))
                if found is (not both):
                    return found
                if found is None:
                    certain = None
            return certain

        return read


def _sure(inner: Reader) -> Reader:
    return lambda scope, names: _truth(inner(scope, names)) is True


def _negate(inner: Reader) -> Reader:
    def read(scope: Scope, names: Mapping[str, Scope]) -> Truth:
        found = _truth(inner(scope, names))
        return None if found is None else not found

    return read


def _compare(op: ast.cmpop, left: Reader, right: Reader) -> Reader:
    test = _COMPARISONS.get(type(op))
    if test is None:
        raise ConditionError("A condition compares with ==, !=, <, <=, >, >=, in or not in.")

    def read(scope: Scope, names: Mapping[str, Scope]) -> Truth:
        one, other = left(scope, names), right(scope, names)
        return None if one is None or other is None else test(one, other)

    return read


def _order(test: Callable[[int, int], bool]) -> Comparison:
    """A comparison of numbers: certain of a range only where both its ends agree."""

    def compare(one: Any, other: Any) -> Truth:
        if isinstance(one, Range):
            # No end below is smaller than any number, no end above larger.
            low = test(other - 1 if one.low is None else one.low, other)
            high = test(other + 1 if one.high is None else one.high, other)
            return low if low == high else None
        return test(one, other) if isinstance(one, int) else None

    return compare


def _exactly(test: Callable[[Any, Any], bool]) -> Comparison:
    """A comparison of values, which a range can never settle."""
    return lambda one, other: None if isinstance(one, Range) else test(one, other)


_COMPARISONS: dict[type[ast.cmpop], Comparison] = {
    ast.Eq: _exactly(operator.eq),
    ast.NotEq: _exactly(operator.ne),
    ast.In: _exactly(lambda one, other: one in other),
    ast.NotIn: _exactly(lambda one, other: one not in other),
    ast.Lt: _order(operator.lt),
    ast.LtE: _order(operator.le),
    ast.Gt: _order(operator.gt),
    ast.GtE: _order(operator.ge),
}
