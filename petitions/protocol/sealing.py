"""A ballot sealed to the trustees, and the receipt for it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from secrets import token_bytes

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from petitions.protocol.canonical import NotWhatItSays, sign, signature_holds
from petitions.protocol.merkle import leaf_hash
from petitions.protocol.pairs import most_pairs
from petitions.protocol.spec import VoteSpec

VERSION = b"\x01"
KEY, TAG, NONCE, LENGTH = 32, 16, 16, 2
_STEP = 64


@lru_cache(64)
def padded_size(spec: VoteSpec) -> int:
    """How long every ballot of this vote is inside its seal, whatever it says: room for all
    options by name, each in the longest form that any method writes."""
    most = 32 + sum(len(option.id.encode()) + 16 for option in spec.options)
    if spec.method == "pairwise":
        longest = max(len(option.id.encode()) for option in spec.options)
        most = 32 + most_pairs(spec) * (2 * longest + 8)
    return -(-(LENGTH + NONCE + most) // _STEP) * _STEP


def seal(ballot: bytes, spec: VoteSpec) -> bytes:
    """version ‖ a fresh public key ‖ AES-GCM over length ‖ ballot ‖ zeros ‖ 16 random bytes.

    The key is fresh for each ballot, so it is used once and the nonce of AES-GCM may be zero."""
    size = padded_size(spec)
    room = size - LENGTH - NONCE
    if len(ballot) > room:
        raise NotWhatItSays("This ballot says more than a ballot of this vote can.")
    plain = len(ballot).to_bytes(LENGTH, "big") + ballot.ljust(room, b"\0") + token_bytes(NONCE)
    own = X25519PrivateKey.generate()
    shown = own.public_key().public_bytes_raw()
    shared = own.exchange(X25519PublicKey.from_public_bytes(bytes.fromhex(spec.trustee_key)))
    body = _cipher(shared, shown, spec).encrypt(bytes(12), plain, _bound(spec))
    return VERSION + shown + body


def unseal(sealed: bytes, trustee: X25519PrivateKey, spec: VoteSpec) -> bytes:
    """The ballot. Raises NotWhatItSays for one sealed to another key, vote or rule."""
    shown, body = sealed[1 : 1 + KEY], sealed[1 + KEY :]
    if sealed[:1] != VERSION or len(body) != padded_size(spec) + TAG:
        raise NotWhatItSays("This is not a sealed ballot of this vote.")
    try:
        shared = trustee.exchange(X25519PublicKey.from_public_bytes(shown))
        plain = _cipher(shared, shown, spec).decrypt(bytes(12), body, _bound(spec))
    except (InvalidTag, ValueError):
        raise NotWhatItSays("The seal does not open with this key for this vote.") from None
    length = int.from_bytes(plain[:LENGTH], "big")
    return plain[LENGTH : LENGTH + length]


def _cipher(shared: bytes, shown: bytes, spec: VoteSpec) -> AESGCM:
    info = b"threshold/1/ballot\n" + shown + bytes.fromhex(spec.trustee_key) + _bound(spec)
    return AESGCM(HKDF(hashes.SHA256(), 32, None, info).derive(shared))


def _bound(spec: VoteSpec) -> bytes:
    return f"{spec.vote}\n{spec.hash}".encode()


def leaf(sealed: bytes) -> str:
    """What stands in the published list for this sealed ballot."""
    return leaf_hash(sealed).hex()


@dataclass(frozen=True, slots=True)
class Receipt:
    """That the service recorded a ballot: which sealed one, on which day."""

    vote: str
    leaf: str
    day: str
    signature: str

    def holds(self, spec: VoteSpec) -> bool:
        claim = {"vote": self.vote, "leaf": self.leaf, "day": self.day}
        signed = {**claim, "signature": self.signature}
        return self.vote == spec.vote and signature_holds(signed, "receipt", spec.signing_key)


def receipt(sealed: bytes, vote: str, day: str, key: Ed25519PrivateKey) -> Receipt:
    signed = sign({"vote": vote, "leaf": leaf(sealed), "day": day}, "receipt", key)
    return Receipt(**signed)
