"""The database: opening it, one transaction at a time, and thin raw statements on both back ends.

Tortoise makes the tables (see migrator.py) and is not loaded to use them: statements are SQL with
`?` marks, and give dictionaries of UUIDs, aware times and dates from either engine.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sqlite3
from contextvars import ContextVar, Token
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast

from service.db_config import (
    APP,
    configuration,
    database_config,
    pool_options,
    sqlite_path,
    sqlite_pragmas,
)
from service.db_errors import (
    DatabaseError,
    DatabaseUnavailable,
    IntegrityError,
    NestedTransactionError,
    translating,
)
from service.rows import dictionaries
from service.security.keyring import Keyring
from service.sql_text import identifier, identifiers, marks, numbered

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Sequence
    from types import TracebackType

    from service.clock import Clock
    from service.settings import Settings

Dialect = Literal["sqlite", "postgres"]
Row = dict[str, Any]

__all__ = [
    "APP",
    "DatabaseError",
    "DatabaseUnavailable",
    "Dialect",
    "IntegrityError",
    "NestedTransactionError",
    "Row",
    "Transaction",
    "close_database",
    "database_config",
    "dialect",
    "execute",
    "execute_many",
    "fetch",
    "fetch_one",
    "identifier",
    "identifiers",
    "is_open",
    "keyring",
    "listening",
    "marks",
    "now_sql",
    "open_database",
    "opened",
    "sqlite_path",
    "stop_waiting",
    "transaction",
    "write",
]


def __getattr__(name: str) -> Any:
    """`TORTOISE_ORM`, for Tortoise's own command line, is made from the environment when asked."""
    if name == "TORTOISE_ORM":
        return configuration(os.environ.get("THRESHOLD_DATABASE_URL", "sqlite:///tmp/threshold.db"))
    raise AttributeError(name)


# ---- opening and closing ------------------------------------------------------------------------


@dataclass(slots=True)
class _Database:
    dialect: Dialect
    client: Any  # sqlite_engine.Writer or asyncpg_engine.Pool
    keyring: Keyring
    reader: sqlite3.Connection | None = None


_opened: _Database | None = None


async def open_database(settings: Settings, **pragmas: object) -> None:
    """Open the process's one database. Raises DatabaseUnavailable when it cannot be reached."""
    global _opened
    if _opened is not None:
        raise RuntimeError("the database is open already")
    url = settings.database_url
    with translating:
        client = _client_of(url, pragmas)
    database = _Database(_dialect_of(url), client, Keyring(settings.secret_keys))
    try:
        with translating:
            await client.open()
        if database.dialect == "sqlite":
            await _check_durability(client)
            from service.sqlite_engine import open_reader

            database.reader = open_reader(str(sqlite_path(url)))
    except BaseException:
        await client.close()
        raise
    _opened = database


def _client_of(url: str, pragmas: dict[str, object]) -> Any:
    """A town on SQLite never loads the driver of PostgreSQL."""
    if url.startswith("sqlite:"):
        from service.sqlite_engine import Writer

        _make_private_file(sqlite_path(url))
        return Writer(str(sqlite_path(url)), sqlite_pragmas() | pragmas)
    from service.asyncpg_engine import Pool

    return Pool(pool_options(url))


async def close_database() -> None:
    """Close it. Needed on every way out: an open SQLite connection keeps its process alive."""
    global _opened
    database, _opened = _opened, None
    if database is None:
        return
    if database.reader is not None:
        database.reader.close()
    await database.client.close()


def stop_waiting() -> None:
    """Whoever waits for the database now waits no longer: it does not answer, and we have to end.
    A file on this machine has its own patience."""
    database = _database()
    if database.dialect == "postgres":
        database.client.cut()


def _dialect_of(url: str) -> Dialect:
    return "sqlite" if url.startswith("sqlite:") else "postgres"


