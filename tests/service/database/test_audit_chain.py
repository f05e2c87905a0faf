"""The audit chain: sealed soon, sealed once, and every tampering is found where it was done."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from service import audit_chain, db
from service.actor import Actor
from service.audit import unit_of_work
from service.audit_chain import chain_head, seal, verify_chain
from service.ids import time_ordered_id
from service.jobs import JOBS
from service.services import Services
from service.settings import Settings
from service.worker import Worker
from tests.support.clock import START
from tests.support.waiting import eventually


async def entries(count: int) -> None:
    for number in range(count):
        async with unit_of_work(Actor.SYSTEM, "test", str(number), START):
            pass


async def test_a_sound_chain_verifies(database: Settings) -> None:
    await entries(7)
    assert await seal() == 7
    assert await seal() == 0
    report = await verify_chain(await chain_head())
    assert (report.sound, report.head.number, report.late, report.unsealed) == (True, 7, 0, 0)


async def test_an_entry_that_commits_after_later_ones_were_sealed_is_sealed_too(
    database: Settings,
) -> None:
    early = time_ordered_id()
    await entries(3)
    await seal()
    await put_in(early, "overtaken")
    assert await seal() == 1
    assert (await verify_chain()).sound


async def test_an_old_entry_is_found_by_the_sweep_and_counts_as_late(database: Settings) -> None:
    await entries(3)
    await seal()
    await put_in(UUID(int=(time_ordered_id().int - (3600_000 << 80))), "an hour ago")
    assert (await verify_chain()).unsealed == 1
    assert await seal() == 0
    assert await seal(everything=True) == 1
    assert (await verify_chain()).late == 1


async def put_in(entry: UUID, action: str) -> None:
    await db.execute(
        "insert into audit_entries (id, at, actor_kind, actor_id, action, subject, detail)"
        " values (?, ?, 'system', 'x', ?, 'x', '{}')",
        entry,
        START,
        action,
    )


async def test_two_sealers_at_once_make_one_chain(database: Settings) -> None:
    await entries(40)
    await asyncio.gather(*(seal() for _ in range(4)))
    await seal()
    report = await verify_chain()
    assert (report.sound, report.head.number) == (True, 40)


async def test_more_entries_than_one_batch_are_sealed_in_one_go(
    database: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_chain, "BATCH", 4)
    await entries(11)
    assert await seal() == 11
    assert (await verify_chain()).head.number == 11


async def test_a_worker_seals_every_other_second(services: Services) -> None:
    (job,) = (each for each in JOBS if each.name == "audit seal")
    assert job.every == timedelta(seconds=2)
    stop = asyncio.Event()
    running = asyncio.create_task(Worker(services, {}).run(stop))
    await entries(3)

    async def sealed() -> bool:
        return (await chain_head()).number >= 3

    await eventually(sealed)
    stop.set()
    await running


TAMPERINGS = [
    ("update audit_entries set subject = 'x' where id = ?", "the entry was changed"),
    ("update audit_entries set detail = '{ }' where id = ?", "the entry was changed"),
    ("update audit_entries set actor_id = 'me' where id = ?", "the entry was changed"),
    ("delete from audit_entries where id = ?", "the entry is gone"),
    ("delete from audit_chain where entry = ?", "links are missing"),
]


@pytest.mark.parametrize("place", [1, 8])
@pytest.mark.parametrize(("sql", "what"), TAMPERINGS)
async def test_a_tampered_row_is_found_and_named(
    database: Settings, sql: str, what: str, place: int
) -> None:
    await entries(9)
    await seal()
    (link,) = await db.fetch("select entry from audit_chain where number = ?", place)
    await db.execute(sql, link["entry"])
    (fault, *_) = (await verify_chain()).faults
    assert (fault.number, fault.what) == (place, what)


async def test_two_swapped_entries_are_found(database: Settings) -> None:
    await entries(5)
    await seal()
    links = await db.fetch("select number, entry from audit_chain where number in (2, 3)")
    for link in links:
        await db.execute(
            "update audit_chain set entry = ? where number = ?", time_ordered_id(), link["number"]
        )
    for link, other in zip(links, reversed(links), strict=True):
        await db.execute(
            "update audit_chain set entry = ? where number = ?", other["entry"], link["number"]
        )
    assert [fault.number for fault in (await verify_chain()).faults] == [2, 3]


async def test_a_cut_off_end_and_a_chain_written_anew_show_against_a_published_head(
    database: Settings,
) -> None:
    await entries(6)
    await seal()
    published = await chain_head()
    await db.execute("delete from audit_chain where number > 4")
    await db.execute("delete from audit_entries where id not in (select entry from audit_chain)")
    assert (await verify_chain()).sound
    assert [f.what for f in (await verify_chain(published)).faults] == ["the end is cut off"]
    await db.execute("delete from audit_chain")
    await entries(4)
    await seal(everything=True)
    assert (await verify_chain()).sound
    assert not (await verify_chain(published)).sound


async def test_entries_that_retention_took_leave_a_sound_chain(database: Settings) -> None:
    await entries(5)
    await seal()
    await db.execute("delete from audit_entries where subject in ('0', '1')")
    (last,) = await db.fetch("select max(sealed_at) as sealed_at from audit_chain")
    after = last["sealed_at"] + timedelta(seconds=1)
    assert (await verify_chain(removed_before=after)).sound
    assert len((await verify_chain()).faults) == 2
