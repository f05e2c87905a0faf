"""Beginning an application, coming to its reference, stopping for now, and leaving no trace."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from starlette.responses import RedirectResponse

from service.actions import drafts
from service.body import read_form, read_query
from service.rendering import language_switch, redirect, render, translator_of
from service.resident import confirmation, contact, interrupted, once
from service.resident.draft_page import STATUS, going_on, origin_of, with_draft
from service.resident.questions import REFERENCE, SECRET_NOTE
from service.resident.shown_secrets import ALREADY, came_too_late, carried, carry
from service.security.rate_limits import BEGIN_NETWORK, limit
from service.security.references import show_reference, show_secret
from service.security.sessions import (
    DOORS,
    clear_session_cookie,
    end_session,
    find_session,
    set_session_cookie,
)
from service.web import address_of, now_of, services_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from service.drafts import Held

DRAFTS_KEPT = timedelta(days=60)
WIPE_NOTE = "th_wipe"
OURS = ("benefits", "status")
# What a browser carries from page to page, sealed; none of it stays on a device that is cleared.
NOTES = (SECRET_NOTE, contact.SECRET_NOTE, interrupted.NOTE, confirmation.COUNT_NOTE)


@dataclass(frozen=True, slots=True)
class BeginView:
    """What to know before the first question."""

    heading: str
    program: str | None
    only: str
    going_on: str | None
    back: str = "/"
    form_id: str = "begin"


@dataclass(frozen=True, slots=True)
class ReferenceView:
    """The way back; `secret` is None once it was shown. `newer`: another was made since."""

    heading: str
    section: str
    reference: str
    secret: str | None
    newer: bool
    form_id: str = "reference"


@dataclass(frozen=True, slots=True)
class SavedView:
    """What is kept, until when, and how to come back to it."""

    heading: str
    reference: str | None
    until: str
    going_on: str
    contact: str


@dataclass(frozen=True, slots=True)
class ClearedView:
    """This device shows nothing any more. `unsent`: a draft is still stored and can be deleted.
    `kept`: it could not, because it is under a legal hold."""

    heading: str
    unsent: bool
    deleted: bool
    kept: bool


async def begin(request: Request) -> Response:
    """The last page before the questions."""
    words, services = translator_of(request), services_of(request)
    only = read_query(request).get("only")
    program = services.rules.programs.get(only)
    held = None
    if request.state.session is not None:
        held = await drafts.read(services, request.state.session.subject)
    view = BeginView(
        heading=words.gettext("Before you start"),
        program=words.gettext(program.name) if program else None,
        only=program.id if program else "",
        going_on=going_on(held.flow, origin_of(request)) if held else None,
    )
    return render(request, "resident/begin.html", view)


async def started(request: Request) -> Response:
    """Begin a draft under a new session."""
    services, form, now = services_of(request), await read_form(request), now_of(request)
    only = form.get("only")
    if language_switch(request, form) is not None:
        return redirect(
            f"/benefits/start?only={only}" if only.isidentifier() else "/benefits/start", request
        )
    await limit(services, BEGIN_NETWORK, address_of(request), now)
    if request.state.session is not None:
        await end_session(request.state.session)
    program = services.rules.programs.get(only)
    chosen = program.id if program is not None and program.status != "closed" else None
    token = await drafts.start(services, chosen, translator_of(request).code, now)
    response = redirect("/benefits/apply/contact", request)
    set_session_cookie(response, "benefits", token, services.settings)
    return response


@with_draft
async def reference(request: Request, held: Held) -> Response:
    """The reference, and the secret while this browser still carries it."""
    services, words = services_of(request), translator_of(request)
    if held.sent:
        return redirect(f"{STATUS}/secret")
    plain = await drafts.reference_of(services, held.id)
    if plain is None:
        return redirect("/benefits/apply/contact")
    shown, stands = await carried(request, SECRET_NOTE, held.id)
    view = ReferenceView(
        heading=words.gettext("Your way back"),
        section=words.gettext("About you"),
        reference=show_reference(plain, services.city.reference_prefix),
        secret=show_secret(shown) if shown and stands else None,
        newer=not stands and (shown is not None or came_too_late(request)),
    )
    return render(request, "resident/reference.html", view)


@with_draft
async def reference_seen(request: Request, held: Held) -> Response:
    """Go on, and carry the secret no longer; or ask for a new one where it was lost."""
    form = await read_form(request)
    if language_switch(request, form) is not None:
        return redirect(REFERENCE, request)
    if form.get("_action") == "new":
        made = await drafts.renew_secret(services_of(request), held.id, now_of(request))
        if made is None:
            return redirect(REFERENCE + ALREADY, request)
        response = redirect(REFERENCE, request)
        carry(request, response, SECRET_NOTE, held.id, made)
        return response
    response = redirect(going_on(held.flow), request)
    once.take_away(request, response, SECRET_NOTE)
    return response


@with_draft
async def stopped(request: Request, held: Held) -> Response:
    """Saved: until when, and how to come back."""
    services, words = services_of(request), translator_of(request)
    plain = await drafts.reference_of(services, held.id)
    prefix = services.city.reference_prefix
    view = SavedView(
        heading=words.gettext("Your answers are saved"),
        reference=show_reference(plain, prefix) if plain else None,
        until=words.date(words.day(now_of(request) + DRAFTS_KEPT)),
        going_on=going_on(held.flow, origin_of(request)),
        contact="/benefits/apply/contact",
    )
    return render(request, "resident/saved.html", view)


async def clear(request: Request) -> Response:
    """End every session of this browser, here and at the status page, and forget its pages."""
    services, now = services_of(request), now_of(request)
    response = redirect("/benefits/cleared", request)
    for door in OURS:
        session = await find_session(request.cookies.get(DOORS[door].cookie, ""), door, now)
        if session is not None:
            await end_session(session)
            held = await drafts.read(services, session.subject) if door == "benefits" else None
            if held is not None and not held.sent:
                once.leave(request, response, WIPE_NOTE, str(session.subject))
    _forget(request, response)
    # Browsers take their time over this, so leaving at once does without.
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


async def leave(request: Request) -> Response:
    """Away from here at once. The visit ends with it: who presses Back afterwards meets no answer.

    Answers stay stored; their owner comes back with the two numbers. A browser that only looks
    ahead, or a link on another site, ends nothing.
    """
    # The one redirect that leaves us, to where the city says.
    response = RedirectResponse(services_of(request).city.exit_link, status_code=303)
    asked = request.headers.get("sec-fetch-site", "same-origin") == "same-origin"
    if asked and "sec-purpose" not in request.headers:
        for door in OURS:
            token = request.cookies.get(DOORS[door].cookie, "")
            if session := await find_session(token, door, now_of(request)):
                await end_session(session)
        _forget(request, response)
    return response


def _forget(request: Request, response: Response) -> None:
    for door in OURS:
        clear_session_cookie(response, door, services_of(request).settings)
    for note in NOTES:
        once.take_away(request, response, note)


async def cleared(request: Request) -> Response:
    """Nothing is left on this device; an unsent draft can be deleted as well."""
    unsent = once.found(request, WIPE_NOTE) is not None
    return render(request, "resident/cleared.html", _cleared(request, unsent=unsent))


async def delete(request: Request) -> Response:
    """Delete the unsent draft this browser just left."""
    form = await read_form(request)
    if language_switch(request, form) is not None:
        return redirect("/benefits/cleared", request)
    noted = once.found(request, WIPE_NOTE)
    deleted = noted is not None and await drafts.wipe(UUID(noted), now_of(request))
    kept = noted is not None and not deleted and await drafts.is_stored(UUID(noted))
    response = render(
        request, "resident/cleared.html", _cleared(request, deleted=deleted, kept=kept)
    )
    once.take_away(request, response, WIPE_NOTE)
    return response


def _cleared(
    request: Request, *, unsent: bool = False, deleted: bool = False, kept: bool = False
) -> ClearedView:
    heading = translator_of(request).gettext("You are finished on this device")
    return ClearedView(heading, unsent, deleted, kept)
