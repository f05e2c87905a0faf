"""The short way to a route leads to the same route as trying them all."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Match, Route

from service.errors import AppError, MethodNotAllowed, NotFound
from service.signposts import Signposts
from service.urls import routes

STEPS = ("", "benefits", "apply", "staff", "cases", "x", "rent", "api", "v1", "a b", "{step}")


async def said(request: Request) -> Response:
    return PlainTextResponse("")


Found = tuple[str, dict[str, Any]] | type[AppError]


def tried(routes: Sequence[Route], path: str, method: str) -> Found:
    """What Starlette does: the first route that takes both; a path that none takes is missing."""
    scope = {"type": "http", "path": path, "method": method, "headers": []}
    found = [(route, *route.matches(scope)) for route in routes]
    for route, match, child in found:
        if match is Match.FULL:
            return route.path, child["path_params"]
    return MethodNotAllowed if any(m is Match.PARTIAL for _r, m, _c in found) else NotFound


def led(short: Signposts, path: str, method: str) -> Found:
    scope: dict[str, Any] = {"type": "http", "path": path, "method": method}
    try:
        return short.find(scope).path, scope["path_params"]
    except (MethodNotAllowed, NotFound) as refused:
        return type(refused)


def every_path() -> list[str]:
    made = [route.path.replace("{", "").replace("}", "") for route in routes]
    mixed = [
        "/" + "/".join(steps) for length in (1, 2, 3) for steps in product(STEPS, repeat=length)
    ]
    return [*made, *(f"{path}/" for path in made), *(f"{path}/more" for path in made), *mixed]


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT"])
def test_every_path_finds_the_route_that_trying_them_all_finds(method: str) -> None:
    short = Signposts(routes)
    for path in every_path():
        assert led(short, path, method) == tried(routes, path, method), path


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
    made = [Route(each, said) for each in patterns]
    found = led(Signposts(made), path, "GET")
    assert found == tried(made, path, "GET")
    assert isinstance(found, tuple)
    assert found[0] == expected


def test_a_refusal_names_the_methods_that_the_address_takes() -> None:
    short = Signposts([Route("/a/{thing}", said, methods=["POST"]), Route("/a/b", said)])
    with pytest.raises(MethodNotAllowed) as refused:
        short.find({"type": "http", "path": "/a/c", "method": "GET"})
    assert refused.value.allow == "POST"
