"""The switch of language on pages that have no form of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from service.body import FormRules, read_form
from service.rendering import is_own_path, language_switch, redirect
from service.security.guard import takes_form

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response


@takes_form(FormRules(token=False))
async def language(request: Request) -> Response:
    """Remember the language and go back to the page; to the start where we do not know it."""
    form = await read_form(request)
    language_switch(request, form)
    back = form.get("next")
    return redirect(back if is_own_path(back) else "/", request)
