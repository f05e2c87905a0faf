"""That the city's sign-in has just named somebody: sealed by us, for one petition or vote, for a
few minutes. It travels in the address of no page and rests in no table."""

from __future__ import annotations

import base64
import binascii
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from service.security.keyring import SealBroken

if TYPE_CHECKING:
    from service.security.keyring import Keyring

PLACE = {"table": "voice_sign_in", "column": "proof"}
GOOD_FOR = timedelta(minutes=10)
LONGEST = 2_000


def make_proof(keyring: Keyring, subject: str, person: str, now: datetime) -> str:
    """`person`: the name that the sign-in gives to one person for ever."""
    told = {"person": person, "until": int((now + GOOD_FOR).timestamp())}
    return base64.urlsafe_b64encode(keyring.seal_json(told, **PLACE, row_id=subject)).decode()


def read_proof(keyring: Keyring, subject: str, proof: str, now: datetime) -> str | None:
    """Who it is; None for what is no proof of ours, for another subject, or too old."""
    if len(proof) > LONGEST or not proof.isascii():
        return None
    try:
        sealed = base64.urlsafe_b64decode(proof)
        told = keyring.open_json(sealed, **PLACE, row_id=subject)
    except (binascii.Error, ValueError, SealBroken):
        return None
    return str(told["person"]) if told["until"] > now.timestamp() else None
