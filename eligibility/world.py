"""One household laid out for evaluation on one day: every fact a cell, every gap an interval."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from eligibility.dates import (
    Birth,
    MonthDay,
    age_months,
    age_years,
    birth_from_months,
    last,
    next_one,
)
from eligibility.expressions.scope import TakesOver
from eligibility.facts import FactType, Vocabulary
from eligibility.household import FIRST_BIRTH, Household, Income, Pay, Person, Ties, Told
from eligibility.parameters import Parameter, Reading, read_figure
from eligibility.spans import Span, ends, span
from eligibility.standing import Standing

ENV_SIZE = 1
"""Only the person decided on is told from outside."""
PLACES = 1024
"""More than there can be people: what is remembered for one person has a place of its own."""
FigureKey = tuple[str, TakesOver]


class Figures(dict[FigureKey, Reading]):
    """What parameters read on one day. `lines` remembers limits made from figures alone, by
    expression and size, `standing` is how each program stands."""

    def __init__(self, parameters: Mapping[str, Parameter], on: date) -> None:
        super().__init__()
        self.parameters = parameters
        self.on = on
        self.lines: dict[int, Any] = {}
        self.standing: Mapping[str, Standing] = {}

    def __missing__(self, key: FigureKey) -> Reading:
        """Raises NoValue before its first dated value."""
        found = self[key] = read_figure(self.parameters[key[0]], key[1], self.on)
        return found


class PersonView:
    """One person as an evaluator sees them. `index` is -1 for someone not yet described; `place`
    and `given` keep apart what is remembered for each person."""

    __slots__ = ("bits", "cells", "given", "id", "incomes", "index", "place")

    bits: Mapping[str, int]

    def __init__(
        self, index: int, id_: str, cells: dict[str, Any], incomes: list[IncomeView]
    ) -> None:
        self.index = index
        self.id = id_
        self.cells = cells
        self.incomes = incomes
        self.place = index + 1 if index >= 0 else PLACES - 1
        self.given = self.place * PLACES


class IncomeView:
    """One income as an evaluator sees it."""

    __slots__ = ("bits", "cells")

    bits: Mapping[str, int]

    def __init__(self, cells: dict[str, Any]) -> None:
        self.cells = cells


Root = tuple[int, Callable[..., bool | None]]
"""Where a whole program's result is remembered for each person, and its function."""


