"""Finding a sealed value without opening any: a keyed hash of its normal form."""

from __future__ import annotations

import hmac
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from service.security.keyring import Keyring

INDEX_BYTES = 16


def blind_index(keyring: Keyring, purpose: str, normalised: str) -> str:
    """32 hex characters under the newest key: what is stored."""
    return _index(keyring.derive(f"index/{purpose}")[0], normalised)


def blind_indexes(keyring: Keyring, purpose: str, normalised: str) -> tuple[str, ...]:
    """Under every key of the ring, newest first: what a look-up tries, so that a rotation that is
    half done hides nothing."""
    return tuple(_index(key, normalised) for key in keyring.derive(f"index/{purpose}"))


def _index(key: bytes, normalised: str) -> str:
    return hmac.digest(key, normalised.encode(), "sha256")[:INDEX_BYTES].hex()


def normal_mail(text: str) -> str:
    """Case and surrounding space do not make another mailbox."""
    return unicodedata.normalize("NFKC", text).strip().casefold()


def normal_phone(text: str) -> str:
    """Digits only; a leading 1 of a North American number is dropped."""
    digits = "".join(letter for letter in unicodedata.normalize("NFKC", text) if letter.isdigit())
    return digits[1:] if len(digits) == 11 and digits.startswith("1") else digits


def normal_name(text: str) -> str:
    """Case, accents and spacing do not make another name: a caseworker types what they heard."""
    folded = unicodedata.normalize("NFKD", text).casefold()
    letters = "".join(letter for letter in folded if not unicodedata.combining(letter))
    return " ".join(letters.split())
