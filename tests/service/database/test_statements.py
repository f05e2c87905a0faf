"""Raw statements give the same values on both back ends, and one task has one transaction."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta, timezone
from uuid import UUID, uuid4

import pytest
from tortoise.fields import BooleanField

from service import db
from service.actor import Actor
from service.audit import record_read, unit_of_work
from service.rows import BOOLEANS
from service.schema import every_model
from service.settings import Settings
from tests.support.clock import START, StoppedClock

NEW = """insert into applications
(id, state, revision, version, source, language, safe_to_write, created_at, updated_at)
values (?, 'draft', 0, 0, 'page', 'en', ?, ?, ?)"""


async def an_application(at: datetime = START, *, safe: bool = False) -> UUID:
    made = uuid4()
    await db.execute(NEW, made, safe, at, at)
    return made


async def test_values_come_back_as_the_types_they_were(database: Settings) -> None:
    east = timezone(timedelta(hours=3))
    made = await an_application(START.astimezone(east), safe=True)
    row = await db.fetch_one("select * from applications where id = ?", made)
    assert row is not None
    assert row["id"] == made
    assert isinstance(row["id"], UUID)
    assert row["created_at"] == START
    assert row["created_at"].tzinfo == UTC
    assert row["safe_to_write"] is True
    assert row["submitted_at"] is None


async def test_times_from_an_expression_are_times_too(database: Settings) -> None:
    await an_application(START)
    await an_application(START + timedelta(microseconds=1))
    row = await db.fetch_one("select max(created_at) as created_at from applications")
    assert row == {"created_at": START + timedelta(microseconds=1)}


def test_every_truth_column_is_known_by_name() -> None:
    fields = [each for model in every_model() for each in model._meta.fields_map.items()]
    assert {name for name, field in fields if isinstance(field, BooleanField)} == BOOLEANS
    assert not {name for name, field in fields if not isinstance(field, BooleanField)} & BOOLEANS


async def test_dates_come_back_as_dates(database: Settings) -> None:
    day = date(2026, 11, 22)
    await db.execute(
        "insert into daily_counts (id, day, measure, program, count) values (?, ?, 'x', '', 1)",
        uuid4(),
        day,
    )
    assert await db.fetch("select day, max(day) as last_on from daily_counts group by day") == [
        {"day": day, "last_on": day}
    ]


async def test_a_time_without_a_zone_is_refused(database: Settings) -> None:
    with pytest.raises((ValueError, db.DatabaseError)):
        await an_application(datetime(2026, 11, 22))  # noqa: DTZ001 (that is the point)


async def test_a_write_says_how_many_rows_it_changed(database: Settings) -> None:
    made = await an_application()
    guarded = "update applications set state = 'submitted' where id = ? and state = 'draft'"
    assert [await db.execute(guarded, made) for _ in range(2)] == [1, 0]


async def test_a_write_goes_with_the_commit_in_its_order_or_with_nothing(
    database: Settings,
) -> None:
    change = "update applications set language = ? where id = ?"
    made = uuid4()
    async with db.transaction():
        await db.write(NEW, made, False, START, START)
        await db.write(change, "es", made)
        assert await db.fetch("select id from applications") == []
    assert await db.fetch("select id, language from applications") == [
        {"id": made, "language": "es"}
    ]

    async def make_it_again() -> None:
        async with db.transaction():
            await db.write(change, "so", made)
            await db.write(NEW, made, False, START, START)

    with pytest.raises(db.IntegrityError):
        await make_it_again()
    await db.write("update applications set revision = 5 where id = ?", made)
    assert await db.fetch("select language, revision from applications") == [
        {"language": "es", "revision": 5}
    ]


async def test_a_question_mark_in_quotes_is_text(database: Settings) -> None:
    assert await db.fetch("select 'why?' as word, 1 as one where 1 = ?", 1) == [
        {"word": "why?", "one": 1}
    ]


async def test_a_broken_rule_is_one_error_on_both_and_quotes_no_values(database: Settings) -> None:
    made = await an_application()
    with pytest.raises(db.IntegrityError) as caught:
        await db.execute(NEW, made, False, START, START)
    assert str(made) not in str(caught.value)
    assert caught.value.__cause__ is None


async def test_a_unit_of_work_leaves_exactly_one_entry(database: Settings) -> None:
    async with unit_of_work(Actor.SYSTEM, "application.made", "x", START) as work:
        work.subject = str(await an_application())
        work.detail["count"] = 1
    entries = await db.fetch("select * from audit_entries")
    assert [(e["action"], e["subject"], e["detail"], e["at"]) for e in entries] == [
        ("application.made", work.subject, '{"count":1}', START)
    ]


async def test_a_unit_of_work_that_fails_leaves_nothing(database: Settings) -> None:
    async def work_and_fail() -> None:
        async with unit_of_work(Actor.SYSTEM, "application.made", "x", START) as work:
            await an_application()
            work.later("notice", "mail", "once", {"kind": "received"})
            assert 1 / 0

    with pytest.raises(ZeroDivisionError):
        await work_and_fail()
    for table in ("applications", "audit_entries", "outbox"):
        assert await db.fetch(f"select 1 from {table}") == []


async def test_units_of_work_do_not_nest(database: Settings) -> None:
    async with unit_of_work(Actor.SYSTEM, "outer", "x", START):
        with pytest.raises(db.NestedTransactionError):
            async with unit_of_work(Actor.SYSTEM, "inner", "x", START):
                pass


async def test_a_task_started_inside_cannot_use_the_open_transaction(database: Settings) -> None:
    async with db.transaction():
        with pytest.raises(db.NestedTransactionError):
            await asyncio.create_task(an_application())


async def test_a_read_does_not_wait_for_another_request_s_transaction(database: Settings) -> None:
    open_, go = asyncio.Event(), asyncio.Event()

    async def slow_writer() -> None:
        async with db.transaction():
            await an_application()
            open_.set()
            await go.wait()

    writer = asyncio.create_task(slow_writer())
    await open_.wait()
    async with asyncio.timeout(60):
        assert await db.fetch("select 1 as one from applications") == []
    go.set()
    await writer
    assert len(await db.fetch("select 1 as one from applications")) == 1


async def test_a_cancelled_writer_leaves_the_database_usable(database: Settings) -> None:
    async def write() -> None:
        async with db.transaction():
            await an_application()
            await asyncio.sleep(10)

    for wait in (0.0, 0.001, 0.02):
        task = asyncio.create_task(write())
        await asyncio.sleep(wait)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    await an_application()
    assert len(await db.fetch("select 1 as one from applications")) == 1


async def test_later_work_with_a_known_key_is_added_once(database: Settings) -> None:
    for _ in range(2):
        async with unit_of_work(Actor.SYSTEM, "sent", "x", START) as work:
            work.later("notice", "mail", "same key", {"kind": "received"})
            work.later("notice", "mail", f"other {uuid4()}", {"kind": "received"})
    assert len(await db.fetch("select 1 as one from outbox")) == 3


async def test_a_read_of_personal_data_is_noted_without_a_transaction(database: Settings) -> None:
    actor = Actor("caseworker", "account", agency="dshs")
    await record_read(actor, "case.read", uuid4(), START)
    (entry,) = await db.fetch("select action, agency, detail from audit_entries")
    assert entry == {"action": "case.read", "agency": "dshs", "detail": '{"read":true}'}


async def test_the_database_s_now_follows_the_service_s_clock(
    database: Settings, clock: StoppedClock
) -> None:
    await an_application(clock.at - timedelta(seconds=1))
    due = f"select 1 as one from applications where created_at < {db.now_sql(clock)}"
    assert await db.fetch(due) == [{"one": 1}]
    clock.forward(timedelta(seconds=-1))
    due = f"select 1 as one from applications where created_at < {db.now_sql(clock)}"
    assert await db.fetch(due) == []
