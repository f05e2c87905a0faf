"""The draft document: what can be stored, and the pure ways it changes."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from forms import (
    Draft,
    DraftError,
    Place,
    add_income,
    add_person,
    choose,
    only,
    remove_income,
    remove_person,
    rename_person,
    want,
)


def test_a_new_draft_has_the_applicant_alone_and_does_not_write_to_them() -> None:
    draft = Draft()
    assert draft.people == ("p1",)
    assert draft.contact == {"safe_to_write": False}
    assert Draft.from_json(draft.to_json()) == draft


@pytest.mark.parametrize(
    "document",
    [
        {"facts": {}},
        {"facts": {"people": []}},
        {"facts": {"people": [{"id": "p2"}]}},
        {"facts": {"people": [{"id": "p1"}, {"id": "p1"}]}},
        {"secrets": {}},
        {"wanted": 3},
        {"facts": {"household": {}, "people": ["p1"]}},
        {"facts": {"household": {}, "people": [{"id": "p1", "incomes": [{}]}]}},
        {"typed": {"p1": "partner"}},
        {"asked": {"rent": 1}},
        {"chosen": "orca_lift"},
        {"only": ["wic"]},
        {"contact": None},
        {"made": {"people": True, "incomes": 0}},
    ],
)
def test_a_document_that_is_no_draft_is_refused(document: dict[str, Any]) -> None:
    with pytest.raises(DraftError):
        Draft.from_json(document)


def test_a_removed_persons_id_is_never_given_again() -> None:
    draft, ana = add_person(Draft(), "Ana")
    draft, leo = add_person(remove_person(draft, ana), "Leo")
    assert (ana, leo) == ("p2", "p3")
    assert draft.people == ("p1", "p3")
    assert rename_person(draft, leo, "Leon").name(leo) == "Leon"


def test_the_applicant_stays_and_others_must_exist() -> None:
    with pytest.raises(DraftError):
        remove_person(Draft(), "p1")
    with pytest.raises(DraftError):
        remove_person(Draft(), "p7")
    with pytest.raises(DraftError):
        rename_person(Draft(), "p7", "Ana")


def test_removing_the_last_income_of_a_kind_takes_its_tick_away() -> None:
    draft = Draft(typed={"p1": {"income_kinds": ["wages", "ssi"]}})
    draft, job = add_income(draft, "p1", "wages")
    draft, other = add_income(draft, "p1", "wages")
    draft = remove_income(draft, Place("p1", job))
    assert draft.gate("income_kinds", Place("p1")) == ["wages", "ssi"]
    draft = remove_income(draft, Place("p1", other))
    assert draft.gate("income_kinds", Place("p1")) == ["ssi"]
    draft, third = add_income(draft, "p1", "ssi")
    assert third == "i3"
    with pytest.raises(DraftError):
        remove_income(draft, Place("p1", job))


def test_programs_are_chosen_once_each_in_the_order_given() -> None:
    draft = choose(Draft(), ["wic", "orca_lift", "wic"])
    assert draft.chosen == ("wic", "orca_lift")
    assert want(draft, ["food"]).wanted == ("food",)
    assert want(draft, None).wanted is None
    assert only(draft, "wic").only == "wic"


def test_a_change_leaves_the_draft_it_came_from_as_it_was() -> None:
    draft, ana = add_person(Draft(), "Ana")
    before = copy.deepcopy(draft.to_json())
    rename_person(draft, ana, "Anna")
    add_income(draft, ana, "wages")
    remove_person(draft, ana)
    assert draft.to_json() == before
