"""Standard Webhooks 1.0.0: signing and checking with HMAC-SHA256 (v1) and ed25519 (v1a)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

TOLERANCE = timedelta(minutes=5)
SHARED_SECRET_BYTES = range(24, 65)
KEY_BYTES = 32


class BadKey(ValueError):
    """A signing or checking key that is not what its prefix says."""


class NotGenuine(Exception):
    """A message whose headers, time or signature do not hold. Nothing else ever escapes a check."""


class Signer(Protocol):
    """One key that signs: its version tag and the raw signature."""

    @property
    def version(self) -> str: ...

    def sign(self, content: bytes) -> bytes:
        """The signature over exactly these bytes."""
        ...


class Verifier(Protocol):
    """One key that checks signatures of its version."""

    @property
    def version(self) -> str: ...

    def holds(self, content: bytes, signature: bytes) -> bool:
        """True when the signature is genuine; never raises."""
        ...


@dataclass(frozen=True, slots=True)
class SharedSecret:
    """An HMAC-SHA256 secret (`whsec_…`), known to both ends: it signs and checks."""

    secret: bytes
    version: str = "v1"

    def sign(self, content: bytes) -> bytes:
        """HMAC-SHA256 of the content."""
        return hmac.digest(self.secret, content, hashlib.sha256)

    def holds(self, content: bytes, signature: bytes) -> bool:
        """Compared in constant time."""
        return hmac.compare_digest(self.sign(content), signature)


@dataclass(frozen=True, slots=True)
class PrivateKey:
    """An ed25519 signing key (`whsk_…`): the agency needs only the public half."""

    key: Ed25519PrivateKey
    version: str = "v1a"

    def sign(self, content: bytes) -> bytes:
        """The ed25519 signature of the content."""
        return self.key.sign(content)

    def public(self) -> str:
        """The half to hand to the agency, as `whpk_…`."""
        return "whpk_" + base64.b64encode(self.key.public_key().public_bytes_raw()).decode("ascii")


@dataclass(frozen=True, slots=True)
class PublicKey:
    """The half of an ed25519 pair (`whpk_…`) that only checks."""

    key: Ed25519PublicKey
    version: str = "v1a"

    def holds(self, content: bytes, signature: bytes) -> bool:
        """True when the private half signed this content."""
        try:
            self.key.verify(signature, content)
        except InvalidSignature:
            return False
        return True


def parse_signer(text: str) -> SharedSecret | PrivateKey:
    """A key that signs, from its written form; BadKey when it is not one."""
    prefix, raw = _decode(text)
    if prefix == "whsec" and len(raw) in SHARED_SECRET_BYTES:
        return SharedSecret(raw)
    if prefix == "whsk" and len(raw) in (KEY_BYTES, 2 * KEY_BYTES):
        # The written form of a private key may carry the public half behind the seed.
        return PrivateKey(Ed25519PrivateKey.from_private_bytes(raw[:KEY_BYTES]))
    raise BadKey("a signing key is whsec_ with 24 to 64 bytes or whsk_ with 32 or 64 bytes")


def parse_verifier(text: str) -> SharedSecret | PublicKey:
    """A key that checks, from its written form; BadKey when it is not one."""
    prefix, raw = _decode(text)
    if prefix == "whsec" and len(raw) in SHARED_SECRET_BYTES:
        return SharedSecret(raw)
    if prefix == "whpk" and len(raw) == KEY_BYTES:
        return PublicKey(Ed25519PublicKey.from_public_bytes(raw))
    raise BadKey("a checking key is whsec_ with 24 to 64 bytes or whpk_ with 32 bytes")


def sign(message_id: str, at: datetime, body: bytes, keys: Iterable[Signer]) -> dict[str, str]:
    """The three headers of one attempt. Old and new keys sign side by side during a change.

    `message_id` stays the same over retries; `at` is the time of this attempt and carries a zone.
    """
    stamp = _unix(at)
    content = _content(message_id, stamp, body)
    signatures = (
        f"{key.version},{base64.b64encode(key.sign(content)).decode('ascii')}" for key in keys
    )
    return {
        "webhook-id": message_id,
        "webhook-timestamp": stamp,
        "webhook-signature": " ".join(signatures),
    }


def verify(
    headers: Mapping[str, str],
    body: bytes,
    keys: Iterable[Verifier],
    now: datetime,
    tolerance: timedelta = TOLERANCE,
) -> str:
    """The message's id, when one signature of one key holds; NotGenuine in every other case."""
    lowered = {name.lower(): value for name, value in headers.items()}
    try:
        message_id = lowered["webhook-id"]
        stamp = lowered["webhook-timestamp"]
        listed = lowered["webhook-signature"]
    except KeyError as missing:
        raise NotGenuine(f"the header {missing.args[0]} is missing") from None
    _check_time(stamp, now, tolerance)
    try:
        content = _content(message_id, stamp, body)
    except UnicodeEncodeError:
        raise NotGenuine("the id is not readable") from None
    known = tuple(keys)
    for version, signature in _signatures(listed):
        if any(key.version == version and key.holds(content, signature) for key in known):
            return message_id
    raise NotGenuine("no signature holds")


def _decode(text: str) -> tuple[str, bytes]:
    prefix, _, encoded = text.partition("_")
    try:
        return prefix, base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise BadKey("the key is not base64 behind its prefix") from None


def _unix(at: datetime) -> str:
    if at.tzinfo is None:
        raise ValueError("the time of an attempt needs a zone")
    return str(int(at.timestamp()))


def _content(message_id: str, stamp: str, body: bytes) -> bytes:
    return f"{message_id}.{stamp}.".encode() + body


def _check_time(stamp: str, now: datetime, tolerance: timedelta) -> None:
    # int() alone would take "1_0", full-width digits and digits of other scripts.
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12):
        raise NotGenuine("the time is not a number of seconds")
    if abs(now.timestamp() - int(stamp)) > tolerance.total_seconds():
        raise NotGenuine("the time is too far from now")


def _signatures(listed: str) -> Iterable[tuple[str, bytes]]:
    for part in listed.split(" "):
        version, comma, encoded = part.partition(",")
        if not comma:
            continue
        try:
            yield version, base64.b64decode(encoded, validate=True)
        except (binascii.Error, ValueError):
            continue
