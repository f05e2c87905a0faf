"""What a caseworker reads of an answer: words, never the name a machine keeps."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from eligibility import Household
from eligibility.answers import TAX_ROLES as STORED
from eligibility.facts import FactType
from service.answer_words import TAX_ROLES
from service.caseworker.history import screened
from service.fact_names import answer_name
from service.fact_rows import told_lines
from service.referrals.grants import share, veiled
from service.services import Services
from tests.eligibility.packs import city_rules, household
from tests.service.pages.rendering import templates


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("role", sorted(STORED))
def test_every_tax_role_a_case_can_hold_is_said_in_words(role: str, language: str) -> None:
    said = templates().languages[language].gettext(TAX_ROLES[role])
    assert "tax return" in said if language == "en" else "impuestos" in said


NOT_KNOWN = {"unknown": "dont_know"}


@pytest.mark.parametrize(
    ("income", "line"),
    [
        ({}, "Pay and other money"),
        (
            {"kind": NOT_KNOWN, "period": "month", "amount": 100_000},
            "Pay and other money · every month · $1,000 · Kind of money: Does not know",
        ),
        (
            {"kind": "wages", "period": NOT_KNOWN, "amount": 100_000},
            "Job · $1,000 · How often it comes: Does not know",
        ),
        (
            {"kind": "wages", "period": "week", "amounts": {"unknown": "declined"}},
            "Job · every week · Amounts of the last few times: Prefers not to say",
        ),
        (
            {"kind": "wages", "amount": NOT_KNOWN, "costs": NOT_KNOWN},
            "Job · Amount: Does not know · Costs of your own work: Does not know",
        ),
    ],
)
def test_money_of_which_a_part_is_not_known_is_told_as_far_as_it_is(
    services: Services, income: dict[str, Any], line: str
) -> None:
    facts = {"people": [{"id": "p1", "incomes": [income]}]}
    Household.from_facts(facts, services.rules.facts)
    words = templates().languages["en"]
    assert told_lines("person.incomes", [income], facts, services, words, "en") == [line]


def read_by_staff(told: dict[str, Any], language: str) -> list[str]:
    return [test.text for test in screened(told, {}, templates().languages[language]).tests]


def test_the_tests_of_a_case_are_whole_sentences_with_their_figures() -> None:
    facts = household({"kind": "wages", "period": "month", "amount": 400_000}, receives=[])
    shared = share(facts, "liheap", city_rules(), date(2026, 11, 22))
    (told,) = shared.screening
    said = (
        "The limit for a home of 1 person is $1,995 a month. "
        "Your income of $4,000 is $2,005 over it."
    )
    assert read_by_staff(told, "en") == [said]
    assert "$2,005" in read_by_staff(told, "es")[0] != said
    hidden = veiled(told, ())
    assert read_by_staff(hidden, "en") == ["From answers not shared with you."]


def test_a_yes_or_no_on_a_case_stands_beside_words_it_answers() -> None:
    """ "Whether you have a home: No" of somebody who rents one would be read as its opposite."""
    words, known = templates().languages["en"], city_rules().facts
    asked = ["people_complete"] + [
        f"{entity}.{name}"
        for entity in ("household", "person")
        for name, fact in known.of(entity).items()
        if fact.type is FactType.BOOL
    ]
    names = {fact: answer_name(fact, known, words) for fact in asked}
    odd = {f: n for f, n in names.items() if n.split()[0] in ("Whether", "Who", "Which")}
    assert (len(asked) > 15, odd) == (True, {})
    assert names["household.homeless"] == "Has no steady place to live"
