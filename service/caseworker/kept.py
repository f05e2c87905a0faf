"""What was typed when a session ended: seen again after signing in, to go on with or throw away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from service.actions.kept_forms import KeptForm, Pairs, forget, kept_for
from service.body import read_form
from service.rendering import language_switch, redirect, render, translator_of
from service.web import now_of, services_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from service.i18n import Translator

KEPT = "/staff/kept"


@dataclass(frozen=True, slots=True)
class KeptLine:
    """One form: when it was sent, its texts, and where it leads."""

    typed: str
    texts: Sequence[str]
    path: str
    pairs: Pairs


@dataclass(frozen=True, slots=True)
class KeptView:
    """Everything that is kept for this account."""

    heading: str
    lines: Sequence[KeptLine]
    language: str


async def kept(request: Request) -> Response:
    """What was typed; only its own account meets it."""
    mine, words = request.state.actor.account, translator_of(request)
    found = await kept_for(services_of(request), mine, now_of(request))
    if not found:
        return redirect("/staff/")
    view = KeptView(
        heading=words.gettext("What you typed is still here"),
        lines=[_line(each, words) for each in found],
        language=words.code,
    )
    return render(request, "caseworker/kept.html", view)


async def thrown_away(request: Request) -> Response:
    """One of them is not wanted any more."""
    form = await read_form(request)
    if language_switch(request, form) is None:
        await forget(request.state.actor.account, form.get("path"), now_of(request))
    return redirect(KEPT, request)


def _line(form: KeptForm, words: Translator) -> KeptLine:
    return KeptLine(
        typed=words.moment(form.kept_at),
        # What somebody wrote has more than one word; choices and ids have not.
        texts=[value for _name, value in form.pairs if len(value.split()) > 1],
        path=form.path,
        pairs=[pair for pair in form.pairs if pair[0] != "_language"],
    )
