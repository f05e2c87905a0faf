"""The shipped pack as a whole: it passes its own check, and says what the city promised."""

from __future__ import annotations

import pytest

from eligibility.check import Report, check_pack
from tests.programs.story import DAY, ROOT, rules

CITY = ROOT / "cities" / "seattle"
ROUTED = {
    "utility_discount",
    "fresh_bucks",
    "child_care_assistance",
    "property_tax_exemption",
    "orca_lift",
    "regional_reduced_fare",
    "liheap",
    "basic_food",
}
HANDOFF = {
    "wic",
    "apple_health_adults",
    "apple_health_children",
    "apple_health_children_premium",
    "apple_health_pregnancy",
    "working_connections",
    "head_start",
    "early_head_start",
    "lifeline",
}
AUTOMATIC = {"school_meals", "school_meals_reduced"}
CLOSED = {"vehicle_fee_rebate"}


@pytest.fixture(scope="module")
def report() -> Report:
    """The whole check, run once."""
    return check_pack(ROOT / "eligibility", CITY, DAY)


def test_the_pack_passes_its_own_check_with_every_worked_case(report: Report) -> None:
    assert [str(finding) for finding in report.errors] == []


def test_only_figures_that_are_known_to_be_old_are_marked(report: Report) -> None:
    """The notes name what was looked for and not found; a new one is a figure gone stale."""
    stale = {finding.message.split('"')[1] for finding in report.notes if finding.code == "stale"}
    assert stale == {
        "child_care_assistance.yearly_limit",
        "liheap.least_grant",
        "liheap.most_grant",
        "snap.heating_allowance",
        "snap.limited_allowance",
        "snap.telephone_allowance",
    }


def test_no_change_of_a_figure_is_without_a_case_on_each_side(report: Report) -> None:
    assert [str(one) for one in report.notes if one.code == "switch_without_case"] == []


def test_each_program_is_applied_for_the_way_the_city_promised() -> None:
    """A program that the city adds later promises nothing here."""
    programs = rules().programs
    open_ones = {name for name, program in programs.items() if program.status == "open"}
    assert {name for name in ROUTED if programs[name].apply == "routed"} == ROUTED
    assert {name for name in HANDOFF if programs[name].apply == "handoff"} == HANDOFF
    assert {name for name in AUTOMATIC if programs[name].apply == "automatic"} == AUTOMATIC
    assert open_ones >= ROUTED | HANDOFF | AUTOMATIC
    assert not open_ones & CLOSED


@pytest.mark.parametrize("name", sorted(ROUTED))
def test_a_routed_program_says_what_happens_next_and_why_it_may_say_no(name: str) -> None:
    program = rules().programs[name]
    assert program.reasons
    assert program.clock
    assert program.next_step
    assert "household.address" in program.fields


def test_immigration_is_asked_only_for_basic_food() -> None:
    asked = {name for name, program in rules().programs.items() if program.needs_immigration}
    assert asked == {"basic_food"}
