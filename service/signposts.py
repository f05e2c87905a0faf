"""Finding a route without trying them all: by the whole path, or by its first two steps.

Starlette tries one pattern after another, and there are more than a hundred; from there to the page
it goes through six functions. The order of the routes counts as it does there: each signpost keeps
every route that could match, in that order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from service.errors import MethodNotAllowed, NotFound

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from starlette.routing import Route
    from starlette.types import Scope

STEPS = 2


class Signposts:
    """Where each request belongs. One set serves every application with the same routes."""

    def __init__(self, routes: Sequence[Route]) -> None:
        patterns = [route for route in routes if "{" in route.path]
        self.routes = routes
        self._exact = {
            route.path: [one for one in routes if _parameters(one, route.path) is not None]
            for route in routes
            if "{" not in route.path
        }
        self._begun = {
            begin: [one for one in patterns if _may_begin(one.path, begin)]
            for begin in {_begin(route.path) for route in patterns}
        }
        self._other = [one for one in patterns if "{" in "".join(_begin(one.path))]

    def find(self, scope: Scope) -> Route:
        """The route that takes this request; what stands in the place of its parameters is noted in
        the scope. Raises NotFound, or MethodNotAllowed for the first that the path alone fits."""
        path: str = scope["path"]
        fits: Route | None = None
        for route in self._may_match(path):
            parameters = _parameters(route, path)
            if parameters is None:
                continue
            if route.methods is None or scope["method"] in route.methods:
                scope["path_params"] = parameters
                return route
            fits = fits or route
        if fits is None:
            raise NotFound
        raise MethodNotAllowed(", ".join(sorted(fits.methods or ())))

    def _may_match(self, path: str) -> Iterable[Route]:
        exact = self._exact.get(path)
        return exact if exact is not None else self._begun.get(_begin(path), self._other)


def _parameters(route: Route, path: str) -> dict[str, Any] | None:
    """What stands in the place of each; None where the path is another's."""
    if "{" not in route.path:  # trying its pattern would take longer
        return {} if route.path == path else None
    match = route.path_regex.match(path)
    if match is None:
        return None
    found = match.groupdict().items()
    return {name: route.param_convertors[name].convert(value) for name, value in found}


def _begin(path: str) -> tuple[str, ...]:
    return tuple(path.split("/", STEPS + 1)[1 : STEPS + 1])


def _may_begin(pattern: str, begin: tuple[str, ...]) -> bool:
    """Whether a path that begins so may match: a parameter stands for any step."""
    own = _begin(pattern)
    return any(":path}" in step for step in own) or (
        len(own) == len(begin)
        and all("{" in step or step == other for step, other in zip(own, begin, strict=True))
    )
