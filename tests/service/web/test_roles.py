"""Routes × methods × callers, tried for real: each cell answers as the table of roles says."""

from __future__ import annotations

from collections.abc import AsyncIterator
from uuid import uuid4

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from service.security.roles import ANYONE, Rule, load_roles
from service.security.sessions import DOORS
from service.services import Services
from tests.service.web.callers import Caller, House, a_house, ask

HERE = "http://127.0.0.1:8000"
# Whoever may do these is signed out by them, and would be nobody in the cells after.
ENDS = frozenset({"staff.sign_out", "resident.status.clear", "resident.lock"})


@pytest.fixture
async def house(services: Services) -> House:
    return await a_house(services)


@pytest.fixture
async def bare(app: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    """A client that keeps no cookies: each request is its caller's alone."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=HERE) as client:
        yield client


def cells(app: Starlette) -> list[tuple[Route, str, Rule]]:
    rules = load_roles()
    routes = [route for route in app.routes if isinstance(route, Route)]
    return [
        (route, method, rules[route.name])
        for route in routes
        for method in sorted((route.methods or set()) - {"HEAD"})
    ]


def filled(route: Route, value: object) -> str:
    """The route's address with every part that varies set to one value."""
    path = route.path
    for name in route.param_convertors:
        for form in (f"{{{name}}}", f"{{{name}:path}}", f"{{{name}:uuid}}"):
            path = path.replace(form, str(value))
    return path


def kind_at(caller: Caller, door: str) -> str:
    """What a caller is at a door: what opens another door opens nothing here."""
    return caller.kind if caller.door == door else "anonymous"


@pytest.mark.slow
@pytest.mark.once
async def test_whoever_is_not_in_the_table_is_turned_away_and_nobody_breaks_anything(
    app: Starlette, bare: httpx.AsyncClient, house: House
) -> None:
    guessed = uuid4()
    for route, method, rule in cells(app):
        audience = rule.audiences[method]
        for caller in house.callers:
            if route.name in ENDS and kind_at(caller, rule.door) in audience:
                continue
            answer = await ask(bare, caller, method, filled(route, guessed), rule.door)
            told = f"{caller.name} {method} {route.path}: {answer.status_code}"
            assert answer.status_code < 500, told
            kind = kind_at(caller, rule.door)
            if ANYONE in audience or kind in audience:
                continue
            if rule.door == "api":
                assert answer.status_code == (401 if kind == "anonymous" else 404), told
            elif kind == "anonymous":
                assert answer.status_code == 303, told
                assert answer.headers["location"] == DOORS[rule.door].sign_in, told
            else:
                assert answer.status_code == 404, told


async def test_a_row_of_somebody_else_looks_exactly_like_no_row(
    app: Starlette, bare: httpx.AsyncClient, house: House
) -> None:
    """Status and body tell a stranger nothing: another agency's case and no case are one answer."""
    strangers = house.of(
        "caseworker elsewhere",
        "supervisor elsewhere",
        "agency key elsewhere",
        "partner key",
        "other resident benefits",
        "other resident status",
    )
    for route, method, rule in cells(app):
        if not route.param_convertors or rule.rows in ("public", "figures"):
            continue
        for caller in strangers:
            missing = await ask(bare, caller, method, filled(route, uuid4()), rule.door)
            for row in (house.referral, house.application):
                there = await ask(bare, caller, method, filled(route, row), rule.door)
                told = f"{caller.name} {method} {route.path}"
                assert there.status_code == missing.status_code, told
                # A page for people not yet known may show itself; it says nothing of the row.
                open_page = bool({"anonymous", ANYONE} & rule.audiences[method])
                assert open_page or there.status_code in (303, 400, 401, 404, 415, 422), told
                assert plain(there) == plain(missing), told


def plain(answer: httpx.Response) -> str:
    """The body without what differs in every answer: its id, and the address that was asked."""
    text = answer.text.replace(answer.headers["x-request-id"], "")
    text = text.replace(answer.request.url.path, "")
    for part in text.split('name="_csrf" value="')[1:]:
        text = text.replace(part.split('"')[0], "")
    return text
