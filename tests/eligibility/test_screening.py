"""Outcomes at borders and on days of change, with reasons a person can follow."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from eligibility import Household, Rulebook, rules_from_source, screen
from eligibility.english import summary
from eligibility.telling import sentence
from tests.eligibility.packs import household, load_pack, one_test, program

INCOME = """
figures: {fpl: {parameter: line.yearly, takes_over: TAKES}}
countable: {income: {period: month}}
values:
  size: {unit: people, is: "count(people)"}
  limit: {unit: money, period: month, is: "monthly(fpl(size))"}
eligible:
  all:
    - {test: city, is: "household.lives_in_city", met: "In.", unmet: "Out.", unclear: "?"}
    - any:
        - test: receives
          is: "household.receives.tanf"
          met: "You get TANF."
          unmet: "You do not get TANF."
          unclear: "Do you get TANF?"
        - test: income
          is: "income <= limit"
          met: "{value} is within {limit} for {size}."
          unmet: "{value} is {distance} over {limit} for {size}."
          unclear: "The limit is {limit}."
amount: {is: "line.grant"}
"""


def rules_with(folder: Path, takes: str = "04-01") -> Rulebook:
    return load_pack(folder / "pack", program(INCOME.replace("TAKES", takes)))


def wages(cents: int) -> dict[str, object]:
    return {"kind": "wages", "period": "month", "amount": cents}


def outcome(rules: Rulebook, cents: int, on: date, **facts: object) -> str:
    told = household(wages(cents), **{"lives_in_city": True, "receives": [], **facts})
    return screen(Household.from_facts(told, rules.facts), rules, on)[0].outcome


@pytest.mark.parametrize(
    ("cents", "expected"), [(99_999, "likely"), (100_000, "likely"), (100_001, "unlikely")]
)
def test_the_limit_itself_is_within(tmp_path: Path, cents: int, expected: str) -> None:
    assert outcome(rules_with(tmp_path), cents, date(2025, 6, 1)) == expected


@pytest.mark.parametrize(
    ("on", "cents", "expected"),
    [
        (date(2026, 3, 31), 100_001, "unlikely"),
        (date(2026, 4, 1), 100_001, "likely"),
        (date(2026, 4, 1), 110_001, "unlikely"),
    ],
)
def test_a_program_takes_a_new_line_over_on_its_own_day(
    tmp_path: Path, on: date, cents: int, expected: str
) -> None:
    assert outcome(rules_with(tmp_path), cents, on) == expected


@pytest.mark.parametrize(
    ("cents", "expected"), [(100_000, "likely"), (105_000, "unclear"), (110_001, "unlikely")]
)
def test_a_day_of_change_that_is_not_published_leaves_what_lies_between_unclear(
    tmp_path: Path, cents: int, expected: str
) -> None:
    rules = rules_with(tmp_path, "[01-01, 04-01]")
    assert outcome(rules, cents, date(2026, 2, 1)) == expected


def test_before_the_first_figure_nothing_is_said(tmp_path: Path) -> None:
    rules = rules_with(tmp_path)
    told = household(wages(1), lives_in_city=True, receives=[])
    (found,) = screen(Household.from_facts(told, rules.facts), rules, date(2024, 1, 1))
    assert found.outcome == "unclear"
    assert [reason.test for reason in found.because] == ["figures"]


def test_a_failed_limit_is_told_with_figure_distance_and_source(tmp_path: Path) -> None:
    rules = rules_with(tmp_path)
    told = household(wages(111_250), lives_in_city=True, receives=[])
    (found,) = screen(
        Household.from_facts(told, rules.facts), rules, date(2026, 5, 1), minimal=True
    )
    receives, income = found.because
    assert (receives.test, income.test) == ("receives", "income")
    assert (income.value, income.limit, income.distance) == (111_250, 110_000, 1_250)
    assert sentence(income) == "$1,112.50 is $12.50 over $1,100 for 1 person."
    assert income.parameter == "line.yearly"
    assert income.since == date(2026, 4, 1)
    assert income.source == {"title": "A law", "url": "https://example.org/law"}
    assert set(income.facts) == {"people.p1.incomes.0", "people_complete"}


def test_one_failed_test_is_enough_to_say_why_not(tmp_path: Path) -> None:
    rules = rules_with(tmp_path)
    told = household(wages(999_999), lives_in_city=False, receives=[])
    (found,) = screen(Household.from_facts(told, rules.facts), rules, date(2026, 5, 1))
    assert [reason.test for reason in found.because] == ["city"]
    assert found.because[0].facts == {"household.lives_in_city": False}


def test_an_unclear_result_names_what_would_settle_it(tmp_path: Path) -> None:
    rules = rules_with(tmp_path)
    facts = {"household": {"lives_in_city": True}, "people": [{"id": "p1"}]}
    (found,) = screen(Household.from_facts(facts, rules.facts), rules, date(2026, 5, 1))
    assert found.outcome == "unclear"
    assert set(found.would_settle) == {
        "household.receives.tanf",
        "people.p1.incomes_complete",
        "people_complete",
    }
    assert "household.lives_in_city" not in found.would_settle


def test_an_old_figure_stands_and_is_marked(tmp_path: Path) -> None:
    rules = rules_with(tmp_path)
    told = household(wages(100_000), lives_in_city=True, receives=[])
    parsed = Household.from_facts(told, rules.facts)
    (fresh,) = screen(parsed, rules, date(2025, 6, 1))
    (old,) = screen(parsed, rules, date(2027, 6, 1))
    assert (fresh.amount.about, old.amount.about) == (False, True)  # type: ignore[union-attr]
    assert (fresh.stale, old.stale) == ((), ("2026",))
    assert summary(old, "Help") == "Help: likely, about $40 a month"


def test_a_closed_program_says_so_and_a_season_is_known(tmp_path: Path) -> None:
    closed = one_test("household.homeless", 'status: closed\nstatus_text: "It has ended."')
    season = program(
        "status: {seasonal: [{from: 10-01, to: 05-31}]}\n"
        'eligible: {test: t, is: "household.homeless", met: "a", unmet: "b", unclear: "c"}',
        id="winter",
    )
    rules = load_pack(tmp_path / "pack", closed, season)
    parsed = Household.from_facts({"household": {"homeless": True}}, rules.facts)
    ended, winter = screen(parsed, rules, date(2025, 12, 1))
    assert (ended.outcome, ended.status) == ("unlikely", "closed")
    assert ended.because[0].text == "It has ended."
    assert (winter.outcome, winter.status) == ("likely", "open")
    assert screen(parsed, rules, date(2025, 7, 1))[1].status == "out_of_season"


def test_a_derived_link_says_which_program_it_leans_on(tmp_path: Path) -> None:
    words = 'met: "You may get Help.", unmet: "b", unclear: "c"'
    leaning = program(f'eligible: {{test: t, is: "likely(help)", {words}}}', id="more")
    rules = load_pack(tmp_path / "pack", one_test("household.homeless"), leaning)
    parsed = Household.from_facts({"household": {"homeless": True}}, rules.facts)
    found = screen(parsed, rules, date(2025, 7, 1))[1]
    assert (found.outcome, found.because[0].link) == ("likely", "help")
    assert found.because[0].facts == {"household.homeless": True}


def test_a_stored_rule_text_gives_the_same_result_again(tmp_path: Path) -> None:
    """Even where the rules of today say something else."""
    rules = rules_with(tmp_path)
    told = household(wages(111_250), lives_in_city=True, receives=[])
    (found,) = screen(Household.from_facts(told, rules.facts), rules, date(2026, 5, 1))
    again = rules_from_source(rules.source_of(found.rules), rules.facts)
    (replayed,) = screen(Household.from_facts(told, again.facts), again, date(2026, 5, 1))
    assert replayed.to_json() == found.to_json()


def test_the_hash_changes_with_a_figure_the_program_reads_and_no_other(tmp_path: Path) -> None:
    def hash_with(name: str, old: str, new: str) -> str:
        folder = tmp_path / name
        load_pack(folder, program(INCOME.replace("TAKES", "04-01")))
        path = folder / "parameters" / "line.yaml"
        path.write_text(path.read_text().replace(old, new))
        from eligibility import load_rules

        return load_rules(folder).hash_of("help")

    first = hash_with("one", "each_extra: 6000", "each_extra: 6000")
    assert hash_with("two", "value: 1000", "value: 1001") == first
    assert hash_with("three", "1: 12000", "1: 12001") != first


def test_every_stored_rule_text_of_the_city_can_be_read_again(rules: Rulebook) -> None:
    for program_id in rules.programs:
        rules_hash = rules.hash_of(program_id)
        stored = json.loads(json.dumps(rules.source_of(rules_hash), sort_keys=True))
        again = rules_from_source(stored, rules.facts)
        assert again.hash_of(program_id) == rules_hash
