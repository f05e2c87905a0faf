"""`threshold check` finds what an author forgot and says where."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from eligibility.check import check_pack
from tests.eligibility.packs import one_test, program, write_pack

TODAY = date(2025, 6, 1)
CASES = """
households:
  one:
    people_complete: true
    household: {rent: {amount: 100000, period: month}}
    people: [{id: p1, birth_date: 1990-05-05}]
cases:
  - {case: "at the limit", on: 2025-06-01, household: one, expect: likely}
  - case: "one cent over"
    on: 2025-06-01
    household: one
    with: {household.rent.amount: 100001}
    expect: unlikely
    because: [only]
"""
RULE = "monthly(household.rent) <= line.short(1)"


def found(folder: Path, text: str, cases: str | None = CASES) -> dict[str, str]:
    report = check_pack(write_pack(folder / "pack", text, cases=cases), None, TODAY)
    return {one.code: f"{one.message} {one.suggestion or ''}" for one in report.errors}


def test_a_whole_pack_has_nothing_to_mend(tmp_path: Path) -> None:
    assert found(tmp_path, one_test(RULE)) == {}


@pytest.mark.parametrize(
    ("old", "new", "code", "words"),
    [
        ("amount: 100001", "amount: 100000", "case", "should be unlikely but is likely"),
        ("because: [only]", "because: [other]", "case", "should rest on other"),
        ("rent.amount", "rnt.amount", "case_path", "leads nowhere"),
        ("rent: {amount", "rnt: {amount", "case_path", "leads nowhere"),
        ("household: one\n", "household: oen\n", "unknown_name", 'Did you mean "one"?'),
        ("expect: unlikely", "expect: never", "choice", "likely, unlikely, unclear"),
        ("expect: unlikely", "expect: {p7: unlikely}", "case_person", "p7"),
        ("on: 2025-06-01\n", "on: 2025-06-31\n", "not_a_date", "2025-06-31"),
        (
            "expect: likely",
            "expect: likely, amount: 5",
            "case",
            "should give $5.00 but gives no amount",
        ),
    ],
)
def test_a_case_that_does_not_hold_is_named(
    tmp_path: Path, old: str, new: str, code: str, words: str
) -> None:
    findings = found(tmp_path, one_test(RULE), CASES.replace(old, new))
    assert words in findings[code]


def test_a_test_that_no_case_puts_on_both_sides_is_named(tmp_path: Path) -> None:
    cases = CASES.replace("amount: 100001", "amount: 99999").replace("unlikely", "likely")
    assert "not met" in found(tmp_path, one_test(RULE), cases)["one_sided"]


def test_a_program_without_cases_is_named(tmp_path: Path) -> None:
    assert "cases.yaml" in found(tmp_path, one_test(RULE), None)["no_cases"]


@pytest.mark.parametrize("rule", ["True or household.homeless", "count(people) >= 0"])
def test_a_test_that_is_always_met_is_named(tmp_path: Path, rule: str) -> None:
    assert "always met" in found(tmp_path, one_test(rule))["unreachable"]


def test_a_placeholder_that_is_no_value_is_named(tmp_path: Path) -> None:
    text = one_test(RULE).replace('"No."', '"Over {limt}."')
    assert 'Did you mean "limit"?' in found(tmp_path, text)["placeholder"]


def test_an_amount_without_rounding_is_named(tmp_path: Path) -> None:
    text = one_test(RULE) + 'amount: {is: "line.grant * 0.3"}\n'
    assert "round_down" in found(tmp_path, text)["no_rounding"]


def test_a_figure_read_before_its_first_day_is_named(tmp_path: Path) -> None:
    report = check_pack(write_pack(tmp_path / "pack", one_test(RULE)), None, date(2024, 1, 1))
    assert [one.code for one in report.errors if one.code == "date_gap"] == ["date_gap"]


def test_old_figures_are_notes_and_changes_without_a_case_are_to_mend(tmp_path: Path) -> None:
    values = 'values: {size: {unit: people, is: "count(people)"}}'
    text = one_test("yearly(household.rent) <= line.yearly(size)", values)
    folder = write_pack(tmp_path / "pack", text, cases=CASES)
    report = check_pack(folder, None, date(2027, 6, 1))
    assert {one.code for one in report.notes} == {"stale"}
    assert {one.code for one in report.errors} == {"switch_without_case"}


def _switches(folder: Path, *days: str) -> list[str]:
    values = 'values: {size: {unit: people, is: "count(people)"}}'
    text = one_test("yearly(household.rent) <= line.yearly(size)", values)
    one = "  - {case: '%s', on: %s, household: one, expect: likely}"
    head = CASES[: CASES.index("cases:")]
    cases = head + "cases:\n" + "\n".join(one % (day, day) for day in days) + "\n"
    report = check_pack(write_pack(folder, text, cases=cases), None, TODAY)
    return [one.message for one in report.errors if one.code == "switch_without_case"]


@pytest.mark.parametrize(
    ("days", "missing"),
    [
        (["2025-06-01"], True),
        (["2025-06-01", "2026-01-01"], True),
        (["2025-12-31", "2026-06-01"], True),
        (["2025-12-31", "2026-01-01"], False),
        (["2025-06-01", "2025-12-31", "2026-01-01", "2026-06-01"], False),
        (["2026-06-01"], True),
        (["2026-06-01", "2025-12-31"], True),
    ],
)
def test_each_change_of_a_figure_needs_a_case_on_its_day_and_on_the_day_before(
    tmp_path: Path, days: list[str], missing: bool
) -> None:
    found = _switches(tmp_path / "pack", *days)
    assert bool(found) is missing
    assert all('"line.yearly" changes on 2026-01-01' in message for message in found)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("unit: household", "unit: family", "choice"),
        ("apply: automatic", "apply: routed", "missing_key"),
        ("apply: automatic", "apply: handoff", "missing_key"),
        ("agency: office", "agncy: office", "unknown_key"),
        ("id: help", "id: Help Me", "id"),
        ("https://example.org/law", "javascript:alert(1)", "url"),
        ("unit: household", "unit: household\nexcludes: [hlep]", "unknown_program"),
        ("unit: household", "unit: household\napply_facts: [person.nam]", "unknown_fact"),
        ("unit: household", "unit: household\nfigures: {x: {parameter: lin}}", "unknown_parameter"),
        ("unit: household", "unit: household\nconvert: {weak: 4}", "unknown_key"),
        ("unit: household", "unit: household\ncountable: {x: {period: day}}", "choice"),
        ("unit: household", "unit: household\nvalues: {x: {unit: money, is: '1'}}", "type"),
    ],
)
def test_a_program_with_a_wrong_key_is_named(tmp_path: Path, old: str, new: str, code: str) -> None:
    assert code in found(tmp_path, one_test(RULE).replace(old, new))


def test_a_parameter_file_with_a_wrong_row_is_named(tmp_path: Path) -> None:
    folder = write_pack(tmp_path / "pack", program("eligible: {all: []}"))
    path = folder / "parameters" / "line.yaml"
    text = path.read_text(encoding="utf-8")
    text = text.replace("{1: 1000, 2: 1500}", "{1: 1000, 3: 1500}")
    text = text.replace("value: 40", "value: 40.5")
    text = text.replace("from: 2026-01-01", "from: 2024-01-01")
    path.write_text(text, encoding="utf-8")
    codes = {one.code for one in check_pack(folder, None, TODAY).errors}
    assert codes == {"sizes", "value", "order", "group"}
