"""The keys that turn contacts into people: one for each petition, destroyed with its contacts."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING
from uuid import UUID

from petitions.people.person import person_id
from service.security.blind_index import blind_index

if TYPE_CHECKING:
    from service.security.keyring import Keyring
    from service.voice.contacts import Contact

PETITIONS, QUESTIONS = "voice_petitions", "voice_questions"
KEY_BYTES = 32


def new_person_key(keyring: Keyring, row_id: UUID, table: str = PETITIONS) -> bytes:
    """A fresh key, sealed for the row's `person_key`."""
    key = secrets.token_bytes(KEY_BYTES)
    return keyring.seal(key, table=table, column="person_key", row_id=row_id)


def open_person_key(keyring: Keyring, row_id: UUID, sealed: bytes, table: str = PETITIONS) -> bytes:
    return keyring.open(bytes(sealed), table=table, column="person_key", row_id=row_id)


def person_hash(key: bytes, subject: UUID, contact: Contact) -> str:
    """The one id of a person in one petition or question."""
    return person_id(key, str(subject), contact.kind, contact.canonical)


def signature_id(person: str, slot: int) -> UUID:
    """One row for each person and place: who asks twice asks for the same row."""
    return UUID(bytes=bytes.fromhex(person)[:15] + bytes([slot]))


def network_hash(keyring: Keyring, subject: UUID, network: str) -> str:
    """Tells equal networks within one petition, and nothing over two. It begins with what all
    networks of one range share (see bursts.RANGE_LETTERS)."""
    around = _range_of(network)
    return blind_index(keyring, "voice-range", f"{subject}|{around}") + blind_index(
        keyring, "voice-network", f"{subject}|{network}"
    )


def _range_of(network: str) -> str:
    """256 IPv4 addresses, or the /48 that an IPv6 customer is given: what one buyer can have."""
    if ":" in network:
        groups = [*network.partition("::")[0].split(":"), "0", "0"]
        return ":".join(groups[:3])
    return network.rpartition(".")[0] or network


def domain_hash(keyring: Keyring, subject: UUID, domain: str) -> str:
    return blind_index(keyring, "voice-domain", f"{subject}|{domain}")
