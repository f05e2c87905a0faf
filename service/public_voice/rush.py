"""A page that very many ask for at once is made once a second; otherwise anew for each.

Pages without a visit differ in nothing but the token of their forms. Whoever comes in a rush gets a
page that is a second old at most, with a token of their own.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.responses import HTMLResponse

from service.rendering import form_token_for, translator_of
from service.security.csrf import set_form_cookie
from service.web import services_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

SECONDS = 1.0
# So many in a second are made anew before the last of them is kept for the rest of it.
ANEW = 10
MOST_KEPT = 200
TOKENS = re.compile(rb'name="_csrf" value="([0-9a-f]+)"')


@dataclass(slots=True)
class _Page:
    """One address in one language, in the second that ends at `until`."""

    until: float
    asked: int = 0
    parts: tuple[bytes, ...] = ()


class Rush:
    """The pages that one process keeps for a second."""

    def __init__(self) -> None:
        self._pages: dict[tuple[str, str], _Page] = {}

    async def answer(
        self, request: Request, make: Callable[[Request], Awaitable[Response]]
    ) -> Response:
        """The page, kept or made by `make`. Only for pages without a session."""
        page = self._page((request.url.path, translator_of(request).code))
        page.asked += 1
        if page.parts:
            return _with_own_token(request, page.parts)
        made = await make(request)
        if page.asked > ANEW and made.status_code == 200:
            tokens = set(TOKENS.findall(made.body))
            if len(tokens) <= 1:
                body = bytes(made.body)
                page.parts = tuple(body.split(tokens.pop())) if tokens else (body,)
        return made

    def _page(self, key: tuple[str, str]) -> _Page:
        now = asyncio.get_running_loop().time()
        page = self._pages.get(key)
        if page is None or page.until <= now:
            if len(self._pages) >= MOST_KEPT:
                self._pages.clear()
            page = self._pages[key] = _Page(now + SECONDS)
        return page


def _with_own_token(request: Request, parts: tuple[bytes, ...]) -> Response:
    token, cookie = form_token_for(request)
    response = HTMLResponse(token.encode().join(parts))
    if cookie is not None:
        set_form_cookie(response, cookie, services_of(request).settings)
    return response


async def in_a_rush(request: Request, make: Callable[[Request], Awaitable[Response]]) -> Response:
    """Answer a page, by this application's own kept ones."""
    state = request.app.state
    if not hasattr(state, "rush"):
        state.rush = Rush()
    rush: Rush = state.rush
    return await rush.answer(request, make)
