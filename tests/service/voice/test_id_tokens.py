"""The signed word of an issuer is believed only where key, way of signing and every claim fit."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from service.security.id_tokens import Expected, NotTheirWord, read_id_token
from tests.service.voice.issuer import b64

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
EXPECTED = Expected("https://id.example.gov", "threshold", "asked-once", NOW)
CLAIMS: dict[str, Any] = {
    "iss": "https://id.example.gov",
    "aud": "threshold",
    "sub": "resident-1",
    "nonce": "asked-once",
    "iat": int(NOW.timestamp()),
    "exp": int(NOW.timestamp()) + 300,
}
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
SMALL = rsa.generate_private_key(public_exponent=65537, key_size=1024)


def published(key: rsa.RSAPrivateKey, **more: str) -> dict[str, str]:
    """A key as an issuer's list of keys has it."""
    numbers = key.public_key().public_numbers()
    n, e = (b64(one.to_bytes((one.bit_length() + 7) // 8, "big")) for one in (numbers.n, numbers.e))
    return {"kty": "RSA", "kid": "one", "n": n, "e": e, **more}


def token(key: rsa.RSAPrivateKey, claims: Mapping[str, Any] = CLAIMS, alg: str = "RS256") -> str:
    header = {"alg": alg, "kid": "one"}
    signed = f"{b64(json.dumps(header).encode())}.{b64(json.dumps(claims).encode())}"
    signature = key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
    return f"{signed}.{b64(signature)}"


def test_a_token_signed_with_rsa_names_the_person() -> None:
    assert read_id_token(token(KEY), [published(KEY)], EXPECTED)["sub"] == "resident-1"


@pytest.mark.parametrize(
    ("told", "keys"),
    [
        (token(SMALL), [published(SMALL)]),
        (token(SMALL), [published(KEY)]),
        (token(KEY, alg="PS256"), [published(KEY)]),
        (token(KEY, alg="ES256"), [published(KEY)]),
        (token(KEY), [published(KEY, use="enc")]),
        (token(KEY), [published(KEY), published(KEY)]),
        (token(KEY), []),
        (token(KEY).rpartition(".")[0] + ".", [published(KEY)]),
        (token(KEY, {**CLAIMS, "nonce": "asked before"}), [published(KEY)]),
        (token(KEY, {**CLAIMS, "aud": ["threshold", "another"]}), [published(KEY)]),
        (token(KEY, {**CLAIMS, "exp": True}), [published(KEY)]),
        (token(KEY, {**CLAIMS, "exp": CLAIMS["iat"] - 61}), [published(KEY)]),
        (token(KEY, {**CLAIMS, "iat": CLAIMS["exp"]}), [published(KEY)]),
        (token(KEY, {**CLAIMS, "sub": ""}), [published(KEY)]),
    ],
    ids=[
        "a key too small to trust",
        "another key",
        "another way of signing",
        "a way that the key is not for",
        "a key for something else",
        "two keys of one name",
        "no key",
        "no signature",
        "an answer to another question",
        "meant for several",
        "an end that is no time",
        "ended",
        "not begun",
        "nobody",
    ],
)
def test_a_token_that_does_not_fit_is_not_believed(told: str, keys: list[dict[str, str]]) -> None:
    with pytest.raises(NotTheirWord):
        read_id_token(told, keys, EXPECTED)
