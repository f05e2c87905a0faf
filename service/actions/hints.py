"""Hints that say the same: one that arrives covers the others, one that does not delays them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from service import db

if TYPE_CHECKING:
    from collections.abc import Sequence

    from service.outbox import Claimed

OTHERS = "topic = ? and lane = ? and state = 'waiting' and leased_until is null"
MOST_COVERED = 500


async def others_waiting(row: Claimed) -> list[UUID]:
    """The agency's other hints whose cases can be seen now.

    Asked before the hint is posted: what is committed later may miss the pull that follows it. The
    time of a row would not do instead, because it is when its request began, before its commit.
    """
    rows = await db.fetch(
        f"select id from outbox where {OTHERS} and id <> ? order by id limit ?",
        row.topic,
        row.lane,
        row.id,
        MOST_COVERED,
    )
    return [each["id"] for each in rows]


async def cover(row: Claimed, others: Sequence[UUID], now: datetime) -> int:
    """Settle those others: the hint that arrived spoke for them."""
    if not others:
        return 0
    return await db.execute(
        f"update outbox set state = 'sent', done_at = ? where {OTHERS} and id in"
        f" ({db.marks(others)})",
        now,
        row.topic,
        row.lane,
        *others,
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
