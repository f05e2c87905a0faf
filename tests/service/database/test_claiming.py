"""Whoever takes the first few rows gets no more of them, whatever plan the database chooses."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from service import db, outbox
from service.actor import Actor
from service.audit import unit_of_work
from service.services import Services
from tests.support.clock import StoppedClock

ROWS, LIMIT = 40, 4
# PostgreSQL then finds nothing better than to look again for each row.
FORCED = (
    "hashjoin",
    "mergejoin",
    "hashagg",
    "sort",
    "material",
    "memoize",
    "indexscan",
    "bitmapscan",
)


async def test_a_claim_takes_no_more_rows_than_it_asked_for(
    services: Services, clock: StoppedClock
) -> None:
    async with unit_of_work(Actor.SYSTEM, "test.sent", "x", clock.now()) as work:
        for _ in range(ROWS):
            work.later("hint", "a", str(uuid4()), {})
    async with db.transaction():
        if db.dialect() == "postgres":
            for name in FORCED:
                await db.execute(f"set local enable_{name} = off")
        claimed = await outbox.claim(clock, "a", LIMIT, timedelta(minutes=1))
    assert len(claimed) == LIMIT
