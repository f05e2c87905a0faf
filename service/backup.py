"""A whole copy of the database in one sealed file, and back again, on either back end.

The file holds rows, not pages: one snapshot of every table, written by us. So it needs no tool of
the database's own, a town's backup can be restored into a city's PostgreSQL, and a restored copy is
checked against the audit chain before anybody may use it.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from tortoise import fields

from service import db
from service.actor import Actor
from service.audit import unit_of_work
from service.audit_chain import chain_head, verify_chain
from service.backup_file import BackupRefused, BackupWriter, read_lines
from service.migrator import LATEST, migrate, migrations_on_disk
from service.outbox import TABLES
from service.retention import AUDIT_KEPT
from service.schema import every_model

if TYPE_CHECKING:
    from service.clock import Clock
    from service.security.keyring import Keyring
    from service.settings import Settings

FORMAT = 1
BATCH = 500
# Signed-in people sign in again, single-use links and codes are asked for again: a copy must not
# bring back what was ended or used after it was made.
LEFT_OUT = frozenset(
    {"sessions", "voice_sessions", "rate_limits", "return_links", "recovery_codes"}
)
KINDS: tuple[tuple[type[Any], str], ...] = (
    (fields.UUIDField, "uuid"),
    (fields.DatetimeField, "time"),
    (fields.DateField, "date"),
    (fields.BinaryField, "bytes"),
    (fields.BooleanField, "bool"),
    (fields.IntField, "int"),
    (fields.BigIntField, "int"),
)
READ: dict[str, Callable[[Any], Any]] = {
    "uuid": UUID,
    "time": datetime.fromisoformat,
    "date": date.fromisoformat,
    "bytes": base64.b64decode,
    "bool": bool,
    "int": int,
    "text": str,
}


@dataclass(frozen=True, slots=True)
class BackupReport:
    """Rows by table, and the head of the audit chain they belong to."""

    rows: dict[str, int]
    head: str


@dataclass(frozen=True, slots=True)
class StoredTable:
    """A table's columns and the kind of each, as a backup writes them."""

    name: str
    columns: tuple[tuple[str, str], ...]

    @property
    def select(self) -> str:
        names = db.identifiers(name for name, _ in self.columns)
        return f"select {names} from {db.identifier(self.name)}"

    @property
    def insert(self) -> str:
        names = db.identifiers(name for name, _ in self.columns)
        values = db.marks(self.columns)
        return f"insert into {db.identifier(self.name)} ({names}) values ({values})"


async def make_backup(
    settings: Settings, keyring: Keyring, clock: Clock, path: Path
) -> BackupReport:
    """Write the open database to a new file, which is there whole or not at all."""
    draft = _draft_of(path)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        writer = BackupWriter(file, keyring)
        report = await _write_all(settings, clock, writer)
        writer.close()
        file.flush()
        os.fsync(file.fileno())
    draft.rename(path)
    _keep_name(path.parent)
    return report


def _draft_of(path: Path) -> Path:
    if path.exists():
        raise BackupRefused(f"{path} is there already; name another file.")
    return path.with_name(f"{path.name}.unfinished")


async def _write_all(settings: Settings, clock: Clock, writer: BackupWriter) -> BackupReport:
    head = await chain_head()
    about = {
        "format": FORMAT,
        "made_at": clock.now().isoformat(),
        "city": settings.city.name,
        "migrations": migrations_on_disk(),
        "head": {"number": head.number, "hash": head.hash},
    }
    writer.line(json.dumps(about))
    counts: dict[str, int] = {}
    async with _snapshot(settings) as rows:
        for table in every_table():
            writer.line(json.dumps({"table": table.name, "columns": table.columns}))
            counts[table.name] = 0
            async for row in rows(table.select):
                writer.line(json.dumps([_plain(value) for value in row], ensure_ascii=False))
                counts[table.name] += 1
    writer.line(json.dumps({"end": counts}))
    return BackupReport(counts, head.hash)


async def restore_backup(
    settings: Settings, keyring: Keyring, clock: Clock, path: Path
) -> BackupReport:
    """Fill an empty database, which this process has not opened, from a file.

    All of it or nothing: the counts and the whole audit chain are checked before the commit. What
    was sent stays sent, and what was waiting keeps its idempotency key, so nobody gets a case or a
    notice twice in effect.
    """
    with path.open("rb") as file:
        lines = read_lines(file, keyring)
        about = json.loads(next(lines))
        ours = migrations_on_disk()
        theirs = list(about["migrations"])
        if about["format"] != FORMAT or theirs != ours[: len(theirs)] or not theirs:
            raise BackupRefused(
                "This backup was made by a newer version. Restore it with that one."
            )
        await migrate(settings, LATEST if theirs == ours else theirs[-1])
        await db.open_database(settings)
        try:
            report = await _fill(lines, about, clock)
        finally:
            await db.close_database()
    await migrate(settings)
    return report


