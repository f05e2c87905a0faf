"""Laws that hold for every household: what is settled stays settled, whoever is named first."""

from __future__ import annotations

import copy
from datetime import date
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from eligibility import Determination, Household, Rulebook, screen
from eligibility.spans import OPEN, ends
from tests.eligibility.households import Facts, whole_household, with_answers_hidden
from tests.eligibility.packs import city_rules

DAYS = (date(2025, 3, 31), date(2025, 11, 22), date(2026, 4, 1), date(2026, 11, 22))
LAW = settings(max_examples=30, deadline=None)
SEEDS = st.integers(0, 2**32 - 1)
Results = dict[tuple[str, str | None], Determination]


def results(
    facts: Facts, rules: Rulebook, on: date, explain: bool = False, refine: bool = True
) -> Results:
    household = Household.from_facts(facts, rules.facts)
    found = screen(household, rules, on, explain=explain, minimal=explain, refine=refine)
    return {(one.program, one.person): one for one in found}


def agrees(partial: Determination, whole: Determination) -> bool:
    """Whether the whole answer could follow from the partial one."""
    if partial.outcome == "unclear":
        return True
    if partial.outcome != whole.outcome:
        return False
    if partial.amount is None or whole.amount is None:
        return partial.amount is whole.amount
    return (
        ends(partial.amount.low)[0] <= ends(whole.amount.low)[0]
        and ends(whole.amount.high or 0)[1] <= ends(partial.amount.high or OPEN)[1]
    )


@LAW
@given(seed=SEEDS)
def test_a_partial_result_is_never_contradicted_by_its_completion(seed: int) -> None:
    rules, random = city_rules(), Random(seed)
    on = random.choice(DAYS)
    facts = whole_household(random, rules.facts)
    whole = results(facts, rules, on)
    for _ in range(4):
        hidden = with_answers_hidden(random, facts)
        for key, partial in results(hidden, rules, on).items():
            assert agrees(partial, whole[key]), (key, partial, whole[key])


@LAW
@given(seed=SEEDS)
def test_more_answers_never_turn_a_settled_result(seed: int) -> None:
    rules, random = city_rules(), Random(seed)
    on = random.choice(DAYS)
    facts = with_answers_hidden(random, whole_household(random, rules.facts))
    more = results(facts, rules, on, refine=False)
    hidden = with_answers_hidden(random, facts)
    fewer = results(hidden, rules, on, refine=False) if facts["people"] else {}
    for key, partial in fewer.items():
        if partial.outcome != "unclear":
            assert more[key].outcome == partial.outcome


@LAW
@given(seed=SEEDS)
def test_the_order_of_people_does_not_matter(seed: int) -> None:
    rules, random = city_rules(), Random(seed)
    facts = with_answers_hidden(random, whole_household(random, rules.facts))
    mixed = copy.deepcopy(facts)
    random.shuffle(mixed["people"])
    first, second = (results(one, rules, DAYS[-1]) for one in (facts, mixed))
    for key, found in first.items():
        assert (found.outcome, found.amount) == (second[key].outcome, second[key].amount)


def only(facts: Facts, paths: set[str]) -> Facts:
    """The household with nothing told but the answers at these paths."""
    kept: Facts = {"household": {}, "people": []}
    if "people_complete" in paths:
        kept["people_complete"] = facts["people_complete"]
    for name, value in facts["household"].items():
        if name == "receives":
            kept["household"]["receives"] = _members("household", value, paths)
        elif f"household.{name}" in paths:
            kept["household"][name] = value
    for person in facts["people"]:
        base = f"people.{person['id']}"
        row: Facts = {"id": person["id"]}
        for name, value in person.items():
            if name == "receives":
                row["receives"] = _members(base, value, paths)
            elif name == "incomes":
                row["incomes"] = [
                    income if f"{base}.incomes.{index}" in paths else {}
                    for index, income in enumerate(value)
                ]
            elif f"{base}.{name}" in paths:
                row[name] = value
        kept["people"].append(row)
    return kept


def _members(base: str, told: object, paths: set[str]) -> Facts:
    wanted = {path.rpartition(".")[2] for path in paths if path.startswith(f"{base}.receives.")}
    if isinstance(told, list):
        return {member: member in told for member in wanted}
    return {name: told[name] for name in wanted if name in told} if isinstance(told, dict) else {}


@settings(LAW, max_examples=6)
@given(seed=SEEDS)
def test_the_facts_of_an_explanation_give_the_same_result_alone(seed: int) -> None:
    rules, random = city_rules(), Random(seed)
    facts = whole_household(random, rules.facts)
    if random.random() < 0.5:
        facts = with_answers_hidden(random, facts)
    on = DAYS[-1]
    for key, found in results(facts, rules, on, explain=True).items():
        if found.outcome == "unclear":
            continue
        paths = {path for reason in found.because for path in reason.facts}
        alone = results(only(facts, paths), rules, on)[key]
        assert alone.outcome == found.outcome, (key, paths)


@settings(LAW, max_examples=3)
@given(seed=SEEDS)
def test_no_fact_of_an_explanation_can_be_left_out(seed: int) -> None:
    rules, random = city_rules(), Random(seed)
    facts = whole_household(random, rules.facts)
    on = DAYS[-1]
    for key, found in results(facts, rules, on, explain=True).items():
        if found.outcome == "unclear":
            continue
        paths = {path for reason in found.because for path in reason.facts}
        for path in paths:
            household = Household.from_facts(only(facts, paths - {path}), rules.facts)
            fewer = screen(household, rules, on, [key[0]], explain=False, refine=False)
            result = next(one for one in fewer if one.person == key[1])
            assert result.outcome == "unclear", (key, path, paths)
