"""The answers an explanation names: none can be left out, and where few matter, none are fewer."""

from __future__ import annotations

from itertools import combinations
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eligibility import Household, Rulebook, screen
from eligibility.fewest import one_of_each
from tests.eligibility.households import Facts, whole_household
from tests.eligibility.packs import city_rules
from tests.eligibility.test_laws import DAYS, only

Key = tuple[str, str | None]
MOST = 9
"""Told answers of a household of which every subset is tried."""


def paths_of(facts: Facts) -> list[str]:
    """Every told answer by its path."""
    found = ["people_complete"] if "people_complete" in facts else []
    found += [f"household.{name}" for name in facts["household"] if name != "receives"]
    found += [f"household.receives.{name}" for name in facts["household"].get("receives", {})]
    for person in facts["people"]:
        base = f"people.{person['id']}"
        for name, value in person.items():
            if name == "receives":
                found += [f"{base}.receives.{member}" for member in value]
            elif name == "incomes":
                found += [f"{base}.incomes.{index}" for index in range(len(value))]
            elif name != "id":
                found.append(f"{base}.{name}")
    return found


def small_household(random: Random, rules: Rulebook) -> Facts:
    """Few enough answers to try every subset, among them some that can stand in for others."""
    whole = whole_household(random, rules.facts)
    people = whole["people"][:1]
    person = people[0]
    person["receives"] = {"basic_food": random.random() < 0.5, "tanf": random.random() < 0.3}
    whole["household"]["receives"] = {"basic_food": False, "wic": random.random() < 0.5}
    person["incomes"] = person["incomes"][:2]
    alone = person["id"]  # ties to people who were left out would lead nowhere
    person["ties"] = [one for one in person.get("ties", ()) if one.get("to", alone) == alone]
    facts = {"people_complete": True, "household": whole["household"], "people": people}
    kept = {"people_complete", "household.receives.wic", "household.receives.basic_food"}
    kept |= {"people.p1.incomes_complete", "people.p1.birth_date", "household.lives_in_city"}
    others = [path for path in paths_of(facts) if path not in kept]
    incomes = [path for path in others if ".incomes." in path]
    kept |= set(random.sample(incomes, min(len(incomes), 2)))
    kept |= set(random.sample(others, max(0, MOST - len(kept))))
    return only(facts, kept)


def outcomes(facts: Facts, rules: Rulebook) -> dict[Key, str]:
    household = Household.from_facts(facts, rules.facts)
    found = screen(household, rules, DAYS[-1], explain=False, refine=False)
    return {(one.program, one.person): one.outcome for one in found}


def smallest_sizes(facts: Facts, rules: Rulebook) -> dict[Key, int]:
    """With how few answers each settled result can be had, by trying every subset."""
    paths = paths_of(facts)
    wanted = {key: one for key, one in outcomes(facts, rules).items() if one != "unclear"}
    sizes: dict[Key, int] = {}
    for size in range(len(paths) + 1):
        for chosen in combinations(paths, size):
            if len(sizes) == len(wanted):
                return sizes
            found = outcomes(only(facts, set(chosen)), rules)
            for key, outcome in wanted.items():
                if found[key] == outcome:
                    sizes.setdefault(key, size)
    return sizes


@settings(max_examples=4, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_where_few_answers_matter_no_smaller_set_forces_the_result(seed: int) -> None:
    rules = city_rules()
    facts = small_household(Random(seed), rules)
    sizes = smallest_sizes(facts, rules)
    household = Household.from_facts(facts, rules.facts)
    for found in screen(household, rules, DAYS[-1], minimal=True, refine=False):
        if found.outcome != "unclear":
            named = {path for reason in found.because for path in reason.facts}
            assert len(named) == sizes[found.program, found.person], (found.program, named)


@pytest.mark.parametrize("seed", [10, 19, 29])
def test_a_program_looked_at_alone_names_the_same_answers_as_among_all(seed: int) -> None:
    rules = city_rules()
    household = Household.from_facts(whole_household(Random(seed), rules.facts), rules.facts)

    def named(programs: list[str] | None) -> dict[Key, set[str]]:
        found = screen(household, rules, DAYS[-1], programs, minimal=True)
        return {
            (one.program, one.person): {path for reason in one.because for path in reason.facts}
            for one in found
        }

    among_all = named(None)
    for program in rules.programs:
        assert named([program]).items() <= among_all.items()


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(1, 255), max_size=6), st.integers(0, 255))
def test_one_of_each_group_is_chosen_with_as_few_as_can_be(groups: list[int], chosen: int) -> None:
    found = one_of_each(groups, chosen, 8)
    fitting = [
        mask
        for mask in range(256)
        if mask & chosen == chosen and all(mask & group for group in groups)
    ]
    assert found in fitting
    assert found.bit_count() == min(mask.bit_count() for mask in fitting)
