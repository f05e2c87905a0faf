"""Signing a petition with the city's own sign-in: there and back, nothing stored on the way."""

from __future__ import annotations

import base64
import binascii
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from service.actions.voice.signing import Wish, ask_to_sign, check_wish
from service.body import read_query
from service.errors import Conflict, Invalid
from service.public_voice.signature import SaidView
from service.rendering import redirect, render, translator_of
from service.security.keyring import SealBroken
from service.voice.contacts import SIGN_IN
from service.voice.proofs import make_proof
from service.voice.sign_in import RETURN, Question, SignInAway, new_question, where_to, who_is_it
from service.web import address_of, now_of, services_of, web_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from service.queries.voice.petitions import Listed

COOKIE = "th_sign_in"
PLACE = {"table": "voice_sign_in", "column": "cookie"}
GOOD_FOR = timedelta(minutes=15)
LONGEST_CODE = 2_000


@dataclass(frozen=True, slots=True)
class GoView:
    """The way to the city's own sign-in. It is a link: a form may only be sent to ourselves."""

    heading: str
    section: str
    name: str
    href: str
    back: str


async def leave(request: Request, item: Listed, wish: Wish) -> Response:
    """Keep what was filled in with the person, sealed, and show the way. Raises Invalid."""
    services, words, now = services_of(request), translator_of(request), now_of(request)
    check_wish(services, wish)
    question = new_question()
    try:
        href = await where_to(services, question)
    except SignInAway:
        return _not_now(request, f"/voice/petitions/{item.number}")
    sign_in = services.voice.sign_in
    view = GoView(
        heading=words.gettext("Go on to your sign-in"),
        section=item.ask,
        name=sign_in.name if sign_in else "",
        href=href,
        back=f"/voice/petitions/{item.number}",
    )
    response = render(request, "voice/sign_in.html", view)
    kept = {
        "question": asdict(question),
        "petition": str(item.id),
        "number": item.number,
        "wish": asdict(wish),
        "until": int((now + GOOD_FOR).timestamp()),
    }
    sealed = services.keyring.seal_json(kept, **PLACE, row_id=question.state)
    response.set_cookie(
        COOKIE,
        base64.urlsafe_b64encode(sealed).decode(),
        max_age=int(GOOD_FOR.total_seconds()),
        path=RETURN,
        secure=web_of(request).https,
        httponly=True,
        samesite="lax",
    )
    return response


async def back(request: Request) -> Response:
    """Where the issuer sends people. Who has signed in goes on to confirm, as with a mail."""
    services, now, query = services_of(request), now_of(request), read_query(request)
    kept = _kept(request, query.get("state"))
    if kept is None:
        return _not_now(request, "/voice/petitions")
    here = f"/voice/petitions/{int(kept['number'])}"
    code = query.get("code")
    try:
        if not code or len(code) > LONGEST_CODE:
            raise SignInAway("no code came")
        person = await who_is_it(services, Question(**kept["question"]), code, now)
        proof = make_proof(services.keyring, kept["petition"], person, now)
        wish = Wish(**{**kept["wish"], "contact": proof, "tier": SIGN_IN})
        asked = await ask_to_sign(services, UUID(kept["petition"]), wish, address_of(request), now)
    except (SignInAway, Invalid, Conflict):
        return _not_now(request, here)
    response = redirect(asked.link or here, request)
    response.delete_cookie(COOKIE, path=RETURN)
    return response


def _kept(request: Request, state: str) -> dict[str, Any] | None:
    """What we sealed for this very answer, on this very browser; None for anything else."""
    try:
        sealed = base64.urlsafe_b64decode(request.cookies.get(COOKIE, ""))
        kept: dict[str, Any] = services_of(request).keyring.open_json(sealed, **PLACE, row_id=state)
    except (binascii.Error, ValueError, SealBroken):
        return None
    return kept if kept["until"] > now_of(request).timestamp() else None


def _not_now(request: Request, href: str) -> Response:
    words = translator_of(request)
    view = SaidView(
        heading=words.gettext("The sign-in did not work this time"),
        lead=words.gettext("Nothing was changed. You can try again, or sign in another way."),
        then="",
        href=href,
        link=words.gettext("Back to the petition"),
    )
    return render(request, "voice/said.html", view, status=409)
