"""An author is asked whether their petition and another become one. Opening the link changes
nothing: the page has two buttons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from service.actions.voice.merges import ASKED, LINK, Side, agree, decline, look
from service.body import read_form
from service.errors import Malformed
from service.rendering import language_switch, redirect, render, translator_of
from service.web import now_of, services_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response


@dataclass(frozen=True, slots=True)
class MergeView:
    """Both petitions, and whether an answer is still waited for."""

    heading: str
    action: str
    own: Side
    other: Side
    into_own: bool
    open: bool
    agreed: bool
    state: str


async def merge_page(request: Request) -> Response:
    """Both petitions side by side."""
    token = request.path_params["token"]
    asked = await look(services_of(request), token)
    view = MergeView(
        heading=translator_of(request).gettext("Join two petitions?"),
        action=LINK.format(token=token),
        own=asked.own,
        other=asked.other,
        into_own=asked.into_own,
        open=asked.state == ASKED and not asked.agreed,
        agreed=asked.agreed,
        state=asked.state,
    )
    return render(request, "voice/merge.html", view)


async def merge_answered(request: Request) -> Response:
    """Yes or no, by this author."""
    services, now = services_of(request), now_of(request)
    token = request.path_params["token"]
    form = await read_form(request)
    if language_switch(request, form) is not None:
        return await merge_page(request)
    if form.get("_action") not in ("", "no"):
        raise Malformed
    await (decline if form.get("_action") == "no" else agree)(services, token, now)
    return redirect(LINK.format(token=token))
