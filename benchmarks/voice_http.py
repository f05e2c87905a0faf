"""Signatures end to end over HTTP: a real server, a browser's requests, the link out of the mail.

Each person comes from an address of their own, fetches the petition's page, sends the form, opens
the mail's link and presses its button. The mails are read where the server's worker writes them.
"""

from __future__ import annotations

import asyncio
import base64
import os
import re
import socket
import sys
import time
from dataclasses import dataclass
from email import message_from_bytes, policy
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from benchmarks.load import Answer, Request, read_answer
from service import db

if TYPE_CHECKING:
    from service.settings import Settings
    from tests.service.voice.signers import Signers

AT_ONCE = 40
TOKEN = re.compile(rb'name="_csrf" value="([^"]+)"')
LINK = re.compile(r"/voice/signature/([A-Za-z0-9_-]{43})")
START_SECONDS, MAIL_SECONDS = 30.0, 120.0


@dataclass(frozen=True, slots=True)
class Person:
    """A browser: its address, and the cookie of the form it was given."""

    port: int
    number: int

    async def fill(self, path: str, fields: dict[str, str]) -> Answer:
        """Fetch a page and send its form, on one connection."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            page = await self._send(reader, writer, Request("GET", path, self._headers()))
            found = TOKEN.search(page.body)
            if found is None:
                raise RuntimeError(f"{path} answered {page.status} and has no form")
            cookie = page.headers["set-cookie"].partition(";")[0]
            form = urlencode({"_csrf": found[1].decode(), **fields}).encode()
            headers = {
                **self._headers(),
                "Cookie": cookie,
                "Content-Type": "application/x-www-form-urlencoded",
            }
            return await self._send(reader, writer, Request("POST", path, headers, form))
        finally:
            writer.close()

    async def _send(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: Request
    ) -> Answer:
        writer.write(request.encode(f"127.0.0.1:{self.port}"))
        return await read_answer(reader)

    def _headers(self) -> dict[str, str]:
        high, low = divmod(self.number, 250)
        return {"X-Forwarded-For": f"10.{high // 250}.{high % 250}.{low + 1}"}


async def over_http(signers: Signers, settings: Settings, count: int) -> dict[str, object]:
    """So many people sign the petition; says how fast, and whether the counts agree."""
    port = free_port()
    number = (await signers.row())["number"]
    await db.execute("delete from voice_outbox")  # what was asked for before is not measured here
    commands = [["serve", "--port", str(port)]]
    if not settings.database_url.startswith("sqlite:"):
        commands.append(["worker"])
    running = [await started(settings, *command) for command in commands]
    try:
        await answering(port)
        return await _measured(signers, settings, port, (number, count))
    finally:
        for process in running:
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


async def _measured(
    signers: Signers, settings: Settings, port: int, asked: tuple[int, int]
) -> dict[str, object]:
    number, count = asked
    begun = time.perf_counter()

    async def sign(each: int) -> None:
        fields = {"name": "Sam Signer", "mail": f"http{each}@load{each % 97}.example.net"}
        answer = await Person(port, each).fill(f"/voice/petitions/{number}", fields)
        if answer.status != 303:
            raise RuntimeError(f"signing answered {answer.status}")

    async def press(at: tuple[int, str]) -> None:
        answer = await Person(port, at[0]).fill(f"/voice/signature/{at[1]}", {"_action": "confirm"})
        if answer.status != 303:
            raise RuntimeError(f"confirming answered {answer.status}")

    await spread(sign, range(count))
    sent = time.perf_counter()
    tokens = await mailed(settings.storage / "voice-mail", count)
    written = time.perf_counter()
    await spread(press, list(enumerate(tokens)))
    done = time.perf_counter()
    await until_counted(signers, count)
    headline, parts, signed = await signers.three_counts()
    return {
        "signatures": count,
        "asked_per_second": round(count / (sent - begun)),
        "waited_for_mail_s": round(written - sent, 2),
        "confirmed_per_second": round(count / (done - written)),
        "end_to_end_per_second": round(count / (done - begun)),
        "counted_after_s": round(time.perf_counter() - done, 2),
        "right": headline == parts == signed == count,
    }


async def spread(work: Any, items: Any) -> None:
    waiting = iter(items)

    async def one_after_another() -> None:
        for item in waiting:
            await work(item)

    await asyncio.gather(*(one_after_another() for _place in range(AT_ONCE)))


async def mailed(folder: Path, count: int) -> list[str]:
    """The token of every mail, once all are written."""
    for _look in range(int(MAIL_SECONDS * 10)):
        if await asyncio.to_thread(written_in, folder) >= count:
            break
        await asyncio.sleep(0.1)
    return await asyncio.to_thread(links_in, folder)


def written_in(folder: Path) -> int:
    return sum(1 for _file in folder.glob("*.eml"))


def links_in(folder: Path) -> list[str]:
    texts = (
        message_from_bytes(file.read_bytes(), policy=policy.default).get_content()
        for file in folder.glob("*.eml")
    )
    return [link[1] for text in texts if (link := LINK.search(text))]


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
