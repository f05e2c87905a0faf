"""What was sent becomes a draft again: nothing lost, nothing asked twice, names hidden and back."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from forms import (
    Draft,
    Flow,
    amended_facts,
    choose,
    draft_of,
    hidden,
    mark,
    refitted,
    resumed,
    sendable_facts,
    step_is_hidden,
    unhidden,
)
from tests.forms.test_laws import FEW, _go
from tests.forms.walking import PROGRAM_FACTS, a_flow


def _everything(flow: Flow) -> Flow:
    return flow.with_draft(replace(flow.draft, wanted=None, only=None))


def _again(flow: Flow, facts: dict[str, Any]) -> Flow:
    return resumed(
        a_flow(draft_of(facts, flow.draft.contact, flow.draft.chosen)),
    )


def _comparable(facts: dict[str, Any]) -> dict[str, Any]:
    """Without what cannot be told from facts: help by kind, and who is tied to whom where some of
    it was not known. Both are asked again."""
    left_out = {"applies_for"}
    if any("ties" not in person for person in facts["people"]):
        left_out.add("ties")
    people = [{k: v for k, v in p.items() if k not in left_out} for p in facts["people"]]
    return {**facts, "people": people}


@FEW
@given(st.data())
def test_facts_made_into_a_draft_are_sent_as_the_same_facts(data: st.DataObject) -> None:
    chosen = sorted(data.draw(st.sets(st.sampled_from(sorted(PROGRAM_FACTS)), min_size=1)))
    flow = _everything(_go(data, a_flow(choose(Draft(), chosen))))
    facts = sendable_facts(flow)
    again = _everything(_again(flow, facts))
    assert _comparable(sendable_facts(again)) == _comparable(facts)
    assert json.loads(json.dumps(again.draft.to_json())) == again.draft.to_json()


@FEW
@given(st.data())
def test_hidden_names_come_back_and_a_new_answer_is_shown_again(data: st.DataObject) -> None:
    flow = _go(data, a_flow(choose(Draft(), ["basic_food"])))
    before = _again(flow, sendable_facts(flow)).draft
    masked = hidden(before)
    shown = json.dumps(masked.to_json(), ensure_ascii=False)
    names = [masked.name(person) for person in masked.people]
    assert all("•" in name for name in names)
    assert "O’Neil" not in shown
    assert unhidden(masked, before) == replace(before, told_before=tuple(before.asked))
    step = next(step for step in flow.steps if step.key == "people")
    assert step_is_hidden(masked, step)
    assert not step_is_hidden(mark(masked, "people", "answered"), step)


@FEW
@given(st.data())
def test_a_draft_of_an_older_form_keeps_all_it_was_told_and_asks_little_again(
    data: st.DataObject,
) -> None:
    """Birth dates were once a page for each person, and there was a page that is no more."""
    flow = _go(data, a_flow(choose(Draft(), ["basic_food"])))
    assert refitted(flow) is flow
    asked = {key: how for key, how in flow.draft.asked.items() if key != "birth_date"}
    old = {
        **{f"birth_date/{person}": "answered" for person in flow.draft.people},
        "gone": "declined",
    }
    begun = flow.with_draft(replace(flow.draft, asked={**asked, **old}))
    now = refitted(begun)
    assert sendable_facts(now) == sendable_facts(flow)
    assert now.draft.asked.items() >= asked.items()
    assert not now.draft.asked.keys() & old.keys()
    again = {step.key for step in now.open_steps} - {step.key for step in flow.open_steps}
    known = all("birth_date" in person for person in flow.draft.facts["people"])
    assert again <= (set() if known else {"birth_date"})


def test_the_people_keep_their_ids_and_what_the_form_never_asks_is_kept() -> None:
    old = {
        "people_complete": True,
        "household": {"rent": {"amount": 1, "period": "month"}, "from_elsewhere": 7},
        "people": [{"id": "a", "from_elsewhere": 8}, {"id": "p3"}],
    }
    new = {
        "people_complete": True,
        "household": {},
        "people": [
            {"id": "p1", "ties": [{"kind": "parent_of", "to": "p3"}]},
            {"id": "p3", "ties": [{"kind": "tax_role", "to": "dependent"}]},
        ],
    }
    facts = amended_facts(a_flow().form, old, new)
    assert facts["household"] == {"from_elsewhere": 7}
    assert [person["id"] for person in facts["people"]] == ["a", "p3x"]
    assert facts["people"][0]["ties"] == [{"kind": "parent_of", "to": "p3x"}]
    assert facts["people"][0]["from_elsewhere"] == 8
