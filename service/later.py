"""Pages whose modules are read when they are first asked for, or in the quiet after the start.

Reading them all takes longer than everything else that a start does.
"""

from __future__ import annotations

import asyncio
import importlib
import sys
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route

    Endpoint = Callable[[Request], Awaitable[Response]]

# A request waits for the database several times. Reading on at each of these would have it wait for
# as many modules; in so long most are answered.
PAUSE_SECONDS = 0.005


class Later:
    """A page by the name of its function. A test finds every one that a table names."""

    def __init__(self, module: str, function: str) -> None:
        self.module = module
        self._function = function

    @cached_property
    def page(self) -> Endpoint:
        """The function itself; its module is read by the first who asks."""
        found: Endpoint = getattr(importlib.import_module(self.module), self._function)
        return found


def pages_of(package: str) -> Callable[[str], Endpoint]:
    """How a package's table of routes names its pages: `page("module.function")`."""

    def page(name: str) -> Endpoint:
        module, _, function = name.partition(".")
        later = Later(f"{package}.{module}", function)

        async def ask(request: Request) -> Response:
            return await later.page(request)

        ask.later = later  # type: ignore[attr-defined]  # for `page_behind` and `modules_of`
        return ask

    return page


def page_behind(endpoint: Endpoint) -> Endpoint:
    """The function that a table names, with what is marked on it."""
    later: Later | None = getattr(endpoint, "later", None)
    return later.page if later else endpoint


def modules_of(routes: Iterable[Route]) -> list[str]:
    """The modules of these routes' pages, in the order of the routes."""
    named = (getattr(route.endpoint, "later", None) for route in routes)
    return list(dict.fromkeys(later.module for later in named if later))


def read_pages(routes: Iterable[Route]) -> None:
    """Read them all at once, for a process that others are forked from."""
    for module in modules_of(routes):
        importlib.import_module(module)


async def read_pages_between_requests(routes: Iterable[Route], stop: asyncio.Event) -> None:
    """Read them one after another and let whoever asks meanwhile go first."""
    for module in modules_of(routes):
        if stop.is_set():
            return
        if module not in sys.modules:
            importlib.import_module(module)
            await asyncio.sleep(PAUSE_SECONDS)
