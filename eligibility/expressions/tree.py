"""The typed tree of an expression. Equal trees are one object, so work is shared by identity."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Type:
    """What an expression yields: bool, choice, person, income, day, or a number with a unit."""

    kind: str
    unit: str | None = None
    period: str | None = None

    def __str__(self) -> str:
        if self.kind != "number":
            return {"bool": "yes or no", "income": "an income"}.get(self.kind, f"a {self.kind}")
        if self.unit == "money":
            times = {"month": "money a month", "year": "money a year", "told": "money as told"}
            return times.get(self.period or "", "money")
        names = {"any": "a bare number", "people": "a number of people", "ratio": "a share"}
        return names.get(self.unit or "", f"a number of {self.unit}")


BOOL = Type("bool")
CHOICE = Type("choice")
PERSON = Type("person")
INCOME = Type("income")
DAY = Type("day")
ANY_NUMBER = Type("number", "any")
PEOPLE = Type("number", "people")
UNITS = ("money", "ratio", "people", "years", "months", "hours", "percent", "number")
PERIODS = ("month", "year")

PERSON_SLOT, EACH_SLOT, FIRST_LOOP_SLOT = 0, 1, 2
"""Where an evaluator keeps the person decided on, the person of a function, and loop people."""


class Expr:
    """One node. Made only by `Trees.make`, so identity is equality."""

    __slots__ = (
        *("op", "args", "data", "type", "depth"),
        *("free", "cents", "facts", "figures", "links"),
    )

    def __init__(self, op: str, args: tuple[Expr, ...], data: Any, type_: Type) -> None:
        self.op = op
        self.args = args
        self.data = data
        self.type = type_
        self.depth: int = 1 + max((arg.depth for arg in args), default=0)
        self.free = _free(self)
        self.cents = _whole_cents(self)
        self.facts: frozenset[str] = _gather(self, "facts")
        self.figures: frozenset[Any] = _gather(self, "figures")
        self.links: frozenset[str] = _gather(self, "links")

    def walk(self) -> Iterator[Expr]:
        """Every node below and this one, each once."""
        seen: set[int] = set()
        stack = [self]
        while stack:
            node = stack.pop()
            if id(node) not in seen:
                seen.add(id(node))
                yield node
                stack.extend(node.args)


class Trees:
    """Makes nodes and returns the existing one where the same was made before."""

    def __init__(self) -> None:
        self._known: dict[Any, Expr] = {}

    def make(self, op: str, args: tuple[Expr, ...], data: Any, type_: Type) -> Expr:
        key = (op, tuple(map(id, args)), _hashable(data), type_)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = Expr(op, args, data, type_)
        return found


def _hashable(data: Any) -> Any:
    # True == 1 in Python, but a truth and a number must stay two nodes.
    return (type(data).__name__, data)


def _free(node: Expr) -> frozenset[int]:
    """The variable slots a node reads from outside."""
    if node.op == "var":
        return frozenset((node.data,))
    if node.op == "call":
        body, *given = node.args
        slots = frozenset().union(*(arg.free for arg in given)) if given else frozenset()
        return slots | (body.free & {PERSON_SLOT})
    slots = frozenset().union(*(arg.free for arg in node.args)) if node.args else frozenset()
    if node.op in LOOPS:
        return slots - frozenset(slot for slot in node.data if slot is not None)
    return slots


LOOPS = ("sum", "any", "all", "count", "least_of", "greatest_of")


def _whole_cents(node: Expr) -> bool:
    """Whether a money node always yields whole cents, so that it needs no further rounding."""
    op, args = node.op, node.args
    if op in ("round", "param", "table"):
        return True
    if op == "number":
        return isinstance(node.data, int)
    if op == "fact":
        return node.type.period is None
    if op in ("add", "sub", "neg", "min", "max", "mul"):
        return all(arg.cents for arg in args) or (op == "mul" and _counts(args))
    if op == "if":
        return args[1].cents and args[2].cents
    if op in ("least_of", "greatest_of"):
        return args[0].cents and args[3].cents  # the value, and what stands for nobody
    if op in ("call", "sum"):
        return args[0].cents
    return False


def _counts(args: tuple[Expr, ...]) -> bool:
    return all(arg.cents or arg.type.unit == "people" for arg in args)


def _gather(node: Expr, what: str) -> frozenset[Any]:
    """What a node and all below it read: fact ids, parameters with take-over days, programs."""
    own: frozenset[Any] = frozenset()
    if what == "facts":
        own = _fact_ids(node)
    elif (what, node.op) in READ_OPS:
        own = frozenset((node.data,))
    return own.union(*(getattr(arg, what) for arg in node.args))


READ_OPS = (("figures", "param"), ("figures", "table"), ("links", "likely"), ("links", "pays"))
AGE_FACTS = frozenset(("person.birth_date", "person.age_months"))
READS = {
    "tie": frozenset(("person.ties",)),
    "age": AGE_FACTS,
    "income": frozenset(("person.incomes", "person.incomes_complete")),
}


def _fact_ids(node: Expr) -> frozenset[str]:
    if node.op in LOOPS:
        closing = frozenset(("people_complete",)) if node.data[0] is not None else frozenset()
        return closing | (READS["income"] if node.data[1] is not None else frozenset())
    if node.op != "fact":
        return READS.get(node.op, frozenset())
    fact_id: str = node.data
    entity, name, *member = fact_id.split(".")
    if name in ("age", "age_months"):
        return AGE_FACTS
    if name in ("tax_household", "tax_role"):
        return READS["tie"]
    if name == "receives":
        return frozenset((f"household.receives.{member[0]}", f"person.receives.{member[0]}"))
    return READS["income"] if entity == "income" else frozenset((fact_id,))
