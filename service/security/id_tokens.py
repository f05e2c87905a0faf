"""The signed word of an OpenID Connect issuer: who has just signed in. RS256 and ES256 only."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

LONGEST = 20_000
CLOCKS_APART = 60
SMALLEST_RSA = 2048
HALF = 32


class NotTheirWord(Exception):
    """The token is not what this issuer says to us now. The message says why, and no value."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What has to stand in the token."""

    issuer: str
    client: str
    nonce: str
    now: datetime


def read_id_token(
    token: str, keys: Sequence[Mapping[str, Any]], expected: Expected
) -> Mapping[str, Any]:
    """The claims, once the signature and each claim that matters hold. Raises NotTheirWord."""
    parts = token.split(".")
    if len(parts) != 3 or len(token) > LONGEST:
        raise NotTheirWord("it is no signed token")
    header, claims = _json(parts[0]), _json(parts[1])
    signed = f"{parts[0]}.{parts[1]}".encode()
    _check_signature(header, signed, _bytes(parts[2]), keys)
    _check_claims(claims, expected)
    return claims


def _check_claims(claims: Mapping[str, Any], expected: Expected) -> None:
    named = claims.get("aud")
    audience = named if isinstance(named, list) else [named]
    now = expected.now.timestamp()
    if claims.get("iss") != expected.issuer:
        raise NotTheirWord("another issuer")
    if expected.client not in audience or claims.get("azp", expected.client) != expected.client:
        raise NotTheirWord("meant for another client")
    if len(audience) > 1 and "azp" not in claims:
        raise NotTheirWord("meant for several clients")
    if not isinstance(claims.get("nonce"), str) or claims["nonce"] != expected.nonce:
        raise NotTheirWord("an answer to another question")
    if not _number(claims, "exp") > now - CLOCKS_APART:
        raise NotTheirWord("it has ended")
    if _number(claims, "iat") > now + CLOCKS_APART:
        raise NotTheirWord("it has not begun")
    if not isinstance(claims.get("sub"), str) or not 0 < len(claims["sub"]) <= 255:
        raise NotTheirWord("it names nobody")


def _number(claims: Mapping[str, Any], name: str) -> float:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise NotTheirWord(f"no {name}")
    return value


def _check_signature(
    header: Mapping[str, Any], signed: bytes, signature: bytes, keys: Sequence[Mapping[str, Any]]
) -> None:
    """By the key that the header names, of the kind that its algorithm needs."""
    named = header.get("kid")
    fitting = [key for key in keys if named is None or key.get("kid") == named]
    if header.get("crit") is not None or len(fitting) != 1:
        raise NotTheirWord("no key of the issuer fits")
    key = fitting[0]
    if key.get("use", "sig") != "sig":
        raise NotTheirWord("the key is not for signing")
    try:
        match header.get("alg"), key.get("kty"):
            case "RS256", "RSA":
                _rsa_key(key).verify(signature, signed, padding.PKCS1v15(), hashes.SHA256())
            case "ES256", "EC":
                _check_curve(key, signed, signature)
            case _:
                raise NotTheirWord("signed in a way that is not taken")
    except (InvalidSignature, ValueError, KeyError, TypeError):
        raise NotTheirWord("the signature does not hold") from None


def _rsa_key(key: Mapping[str, Any]) -> rsa.RSAPublicKey:
    made = rsa.RSAPublicNumbers(_whole(key["e"]), _whole(key["n"])).public_key()
    if made.key_size < SMALLEST_RSA:
        raise NotTheirWord("the key is too small")
    return made


def _check_curve(key: Mapping[str, Any], signed: bytes, signature: bytes) -> None:
    if key.get("crv") != "P-256" or len(signature) != 2 * HALF:
        raise NotTheirWord("signed in a way that is not taken")
    made = ec.EllipticCurvePublicNumbers(_whole(key["x"]), _whole(key["y"]), ec.SECP256R1())
    pair = int.from_bytes(signature[:HALF], "big"), int.from_bytes(signature[HALF:], "big")
    made.public_key().verify(encode_dss_signature(*pair), signed, ec.ECDSA(hashes.SHA256()))


def _whole(text: str) -> int:
    return int.from_bytes(_bytes(text), "big")


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError, TypeError):
        raise NotTheirWord("it is no signed token") from None


def _json(part: str) -> Mapping[str, Any]:
    try:
        found = json.loads(_bytes(part))
    except ValueError:
        raise NotTheirWord("it is no signed token") from None
    if not isinstance(found, dict):
        raise NotTheirWord("it is no signed token")
    return found
