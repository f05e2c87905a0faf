"""The demonstration city's form against its real programs."""

from __future__ import annotations

from functools import cache

import pytest

from eligibility import Household, Rulebook, is_urgent, load_rules
from forms import Draft, Flow, Kind, Place, choose, counts, load_form, needs_of_rules, only
from forms.coverage import never_asked, under_no_help
from forms.definition import Form, Wording
from forms.draft import apply_patch
from tests.forms.walking import ON, ROOT


@cache
def rules() -> Rulebook:
    return load_rules(ROOT / "eligibility", ROOT / "cities" / "seattle")


@cache
def form() -> Form:
    return load_form(ROOT / "forms" / "questions", ROOT / "cities" / "seattle", rules().facts)


def test_every_fact_a_program_needs_is_asked_by_some_question() -> None:
    assert never_asked(form(), needs_of_rules(rules())) == {}


def test_every_program_stands_under_a_kind_of_help() -> None:
    needs = needs_of_rules(rules())
    assert under_no_help(form(), needs) == frozenset()
    named = frozenset[str]().union(*(each.programs for each in form().helps))
    assert named <= set(rules().programs), "a kind of help names a program that is not there"


def test_one_form_is_a_small_part_of_all_the_separate_forms() -> None:
    totals = counts(Flow(form(), needs_of_rules(rules()), Draft(), ON))
    assert totals.asked * 4 < totals.separate


def asked_to_apply(program: str, tenure: str) -> list[str]:
    draft = apply_patch(Draft(), Place(), {"household.tenure": tenure, "household.homeless": False})
    flow = Flow(form(), needs_of_rules(rules()), choose(only(draft, program), [program]), ON)
    page = flow.find("urgent")
    return [live.question.id for live in flow.live(page)] if page else []


def test_what_makes_a_case_urgent_is_asked_of_who_applies_where_it_counts() -> None:
    assert asked_to_apply("liheap", "renter") == ["heat_at_risk"]
    assert asked_to_apply("child_care_assistance", "none") == ["no_place_tonight"]
    assert asked_to_apply("child_care_assistance", "renter") == []
    assert asked_to_apply("orca_lift", "none") == []


def test_a_home_without_heat_is_urgent_and_only_when_told() -> None:
    for told, urgent in (
        ({"heat_at_risk": True}, True),
        ({"heat_at_risk": False}, False),
        ({}, False),
    ):
        facts = {"people_complete": True, "household": told, "people": [{"id": "p1"}]}
        assert (
            is_urgent(Household.from_facts(facts, rules().facts), rules(), "liheap", ON) is urgent
        )


def _sentences() -> list[str]:
    found: set[str] = set()
    for section in form().sections:
        found.add(section.title)
    for page in form().pages:
        found |= {page.why, *_both(page.title), *_both(page.hint)}
        for question in page.questions:
            found |= {question.why, question.none, *_both(question.ask), *_both(question.hint)}
            found |= set(_both(question.row))
            for choice in question.choices:
                found |= {*_both(choice.label), *_both(choice.hint)}
    return sorted(text for text in found if text)


def _both(wording: Wording) -> tuple[str, str]:
    return wording.other, wording.you


@pytest.mark.parametrize("text", _sentences())
def test_a_sentence_speaks_plainly(text: str) -> None:
    assert "!" not in text
    lowered = text.lower()
    for word in ("failed", "invalid", "denied", "please", "household", "applicant", "eligib"):
        assert word not in lowered, word
    assert text == text.strip()


VOWELS = "aeiouy"


def _syllables(word: str) -> int:
    letters = "".join(c for c in word.lower() if c.isalpha())
    count, before = 0, False
    for letter in letters:
        vowel = letter in VOWELS
        count += vowel and not before
        before = vowel
    if letters.endswith("e") and not letters.endswith("le") and count > 1:
        count -= 1
    return max(count, 1)


def _grade(text: str) -> float:
    """The Flesch-Kincaid grade of a text."""
    words = text.split()
    sentences = max(1, sum(text.count(mark) for mark in ".?:"))
    syllables = sum(_syllables(word) for word in words)
    return 0.39 * len(words) / sentences + 11.8 * syllables / len(words) - 15.59


def test_each_page_reads_at_grade_six_or_below() -> None:
    """Question, hint and reason together, as they stand on a page; names of help apart."""
    hard = {}
    for page in form().pages:
        texts = [page.title.you, page.hint.you]
        for question in page.questions:
            texts += [question.ask.you, question.hint.you, question.why or page.why]
        whole = " ".join(t if t.endswith((".", "?", ")")) else f"{t}." for t in texts if t)
        if _grade(whole) > 6:
            hard[page.key] = round(_grade(whole), 1)
    assert hard == {}


def test_every_question_with_people_or_boxes_says_how_to_answer_nobody_or_none() -> None:
    for question in (q for page in form().pages for q in page.questions):
        if question.kind in (Kind.PERSON, Kind.PARTNER, Kind.PEOPLE):
            assert question.none, question.id
