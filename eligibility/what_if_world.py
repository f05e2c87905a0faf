"""A household of which one answer is changed over and over, to see what each result becomes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from eligibility.countable import Convention
from eligibility.determination import AmountRange
from eligibility.expressions.tree import PERSON_SLOT
from eligibility.household import Household, Pay, Person, Told
from eligibility.parameters import NoValue
from eligibility.pay import Counter
from eligibility.program import Program
from eligibility.rulebook import Rulebook
from eligibility.spans import Number, span
from eligibility.trying import Trying
from eligibility.what_if_levers import Lever, new_job, pays_at, whole_amounts
from eligibility.world import ENV_SIZE, PersonView, World, income_view
from eligibility.worth import amount_of

Memo = dict[int, Any]


@dataclass(frozen=True, slots=True)
class Standing:
    """One result as things stand, and the bits of every answer that was looked at for it. What
    was not looked at cannot change it alone. `walked` says that one walk settled it, so that
    whole ranges can be proved; others are settled only by trying cases."""

    program: Program
    person: PersonView | None
    outcome: bool | None
    amount: AmountRange | None
    read: int
    walked: bool


@dataclass(frozen=True, slots=True)
class Counted:
    """What a program counts of one income, in its own way, for each of its periods."""

    start: Number
    to: Number
    period: str


class ChangedWorld:
    """Evaluates a household with one answer set to a value, or to anything between two."""

    def __init__(self, household: Household, rules: Rulebook, on: date) -> None:
        self.household = household
        self.rules = rules
        self.traced = rules.traced_world(household, on)
        self.derived = rules.compiler.derived
        self.world = self.traced.plain(rules.roots)
        self.base: Memo = {}
        self._memos: dict[Any, Memo] = {}
        self._chosen: Any = None
        self._by_log: dict[int, Memo] = {}
        self._tries: dict[tuple[int, int], bool | None] = {}
        self._held: list[Any] = []
        self.open = Trying(self.world, rules).open

    def standing(self, program: Program, person: PersonView | None) -> Standing | None:
        """A result as things stand; None where the day is before the program's first figure."""
        traced, roots = self.traced, self.rules.traced[1]
        traced.log = 0
        try:
            outcome = self.rules.traced[0].derived(traced, program.id, person)
        except NoValue:
            traced.env = [None] * ENV_SIZE
            return None
        read = traced.logs[roots[program.id][0] + (person.place if person else 0)]
        self.world.memo = dict(traced.memo)
        walked = outcome is not None
        if outcome is None:
            outcome = self._tried(program, person)
        amount = self._amount(self.world, program, person, outcome)
        return Standing(program, person, outcome, amount, read, walked)

    def _tried(self, program: Program, person: PersonView | None) -> bool | None:
        """What one walk leaves unclear, as screening settles it: by trying cases."""
        if self.open.isdisjoint(self.rules.tried_for(program)):
            return None
        try:
            return Trying(self.world, self.rules).decide(program, person)[0]
        except NoValue:
            self.world.env = [None] * ENV_SIZE
            return None

    def remember(self) -> None:
        """Once all results stand: keep what was worked out, by the answers it rests on."""
        for place, value in self.traced.memo.items():
            self._by_log.setdefault(self.traced.logs[place], {})[place] = value

    @contextmanager
    def moving(self, lever: Lever) -> Iterator[None]:
        """While inside, this answer is changed; everything that rests on others is kept."""
        bit = self.traced.bit(lever.path)
        self.base = {}
        for log, values in self._by_log.items():
            if not log & bit:
                self.base.update(values)
        plain = self.world
        view = self._view(lever)
        cells = self._cells(lever)
        saved = dict(cells)
        incomes = list(view.incomes) if view else []
        counted = plain.counted
        plain.counted = dict(counted)
        try:
            yield
        finally:
            self.world, plain.counted = plain, counted
            self._held.clear()
            self._memos.clear()
            self._tries.clear()
            cells.clear()
            cells.update(saved)
            if view:
                view.incomes[:] = incomes

    def outcome(self, lever: Lever, one: Standing, low: int, high: int) -> bool | None:
        """What a result comes to with a number set to anything from `low` to `high`; for one
        value as screening would say it, for a range by one walk alone."""
        at = self.rules.roots[one.program.id][0] + (one.person.place if one.person else 0)
        memo = self._memos.get((low, high))
        if memo is None:
            memo = self._memos[low, high] = dict(self.base)
        # Many results change at one value, so much is looked at again.
        found: bool | None = memo.get(at)
        if found is None and (low, at) in self._tries and low == high:
            return self._tries[low, at]
        if at not in memo or (found is None and low == high):
            self.world.memo = memo
            self._put(lever, low, high)
            found = self._walked(one)
            if found is None and low == high:
                found = self._tries[low, at] = self._tried(one.program, self._here(one))
        return found

    def made(
        self, lever: Lever, one: Standing, value: int
    ) -> tuple[bool | None, AmountRange | None]:
        """The outcome and the amount with a number set to this value."""
        self.world.memo = self._memos[value, value] = dict(self.base)
        self._put(lever, value, value)
        outcome = self.result(one)
        return outcome, self.amount(one, outcome)

    def chosen(self, lever: Lever, one: Standing, value: Any) -> bool | None:
        """What a result comes to with another choice, or a yes for a no."""
        if self._chosen != value or value not in self._memos:
            self._choose(lever, value)
            self._chosen = value
            # A benefit one gets is read in more than one place, so nothing is taken over then.
            alone = ".receives." not in lever.fact
            self.world.memo = self._memos[value] = dict(self.base) if alone else {}
        return self.result(one)

    def result(self, one: Standing) -> bool | None:
        """What a result comes to as everything is set now."""
        found = self._walked(one)
        return self._tried(one.program, self._here(one)) if found is None else found

    def _walked(self, one: Standing) -> bool | None:
        world = self.world
        try:
            return self.derived(world, one.program.id, self._here(one))
        except NoValue:
            world.env = [None] * ENV_SIZE
            return None

    def amount(self, one: Standing, outcome: bool | None) -> AmountRange | None:
        """The amount that goes with an outcome just worked out."""
        return self._amount(self.world, one.program, self._here(one), outcome)

    def _here(self, one: Standing) -> PersonView | None:
        return None if one.person is None else self.world.people[one.person.index]

    def _amount(
        self, world: World, program: Program, person: PersonView | None, outcome: bool | None
    ) -> AmountRange | None:
        if not outcome or program.amount is None:
            return None
        world.env[PERSON_SLOT] = person
        try:
            return amount_of(program.amount, self.rules, world)
        except NoValue:
            world.env = [None] * ENV_SIZE
            return None

    def _put(self, lever: Lever, low: int, high: int) -> None:
        number, cells = span(low, high), self._cells(lever)
        match lever.fact:
            case "person.birth_date":
                birth = date.fromordinal(low), date.fromordinal(high)
                self.world.set_age(cells, replace(self._person(lever), birth=birth))
            case "person.age_months":
                person = replace(self._person(lever), birth=None, age_months=number)
                self.world.set_age(cells, person)
            case "person.incomes":
                self._put_new_income(lever, low, high)
            case "income.amount":
                self._put_pay(cells, _paid(self._pay(lever), low, high))
            case "income.costs":
                self._put_pay(cells, replace(cells["income.pay"], costs=number))
            case _:
                cells[lever.fact] = Told(number, lever.period) if lever.period else number

    def _choose(self, lever: Lever, value: Any) -> None:
        entity, name, *member = lever.fact.split(".")
        cells = self._cells(lever)
        if member:
            self._receive(lever, member[0], value)
        elif entity != "income":
            cells[lever.fact] = value
        elif name == "kind":
            cells["income.kind"] = value
            pay = replace(cells["income.pay"], self_employed=value == "self_employment")
            self._put_pay(cells, pay)
        else:
            self._put_pay(cells, replace(cells["income.pay"], **{name: value}))

    def _put_pay(self, cells: dict[str, Any], pay: Pay) -> None:
        # What was counted is remembered by identity, so a pay must not go while its number may.
        self._held.append(pay)
        cells["income.pay"] = pay

    def _put_new_income(self, lever: Lever, low: int, high: int) -> None:
        view = self._view(lever)
        if view is not None:
            income = income_view(new_job(span(low, high)))
            self._held.append(income.cells["income.pay"])
            view.incomes[len(self._person(lever).incomes) :] = [income]

    def _receive(self, lever: Lever, member: str, value: bool) -> None:
        """Who receives what hangs together, so the household is laid out anew."""
        household = self.household
        if lever.person is None:
            changed = replace(household, receives={**household.receives, member: value})
        else:
            people = tuple(
                replace(one, receives={**one.receives, member: value})
                if one.id == lever.person
                else one
                for one in household.people
            )
            changed = replace(household, people=people)
        self.world = self.rules.world(changed, self.traced.on)

    def counted(self, program: Program, lever: Lever, value: int) -> Counted | None:
        """What a program counts of an income, as it is told and with another usual pay."""
        convention = next(_conventions(program), None)
        if lever.fact != "income.amount" or convention is None:
            return None
        counter, pay, on = Counter(convention), self._pay(lever), self.traced.on
        other = counter.count(_paid(pay, value, value), on)
        return Counted(counter.count(pay, on), other, convention.period)

    def _person(self, lever: Lever) -> Person:
        return next(one for one in self.household.people if one.id == lever.person)

    def _pay(self, lever: Lever) -> Pay:
        return self._person(lever).incomes[lever.income or 0].pay

    def _view(self, lever: Lever) -> PersonView | None:
        return next((one for one in self.traced.people if one.id == lever.person), None)

    def _cells(self, lever: Lever) -> dict[str, Any]:
        view = self._view(lever)
        if view is None:
            return self.world.household
        return view.cells if lever.income is None else view.incomes[lever.income].cells


def _paid(pay: Pay, low: int, high: int) -> Pay:
    """The same income with a usual pay of anything between two."""
    pays = whole_amounts(pay.amounts)
    ends = zip(pays_at(pays, low), pays_at(pays, high), strict=True)
    return replace(pay, amounts=tuple(span(first, last) for first, last in ends))


def _conventions(program: Program) -> Iterator[Convention]:
    """In which ways a program counts income, in the order of its tests."""
    for rule in program.rules:
        for node in rule.walk():
            if node.op == "income":
                yield node.data
