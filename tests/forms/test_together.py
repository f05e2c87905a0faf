"""Pages that ask everybody the same, and pages that come back for one question of several."""

from __future__ import annotations

from forms import (
    FieldErrors,
    Flow,
    Place,
    Step,
    answer,
    page_view,
    parse_page,
    sendable_facts,
    skip,
    step_is_hidden,
)
from forms.resume import hidden
from tests.forms.test_flow import A_RENTER_ALONE, THE_FAMILY
from tests.forms.walking import a_flow, born, give, nobody_else, one_more, raw, value, walk


def page(flow: Flow, key: str) -> Step:
    step = flow.find(key)
    assert step is not None
    return step


def names(flow: Flow, key: str) -> list[str]:
    return [group.id for group in page_view(flow, page(flow, key), "en").groups]


def test_one_page_asks_each_person_and_answers_go_where_they_belong() -> None:
    flow, _seen = walk(a_flow(), THE_FAMILY)
    assert names(flow, "birth_date") == [f"birth_date-p{n}" for n in range(1, 5)]
    assert value(flow, "person.birth_date", "p3") == "2014-01-05"
    assert value(flow, "form.parents", "p4") == ["p1", "p2"]


def test_somebody_who_comes_later_is_asked_alone_and_nobody_again() -> None:
    flow = give(
        give(walk(a_flow(), THE_FAMILY)[0], "people", one_more("Teo")), "people", nobody_else()
    )
    assert names(flow, "birth_date") == ["birth_date-p5"]
    told = give(flow, "birth_date", born(2025, 1, 2, "p5"))
    assert value(told, "person.birth_date", "p1") == "1985-06-01"
    assert told.answered(page(told, "birth_date"))
    assert len(names(told, "birth_date")) == 5


def test_a_second_click_on_a_page_that_came_back_is_taken_as_the_first_was() -> None:
    flow = give(walk(a_flow(), A_RENTER_ALONE)[0], "job/p1/i1",
                {"employer": "", "pay_period": "week", "pay_told": "same"})  # fmt: skip
    assert names(flow, "pay/p1/i1") == ["pay_same"]
    once = give(flow, "pay/p1/i1", {"pay_same": "500"})
    assert value(once, "income.steady", "p1", "i1") is False
    assert give(once, "pay/p1/i1", {"pay_same": "500"}).draft == once.draft


def test_a_page_that_was_left_open_is_open_for_who_came_later() -> None:
    flow = give(give(a_flow(), "people", one_more("Ana")), "people", nobody_else())
    left = skip(flow, page(flow, "birth_date"), "dont_know", raw(born(1980)), "en")
    assert left.answered(page(left, "birth_date"))
    assert [value(left, "person.birth_date", p) for p in ("p1", "p2")] == [
        "1980", {"unknown": "dont_know"},
    ]  # fmt: skip
    more = give(left, "people", one_more("Leo"))
    assert not more.answered(page(more, "birth_date"))


def test_what_was_told_before_sending_stays_hidden_for_who_is_not_told_anew() -> None:
    flow, _seen = walk(a_flow(), THE_FAMILY)
    masked = flow.with_draft(hidden(flow.draft))
    step = page(masked, "birth_date")
    patch = parse_page(
        masked, step, raw({**born(1990, 1, 2, "p2"), "birth_date-p1-year": ""}), "en"
    )
    assert not isinstance(patch, FieldErrors)
    assert patch == {"p2/person.birth_date": "1990-01-02"}
    told = answer(masked, step, patch).draft
    assert step_is_hidden(told, step)
    assert [step_is_hidden(told, step, Place(p)) for p in ("p1", "p2", "p3")] == [True, False, True]


def test_what_nobody_in_the_home_is_needs_no_page_for_each() -> None:
    nothing = {**THE_FAMILY, "situations": {"situations": ["none"]}}
    del nothing["about"]
    flow, seen = walk(a_flow(), nothing)
    assert "about" not in seen
    people = sendable_facts(flow)["people"]
    assert [person["disabled"] for person in people] == [False] * 4
    assert [person.get("va_rating") for person in people[:2]] == [0, 0]


def test_not_to_know_of_anybody_in_the_home_is_not_a_no() -> None:
    unsure = {key: told for key, told in THE_FAMILY.items() if key not in ("situations", "about")}
    flow, seen = walk(a_flow(), unsure)
    assert "situations" in seen
    assert "about" not in seen
    assert all("disabled" not in person for person in sendable_facts(flow)["people"])


def test_a_new_person_is_asked_for_themselves_and_the_home_is_not_asked_again() -> None:
    flow, _seen = walk(a_flow(), THE_FAMILY)
    more = give(give(flow, "people", one_more("Teo")), "people", nobody_else())
    more = give(more, "birth_date", born(1961, 1, 2, "p5"))
    assert "situations" not in {step.key for step in more.open_steps}
    assert names(more, "about") == ["about-p5"]
    told = give(more, "about", {"about-p5": ["disabled", "veteran"]})
    assert sendable_facts(told)["people"][4]["disabled"] is True
    assert sendable_facts(told)["people"][0]["disabled"] is False
    assert "va_rating/p5" in {step.key for step in told.open_steps}


def test_what_somebody_told_who_lived_alone_holds_when_somebody_moves_in() -> None:
    answers = {**A_RENTER_ALONE, "about": {"about-p1": ["disabled", "in_college"]}}
    alone, _seen = walk(a_flow(), answers)
    more = give(give(alone, "people", one_more("Teo")), "people", nobody_else())
    assert {"situations", "about"} & {step.key for step in more.open_steps} == {"about"}
    first, second = sendable_facts(more)["people"]
    assert first["disabled"] is True
    assert first["veteran"] is False
    assert "disabled" not in second
    assert "college_student/p1" in {step.key for step in more.steps}
