"""A new secret on its way to the page that shows it once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from service.actions.own_secrets import mark, standing
from service.body import read_query
from service.resident import once
from service.web import services_of

if TYPE_CHECKING:
    from uuid import UUID

    from starlette.requests import Request
    from starlette.responses import Response

    from service.actions.drafts import NewSecret
    from service.actions.own_secrets import Standing

# To the page of a request that came too late: another one made the number.
ALREADY = "?made=already"


def carry(
    request: Request, response: Response, note: str, application: UUID, secret: NewSecret
) -> None:
    """Have this browser carry a new secret to the page that shows it."""
    once.leave(request, response, note, [str(application), secret.plain, mark(secret)])


async def carried(
    request: Request, note: str, application: UUID
) -> tuple[str | None, Standing | None]:
    """The secret that this browser carries for an application, and how far it opens it."""
    found = once.found(request, note)
    if found is None or found[0] != str(application):
        return None, None
    # One that the version before this left has no mark: then the secret itself is tried.
    _application, secret, *marked = found
    mark_left = marked[0] if marked else ""
    return secret, await standing(services_of(request), application, secret, mark_left)


def came_too_late(request: Request) -> bool:
    """Whether this page follows a request for a secret that another one overtook."""
    return read_query(request).get("made") == "already"
