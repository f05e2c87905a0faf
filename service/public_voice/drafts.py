"""The draft behind each page of writing a petition, also after the visit it was begun in."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from service.actions.voice import petitions as doing
from service.actions.voice.petitions import OwnPetition
from service.errors import Conflict
from service.rendering import redirect, translator_of
from service.security.rate_limits import HOUR, Limit, limit
from service.security.sessions import DOORS, ended_session, find_session, set_session_cookie
from service.web import address_of, now_of, services_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

START = "/voice/start"
BEGIN_NETWORK = Limit("voice-begin/network", 100, HOUR, fails_open=True)
Page = Callable[["Request", OwnPetition], Awaitable["Response"]]


def with_draft(page: Page) -> Callable[[Request], Awaitable[Response]]:
    """The draft of this session. A form whose visit has ended brings one with it; any other page
    without a draft leads to the start."""

    @functools.wraps(page)
    async def enter(request: Request) -> Response:
        draft = await draft_of(request)
        try:
            if draft is not None:
                return await page(request, draft)
            if request.method == "POST":
                return await _after_the_visit(request, page)
        except Conflict:
            # Another window went on meanwhile: show how it stands now.
            return redirect(f"{START}/check", request)
        return redirect(START, request)

    return enter


async def draft_of(request: Request) -> OwnPetition | None:
    session = request.state.session
    if session is None or session.proof != doing.PROOF:
        return None
    return await doing.read_draft(services_of(request), session.subject)


async def start(request: Request) -> str:
    """A new draft under a new session; gives the session's token."""
    services, now = services_of(request), now_of(request)
    await limit(services, BEGIN_NETWORK, address_of(request), now)
    return await doing.start_draft(services, translator_of(request).code, now)


async def _after_the_visit(request: Request, page: Page) -> Response:
    """An hour of typing goes into a new draft, with the words that were saved before it. Who writes
    is asked again: by now somebody else may sit at this machine."""
    services, now = services_of(request), now_of(request)
    ended = await ended_session(request.cookies.get(DOORS[doing.DOOR].cookie, ""), doing.DOOR)
    before = await doing.read_draft(services, ended.subject) if ended else None
    token = await start(request)
    request.state.session = await find_session(token, doing.DOOR, now)
    draft = await draft_of(request)
    if draft is not None and before is not None:
        kept = (*doing.WORDS, "language")
        await doing.save_words(draft, {name: getattr(before, name) for name in kept})
        draft = await draft_of(request)
    response = redirect(START, request) if draft is None else await page(request, draft)
    set_session_cookie(response, doing.DOOR, token, services.settings)
    return response
