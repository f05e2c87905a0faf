"""The page behind the notice of a change that waits: say yes at once, or stop it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from service.actions import contact_changes as changing
from service.body import read_form
from service.errors import Malformed
from service.i18n import _
from service.rendering import language_switch, redirect, render, translator_of
from service.resident.draft_page import STATUS
from service.resident.returning import WordsView
from service.resident.sent_page import with_application
from service.security.access import as_id
from service.security.rate_limits import LINK_OPENED_NETWORK, limit
from service.web import address_of, now_of, services_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from service.actions.contact_changes import Waiting
    from service.queries.own_application import OwnApplication

LONGEST_TOKEN = 60
WHAT = {
    changing.CONTACT: _("How we reach you is to change."),
    changing.ADDRESS: _("Your address is to change."),
    changing.SECRET: _("There is to be a new secret number."),
    changing.GIVEN: _("An office gave out a new secret number for you."),
    changing.WITHDRAW: _("Something you sent is to be taken back."),
}


@dataclass(frozen=True, slots=True)
class ConfirmView:
    """What was asked for, when, and two buttons. Looking at it changes nothing."""

    heading: str
    what: str
    asked: str
    due: str
    action: str
    form_id: str = "confirm"


async def confirm(request: Request) -> Response:
    """What somebody asked for. A mail program that looks ahead uses nothing up."""
    waiting = await _waiting(request)
    if waiting is None:
        return _over(request)
    words = translator_of(request)
    view = ConfirmView(
        heading=words.gettext("Was this you?"),
        what=words.gettext(WHAT[waiting.kind]),
        asked=words.moment(waiting.asked_at, "long"),
        due=words.moment(waiting.due_at, "long"),
        action=f"/benefits/confirm/{request.path_params['token']}",
    )
    return render(request, "resident/confirm.html", view)


async def confirmed(request: Request) -> Response:
    """Yes: it happens now. No: it never does, and the secret opens nothing any more."""
    form, waiting = await read_form(request), await _waiting(request)
    if waiting is None:
        return _over(request)
    if language_switch(request, form) is not None:
        return redirect(f"/benefits/confirm/{request.path_params['token']}", request)
    now = now_of(request)
    match form.get("_action"):
        case "yes":
            if not await changing.make(services_of(request), waiting, now):
                return _over(request)
            return _said(request, _("It is changed"), _("Thank you. It works from now on."))
        case "no":
            await changing.stop_all(waiting.application, now)
            return redirect("/benefits/return?locked=yes", request)
    raise Malformed("unknown_action")


@with_application
async def stopped(request: Request, own: OwnApplication) -> Response:
    """Stop one change that waits, from the status page."""
    form = await read_form(request)
    if language_switch(request, form) is not None:
        return redirect(STATUS, request)
    change = as_id(request.path_params["id"])
    done = await changing.stop(own.id, change, now_of(request))
    return redirect(f"{STATUS}?done=stopped" if done else STATUS, request)


async def _waiting(request: Request) -> Waiting | None:
    token: str = request.path_params["token"]
    await limit(services_of(request), LINK_OPENED_NETWORK, address_of(request), now_of(request))
    return await changing.by_token(token) if len(token) <= LONGEST_TOKEN else None


def _said(request: Request, heading: str, lead: str) -> Response:
    words = translator_of(request)
    then = words.gettext("Come back at any time to see where things stand.")
    view = WordsView(words.gettext(heading), words.gettext(lead), then)
    return render(request, "resident/words.html", view)


def _over(request: Request) -> Response:
    words = translator_of(request)
    view = WordsView(
        heading=words.gettext("This link no longer works"),
        lead=words.gettext("The change has happened, or was stopped."),
        then=words.gettext("Come back to see where things stand."),
    )
    return render(request, "resident/words.html", view, status=404)
