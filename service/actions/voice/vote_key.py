"""A vote's key that was lost, as after the restore of a backup, comes back from its copy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from service.audit import unit_of_work
from service.errors import Conflict
from service.i18n import _
from service.queries.voice.votes import vote_by_number
from service.voice.vote_keys import KeyGone, VoteKey, open_copy, put_back

if TYPE_CHECKING:
    from datetime import datetime

    from service.actor import Actor
    from service.services import Services

NEEDS_KEY = ("open", "disputed")
OTHER = _("This copy and code are not of this vote’s key.")
NOT_NEEDED = _("This vote needs no key any more.")
THERE = _("The vote’s key is there already.")


async def bring_back_key(
    services: Services, actor: Actor, number: int, copy: bytes, code: str, now: datetime
) -> None:
    """Only the very key that the vote's rule names, only while the vote needs one, and never over
    one that is there. Raises Conflict."""
    record = await vote_by_number(number)
    if record.state not in NEEDS_KEY:
        raise Conflict("not_needed", NOT_NEEDED)
    try:
        secret = open_copy(record.id, copy, code)
    except KeyGone:
        raise Conflict("another_key", OTHER) from None
    if VoteKey(secret).signing.public_key().public_bytes_raw().hex() != record.spec.signing_key:
        raise Conflict("another_key", OTHER)
    async with unit_of_work(actor, "vote.key_restored", record.id, now):
        try:
            put_back(services.settings, record.id, secret)
        except FileExistsError:
            raise Conflict("there_already", THERE) from None
