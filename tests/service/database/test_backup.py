"""A backup is whole and sealed, and a restored copy is what was backed up."""

from __future__ import annotations

import asyncio
from pathlib import Path
from uuid import uuid4

import pytest

from service import db
from service.actor import Actor
from service.audit import unit_of_work
from service.audit_chain import seal, verify_chain
from service.backup import LEFT_OUT, make_backup, restore_backup
from service.backup_file import BackupRefused
from service.outbox import TABLES, Claimed
from service.security.keyring import Keyring
from service.services import Services
from service.settings import Settings
from service.voice.steps import add_steps
from service.worker import Done, Outcome, Worker
from tests.support.clock import StoppedClock
from tests.support.databases import PostgresDatabases, SqliteDatabases, settings_for
from tests.support.rows import every_row, fill_every_table

OTHER_KEY = bytes(range(100, 132))


@pytest.fixture
async def backed_up(
    services: Services, clock: StoppedClock, tmp_path: Path
) -> tuple[Path, dict[str, list[db.Row]]]:
    """A backup of a database with rows in every table and a sealed audit chain."""
    await fill_every_table(services.keyring)
    await db.execute("delete from audit_chain")
    await seal(everything=True)
    before = await every_row()
    file = tmp_path / "town.backup"
    await make_backup(services.settings, services.keyring, clock, file)
    return file, before


@pytest.fixture
async def elsewhere(
    backed_up: object, database_maker: SqliteDatabases | PostgresDatabases, tmp_path: Path
) -> Settings:
    """An empty database, the first one closed."""
    await db.close_database()
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    return settings_for(await asyncio.to_thread(database_maker.fresh, folder), folder)


async def test_a_restored_copy_is_what_was_backed_up(
    backed_up: tuple[Path, dict[str, list[db.Row]]],
    elsewhere: Settings,
    services: Services,
    clock: StoppedClock,
) -> None:
    file, before = backed_up
    await restore_backup(elsewhere, services.keyring, clock, file)
    await db.open_database(elsewhere)
    after = await every_row()
    (note,) = [row for row in after["audit_entries"] if row["action"] == "backup.restored"]
    after["audit_entries"].remove(note)
    for row in (row for copy in (before, after) for table in TABLES for row in copy[table]):
        row["leased_until"] = row["lease_token"] = None
    for table in LEFT_OUT:
        assert before.pop(table)
        assert after.pop(table) == []
    assert after == before
    assert (await verify_chain()).sound


async def test_what_was_sent_is_not_sent_again_after_a_restore(
    services: Services,
    clock: StoppedClock,
    tmp_path: Path,
    database_maker: SqliteDatabases | PostgresDatabases,
) -> None:
    seen: list[str] = []

    async def handle(services: Services, row: Claimed) -> Outcome:
        seen.append(row.key)
        return Done()

    async with unit_of_work(Actor.SYSTEM, "sent", "x", clock.now()) as work:
        work.later("hint", "a", "first", {})
    await Worker(services, {"hint": handle}).run_until_idle()
    async with unit_of_work(Actor.SYSTEM, "sent", "x", clock.now()) as work:
        work.later("hint", "a", "second", {})
    file = tmp_path / "town.backup"
    await make_backup(services.settings, services.keyring, clock, file)
    await db.close_database()
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    copy = settings_for(await asyncio.to_thread(database_maker.fresh, folder), folder)
    await restore_backup(copy, services.keyring, clock, file)
    await db.open_database(copy)
    await Worker(services, {"hint": handle}).run_until_idle()
    assert seen == ["first", "second"]


async def test_a_key_that_is_not_in_the_ring_is_refused(
    backed_up: tuple[Path, object], elsewhere: Settings, clock: StoppedClock
) -> None:
    with pytest.raises(BackupRefused, match="secret key"):
        await restore_backup(elsewhere, Keyring((OTHER_KEY,)), clock, backed_up[0])


async def test_a_file_that_is_damaged_anywhere_is_refused_and_nothing_is_restored(
    backed_up: tuple[Path, object], elsewhere: Settings, services: Services, clock: StoppedClock
) -> None:
    file, _ = backed_up
    whole = file.read_bytes()
    for place in (5, 25, 40, len(whole) // 2, len(whole) - 1):
        broken = bytearray(whole)
        broken[place] ^= 1
        file.write_bytes(broken)
        with pytest.raises(BackupRefused):
            await restore_backup(elsewhere, services.keyring, clock, file)
    for length in (0, 10, 36, 60, len(whole) - 20):
        file.write_bytes(whole[:length])
        with pytest.raises(BackupRefused):
            await restore_backup(elsewhere, services.keyring, clock, file)
    await db.open_database(elsewhere)
    assert await db.fetch("select 1 from applications") == []


async def test_it_restores_only_into_an_empty_database(
    backed_up: tuple[Path, object], services: Services, clock: StoppedClock
) -> None:
    await db.close_database()
    with pytest.raises(BackupRefused, match="not empty"):
        await restore_backup(services.settings, services.keyring, clock, backed_up[0])


async def test_a_backup_holds_nothing_readable_and_is_ours_alone(
    backed_up: tuple[Path, object], services: Services, clock: StoppedClock
) -> None:
    file, _ = backed_up
    assert file.stat().st_mode & 0o777 == 0o600
    assert b"applications" not in file.read_bytes()
    with pytest.raises(BackupRefused, match="already"):
        await make_backup(services.settings, services.keyring, clock, file)


async def test_a_changed_audit_log_is_not_restored(
    services: Services,
    clock: StoppedClock,
    tmp_path: Path,
    database_maker: SqliteDatabases | PostgresDatabases,
) -> None:
    for number in range(3):
        async with unit_of_work(Actor.SYSTEM, "test", str(number), clock.now()):
            pass
    await seal()
    await db.execute("update audit_entries set subject = 'another' where subject = '1'")
    file = tmp_path / "town.backup"
    await make_backup(services.settings, services.keyring, clock, file)
    await db.close_database()
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    copy = settings_for(await asyncio.to_thread(database_maker.fresh, folder), folder)
    with pytest.raises(BackupRefused, match="changed"):
        await restore_backup(copy, services.keyring, clock, file)


async def test_signatures_are_numbered_on_after_a_restore(
    backed_up: tuple[Path, dict[str, list[db.Row]]],
    elsewhere: Settings,
    services: Services,
    clock: StoppedClock,
) -> None:
    file, before = backed_up
    await restore_backup(elsewhere, services.keyring, clock, file)
    await db.open_database(elsewhere)
    step = {"id": uuid4(), "petition": uuid4(), "tier": "mail", "area": ""}
    await add_steps(clock, [step], 1)
    numbers = [row["id"] for row in await db.fetch("select id from voice_signature_steps")]
    assert len(set(numbers)) == len(before["voice_signature_steps"]) + 1
