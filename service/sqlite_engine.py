"""SQLite for the service: one writing connection in a thread, and one reader in the event loop.

A deferred BEGIN that reads and then writes fails at once with "database is locked" when another
process wrote in between; BEGIN IMMEDIATE waits its turn instead. Values come back as the models
declare them (UUID, aware UTC time, date).
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import sqlite3
import time
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import aiosqlite

from service.db_config import BUSY_MILLISECONDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from types import TracebackType

Statement = tuple[str, "Sequence[Any]"]
LOOK_SECONDS = 0.001


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


def register_types() -> None:
    """How values are stored and read. Again at each opening: Tortoise's adapters, which drop zero
    microseconds and keep any zone, are registered whenever somebody imports its engine."""
    sqlite3.register_adapter(datetime, stored_time)
    sqlite3.register_adapter(date, date.isoformat)
    sqlite3.register_adapter(UUID, str)
    # Tortoise declares a UUID as CHAR(36); text columns are VARCHAR or TEXT.
    sqlite3.register_converter("CHAR", _read_uuid)
    sqlite3.register_converter("TIMESTAMP", _read_time)
    sqlite3.register_converter("DATE", _read_date)


register_types()


class Writer:
    """The process's one writing connection. aiosqlite keeps it in a thread of its own."""

    def __init__(self, path: str, pragmas: Mapping[str, object]) -> None:
        self.path = path
        self.pragmas = pragmas
        self.lock = asyncio.Lock()
        self._connection: Any = None
        self._folder: int | None = None

    async def open(self) -> None:
        register_types()
        self._folder = os.open(Path(self.path).parent, os.O_RDONLY)
        self._connection = await aiosqlite.connect(
            self.path,
            isolation_level=None,
            detect_types=sqlite3.PARSE_DECLTYPES,
            cached_statements=256,
        )
        self._connection._conn.row_factory = sqlite3.Row
        for pragma, value in self.pragmas.items():
            await self.in_thread(sqlite3.Connection.execute, f"PRAGMA {pragma}={value}")

    async def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()
        folder, self._folder = self._folder, None
        if folder is not None:
            os.close(folder)

    def begin(self, connection: sqlite3.Connection) -> None:
        """Begin to write when it is this process's turn. Raises TimeoutError when it never is."""
        with _turn(self._folder):
            connection.execute("BEGIN IMMEDIATE")

    async def in_thread(self, work: Callable[..., Any], *args: Any) -> Any:
        """Run `work(sqlite3 connection, *args)` where the connection lives; the caller holds the
        lock."""
        connection = self._connection
        return await connection._execute(work, connection._conn, *args)

    async def run(self, work: Callable[..., Any], *args: Any) -> Any:
        """Run `work(sqlite3 connection, *args)` on its own, between transactions."""
        async with self.lock:
            return await self.in_thread(work, *args)

    def transaction(self) -> WriteTransaction:
        return WriteTransaction(self)


class WriteTransaction:
    """Holds the process's lock from BEGIN to the end, and gives it back whatever happens."""

    __slots__ = ("_finished", "_writer")

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._finished = False

    async def run(self, work: Callable[..., Any], *args: Any) -> Any:
        """Run `work(sqlite3 connection, *args)` inside the transaction: one trip."""
        return await self._writer.in_thread(work, *args)

    async def finish(self, statements: Sequence[Statement] = ()) -> None:
        """The last statements and the commit in one trip."""
        await self.run(_run_and_commit, statements)
        self._finished = True

    async def __aenter__(self) -> WriteTransaction:
        await self._writer.lock.acquire()
        try:
            await self._writer.in_thread(self._writer.begin)
        except BaseException:
            await self._undo()
            self._writer.lock.release()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if not self._finished:
                await self._undo()
        finally:
            self._writer.lock.release()

    async def _undo(self) -> None:
        """Roll back whatever is open. Queued behind a statement that is still running, so a
        cancelled BEGIN or COMMIT is over before the next transaction starts."""
        with contextlib.suppress(sqlite3.Error, ValueError):
            await asyncio.shield(self.run(sqlite3.Connection.rollback))


@contextlib.contextmanager
def _turn(folder: int | None) -> Iterator[None]:
    """Only one process at a time waits for SQLite's write lock, which has no queue of its own:
    who writes on and on would be there first each time, and on a slow disk its neighbours would
    find no gap in all their patience."""
    until = time.monotonic() + BUSY_MILLISECONDS / 1000
    while not _taken(folder):
        if time.monotonic() > until:
            raise TimeoutError("others write")
        time.sleep(LOOK_SECONDS)
    try:
        yield
    finally:
        if folder is not None:
            with contextlib.suppress(OSError):
                fcntl.flock(folder, fcntl.LOCK_UN)


def _taken(folder: int | None) -> bool:
    """Where a file system knows no such lock of a folder, everybody takes their chance."""
    if folder is not None:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:
            return True
    return True


def _run_and_commit(connection: sqlite3.Connection, statements: Sequence[Statement]) -> None:
    for sql, params in statements:
        connection.execute(sql, params)
    connection.execute("COMMIT")


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
