"""Signatures end to end over HTTP: a real server, a browser's requests, the link out of the mail.

Each person comes from an address of their own, fetches the petition's page, sends the form, waits
for the mail, opens its link and presses the button; so many people are at it at any moment. The
mails are read where the server's worker writes them. What each process burned is told beside the
rate: the people themselves are one of them, on the same machine.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import os
import re
import socket
import sys
import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, cast
from urllib.parse import urlencode

from benchmarks.voice_timing import Burned, quantiles
from service import db

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence

    from service.settings import Settings
    from tests.service.voice.signers import Signers

# At 250 a second, with a mail on its way for a second.
AT_ONCE = 250
# The first few find a server that has made no page yet; they are not in the figures.
FIRST = 50
TOKEN = re.compile(rb'name="_csrf" value="([^"]+)"')
COOKIE = re.compile(rb"\r\nset-cookie: ([^;\r]+)", re.IGNORECASE)
LENGTH = re.compile(rb"\r\ncontent-length: (\d+)", re.IGNORECASE)
FORM = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: "
SENT = 303
MAIL = re.compile(rb"^To: http(\d+)@.*?/voice/signature/([A-Za-z0-9_-]{43})", re.DOTALL | re.M)
START_SECONDS, MAIL_SECONDS = 30.0, 120.0
LOOK_SECONDS = 0.05


class Wire(asyncio.Protocol):
    """One connection that asks and reads one answer after another: asyncio's streams cost the
    people twice as much."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self._got, self._wanted = b"", 0
        self._answer: asyncio.Future[bytes] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)

    def connection_lost(self, fault: Exception | None) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(fault or ConnectionResetError("no answer"))

    def data_received(self, data: bytes) -> None:
        self._got += data
        if not self._wanted and (end := self._got.find(b"\r\n\r\n")) >= 0:
            self._wanted = end + 4 + int(found[1] if (found := LENGTH.search(self._got)) else 0)
        if self._wanted and len(self._got) >= self._wanted and self._answer is not None:
            self._answer.set_result(self._got)

    async def ask(self, request: bytes) -> bytes:
        """The whole answer, head and body."""
        self._got, self._wanted = b"", 0
        self._answer = asyncio.get_running_loop().create_future()
        if self.transport is None:
            raise ConnectionResetError("not connected")
        self.transport.write(request)
        return await self._answer


@dataclass(frozen=True, slots=True)
class Person:
    """A browser: its address, and the cookie of the form it was given."""

    port: int
    number: int

    async def fill(self, path: str, fields: dict[str, str]) -> int:
        """Fetch a page and send its form, on one connection; says how that was answered."""
        loop = asyncio.get_running_loop()
        transport, wire = await loop.create_connection(Wire, "127.0.0.1", self.port)
        try:
            page = await wire.ask(f"GET {path} {self._head()}\r\n".encode())
            token, cookie = TOKEN.search(page), COOKIE.search(page)
            if token is None or cookie is None:
                raise RuntimeError(f"{path} answered {page[:30]!r} and has no form")
            form = urlencode({"_csrf": token[1].decode(), **fields})
            head = f"{self._head()}Cookie: {cookie[1].decode()}\r\n{FORM}{len(form)}\r\n\r\n"
            return int((await wire.ask(f"POST {path} {head}{form}".encode()))[9:12])
        finally:
            transport.close()

    def _head(self) -> str:
        high, low = divmod(self.number, 250)
        address = f"10.{high // 250}.{high % 250}.{low + 1}"
        return f"HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nX-Forwarded-For: {address}\r\n"


