"""A page that very many ask for at once is made once a second; otherwise anew for each.

Pages without a visit differ in nothing but the token of their forms, and that of the link that led
to them. Whoever comes in a rush gets a page that is a second old at most, with tokens of their own.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum
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


class _Gap(Enum):
    """What stands in a page for its one reader: the token of the form, and that of their link."""

    FORM = "form"
    LINK = "link"


@dataclass(slots=True)
class _Page:
    """One address in one language, in the second that ends at `until`."""

    until: float
    asked: int
    parts: tuple[bytes | _Gap, ...] = ()
    made: asyncio.Event | None = None


class Rush:
    """The pages that one process keeps for a second."""

    def __init__(self) -> None:
        self._pages: dict[tuple[str, str], _Page] = {}

    async def answer(
        self, request: Request, make: Callable[[Request], Awaitable[Response]], key: str, link: str
    ) -> Response:
        """The page, kept or made by `make`. Only for pages without a session."""
        page = self._page((key, translator_of(request).code))
        page.asked += 1
        making = page.made
        if making is not None:
            await making.wait()
        if page.parts:
            return _with_own_tokens(request, page.parts, link)
        if page.asked <= ANEW:
            return await make(request)
        # One makes it. Who comes meanwhile would else do the same work at the same time; where it
        # came to nothing, each goes on alone.
        if making is None:
            making = page.made = asyncio.Event()
        try:
            made = await make(request)
            if made.status_code == 200:
                page.parts = _parted(bytes(made.body), link)
        finally:
            making.set()
        return made

    def _page(self, key: tuple[str, str]) -> _Page:
        now = asyncio.get_running_loop().time()
        page = self._pages.get(key)
        if page is None or page.until <= now:
            if len(self._pages) >= MOST_KEPT:
                self._pages.clear()
            # While the rush lasts, one page a second is made anew, and kept at once.
            lasts = page is not None and page.asked > ANEW and now < page.until + SECONDS
            page = self._pages[key] = _Page(now + SECONDS, ANEW if lasts else 0)
        return page


def _parted(body: bytes, link: str) -> tuple[bytes | _Gap, ...]:
    """The page around what is its reader's own; nothing where that cannot be told for sure."""
    gaps = dict.fromkeys(TOKENS.findall(body), _Gap.FORM)
    if len(gaps) > 1:
        return ()
    if link:
        gaps[link.encode()] = _Gap.LINK
    if not gaps:
        return (body,)
    pieces = re.split(b"(" + b"|".join(map(re.escape, gaps)) + b")", body)
    return tuple(gaps[piece] if at % 2 else piece for at, piece in enumerate(pieces))


def _with_own_tokens(request: Request, parts: tuple[bytes | _Gap, ...], link: str) -> Response:
    token, cookie = form_token_for(request)
    own = {_Gap.FORM: token.encode(), _Gap.LINK: link.encode()}
    body = b"".join([own[part] if isinstance(part, _Gap) else part for part in parts])
    response = HTMLResponse(body)
    if cookie is not None:
        set_form_cookie(response, cookie, services_of(request).settings)
    return response


async def in_a_rush(
    request: Request,
    make: Callable[[Request], Awaitable[Response]],
    key: str | None = None,
    link: str = "",
) -> Response:
    """Answer a page, by this application's own kept ones. `key` names pages that differ in nothing
    but their readers' tokens, where that is not the address; `link` is the token of this one's."""
    state = request.app.state
    if not hasattr(state, "rush"):
        state.rush = Rush()
    rush: Rush = state.rush
    return await rush.answer(request, make, key or request.scope["path"], link)
