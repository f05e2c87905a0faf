"""Every form of the rule language in columns, beside the scalar engine, in small packs."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from random import Random

import pytest

from eligibility import Rulebook
from eligibility.batch import Plan, Simulation, population_of
from tests.eligibility.batch.agreement import assert_equal, households_of
from tests.eligibility.households import Facts, whole_household, with_answers_hidden
from tests.eligibility.packs import WORDS, load_pack, one_test, program

DAYS = (date(2024, 6, 1), date(2026, 2, 28))
COUNT = """
countable:
  income: {period: year, window: last_30_days, self_employment: half_or_actual, losses: offset}
  own: {period: month, each: person, convert: {week: [4, 4.3]}}
  past: {period: year, window: past_year, steady_margin: 10%}
for_each_person:
  grown: {unit: bool, is: "p.age >= 18"}
  elders: {unit: people, is: "count(q for q in people if q.age > p.age)"}
"""
HOME_RULES = (
    "max((own(p) for p in people if grown(p)), default=0) > line.short(1)",
    "min((own(p) for p in people), default=line.grant) < line.short(2)",
    "income < line.yearly(count(people)) or past > line.yearly(2)",
    "any(any(i.kind == 'wages' and p.age > 30 for i in p.incomes) for p in people)",
    "all(elders(p) >= 1 or i.kind == 'ssi' for p in people for i in p.incomes)",
    "household.homeless if household.heating_paid else household.shared_meter",
    "sum(1 for p in people for i in p.incomes if i.kind != 'ssi') >= 2",
    "any(spouse(p, q) and parent(q, p) for q in people)",
    "(12 if household.homeless else 3 * 2) / 4 >= count(people)",
    "prorate(monthly(household.rent), count(p for p in people if grown(p)), count(people)) > 0",
    "round_up(-1 * monthly(household.rent) / 7, cent) < 0 and household.county in ('king',)",
    "any(months_on(p, next(8, 31)) >= 60 and age_on(p, last(8, 31)) < 19 for p in people)",
    "count(p for p in people if p.tax_role == 'head') != 1",
    "line.guess > line.grant or line.missing <= 0",
    "all(p == q or p.age != q.age for q in people)",
    "yearly(line.missing) * count(people) * 4000000 >= income * 12",
)


def wrapped(rule: str) -> str:
    """A rule that names p or q without a loop gets one."""
    loops = "for p in people" in rule or " p" not in rule.replace("(p", " p")
    return rule if loops else f"any({rule} for p in people)"


def facts_for(rules: Rulebook, seed: int, count: int) -> list[Facts]:
    random, found = Random(seed), []
    for _ in range(count):
        facts = whole_household(random, rules.facts)
        for one in [facts["household"], *facts["people"]]:
            one["receives"] = []
        if random.random() < 0.4:
            for person in facts["people"]:
                for income in person["incomes"]:
                    income["dates"] = ["2026-02-20"] * len(income.get("amounts", [1]))
        found.append(with_answers_hidden(random, facts) if random.random() < 0.7 else facts)
    return found


@pytest.mark.parametrize("rule", HOME_RULES)
def test_a_form_of_the_language_is_the_same_in_columns(rule: str, tmp_path: Path) -> None:
    rules = load_pack(tmp_path, one_test(wrapped(rule), COUNT))
    for seed, on in enumerate(DAYS):
        assert_equal(households_of(facts_for(rules, seed, 8), rules), rules, on)


def test_programs_that_lean_on_each_other_agree_with_figures_not_there_yet(tmp_path: Path) -> None:
    first = program(
        f"eligible: {{test: only, is: 'monthly(household.rent) < line.short(1)', {WORDS}}}\n"
        "amount: {is: 'round_nearest(max(0, line.grant - monthly(household.rent)), cent)'}\n",
        id="first",
    )
    second = program(
        f"who: {{is: 'person.age >= 18', {WORDS}}}\n"
        "eligible:\n  any:\n"
        f"    - {{test: pays, is: 'pays(first)', {WORDS}}}\n"
        f"    - {{test: likes, is: 'not likely(first) and person.disabled', {WORDS}}}\n",
        id="second",
        unit="person",
    )
    third = program(
        f"eligible: {{test: only, is: 'any(likely(second, p) for p in people)', {WORDS}}}\n",
        id="third",
    )
    rules = load_pack(tmp_path, first, second, third)
    for seed, on in enumerate(DAYS):
        assert_equal(households_of(facts_for(rules, seed + 7, 10), rules), rules, on)


def test_what_columns_cannot_say_goes_to_the_scalar_engine_and_is_counted(tmp_path: Path) -> None:
    nested = "any(any(any(j.kind == i.kind for j in p.incomes) for i in p.incomes) for p in people)"
    rules = load_pack(tmp_path, one_test(nested))
    households = households_of(facts_for(rules, 3, 6), rules)
    assert_equal(households, rules, DAYS[1])
    population = population_of(households, rules.facts)
    result = Simulation(rules, population, DAYS[1]).run(Plan.of(rules, DAYS[1]))["help"]
    assert result.scalar == 6
