"""Whole pages: what was sent becomes facts, or errors beside the very fields."""

from __future__ import annotations

import pytest

from forms import FieldErrors, Flow, Place, page_view, parse_first_name, parse_page, skip, skips
from tests.forms.test_flow import A_RENTER_ALONE, THE_FAMILY
from tests.forms.walking import Typed, a_flow, give, raw, value, walk


def errors_of(flow: Flow, key: str, typed: Typed) -> list[tuple[str, str]]:
    step = flow.find(key)
    assert step is not None
    found = parse_page(flow, step, raw(typed), "en")
    assert isinstance(found, FieldErrors), found
    return [(error.field, error.code) for error in found.errors]


@pytest.fixture(scope="module")
def renter() -> Flow:
    return walk(a_flow(), A_RENTER_ALONE)[0]


@pytest.fixture(scope="module")
def family() -> Flow:
    return walk(a_flow(), THE_FAMILY)[0]


@pytest.mark.parametrize(
    ("key", "typed", "errors"),
    [
        ("contact", {}, [("contact_name", "missing"), ("contact_language", "missing"),
                         ("safe_to_write", "missing")]),
        ("contact", {"contact_name": "A", "contact_language": "xx", "safe_to_write": "maybe",
                     "contact_mail": "a@b", "contact_phone": "12"},
         [("contact_mail", "email"), ("contact_phone", "phone"), ("contact_language", "choice"),
          ("safe_to_write", "choice")]),
        ("people", {}, [("people-more", "choice")]),
        ("people", {"people-more": "yes", "people-name": " "}, [("people-name", "missing")]),
        ("birth_date", {}, [("birth_date-p1-day", "missing")]),
        ("birth_date", {"birth_date-p1-year": "2026", "birth_date-p1-month": "2",
                        "birth_date-p1-day": "30"}, [("birth_date-p1-day", "day")]),
        ("birth_date", {"birth_date-p1-year": ["1990", "1991"]},
         [("birth_date-p1-year", "repeated")]),
        ("about", {}, [("about-p1", "missing")]),
        ("about", {"about-p1": ["veteran", "none"]}, [("about-p1", "none_and_some")]),
        ("about", {"about-p1": ["rich"]}, [("about-p1", "choice")]),
        ("where", {"where": "king", "tenure": "castle"}, [("tenure", "choice")]),
        ("where", {"where": "king", "tenure": ["renter", "owner"]}, [("tenure", "repeated")]),
        ("rent", {"rent": "950"}, [("rent-period", "period")]),
        ("rent", {"rent": "950.001", "rent-period": "month"}, [("rent", "not_money")]),
        ("rent", {"rent": "50000.01", "rent-period": "month"}, [("rent", "too_large")]),
        ("rent", {"rent": "1", "rent-period": "two_weeks"}, [("rent-period", "period")]),
        ("pay/p1/i1", {"pays-1": "1", "pays-3": "x", "pays-4": "2", "steady": "yes"},
         [("pays-2", "missing"), ("pays-3", "not_money")]),
        ("pay/p1/i1", {"pays-1": "", "steady": "yes"}, [("pays-1", "missing")]),
        ("more_income/p1", {"more_income-more": "yes"}, [("more_income-kind", "choice")]),
    ],
)  # fmt: skip
def test_each_problem_stands_beside_its_field(
    renter: Flow, key: str, typed: Typed, errors: list[tuple[str, str]]
) -> None:
    assert errors_of(renter, key, typed) == errors


def test_a_person_who_is_not_offered_cannot_be_named(family: Flow) -> None:
    assert errors_of(family, "partner/p1", {"partner": "p3"}) == [("partner", "choice")]
    for nobody in ("p9", "p3"):
        typed = {"parents-p3": [nobody], "parents-p4": ["p1"]}
        assert errors_of(family, "parents", typed) == [("parents-p3", "choice")]


