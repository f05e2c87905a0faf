"""What is unclear is tried in the few ways it can turn out, and settled where all say the same."""

from __future__ import annotations

from datetime import date
from random import Random

from benchmarks.soundness.completion import complete
from benchmarks.soundness.measure import DAYS, agrees
from benchmarks.soundness.partial import partial_household
from eligibility import Determination, Household, Rulebook, screen
from eligibility.expressions.repeats import TAX
from tests.eligibility.households import Facts
from tests.eligibility.test_laws import only

ON = date(2026, 11, 22)
CHILD = "apple_health_children"
Key = tuple[str, str | None]


def family(tax: str | None) -> Facts:
    """Two parents and a child. What a parent earns is within the limit for three, not for one."""

    def person(name: str, birth: str, pay: int, role: str, label: str | None) -> Facts:
        ties = [{"kind": "tax_role", "to": role}]
        return {
            "id": name,
            "birth_date": birth,
            "receives": [],
            "pregnant": False,
            "incomes_complete": True,
            "incomes": [{"kind": "wages", "period": "month", "amount": pay}] if pay else [],
            "ties": [*ties, {"kind": "tax_household", "to": label}] if label else None,
        }

    people = [
        person("p1", "1985-03-04", 450_000, "head", "t1"),
        person("p2", "1987-03-04", 0, "spouse", "t1"),
        person("p3", "2016-03-04", 0, "dependent", tax),
    ]
    return {
        "people_complete": True,
        "household": {"receives": []},
        "people": [{k: v for k, v in one.items() if v is not None} for one in people],
    }


def results(facts: Facts, rules: Rulebook, refine: bool, explain: bool) -> dict[Key, Determination]:
    household = Household.from_facts(facts, rules.facts)
    found = screen(household, rules, ON, explain=explain, refine=refine)
    return {(one.program, one.person): one for one in found}


def test_a_child_fits_with_its_parents_and_alone_so_whose_taxes_it_is_on_need_not_be_told(
    rules: Rulebook,
) -> None:
    for tax in ("t1", "another"):
        assert results(family(tax), rules, True, False)[CHILD, "p3"].outcome == "likely"
    assert results(family(None), rules, False, False)[CHILD, "p3"].outcome == "unclear"
    assert results(family(None), rules, True, False)[CHILD, "p3"].outcome == "likely"


def test_such_a_result_is_explained_by_all_that_its_tests_can_read(rules: Rulebook) -> None:
    found = results(family(None), rules, True, True)[CHILD, "p3"]
    assert found.outcome == "likely"
    assert found.would_settle == ()
    assert {one.outcome for one in found.because} == {"met"}
    told = {path for one in found.because for path in one.facts}
    assert {"people.p1.incomes.0", "people.p1.ties", "people.p3.birth_date"} <= told


def test_trying_leaves_the_answers_as_they_were(rules: Rulebook) -> None:
    household = Household.from_facts(family(None), rules.facts)
    first, second = (screen(household, rules, ON, explain=False) for _ in range(2))
    assert first == second


def test_with_and_without_reasons_the_same_is_settled_and_no_completion_goes_against_it(
    rules: Rulebook,
) -> None:
    settled = 0
    for seed in ("1/1", "1/52", "2/16", "2/18"):
        random = Random(seed)
        on = random.choice(DAYS)
        facts = partial_household(random, rules.facts)
        household = Household.from_facts(facts, rules.facts)
        walked, plain, explained = (
            screen(household, rules, on, explain=explain, refine=refine)
            for explain, refine in ((False, False), (False, True), (True, True))
        )
        whole = complete(random, facts, rules.facts)
        after = screen(Household.from_facts(whole, rules.facts), rules, on, explain=False)
        completed = {(one.program, one.person): one for one in after}
        for before, one, other in zip(walked, plain, explained, strict=True):
            assert (one.outcome, one.concerned) == (other.outcome, other.concerned)
            assert before.outcome in ("unclear", one.outcome)
            assert agrees(one, completed[one.program, one.person])
            settled += before.outcome != one.outcome
    assert settled


def test_only_answers_of_few_values_that_are_read_in_two_places_are_tried(rules: Rulebook) -> None:
    income = next(one for one in rules.programs[CHILD].all_tests() if one.id == "income")
    found = rules.read_twice(income.rule)
    assert TAX in found
    assert "person.age" not in found


def test_what_only_trying_settles_names_answers_none_of_which_can_be_left_out(
    rules: Rulebook,
) -> None:
    family_of_three = family(None)
    home = Household.from_facts(family_of_three, rules.facts)
    [child] = [one for one in screen(home, rules, ON, [CHILD], minimal=True) if one.person == "p3"]
    named = {path for reason in child.because for path in reason.facts}
    assert "people.p2.birth_date" not in named

    def outcome(paths: set[str]) -> str:
        return results(only(family_of_three, paths), rules, True, False)[CHILD, "p3"].outcome

    assert outcome(named) == child.outcome == "likely"
    assert {outcome(named - {path}) for path in named} == {"unclear"}
