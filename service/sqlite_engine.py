"""Tortoise's SQLite engine with transactions that take the write lock at once.

A deferred BEGIN that reads and then writes fails at once with "database is locked" when another
process wrote in between; BEGIN IMMEDIATE waits its turn instead. Values come back as the models
declare them (UUID, aware UTC time, date) in raw statements too.
"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import aiosqlite
from tortoise.backends.base.client import NestedTransactionContext
from tortoise.backends.sqlite import executor
from tortoise.backends.sqlite.client import (
    SqliteClient,
    SqliteTransactionContext,
    SqliteTransactionWrapper,
)
from tortoise.connection import get_connections
from tortoise.exceptions import TransactionManagementError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tortoise.backends.base.client import TransactionalDBClient, TransactionContext

Statement = tuple[str, "Sequence[Any]"]


def stored_time(value: datetime) -> str:
    """One text form for every time, so that text order is time order. Refuses a naive time."""
    if value.tzinfo is None:
        raise ValueError("a stored time needs its zone")
    return value.astimezone(UTC).isoformat(" ", "microseconds")


def _read_time(value: bytes) -> datetime:
    return datetime.fromisoformat(value.decode("ascii"))


def _read_date(value: bytes) -> date:
    return date.fromisoformat(value.decode("ascii"))


def _read_uuid(value: bytes) -> UUID:
    return UUID(value.decode("ascii"))


# After Tortoise's own: its adapter drops zero microseconds and keeps any zone.
TORTOISE_ADAPTERS = executor.SqliteExecutor
sqlite3.register_adapter(datetime, stored_time)
sqlite3.register_adapter(UUID, str)
# Tortoise declares a UUID as CHAR(36); text columns are VARCHAR or TEXT.
sqlite3.register_converter("CHAR", _read_uuid)
sqlite3.register_converter("TIMESTAMP", _read_time)
sqlite3.register_converter("DATE", _read_date)


async def _in_thread(connection: Any, work: Callable[..., Any], *args: Any) -> Any:
    """Run `work(sqlite3 connection, *args)` where aiosqlite keeps the connection."""
    return await connection._execute(work, connection._conn, *args)


class ImmediateTransaction(SqliteTransactionWrapper):
    """One write transaction on the process's one writing connection."""

    async def begin(self) -> None:
        await self.run(sqlite3.Connection.execute, "BEGIN IMMEDIATE")

    async def run(self, work: Callable[..., Any], *args: Any) -> Any:
        """Run `work(sqlite3 connection, *args)` in the connection's thread: one hop."""
        return await _in_thread(self._connection, work, *args)

    async def finish(self, statements: Sequence[Statement]) -> None:
        """The last statements and the commit in one hop."""
        if self._finalized:
            raise TransactionManagementError("Transaction already finalised")
        await self.run(_run_and_commit, statements)
        self._finalized = True

    async def commit(self) -> None:
        await self.finish(())

    async def execute_script(self, query: str) -> None:
        """A script inside the transaction: sqlite3's own way would commit it first."""
        await self.run(_run_script, query)

    def _in_transaction(self) -> TransactionContext:
        return NestedTransactionContext(ImmediateTransaction(self))


def _run_and_commit(connection: sqlite3.Connection, statements: Sequence[Statement]) -> None:
    for sql, params in statements:
        connection.execute(sql, params)
    connection.execute("COMMIT")


def _run_script(connection: sqlite3.Connection, script: str) -> None:
    statement = ""
    for part in script.split(";"):
        statement += part + ";"
        if sqlite3.complete_statement(statement):
            connection.execute(statement)
            statement = ""


class ImmediateTransactionContext(SqliteTransactionContext):
    """Holds the process's lock from BEGIN to the end, and gives it back whatever happens.

    Tortoise's own keeps the lock for ever when BEGIN itself is refused or cancelled.
    """

    connection: ImmediateTransaction

    async def __aenter__(self) -> TransactionalDBClient:
        await self._trxlock.acquire()
        try:
            await self.ensure_connection()
            await self.connection.begin()
        except BaseException:
            await self._undo()
            self._trxlock.release()
            raise
        self.token = get_connections().set(self.connection_name, self.connection)
        return self.connection

    async def __aexit__(self, exc_type: Any, exc_val: Any, exc_tb: Any) -> None:
        try:
            if exc_type is None and not self.connection._finalized:
                await self.connection.commit()
        finally:
            get_connections().reset(self.token)
            try:
                if not self.connection._finalized:
                    self.connection._finalized = True
                    await self._undo()
            finally:
                self._trxlock.release()

    async def _undo(self) -> None:
        """Roll back whatever is open. Queued behind a statement that is still running, so a
        cancelled BEGIN or COMMIT is over before the next transaction starts."""
        with contextlib.suppress(sqlite3.Error, ValueError):
            await asyncio.shield(self.connection.run(sqlite3.Connection.rollback))


class ImmediateClient(SqliteClient):
    """The process's one writing connection."""

    async def create_connection(self, with_db: bool) -> None:
        if self._connection is not None:
            return
        connection = await aiosqlite.connect(
            self.filename,
            isolation_level=None,
            detect_types=sqlite3.PARSE_DECLTYPES,
            cached_statements=256,
        )
        connection._conn.row_factory = sqlite3.Row
        for pragma, value in self.pragmas.items():
            await _in_thread(connection, sqlite3.Connection.execute, f"PRAGMA {pragma}={value}")
        self._connection = connection
        await self._post_connect()

    def _in_transaction(self) -> TransactionContext:
        return ImmediateTransactionContext(ImmediateTransaction(self), self._lock)

    async def run(self, work: Callable[..., Any], *args: Any) -> Any:
        """Run `work(sqlite3 connection, *args)` in the connection's thread, on its own."""
        async with self.acquire_connection() as connection:
            return await _in_thread(connection, work, *args)


def open_reader(path: str) -> sqlite3.Connection:
    """A second connection that can only read.

    Under WAL a reader waits for nobody, so it is called straight from the event loop: a point read
    costs some 20 microseconds where a trip through a thread costs 100, and no read waits behind
    another request's open transaction.
    """
    connection = sqlite3.connect(
        path, isolation_level=None, detect_types=sqlite3.PARSE_DECLTYPES, cached_statements=256
    )
    connection.execute("PRAGMA busy_timeout=5000")
    connection.execute("PRAGMA query_only=1")
    return connection


client_class = ImmediateClient
