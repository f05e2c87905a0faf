"""For an author who lost their link: the address is typed, the link comes by mail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from service.body import read_form
from service.errors import Invalid
from service.public_voice.signature import MISSED_NETWORK, SaidView
from service.public_voice.writing import LINK_NETWORK
from service.rendering import language_switch, redirect, render, translator_of
from service.security.rate_limits import DAY, Limit, limit
from service.templating import FieldProblem
from service.voice.author_again import ask_again
from service.voice.contacts import MAIL, read_contact
from service.web import address_of, now_of, services_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

AGAIN = "/voice/again"
# Whoever types another's address again and again only makes the owner's mailbox full.
AGAIN_ADDRESS = Limit("voice-again/address", 5, DAY)


@dataclass(frozen=True, slots=True)
class AgainView:
    """One field: the address with which a petition was written."""

    heading: str
    mail: str = ""
    problem: str = ""
    errors: Sequence[FieldProblem] = ()
    back: str = "/voice/start"
    form_id: str = "again"


async def again(request: Request) -> Response:
    return _page(request)


async def asked(request: Request) -> Response:
    """The same answer and the same work, whether somebody wrote with this address or not."""
    form, services, now = await read_form(request), services_of(request), now_of(request)
    typed = form.get("mail").strip()
    if language_switch(request, form) is not None:
        return _page(request, typed)
    try:
        contact = read_contact(services, MAIL, "", typed)
    except Invalid as refusal:
        return _page(request, typed, translator_of(request).gettext(refusal.faults[0].detail))
    await limit(services, LINK_NETWORK, address_of(request), now)
    await limit(services, AGAIN_ADDRESS, contact.canonical, now)
    await ask_again(contact.canonical, now)
    return redirect(f"{AGAIN}/sent", request)


async def sent(request: Request) -> Response:
    words = translator_of(request)
    view = SaidView(
        heading=words.gettext("Look in your mail"),
        lead=words.gettext("Did you write a petition with this address? Its link is on its way."),
        then=words.gettext(
            "Nothing came? Look in your spam folder first. Then wait 15 minutes and ask again."
        ),
        href=AGAIN,
        link=words.gettext("Ask again"),
        back="/voice/start",
    )
    return render(request, "voice/said.html", view)


async def lost(request: Request) -> Response:
    """An author's link that is nobody's. Only these count against a network."""
    await limit(services_of(request), MISSED_NETWORK, address_of(request), now_of(request))
    words = translator_of(request)
    view = SaidView(
        heading=words.gettext("This link no longer works"),
        lead=words.gettext("It may have been taken back, or the mail is an old one."),
        then=words.gettext("Is the petition yours? We can write its link to you again."),
        href=AGAIN,
        link=words.gettext("Get the link again"),
    )
    return render(request, "voice/said.html", view, status=404)


def _page(request: Request, typed: str = "", problem: str = "") -> Response:
    view = AgainView(
        heading=translator_of(request).gettext("Get the link to your petition again"),
        mail=typed,
        problem=problem,
        errors=[FieldProblem("mail", problem)] if problem else [],
    )
    return render(request, "voice/again.html", view, status=422 if problem else 200)
