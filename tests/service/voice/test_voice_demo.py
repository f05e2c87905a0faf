"""The demonstration's year of petitions: in every state, the same each time, and its sums right."""

from __future__ import annotations

from service import db
from service.clock import Clock
from service.services import Services
from service.voice.counting import count_steps, recount
from service.voice_demo import load_voice_demo

STATES = {
    *("sponsors", "moderation", "refused", "open", "closed", "merged"),
    *("awaiting", "answered", "promised", "delivered", "withdrawn"),
}


async def test_a_year_of_petitions_stands_once_and_adds_up(
    services: Services, database: object, clock: Clock
) -> None:
    made = await load_voice_demo(services)
    assert made >= 25
    assert await load_voice_demo(services) == 0
    rows = await db.fetch("select * from voice_petitions")
    assert len(rows) == made
    assert {row["state"] for row in rows} == STATES
    assert {row["language"] for row in rows} == {"en", "es"}
    assert await count_steps(services) == 0, "everything is counted already"
    assert await recount(services) == []
    reached = [row for row in rows if row["threshold_at"] is not None]
    assert reached
    for row in reached:
        assert row["count"] >= row["threshold"]
    overdue = await db.fetch(
        "select 1 as one from voice_promises where state = 'open' and due_on < ?",
        clock.now().date(),
    )
    assert len(overdue) == 1


async def test_nothing_of_the_year_lies_in_the_future(
    services: Services, database: object, clock: Clock
) -> None:
    await load_voice_demo(services)
    for sql in (
        "select max(confirmed_at) as at from voice_signatures",
        "select max(at) as at from voice_events",
        "select max(at) as at from voice_answers",
        "select max(threshold_at) as at from voice_petitions",
    ):
        (row,) = await db.fetch(sql)
        assert row["at"] <= clock.now(), sql
