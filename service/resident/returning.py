"""The way back: reference and secret, or a link of one use by mail."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from service.actions import drafts
from service.actions.returning import Entered, by_link, by_secret, send_link
from service.body import Form, read_form, read_query
from service.errors import AppError, TooMany
from service.i18n import _
from service.rendering import language_switch, redirect, render, translator_of
from service.resident import contact, interrupted, once
from service.resident.draft_page import STATUS, going_on
from service.resident.shown_secrets import carry
from service.security.sessions import DOORS, find_session, set_session_cookie
from service.templating import FieldProblem
from service.web import address_of, now_of, services_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

RETURN = "/benefits/return"
NO_MATCH = _("These two numbers do not belong together. Look at both again.")
NOT_BOTH = _("Write both: your reference and your secret number.")
TOO_MANY = _("There were too many tries. Wait 15 minutes, or ask for a link by mail.")
NO_REFERENCE = _("Write your reference. It looks like {example}.")
LONGEST_TOKEN = 60


@dataclass(frozen=True, slots=True)
class ReturnView:
    """The form to come back, and the one that asks for a link."""

    heading: str
    reference: str
    error: str | None
    link_error: str | None
    ended: bool
    going_on: str | None
    locked: bool
    example: str
    errors: Sequence[FieldProblem]
    form_id: str = "return"


@dataclass(frozen=True, slots=True)
class LinkView:
    """One button: a mail program that looks at links ahead uses nothing up."""

    heading: str
    action: str
    form_id: str = "link"


@dataclass(frozen=True, slots=True)
class WordsView:
    """A page that only says what happened."""

    heading: str
    lead: str
    then: str
    back: str = RETURN


async def returning(request: Request) -> Response:
    """The way back, also where a session has ended, or stands open still."""
    return _page(request, going_on=await _open_visit(request))


async def returned(request: Request) -> Response:
    """Come in, or be told that the two do not belong together."""
    form = await read_form(request)
    if language_switch(request, form) is not None:
        return _page(request, form)
    if not (form.get("reference").strip() and form.get("secret").strip()):
        return _page(request, form, NOT_BOTH, status=422)
    try:
        entered = await by_secret(
            services_of(request),
            form.get("reference"),
            form.get("secret"),
            address_of(request),
            now_of(request),
        )
    except TooMany as refusal:
        response = _page(request, form, TOO_MANY, status=429)
        response.headers.update(refusal.headers)
        return response
    if entered is None:
        return _page(request, form, NO_MATCH, status=422)
    return await _let_in(request, entered)


async def ask_link(request: Request) -> Response:
    """Have a link written, where that is possible and safe; the answer is the same either way."""
    form, words = await read_form(request), translator_of(request)
    if language_switch(request, form) is not None:
        return _page(request, form)
    if not form.get("reference").strip():
        return _page(request, form, link_error=NO_REFERENCE, status=422)
    try:
        await send_link(
            services_of(request), form.get("reference"), address_of(request), now_of(request)
        )
    except TooMany as refusal:
        response = _page(request, form, link_error=TOO_MANY, status=429)
        response.headers.update(refusal.headers)
        return response
    view = WordsView(
        heading=words.gettext("Look at your mail"),
        lead=words.gettext(
            "If we know this reference and you told us it is safe to write, a link is on its way."
        ),
        then=words.gettext("It works once, for 20 minutes."),
    )
    return render(request, "resident/words.html", view)


async def link(request: Request) -> Response:
    """The page a link leads to. Looking at it uses nothing up."""
    token: str = request.path_params["token"]
    heading = translator_of(request).gettext("Come back to your application")
    view = LinkView(heading, f"/benefits/link/{token[:LONGEST_TOKEN]}")
    return render(request, "resident/link.html", view)


async def use_link(request: Request) -> Response:
    """Come in by the link; it is used up now."""
    form, words = await read_form(request), translator_of(request)
    token: str = request.path_params["token"]
    if language_switch(request, form) is not None:
        return redirect(f"/benefits/link/{token[:LONGEST_TOKEN]}", request)
    entered = None
    if len(token) <= LONGEST_TOKEN:
        entered = await by_link(services_of(request), token, address_of(request), now_of(request))
    if entered is None and (still_open := await _open_visit(request)):
        return redirect(still_open, request)  # a second tap on the button
    if entered is None:
        view = WordsView(
            heading=words.gettext("This link no longer works"),
            lead=words.gettext("A link works once, for 20 minutes."),
            then=words.gettext("Ask for a new one, or use your secret number."),
        )
        return render(request, "resident/words.html", view, status=404)
    return await _let_in(request, entered)


async def _open_visit(request: Request) -> str | None:
    """Where a visit of this browser goes on: one tap too many leads there, and not to a refusal."""
    now, services = now_of(request), services_of(request)
    for door in OURS:
        session = await find_session(request.cookies.get(DOORS[door].cookie, ""), door, now)
        if session is not None and door == "status":
            note = once.found(request, contact.SECRET_NOTE)
            return contact.SECRET if note and note[0] == str(session.subject) else STATUS
        with suppress(AppError):  # a draft that was deleted, or cannot be read, is no way on
            held = await drafts.read(services, session.subject) if session else None
            if held is not None:
                return going_on(held.flow)
    return None


async def _let_in(request: Request, entered: Entered) -> Response:
    target = STATUS
    if entered.door == "benefits":
        held = await drafts.read(services_of(request), entered.application)
        target = going_on(held.flow) if held else STATUS
    target = _where_it_ended(request, entered) or target
    response = redirect(contact.SECRET if entered.secret else target, request)
    if entered.secret:
        carry(request, response, contact.SECRET_NOTE, entered.application, entered.secret)
    set_session_cookie(response, entered.door, entered.token, services_of(request).settings)
    return response


def _where_it_ended(request: Request, entered: Entered) -> str | None:
    """The page the last visit ended on, if this door leads there."""
    path = interrupted.way_back(request, entered.application)
    if path is None or path.startswith(STATUS) != (entered.door == "status"):
        return None
    return path


def _page(
    request: Request,
    form: Form | None = None,
    error: str | None = None,
    *,
    link_error: str | None = None,
    going_on: str | None = None,
    status: int = 200,
) -> Response:
    services, words = services_of(request), translator_of(request)
    query = read_query(request)
    example = f"{services.city.reference_prefix}-7K4M-2QX9C"
    problems = [
        FieldProblem(target, words.gettext(text, example=example))
        for target, text in (("reference", error), ("link-reference", link_error))
        if text
    ]
    view = ReturnView(
        heading=words.gettext("Come back to your application"),
        reference=form.get("reference") if form else "",
        error=words.gettext(error, example=example) if error else None,
        link_error=words.gettext(link_error, example=example) if link_error else None,
        ended=form is None and any(DOORS[d].cookie in request.cookies for d in OURS),
        going_on=going_on,
        locked=query.get("locked") == "yes",
        example=example,
        errors=problems,
    )
    return render(request, "resident/return.html", view, status=status)


OURS = ("benefits", "status")
