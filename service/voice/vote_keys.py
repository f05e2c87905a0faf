"""A vote's own secrets: files outside the database and its backups, destroyed when they are done.

K names people and slots of one vote, signs its receipts and seals its ballot links. When the file
is gone, nobody can say any more who voted or where a ballot lay.
"""

from __future__ import annotations

import os
import re
from base64 import b32decode, b32encode
from contextlib import suppress
from dataclasses import dataclass, field
from secrets import token_bytes
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from petitions.people.person import roll_key, slot_key

if TYPE_CHECKING:
    from pathlib import Path
    from uuid import UUID

    from service.settings import Settings

FOLDER = "votes"
KEY_BYTES = 32
NONCE_BYTES = 12
CODE_BYTES = 15
KEY, TIE = "key", "tie"


class KeyGone(Exception):
    """The vote's key is not where it was: destroyed, or not on this machine."""


@dataclass(frozen=True, slots=True)
class VoteKey:
    """K and what is derived from it. Never logged, never stored anywhere else."""

    secret: bytes

    def __repr__(self) -> str:
        return "VoteKey()"

    def roll(self, kind: str, canonical: str) -> str:
        return roll_key(self.secret, kind, canonical)

    def slot(self, roll: str) -> str:
        return slot_key(self.secret, roll)

    @property
    def signing(self) -> Ed25519PrivateKey:
        """Signs receipts and roots of this vote; gone with K, so nothing is signed afterward."""
        return Ed25519PrivateKey.from_private_bytes(self._derive(b"sign"))

    def seal_token(self, text: bytes) -> bytes:
        nonce = token_bytes(NONCE_BYTES)
        return nonce + AESGCM(self._derive(b"token")).encrypt(nonce, text, b"ballot")

    def open_token(self, sealed: bytes) -> bytes | None:
        """What was sealed, or None for anything else."""
        nonce, body = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
        try:
            return AESGCM(self._derive(b"token")).decrypt(nonce, body, b"ballot")
        except (InvalidTag, ValueError):
            return None

    def _derive(self, purpose: bytes) -> bytes:
        info = b"threshold/1/vote-key\n" + purpose
        return HKDF(hashes.SHA256(), KEY_BYTES, None, info).derive(self.secret)


def make_key(settings: Settings, vote: UUID) -> VoteKey:
    """A fresh K; refuses to replace one."""
    return VoteKey(_make(_path(settings, vote, KEY)))


def read_key(settings: Settings, vote: UUID) -> VoteKey:
    """Raises KeyGone."""
    return VoteKey(_read(_path(settings, vote, KEY)))


def make_tie_secret(settings: Settings, vote: UUID) -> bytes:
    """What the vote commits to at opening and publishes at the end."""
    return _make(_path(settings, vote, TIE))


def read_tie_secret(settings: Settings, vote: UUID) -> bytes:
    """Raises KeyGone."""
    return _read(_path(settings, vote, TIE))


def keep_secrets(settings: Settings, vote: UUID, key: VoteKey, tie: bytes) -> None:
    """Both as they are, in place of what a try that was stopped left there. For a vote that is
    stored whole."""
    for kind, secret in ((KEY, key.secret), (TIE, tie)):
        _destroy(_path(settings, vote, kind))
        _write(_path(settings, vote, kind), secret)


def destroy_key(settings: Settings, vote: UUID) -> None:
    _destroy(_path(settings, vote, KEY))


def destroy_tie_secret(settings: Settings, vote: UUID) -> None:
    _destroy(_path(settings, vote, TIE))


# ---- the second officer's copy ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Copied:
    """What a copy holds. One of before the tie secret was copied too has `tie` None."""

    key: VoteKey
    tie: bytes | None = field(repr=False)


def sealed_copy(settings: Settings, vote: UUID) -> tuple[bytes, str]:
    """K and the tie secret sealed under a code for the second officer: the copy lies apart from the
    code. Raises KeyGone."""
    plain = _read(_path(settings, vote, KEY)) + _read(_path(settings, vote, TIE))
    code = b32encode(token_bytes(CODE_BYTES)).decode()
    nonce = token_bytes(NONCE_BYTES)
    sealed = AESGCM(_code_key(code)).encrypt(nonce, plain, vote.bytes)
    return nonce + sealed, "-".join(code[at : at + 4] for at in range(0, len(code), 4))


def open_copy(vote: UUID, copy: bytes, code: str) -> Copied:
    """What the copy holds. Raises KeyGone where the code does not open it."""
    plain_code = re.sub(r"[^A-Z2-7]", "", code.upper())
    try:
        b32decode(plain_code)
        plain = AESGCM(_code_key(plain_code)).decrypt(
            copy[:NONCE_BYTES], copy[NONCE_BYTES:], vote.bytes
        )
    except (InvalidTag, ValueError):
        raise KeyGone from None
    return Copied(VoteKey(plain[:KEY_BYTES]), plain[KEY_BYTES:] or None)


def put_back(settings: Settings, vote: UUID, kind: str, secret: bytes) -> bool:
    """K or the tie secret where it was; False where one is."""
    try:
        _write(_path(settings, vote, kind), secret)
    except FileExistsError:
        return False
    return True


def _code_key(code: str) -> bytes:
    return HKDF(hashes.SHA256(), KEY_BYTES, None, b"threshold/1/key-copy").derive(code.encode())


# ---- files --------------------------------------------------------------------------------------


def _path(settings: Settings, vote: UUID, kind: str) -> Path:
    return settings.storage / FOLDER / f"{vote}.{kind}"


def _make(path: Path) -> bytes:
    secret = token_bytes(KEY_BYTES)
    _write(path, secret)
    return secret


def _write(path: Path, secret: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(secret)
        file.flush()
        os.fsync(file.fileno())
    _keep_folder(path)


def _read(path: Path) -> bytes:
    try:
        secret = path.read_bytes()
    except OSError:
        raise KeyGone from None
    if len(secret) != KEY_BYTES:
        raise KeyGone
    return secret


def _destroy(path: Path) -> None:
    """Overwritten first; a disk that keeps old blocks may keep it all the same."""
    with suppress(FileNotFoundError):
        with path.open("r+b") as file:
            file.write(bytes(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        path.unlink()
        _keep_folder(path)


def _keep_folder(path: Path) -> None:
    handle = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
