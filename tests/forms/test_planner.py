"""The planner asks less, and nothing comes out otherwise for it."""

from __future__ import annotations

import copy
from collections.abc import Callable
from functools import cache
from random import Random
from typing import Any

from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from benchmarks.asking.households import household
from benchmarks.asking.measure import City
from benchmarks.asking.resident import Resident, Walk
from eligibility import Household, screen
from eligibility.grants import grant
from forms import Draft, Flow, Step, answer, choose, only, review, sendable_facts, skip, skips
from tests.forms.walking import ON, born, give, nobody_else, one_more

FEW = settings(
    max_examples=3,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)
SEEDS = st.integers(0, 1_000_000)
BF_ONLY = ("rent", "bills", "child_support_payers")


@cache
def city() -> City:
    return City()


class Unsure(Resident):
    """Says "I don't know" on some pages, on the same ones whichever way they come."""

    def __init__(self, facts: dict[str, Any], seed: int) -> None:
        super().__init__(facts)
        self.seed = seed

    def _answer(self, flow: Flow, step: Step) -> Flow:
        rarely = Random(f"{self.seed} {step.key}").random() < 0.15
        if rarely and "dont_know" in skips(flow, step):
            return skip(flow, step, "dont_know", {}, "en")
        return super()._answer(flow, step)


def outcomes(flow: Flow) -> dict[tuple[str, str | None], str]:
    home = Household.from_facts(sendable_facts(flow), city().rules.facts)
    return {(d.program, d.person): d.outcome for d in screen(home, city().rules, ON, explain=False)}


def both_ways(resident: Resident, more: Callable[[list[str]], list[str]]) -> tuple[Walk, Walk]:
    """The planned form and the whole one, answered to the end by the same resident."""
    found = []
    for planner in (city().planner, None):
        walk = resident.walks(city().flow(Draft(), planner))
        sent = more(city().fitting(walk.flow))
        walk.flow = walk.flow.with_draft(choose(walk.flow.draft, sent))
        found.append(resident.goes_on(walk, walk.flow.first_open()))
    return found[0], found[1]


def same(planned: Walk, whole: Walk) -> None:
    assert outcomes(planned.flow) == outcomes(whole.flow)
    told = sendable_facts(planned.flow), sendable_facts(whole.flow)
    assert planned.flow.draft.chosen == whole.flow.draft.chosen
    for program in planned.flow.draft.chosen:
        ours, theirs = (granted(facts, program) for facts in told)
        assert ours == theirs, program
    assert set(planned.pages) <= set(whole.pages)
    assert planned.flow.open_steps == ()


def granted(facts: dict[str, Any], program: str) -> dict[str, Any]:
    """What an agency gets; of help received, what its rules or those it leans on look at."""
    rules, read = city().rules, city().needs.decide[program]
    found = copy.deepcopy(grant(facts, rules.programs[program], rules.facts))
    for entity, holder in (
        ("household", found["household"]),
        *(("person", p) for p in found["people"]),
    ):
        if isinstance(got := holder.get("receives"), dict):
            wanted = {m: value for m, value in got.items() if f"{entity}.receives.{m}" in read}
            holder["receives"] = wanted
    return found


@FEW
@given(SEEDS)
@example(938)
def test_what_is_left_out_changes_no_result_and_nothing_that_an_agency_gets(seed: int) -> None:
    planned, whole = both_ways(Resident(household(Random(seed))), lambda fitting: fitting)
    same(planned, whole)
    assert max(planned.told.values()) == 1, "a fact was asked twice"


@FEW
@given(SEEDS)
def test_the_same_holds_where_some_answers_are_not_known(seed: int) -> None:
    same(*both_ways(Unsure(household(Random(seed)), seed), lambda fitting: fitting))


@FEW
@given(SEEDS)
def test_a_program_applied_for_anyway_is_asked_for_whole(seed: int) -> None:
    def everything(_fitting: list[str]) -> list[str]:
        return [p.id for p in city().rules.programs.values() if p.apply == "routed"]

    same(*both_ways(Resident(household(Random(seed))), everything))


