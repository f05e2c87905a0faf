"""Codes of an authenticator app: RFC 6238 over SHA-1, six digits, thirty seconds.

These are the only settings that every such app has. SHA-1's weakness is about collisions and does
not touch HMAC (RFC 6238, section 1.2 keeps it as the default).
"""

from __future__ import annotations

import base64
import hmac
import secrets
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

if TYPE_CHECKING:
    from collections.abc import Iterator

STEP_SECONDS = 30
DIGITS = 6
# RFC 4226, section 4: 160 bits are recommended.
SECRET_BYTES = 20
# A phone's clock may be one step off to either side (RFC 6238, section 5.2).
APART = 1


def new_secret() -> bytes:
    return secrets.token_bytes(SECRET_BYTES)


def code_at(secret: bytes, step: int, digits: int = DIGITS) -> str:
    """The code of one step: HOTP (RFC 4226, section 5.3) with the step as its counter."""
    digest = hmac.digest(secret, step.to_bytes(8, "big"), "sha1")
    at = digest[-1] & 0x0F
    number = int.from_bytes(digest[at : at + 4], "big") & 0x7FFF_FFFF
    return str(number % 10**digits).zfill(digits)


def step_of(moment: datetime) -> int:
    return int(moment.timestamp()) // STEP_SECONDS


def matching_step(secret: bytes, typed: str, now: datetime, after: int) -> int | None:
    """The step whose code was typed, if it is near and newer than `after`; else None.

    Every step is compared, so the time does not tell which one was near.
    """
    code = "".join(typed.split())
    if not (code.isascii() and code.isdigit() and len(code) == DIGITS):
        return None
    found = [step for step in _near(now) if hmac.compare_digest(code_at(secret, step), code)]
    fresh = [step for step in found if step > after]
    return fresh[0] if fresh else None


def _near(now: datetime) -> Iterator[int]:
    middle = step_of(now)
    yield from range(middle - APART, middle + APART + 1)


def as_typed(secret: bytes) -> str:
    """The secret as an app takes it by hand: base32 in groups of four."""
    text = base64.b32encode(secret).decode().rstrip("=")
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def app_link(secret: bytes, service: str, mail: str) -> str:
    """The link that an app on the same device opens (the `otpauth` form all of them read)."""
    label = quote(f"{service}:{mail}", safe="")
    query = urlencode({"secret": as_typed(secret).replace(" ", ""), "issuer": service})
    return f"otpauth://totp/{label}?{query.replace('+', '%20')}"
