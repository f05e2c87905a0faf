"""The table of roles and the routes of the service: nothing is left out of either."""

from __future__ import annotations

from service.security.roles import ANYONE, NO_DOOR, load_roles, unlisted
from service.urls import routes


def test_every_route_and_method_is_in_the_table() -> None:
    assert unlisted(((route.name, route.methods or ()) for route in routes), load_roles()) == []


def test_no_line_of_the_table_is_about_a_route_or_method_that_is_gone() -> None:
    served: dict[str, set[str]] = {}
    for route in routes:
        served.setdefault(route.name, set()).update((route.methods or set()) - {"HEAD"})
    rules = load_roles()
    assert set(rules) - set(served) == set()
    assert {name: set(rule.audiences) - served[name] for name, rule in rules.items()} == {
        name: set() for name in rules
    }


def test_every_route_has_a_name_of_its_own() -> None:
    names = [route.name for route in routes]
    assert sorted(names) == sorted(set(names))


def test_a_page_open_to_anyone_touches_nobodys_rows() -> None:
    """Behind a resident's door `anyone` may come, and finds the rows of the cookie, or none."""
    for name, rule in load_roles().items():
        if rule.door in ("benefits", "status", "voice"):
            continue
        for method, audience in rule.audiences.items():
            if ANYONE in audience and method == "GET":
                assert rule.rows in ("public", "figures"), name


def test_rows_of_an_agency_are_only_for_its_people_and_keys() -> None:
    meant = {
        "agency": {"caseworker", "supervisor", "agency_key"},
        "partner": {"partner_key"},
        "application": {"resident", "anonymous", "helper"},
        "petition": {"resident", "anonymous"},
    }
    for name, rule in load_roles().items():
        audiences = set().union(*rule.audiences.values()) - {ANYONE}
        assert rule.rows not in meant or audiences <= meant[rule.rows], name


def test_each_address_belongs_to_its_door() -> None:
    """Cookies go by path, so a route at another path would never see its own session."""
    places = {
        "benefits": "/benefits",
        "status": "/benefits",
        "voice": "/voice/",
        "staff": "/staff",
        "api": "/api/v1/",
    }
    rules = load_roles()
    for route in routes:
        door = rules[route.name].door
        if door != NO_DOOR:
            assert route.path.startswith(places[door]), route.name
