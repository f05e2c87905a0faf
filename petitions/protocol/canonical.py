"""One way to write each published document, so that its hash and signature are everyone's."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

TAG = "threshold/1"


class NotWhatItSays(ValueError):
    """A document, receipt or share that cannot be what it claims to be; a sentence says why."""


def canonical(document: object) -> bytes:
    """JSON with sorted keys, no spaces, composed letters and only whole numbers. Raises
    NotWhatItSays for anything that JSON writes in more than one way."""
    _only_plain(document)
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return unicodedata.normalize("NFC", text).encode()


def _only_plain(value: object) -> None:
    if type(value) is str:  # nearly all of a ballot; the test for a mapping is dear
        return
    if isinstance(value, float):
        raise NotWhatItSays("A published document holds whole numbers only.")
    if isinstance(value, Mapping):
        for one in value.values():
            _only_plain(one)
    elif isinstance(value, (list, tuple)):
        for one in value:
            _only_plain(one)


def digest(data: bytes) -> str:
    return sha256(data).hexdigest()


def sign(document: Mapping[str, Any], kind: str, key: Ed25519PrivateKey) -> dict[str, Any]:
    """The document with its signature. `kind` keeps one kind from passing for another."""
    return {**document, "signature": key.sign(_signed(document, kind)).hex()}


def signature_holds(document: Mapping[str, Any], kind: str, public_key: str) -> bool:
    unsigned = {name: value for name, value in document.items() if name != "signature"}
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key))
        key.verify(bytes.fromhex(str(document.get("signature", ""))), _signed(unsigned, kind))
    except (ValueError, InvalidSignature):
        return False
    return True


def _signed(document: Mapping[str, Any], kind: str) -> bytes:
    return f"{TAG}/{kind}\n".encode() + canonical(dict(document))