async def _fill(lines: Iterator[str], about: dict[str, Any], clock: Clock) -> BackupReport:
    now = clock.now()
    async with unit_of_work(Actor.SYSTEM, "backup.restored", about["made_at"], now) as work:
        for table in every_table():
            if await db.fetch(f"select 1 from {db.identifier(table.name)} limit 1"):
                raise BackupRefused("The database is not empty. Restore into a new one.")
        counts = await _insert_all(lines)
        await _go_on_counting()
        for outbox in TABLES:
            await db.execute(
                f"update {db.identifier(outbox)} set leased_until = null, lease_token = null"
            )
        chain = await verify_chain(removed_before=now - AUDIT_KEPT)
        if not chain.sound:
            raise BackupRefused(f"The audit chain does not hold: {chain.faults[0].what}.")
        if chain.head.number < about["head"]["number"]:
            raise BackupRefused("The end of the audit chain is missing.")
        work.detail = {"rows": sum(counts.values()), "made_at": about["made_at"]}
    return BackupReport(counts, chain.head.hash)


async def _go_on_counting() -> None:
    """PostgreSQL numbers a new step from a counter beside the table; SQLite from the rows."""
    if db.dialect() == "postgres":
        await db.fetch(
            "select setval(pg_get_serial_sequence('voice_signature_steps', 'id'),"
            " coalesce(max(id), 0) + 1, false) from voice_signature_steps"
        )


async def _insert_all(lines: Iterator[str]) -> dict[str, int]:
    counts: dict[str, int] = {}
    table: StoredTable | None = None
    batch: list[list[Any]] = []
    for line in lines:
        value = json.loads(line)
        if isinstance(value, list) and table is not None:
            batch.append(
                [_typed(kind, item) for (_, kind), item in zip(table.columns, value, strict=True)]
            )
            counts[table.name] += 1
            if len(batch) < BATCH:
                continue
        if table is not None and batch:
            await db.execute_many(table.insert, batch)
            batch = []
        if isinstance(value, dict) and "table" in value:
            table = _known_table(value)
            counts[table.name] = 0
        elif isinstance(value, dict) and value.get("end") == counts:
            return counts
    raise BackupRefused("This backup is damaged or not complete.")


def _known_table(value: dict[str, Any]) -> StoredTable:
    known = {table.name for table in every_table()}
    columns = tuple((str(name), str(kind)) for name, kind in value["columns"])
    if value["table"] not in known or any(not name.isidentifier() for name, _ in columns):
        raise BackupRefused("This backup holds a table this version does not know.")
    return StoredTable(value["table"], columns)


def _plain(value: Any) -> Any:
    match value:
        case bytes() | memoryview():
            return base64.b64encode(value).decode()
        case datetime() | date():
            return value.isoformat()
        case UUID():
            return str(value)
        case _:
            return value


def _typed(kind: str, value: Any) -> Any:
    return None if value is None else READ[kind](value)


def every_table() -> list[StoredTable]:
    """Every table that is kept, those that others point to first."""
    left = [model for model in every_model() if model._meta.db_table not in LEFT_OUT]
    ordered: list[Any] = []
    while left:
        ready = [model for model in left if not _points_to(model) & set(left) - {model}]
        ordered += ready
        left = [model for model in left if model not in ready]
    return [StoredTable(model._meta.db_table, _columns(model)) for model in ordered]


def _points_to(model: Any) -> set[Any]:
    relations = model._meta.fk_fields | model._meta.o2o_fields
    return {model._meta.fields_map[name].related_model for name in relations}


def _columns(model: Any) -> tuple[tuple[str, str], ...]:
    meta = model._meta
    return tuple(
        (
            column,
            next((kind for of, kind in KINDS if isinstance(meta.fields_map[name], of)), "text"),
        )
        for name, column in meta.fields_db_projection.items()
    )


Rows = Callable[[str], AsyncIterator[Any]]


@asynccontextmanager
async def _snapshot(settings: Settings) -> AsyncIterator[Rows]:
    """All tables as they are at one moment, while others go on writing."""
    if db.dialect() == "postgres":
        async with (
            db.opened().connections.acquire() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):

            async def from_server(sql: str) -> AsyncIterator[Any]:
                async for record in connection.cursor(sql, prefetch=BATCH):
                    yield tuple(record)

            yield from_server
        return
    reader = sqlite3.connect(
        db.sqlite_path(settings.database_url),
        isolation_level=None,
        detect_types=sqlite3.PARSE_DECLTYPES,
        check_same_thread=False,
    )
    try:
        reader.execute("begin")
        reader.execute("select 1 from applications limit 1").fetchall()  # the snapshot starts here

        async def from_file(sql: str) -> AsyncIterator[Any]:
            cursor = reader.execute(sql)
            while batch := await asyncio.to_thread(cursor.fetchmany, BATCH):
                for row in batch:
                    yield row

        yield from_file
    finally:
        reader.close()


def _keep_name(folder: Path) -> None:
    """A new file's name survives a power cut only once its folder is written too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
