"""Households that were parsed one by one, as columns: the bridge from facts to a population."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np

from eligibility.batch.arrays import UNKNOWN, Array, offsets
from eligibility.batch.population import PERIOD_CODES, Columns, Population, Words, read_facts
from eligibility.facts import Vocabulary
from eligibility.household import Household, Income, Person, Told
from eligibility.spans import ends

Rows = Sequence[Any]


def population_of(
    households: Sequence[Household], vocabulary: Vocabulary, ids: Sequence[str] | None = None
) -> Population:
    """The same households as columns, in the same order."""
    words = Words(vocabulary)
    people = [person for household in households for person in household.people]
    incomes = [income for person in people for income in person.incomes]
    people_at = offsets(_counts(len(household.people) for household in households))
    spouses, children = _ties(households)
    return Population(
        _home(households, vocabulary, words),
        _people(households, people, vocabulary, words),
        _incomes(incomes, words),
        _pays(incomes),
        people_at,
        offsets(_counts(len(person.incomes) for person in people)),
        offsets(_counts(len(income.pay.amounts) for income in incomes)),
        spouses,
        children,
        np.array(ids or [str(row + 1) for row in range(len(households))], object),
        np.array([person.id for person in people], object),
    )


def _counts(counts: Any) -> Array:
    return np.array(list(counts), np.int64)


def _home(households: Sequence[Household], vocabulary: Vocabulary, words: Words) -> Columns:
    columns = _cells([one.cells for one in households], "household", vocabulary, words)
    columns.update(_received(households, vocabulary))
    columns["people_complete"] = _truths([one.people_complete for one in households])
    columns["asked"] = np.array([_day(one.on) for one in households], np.int32)
    return columns


def _day(day: date | None) -> int:
    return day.toordinal() if day else 0


def _people(
    households: Sequence[Household], people: Sequence[Person], vocabulary: Vocabulary, words: Words
) -> Columns:
    columns = _cells([one.cells for one in people], "person", vocabulary, words)
    columns.update(_received(people, vocabulary))
    columns["incomes_complete"] = _truths([one.incomes_complete for one in people])
    columns["ties"] = np.array([one.ties is not None for one in people], np.bool_)
    births = [one.birth or (None, None) for one in people]
    columns["born.low"] = np.array([_day(first) for first, _ in births], np.int32)
    columns["born.high"] = np.array([_day(last) for _, last in births], np.int32)
    months = [ends(UNKNOWN if one.age_months is None else one.age_months) for one in people]
    columns["months.low"] = np.array([low for low, _ in months], np.int32)
    columns["months.high"] = np.array([high for _, high in months], np.int32)
    columns["tax_household"] = _labels(households)
    roles = [one.ties.tax_role if one.ties else None for one in people]
    columns["tax_role"] = _codes(roles, words)
    return columns


def _cells(
    rows: Sequence[dict[str, Any]], entity: str, vocabulary: Vocabulary, words: Words
) -> Columns:
    columns: Columns = {}
    for name, (fact, kind) in read_facts(vocabulary, entity).items():
        found = [row.get(fact.id) for row in rows]
        if all(value is None for value in found):
            continue
        if kind == "truth":
            columns[name] = _truths(found)
        elif kind == "choice":
            columns[name] = _codes(found, words)
        else:
            told = [value.amount if isinstance(value, Told) else value for value in found]
            columns.update(_bounds(name, told, fact.bounds or (0, 0)))
            if kind == "told":
                periods = [value.period if isinstance(value, Told) else None for value in found]
                codes = [PERIOD_CODES[period] for period in periods]
                columns[f"{name}.period"] = np.array(codes, np.int8)
    return columns


def _bounds(name: str, told: Rows, bounds: tuple[int, int]) -> Columns:
    pairs = [bounds if value is None else ends(value) for value in told]
    low = np.array([int(pair[0]) for pair in pairs], np.int64)
    high = np.array([int(pair[1]) for pair in pairs], np.int64)
    if (low == high).all():
        return {f"{name}.low": low}
    return {f"{name}.low": low, f"{name}.high": high}


def _truths(values: Rows) -> Array:
    return np.array([UNKNOWN if value is None else int(value) for value in values], np.int8)


def _codes(values: Rows, words: Words) -> Array:
    found = [UNKNOWN if value is None else words.code(value) for value in values]
    return np.array(found, np.int16)


def _received(rows: Sequence[Household] | Sequence[Person], vocabulary: Vocabulary) -> Columns:
    columns: Columns = {
        "receives": np.array([one.receives_closed for one in rows], np.bool_),
    }
    told = {member for one in rows for member in one.receives}
    for member in sorted(told & vocabulary.receivable()):
        columns[f"receives.{member}"] = _truths([one.receives.get(member) for one in rows])
    return columns


def _labels(households: Sequence[Household]) -> Array:
    """Tax households by a number that is the same for the same word within a household. A label
    that is a person's id takes that person in, if they told no other."""
    codes: dict[str, int] = {}
    found = []
    for household in households:
        told = [one.ties.tax_household if one.ties else None for one in household.people]
        for person, label in zip(household.people, told, strict=True):
            word = person.id if label is None and person.id in told else label
            found.append(UNKNOWN if word is None else codes.setdefault(word, len(codes)))
    return np.array(found, np.int32)


def _ties(households: Sequence[Household]) -> tuple[Array, Array]:
    spouses, children, row = [], [], 0
    for household in households:
        rows = {person.id: row + place for place, person in enumerate(household.people)}
        for person in household.people:
            if person.ties:
                own = rows[person.id]
                spouses += [(own, rows[one]) for one in sorted(person.ties.spouses) if one in rows]
                children += [
                    (own, rows[one]) for one in sorted(person.ties.children) if one in rows
                ]
        row += len(household.people)
    return _pairs(spouses), _pairs(children)


def _pairs(pairs: list[tuple[int, int]]) -> Array:
    return np.array(pairs, np.int64).reshape(-1, 2)


def _incomes(incomes: Sequence[Income], words: Words) -> Columns:
    pays = [income.pay for income in incomes]
    complete = [bool(pay.dates) and len(pay.dates) == len(pay.amounts) for pay in pays]
    return {
        "kind": _codes([income.kind for income in incomes], words),
        "period": np.array([PERIOD_CODES[pay.period] for pay in pays], np.int8),
        "after_costs": _truths([pay.after_costs for pay in pays]),
        "steady": _truths([pay.steady for pay in pays]),
        "dated": np.array(
            [pay.told and dated for pay, dated in zip(pays, complete, strict=True)], np.bool_
        ),
        **{
            f"costs.{end}": np.array([ends(pay.costs)[at] for pay in pays], np.int64)
            for at, end in enumerate(("low", "high"))
        },
    }


def _pays(incomes: Sequence[Income]) -> Columns:
    amounts = [ends(amount) for income in incomes for amount in income.pay.amounts]
    dates = [
        day
        for income in incomes
        for day in (
            [_day(one) for one in income.pay.dates]
            if len(income.pay.dates) == len(income.pay.amounts)
            else [0] * len(income.pay.amounts)
        )
    ]
    return {
        "low": np.array([low for low, _ in amounts], np.int64),
        "high": np.array([high for _, high in amounts], np.int64),
        "date": np.array(dates, np.int32),
    }