@dataclass(slots=True)
class Crowd:
    """People who sign one petition, each when their turn comes."""

    port: int
    number: int
    folder: Path
    took: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    _mails: dict[int, asyncio.Future[str]] = field(default_factory=dict)

    async def sign(self, people: Sequence[int]) -> None:
        reading = asyncio.create_task(self._read_mails())
        waiting = iter(people)

        async def one_after_another() -> None:
            for each in waiting:
                await self._one(each)

        try:
            await asyncio.gather(*(one_after_another() for _place in range(AT_ONCE)))
        finally:
            reading.cancel()

    async def _one(self, each: int) -> None:
        person, mail = Person(self.port, each), asyncio.get_running_loop().create_future()
        self._mails[each] = mail
        fields = {"name": "Sam Signer", "mail": f"http{each}@load{each % 97}.example.net"}
        await self._fill("asked", person, f"/voice/petitions/{self.number}", fields)
        begun = time.perf_counter()
        async with asyncio.timeout(MAIL_SECONDS):
            token = await mail
        self.took["mail"].append(time.perf_counter() - begun)
        await self._fill("confirmed", person, f"/voice/signature/{token}", {"_action": "confirm"})

    async def _fill(self, kind: str, person: Person, path: str, fields: dict[str, str]) -> None:
        begun = time.perf_counter()
        status = await person.fill(path, fields)
        self.took[kind].append(time.perf_counter() - begun)
        if status != SENT:
            raise RuntimeError(f"{kind} answered {status}")

    async def _read_mails(self) -> None:
        """Each mail as soon as it lies there."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            for content in taken(self.folder):
                found = MAIL.search(content.replace(b"=\n", b""))
                if found and not (mail := self._mails.pop(int(found[1]))).done():
                    mail.set_result(found[2].decode())


def taken(folder: Path) -> list[bytes]:
    """The mails that lie there, which then lie there no more."""
    contents = []
    for file in folder.glob("*.eml"):
        contents.append(file.read_bytes())
        file.unlink()
    return contents


async def over_http(
    signers: Signers, settings: Settings, count: int, processes: int
) -> dict[str, object]:
    """So many people sign the petition; says how fast, and whether the counts agree."""
    async with serving(settings, processes) as (port, burned):
        number = (await signers.row())["number"]
        crowd = Crowd(port, number, settings.storage / "voice-mail")
        await crowd.sign(range(FIRST))
        crowd.took.clear()
        before, begun = await burned.now(), time.perf_counter()
        await crowd.sign(range(FIRST, FIRST + count))
        spent = time.perf_counter() - begun
        each = burned.each(before, await burned.now(), count)
        done = time.perf_counter()
        await until_counted(signers, FIRST + count)
        headline, parts, signed = await signers.three_counts()
        return {
            "signatures": count,
            "end_to_end_per_second": round(count / spent),
            **{f"{kind}_s": quantiles(took) for kind, took in crowd.took.items()},
            "counted_after_s": round(time.perf_counter() - done, 2),
            **_by_process(each, count / spent),
            "right": headline == parts == signed == FIRST + count,
        }


def _by_process(each: Mapping[str, float], rate: float) -> dict[str, object]:
    """What one signature costs each process, and what one core could do for the server alone."""
    server = sum(ms for name, ms in each.items() if name != "people")
    return {
        "processor_ms_each": each,
        "cores_busy": round(sum(each.values()) * rate / 1000, 2),
        "server_for_one_core_per_second": round(1000 / server) if server else 0,
    }


@contextlib.asynccontextmanager
async def serving(settings: Settings, processes: int) -> AsyncIterator[tuple[int, Burned]]:
    """A server with its worker, until the end; on SQLite both are one process."""
    port = free_port()
    await db.execute("delete from voice_outbox")  # what was asked for before is not measured here
    commands = {"web": ["serve", "--port", str(port), "--workers", str(processes)]}
    if settings.database_url.startswith("sqlite:"):
        commands = {"web and worker": ["serve", "--port", str(port)]}
    else:
        commands["worker"] = ["worker"]
    running = {name: await started(settings, *command) for name, command in commands.items()}
    try:
        await answering(port)
        yield port, Burned({name: process.pid for name, process in running.items()})
    finally:
        for process in running.values():
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            await process.wait()


async def started(settings: Settings, *command: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "service.cli", *command),
        env=environment(settings),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )


async def until_counted(signers: Signers, count: int) -> None:
    for _look in range(100):
        if await signers.headline() >= count:
            return
        await asyncio.sleep(0.1)


async def answering(port: int) -> None:
    for _look in range(int(START_SECONDS * 10)):
        try:
            _reader, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.1)
            continue
        writer.close()
        return
    raise RuntimeError("the server did not start")


def free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


def environment(settings: Settings) -> dict[str, str]:
    """The same database and key, for processes of their own; a proxy is believed."""
    keys = ",".join(base64.b64encode(key).decode() for key in settings.secret_keys)
    return {
        **os.environ,
        "THRESHOLD_DATABASE_URL": settings.database_url,
        "THRESHOLD_STORAGE": str(settings.storage),
        "THRESHOLD_SECRET_KEYS": keys,
        "THRESHOLD_BASE_URL": "http://127.0.0.1:8000",
        "THRESHOLD_TRUSTED_PROXIES": "127.0.0.1",
        "THRESHOLD_LOG_LEVEL": "warning",
    }
