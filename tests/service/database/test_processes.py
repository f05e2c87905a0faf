"""Several processes on one database, and processes that are killed."""

from __future__ import annotations

import asyncio
import fcntl
import os
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path

import pytest

from service import db
from service.db_config import sqlite_pragmas
from service.settings import Settings
from service.sqlite_engine import Writer
from tests.support.waiting import eventually

ENDLESS = 1_000_000
pytestmark = pytest.mark.slow


async def writer(settings: Settings, count: int) -> Process:
    module = "tests.support.writer_process"
    arguments = ("-m", module, settings.database_url, str(settings.storage), str(count))
    return await asyncio.create_subprocess_exec(
        sys.executable, *arguments, stdout=PIPE, stderr=PIPE
    )


async def written() -> tuple[set[str], set[str], set[str]]:
    rows = await db.fetch("select bucket as word from rate_limits")
    entries = await db.fetch("select subject as word from audit_entries")
    later = await db.fetch("select key as word from outbox")
    return (
        {row["word"] for row in rows},
        {row["word"] for row in entries},
        {row["word"] for row in later},
    )


async def test_four_processes_read_and_write_and_none_is_turned_away(settings: Settings) -> None:
    writers = [await writer(settings, 60) for _ in range(4)]
    outputs = [await process.communicate() for process in writers]
    assert [errors.decode() for _, errors in outputs] == [""] * 4
    said = {key for out, _ in outputs for key in out.decode().split()}
    await db.open_database(settings)
    try:
        assert await written() == (said, said, said)
        assert len(said) == 240
    finally:
        await db.close_database()


@pytest.mark.parametrize("after", [1, 17, 40])
async def test_what_a_killed_process_had_acknowledged_is_there_whole(
    settings: Settings, after: int
) -> None:
    process = await writer(settings, ENDLESS)
    assert process.stdout is not None
    said = {(await process.stdout.readline()).decode().strip() for _ in range(after)}
    process.kill()
    rest, _ = await process.communicate()
    said |= set(rest.decode().split("\n")[:-1])
    await db.open_database(settings)
    try:
        rows, entries, later = await written()
        assert said <= rows
        assert rows == entries == later
        assert len(rows - said) <= 1  # committed, and killed before it could say so
    finally:
        await db.close_database()


async def test_who_waits_to_write_is_next_though_another_writes_on_and_on(tmp_path: Path) -> None:
    """SQLite itself lets whoever looks at the right moment be next."""
    busy, patient = (Writer(str(tmp_path / "one.db"), sqlite_pragmas()) for _process in range(2))
    folder = os.open(tmp_path, os.O_RDONLY)
    wrote: list[str] = []

    async def write(writer: Writer, name: str) -> None:
        async with writer.transaction() as begun:
            wrote.append(name)
            await begun.finish()

    async def somebody_waits() -> bool:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        fcntl.flock(folder, fcntl.LOCK_UN)
        return False

    try:
        await busy.open()
        await patient.open()
        async with busy.transaction() as begun:
            waits = asyncio.create_task(write(patient, "who waited"))
            await eventually(somebody_waits)
            await begun.finish()
        await write(busy, "who writes on")
        await waits
    finally:
        await busy.close()
        await patient.close()
        os.close(folder)
    assert wrote == ["who waited", "who writes on"]
