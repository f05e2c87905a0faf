"""Expressions on their own: read, shown as a tree and worked out, without a program around them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

from eligibility import Household
from eligibility.countable import CAUTIOUS, read_countable
from eligibility.documents import read_text
from eligibility.expressions.compile import Compiler
from eligibility.expressions.parse import parse
from eligibility.expressions.scope import ExpressionError, Figure, Scope
from eligibility.expressions.tree import EACH_SLOT, PERSON_SLOT, Expr, Trees
from eligibility.facts import Vocabulary, load_vocabulary
from eligibility.parameter_files import parameters_of
from eligibility.parameters import Parameter
from eligibility.reading import Reader
from eligibility.spans import Span
from eligibility.tracing import TracedWorld
from eligibility.world import Blank, Figures, Root, World
from tests.eligibility.packs import LINES, ROOT

ON = date(2025, 6, 1)
PROGRAMS = {"help": "household", "bus": "person"}
FIGURES = {"poverty": Figure("line.yearly", ((4, 1),))}
VALUES = {
    "size": "count(people)",
    "rent": "monthly(household.rent)",
    "mine": "person.age",
    "adults": "count(p for p in people if p.age >= 18)",
    "others": "count(p for p in people if p != person)",
    "eldest": "all(p.age <= person.age for p in people)",
}
EACH = {
    "student": "p.college_student == 'half_time_or_more'",
    "older": "p.age + 1",
    "mate": "spouse(p, person)",
    "gap": "p.age - person.age",
    "peers": "count(q for q in people if q.age <= p.age)",
}
COUNTED = "{period: month, convert: {week: 4}}"


@cache
def vocabulary() -> Vocabulary:
    words = load_vocabulary(ROOT / "eligibility" / "facts")
    return words.with_programs(frozenset(PROGRAMS))


@cache
def parameters() -> dict[str, Parameter]:
    found = parameters_of(Reader(), read_text(LINES, "line.yaml"))
    return {parameter.id: parameter for parameter in found}


class Speech:
    """One set of trees, with a few named values, functions, figures and programs in reach."""

    def __init__(self) -> None:
        self.trees = Trees()
        self.done: dict[str, Expr] = {}
        self.scope = Scope(
            trees=self.trees,
            vocabulary=vocabulary(),
            parameters=parameters(),
            figures=FIGURES,
            programs=PROGRAMS,
            conversion=CAUTIOUS,
            value_names=frozenset((*VALUES, "income")),
            function_names=frozenset(EACH),
            value=self._value,
            has_person=True,
        )

    def _value(self, name: str) -> Expr:
        if name not in self.done:
            inside = replace(self.scope, variables={"p": ("person", EACH_SLOT)})
            if name == "income":
                self.done[name] = read_countable(Reader(), read_text(COUNTED, "x"), self.scope)
            elif name in EACH:
                self.done[name] = parse(EACH[name], inside)
            else:
                self.done[name] = parse(VALUES[name], self.scope)
        return self.done[name]

    def read(self, text: str, person: bool = True) -> Expr:
        return parse(text, replace(self.scope, has_person=person))

    def refusal(self, text: str, person: bool = True) -> str:
        """Where and why a text is refused, as one line."""
        try:
            tree = self.read(text, person)
        except ExpressionError as error:
            hint = f" {error.suggestion}" if error.suggestion else ""
            return f"{error.line}:{error.column} {error.code}: {error.message}{hint}"
        return f"read as {tree.type}"


def shown(tree: Expr) -> str:
    """A tree on one line: what each node is, what it holds and its type."""
    held: Any = sorted(tree.data) if isinstance(tree.data, frozenset) else tree.data
    if tree.op == "turn":
        held = f"{held[0]} of {len(held[1])}"
    if tree.op == "income":
        held = f"{held.period} week={dict(held.conversion)['week']}"
    data = "" if held is None else f" {held}"
    inner = ", ".join(shown(arg) for arg in tree.args)
    return f"{tree.op}{data} : {tree.type}" + (f" ({inner})" if inner else "")


def reads(tree: Expr) -> str:
    """What a tree says of itself: what it reads, and whether it needs rounding."""
    figures = [f"{name}{takes_over or ''}" for name, takes_over in sorted(tree.figures)]
    parts = [*sorted(tree.facts), *figures, *sorted(tree.links)]
    free = "".join(f" var{slot}" for slot in sorted(tree.free))
    return " ".join(parts) + free + (" cents" if tree.cents else "")


class Worth(Speech):
    """Works expressions out for households; the first person is the one decided on."""

    def __init__(self, on: date = ON) -> None:
        super().__init__()
        self.on = on
        self.plain = Compiler()
        self.traced = self.plain.tracing()
        self.blank, self.figures = Blank(vocabulary()), Figures(parameters(), on)
        self.roots: dict[str, Root] = {
            "help": (1, lambda world: world.household["household.homeless"]),
            "help:pays": (2, lambda world: world.household["household.heating_paid"]),
            "bus": (5_000, lambda world, person: person.cells["person.disabled"]),
            "bus:pays": (7_000, lambda world, person: person.cells["person.veteran"]),
        }

    def world(self, home: Household) -> World:
        return World(home, self.blank, self.figures, self.roots, self.on)

    def of(self, text: str, home: Household) -> Any:
        """The value, worked out plainly and again noting what is read, which must agree."""
        tree = self.read(text)
        world = self.world(home)
        noting = TracedWorld(home, self.blank, self.figures, self.roots, self.on).trace()
        for each in (world, noting):
            each.env[PERSON_SLOT] = each.people[0] if each.people else None
        value = self.plain.compile(tree)(world)
        assert repr(self.traced.compile(tree)(noting)) == repr(value)
        return (value.low, value.high) if isinstance(value, Span) else value


def _person(person_id: str, born: str, **told: Any) -> dict[str, Any]:
    return {"id": person_id, "birth_date": born, "incomes_complete": True, "incomes": [], **told}


WAGES = {"kind": "wages", "period": "week", "amount": 50_000}
SUPPORT = {"kind": "child_support_received", "period": "month", "amount": 20_000}
WHOLE: dict[str, Any] = {
    "people_complete": True,
    "household": {
        "rent": {"amount": 100_000, "period": "month"},
        "homeless": False,
        "heating_paid": True,
        "tenure": "renter",
        "liquid_assets": 5_000,
        "receives": ["bus"],
    },
    "people": [
        _person(
            "p1",
            "1990-05-05",
            disabled=False,
            college_student="half_time_or_more",
            incomes=[WAGES, SUPPORT],
            medical_expenses={"amount": 1_000, "period": "month"},
            ties=[
                {"kind": "spouse", "to": "p2"},
                {"kind": "parent_of", "to": "p3"},
                {"kind": "tax_household", "to": "t1"},
                {"kind": "tax_role", "to": "head"},
            ],
        ),
        _person(
            "p2",
            "1992-12-31",
            disabled=True,
            college_student="no",
            medical_expenses={"amount": 2_400, "period": "year"},
            ties=[{"kind": "tax_household", "to": "t1"}],
        ),
        _person(
            "p3",
            "2018-06-02",
            disabled=False,
            college_student="no",
            medical_expenses={"amount": 0, "period": "month"},
            ties=[],
        ),
    ],
}
"""Three people of whom all is told."""

PART: dict[str, Any] = {
    "people_complete": True,
    "household": {"rent": {"between": [90_000, 110_000], "period": "month"}, "tenure": "owner"},
    "people": [
        _person("p1", "1990", disabled=True, incomes=[WAGES | {"kind": {"unknown": "dont_know"}}]),
        _person("p2", "2007-06-01", ties=[{"kind": "spouse", "to": "p1"}], incomes_complete=False),
    ],
}
"""Two people, with gaps: a year of birth, a kind of income, one list of incomes."""

OPEN_LIST: dict[str, Any] = {
    "household": {"homeless": True},
    "people": [_person("p1", "1960-01-01", disabled=True)],
}
"""One person, and perhaps more."""


def homes() -> list[Household]:
    return [Household.from_facts(one, vocabulary()) for one in (WHOLE, PART, OPEN_LIST)]
