"""Routing: program, place and facts choose the agency, and the first rule that fits decides."""

from __future__ import annotations

from typing import Any

import pytest

from service.referrals.routing import RoutingError, parse_routing

ROUTES: list[dict[str, Any]] = [
    {"program": "orca_lift", "rules": [{"agency": "metro"}]},
    {
        "program": "tax_help",
        "rules": [
            {"where": {"county": ["king", "pierce"], "homeless": False}, "agency": "assessor"},
            {"where": {"city": "Seattle", "state": "WA"}, "agency": "city_hall"},
        ],
    },
]
ROUTING = parse_routing(ROUTES)


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
    "routes",
    [
        [{"program": "a", "rules": []}],
        [{"rules": [{"agency": "b"}]}],
        [{"program": "a", "rules": [{"where": {}}]}],
        [{"program": "a", "rules": [{"agency": "b", "when": {}}]}],
        [{"program": "a", "rules": [{"agency": "b", "where": ["county"]}]}],
        [
            {"program": "a", "rules": [{"agency": "b"}]},
            {"program": "a", "rules": [{"agency": "c"}]},
        ],
    ],
)
def test_a_table_that_cannot_be_read_says_so(routes: list[dict[str, Any]]) -> None:
    with pytest.raises(RoutingError):
        parse_routing(routes)
