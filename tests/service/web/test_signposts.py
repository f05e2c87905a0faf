"""The short way to a route leads to the same route as trying them all."""

from __future__ import annotations

from itertools import product

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Match, Route, Router

from service.signposts import Signposts
from service.urls import routes

STEPS = ("", "benefits", "apply", "staff", "cases", "x", "rent", "api", "v1", "a b", "{step}")


async def said(request: Request) -> Response:
    return PlainTextResponse("")


def first(router: Router, path: str, method: str) -> tuple[str, Match] | None:
    scope = {"type": "http", "path": path, "method": method, "headers": []}
    found = [(route, route.matches(scope)[0]) for route in router.routes]
    fitting = [(str(r.path), m) for r, m in found if isinstance(r, Route) and m is not Match.NONE]
    # A route that takes the method comes before one that does not.
    return min(fitting, key=lambda each: each[1] is not Match.FULL, default=None)


def every_path() -> list[str]:
    made = [route.path.replace("{", "").replace("}", "") for route in routes]
    mixed = [
        "/" + "/".join(steps) for length in (1, 2, 3) for steps in product(STEPS, repeat=length)
    ]
    return [*made, *(f"{path}/" for path in made), *(f"{path}/more" for path in made), *mixed]


@pytest.mark.parametrize("method", ["GET", "POST", "PUT"])
def test_every_path_finds_the_route_that_trying_them_all_finds(method: str) -> None:
    whole = Router(routes)
    short = Signposts(routes)
    for path in every_path():
        scope = {"type": "http", "path": path, "method": method}
        assert first(short.router_for(scope, whole), path, method) == first(whole, path, method), (
            path
        )


@pytest.mark.parametrize(
    ("patterns", "path", "expected"),
    [
        (["/{any}/{thing}", "/a/b"], "/a/b", "/{any}/{thing}"),
        (["/a/b", "/{any}/{thing}"], "/a/b", "/a/b"),
        (["/a/{thing}", "/{any}/c"], "/b/c", "/{any}/c"),
        (["/a/{rest:path}"], "/a/b/c/d", "/a/{rest:path}"),
        (["/{rest:path}"], "/a/b/c", "/{rest:path}"),
        (["/{one}"], "/a", "/{one}"),
    ],
)
def test_parameters_anywhere_are_found(patterns: list[str], path: str, expected: str) -> None:
    short = Signposts([Route(each, said) for each in patterns])
    scope = {"type": "http", "path": path, "method": "GET"}
    assert first(short.router_for(scope, Router()), path, "GET") == (expected, Match.FULL)
