"""The key ring: what seals a stored field, and the keys for everything else derived from it.

Format of a sealed value, which never changes (docs/adr/0201-sealed-fields.md):

    1 byte   version, 0x01
    4 bytes  key id: the first four of SHA-256(field key)
    12 bytes nonce
    rest     AES-256-GCM ciphertext and tag; bound to "table|column|row id|key id in hex"
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

if TYPE_CHECKING:
    from uuid import UUID

VERSION = 1
KEY_ID_BYTES = 4
NONCE_BYTES = 12
TAG_BYTES = 16
HEAD_BYTES = 1 + KEY_ID_BYTES + NONCE_BYTES
FIELD_PURPOSE = "field"


class SealBroken(Exception):
    """A sealed value that does not open: another row's, another column's, changed, or sealed by a
    key that is no longer in the ring. Says where, never what."""


@dataclass(frozen=True, slots=True)
class _FieldKey:
    id: bytes
    cipher: AESGCM


class Keyring:
    """Secret keys, newest first. The newest seals; every one of them opens."""

    def __init__(self, secret_keys: tuple[bytes, ...]) -> None:
        if not secret_keys:
            raise ValueError("a key ring needs a key")
        self._secret_keys = secret_keys
        self._fields = tuple(_field_key(key) for key in secret_keys)
        self._by_id = {key.id: key for key in self._fields}

    def __repr__(self) -> str:
        return f"Keyring({len(self._secret_keys)} keys)"

    @property
    def newest_id(self) -> bytes:
        """Id of the key that seals now."""
        return self._fields[0].id

    def derive(self, purpose: str) -> tuple[bytes, ...]:
        """A 32-byte key for one purpose from each secret key, newest first. A key for one purpose
        says nothing about that for another."""
        return tuple(_derived(key, purpose) for key in self._secret_keys)

    def seal(self, plaintext: bytes, *, table: str, column: str, row_id: UUID | str) -> bytes:
        key = self._fields[0]
        nonce = os.urandom(NONCE_BYTES)
        place = _place(table, column, row_id, key.id)
        return bytes([VERSION]) + key.id + nonce + key.cipher.encrypt(nonce, plaintext, place)

    def open(self, sealed: bytes, *, table: str, column: str, row_id: UUID | str) -> bytes:
        """The plaintext. Raises SealBroken for anything not sealed by this ring for this place."""
        if len(sealed) < HEAD_BYTES + TAG_BYTES or sealed[0] != VERSION:
            raise SealBroken(f"{table}.{column} of {row_id}: not a sealed value")
        key = self._by_id.get(bytes(sealed[1 : 1 + KEY_ID_BYTES]))
        if key is None:
            raise SealBroken(f"{table}.{column} of {row_id}: its key is not in the ring")
        nonce = bytes(sealed[1 + KEY_ID_BYTES : HEAD_BYTES])
        place = _place(table, column, row_id, key.id)
        try:
            return key.cipher.decrypt(nonce, bytes(sealed[HEAD_BYTES:]), place)
        except InvalidTag as broken:
            raise SealBroken(f"{table}.{column} of {row_id}: changed or moved") from broken

    def seal_json(self, value: Any, *, table: str, column: str, row_id: UUID | str) -> bytes:
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        return self.seal(text.encode(), table=table, column=column, row_id=row_id)

    def open_json(self, sealed: bytes, *, table: str, column: str, row_id: UUID | str) -> Any:
        return json.loads(self.open(sealed, table=table, column=column, row_id=row_id))


def _place(table: str, column: str, row_id: UUID | str, key_id: bytes) -> bytes:
    return f"{table}|{column}|{row_id}|{key_id.hex()}".encode()


def _field_key(secret: bytes) -> _FieldKey:
    key = _derived(secret, FIELD_PURPOSE)
    return _FieldKey(hashlib.sha256(key).digest()[:KEY_ID_BYTES], AESGCM(key))


@cache
def _derived(secret: bytes, purpose: str) -> bytes:
    """HKDF-SHA-256 (RFC 5869), no salt: the secret keys are random already."""
    label = f"threshold/1/{purpose}".encode()
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=label).derive(secret)
