"""Conditions say True, False, or that it cannot be said yet."""

from __future__ import annotations

from datetime import date

import pytest

from forms import Draft, add_person
from forms.answers import Seen, age
from forms.conditions import Range, Truth, parse_condition
from forms.draft import Place, apply_patch
from tests.forms.walking import ON


def truth(text: str, draft: Draft, person: str = "p1") -> Truth:
    return parse_condition(text, lambda entity, name: True)(Seen(draft, ON).at(person))


def told(**facts: object) -> Draft:
    return apply_patch(Draft(), Place("p1"), {f"person.{k}": v for k, v in facts.items()})


UNKNOWN = {"unknown": "dont_know"}


@pytest.mark.parametrize(
    ("text", "draft", "answer"),
    [
        ("person.age >= 16", told(birth_date="2010-11-22"), True),
        ("person.age >= 16", told(birth_date="2010-11-23"), False),
        ("person.age >= 16", told(birth_date="2010"), None),
        ("person.age >= 16", told(birth_date="2009"), True),
        ("person.age < 16", told(birth_date="2011"), True),
        ("person.age >= 16", told(birth_date=UNKNOWN), None),
        ("person.age >= 16", told(), None),
        ("not person.age >= 16", told(), None),
        ("person.age == 16", told(birth_date="2010"), None),
        ("person.age in (15, 16)", told(birth_date="2010"), None),
        ("person.pregnant", told(pregnant=True), True),
        ("person.pregnant", told(pregnant=UNKNOWN), None),
        ("sure(person.pregnant)", told(pregnant=UNKNOWN), False),
        ("person.pregnant or person.age >= 60", told(birth_date="1950"), True),
        ("person.pregnant and person.age >= 60", told(birth_date="2000"), False),
        ("person.pregnant and person.age >= 60", told(birth_date="1950"), None),
        ("form.had_baby", told(), False),
        ("form.count >= 3", told(), None),
        ("'wic' in household.receives", told(), False),
        ("people.count > 1", told(), False),
        ("person.applicant and person.id == 'p1'", told(), True),
        ("person.hours >= 20", told(hours={"between": [10, None]}), None),
        ("person.hours >= 20", told(hours={"between": [20, None]}), True),
        ("person.hours < 20", told(hours={"between": [None, 19]}), True),
        ("person.hours < 20", told(hours={"between": [None, 20]}), None),
        ("person.kind != 'a'", told(kind="b"), True),
        ("person.kind not in ('a', 'b')", told(kind="b"), False),
        ("person.flag == False", told(flag=False), True),
    ],
)
def test_a_condition_is_certain_only_when_every_completion_agrees(
    text: str, draft: Draft, answer: Truth
) -> None:
    assert truth(text, draft) is answer


def test_what_is_not_known_is_not_asked_and_not_ruled_out() -> None:
    condition = parse_condition("sure(person.pregnant)", lambda entity, name: True)
    for draft, asked, ruled_out in (
        (told(pregnant=UNKNOWN), False, False),
        (told(pregnant=False), False, True),
        (told(pregnant=True), True, False),
    ):
        seen = Seen(draft, ON).at("p1")
        assert (condition(seen), condition.ruled_out(seen)) == (asked, ruled_out)


def test_any_looks_at_everybody() -> None:
    draft, child = add_person(told(birth_date="1990"), "Leo")
    asks = "any(p.age < 13 for p in people)"
    assert truth(asks, draft) is None
    young = apply_patch(draft, Place(child), {"person.birth_date": "2020"})
    assert truth(asks, young) is True
    old = apply_patch(draft, Place(child), {"person.birth_date": "1980"})
    assert truth(asks, old) is False


@pytest.mark.parametrize(
    ("born", "years"),
    [
        ("2000-11-22", 26),
        ("2000-11-23", 25),
        ("2000-11", Range(25, 26)),
        ("2000-10", 26),
        ("2000-12", 25),
        ("2000", Range(25, 26)),
        ("2026", Range(0, 0)),
    ],
)
def test_an_age_is_as_certain_as_the_birth_date(born: str, years: int | Range) -> None:
    assert age({"birth_date": born}, date(2026, 11, 22)) == years
    assert age({"age_months": 30}, ON) == 2
