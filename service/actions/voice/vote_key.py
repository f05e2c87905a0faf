"""A vote's secrets that were lost, as after the restore of a backup, come back from their copy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from petitions.protocol.spec import tie_commitment
from service.audit import unit_of_work
from service.errors import Conflict
from service.i18n import _
from service.queries.voice.votes import vote_by_number
from service.voice.vote_keys import KEY, TIE, KeyGone, open_copy, put_back

if TYPE_CHECKING:
    from datetime import datetime

    from service.actor import Actor
    from service.queries.voice.votes import VoteRecord
    from service.services import Services

NEEDS_KEY = ("open", "disputed")
# The draw of ties is told at the count, when the key is long gone.
NEEDS_TIE = (*NEEDS_KEY, "reduced")
OTHER = _("This copy and code are not of this vote’s key.")
NOT_NEEDED = _("This vote needs no key any more.")
THERE = _("The vote’s key is there already.")


async def bring_back_key(
    services: Services, actor: Actor, number: int, copy: bytes, code: str, now: datetime
) -> list[str]:
    """Only the very secrets that the vote's rule names, only while the vote needs them, and never
    over one that is there. Says which came back. Raises Conflict."""
    record = await vote_by_number(number)
    if record.state not in NEEDS_TIE:
        raise Conflict("not_needed", NOT_NEEDED)
    secrets = _wanted(record, copy, code)
    async with unit_of_work(actor, "vote.key_restored", record.id, now) as work:
        back = [
            kind
            for kind, secret in secrets.items()
            if put_back(services.settings, record.id, kind, secret)
        ]
        if not back:
            raise Conflict("there_already", THERE)
        work.detail["secrets"] = back
    return back


def _wanted(record: VoteRecord, copy: bytes, code: str) -> dict[str, bytes]:
    """What of the copy this vote needs now. Raises Conflict for another vote's."""
    try:
        held = open_copy(record.id, copy, code)
    except KeyGone:
        raise Conflict("another_key", OTHER) from None
    signing = held.key.signing.public_key().public_bytes_raw().hex()
    tie_fits = held.tie is None or tie_commitment(held.tie) == record.spec.tie_commitment
    if signing != record.spec.signing_key or not tie_fits:
        raise Conflict("another_key", OTHER)
    key = {KEY: held.key.secret} if record.state in NEEDS_KEY else {}
    return key | ({TIE: held.tie} if held.tie is not None else {})
