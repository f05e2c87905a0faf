"""The agency's webhook: a very small HTTP server that takes hints, and misbehaves on cue."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from service.clock import Clock

SLOW_SECONDS = 5.0
DEAD_SECONDS = 3600.0
HEAD_BYTES, BODY_BYTES = 16 * 1024, 16 * 1024
# The demonstration's clock may stand on another day than ours.
ANY_TIME = timedelta(days=36500)


@dataclass(slots=True)
class Hints:
    """Listens on a loopback port. `heard` is called for each genuine hint."""

    mode: str
    heard: Callable[[], None]
    keys: list[str] = field(default_factory=list)
    taken: int = 0
    _server: asyncio.Server | None = None
    _busy: set[asyncio.Task[None]] = field(default_factory=set)

    async def listen(self, port: int) -> int:
        """Start; says which port it is."""
        self._server = await asyncio.start_server(
            self._connected, "127.0.0.1", port, limit=HEAD_BYTES
        )
        found: int = self._server.sockets[0].getsockname()[1]
        return found

    async def close(self) -> None:
        """Stop listening and drop what is open."""
        if self._server is None:
            return
        self._server.close()
        for task in self._busy:
            task.cancel()
        await asyncio.gather(*self._busy, return_exceptions=True)
        await self._server.wait_closed()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._busy.add(task)
        try:
            with contextlib.suppress(
                ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError
            ):
                await self._answer(reader, writer)
        finally:
            if task is not None:
                self._busy.discard(task)
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        headers = {
            name.strip().lower(): value.strip()
            for name, _, value in (line.partition(":") for line in head.split("\r\n")[1:])
        }
        length = headers.get("content-length", "0")
        size = min(int(length), BODY_BYTES) if length.isdigit() else 0
        body = await reader.readexactly(size)
        if self.mode == "dead":
            await asyncio.sleep(DEAD_SECONDS)
        if self.mode == "slow":
            await asyncio.sleep(SLOW_SECONDS)
        if self.mode == "wrong":
            writer.write(_response("200 OK", b"<h1>Welcome to our web site</h1>", "text/html"))
        elif self.genuine(headers, body):
            self.taken += 1
            writer.write(_response("204 No Content", b""))
            self.heard()
        else:
            writer.write(_response("401 Unauthorized", b""))
        await writer.drain()

    def genuine(self, headers: dict[str, str], body: bytes) -> bool:
        """Whether the service signed this hint."""
        from service.referrals.webhooks import NotGenuine, parse_verifier, verify

        try:
            verifiers = [parse_verifier(key) for key in self.keys]
            verify(headers, body, verifiers, Clock().now(), ANY_TIME)
        except NotGenuine:
            return False
        return True


def _response(status: str, body: bytes, kind: str = "text/plain") -> bytes:
    lines = [
        f"HTTP/1.1 {status}",
        f"content-type: {kind}",
        f"content-length: {len(body)}",
        "connection: close",
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body
