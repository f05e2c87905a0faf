"""The language of rules: what it takes, what it refuses, and how it says so."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from eligibility import Household, RulesError, screen
from tests.eligibility.packs import household, load_pack, one_test, program

ON = date(2025, 6, 1)
COUNT = "countable: {income: {period: month, convert: {week: 4.3}}}"


@pytest.mark.parametrize(
    ("rule", "code", "words"),
    [
        ("household.rnt", "unknown_fact", "household.rent"),
        ("household.rent > 0", "period", "monthly"),
        ("monthly(household.rent) > line.yearly(1)", "period", "money a year"),
        ("monthly(household.rent) > line.yearli(1)", "unknown_parameter", "line.yearly"),
        ("monthly(household.rent) > 500", "unit", "parameter"),
        ("line.yearly > 0", "needs_size", "line.yearly(size)"),
        ("count(people) > line.grant", "unit", "people"),
        ("count(people) + True > 1", "type", "numbers"),
        ("household.tenure == 'rentr'", "unknown_choice", "renter"),
        ("household.receives.orca", "unknown_program", "not a program"),
        ("likely(halp)", "unknown_program", "help"),
        ("person.disabled", "unknown_name", "person"),
        ("any(p.age > 3 for p in household)", "loop", "people"),
        ("any(i.amount > 0 for p in people for i in p.incomes)", "not_a_value", "countable"),
        ("monthly(household.rent) / count(people) > line.grant", "division", "written"),
        ("count(people) >", "syntax", "whole expression"),
        ("count(people) > 1 if True else 2", "type", "yes or no"),
        ("__import__('os')", "unknown_name", "function"),
        ("household.__class__", "unknown_fact", "fact"),
        ("9**9**9 > 1", "not_allowed", "+ - *"),
        ("[x for x in people]", "not_allowed", "language"),
        ("lambda: 1", "not_allowed", "language"),
        ("f'{household}'", "not_allowed", "language"),
        ("(" * 90 + "True" + ")" * 90 + " and 1", "type", "yes or no"),
        ("(" * 300 + "True" + ")" * 300, "syntax", "whole"),
        ("not " * 400 + "True", "too_deep", "deep"),
        (" or ".join(["household.homeless"] * 300), "too_long", "long"),
        ("1" * 1990 + " > 1", "not_allowed", "language"),
    ],
)
def test_a_wrong_expression_is_refused_with_a_plain_reason(
    tmp_path: Path, rule: str, code: str, words: str
) -> None:
    with pytest.raises(RulesError) as refused:
        load_pack(tmp_path / "pack", one_test(rule))
    found = refused.value.findings[0]
    assert found.code == code
    assert words in f"{found.message} {found.suggestion}"
    assert found.file.endswith("program.yaml")
    assert found.line > 1
    assert found.column > 1


def test_a_finding_points_at_the_very_column(tmp_path: Path) -> None:
    text = one_test("household.homeless and household.heatin_paid")
    with pytest.raises(RulesError) as refused:
        load_pack(tmp_path / "pack", text)
    found = refused.value.findings[0]
    line = text.splitlines()[found.line - 1]
    assert line[found.column - 1 :].startswith("household.heatin_paid")


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("count(people) == 1", "likely"),
        ("monthly(household.rent) == line.short(1)", "likely"),
        ("yearly(household.rent) == line.yearly(1)", "likely"),
        ("percent(50, line.yearly(1)) == line.yearly(1) - percent(50, line.yearly(1))", "likely"),
        ("round_up(monthly(household.rent) / 3, dollar) > monthly(household.rent) / 3", "likely"),
        ("round_nearest(line.short(1) / 8, dollar) == line.short(1) / 8", "likely"),
        ("not (household.homeless or household.tenure != 'renter')", "likely"),
        ("household.tenure in ('owner', 'none')", "unlikely"),
        ("any(age_on(p, next(12, 31)) == 35 for p in people)", "likely"),
        ("any(age_on(p, last(8, 31)) == 34 for p in people)", "likely"),
        ("all(months_on(p, today) >= 420 for p in people)", "likely"),
        ("max((p.age for p in people), default=0) == 35", "likely"),
        ("min(count(people), 3) < 3", "likely"),
        ("prorate(monthly(household.rent), count(people), count(people)) > 0", "likely"),
        ("sum(monthly(p.child_support_paid) for p in people) > 0", "unclear"),
        ("line.short(3 * count(people)) > 0", "unclear"),
        ("monthly(household.rent) <= line.guess", "unclear"),
        ("monthly(household.rent) <= line.missing", "unclear"),
        ("household.homeless and monthly(household.rent) <= line.guess", "unlikely"),
        ("30 <= min((p.age for p in people), default=0) <= 40", "likely"),
        ("(line.grant if household.homeless else line.short(1)) == line.short(1)", "likely"),
    ],
)
def test_expressions_mean_what_they_say(tmp_path: Path, rule: str, expected: str) -> None:
    rules = load_pack(tmp_path / "pack", one_test(rule))
    rent = {"amount": 100_000, "period": "month"}
    facts = household(rent=rent, homeless=False, tenure="renter")
    (found,) = screen(Household.from_facts(facts, rules.facts), rules, ON)
    assert found.outcome == expected


def test_named_values_may_stand_in_any_order_but_not_in_a_circle(tmp_path: Path) -> None:
    body = """
values:
  one: {unit: people, is: "two + 1"}
  two: {unit: people, is: "one + 1"}
eligible: {test: only, is: "one > 1", met: "a", unmet: "b", unclear: "c"}
"""
    with pytest.raises(RulesError, match=r"circle: one -> two -> one"):
        load_pack(tmp_path / "pack", program(body))


def test_programs_that_need_each_other_are_refused(tmp_path: Path) -> None:
    words = 'met: "a", unmet: "b", unclear: "c"'
    first = program(f'eligible: {{test: t, is: "likely(two)", {words}}}', id="one")
    second = program(f'eligible: {{test: t, is: "likely(one)", {words}}}', id="two")
    with pytest.raises(RulesError, match="circle"):
        load_pack(tmp_path / "pack", first, second)


def test_equal_parts_of_two_programs_are_one_tree(tmp_path: Path) -> None:
    words = 'met: "a", unmet: "b", unclear: "c"'
    texts = [
        program(f'{COUNT}\neligible: {{test: t, is: "income <= line.grant", {words}}}', id=name)
        for name in ("one", "two")
    ]
    rules = load_pack(tmp_path / "pack", *texts)
    assert rules.programs["one"].rules[0] is rules.programs["two"].rules[0]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("id: help\nid: help\n", "duplicate_key"),
        ("id: &a help\nname: *a\n", "anchor"),
        ("a: &a [x, x]\nb: &b [*a, *a]\n", "anchor"),
        ("id: !!python/object:os.system x\n", "tag"),
        ("<<: {id: help}\n", "anchor"),
        ("[" * 5000, "too_deep"),
        ("{a: " * 5000, "too_deep"),
        ("a: [" + "x, " * 30_000 + "]", "too_large"),
        ("id: [unfinished\n", "not_yaml"),
        ("", "empty"),
        ("a: 1\n---\nb: 2\n", "two_documents"),
        ("a: \x01\n", "not_yaml"),
    ],
)
def test_a_hostile_file_is_refused_at_once(tmp_path: Path, text: str, code: str) -> None:
    with pytest.raises(RulesError) as refused:
        load_pack(tmp_path / "pack", text)
    assert refused.value.findings[0].code == code
