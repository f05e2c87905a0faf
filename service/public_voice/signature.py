"""The link in a signer's mail: confirm, look at one's own signature, stop mails, take it back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from service.actions.voice import own_signature as signing
from service.body import read_form, read_query
from service.errors import Malformed, NotFound
from service.public_voice.rush import in_a_rush
from service.queries.voice.petitions import joined_with
from service.rendering import language_switch, redirect, render, translator_of
from service.security.rate_limits import HOUR, Limit, limit
from service.voice.contacts import as_code
from service.web import address_of, now_of, services_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from service.actions.voice.own_signature import OwnSignature

LONGEST_TOKEN = 60
MISSED_NETWORK = Limit("voice-link/network", 60, HOUR, fails_open=True)


@dataclass(frozen=True, slots=True)
class SignatureView:
    """One's own signature. `state` tells which buttons there are."""

    heading: str
    title: str
    language: str
    state: str
    name: str
    show_name: bool
    follow: bool
    petition: str | None
    action: str
    done: str
    mark: str
    form_id: str = "signature"


@dataclass(frozen=True, slots=True)
class SaidView:
    """A page that only says what happened."""

    heading: str
    lead: str
    then: str
    href: str
    link: str
    back: str = "/voice/petitions"


async def signature(request: Request) -> Response:
    """What the link is for. Looking at it, as mail programs do, changes nothing."""
    done = read_query(request).get("done")
    try:
        own = await signing.own_signature(services_of(request), token_in(request))
    except NotFound:
        return await missed(request)
    token = token_in(request)
    if own.state != "pending" or own.shared or token != request.path_params["token"]:
        return _page(request, own, done)

    async def make(request: Request) -> Response:
        return _page(request, own, done)

    # Until it is confirmed the page is the same for all who signed one petition.
    return await in_a_rush(request, make, f"signature/{own.petition}/{own.kind}", token)


async def changed(request: Request) -> Response:
    """The button that was pressed."""
    form, token, services = await read_form(request), token_in(request), services_of(request)
    here = f"/voice/signature/{token}"
    if language_switch(request, form) is not None:
        return redirect(here, request)
    try:
        match form.get("_action"):
            case "confirm" | "":
                own = await signing.confirm(services, token)
                if own.state == "late":
                    return await _late(request, own)
                return redirect(f"{here}?done=confirmed", request)
            case "stop":
                await signing.set_follow(services, token, follow=False)
                return redirect(f"{here}?done=stopped", request)
            case "withdraw":
                own = await signing.withdraw(services, token, now_of(request))
                return _withdrawn(request, own)
    except NotFound:
        return gone(request)
    raise Malformed("unknown_action")


def token_in(request: Request) -> str:
    """The token of the address; one that is too long is nobody's."""
    token: str = request.path_params["token"]
    return as_code(token) if len(token) <= LONGEST_TOKEN else ""


async def missed(request: Request) -> Response:
    """A link that is nobody's. Only these count against a network: a whole campus may open its
    mails behind one address."""
    await limit(services_of(request), MISSED_NETWORK, address_of(request), now_of(request))
    return gone(request)


def gone(request: Request) -> Response:
    """The link is unknown, used up, or its signature was taken back."""
    words = translator_of(request)
    view = SaidView(
        heading=words.gettext("This link no longer works"),
        lead=words.gettext("It may have been taken back, or the mail is an old one."),
        then=words.gettext("You can sign again on the petition’s page: nobody counts twice."),
        href="/voice/petitions",
        link=words.gettext("See all petitions"),
    )
    return render(request, "voice/said.html", view, status=404)


async def _late(request: Request, own: OwnSignature) -> Response:
    """Signing is over here. Where it goes on in another petition, that one is a link away: a press
    here was not asked there, so it does not count there by itself."""
    number = await joined_with(own.petition)
    if number is None:
        return _page(request, own, "")
    words = translator_of(request)
    view = SaidView(
        heading=words.gettext("This petition was joined with another"),
        lead=words.gettext("It was joined before you pressed the button. We could not count it."),
        then=words.gettext("You can sign the other one: nobody counts twice."),
        href=f"/voice/petitions/{number}",
        link=words.gettext("Go to the other petition"),
    )
    return render(request, "voice/said.html", view)


def _withdrawn(request: Request, own: OwnSignature) -> Response:
    words = translator_of(request)
    view = SaidView(
        heading=words.gettext("Your signature is taken back"),
        lead=words.gettext("It does not count any more. Your name and your mail are deleted."),
        then="",
        href=f"/voice/petitions/{own.number}" if own.number else "/voice/petitions",
        link=words.gettext("Back to the petition"),
    )
    return render(request, "voice/said.html", view)


def _page(request: Request, own: OwnSignature, done: str) -> Response:
    words = translator_of(request)
    headings = {
        "pending": words.gettext("Was this you?"),
        "confirmed": words.gettext("Your signature counts"),
        "late": words.gettext("This came too late"),
    }
    view = SignatureView(
        heading=headings.get(own.state, words.gettext("Your signature")),
        title=own.title,
        language=own.language,
        state=own.state,
        # Which of the people with one contact it is for; else nothing before they have shown up.
        name=own.name if own.shared or own.state != "pending" else "",
        show_name=own.show_name,
        follow=own.follow,
        petition=f"/voice/petitions/{own.number}" if own.number else None,
        action=f"/voice/signature/{token_in(request)}",
        done=done if done in ("confirmed", "stopped") and own.state == "confirmed" else "",
        mark=own.mark,
    )
    return render(request, "voice/signature.html", view)
