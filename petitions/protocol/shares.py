"""A key split among trustees: any two of three put it together, one alone knows nothing of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from secrets import token_bytes

from petitions.protocol.canonical import NotWhatItSays

# Shamir's scheme, byte by byte, in the field of 256 elements that AES uses (x^8+x^4+x^3+x+1).
_MODULUS = 0x11B
_TEXT = re.compile(r"threshold-share:([1-9]):([2-9]):([0-9a-f]{8}):([0-9a-f]+):([0-9a-f]{8})$")


@dataclass(frozen=True, slots=True)
class Share:
    """One trustee's part. `key` names the public key it belongs to, in eight hex digits."""

    number: int
    needed: int
    key: str
    value: bytes

    def __str__(self) -> str:
        body = f"threshold-share:{self.number}:{self.needed}:{self.key}:{self.value.hex()}"
        return f"{body}:{sha256(body.encode()).hexdigest()[:8]}"

    @classmethod
    def parse(cls, text: str) -> Share:
        """Raises NotWhatItSays for a share that was mistyped."""
        found = _TEXT.match(text.strip().lower())
        if found is None or len(found[4]) % 2:
            raise NotWhatItSays("This is not a share.")
        share = cls(int(found[1]), int(found[2]), found[3], bytes.fromhex(found[4]))
        if str(share) != text.strip().lower():
            raise NotWhatItSays("A character of this share is wrong: its last part does not fit.")
        return share


def _times(a: int, b: int) -> int:
    product = 0
    while b:
        if b & 1:
            product ^= a
        a = a << 1 ^ (_MODULUS if a & 0x80 else 0)
        b >>= 1
    return product


def _inverse(a: int) -> int:
    """a to the power of 254, since a to the power of 255 is one."""
    found, square = 1, a
    for _ in range(7):
        square = _times(square, square)
        found = _times(found, square)
    return found


def split(secret: bytes, key: str, *, needed: int = 2, of: int = 3) -> tuple[Share, ...]:
    """Split among `of` people, any `needed` of whom can join it."""
    if not 2 <= needed <= of <= 9:
        raise ValueError(f"{needed} of {of}")
    coefficients = [secret, *(token_bytes(len(secret)) for _ in range(needed - 1))]
    return tuple(
        Share(number, needed, key, _at(coefficients, number)) for number in range(1, of + 1)
    )


def _at(coefficients: Sequence[bytes], x: int) -> bytes:
    value = bytes(len(coefficients[0]))
    for row in reversed(coefficients):
        value = bytes(_times(byte, x) ^ more for byte, more in zip(value, row, strict=True))
    return value


def join(shares: Sequence[Share]) -> bytes:
    """The secret. Raises NotWhatItSays for too few shares or shares of different keys."""
    if len({(one.needed, one.key, len(one.value)) for one in shares}) != 1:
        raise NotWhatItSays("These shares do not belong to one key.")
    points = {share.number: share.value for share in shares}
    if len(points) < shares[0].needed:
        raise NotWhatItSays(f"{shares[0].needed} different shares are needed.")
    secret = bytes(len(shares[0].value))
    for number, value in points.items():
        weight = 1
        for other in points:
            if other != number:
                weight = _times(weight, _times(other, _inverse(other ^ number)))
        secret = bytes(
            have ^ _times(byte, weight) for have, byte in zip(secret, value, strict=True)
        )
    return secret
