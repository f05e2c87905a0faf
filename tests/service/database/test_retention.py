"""What is kept no longer goes, and a clock that jumped removes nothing."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest

from service import db, retention
from service.services import Services
from tests.service.database.test_statements import an_application
from tests.support.clock import StoppedClock


async def a_whole_day(services: Services, clock: StoppedClock) -> None:
    """The job has run each hour for more than a day."""
    for _ in range(28):
        await retention.run(services)
        clock.forward(timedelta(hours=1))


async def a_session(subject: UUID, expires_at: datetime) -> None:
    await db.execute(
        "insert into sessions (token_hash, door, subject, proof, csrf, created_at, seen_at,"
        " expires_at) values (?, 'benefits', ?, '', 'x', ?, ?, ?)",
        uuid4().hex,
        subject,
        expires_at,
        expires_at,
        expires_at,
    )


@pytest.mark.parametrize(("days", "left"), [(59, 1), (61, 0)])
async def test_an_unsent_draft_goes_after_sixty_days_with_its_session(
    services: Services, clock: StoppedClock, days: int, left: int
) -> None:
    await a_whole_day(services, clock)
    draft = await an_application(clock.at - timedelta(days=days))
    await a_session(draft, clock.at + timedelta(days=1))
    await retention.run(services)
    assert len(await db.fetch("select 1 from applications")) == left
    assert len(await db.fetch("select 1 from sessions")) == left


async def test_what_was_sent_stays(services: Services, clock: StoppedClock) -> None:
    await a_whole_day(services, clock)
    sent = await an_application(clock.at - timedelta(days=600))
    await db.execute("update applications set state = 'submitted' where id = ?", sent)
    await retention.run(services)
    assert len(await db.fetch("select 1 from applications")) == 1


async def test_deliveries_go_after_ninety_days_but_never_what_needs_attention(
    services: Services, clock: StoppedClock
) -> None:
    await a_whole_day(services, clock)
    for state, days in (("sent", 89), ("sent", 91), ("needs_attention", 900)):
        at = clock.at - timedelta(days=days)
        await db.execute(
            "insert into outbox (id, topic, lane, key, payload, state, attempts, next_at,"
            " created_at, done_at) values (?, 't', 'l', ?, ?, ?, 1, ?, ?, ?)",
            uuid4(),
            f"{state} {days}",
            b"",
            state,
            at,
            at,
            at,
        )
    await retention.run(services)
    keys = [row["key"] for row in await db.fetch("select key from outbox order by key")]
    assert keys == ["needs_attention 900", "sent 89"]


async def test_ended_sessions_and_old_counts_go(services: Services, clock: StoppedClock) -> None:
    await a_whole_day(services, clock)
    await a_session(uuid4(), clock.at - timedelta(seconds=1))
    await a_session(uuid4(), clock.at + timedelta(seconds=1))
    for hours in (1, 72):
        await db.execute(
            "insert into rate_limits (id, bucket, window_start, count) values (?, 'b', ?, 1)",
            uuid4(),
            int((clock.at - timedelta(hours=hours)).timestamp()),
        )
    removed = await retention.run(services)
    assert (removed["sessions"], removed["rate_limits"]) == (1, 1)


@pytest.mark.parametrize("jump", [timedelta(days=400), timedelta(hours=5), timedelta(days=-3)])
async def test_after_the_clock_jumped_nothing_goes_for_a_day(
    services: Services, clock: StoppedClock, jump: timedelta
) -> None:
    await a_whole_day(services, clock)
    clock.forward(jump)
    await an_application(clock.at - timedelta(days=90))
    for _ in range(24):
        assert await retention.run(services) == {}
        clock.forward(timedelta(hours=1))
    assert len(await db.fetch("select 1 from applications")) == 1


async def test_a_new_service_removes_nothing_on_its_first_day(
    services: Services, clock: StoppedClock
) -> None:
    await an_application(clock.at - timedelta(days=90))
    assert await retention.run(services) == {}
    await a_whole_day(services, clock)
    assert await db.fetch("select 1 from applications") == []
