"""Routing: program, place and facts choose the agency, and the first rule that fits decides."""

from __future__ import annotations

from typing import Any

import pytest

from eligibility.documents import read_text
from eligibility.reading import Reader
from service.referrals.agencies import Agency
from service.referrals.routing import Routing, read_routing

ROUTES = """
routes:
  - program: orca_lift
    rules: [{agency: metro}]
  - program: tax_help
    rules:
      - where: {county: [king, pierce], homeless: false}
        agency: assessor
      - where: {city: Seattle, state: WA}
        agency: city_hall
"""
AGENCIES = {
    id: Agency(id, id, id, "pull", "sent", ("orca_lift", "tax_help"))
    for id in ("metro", "assessor", "city_hall")
}


def read(text: str) -> tuple[Routing, list[str]]:
    reader = Reader()
    routing = read_routing(reader, read_text(text, "routing.yaml"), AGENCIES)
    return routing, [str(finding) for finding in reader.findings]


ROUTING, FOUND = read(ROUTES)


def test_a_table_in_order_has_nothing_to_mend() -> None:
    assert FOUND == []


@pytest.mark.parametrize(
    ("household", "agency"),
    [
        ({"county": "king", "homeless": False}, "assessor"),
        ({"county": "king", "homeless": True}, None),
        ({"county": "king"}, None),
        ({"county": {"unknown": "declined"}, "homeless": False}, None),
        ({"address": {"city": " seattle", "state": "WA"}}, "city_hall"),
        ({"address": {"city": "Tacoma", "state": "WA"}}, None),
        (
            {"county": "pierce", "homeless": 0, "address": {"city": "Seattle", "state": "WA"}},
            "city_hall",
        ),
        ({}, None),
    ],
)
def test_the_first_rule_whose_facts_are_known_and_fit_decides(
    household: dict[str, Any], agency: str | None
) -> None:
    assert ROUTING.agency_for("tax_help", {"household": household}) == agency


def test_a_rule_without_conditions_takes_everyone() -> None:
    assert ROUTING.agency_for("orca_lift", {}) == "metro"


def test_a_program_without_a_route_goes_nowhere() -> None:
    assert ROUTING.agency_for("unknown", {"household": {}}) is None
    assert ROUTING.agencies_of("unknown") == ()


def test_every_agency_of_a_program_is_known() -> None:
    assert ROUTING.agencies_of("tax_help") == ("assessor", "city_hall")


@pytest.mark.parametrize(
    ("routes", "found"),
    [
        (
            "[{program: tax_help, rules: []}]",
            "2:4: A route needs at least one rule with an agency.",
        ),
        ("[{rules: [{agency: metro}]}]", '2:4: The key "program" is missing here.'),
        ("[{program: tax_help, rules: [{where: {}}]}]", '2:32: The key "agency" is missing here.'),
        (
            "[{program: tax_help, rules: [{agency: metro, when: {}}]}]",
            '2:48: "when" is not a key used here. Did you mean "where"?',
        ),
        (
            "[{program: tax_help, rules: [{agency: metro, where: [county]}]}]",
            "2:55: Here must be a table of keys and values.",
        ),
        (
            "[{program: tax_help, rules: [{agency: metr}]}]",
            '2:41: "metr" is not an agency of agencies.yaml. Did you mean "metro"?',
        ),
        (
            "[{program: tax_hlp, rules: [{agency: metro}]}]",
            '2:40: tax_hlp goes to "metro", which does not take it in agencies.yaml.',
        ),
        (
            "[{program: tax_help, rules: [{agency: metro}]}, {program: tax_help, rules: []}]",
            '2:51: There are two routes of "tax_help".',
        ),
    ],
)
def test_what_cannot_be_read_is_named_where_it_stands(routes: str, found: str) -> None:
    told = read(f"routes:\n  {routes}\n")[1]
    assert told[0].startswith(f"routing.yaml:{found}"), told
