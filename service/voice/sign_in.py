"""The city's own sign-in by OpenID Connect: the authorization code flow with PKCE.

We learn one thing: the name that the issuer gives to one person for ever. It goes into a keyed
hash; no name, mail or other claim is asked for or kept.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from service.security.id_tokens import Expected, NotTheirWord, read_id_token

if TYPE_CHECKING:
    from datetime import datetime

    from service.services import Services
    from service.voice.rules import SignIn

RETURN = "/voice/sign-in"
DISCOVERY = "/.well-known/openid-configuration"
SECONDS = 8.0
LONGEST_ANSWER = 256 * 1024
RANDOM_BYTES = 32


class SignInAway(Exception):
    """The issuer cannot be reached, or does not answer as it should."""


@dataclass(frozen=True, slots=True)
class Question:
    """What we asked the issuer, kept with the person until they come back."""

    state: str
    nonce: str
    verifier: str


def new_question() -> Question:
    return Question(*(secrets.token_urlsafe(RANDOM_BYTES) for _part in range(3)))


async def where_to(services: Services, question: Question) -> str:
    """The issuer's page where somebody signs in. Raises SignInAway."""
    sign_in = _switched_on(services)
    found = await _discovered(sign_in)
    digest = hashlib.sha256(question.verifier.encode()).digest()
    asked = {
        "response_type": "code",
        "client_id": sign_in.client,
        "redirect_uri": services.settings.base_url + RETURN,
        "scope": "openid",
        "state": question.state,
        "nonce": question.nonce,
        "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
        "code_challenge_method": "S256",
    }
    there = _address(found, "authorization_endpoint", sign_in)
    return f"{there}{'&' if '?' in there else '?'}{urlencode(asked)}"


async def who_is_it(services: Services, question: Question, code: str, now: datetime) -> str:
    """The person's name with the issuer. Raises SignInAway."""
    sign_in = _switched_on(services)
    found = await _discovered(sign_in)
    asked = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": services.settings.base_url + RETURN,
        "client_id": sign_in.client,
        "code_verifier": question.verifier,
    }
    secret = services.settings.sign_in_secret
    auth = (sign_in.client, secret) if secret else None
    told = await _ask("POST", _address(found, "token_endpoint", sign_in), data=asked, auth=auth)
    keys = await _ask("GET", _address(found, "jwks_uri", sign_in))
    expected = Expected(sign_in.issuer, sign_in.client, question.nonce, now)
    try:
        claims = read_id_token(str(told.get("id_token", "")), _keys(keys), expected)
    except NotTheirWord as refused:
        raise SignInAway(str(refused)) from None
    return str(claims["sub"])


def _switched_on(services: Services) -> SignIn:
    if services.voice.sign_in is None or "sign_in" not in services.voice.tiers:
        raise SignInAway("this city has no sign-in")
    return services.voice.sign_in


async def _discovered(sign_in: SignIn) -> Mapping[str, Any]:
    found = await _ask("GET", sign_in.issuer + DISCOVERY)
    if found.get("issuer") != sign_in.issuer:
        raise SignInAway("another issuer answers there")
    return found


def _address(found: Mapping[str, Any], name: str, sign_in: SignIn) -> str:
    """One of the issuer's addresses, as safe as its own."""
    scheme = sign_in.issuer.partition("://")[0]
    there = found.get(name)
    if not isinstance(there, str) or not there.startswith(f"{scheme}://"):
        raise SignInAway(f"no {name}")
    return there


def _keys(found: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    keys = found.get("keys")
    return [key for key in keys if isinstance(key, dict)] if isinstance(keys, list) else []


async def _ask(method: str, url: str, **more: Any) -> Mapping[str, Any]:
    import httpx  # a city without a sign-in of its own never loads it

    try:
        async with httpx.AsyncClient(timeout=SECONDS, trust_env=False) as client:
            answer = await client.request(method, url, **more)
            found = answer.json() if len(answer.content) <= LONGEST_ANSWER else None
    except (httpx.HTTPError, ValueError) as error:
        raise SignInAway(type(error).__name__) from None
    if answer.status_code != httpx.codes.OK or not isinstance(found, dict):
        raise SignInAway(f"the issuer answered {answer.status_code}")
    return found
