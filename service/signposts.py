"""Finding a route without trying them all: by the whole path, or by its first two steps.

Starlette tries one pattern after another, and there are more than a hundred. The order of the
routes counts as it does there: each signpost keeps every route that could match, in that order.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from starlette.routing import Route, Router

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterable, Sequence

    from starlette.types import Receive, Scope, Send

STEPS = 2


class Signposts:
    """Stands in a router's place and asks a small one.

    One set serves every application with the same routes; each has its own `whole` router, which
    gets what is no request.
    """

    def __init__(self, routes: Sequence[Route]) -> None:
        patterns = [route for route in routes if "{" in route.path]
        self.routes = routes
        self._exact = {
            route.path: _small(one for one in routes if _matches(one, route.path))
            for route in routes
            if "{" not in route.path
        }
        self._begun = {
            begin: _small(one for one in patterns if _may_begin(one.path, begin))
            for begin in {_begin(route.path) for route in patterns}
        }
        self._other = _small(one for one in patterns if "{" in "".join(_begin(one.path)))

    def before(self, whole: Router) -> partial[Coroutine[None, None, None]]:
        """What to call in the place of `whole`."""
        return partial(self._answer, whole)

    async def _answer(self, whole: Router, scope: Scope, receive: Receive, send: Send) -> None:
        await self.router_for(scope, whole).app(scope, receive, send)

    def router_for(self, scope: Scope, whole: Router) -> Router:
        """The small router that answers as `whole` would."""
        if scope["type"] != "http" or scope.get("root_path"):
            return whole
        path: str = scope["path"]
        exact = self._exact.get(path)
        return exact if exact is not None else self._begun.get(_begin(path), self._other)


def _small(routes: Iterable[Route]) -> Router:
    return Router(list(routes), redirect_slashes=False)


def _matches(route: Route, path: str) -> bool:
    """Whether it answers there; trying the pattern of one without parameters would take longer."""
    if "{" in route.path:
        return route.path_regex.match(path) is not None
    return route.path == path


def _begin(path: str) -> tuple[str, ...]:
    return tuple(path.split("/", STEPS + 1)[1 : STEPS + 1])


def _may_begin(pattern: str, begin: tuple[str, ...]) -> bool:
    """Whether a path that begins so may match: a parameter stands for any step."""
    own = _begin(pattern)
    return any(":path}" in step for step in own) or (
        len(own) == len(begin)
        and all("{" in step or step == other for step, other in zip(own, begin, strict=True))
    )
