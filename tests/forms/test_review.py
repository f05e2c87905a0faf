"""Check answers, page views and progress: typed values, right persons, nothing formatted."""

from __future__ import annotations

import pytest

from forms import (
    Cents,
    Day,
    Draft,
    Flow,
    Message,
    ReviewSection,
    Row,
    choose,
    page_view,
    progress,
    review,
)
from tests.forms.test_flow import A_RENTER_ALONE, THE_FAMILY
from tests.forms.walking import a_flow, give, walk


@pytest.fixture(scope="module")
def family() -> Flow:
    return walk(a_flow(), THE_FAMILY)[0]


def row(sections: tuple[ReviewSection, ...], key: str, question: int = 0) -> Row:
    """A row of a page; on one that asks everybody the same, the rows are in their order."""
    rows = [r for s in sections for subject in s.subjects for r in subject.rows]
    return [r for r in rows if r.change.key == key][question]


def test_answers_are_typed_so_that_each_language_writes_its_own(family: Flow) -> None:
    sections = review(family)
    assert row(sections, "rent").values == (Cents(185000, "month"),)
    assert row(sections, "birth_date", 1).values == (Day(1987, 2, 10),)
    assert row(sections, "partner/p1").values == (Message("{name}", {"name": "Marco"}),)
    first_pay = row(sections, "pay/p1/i1").values[0]
    assert first_pay == Message(
        "{day}: {amount}", {"day": Day(2026, 10, 26), "amount": Cents(61200)}
    )
    assert [section.id for section in sections] == [
        "you", "people", "help", "about", "income", "costs", "home",
    ]  # fmt: skip


def test_a_change_link_names_the_person_for_a_screen_reader(family: Flow) -> None:
    changed = row(review(family), "birth_date", 2)
    assert changed.hidden.text == "{what} for {name}"
    assert changed.hidden.values["name"] == "Ana"
    own = row(review(family), "birth_date")
    assert "name" not in own.hidden.values


def test_skipped_answers_say_how_they_were_skipped() -> None:
    bare = {key: A_RENTER_ALONE[key] for key in ("contact", "people", "helps_wanted")}
    sections = review(walk(a_flow(), bare)[0])
    assert row(sections, "where", 1).values == (Message("I don't know"),)
    assert row(sections, "bills").values == (Message("I don't know"),)
    mail = row(sections, "contact", 1)
    assert mail.values == (Message("Not provided"),)
    assert not mail.provided
    assert all(not r.provided for s in review(a_flow()) if s.id == "home" for u in s.subjects
               for r in u.rows)  # fmt: skip


def test_others_are_named_and_the_applicant_is_you(family: Flow) -> None:
    step = family.find("birth_date")
    assert step is not None
    view = page_view(family, step, "en")
    assert view.title == Message("When was each person born?")
    assert [group.ask for group in view.groups[:2]] == [
        Message("When were you born?"),
        Message("When was {name} born?", {"name": "Marco"}),
    ]


def test_a_page_for_everybody_asks_somebody_who_lives_alone_by_the_question_itself() -> None:
    step = a_flow().find("birth_date")
    assert step is not None
    assert page_view(a_flow(), step, "en").title == Message("When were you born?")


def test_a_name_with_braces_is_only_ever_a_value() -> None:
    flow = give(a_flow(), "people", {"people-more": "yes", "people-name": "{0.__class__}"})
    step = flow.find("birth_date")
    assert step is not None
    ask = page_view(flow, step, "en").groups[1].ask
    assert ask.text == "When was {name} born?"
    assert ask.values == {"name": "{0.__class__}"}


def test_the_sum_under_pays_is_for_the_month(family: Flow) -> None:
    step = family.find("pay/p1/i1")
    assert step is not None
    view = page_view(family, step, "en")
    # (612 + 655 + 590 + 640) / 4 = 624.25 a week; x 52/12 = 2,705.0833
    assert view.sum == Message("That is about {amount} a month.", {"amount": Cents(270508)})
    assert [field.label.values["day"] for field in view.groups[0].fields] == [
        Day(2026, month, day, near=True) for month, day in ((10, 26), (11, 2), (11, 9), (11, 16))
    ]


def test_a_new_draft_shows_that_we_do_not_write_unless_told() -> None:
    flow = a_flow()
    view = page_view(flow, flow.steps[0], "en")
    safe = next(group for group in view.groups if group.id == "safe_to_write")
    assert [(o.value, o.checked) for o in safe.fields[0].options] == [
        ("yes", False),
        ("no", True),
    ]


def test_progress_counts_what_applies_now() -> None:
    start = a_flow()
    at = progress(start, start.steps[0])
    assert (at.number, at.answered, at.steps) == (1, 0, len(start.steps))
    done, _ = walk(start, A_RENTER_ALONE)
    end = progress(done, done.steps[-1])
    assert (end.number, end.answered) == (end.sections, end.steps)
    more = done.with_draft(choose(done.draft, ["basic_food"]))
    assert progress(more, more.open_steps[0]).section == Message("To apply")


def test_every_page_of_every_walk_can_be_drawn(family: Flow) -> None:
    chosen = family.with_draft(choose(family.draft, ["basic_food", "property_tax_exemption"]))
    for flow in (a_flow(), a_flow(Draft()), family, chosen):
        for step in flow.steps:
            view = page_view(flow, step, "es")
            assert view.title.text
            names = [field.name for group in view.groups for field in group.fields]
            assert len(set(names)) == len(names)
            assert all(field.label.text for group in view.groups for field in group.fields)