class Blank:
    """The unknown cells of each entity, made once for a vocabulary."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.members = tuple(sorted(vocabulary.receivable()))
        self.household = self._cells("household")
        self.person = self._cells("person")
        self.person["person.ties"] = None
        self.person["person.tax_household"] = None
        self.person["person.tax_role"] = None
        self.person["person.incomes_complete"] = None
        facts = vocabulary.of("income")
        low, high = facts["amount"].bounds or (0, 0)
        costs = Span(*(facts["costs"].bounds or (0, 0)))
        self.pay = Pay((Span(low, high),), None, (), None, costs, None, False, None)
        self.income = {"income.kind": None, "income.pay": self.pay}
        self.nothing_for_home = dict.fromkeys(self._received("household"), False)
        self.nothing_for_person = dict.fromkeys(self._received("person"), False)

    def _cells(self, entity: str) -> dict[str, Any]:
        cells: dict[str, Any] = {}
        for fact in self.vocabulary.of(entity).values():
            if fact.type in (FactType.BOOL, FactType.CHOICE):
                cells[fact.id] = None
            elif fact.type in (FactType.INTEGER, FactType.MONEY):
                bounds = Span(*(fact.bounds or (0, 0)))
                cells[fact.id] = Told(bounds, None) if fact.period == "told" else bounds
        cells.update(dict.fromkeys(self._received(entity)))
        return cells

    def _received(self, entity: str) -> list[str]:
        return [f"{entity}.receives.{member}" for member in self.members]


class World:
    """Everything rules read. Not shared between threads; one for each screening.

    `figures` are the parameters of this day, for all screenings of the day; `roots` the functions
    of whole programs, each with the place of what it remembers.
    """

    def __init__(
        self,
        household: Household,
        blank: Blank,
        figures: Figures,
        roots: Mapping[str, Root],
        on: date,
    ) -> None:
        self.on = on
        self.source = household
        self.blank = blank
        self.roots = roots
        self.max_people = blank.vocabulary.max_people
        self.max_incomes = blank.vocabulary.max_incomes
        self.memo: dict[int, Any] = {}
        self.counted: dict[tuple[int, int], Any] = {}
        self.figures = figures
        self.env: list[Any] = [None] * ENV_SIZE
        self.household: dict[str, Any] = {**blank.household, **household.cells}
        self.top: dict[str, Any] = {"people_complete": household.people_complete}
        self.people = [self._person(index, person) for index, person in enumerate(household.people)]
        self.name_tax_households()
        self.anyone = self._anyone()
        self.anybody = (self.anyone,)
        self.any_incomes = (IncomeView(dict(blank.income)),)
        self._lay_out_receives()

    def lane(self) -> World:
        """Another evaluation of the same answers, which remembers nothing yet."""
        lane = World.__new__(World)
        lane.__dict__.update(self.__dict__)
        lane.memo = {}
        lane.env = [None] * ENV_SIZE
        return lane

    def _person(self, index: int, person: Person) -> PersonView:
        cells = {**self.blank.person, **person.cells}
        cells["person.incomes_complete"] = person.incomes_complete
        self.set_age(cells, person)
        self.set_ties(cells, person.ties)
        return PersonView(index, person.id, cells, [income_view(one) for one in person.incomes])

    def _anyone(self) -> PersonView:
        """Someone who may live here but is not described: nothing is known of them."""
        cells = dict(self.blank.person)
        self.set_age(cells, None)
        return PersonView(-1, "", cells, [])

    def set_age(self, cells: dict[str, Any], person: Person | None) -> None:
        """Birth date, age in years and in months, from what was told."""
        birth: Birth = (FIRST_BIRTH, self.on)
        told = person.age_months if person else None
        if person and person.birth:
            birth = person.birth
        elif person and told is not None:
            low, high = ends(told)
            asked = self.source.on or self.on
            birth = birth_from_months(int(low), int(high), asked)
            if asked == self.on:
                cells["person.birth_date"] = birth
                cells["person.age_months"] = told
                cells["person.age"] = span(low // 12, high // 12)
                return
        cells["person.birth_date"] = birth
        cells["person.age"] = age_years(birth, self.on)
        cells["person.age_months"] = age_months(birth, self.on)

    def set_ties(self, cells: dict[str, Any], ties: Ties | None) -> None:
        cells["person.ties"] = ties
        cells["person.tax_household"] = ties.tax_household if ties else None
        cells["person.tax_role"] = ties.tax_role if ties else None

    def name_tax_households(self) -> None:
        """A label that is a person's id takes that person in, if they told no other."""
        labels = {person.cells["person.tax_household"] for person in self.people}
        for person in self.people:
            if person.cells["person.tax_household"] is None and person.id in labels:
                person.cells["person.tax_household"] = person.id

    def _lay_out_receives(self) -> None:
        """Who receives what. The household does when anyone in it does; a closed list of the
        household answers for everyone."""
        source, blank = self.source, self.blank
        home = self.household
        implied: dict[str, bool | None] = {}
        if source.receives_closed:
            home.update(blank.nothing_for_home)
            implied.update(blank.nothing_for_person)
        for member, got in source.receives.items():
            home[f"household.receives.{member}"] = got
            implied[f"person.receives.{member}"] = None if got else False
        for view, person in zip(self.people, source.people, strict=True):
            view.cells.update(blank.nothing_for_person if person.receives_closed else implied)
            for member, got in person.receives.items():
                view.cells[f"person.receives.{member}"] = got
                if got:
                    home[f"household.receives.{member}"] = True
        self.anyone.cells.update(implied)

    def day(self, which: str, at: MonthDay) -> date:
        """A named day around the day of screening."""
        match which:
            case "last":
                return last(self.on, at)
            case "next":
                return next_one(self.on, at)
            case "this_year":
                return date(self.on.year, *at)
        return self.on

    def more_people(self) -> int:
        """How many people may still be added to the list."""
        if self.top["people_complete"] is True:
            return 0
        return max(0, self.max_people - len(self.people))

    def more_incomes(self, person: PersonView) -> int:
        """How many incomes of a person may still be added to the list."""
        if person.cells["person.incomes_complete"] is True:
            return 0
        return max(0, self.max_incomes - len(person.incomes))


def income_view(income: Income) -> IncomeView:
    """An income laid out as cells."""
    return IncomeView({"income.kind": income.kind, "income.pay": income.pay})


def received(told: Household | Person, member: str) -> bool | None:
    """What a household or person told of one benefit; a closed list answers for the rest."""
    return told.receives.get(member, False if told.receives_closed else None)
