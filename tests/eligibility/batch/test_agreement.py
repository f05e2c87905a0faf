"""The law of the batch: every row equals the scalar engine's result, whatever is left open."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import date
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eligibility import Household, Rulebook
from eligibility.batch import Plan, Population, Simulation, made_up_city, population_of
from eligibility.batch.population import joined, no_pairs, selected
from eligibility.batch.to_facts import FactsWriter
from eligibility.cases import Case, read_cases
from eligibility.reading import Reader
from tests.eligibility.batch.agreement import (
    assert_equal,
    assert_population,
    batch_verdicts,
    households_of,
    row_verdicts,
    scalar_verdicts,
    walked_verdicts,
)
from tests.eligibility.households import Facts, whole_household, with_answers_hidden
from tests.eligibility.packs import ROOT, city_rules

DAYS = (date(2025, 3, 31), date(2025, 11, 22), date(2026, 4, 1), date(2026, 11, 22))
SEEDS = st.integers(0, 2**32 - 1)
FEW = settings(max_examples=4, deadline=None)


def mixed_facts(random: Random, rules: Rulebook, count: int) -> list[Facts]:
    """Households of which some told everything and some left answers open."""
    found = []
    for _ in range(count):
        facts = whole_household(random, rules.facts)
        found.append(with_answers_hidden(random, facts) if random.random() < 0.6 else facts)
    return found


def mixed_households(random: Random, rules: Rulebook, count: int) -> list[Household]:
    return households_of(mixed_facts(random, rules, count), rules)


@FEW
@given(seed=SEEDS)
def test_every_row_is_the_scalar_result(seed: int) -> None:
    rules, random = city_rules(), Random(seed)
    assert_equal(mixed_households(random, rules, 5), rules, random.choice(DAYS))


@pytest.mark.slow
def test_every_row_is_the_scalar_result_for_five_hundred_households() -> None:
    rules, random = city_rules(), Random(1)
    for on in DAYS:
        assert_equal(mixed_households(random, rules, 125), rules, on)


def worked_cases() -> dict[date, list[tuple[str, Case]]]:
    """Every worked case of the demonstration with its program, by day."""
    reader = Reader()
    found: dict[date, list[tuple[str, Case]]] = {}
    for folder in (ROOT / "eligibility" / "programs", ROOT / "cities" / "seattle" / "programs"):
        for path in sorted(folder.glob("*/cases.yaml")):
            for case in read_cases(reader, path):
                found.setdefault(case.on, []).append((path.parent.name, case))
    return found


def test_every_worked_case_is_the_same_in_columns() -> None:
    rules, by_day = city_rules(), worked_cases()
    assert sum(map(len, by_day.values())) > 100
    for on, cases in by_day.items():
        households = households_of([case.facts for _, case in cases], rules)
        population = population_of(households, rules.facts)
        plan = Plan.of(rules, on, sorted({program for program, _ in cases}))
        results = Simulation(rules, population, on).run(plan)
        for place, (program, case) in enumerate(cases):
            found = row_verdicts(results[program], population, place)
            expected = walked_verdicts(households[place : place + 1], rules, on, [program])
            assert found == expected, (program, case.name)


def test_a_household_of_nobody_and_one_of_which_nothing_is_told() -> None:
    rules = city_rules()
    nothing: list[Facts] = [
        {},
        {"people_complete": True},
        {"people": [{"id": "p1"}]},
        {"household": {}},
    ]
    assert_equal(households_of(nothing, rules), rules, DAYS[-1])


def without(population: Population, missing: str) -> Population:
    """The population as if nobody had been asked for what these columns hold."""
    for table in (population.home, population.people, population.incomes):
        for name in [name for name in table if name.split(".")[0] == missing]:
            del table[name]
    return population


@pytest.mark.parametrize(
    ("missing", "fact"),
    [
        ("rent", "household.rent"),
        ("people_complete", "people_complete"),
        ("incomes_complete", "person.incomes_complete"),
        ("kind", "income.kind"),
        ("steady", "income.steady"),
        ("born", "person.birth_date"),
        ("ties", "person.ties"),
        ("receives", "receives"),
    ],
)
def test_a_missing_column_gives_the_same_unclear_results(missing: str, fact: str) -> None:
    rules, random = city_rules(), Random(5)
    facts = [whole_household(random, rules.facts) for _ in range(6)]
    population = population_of(households_of(facts, rules), rules.facts)
    if missing == "ties":
        for name in ("tax_household", "tax_role"):
            without(population, name)
        population = replaced_ties(population)
    _forget(facts, fact)
    assert_population(without(population, missing), households_of(facts, rules), rules, DAYS[-1])


def replaced_ties(population: Population) -> Population:
    return replace(population, spouses=no_pairs(), children=no_pairs())


def _forget(facts: list[Facts], fact: str) -> None:
    entity, _, name = fact.rpartition(".")
    people = [person for one in facts for person in one["people"]]
    tables: dict[str, list[Facts]] = {
        "": facts,
        "household": [one["household"] for one in facts],
        "person": people,
        "income": [income for person in people for income in person["incomes"]],
    }
    rows = [*tables["household"], *people] if fact == "receives" else tables[entity]
    for row in rows:
        row.pop(name, None)


@FEW
@given(seed=SEEDS)
def test_a_row_written_as_facts_is_the_same_household(seed: int) -> None:
    rules, random = city_rules(), Random(seed)
    on = random.choice(DAYS)
    households = mixed_households(random, rules, 3)
    writer = FactsWriter(population_of(households, rules.facts), rules.facts)
    again = [Household.from_facts(writer.facts(row), rules.facts) for row in range(3)]
    assert scalar_verdicts(again, rules, on) == scalar_verdicts(households, rules, on)


def test_rows_stand_for_themselves_whatever_stands_beside_them() -> None:
    rules, random = city_rules(), Random(9)
    households = mixed_households(random, rules, 6)
    whole = population_of(households, rules.facts)
    plan = Plan.of(rules, DAYS[-1])
    together = Simulation(rules, whole, DAYS[-1]).run(plan)
    apart = [Simulation(rules, whole.between(row, row + 1), DAYS[-1]).run(plan) for row in range(6)]
    for name, result in together.items():
        parts = [outcome for one in apart for outcome in one[name].outcome.tolist()]
        assert result.outcome.tolist() == parts
    again = joined([whole.between(0, 2), whole.between(2, 6)])
    results = Simulation(rules, again, DAYS[-1]).run(plan)
    assert batch_verdicts(results) == batch_verdicts(together)


def test_a_made_up_city_is_the_same_again_and_agrees_with_the_scalar_engine() -> None:
    rules, on = city_rules(), DAYS[-1]
    city = made_up_city(rules.facts, 2_000, on, seed=3)
    again = made_up_city(rules.facts, 2_000, on, seed=3)
    assert (city.pays["low"] == again.pays["low"]).all()
    some = selected(city, np.arange(0, 2_000, 40))
    writer = FactsWriter(some, rules.facts)
    households = [Household.from_facts(writer.facts(row), rules.facts) for row in range(50)]
    assert_population(some, households, rules, on)


def test_nothing_but_the_batch_needs_numpy() -> None:
    code = (
        "import sys, eligibility, service.cli as cli; cli.build_parser(); "
        "assert 'numpy' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False, capture_output=True)
    assert done.returncode == 0, done.stderr
