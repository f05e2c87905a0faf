"""Signing a petition, or getting a ballot, with the city's own sign-in: there and back, nothing
stored on the way."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from service.actions.voice.asking_ballots import BALLOT, ask_for_ballot
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


@dataclass(frozen=True, slots=True)
class Errand:
    """What somebody leaves for: `kept` says so when they come back. `section` and `back` are the
    title and the page of the petition or vote."""

    section: str
    back: str
    kept: Mapping[str, Any]


async def leave(request: Request, item: Listed, wish: Wish) -> Response:
    """Keep what was filled in with the person, sealed, and show the way. Raises Invalid."""
    check_wish(services_of(request), wish)
    kept = {"petition": str(item.id), "number": item.number, "wish": asdict(wish)}
    return await show_way(request, Errand(item.ask, f"/voice/petitions/{item.number}", kept))


async def show_way(request: Request, errand: Errand) -> Response:
    """The page that leads to the city's sign-in, and the cookie with which they come back."""
    services, words, now = services_of(request), translator_of(request), now_of(request)
    question = new_question()
    try:
        href = await where_to(services, question)
    except SignInAway:
        return _not_now(request, errand.back)
    sign_in = services.voice.sign_in
    view = GoView(
        heading=words.gettext("Go on to your sign-in"),
        section=errand.section,
        name=sign_in.name if sign_in else "",
        href=href,
        back=errand.back,
    )
    response = render(request, "voice/sign_in.html", view)
    until = int((now + GOOD_FOR).timestamp())
    kept = {**errand.kept, "question": asdict(question), "until": until}
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
    """Where the issuer sends people. Who has signed in goes on to confirm, as with a mail, or to
    their ballot."""
    services, now, query = services_of(request), now_of(request), read_query(request)
    kept = _kept(request, query.get("state"))
    if kept is None:
        return _not_now(request, "/voice/")
    here = f"/voice/{'votes' if 'vote' in kept else 'petitions'}/{int(kept['number'])}"
    code = query.get("code")
    try:
        if not code or len(code) > LONGEST_CODE:
            raise SignInAway("no code came")
        person = await who_is_it(services, Question(**kept["question"]), code, now)
        link = await _link_for(request, kept, person)
    except (SignInAway, Invalid, Conflict):
        return _not_now(request, here)
    response = redirect(link or here, request)
    response.delete_cookie(COOKIE, path=RETURN)
    return response


async def _link_for(request: Request, kept: Mapping[str, Any], person: str) -> str | None:
    """Where one goes on who has shown who they are. Raises Invalid or Conflict."""
    services, now, network = services_of(request), now_of(request), address_of(request)
    if "vote" in kept:
        proof = make_proof(services.keyring, kept["vote"], person, now)
        number, area = int(kept["number"]), str(kept["area"])
        language = translator_of(request).code
        token = await ask_for_ballot(services, number, proof, area, language, network, now)
        return BALLOT.format(number=number, token=token)
    proof = make_proof(services.keyring, kept["petition"], person, now)
    wish = Wish(**{**kept["wish"], "contact": proof, "tier": SIGN_IN})
    asked = await ask_to_sign(services, UUID(kept["petition"]), wish, network, now)
    return asked.link


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
    vote = href.startswith("/voice/votes")
    view = SaidView(
        heading=words.gettext("The sign-in did not work this time"),
        lead=words.gettext("Nothing was changed. You can try again, or sign in another way."),
        then="",
        href=href,
        link=words.gettext("Back to the vote") if vote else words.gettext("Back to the petition"),
        back=href,
    )
    return render(request, "voice/said.html", view, status=409)
