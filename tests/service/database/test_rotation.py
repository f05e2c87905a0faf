"""Changing keys: everything moves to the new one, by and by, and the old one is not needed then."""

from __future__ import annotations

import pytest

from service import db, rotation
from service.rotation import rotate
from service.sealed_columns import INDEXED, sealed_tables
from service.security.blind_index import blind_index
from service.security.keyring import Keyring
from service.services import Services
from service.settings import Settings
from tests.support.clock import START
from tests.support.databases import TEST_KEY
from tests.support.rows import SEALED, every_row, fill_every_table

NEW_KEY = bytes(range(50, 82))
OLD, BOTH, NEW = Keyring((TEST_KEY,)), Keyring((NEW_KEY, TEST_KEY)), Keyring((NEW_KEY,))


async def opened(keyring: Keyring) -> dict[tuple[str, str], list[bytes]]:
    """Every sealed value in the clear."""
    rows = await every_row()
    return {
        (table.table, column): [
            keyring.open(
                bytes(row[column]), table=table.table, column=column, row_id=row[table.key]
            )
            for row in rows[table.table]
            if row[column] is not None
        ]
        for table in sealed_tables()
        for column in table.columns
    }


async def test_after_a_rotation_the_old_key_is_not_needed(database: Settings) -> None:
    await fill_every_table(OLD)
    before = await opened(OLD)
    report = await rotate(BOTH, START)
    assert report.broken == []
    assert set(report.changed) == {table.table for table in sealed_tables()}
    after = await opened(NEW)
    assert {place: sorted(words) for place, words in after.items()} == {
        place: sorted(words) for place, words in before.items()
    }
    assert (await rotate(NEW, START)).changed == {}


async def test_blind_indexes_move_with_their_words(database: Settings) -> None:
    await fill_every_table(OLD)
    await rotate(BOTH, START)
    rows = await every_row()
    for index in INDEXED:
        words = index.words(SEALED[index.table, index.source])
        assert words is not None
        expected = blind_index(NEW, index.purpose, words)
        assert {row[index.column] for row in rows[index.table]} == {expected}


async def test_a_rotation_that_was_cut_off_is_simply_run_again(
    database: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fill_every_table(OLD)
    monkeypatch.setattr(rotation, "BATCH", 1)
    written, write = 0, rotation._write

    async def killed_after_five(*args: object) -> int:
        nonlocal written
        written += 1
        if written > 5:
            raise KeyboardInterrupt
        return await write(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(rotation, "_write", killed_after_five)
    with pytest.raises(KeyboardInterrupt):
        await rotate(BOTH, START)
    await opened(BOTH)  # half and half, and all of it readable
    monkeypatch.setattr(rotation, "_write", write)
    assert sum((await rotate(BOTH, START)).changed.values()) > 0
    await opened(NEW)


async def test_a_row_written_meanwhile_is_not_put_back(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fill_every_table(OLD)
    write = rotation._write

    async def overtaken(table: object, row: db.Row, changes: object) -> int:
        if getattr(table, "table", "") == "applications":
            fresh = BOTH.seal(b"newer", table="applications", column="draft", row_id=row["id"])
            await db.execute("update applications set draft = ? where id = ?", fresh, row["id"])
        return await write(table, row, changes)  # type: ignore[arg-type]

    monkeypatch.setattr(rotation, "_write", overtaken)
    await rotate(BOTH, START)
    assert (await opened(BOTH))["applications", "draft"] == [b"newer"]


async def test_a_value_no_key_opens_is_named_and_stops_nothing(database: Settings) -> None:
    await fill_every_table(OLD)
    await db.execute("update decisions set body = ?", b"\x01" + bytes(60))
    report = await rotate(BOTH, START)
    assert len(report.broken) == 2
    assert all("decisions.body" in place for place in report.broken)
    assert "referrals" in report.changed
