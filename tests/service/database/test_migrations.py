"""Migrations on a full database, forward and back, keep every row and index they should."""

from __future__ import annotations

import base64
import contextlib
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
from tortoise.context import TortoiseContext
from tortoise.migrations.autodetector import MigrationAutodetector
from tortoise.utils import generate_schema_for_client

from service import db, migrator
from service.migrator import (
    LATEST,
    NOTHING,
    MigrationBroken,
    migrate,
    migrations_current,
    migrations_on_disk,
)
from service.schema import present_indexes, wanted_indexes
from service.security.keyring import Keyring
from service.settings import Settings
from service.table_making import tables_of
from tests.support.databases import TEST_KEY, backend
from tests.support.forker import forker
from tests.support.rows import every_row, fill_every_table
from tests.support.servers import COMMAND_SECONDS

KEYRING = Keyring((TEST_KEY,))
WIDEN = """
from tortoise import fields, migrations
from tortoise.migrations import operations as ops

class Migration(migrations.Migration):
    dependencies = [("threshold", "{before}")]
    operations = [
        ops.AlterField(
            "Application", "source", fields.CharField(max_length={length}, default="page")
        )
    ]
"""


@pytest.fixture
def with_a_rebuild(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Our migrations and one more that widens a column: on SQLite that rebuilds `applications`."""
    package = tmp_path / f"rebuilding_{uuid4().hex}"
    package.mkdir()
    (package / "__init__.py").touch()
    for name in migrations_on_disk():
        source = (migrator.FOLDER / f"{name}.py").read_text()
        (package / f"{name}.py").write_text(source)
    last = migrations_on_disk()[-1]
    (package / "9999_widen.py").write_text(WIDEN.format(before=last, length=32))
    monkeypatch.syspath_prepend(str(tmp_path))
    return package.name


@contextlib.asynccontextmanager
async def described(settings: Settings) -> AsyncIterator[TortoiseContext]:
    """Tortoise with our models, as its own commands have it; it opens no connection."""
    with TortoiseContext() as context:
        await context.init(config=db.database_config(settings))
        yield context


async def filled(settings: Settings) -> dict[str, list[db.Row]]:
    await db.open_database(settings)
    try:
        await fill_every_table(KEYRING)
        return await every_row()
    finally:
        await db.close_database()


async def looked_at(settings: Settings) -> tuple[dict[str, list[db.Row]], set[object], bool]:
    await db.open_database(settings)
    try:
        missing = wanted_indexes() ^ await present_indexes()
        return await every_row(), set(missing), await migrations_current()
    finally:
        await db.close_database()


async def test_the_migrations_make_what_the_models_say(database: Settings) -> None:
    assert await present_indexes() == wanted_indexes()
    assert await migrations_current()


async def test_generated_tables_have_the_same_indexes(tmp_path: Path, settings: Settings) -> None:
    """Against Tortoise's own `generate_schemas`, so that our reading of the models is checked."""
    if backend() == "postgres":
        await migrate(settings, NOTHING)
    else:
        db.sqlite_path(settings.database_url).unlink()
    await db.open_database(settings)
    try:
        async with described(settings):
            await generate_schema_for_client(tables_of(db.opened()), safe=True)
        assert await present_indexes() == wanted_indexes()
    finally:
        await db.close_database()
        if backend() == "postgres":
            await emptied(settings)
            await migrate(settings)


async def emptied(settings: Settings) -> None:
    connection = await asyncpg.connect(settings.database_url)
    await connection.execute("drop schema public cascade; create schema public")
    await connection.close()


async def test_back_and_forward_with_rows_in_every_table(settings: Settings) -> None:
    before = await filled(settings)
    assert all(before.values())
    back = await migrate(settings, NOTHING)
    assert back.steps == [f"- {name}" for name in reversed(migrations_on_disk())]
    await migrate(settings)
    rows, missing, current = await looked_at(settings)
    assert (missing, current) == (set(), True)
    assert not any(rows.values())
    await filled(settings)


async def test_a_rebuilt_table_loses_no_row_and_no_index(
    settings: Settings, with_a_rebuild: str
) -> None:
    """The trap this wrapper is for: with foreign keys on, SQLite deletes every row that points to
    the rebuilt table, and single-column indexes are gone."""
    before = await filled(settings)
    report = await migrate(settings, LATEST, package=with_a_rebuild)
    assert report.steps == ["+ 9999_widen"]
    try:
        rows, missing, _ = await looked_at(settings)
        assert rows == before
        assert missing == set()
    finally:
        back = await migrate(settings, migrations_on_disk()[-1], package=with_a_rebuild)
    assert back.steps == ["- 9999_widen"]
    rows, missing, current = await looked_at(settings)
    assert (rows, missing, current) == (before, set(), True)


async def test_a_migration_that_breaks_half_way_changes_nothing(
    settings: Settings, with_a_rebuild: str, tmp_path: Path
) -> None:
    before = await filled(settings)
    path = tmp_path / with_a_rebuild / "9999_widen.py"
    path.write_text(path.read_text().replace("\n        )", "\n        ), BROKEN", 1))
    path.write_text(
        path.read_text().replace("\nclass", "\nBROKEN = ops.RunSQL('not sql')\nclass", 1)
    )
    with pytest.raises(Exception, match="syntax error"):
        await migrate(settings, LATEST, package=with_a_rebuild)
    rows, missing, current = await looked_at(settings)
    assert (rows, missing, current) == (before, set(), True)


@pytest.mark.slow
async def test_starting_together_one_migrates_and_the_others_find_nothing_to_do(
    settings: Settings, tmp_path: Path
) -> None:
    await migrate(settings, NOTHING)
    env = {
        "THRESHOLD_DEMO": "1",
        "THRESHOLD_DATABASE_URL": settings.database_url,
        "THRESHOLD_STORAGE": str(settings.storage),
        "THRESHOLD_SECRET_KEYS": base64.b64encode(TEST_KEY).decode(),
    }
    files = [tmp_path / f"{number}.log" for number in range(3)]
    together = [forker().start(["migrate"], env, file, file) for file in files]
    assert [each.wait(COMMAND_SECONDS) for each in together] == [0, 0, 0]
    said = sorted((file.read_text() for file in files), key=len)
    assert said[:2] == ["Nothing to do.\n"] * 2
    assert set(migrations_on_disk()) <= set(said[2].split())


async def test_a_copy_is_made_before_a_full_file_is_changed(
    settings: Settings, with_a_rebuild: str
) -> None:
    before = await filled(settings)
    report = await migrate(settings, LATEST, package=with_a_rebuild)
    await migrate(settings, migrations_on_disk()[-1], package=with_a_rebuild)
    if backend() == "postgres":  # copies are the business of whoever runs the server
        assert report.backup is None
        return
    assert report.backup is not None
    assert report.backup.stat().st_mode & 0o777 == 0o600
    with contextlib.closing(sqlite3.connect(report.backup)) as copy:
        (count,) = copy.execute("select count(*) from referral_events").fetchone()
    assert count == len(before["referral_events"])


async def test_rows_that_would_point_to_nothing_stop_it(
    settings: Settings, with_a_rebuild: str
) -> None:
    await filled(settings)
    if backend() == "postgres":  # it never lets such a row be
        await db.open_database(settings)
        await db.execute("delete from referrals")
        assert await db.fetch("select 1 from referral_events") == []
        await db.close_database()
        return
    with contextlib.closing(sqlite3.connect(db.sqlite_path(settings.database_url))) as connection:
        connection.execute("delete from referrals")  # foreign keys are off on a plain connection
        connection.commit()
    with pytest.raises(MigrationBroken, match="point to nothing"):
        await migrate(settings, LATEST, package=with_a_rebuild)
    _, missing, current = await looked_at(settings)
    assert (missing, current) == (set(), True)


async def test_the_migrations_say_all_that_the_models_say(database: Settings) -> None:
    """A model that changed without a migration would fail only on somebody's real database.
    `tortoise makemigrations` writes what is missing."""
    async with described(database) as context:
        assert context.apps is not None
        detector = MigrationAutodetector(context.apps, db.database_config(database)["apps"])
        assert [writer.name for writer in await detector.changes()] == []