def _make_private_file(path: Path) -> None:
    """SQLite's side files take the mode of the main one, so it is made readable to us alone."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


async def _check_durability(client: Any) -> None:
    """What was acknowledged must survive a power cut: refuse to run with less."""
    mode = (await client.run(_read, "PRAGMA journal_mode", ()))[0]["journal_mode"]
    level = (await client.run(_read, "PRAGMA synchronous", ()))[0]["synchronous"]
    if mode != "wal" or level < 2:
        raise DatabaseError(f"SQLite runs with {mode} and synchronous {level}; needs wal and 2")


def is_open() -> bool:
    return _opened is not None


def opened() -> Any:
    """The open sqlite_engine.Writer or asyncpg_engine.Pool, for migrations and backups."""
    return _database().client


def _database() -> _Database:
    if _opened is None:
        raise RuntimeError("the database is not open")
    return _opened


def keyring() -> Keyring:
    """The ring of the settings the database was opened with."""
    return _database().keyring


def dialect() -> Dialect:
    return _database().dialect


def now_sql(clock: Clock) -> str:
    """The database's now on the service's clock, as an SQL expression."""
    return clock.sql(_database().dialect)


@contextlib.asynccontextmanager
async def listening(channel: str, call: Callable[[], None]) -> AsyncIterator[None]:
    """On PostgreSQL, call back for every NOTIFY of a channel, on one connection of the pool, made
    again whenever it ends. What is said meanwhile is lost: who listens also looks by itself."""
    from service.asyncpg_engine import listen  # a town on SQLite never loads it

    task = asyncio.create_task(listen(_database().client, channel, call))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


# ---- statements ---------------------------------------------------------------------------------


async def fetch(sql: str, *params: object) -> list[Row]:
    """All rows of a statement (SELECT, or a write with RETURNING), inside the open unit of work
    if there is one."""
    database = _database()
    current = _own_transaction()
    with translating:
        if database.dialect == "postgres":
            return cast("list[Row]", await _postgres(database, current, "fetch", sql, params))
        if current is not None:
            return cast("list[Row]", await current.client.run(_read, sql, params))
        if database.reader is not None and sql.lstrip()[:6].lower() in (
            "select",
            "with\n",
            "with ",
        ):
            return _read(database.reader, sql, params)
        return cast("list[Row]", await database.client.run(_read, sql, params))


async def fetch_one(sql: str, *params: object) -> Row | None:
    """The first row, or None."""
    rows = await fetch(sql, *params)
    return rows[0] if rows else None


async def execute(sql: str, *params: object) -> int:
    """Run a write; says how many rows it changed, for guarded updates."""
    database = _database()
    current = _own_transaction()
    with translating:
        if database.dialect == "postgres":
            return _count(await _postgres(database, current, "execute", sql, params))
        holder = current.client if current is not None else database.client
        return cast("int", await holder.run(_write, sql, params))


async def write(sql: str, *params: object) -> None:
    """A write of which nobody asks how many rows it changed: together with the commit of the open
    unit of work, in one trip with the others, or at once where there is none. What follows in the
    same unit of work does not see it yet."""
    current = _own_transaction()
    if current is None:
        await execute(sql, *params)
    else:
        _refuse_naive_times(params)
        current.finally_(sql, *params)


async def execute_many(sql: str, rows: Iterable[Sequence[object]]) -> None:
    """One write for each row of values, in one trip. Outside a unit of work it is its own
    transaction."""
    if _own_transaction() is None:
        async with transaction():
            return await execute_many(sql, rows)
    current = cast("Transaction", _current.get())
    with translating:
        if current.dialect == "postgres":
            await current.client.ask("executemany", numbered(sql), list(rows))
        else:
            await current.client.run(sqlite3.Connection.executemany, sql, list(rows))
    return None


def _read(connection: sqlite3.Connection, sql: str, params: Sequence[object]) -> list[Row]:
    return dictionaries(connection.execute(sql, params))


def _write(connection: sqlite3.Connection, sql: str, params: Sequence[object]) -> int:
    return connection.execute(sql, params).rowcount


async def _postgres(
    database: _Database,
    current: Transaction | None,
    way: Literal["fetch", "execute"],
    sql: str,
    params: Sequence[object],
) -> Any:
    _refuse_naive_times(params)
    holder = database.client if current is None else current.client
    answer = await holder.ask(way, numbered(sql), *params)
    return [dict(record) for record in answer] if way == "fetch" else answer


def _refuse_naive_times(params: Sequence[object]) -> None:
    """asyncpg takes a time without a zone for UTC; SQLite's adapter refuses it, and so do we."""
    for value in params:
        if isinstance(value, datetime) and value.tzinfo is None:
            raise ValueError("a stored time needs its zone")


def _count(tag: str) -> int:
    """Rows from PostgreSQL's command tag: `UPDATE 3`, `INSERT 0 1`."""
    last = tag.rsplit(" ", 1)[-1]
    return int(last) if last.isdigit() else 0


# ---- transactions -------------------------------------------------------------------------------


@dataclass(slots=True)
class Transaction:
    """The open transaction of one task."""

    dialect: Dialect
    client: Any
    task: object
    last: list[tuple[str, Sequence[Any]]] = field(default_factory=list)
    after_commit: list[Callable[[], None]] = field(default_factory=list)

    def finally_(self, sql: str, *params: object) -> None:
        """Run this just before the commit, in the same trip."""
        self.last.append((numbered(sql) if self.dialect == "postgres" else sql, params))


_current: ContextVar[Transaction | None] = ContextVar("transaction", default=None)


def _own_transaction() -> Transaction | None:
    current = _current.get()
    if current is not None and current.task is not asyncio.current_task():
        raise NestedTransactionError("a task started inside a unit of work must wait for its end")
    return current


class transaction:  # noqa: N801 - used as a statement
    """`async with transaction():` takes the write lock on SQLite at once. Never nests. Await
    nothing inside but the database: everybody else waits meanwhile."""

    __slots__ = ("_context", "_current", "_token")

    async def __aenter__(self) -> Transaction:
        if _current.get() is not None:
            raise NestedTransactionError("there is a unit of work open already")
        database = _database()
        self._context = database.client.transaction()
        with translating:
            client = await self._context.__aenter__()
        self._current = Transaction(database.dialect, client, asyncio.current_task())
        self._token: Token[Transaction | None] = _current.set(self._current)
        return self._current

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        _current.reset(self._token)
        with translating:
            try:
                if kind is None:
                    await self._current.client.finish(self._current.last)
            except BaseException as late:
                await self._context.__aexit__(type(late), late, late.__traceback__)
                raise
            await self._context.__aexit__(kind, error, trace)
        if kind is None:
            for call in self._current.after_commit:
                call()
