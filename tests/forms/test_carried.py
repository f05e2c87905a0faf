"""What is carried from one answer to the next is what would be worked out anew."""

from __future__ import annotations

from random import Random

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from benchmarks.asking.households import household
from benchmarks.asking.resident import Resident
from forms import Draft, Flow, Place, RulesPlanner, Step, choose
from forms.carried import changed
from forms.draft import apply_patch
from forms.planner import differing, only_more
from forms.worth import Plan
from tests.forms.test_planner import city

FEW = settings(
    max_examples=2,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)


class Anew(RulesPlanner):
    """A planner that compares each plan with one made from nothing but the draft."""

    compared = 0

    def plan(self, flow: Flow) -> Plan | None:
        plan = super().plan(flow)
        fresh = super().plan(Flow(flow.form, flow.needs, flow.draft, flow.on))
        assert (plan is None) == (fresh is None)
        if plan is not None and fresh is not None:
            self.compared += 1
            assert plan.facts == fresh.facts
            assert plan.made == fresh.made
            assert (plan.in_play, plan.chosen) == (fresh.in_play, fresh.chosen)
        return plan


@FEW
@given(st.integers(0, 1_000_000))
def test_each_plan_is_the_one_that_would_be_made_from_nothing(seed: int) -> None:
    planner = Anew(city().rules)
    walk = Resident(household(Random(seed))).walks(city().flow(Draft(), planner))
    fitting = city().fitting(walk.flow)
    flow = walk.flow.with_draft(choose(walk.flow.draft, fitting))
    flow = Resident(household(Random(seed))).goes_on(walk, flow.first_open()).flow
    assert planner.compared > 5
    anew = city().flow(flow.draft, planner)
    assert flow.steps == anew.steps
    assert [_asked(flow, step) for step in flow.steps] == [_asked(anew, s) for s in anew.steps]


def _asked(flow: Flow, step: Step) -> list[tuple[str, Place, int]]:
    return [(x.question.id, x.place, len(x.choices)) for x in flow.live(step)]


def test_an_edit_is_told_apart_from_more_being_known() -> None:
    before = {"household": {"rent": {"unknown": "dont_know"}}, "people": [{"id": "p1"}]}
    now = {"household": {"rent": 5}, "people": [{"id": "p1", "pregnant": False}]}
    assert only_more(before, now)
    assert not only_more(now, before)
    assert not only_more({"people": [1]}, {"people": [1, 2]})


def test_the_facts_that_differ_have_the_names_programs_read_them_by() -> None:
    start = {"on": "2026-11-22", "people_complete": True, "household": {}, "people": []}
    told = {**start, "household": {"receives": {"wic": True}}}
    assert differing(start, told) == {"household.receives", "household.receives.wic"}
    more = {**start, "people": [{"id": "p1", "birth_date": "1990"}]}
    assert differing(start, more) >= {"people_complete", "person.birth_date"}
    assert differing(more, more) == frozenset()


def test_an_answer_about_one_person_names_that_person() -> None:
    draft = apply_patch(Draft(), Place("p1"), {"person.disabled": True, "form.partner": "none"})
    assert changed(Draft(), draft) == {"person.disabled": {"p1"}, "form.partner": {"p1"}}
    rent = apply_patch(draft, Place(), {"household.rent": 1})
    assert changed(draft, rent) == {"household.rent": {""}}
