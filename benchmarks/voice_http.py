"""Signatures end to end over HTTP: a real server, a browser's requests, the link out of the mail.

The mails are read where the server's worker writes them. What each process burned is told beside
the rate: the people themselves are one of them, on the same machine.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import os
import socket
import sys
import time
from typing import TYPE_CHECKING

from benchmarks.voice_people import Crowd
from benchmarks.voice_timing import Burned, quantiles
from service import db

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from service.settings import Settings
    from tests.service.voice.signers import Signers

# The first few find a server that has made no page yet; they are not in the figures.
FIRST = 50
START_SECONDS = 30.0


async def over_http(
    signers: Signers, settings: Settings, count: int, processes: int
) -> dict[str, object]:
    """So many people sign the petition; says how fast, and whether the counts agree."""
    async with serving(settings, processes) as (port, burned):
        number = (await signers.row())["number"]
        crowd = Crowd(port, number, settings.storage / "voice-mail")
        await asyncio.to_thread(crowd.sign, range(FIRST))
        crowd.took.clear()
        before, begun = await burned.now(), time.perf_counter()
        await asyncio.to_thread(crowd.sign, range(FIRST, FIRST + count))
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
