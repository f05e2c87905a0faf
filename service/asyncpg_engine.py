"""PostgreSQL for the service: asyncpg's pool, patient only as long as a task may be, with a
transaction that never loses its pooled connection."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any, Literal, cast

import asyncpg

from service.db_config import POOL_SECONDS, patience

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping, Sequence
    from types import TracebackType

Way = Literal["fetch", "execute", "executemany"]
# For goodbyes only: whoever closes has waited for what was under way.
CLOSE_SECONDS = 2.0
LISTEN_AGAIN_SECONDS = 1.0
PROBE_SECONDS = 30.0


@contextlib.asynccontextmanager
async def patiently(connection: Any) -> AsyncIterator[None]:
    """Wait for this connection's answer as long as the task may, or cut it off.

    A server that hangs would answer a polite "never mind" no sooner, and the pool would wait for
    that; a cut connection is simply made again.
    """
    try:
        async with asyncio.timeout(patience.get()):
            yield
    except (TimeoutError, asyncio.CancelledError):
        connection.terminate()
        raise


class Pool:
    """A pool of connections. Nothing here changes a session's state, so nothing is reset between
    uses: that would be one more round trip per statement."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        self._options = options
        self.connections: Any = None

    async def open(self) -> None:
        self.connections = await asyncpg.create_pool(reset=_leave_as_is, **self._options)

    async def close(self) -> None:
        pool, self.connections = self.connections, None
        if pool is None:
            return
        try:
            await asyncio.wait_for(pool.close(), CLOSE_SECONDS)
        except TimeoutError:
            pool.terminate()

    def cut(self) -> None:
        """End every connection at once, whatever it waits for: nobody waits longer."""
        if self.connections is not None:
            self.connections.terminate()

    async def ask(self, way: Way, sql: str, *params: Any) -> Any:
        """One statement on a connection of the pool."""
        async with (
            asyncio.timeout(patience.get()),
            self.connections.acquire() as connection,
            patiently(connection),
        ):
            return await getattr(connection, way)(sql, *params)

    def transaction(self) -> PooledTransaction:
        return PooledTransaction(self)


class PooledTransaction:
    """One transaction on one pooled connection, which is given back even when BEGIN, COMMIT or
    ROLLBACK meets a dead server: otherwise a short outage would empty the pool for good."""

    __slots__ = ("_connection", "_finished", "_open", "_pool")

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._finished = False

    async def ask(self, way: Way, sql: str, *params: Any) -> Any:
        """One statement of the transaction."""
        async with patiently(self._connection):
            return await getattr(self._connection, way)(sql, *params)

    async def finish(self, statements: Sequence[tuple[str, Sequence[Any]]] = ()) -> None:
        """The last statements, then the commit."""
        async with patiently(self._connection):
            for sql, params in statements:
                await self._connection.execute(sql, *params)
            await self._open.commit()
        self._finished = True

    async def __aenter__(self) -> PooledTransaction:
        pool = self._pool.connections
        # A pool with nothing free for so long means the database is not keeping up: answer.
        self._connection = await pool.acquire(timeout=patience.get())
        try:
            async with patiently(self._connection):
                self._open = self._connection.transaction()
                await self._open.start()
        except BaseException:
            await pool.release(self._connection)
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if not self._finished and not self._connection.is_closed():
                async with patiently(self._connection):
                    await self._open.rollback()
        finally:
            await self._pool.connections.release(self._connection)


async def listen(pool: Pool, channel: str, call: Callable[[], None]) -> None:
    """Call back for every NOTIFY of a channel until cancelled, whatever becomes of connections."""
    # A connection that breaks as it is given back hides that we were cancelled meanwhile.
    while not cast("asyncio.Task[None]", asyncio.current_task()).cancelling():
        with contextlib.suppress(
            OSError, RuntimeError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError
        ):
            async with pool.connections.acquire(timeout=POOL_SECONDS) as connection:
                await _listen_on(connection, channel, call)
        await asyncio.sleep(LISTEN_AGAIN_SECONDS)


async def _listen_on(connection: Any, channel: str, call: Callable[[], None]) -> None:
    """Listen on one connection until it ends. Raises what it ends with."""
    ended = asyncio.Event()

    def notified(*_about: object) -> None:
        call()

    def closed(_connection: object) -> None:
        ended.set()

    connection.add_termination_listener(closed)
    await connection.add_listener(channel, notified)
    call()  # something may have been said while nobody listened
    try:
        while not ended.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(ended.wait(), PROBE_SECONDS)
            if not ended.is_set():
                # A wire that was cut without a word is found out only by saying something.
                async with patiently(connection):
                    await connection.execute("select 1")
    finally:
        # Only a worker that stops comes here with an open one. A server that stands still would
        # never answer a polite end, so there is none.
        connection.terminate()


async def _leave_as_is(_connection: object) -> None:
    """Called in place of asyncpg's reset."""
