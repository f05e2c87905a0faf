"""A wire to a server that a test can cut or make silent, and a way to freeze the server itself."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator

import psutil

from tests.support.postgres import free_port


class FaultyLink:
    """Passes bytes between a port of its own and the server's, as long as it may."""

    def __init__(self, target: int) -> None:
        self.target = target
        self.port = free_port()
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self._flows = asyncio.Event()
        self._flows.set()

    async def up(self) -> None:
        """Take connections; bytes flow."""
        self._flows.set()
        if self._server is None:
            self._server = await asyncio.start_server(self._join, "127.0.0.1", self.port)

    async def down(self) -> None:
        """What a stopped server looks like: connections end, new ones are refused."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for writer in list(self._open):
            writer.transport.abort()

    def silent(self) -> None:
        """What a firewall looks like: nothing ends, and nothing is ever answered."""
        self._flows.clear()

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", self.target)
        self._open |= {writer, back}
        try:
            await asyncio.gather(self._carry(reader, back), self._carry(there, writer))
        finally:
            self._open -= {writer, back}

    async def _carry(self, source: asyncio.StreamReader, to: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await source.read(65536):
                await self._flows.wait()
                to.write(data)
                await to.drain()
        to.close()


@contextlib.asynccontextmanager
async def faulty_link(target: int) -> AsyncIterator[FaultyLink]:
    link = FaultyLink(target)
    await link.up()
    try:
        yield link
    finally:
        link._flows.set()
        await link.down()


@contextlib.contextmanager
def suspended(port: int) -> Iterator[None]:
    """The server that listens on `port` and all its children stand still, as on a frozen disk."""
    main = next(
        process
        for process in psutil.process_iter(["cmdline"])
        if f"port={port}" in (process.info["cmdline"] or [])
    )
    family = [main, *main.children(recursive=True)]
    for process in family:
        process.suspend()
    try:
        yield
    finally:
        for process in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.resume()
