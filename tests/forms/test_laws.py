"""What holds on every way through the form, whatever is answered."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from eligibility.household import Household
from forms import (
    Draft,
    FieldErrors,
    Flow,
    Step,
    answer,
    choose,
    page_view,
    parse_page,
    remove_person,
    remove_would_lose,
    review,
    sendable_facts,
    skip,
    skips,
    wont_be_sent,
)
from forms.drawing import Field
from tests.forms.walking import PROGRAM_FACTS, a_flow, born, give, raw, vocabulary

FEW = settings(
    max_examples=12,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)
"""A whole way through the form is long; shrinking one would take minutes and says little."""
LAST_NAMES = ["Ana", "Leo", "Ana", "李", "O’Neil"]


def _typed(data: st.DataObject, field: Field, flow: Flow) -> list[str]:
    options = [option.value for option in field.options]
    match field.widget:
        case "radios" if field.name == "people-more":
            more = len(flow.draft.people) < 4 and data.draw(st.booleans())
            return ["yes" if more else "no"]
        case "radios" if field.name == "more_income-more":
            return [data.draw(st.sampled_from(["no", "no", "no", "yes"]))]
        case "radios":
            return [data.draw(st.sampled_from(options))]
        case "checkboxes":
            ticked = data.draw(st.sets(st.sampled_from(options), max_size=3))
            return ["none"] if not ticked or "none" in ticked else sorted(ticked)
        case "money":
            return [str(data.draw(st.integers(0, 900)))]
        case "email":
            return ["luz@example.org"]
        case "tel":
            return ["206-555-0100"]
    return [_words(data, field)]


def _words(data: st.DataObject, field: Field) -> str:
    name = field.name.rpartition("-")[2]
    match name:
        case "year":
            return str(data.draw(st.integers(1930, 2026)))
        case "month":
            return data.draw(st.sampled_from(["", "1", "11"]))
        case "day":
            return ""
        case "zip":
            return "98104"
        case "state":
            return "WA"
    return "1" if field.widget == "number" else data.draw(st.sampled_from(LAST_NAMES))


def _answer(data: st.DataObject, flow: Flow, step: Step) -> Flow:
    ways = skips(flow, step)
    if ways and data.draw(st.integers(0, 9)) == 0:
        return skip(flow, step, data.draw(st.sampled_from(ways)), {}, "en")
    view = page_view(flow, step, "en")
    fields = [field for group in view.groups for field in group.fields]
    sent = {field.name: _typed(data, field, flow) for field in fields}
    if sent.get("pay_range-low"):
        sent["pay_range-high"] = ["901"]
    patch = parse_page(flow, step, sent, "en")
    assert not isinstance(patch, FieldErrors), (step.key, sent, patch)
    return answer(flow, step, patch)


def _go(data: st.DataObject, flow: Flow) -> Flow:
    """A whole way through, with answers drawn from what each page offers."""
    step: Step | None = flow.steps[0]
    for _ in range(300):
        if step is None:
            return flow
        flow = _answer(data, flow, step)
        step = flow.next_after(step)
    raise AssertionError("The form does not end.")


@FEW
@given(st.data())
def test_every_way_through_ends_with_facts_that_parse_and_nothing_open(
    data: st.DataObject,
) -> None:
    chosen = data.draw(st.sets(st.sampled_from(sorted(PROGRAM_FACTS)), max_size=3))
    flow = _go(data, a_flow(choose(Draft(), sorted(chosen))))
    while (step := flow.first_open()) is not None:
        flow = _answer(data, flow, step)
    facts = sendable_facts(flow)
    Household.from_facts(facts, vocabulary())
    assert json.loads(json.dumps(facts)) == facts
    assert Draft.from_json(json.loads(json.dumps(flow.draft.to_json()))) == flow.draft
    review(flow)


@FEW
@given(st.data())
def test_no_fact_is_asked_at_two_places_of_the_form(data: st.DataObject) -> None:
    flow = _go(data, a_flow())
    asked = Counter(
        (live.place.scope, fact)
        for step in flow.steps
        for live in flow.live(step)
        for fact in live.facts
    )
    assert [twice for twice, times in asked.items() if times > 1] == []


@FEW
@given(st.data())
def test_back_always_leads_where_continue_came_from(data: st.DataObject) -> None:
    flow = _go(data, a_flow())
    order = [page.key for page in flow.form.pages]
    keys = [step.key for step in flow.steps]
    assert len(set(keys)) == len(keys)
    runs = [order.index(step.page.key) for step in flow.steps if not step.place.person]
    assert runs == sorted(runs)
    for step in flow.steps:
        following = flow.next_after(step)
        if following is not None:
            assert flow.before(following) == step
    assert flow.before(flow.steps[0]) is None


@FEW
@given(st.data())
def test_an_earlier_answer_changed_and_changed_back_loses_nothing(data: st.DataObject) -> None:
    flow = _go(data, a_flow())
    for step in flow.steps:
        view = page_view(flow, step, "en")
        if view.skips:
            left = skip(flow, step, view.skips[0], {}, "en")
            lost = set(wont_be_sent(flow)) - set(wont_be_sent(left))
            assert {scope for scope, _ in lost} <= {s for s, _ in left.reachable}


@FEW
@given(st.data())
def test_a_person_removed_leaves_no_trace_and_no_id_comes_back(data: st.DataObject) -> None:
    flow = _go(data, a_flow())
    others = flow.draft.people[1:]
    if not others:
        return
    person = data.draw(st.sampled_from(others))
    incomes = [income["id"] for income in flow.draft.incomes(person)]
    lost = {step.key for step in remove_would_lose(flow, person) if step.place.person}
    after = flow.with_draft(remove_person(flow.draft, person))
    assert lost.isdisjoint(after.draft.asked)
    assert set(_texts(after.draft.to_json())).isdisjoint({person, *incomes})
    again = give(after, "people", {"people-more": "yes", "people-name": "Sam"})
    assert again.draft.people[-1] not in {*flow.draft.people}
    assert "birth_date" in {step.key for step in again.open_steps}


def _texts(value: Any) -> list[str]:
    """Every text in a document: keys, their parts, and values."""
    if isinstance(value, dict):
        keys = [part for key in value for part in str(key).split("/")]
        return keys + [text for inner in value.values() for text in _texts(inner)]
    if isinstance(value, list):
        return [text for inner in value for text in _texts(inner)]
    return [value] if isinstance(value, str) else []


@given(st.dictionaries(st.text(max_size=12), st.lists(st.text(max_size=30), max_size=3)))
@settings(max_examples=60, deadline=None)
def test_whatever_a_browser_sends_is_read_or_refused(sent: dict[str, list[str]]) -> None:
    flow = a_flow()
    for step in flow.steps:
        view = page_view(flow, step, "en")
        names = [field.name for group in view.groups for field in group.fields]
        spread = dict(zip(names, sent.values(), strict=False))
        parse_page(flow, step, {**sent, **spread}, "es")
        page_view(flow, step, "es", {**sent, **spread})


def test_a_birth_date_given_again_moves_no_step_before_it() -> None:
    flow = give(a_flow(), "birth_date", born(1950))
    young = give(flow, "birth_date", born(2012))
    before = [step.key for step in flow.steps]
    after = [step.key for step in young.steps]
    at = before.index("birth_date")
    assert before[: at + 1] == after[: at + 1]
    assert raw({"a": "b"}) == {"a": ["b"]}
