"""Hints that say the same: one that arrives covers the others, one that does not delays them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from service import db

if TYPE_CHECKING:
    from service.outbox import Claimed

OTHERS = "topic = ? and lane = ? and state = 'waiting' and leased_until is null"


async def cover_waiting(row: Claimed, begun: datetime) -> int:
    """Settle the agency's other hints for what was there when this one was counted."""
    return await db.execute(
        f"update outbox set state = 'sent', done_at = ? where {OTHERS} and created_at <= ?",
        begun,
        row.topic,
        row.lane,
        begun,
    )


async def postpone_waiting(row: Claimed, until: datetime) -> int:
    """Spare an agency that does not answer a call for every case that waits for it."""
    return await db.execute(
        f"update outbox set next_at = ? where {OTHERS} and next_at < ? and id <> ?",
        until,
        row.topic,
        row.lane,
        until,
        row.id,
    )
