"""A population as columns: one row a household, a person, an income or a pay."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from eligibility.answers import TAX_ROLES
from eligibility.batch.arrays import UNKNOWN, Array, offsets, within
from eligibility.facts import TOLD_PERIODS, Fact, FactType, Vocabulary

PERIOD_CODES: Mapping[str | None, int] = {
    None: UNKNOWN,
    **{name: code for code, name in enumerate(TOLD_PERIODS)},
}
Columns = dict[str, Array]


class Words:
    """Every word a choice can be, as a code that is the same in all columns."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        words = {word for fact in vocabulary.facts.values() for word in fact.choices}
        words.update(TAX_ROLES)
        self.codes = {word: code for code, word in enumerate(sorted(words))}
        self.names = sorted(words)

    def code(self, word: str) -> int:
        """The code of a word, or one that no choice has."""
        return self.codes.get(word, len(self.codes))


@dataclass(frozen=True)
class Population:
    """Households with their people, incomes and pays as columns; a missing column is unknown.

    Columns are named by fact: `rent.low`, `rent.high` and `rent.period` for money told with a
    period, `.low` and `.high` for other numbers (only `.low` where no row is a range), the bare
    name for a truth (1, 0, -1 unknown) or a choice (a code of `Words`, -1 unknown).
    `people_at`, `incomes_at` and `pays_at` say where each owner's rows begin. `spouses` and
    `children` are pairs of rows of people. `asked` holds days as numbers, 0 where not told.
    """

    home: Columns
    people: Columns
    incomes: Columns
    pays: Columns
    people_at: Array
    incomes_at: Array
    pays_at: Array
    spouses: Array
    children: Array
    ids: Array
    person_ids: Array

    @property
    def households(self) -> int:
        return len(self.people_at) - 1

    @property
    def persons(self) -> int:
        return len(self.incomes_at) - 1

    def between(self, first: int, last: int) -> Population:
        """The households of these rows, as views on the same columns."""
        people = slice(int(self.people_at[first]), int(self.people_at[last]))
        incomes = slice(int(self.incomes_at[people.start]), int(self.incomes_at[people.stop]))
        pays = slice(int(self.pays_at[incomes.start]), int(self.pays_at[incomes.stop]))
        return Population(
            _part(self.home, slice(first, last)),
            _part(self.people, people),
            _part(self.incomes, incomes),
            _part(self.pays, pays),
            _rebased(self.people_at, slice(first, last)),
            _rebased(self.incomes_at, people),
            _rebased(self.pays_at, incomes),
            _pairs_between(self.spouses, people),
            _pairs_between(self.children, people),
            self.ids[first:last],
            self.person_ids[people],
        )


def _part(columns: Columns, rows: slice) -> Columns:
    return {name: column[rows] for name, column in columns.items()}


def _rebased(starts: Array, rows: slice) -> Array:
    part: Array = starts[rows.start : rows.stop + 1]
    found: Array = part - part[0]
    return found


def _pairs_between(pairs: Array, people: slice) -> Array:
    """Pairs stand in the order of their first person."""
    first, last = np.searchsorted(pairs[:, 0], (people.start, people.stop))
    found: Array = pairs[first:last] - people.start
    return found


def joined(parts: list[Population]) -> Population:
    """Several populations as one. All must have the same columns."""
    if len(parts) == 1:
        return parts[0]
    shifts = np.cumsum([0, *(part.persons for part in parts[:-1])])
    home, people, incomes, pays = (
        {
            name: np.concatenate([getattr(part, table)[name] for part in parts])
            for name in getattr(parts[0], table)
        }
        for table in ("home", "people", "incomes", "pays")
    )
    people_at, incomes_at, pays_at = (
        offsets(np.concatenate([np.diff(getattr(part, starts)) for part in parts]))
        for starts in ("people_at", "incomes_at", "pays_at")
    )
    spouses, children = (
        np.concatenate(
            [getattr(part, pairs) + shift for part, shift in zip(parts, shifts, strict=True)]
        )
        for pairs in ("spouses", "children")
    )
    ids, person_ids = (
        np.concatenate([getattr(part, name) for part in parts]) for name in ("ids", "person_ids")
    )
    return Population(
        home,
        people,
        incomes,
        pays,
        people_at,
        incomes_at,
        pays_at,
        spouses,
        children,
        ids,
        person_ids,
    )


def no_pairs() -> Array:
    """No ties at all."""
    return np.zeros((0, 2), np.int64)


def selected(population: Population, rows: Array) -> Population:
    """These households, in this order."""
    counts = np.diff(population.people_at)[rows]
    people = within(population.people_at[rows], counts)
    income_counts = np.diff(population.incomes_at)[people]
    incomes = within(population.incomes_at[people], income_counts)
    pay_counts = np.diff(population.pays_at)[incomes]
    pays = within(population.pays_at[incomes], pay_counts)
    moved = np.full(population.persons, -1, np.int64)
    moved[people] = np.arange(len(people))
    return Population(
        {name: column[rows] for name, column in population.home.items()},
        {name: column[people] for name, column in population.people.items()},
        {name: column[incomes] for name, column in population.incomes.items()},
        {name: column[pays] for name, column in population.pays.items()},
        offsets(counts),
        offsets(income_counts),
        offsets(pay_counts),
        _moved(population.spouses, moved),
        _moved(population.children, moved),
        population.ids[rows],
        population.person_ids[people],
    )


def _moved(pairs: Array, moved: Array) -> Array:
    """Pairs by the new rows of their people, in the order of the first."""
    found = moved[pairs]
    found = found[found[:, 0] >= 0]
    return found[np.lexsort((found[:, 1], found[:, 0]))]


def open_rows(population: Population) -> Array:
    """Which households left a list open, so that stand-ins take part."""
    people, incomes = (
        population.home.get("people_complete"),
        population.people.get("incomes_complete"),
    )
    if people is None or incomes is None:
        return np.ones(population.households, np.bool_)
    found: Array = people != 1
    owner = np.repeat(np.arange(population.households), np.diff(population.people_at))
    found[owner[incomes != 1]] = True
    return found


def kind_of(fact: Fact) -> str:
    """How a fact is kept: truth, choice, number, told, or "" where rules never read it."""
    match fact.type:
        case FactType.BOOL:
            return "truth"
        case FactType.CHOICE:
            return "choice"
        case FactType.INTEGER | FactType.MONEY:
            return "told" if fact.period == "told" else "number"
    return ""


def read_facts(vocabulary: Vocabulary, entity: str) -> dict[str, tuple[Fact, str]]:
    """The facts of an entity that columns hold, by short name."""
    kinds = {name: (fact, kind_of(fact)) for name, fact in vocabulary.of(entity).items()}
    return {name: found for name, found in kinds.items() if found[1]}
