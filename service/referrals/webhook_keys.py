"""The pair of keys each agency's hints are signed with, derived from the key ring."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from service.referrals.webhooks import PrivateKey

if TYPE_CHECKING:
    from service.security.keyring import Keyring


def signing_keys(keyring: Keyring, agency: str) -> list[PrivateKey]:
    """One pair for each secret key of the ring: during a rotation old and new both sign."""
    return [
        PrivateKey(Ed25519PrivateKey.from_private_bytes(seed))
        for seed in keyring.derive(f"webhook/{agency}")
    ]


def public_keys(keyring: Keyring, agency: str) -> list[str]:
    """What an agency checks hints with."""
    return [key.public() for key in signing_keys(keyring, agency)]