@FEW
@given(SEEDS, st.data())
def test_an_answer_changed_and_changed_back_loses_nothing(seed: int, data: st.DataObject) -> None:
    facts = household(Random(seed))
    walk = Resident(facts).walks(city().flow(Draft(), city().planner))
    pays = [step for step in walk.flow.steps if step.page.key in ("pay", "own_work")]
    if not pays:
        return
    step = data.draw(st.sampled_from(pays))
    amount = walk.flow.draft.value("income.amount", step.place)
    changed = answer(walk.flow, step, {"income.amount": 100 if amount > 200_000 else 9_000_000})
    kept = {key for key in walk.flow.draft.asked if changed.find(key) is not None}
    assert kept == set(walk.flow.draft.asked)
    back = answer(changed, step, {"income.amount": amount})
    assert sendable_facts(back) == sendable_facts(walk.flow)
    assert [s.key for s in back.steps] == [s.key for s in walk.flow.steps]
    for each in changed.steps:
        following = changed.next_after(each)
        if following is not None and changed.answered(each):
            assert changed.before(following) == each


def alone_with(pay: str) -> Flow:
    """Somebody alone in Seattle whose pay and child support are told."""
    flow = city().flow(Draft(), city().planner)
    contact = {"contact_name": "Luz", "contact_language": "en", "safe_to_write": "no"}
    told = {
        "contact": contact,
        "people": {"people-more": "no"},
        "birth_date": born(1985, 3, 4),
        "helps_wanted": {"helps_wanted": ["none"]},
        "about": {"about-p1": ["none"]},
        "receives": {"receives": ["none"]},
        "income_kinds/p1": {"income_kinds": ["wages"]},
        "job/p1/i1": {"employer": "", "pay_period": "month", "pay_told": "same"},
        "pay/p1/i1": {"pay_same": pay, "steady": "yes"},
        "more_income/p1": {"more_income-more": "no"},
        "child_support_payers": {"child_support_payers": ["none"]},
    }
    for key, typed in told.items():
        flow = give(flow, key, typed)
    return flow


def keys(flow: Flow) -> set[str]:
    return {step.key for step in flow.steps}


def test_somebody_well_paid_is_not_asked_for_rent_and_bills() -> None:
    flow = alone_with("9,800")
    assert keys(flow).isdisjoint({"rent", "bills", "liquid_assets"})
    assert {"rent", "bills", "liquid_assets"} <= keys(flow.whole)
    rows = {row.change.key for section in review(flow) for s in section.subjects for row in s.rows}
    assert "rent" not in rows


def test_a_question_comes_back_with_the_answer_that_closed_it() -> None:
    flow = give(alone_with("9,800"), "pay/p1/i1", {"pay_same": "1,500", "steady": "yes"})
    assert {"rent", "bills", "liquid_assets"} <= {step.key for step in flow.open_steps}


def test_an_answer_given_stays_where_it_was_when_it_stops_to_matter() -> None:
    poor = give(alone_with("1,500"), "where", {"where": "seattle", "tenure": "renter"})
    told = give(poor, "rent", {"rent": "950", "rent-period": "month"})
    rich = give(told, "pay/p1/i1", {"pay_same": "9,800", "steady": "yes"})
    assert "rent" in keys(rich)
    assert "bills" not in keys(rich)
    assert sendable_facts(rich)["household"]["rent"] == {"amount": 95_000, "period": "month"}


def test_nothing_is_left_out_before_everybody_is_listed() -> None:
    flow = give(city().flow(Draft(), city().planner), "people", one_more("Ana"))
    assert flow.plan is None
    assert flow.steps == flow.whole.steps


def test_one_program_alone_is_not_asked_what_help_is_wanted() -> None:
    flow = city().flow(only(Draft(), "orca_lift"), city().planner)
    assert "helps_wanted" not in keys(flow)
    assert "helps_wanted" in keys(city().flow(Draft(), city().planner))


def test_a_program_that_leans_on_another_asks_its_questions_only_while_they_matter() -> None:
    """ORCA LIFT also takes who could get Basic Food; an income under its own limit is enough."""
    flow = city().flow(choose(only(alone_with("1,500").draft, "orca_lift"), ["orca_lift"]), None)
    assert set(BF_ONLY) <= keys(flow)
    planned = city().flow(flow.draft, city().planner)
    assert keys(planned).isdisjoint({"rent", "bills"})


def test_who_owns_a_home_is_asked_where_more_than_a_couple_could() -> None:
    def two_who_own(partner: str) -> Flow:
        flow = city().flow(only(Draft(), "property_tax_exemption"), city().planner)
        flow = give(give(flow, "people", one_more("Rosa")), "people", nobody_else())
        flow = give(flow, "birth_date", {**born(1950, 3, 4), **born(1971, 5, 6, person="p2")})
        flow = give(flow, "partner/p1", {"partner": partner})
        return give(flow, "where", {"where": "king", "tenure": "owner"})

    assert "owns_home" in keys(two_who_own("none"))
    assert "owns_home" not in keys(two_who_own("p2"))
