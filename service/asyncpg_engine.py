"""Tortoise's asyncpg engine with a transaction that never loses its pooled connection."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any, Literal, cast

import asyncpg
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import TransactionContextPooled
from tortoise.connection import get_connections

from service.db_config import patience

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from tortoise.backends.base.client import TransactionalDBClient, TransactionContext

Way = Literal["fetch", "execute", "executemany"]


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


class PooledTransaction(TransactionWrapper):
    """One transaction on one pooled connection."""

    async def ask(self, way: Way, sql: str, *params: Any) -> Any:
        """One statement of the transaction."""
        async with patiently(self._connection):
            return await getattr(self._connection, way)(sql, *params)

    async def finish(self, statements: Sequence[tuple[str, Sequence[Any]]]) -> None:
        """The last statements, then the commit."""
        async with patiently(self._connection):
            for sql, params in statements:
                await self._connection.execute(sql, *params)
            await self.commit()


class PooledTransactionContext(TransactionContextPooled):
    """Gives the connection back even when BEGIN, COMMIT or ROLLBACK meets a dead server.

    Tortoise's own leaks the connection when BEGIN is refused, so that a short outage empties the
    pool for good.
    """

    client: PooledTransaction

    async def __aenter__(self) -> TransactionalDBClient:
        await self.ensure_connection()
        pool = cast("asyncpg.Pool", self.client._parent._pool)
        # A pool with nothing free for so long means the database is not keeping up: answer.
        self.client._connection = await pool.acquire(timeout=patience.get())
        try:
            async with patiently(self.client._connection):
                await self.client.begin()
        except BaseException:
            await pool.release(self.client._connection)
            raise
        self.token = get_connections().set(self.connection_name, self.client)
        return self.client

    async def __aexit__(self, exc_type: Any, exc_val: Any, exc_tb: Any) -> None:
        pool = cast("asyncpg.Pool", self.client._parent._pool)
        try:
            if not self.client._finalized:
                if exc_type is None:
                    await self.client.commit()
                elif not self.client._connection.is_closed():
                    async with patiently(self.client._connection):
                        await self.client.rollback()
        finally:
            get_connections().reset(self.token)
            await pool.release(self.client._connection)


class PooledClient(AsyncpgDBClient):
    """A pool of connections. Nothing here changes a session's state, so nothing is reset between
    uses: that would be one more round trip per statement."""

    async def ask(self, way: Way, sql: str, *params: Any) -> Any:
        """One statement on a connection of the pool."""
        pool = cast("asyncpg.Pool", self._pool)
        async with (
            asyncio.timeout(patience.get()),
            pool.acquire() as connection,
            patiently(connection),
        ):
            return await getattr(connection, way)(sql, *params)

    def _in_transaction(self) -> TransactionContext:
        return PooledTransactionContext(PooledTransaction(self), self._pool_init_lock)

    async def create_pool(self, **kwargs: Any) -> asyncpg.Pool:
        return await asyncpg.create_pool(None, reset=_leave_as_is, **kwargs)


async def _leave_as_is(_connection: object) -> None:
    """Called in place of asyncpg's reset."""


client_class = PooledClient
