"""The answers of a household that can be changed alone, each with what it can be changed to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from eligibility.dates import age_months
from eligibility.facts import TOLD_PERIODS, Fact, FactType, Vocabulary
from eligibility.household import Household, Income, Pay, Person
from eligibility.spans import Number, ends
from eligibility.world import received

OLDEST_YEARS = 120
YOUNGEST_AT_WORK = 14
FROM_ONE_OFFICE = ("social_security_retirement", "social_security_disability", "ssi")
"""Kinds of money that one office pays, and that are often taken for each other."""


@dataclass(frozen=True, slots=True)
class Lever:
    """One answer. `path` is what an evaluation notes when it reads it; `start` is what was told,
    None if nothing was. A number has the range it may be moved in, anything else other `values`."""

    fact: str
    person: str | None
    income: int | None
    path: str
    start: Any
    values: tuple[Any, ...] = ()
    low: int = 0
    high: int = -1
    period: str | None = None

    @property
    def is_number(self) -> bool:
        return self.low <= self.high


def levers_at(path: str, household: Household, vocabulary: Vocabulary, on: date) -> Iterator[Lever]:
    """What can be changed of the answer at a path. Nothing for names, places and ties, for
    lists as a whole, and for numbers that were not told exactly: those are still to be told."""
    parts = path.split(".")
    if "receives" in parts:
        yield from _receives(path, parts, household)
    elif parts[0] == "household":
        yield from _plain(vocabulary[path], None, path, household.cells.get(path))
    elif parts[0] == "people":
        person = next(one for one in household.people if one.id == parts[1])
        if parts[2] == "incomes":
            place = int(parts[3])
            yield from _income(path, person, place, person.incomes[place], vocabulary)
        elif parts[2] == "incomes_complete":
            yield from _another_income(path, person, vocabulary, on)
        elif parts[2] in ("birth_date", "age_months"):
            yield from _age(path, person, on)
        elif f"person.{parts[2]}" in vocabulary:
            fact = vocabulary[f"person.{parts[2]}"]
            yield from _plain(fact, person.id, path, person.cells.get(fact.id))


def _plain(fact: Fact, person: str | None, path: str, told: Any) -> Iterator[Lever]:
    """A fact with one value: another number, the other answer, or every other choice."""
    if fact.type in (FactType.BOOL, FactType.CHOICE):
        every = (True, False) if fact.type is FactType.BOOL else fact.choices
        yield Lever(fact.id, person, None, path, told, tuple(one for one in every if one != told))
    elif fact.type in (FactType.MONEY, FactType.INTEGER):
        amount, period = told, None
        if fact.period == "told" and told is not None:
            amount, period = told.amount, told.period
        if type(amount) is int and fact.bounds is not None:
            low, high = fact.bounds
            yield Lever(fact.id, person, None, path, amount, (), low, high, period)


def _receives(path: str, parts: list[str], household: Household) -> Iterator[Lever]:
    member, entity = parts[-1], "household"
    whose: str | None = None
    told = received(household, member)
    if parts[0] == "people":
        person = next(one for one in household.people if one.id == parts[1])
        told, whose, entity = received(person, member), person.id, "person"
    values = tuple(one for one in (True, False) if one is not told)
    yield Lever(f"{entity}.receives.{member}", whose, None, path, told, values)


def _age(path: str, person: Person, on: date) -> Iterator[Lever]:
    """Years go one way only, so a person is made older, a day or a month at a time."""
    if person.birth is not None:
        first, last = person.birth
        if first == last:
            oldest = min(first, date(on.year - OLDEST_YEARS, 1, 1))
            start, low = first.toordinal(), oldest.toordinal()
            yield Lever("person.birth_date", person.id, None, path, start, (), low, start)
    elif type(person.age_months) is int:
        start, high = person.age_months, max(person.age_months, 12 * OLDEST_YEARS)
        yield Lever("person.age_months", person.id, None, path, start, (), start, high)


def _income(
    path: str, person: Person, place: int, income: Income, vocabulary: Vocabulary
) -> Iterator[Lever]:
    pay, facts, whose = income.pay, vocabulary.of("income"), (person.id, place, path)
    whole = whole_amounts(pay.amounts)
    if pay.told and whole:
        least, most = facts["amount"].bounds or (0, 0)
        low, high = pay_range(whole, 0 if pay.self_employed is False else least, most)
        yield Lever("income.amount", *whose, mean(whole), (), low, high, pay.period)
        if not pay.dates and pay.period in TOLD_PERIODS:
            yield Lever("income.period", *whose, pay.period, periods_beside(pay.period))
        if min(whole) >= 0:
            yield Lever("income.kind", *whose, income.kind, kinds_beside(income.kind))
    if pay.self_employed:
        other = tuple(one for one in (True, False) if one is not pay.after_costs)
        yield Lever("income.after_costs", *whose, pay.after_costs, other)
        if type(pay.costs) is int:
            low, high = facts["costs"].bounds or (0, 0)
            yield Lever("income.costs", *whose, pay.costs, (), low, high, pay.period)
    other = tuple(one for one in (True, False) if one is not pay.steady)
    yield Lever("income.steady", *whose, pay.steady, other)


def periods_beside(period: str) -> tuple[str, ...]:
    """The next shorter and longer one: pay is often typed with a period beside its own."""
    place = TOLD_PERIODS.index(period)
    return tuple(one for n, one in enumerate(TOLD_PERIODS) if abs(n - place) == 1)


def kinds_beside(kind: str | None) -> tuple[str, ...]:
    """What a kind of money is often taken for. Pay is not tried as money from own work: its costs
    would be still to be told."""
    if kind == "self_employment":
        return ("wages",)
    return tuple(one for one in FROM_ONE_OFFICE if kind in FROM_ONE_OFFICE and one != kind)


def _another_income(path: str, person: Person, vocabulary: Vocabulary, on: date) -> Iterator[Lever]:
    """A new job, paid by the month, beside whatever is told; not for a younger child."""
    if (
        person.incomes_complete
        and may_work(person, on)
        and len(person.incomes) < vocabulary.max_incomes
    ):
        high = (vocabulary["income.amount"].bounds or (0, 0))[1]
        yield Lever("person.incomes", person.id, None, path, 0, (), 0, high, "month")


def may_work(person: Person, on: date) -> bool:
    """Whether somebody is, or may be, old enough for a job."""
    age = age_months(person.birth, on) if person.birth else person.age_months
    return age is None or bool(ends(age)[1] >= 12 * YOUNGEST_AT_WORK)


def whole_amounts(amounts: tuple[Number, ...]) -> tuple[int, ...]:
    """Pays that are all told to the cent; nothing if one is not."""
    whole = tuple(amount for amount in amounts if isinstance(amount, int))
    return whole if len(whole) == len(amounts) else ()


def mean(pays: tuple[int, ...]) -> int:
    """One usual pay, in whole cents."""
    return sum(pays) // len(pays)


def pays_at(pays: tuple[int, ...], usual: int) -> tuple[int, ...]:
    """The same pays, more or less of each, so that the usual one is this. Each moves one way when
    it does. Where one was a loss, all move by the same amount."""
    total, count = sum(pays), len(pays)
    if count == 1 or total == 0:
        return (usual,) * count
    if min(pays) < 0:
        return tuple(pay + usual - mean(pays) for pay in pays)
    return tuple(pay * usual * count // total for pay in pays)


def pay_range(pays: tuple[int, ...], least: int, most: int) -> tuple[int, int]:
    """Between what the usual pay may lie so that every pay stays within the bounds."""
    total, count, usual = sum(pays), len(pays), mean(pays)
    if count == 1 or total == 0:
        return least, most
    if min(pays) < 0:
        return usual + max(least - pay for pay in pays), usual + min(most - pay for pay in pays)
    return 0, most * total // (count * max(pays))


def new_job(amount: Number) -> Income:
    """A job that would be paid so much a month, as if it had been so all year."""
    return Income("wages", Pay((amount,), "month", (), None, 0, True, True, False))
