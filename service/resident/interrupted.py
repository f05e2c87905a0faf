"""A visit that ended in the middle of a page: its owner comes back to it, with what was typed.

The note is a sealed cookie, bound to the application of the ended visit: nobody can read it, and
somebody else who comes in on the same device never meets it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from service.resident import once

if TYPE_CHECKING:
    from uuid import UUID

    from starlette.requests import Request
    from starlette.responses import Response

    from forms import Raw
    from service.body import Form

NOTE = "th_interrupted"
LIFE = timedelta(hours=1)
PAGES = (
    "/benefits/apply/",
    "/benefits/check",
    "/benefits/results",
    "/benefits/sign",
    "/benefits/status/requests/",
    "/benefits/status/decisions/",
    "/benefits/status/change/",
    "/benefits/status/contact",
    "/benefits/status/add",
    "/benefits/status/withdraw",
)
# A browser keeps about 4,000 letters in a cookie, and sealing makes a third more of them.
MOST_TYPED = 2_400


def remember(request: Request, response: Response) -> None:
    """Note the page, and what was typed on it, for the application whose visit has ended."""
    path: str = request.url.path
    ended: UUID | None = getattr(request.state, "ended", None)
    if ended is None or not path.startswith(PAGES):
        return
    form: Form | None = getattr(request.state, "form", None)
    pairs = [list(pair) for pair in form.pairs if pair[0] != "_csrf"] if form else []
    if sum(len(name) + len(value.encode()) + 8 for name, value in pairs) > MOST_TYPED:
        pairs = []
    once.leave(request, response, NOTE, [str(ended), path, pairs], LIFE)


def way_back(request: Request, application: UUID) -> str | None:
    """The page this application's last visit ended on."""
    note = _note(request, application)
    return None if note is None else str(note[1])


def typed(request: Request, application: UUID) -> Raw | None:
    """What was typed on this very page when the visit ended."""
    note = _note(request, application)
    if note is None or note[1] != request.url.path or not note[2]:
        return None
    raw: dict[str, list[str]] = {}
    for name, value in note[2]:
        raw.setdefault(name, []).append(value)
    return raw


def _note(request: Request, application: UUID) -> list[Any] | None:
    note: list[Any] | None = once.found(request, NOTE)
    return note if note is not None and note[0] == str(application) else None
