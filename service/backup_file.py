"""The backup's file: compressed, sealed in pieces, whole or refused.

    16 bytes  "THRESHOLDBACKUP1"
    4 bytes   key id: the first four of SHA-256(backup key)
    16 bytes  salt: the file's own key is HKDF(backup key, salt)
    then      pieces: 4 bytes length, AES-256-GCM of up to a megabyte of compressed text

Each piece's nonce is its number; it is bound to the head and to being the last or not, so pieces
can not be cut off, swapped or taken from another file.
"""

from __future__ import annotations

import hashlib
import os
import struct
import zlib
from typing import TYPE_CHECKING, BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

if TYPE_CHECKING:
    from collections.abc import Iterator

    from service.security.keyring import Keyring

MAGIC = b"THRESHOLDBACKUP1"
PURPOSE = "backup"
KEY_ID_BYTES = 4
SALT_BYTES = 16
HEAD_BYTES = len(MAGIC) + KEY_ID_BYTES + SALT_BYTES
PIECE_BYTES = 1024 * 1024
LONGEST_PIECE = PIECE_BYTES + 1024
LENGTH = struct.Struct(">I")


class BackupRefused(Exception):
    """The file is no backup of ours, is damaged, or is sealed by a key that is not in the ring."""


class BackupWriter:
    """Write lines of text; `close` ends the file properly."""

    def __init__(self, file: BinaryIO, keyring: Keyring) -> None:
        key = keyring.derive(PURPOSE)[0]
        self._file = file
        self._head = MAGIC + _key_id(key) + os.urandom(SALT_BYTES)
        self._cipher = _cipher(key, self._head)
        self._compress = zlib.compressobj(6)
        self._waiting = bytearray()
        self._number = 0
        file.write(self._head)

    def line(self, text: str) -> None:
        self._waiting += self._compress.compress(text.encode() + b"\n")
        while len(self._waiting) > PIECE_BYTES:
            self._piece(bytes(self._waiting[:PIECE_BYTES]), last=False)
            del self._waiting[:PIECE_BYTES]

    def close(self) -> None:
        self._waiting += self._compress.flush()
        while len(self._waiting) > PIECE_BYTES:
            self._piece(bytes(self._waiting[:PIECE_BYTES]), last=False)
            del self._waiting[:PIECE_BYTES]
        self._piece(bytes(self._waiting), last=True)

    def _piece(self, plain: bytes, *, last: bool) -> None:
        sealed = self._cipher.encrypt(_nonce(self._number), plain, self._head + bytes([last]))
        self._file.write(LENGTH.pack(len(sealed)) + sealed)
        self._number += 1


def read_lines(file: BinaryIO, keyring: Keyring) -> Iterator[str]:
    """The lines of a backup. Raises BackupRefused before the first one for a wrong key or a file
    that is not whole: it is read through once before anything is done with it."""
    for _ in _opened_pieces(file, keyring):
        pass
    file.seek(0)
    return _lines(_opened_pieces(file, keyring))


def _opened_pieces(file: BinaryIO, keyring: Keyring) -> Iterator[bytes]:
    head = file.read(HEAD_BYTES)
    if len(head) != HEAD_BYTES or not head.startswith(MAGIC):
        raise BackupRefused("This is not a backup made by `threshold backup`.")
    key_id = head[len(MAGIC) : len(MAGIC) + KEY_ID_BYTES]
    key = next((key for key in keyring.derive(PURPOSE) if _key_id(key) == key_id), None)
    if key is None:
        raise BackupRefused(
            "This backup was made with a secret key that is not in THRESHOLD_SECRET_KEYS."
        )
    return _pieces(file, head, _cipher(key, head))


def _pieces(file: BinaryIO, head: bytes, cipher: AESGCM) -> Iterator[bytes]:
    number, sealed = 0, _next_sealed(file)
    while sealed is not None:
        following = _next_sealed(file)
        last = following is None
        try:
            yield cipher.decrypt(_nonce(number), sealed, head + bytes([last]))
        except InvalidTag:
            raise BackupRefused("This backup is damaged or not complete.") from None
        number, sealed = number + 1, following
    if number == 0:
        raise BackupRefused("This backup is damaged or not complete.")


def _next_sealed(file: BinaryIO) -> bytes | None:
    packed = file.read(LENGTH.size)
    if not packed:
        return None
    length = LENGTH.unpack(packed)[0] if len(packed) == LENGTH.size else LONGEST_PIECE + 1
    sealed = file.read(length) if length <= LONGEST_PIECE else b""
    if len(sealed) != length:
        raise BackupRefused("This backup is damaged or not complete.")
    return sealed


def _lines(pieces: Iterator[bytes]) -> Iterator[str]:
    expand = zlib.decompressobj()
    rest = b""
    for piece in pieces:
        *whole, rest = (rest + expand.decompress(piece)).split(b"\n")
        for line in whole:
            yield line.decode()
    *whole, rest = (rest + expand.flush()).split(b"\n")
    for line in whole:
        yield line.decode()


def _key_id(key: bytes) -> bytes:
    return hashlib.sha256(key).digest()[:KEY_ID_BYTES]


def _cipher(key: bytes, head: bytes) -> AESGCM:
    salt = head[-SALT_BYTES:]
    file_key = HKDF(hashes.SHA256(), 32, salt, b"threshold/1/backup file").derive(key)
    return AESGCM(file_key)


def _nonce(number: int) -> bytes:
    return number.to_bytes(12)
