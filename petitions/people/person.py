"""The key that stands for one person in one petition or vote, and joins nothing else."""

from __future__ import annotations

import hmac

KINDS = ("mail", "phone", "address", "in_person", "sign_in")


def _mac(key: bytes, *words: str) -> bytes:
    """Each word with its length before it, so that no two lists of words give one message."""
    message = b"".join(
        len(data).to_bytes(4, "big") + data for data in (word.encode() for word in words)
    )
    return hmac.digest(key, message, "sha256")


def person_id(key: bytes, petition: str, kind: str, canonical: str, place: int = 0) -> str:
    """One id for each petition and person: with another petition the same contact gives another,
    so that signatures cannot be joined over petitions. `place` tells people who share an address
    apart where the city lets them; 0 is the first."""
    if kind not in KINDS or not canonical:
        raise ValueError(kind)
    own = _mac(key, "threshold/1/petition", petition)
    return _mac(own, "person", kind, canonical, str(place)).hex()


def roll_key(vote_key: bytes, kind: str, canonical: str) -> str:
    """p: that this person voted. Only whoever has the vote's key can work it out."""
    return _mac(vote_key, "roll", kind, canonical).hex()


def slot_key(vote_key: bytes, roll: str) -> str:
    """s: where the ballot lies. From p with the key; without it the two cannot be joined."""
    return _mac(vote_key, "slot", roll).hex()
