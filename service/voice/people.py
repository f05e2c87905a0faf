"""Who wrote or signed, as it is sealed in their row: the token of their link stands there too."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

if TYPE_CHECKING:
    from service.security.keyring import Keyring

AUTHOR = {"table": "voice_petitions", "column": "author"}
CONTACT = {"table": "voice_signatures", "column": "contact"}
NAME = {"table": "voice_signatures", "column": "name"}


@dataclass(frozen=True, slots=True)
class Reached:
    """Where to write to somebody, in which language, and the token of their own link. `name` is
    kept here for authors alone."""

    kind: str
    mail: str
    canonical: str
    language: str
    token: str
    name: str = ""

    def told(self) -> dict[str, str]:
        """What is sealed."""
        return {
            "kind": self.kind,
            "mail": self.mail,
            "canonical": self.canonical,
            "language": self.language,
            "token": self.token,
            "name": self.name,
        }


def seal_author(keyring: Keyring, petition: UUID, author: Reached) -> bytes:
    return keyring.seal_json(author.told(), **AUTHOR, row_id=petition)


def open_author(keyring: Keyring, petition: UUID, sealed: bytes) -> Reached:
    return _reached(keyring.open_json(bytes(sealed), **AUTHOR, row_id=petition))


def seal_contact(keyring: Keyring, signature: UUID, contact: Reached) -> bytes:
    return keyring.seal_json(contact.told(), **CONTACT, row_id=signature)


def open_contact(keyring: Keyring, signature: UUID, sealed: bytes) -> Reached:
    return _reached(keyring.open_json(bytes(sealed), **CONTACT, row_id=signature))


def seal_name(keyring: Keyring, signature: UUID, name: str) -> bytes:
    return keyring.seal(name.encode(), **NAME, row_id=signature)


def open_name(keyring: Keyring, signature: UUID, sealed: bytes | None) -> str:
    """The signer's name; nothing once it was removed."""
    if sealed is None:
        return ""
    return keyring.open(bytes(sealed), **NAME, row_id=signature).decode()


def _reached(stored: dict[str, Any]) -> Reached:
    return Reached(**stored)
