"""Pay as it was told, counted the way each program counts it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from eligibility import Household, Rulebook, screen
from eligibility.determination import number_json
from eligibility.household import Told
from eligibility.pay import factors, turn
from eligibility.spans import Span, ends
from tests.eligibility.packs import household, load_pack, program

ON = date(2025, 6, 30)
TEST = 'eligible: {test: t, is: "income <= line.short(1)", met: "a", unmet: "b", unclear: "c"}'


def counted(folder: Path, how: str, *incomes: Mapping[str, object]) -> Any:
    """What the declared `countable` makes of these incomes, in cents."""
    rules: Rulebook = load_pack(folder / "pack", program(f"countable: {{income: {how}}}\n{TEST}"))
    told = Household.from_facts(household(*incomes), rules.facts)
    (found,) = screen(told, rules, ON)
    return number_json(found.because[0].value)


WAGES = {"kind": "wages", "period": "week", "amounts": [72_000, 70_000, 74_000]}
SUPPORT = {"kind": "child_support_received", "period": "month", "amount": 30_000}


@pytest.mark.parametrize(
    ("convert", "cents"),
    [
        ("{week: 4}", 318_000),
        ("{week: 4.3}", 339_600),
        ("{week: 52/12}", 342_000),
        ("{week: [4, 4.3]}", {"low": 318_000, "high": 339_600}),
        ("{}", {"low": 318_000, "high": 342_000}),
    ],
)
def test_a_week_becomes_a_month_the_way_the_program_says(
    tmp_path: Path, convert: str, cents: Any
) -> None:
    """720 a week on average and 300 a month: 3,180.00, 3,396.00 or 3,420.00 a month. Where the
    factor is not known, anything between four weeks and 52/12."""
    how = f"{{period: month, convert: {convert}}}"
    assert counted(tmp_path, how, WAGES, SUPPORT) == cents


@pytest.mark.parametrize(
    ("kinds", "cents"),
    [
        ("all", 342_000),
        ("[wages]", 312_000),
        ("{all_but: [wages]}", 30_000),
        ("[ssi, pension]", 0),
    ],
)
def test_each_program_counts_its_own_kinds(tmp_path: Path, kinds: str, cents: int) -> None:
    how = f"{{period: month, convert: {{week: 52/12}}, kinds: {kinds}}}"
    assert counted(tmp_path, how, WAGES, SUPPORT) == cents


def own_work(**told: object) -> dict[str, object]:
    return {"kind": "self_employment", "period": "month", "amount": 80_000, **told}


@pytest.mark.parametrize(
    ("rule", "income", "cents"),
    [
        ("actual", own_work(after_costs=True), 80_000),
        ("actual", own_work(after_costs=False, costs=30_000), 50_000),
        ("actual", own_work(after_costs=False, costs=90_000), 0),
        ("half_or_actual", own_work(after_costs=False, costs=30_000), 40_000),
        ("half_or_actual", own_work(after_costs=False, costs=50_000), 30_000),
        ("half_or_actual", own_work(after_costs=True, costs=20_000), 50_000),
        ("half_or_actual", own_work(after_costs=True, costs=90_000), 80_000),
        ("half_or_actual", own_work(after_costs=True), {"low": 40_000, "high": 80_000}),
        ("half_or_actual", own_work(after_costs=False), {"low": 0, "high": 40_000}),
    ],
)
def test_costs_of_own_work_are_taken_off_as_the_program_says(
    tmp_path: Path, rule: str, income: dict[str, object], cents: Any
) -> None:
    how = f"{{period: month, self_employment: {rule}}}"
    assert counted(tmp_path, how, income) == cents


@pytest.mark.parametrize(("losses", "cents"), [("zero", 30_000), ("offset", 10_000)])
def test_a_loss_offsets_other_money_only_where_the_program_says(
    tmp_path: Path, losses: str, cents: int
) -> None:
    loss = own_work(amount=-20_000, after_costs=True)
    how = f"{{period: month, losses: {losses}}}"
    assert counted(tmp_path, how, SUPPORT, loss) == cents


def test_the_last_30_days_are_the_pays_with_dates_in_them(tmp_path: Path) -> None:
    """30 June less 30 days is 31 May, which is out."""
    dates = ["2025-05-31", "2025-06-01", "2025-06-15", "2025-06-30"]
    pay = {"kind": "wages", "period": "two_weeks", "amounts": [1, 10, 100, 1_000], "dates": dates}
    assert counted(tmp_path, "{period: month, window: last_30_days}", pay) == 1_110


def test_a_past_year_is_known_only_where_pay_was_steady(tmp_path: Path) -> None:
    how = "{period: month}\n  past: {period: year, window: past_year, steady_margin: 10%}"
    text = TEST.replace("income <= line.short(1)", "past <= line.yearly(1)")
    rules = load_pack(tmp_path / "pack", program(f"countable:\n  income: {how}\n{text}"))
    values = []
    for told in ({"steady": True}, {"steady": False}, {"period": "year"}):
        facts = household({**SUPPORT, **told})
        (found,) = screen(Household.from_facts(facts, rules.facts), rules, ON)
        values.append(number_json(found.because[0].value))
    steady = {"low": 324_000, "high": 396_000}
    assert values == [steady, {"low": 0, "high": None}, 30_000]


def test_money_nobody_told_of_is_between_the_declared_bounds(tmp_path: Path) -> None:
    found = counted(tmp_path, "{period: month}", {"kind": "wages", "period": "month"})
    assert found == {"low": 0, "high": 100_000_000}


def test_a_range_of_which_no_period_was_told_is_turned_by_every_factor() -> None:
    table = factors((("week", ("4", "52/12")), ("month", ("1",))), "month")
    ranges = (Span(300, 600), Span(-600, 300), Span(-600, -300))
    for _ in range(2):  # what is turned once is remembered
        found = [ends(turn(Told(each, None), table)) for each in ranges]
        assert found == [(300, 2_600), (-2_600, 1_300), (-2_600, -300)]
    other = factors((("week", ("4",)), ("month", ("1",))), "month")
    assert ends(turn(Told(Span(300, 600), None), other)) == (300, 2_400)


def test_an_open_list_of_incomes_gives_only_a_lower_bound(tmp_path: Path) -> None:
    text = program(f"countable: {{income: {{period: month, kinds: [wages]}}}}\n{TEST}")
    rules = load_pack(tmp_path / "pack", text)
    outcomes = []
    for cents in (100_000, 100_001):
        facts = household({"kind": "wages", "period": "month", "amount": cents})
        facts["people"][0].pop("incomes_complete")
        (found,) = screen(Household.from_facts(facts, rules.facts), rules, ON)
        outcomes.append(found.outcome)
    assert outcomes == ["unclear", "unlikely"]
