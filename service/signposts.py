"""Finding a route without trying them all: by the whole path, or by its first two steps.

Starlette tries one pattern after another, and there are more than a hundred. The order of the
routes counts as it does there: each signpost keeps every route that could match, in that order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.routing import Route, Router

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.types import Receive, Scope, Send

STEPS = 2


class Signposts:
    """Stands in a router's place and asks a small one."""

    def __init__(self, router: Router) -> None:
        routes = [route for route in router.routes if isinstance(route, Route)]
        patterns = [route for route in routes if "{" in route.path]
        self._whole = router
        self._exact = {
            route.path: _small(one for one in routes if one.path_regex.match(route.path))
            for route in routes
            if "{" not in route.path
        }
        self._begun = {
            begin: _small(one for one in patterns if _may_begin(one.path, begin))
            for begin in {_begin(route.path) for route in patterns}
        }
        self._other = _small(one for one in patterns if "{" in "".join(_begin(one.path)))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._router_for(scope).app(scope, receive, send)

    def _router_for(self, scope: Scope) -> Router:
        if scope["type"] != "http" or scope.get("root_path"):
            return self._whole
        path: str = scope["path"]
        exact = self._exact.get(path)
        return exact if exact is not None else self._begun.get(_begin(path), self._other)


def _small(routes: Iterable[Route]) -> Router:
    return Router(list(routes), redirect_slashes=False)


def _begin(path: str) -> tuple[str, ...]:
    return tuple(path.split("/", STEPS + 1)[1 : STEPS + 1])


def _may_begin(pattern: str, begin: tuple[str, ...]) -> bool:
    """Whether a path that begins so may match: a parameter stands for any step."""
    own = _begin(pattern)
    return any(":path}" in step for step in own) or (
        len(own) == len(begin)
        and all("{" in step or step == other for step, other in zip(own, begin, strict=True))
    )
