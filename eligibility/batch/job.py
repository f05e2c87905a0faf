"""What a worker does with one part of a population: screen it, and count, as often as asked."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

import numpy as np

from eligibility.batch.arrays import Array, within
from eligibility.batch.engines import Engine
from eligibility.batch.figures import read_setting
from eligibility.batch.population import Population, Words, read_facts
from eligibility.batch.results import NO_AMOUNT, OUTCOME_OF, ProgramResult
from eligibility.batch.shards import Shard
from eligibility.batch.simulation import Plan, Results, Simulation
from eligibility.batch.text_tables import GROUP
from eligibility.batch.totals import Totals, counted
from eligibility.facts import Vocabulary
from eligibility.rulebook import Rulebook, load_rules
from eligibility.spans import is_open


@dataclass(frozen=True, slots=True)
class Part:
    """What came of one part: its size, the totals as the rules stand and, where figures were
    changed, with those; and the rows as CSV where they were asked for."""

    households: int
    people: int
    totals: tuple[Totals, ...]
    scalar: int
    home_rows: str
    people_rows: str


@dataclass(frozen=True, slots=True)
class Job:
    """The same for every part, and small, so that it can be sent to other processes."""

    shared: Path
    city: Path | None
    on: date
    programs: tuple[str, ...] | None = None
    settings: tuple[str, ...] = ()
    by: str | None = None
    refine: bool = False
    rows: bool = False

    def __call__(self, shard: Shard) -> Part:
        rules = loaded(self.shared, self.city)
        population = shard.population(rules.facts)
        simulation = Simulation(rules, population, self.on, keep=bool(self.settings))
        found = [simulation.run(plan) for plan in self.plans(rules)]
        groups = labels(population, rules.facts, self.by)
        totals = tuple(counted(results, population, groups) for results in found)
        scalar = sum(result.scalar for results in found for result in results.values())
        rows = _written(found[-1], population) if self.rows else ("", "")
        return Part(population.households, population.persons, totals, scalar, *rows)

    def plans(self, rules: Rulebook) -> list[Plan]:
        """The plan as the rules stand and, where figures are changed, the one with those.
        Raises KeyError for an unknown program and BadSetting."""
        settings = [read_setting(text, rules.parameters) for text in self.settings]
        plans = [Plan.of(rules, self.on, self.programs, refine=self.refine)]
        if settings:
            plans.append(Plan.of(rules, self.on, self.programs, settings, self.refine))
        return plans


@lru_cache(maxsize=4)
def loaded(shared: Path, city: Path | None) -> Rulebook:
    """The rules, loaded once in each process."""
    return load_rules(shared, city)


def run(job: Job, shards: Iterable[Shard], engine: Engine) -> Iterator[Part]:
    """Each part's result, in their order."""
    return engine.map(job, shards)


class NoGroup(ValueError):
    """The population cannot be grouped by this."""


def labels(population: Population, vocabulary: Vocabulary, by: str | None) -> Array | None:
    """A word for each household to group it by: its size, an answer, or a column of its own."""
    if by is None:
        return None
    if by == "size":
        return np.diff(population.people_at).astype(np.str_)
    if f"{GROUP}{by}" in population.home:
        return population.home[f"{GROUP}{by}"].astype(np.str_)
    known = read_facts(vocabulary, "household")
    kind = known[by][1] if by in known else ""
    if kind not in ("truth", "choice"):
        raise NoGroup(f"Homes cannot be grouped by {by}: no size, group column, yes-no or choice.")
    names = ["no", "yes", "unknown"] if kind == "truth" else [*Words(vocabulary).names, "unknown"]
    codes = population.home.get(by, np.full(population.households, -1))
    return np.array(names).take(codes, mode="wrap")


def header(rules: Rulebook, programs: Iterable[str], unit: str) -> list[str]:
    """The header of the file of households or of people."""
    found = ["household"] if unit == "household" else ["household", "person"]
    for name in programs:
        program = rules.programs[name]
        if program.unit == unit:
            found.append(name)
            found += [f"{name}.low", f"{name}.high"] if program.amount else []
    return found


def _written(results: Results, population: Population) -> tuple[str, str]:
    """Rows of the file of households and of the file of people."""
    homes = population.ids.tolist()
    starts, counts = population.people_at[:-1], np.diff(population.people_at)
    owners = np.repeat(population.ids, counts).tolist()
    people = population.person_ids[within(starts, counts)].tolist()
    return (
        _lines([homes], results, "household"),
        _lines([owners, people], results, "person"),
    )


def _lines(first: list[list[str]], results: Results, unit: str) -> str:
    columns = [*first]
    for result in results.values():
        if result.unit == unit:
            columns += _columns(result)
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(zip(*columns, strict=True))
    return text.getvalue()


def _columns(result: ProgramResult) -> list[list[str]]:
    words = np.array([OUTCOME_OF[code] for code in (0, 1, -1)], object)
    outcome = words.take(result.outcome, mode="wrap")
    found = [np.where(result.concerned, outcome, "").tolist()]
    for column in (result.low, result.high):
        if column is not None:
            found.append([_cents(cents) for cents in column.tolist()])
    return found


def _cents(cents: int) -> str:
    """An amount, or an empty cell where there is none or no upper end."""
    return "" if cents == NO_AMOUNT or is_open(cents) else str(cents)