def test_an_address_names_each_part_to_look_at(renter: Flow) -> None:
    from forms import choose

    flow = renter.with_draft(choose(renter.draft, ["orca_lift"]))
    wrong = {"address-line1": "", "address-city": "Seattle", "address-state": "Wash",
             "address-zip": "981"}  # fmt: skip
    assert errors_of(flow, "address", wrong) == [
        ("address-line1", "missing"),
        ("address-state", "state"),
        ("address-zip", "zip"),
    ]
    right = {**wrong, "address-line1": "12 Pine St", "address-state": "wa", "address-zip": "98101"}
    told = value(give(flow, "address", right), "household.address")
    assert told == {"line1": "12 Pine St", "city": "Seattle", "state": "WA", "zip": "98101"}


def test_a_range_needs_its_ends_in_order(renter: Flow) -> None:
    flow = give(renter, "job/p1/i1", {"pay_period": "week", "pay_told": "range", "employer": "A"})
    typed = {"pay_range-low": "500", "pay_range-high": "400", "steady": "no"}
    assert errors_of(flow, "pay/p1/i1", typed) == [("pay_range-high", "order")]
    flow = give(flow, "pay/p1/i1", {**typed, "pay_range-high": "600"})
    assert value(flow, "income.amount", "p1", "i1") == {"between": [50000, 60000]}


def test_fields_a_page_does_not_ask_are_not_looked_at(renter: Flow) -> None:
    typed = {"rent": "950", "rent-period": "month", "household.tenure": "owner", "tenure": "owner"}
    assert value(give(renter, "rent", typed), "household.tenure") == "renter"


def test_i_dont_know_keeps_what_was_filled_in(renter: Flow) -> None:
    step = renter.find("pay/p1/i1")
    assert step is not None
    left = skip(renter, step, "dont_know", raw({"pays-1": "x", "steady": "yes"}), "en")
    assert value(left, "income.amounts", "p1", "i1") == {"unknown": "dont_know"}
    assert value(left, "income.steady", "p1", "i1") is True
    assert left.answered(step)


def test_id_rather_not_say_is_offered_only_where_the_bank_says_so(renter: Flow) -> None:
    about, people = renter.find("about"), renter.find("people")
    assert about is not None
    assert people is not None
    assert skips(renter, about) == ("dont_know", "declined")
    assert skips(renter, people) == ()
    with pytest.raises(ValueError, match="cannot be left"):
        skip(renter, people, "declined", {}, "en")


def test_a_page_shows_again_what_was_answered(family: Flow) -> None:
    """Parsing what a page shows gives the answers the draft already holds."""
    for locale in ("en", "es"):
        for step in family.steps:
            view = page_view(family, step, locale)
            shown: dict[str, list[str]] = {}
            for field in (field for group in view.groups for field in group.fields):
                ticked = [option.value for option in field.options if option.checked]
                shown[field.name] = ticked if field.options else [field.value]
            patch = parse_page(family, step, shown, locale)
            assert not isinstance(patch, FieldErrors), (step.key, patch)
            for name, given in patch.items():
                person, _, fact = name.rpartition("/")
                stored = family.draft.value(fact, Place(person) if person else step.place)
                assert stored == given, (step.key, fact)


def test_a_page_sent_back_with_errors_shows_what_was_typed(renter: Flow) -> None:
    step = renter.find("rent")
    assert step is not None
    view = page_view(renter, step, "en", raw({"rent": "lots", "rent-period": "week"}))
    amount, period = view.groups[0].fields
    assert amount.value == "lots"
    assert [option.value for option in period.options if option.checked] == ["week"]


def test_a_first_name_can_be_changed_apart_from_the_list() -> None:
    assert parse_first_name("name", "  Ana ") == "Ana"
    assert isinstance(parse_first_name("name", ""), FieldErrors)
    assert isinstance(parse_first_name("name", "\x00"), FieldErrors)
