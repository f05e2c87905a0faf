"""Proof that a posted form came from our own page: a token in it, and the browser's own word."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from service.errors import FormExpired

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from service.security.keyring import Keyring
    from service.security.sessions import Session
    from service.settings import Settings

FIELD = "_csrf"
FORM_COOKIE = "th_form"
# A form shown before any session is tied to this browser, at one door and not beyond it: nothing a
# browser carries joins a visit to benefits to a signature. Elsewhere there is no such form.
FORM_PLACES = ("/benefits/", "/voice/", "/staff/", "/feedback")
FORM_LIFE = timedelta(hours=12)
CLOCKS_APART = 60  # seconds that two web processes may differ


def csrf_token(session: Session) -> str:
    """The token of every form shown in a session."""
    return session.csrf


@dataclass(frozen=True, slots=True)
class FormCookie:
    """What a browser is to keep at one place, for the forms it is shown there."""

    value: str
    path: str


def form_place(path: str) -> str | None:
    """The place a page belongs to; None where nothing is begun."""
    return next((place for place in FORM_PLACES if path.startswith(place)), None)


def new_form_cookie(now: datetime) -> str:
    """The value that ties a form shown without a session to this browser: when, and a random."""
    return f"{int(now.timestamp())}.{secrets.token_hex(16)}"


def form_token(keyring: Keyring, cookie: str) -> str:
    """The token for a form cookie; without our key nobody can make the pair."""
    return _form_token(keyring.derive("form-token")[0], cookie)


def _form_token(key: bytes, cookie: str) -> str:
    return hmac.digest(key, cookie.encode(), "sha256").hex()[:32]


def form_cookie_alive(cookie: str, now: datetime) -> bool:
    """Whether the cookie has our form and is young enough."""
    if not cookie:
        return False
    issued, _, noise = cookie.partition(".")
    if not (issued.isascii() and issued.isdigit() and len(issued) < 12 and len(noise) == 32):
        return False
    age = now.timestamp() - int(issued)
    return -CLOCKS_APART <= age < FORM_LIFE.total_seconds()


def set_form_cookie(response: Response, cookie: FormCookie, settings: Settings) -> None:
    """Value and path are ours, so there is nothing to quote: written as it is, for every page
    without a session sets one."""
    secure = "; Secure" if settings.base_url.startswith("https:") else ""
    text = f"{FORM_COOKIE}={cookie.value}; HttpOnly; Path={cookie.path}; SameSite=lax{secure}"
    response.raw_headers.append((b"set-cookie", text.encode("ascii")))


def check_sender(request: Request) -> None:
    """Refuse what the browser itself says came from another site. Old browsers say nothing."""
    site = request.headers.get("sec-fetch-site")
    if site is not None and site not in ("same-origin", "none"):
        raise FormExpired("cross_site")
    origin = request.headers.get("origin")
    if origin is not None:
        # Host was checked against the allow-list before any route ran.
        scheme, _, host = origin.partition("://")
        if scheme not in ("http", "https") or host.lower() != request.headers["host"].lower():
            raise FormExpired("cross_site")


def check_token(
    request: Request, sent: str, session: Session | None, keyring: Keyring, now: datetime
) -> None:
    """Raises FormExpired unless the form's token belongs to this session, or to this browser."""
    if session is not None:
        good = [csrf_token(session)]
    else:
        cookie = request.cookies.get(FORM_COOKIE, "")
        if not cookie:
            raise FormExpired("no_cookie", FormExpired.no_cookie)
        if not form_cookie_alive(cookie, now):
            raise FormExpired
        # A form that was open while the keys were rotated is still ours.
        good = [_form_token(key, cookie) for key in keyring.derive("form-token")]
    if not any(hmac.compare_digest(sent.encode(), token.encode()) for token in good):
        raise FormExpired
