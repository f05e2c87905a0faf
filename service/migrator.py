"""Bringing a database to this version's tables, without losing a row or an index on the way.

Tortoise rebuilds an SQLite table to change a column. With foreign keys on, dropping the old table
deletes the rows that point to it, and the rebuilt one loses single-column indexes. So: a copy
first, foreign keys off, everything in one transaction, then the keys and the indexes are checked.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import sqlite3
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from service import db
from service.db_errors import translating

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from service.settings import Settings

FOLDER = Path(__file__).parent / "migrations"
APP = db.APP
LATEST = "__latest__"
NOTHING = "__first__"  # Tortoise's name for "before the first migration"
ADVISORY_LOCK = 0x7468726573686F6C  # "threshol"


class MigrationBroken(Exception):
    """The tables do not hold together after the change. The message says where the copy is."""


@dataclass(slots=True)
class Report:
    """What was done. `backup` is the copy made first (SQLite only)."""

    steps: list[str] = field(default_factory=list)
    backup: Path | None = None
    indexes_made_again: list[str] = field(default_factory=list)


def migrations_on_disk() -> list[str]:
    return sorted(path.stem for path in FOLDER.glob("[0-9]*.py"))


async def migrations_current() -> bool:
    """Whether the open database has exactly this version's migrations: half of /readyz."""
    try:
        rows = await db.fetch("select name from tortoise_migrations where app = ?", APP)
    except db.DatabaseError:  # no such table: nothing was ever migrated
        return False
    return sorted(row["name"] for row in rows) == migrations_on_disk()


async def migrate(
    settings: Settings, target: str = LATEST, *, package: str | None = None
) -> Report:
    """Migrate a database that this process has not opened. Several processes may start at once:
    one works, the others wait and find nothing to do.

    `package` names another folder of migrations than this version's own.
    """
    path = db.sqlite_path(settings.database_url) if _is_sqlite(settings) else None
    if path is not None and target == LATEST and package is None and _sqlite_is_current(path):
        return Report()
    pragmas = {"foreign_keys": "OFF"} if path is not None else {}
    with _one_at_a_time(path):
        await db.open_database(settings, **pragmas)
        try:
            # Loaded only where there is something to look at: a start with nothing to do is quick.
            from tortoise.context import TortoiseContext

            async with _one_server_wide():
                with TortoiseContext():
                    return await _migrate_opened(target, path, package)
        finally:
            await db.close_database()


async def _migrate_opened(target: str, path: Path | None, package: str | None) -> Report:
    from tortoise.migrations.executor import MigrationTarget

    from service.table_making import Executor, tables_of

    report = Report()
    apps = _apps(package)
    targets = [MigrationTarget(APP, target)]
    planner = Executor(tables_of(db.opened()), apps)
    await planner.recorder.ensure_schema(planner._schema_editor())
    plan = await planner.plan(targets)
    if not plan:
        return report
    report.steps = [f"{'-' if step.backward else '+'} {step.migration.name}" for step in plan]
    if path is not None:
        report.backup = await _copy_first(path)
    before = await _index_statements()
    async with db.transaction() as open_:
        # The executor is given the transaction itself, so that all steps, and the note that they
        # were made, are kept or lost together.
        await Executor(tables_of(open_.client), apps).migrate(targets)
        if path is not None:
            await _check_foreign_keys(report.backup)
        report.indexes_made_again = await _restore_indexes(before, target)
    return report


def _is_sqlite(settings: Settings) -> bool:
    return settings.database_url.startswith("sqlite:")


def _apps(package: str | None) -> dict[str, dict[str, Any]]:
    return {
        APP: {
            "models": ["service.models"],
            "default_connection": "default",
            "migrations": package or "service.migrations",
        }
    }


async def _check_foreign_keys(backup: Path | None) -> None:
    broken = await db.fetch("pragma foreign_key_check")
    if broken:
        tables = ", ".join(sorted({str(row["table"]) for row in broken}))
        raise MigrationBroken(
            f"Rows of {tables} would point to nothing, so nothing was changed."
            f" A copy from before is at {backup}."
        )


async def _index_statements() -> dict[str, str]:
    """Every index that stands on its own, and how it was made (SQLite; PostgreSQL loses none)."""
    if db.dialect() != "sqlite":
        return {}
    rows = await db.fetch("select name, sql from sqlite_master where type = 'index' and sql <> ''")
    return {row["name"]: row["sql"] for row in rows}


async def _restore_indexes(before: dict[str, str], target: str) -> list[str]:
    """Make again, under their own names, the indexes a rebuilt table lost; those whose table or
    column is gone stay gone. At the newest version nothing of what the models want may be missing.
    """
    from service.schema import present_indexes, wanted_indexes

    kept, wanted = await _index_statements(), wanted_indexes()
    made = []
    for name, sql in before.items():
        if name in kept:
            continue
        present = await present_indexes()
        with contextlib.suppress(db.DatabaseError):
            await db.execute(sql)
            if target == LATEST and not await present_indexes() - present <= wanted:
                await db.execute(f'drop index "{name}"')  # taken away on purpose
            else:
                made.append(sql)
    if target == LATEST:
        for shape in sorted(wanted - await present_indexes()):
            await db.execute(shape.create_sql())
            made.append(shape.create_sql())
    return made


async def _copy_first(path: Path) -> Path | None:
    """A whole copy beside the file, unless there is nothing in it yet."""
    if not await db.fetch("select 1 from sqlite_master where name = 'applications'"):
        return None
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
    copy = path.with_name(f"{path.name}.before-migration-{stamp}")
    os.close(os.open(copy, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    await db.execute("vacuum into ?", str(copy))
    return copy


def _sqlite_is_current(path: Path) -> bool:
    """Told without opening the ORM, so that a start with nothing to do costs nothing."""
    if not path.exists():
        return False
    with translating, contextlib.closing(sqlite3.connect(path)) as connection:
        try:
            rows = connection.execute(
                "select name from tortoise_migrations where app = ? order by name", (APP,)
            ).fetchall()
        except sqlite3.OperationalError:
            return False
    return [name for (name,) in rows] == migrations_on_disk()


@contextlib.contextmanager
def _one_at_a_time(path: Path | None) -> Iterator[None]:
    """One migrating process per SQLite file."""
    if path is None:
        yield
        return
    with translating:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = path.with_name(f"{path.name}.migrating").open("w")
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextlib.asynccontextmanager
async def _one_server_wide() -> AsyncIterator[None]:
    """One migrating process per PostgreSQL database. The lock belongs to its connection, so it goes
    when the process does."""
    if db.dialect() != "postgres":
        yield
        return
    async with db.opened().connections.acquire() as connection:
        await connection.execute("select pg_advisory_lock($1)", ADVISORY_LOCK)
        try:
            yield
        finally:
            await connection.execute("select pg_advisory_unlock($1)", ADVISORY_LOCK)
