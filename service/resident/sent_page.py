"""What every page after sending shares: the application, and how far its reader is known."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import TYPE_CHECKING

from service.errors import NotFound, SignInNeeded
from service.queries.own_application import own_application
from service.web import services_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from service.queries.own_application import OwnApplication

SentPage = Callable[["Request", "OwnApplication"], Awaitable["Response"]]
# Who sent it here a moment ago, or came by the link in their own mail. A reference and a secret
# may lie on a kitchen table.
KNOWN_WELL = ("sent", "link")


def with_application(page: SentPage) -> Callable[[Request], Awaitable[Response]]:
    """An endpoint that is given the caller's own application."""

    @wraps(page)
    async def enter(request: Request) -> Response:
        own = await own_application(services_of(request), request.state.session.subject)
        if own is None:
            raise SignInNeeded("status")
        return await page(request, own)

    return enter


def known_well(request: Request) -> bool:
    """Whether addresses, contacts and other people may be shown in full."""
    return request.state.session.proof in KNOWN_WELL


def came_by_mail(request: Request) -> bool:
    """Whether the old contact has confirmed this visit: by a link in one's own mail."""
    return bool(request.state.session.proof == "link")


def refuse_strangers(request: Request) -> None:
    """NotFound for who came by reference and secret alone."""
    if not known_well(request):
        raise NotFound


def masked(text: str) -> str:
    """`l•••@e•••`: enough to recognize one's own, too little to learn another's."""
    name, at, host = text.partition("@")
    if at:
        return f"{name[:1]}•••@{host[:1]}•••"
    return f"•••{text[-2:]}" if len(text) > 4 else "•••"
