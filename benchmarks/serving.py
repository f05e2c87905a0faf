"""The servers under measurement: the service as a city runs it, and the bare one beside it."""

from __future__ import annotations

import socket
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Self

from benchmarks.tree import Memory, memory
from tests.support.postgres import free_port
from tests.support.servers import Process, Service

STARTS = 5
REST_SECONDS = 3.0
HELLO_SECONDS = 20.0


class Served:
    """The service with its worker: one process on SQLite, three and a parent on PostgreSQL."""

    def __init__(self, folder: Path, database_url: str | None) -> None:
        workers = ("--workers", "2") if database_url else ()
        self.service = Service(
            folder,
            database_url=database_url,
            env={"THRESHOLD_LOG_LEVEL": "warning"},
            arguments=workers,
            cold=True,
        )
        self.worker = (
            Process(["worker"], folder / "worker.log", self.service.settings, cold=True)
            if database_url
            else None
        )

    @property
    def pids(self) -> list[int]:
        """The roots of the process trees whose CPU and memory count."""
        return [self.service.pid, *([self.worker.pid] if self.worker else [])]

    async def starts(self, times: int = STARTS) -> list[float]:
        """Seconds from a cold process to ready over a database that is there already; median first.
        The last one stays up."""
        self.service.start()
        await self.service.ready()
        found = []
        for _ in range(times):
            self.service.stop()
            self.service.start()
            found.append(round(await self.service.ready(), 3))
        if self.worker is not None:
            self.worker.start()
        return [round(statistics.median(found), 3), *found]

    def at_rest(self) -> Memory:
        """Memory before the first request of a person."""
        time.sleep(REST_SECONDS)
        return memory(self.pids)

    def stop(self) -> None:
        if self.worker is not None:
            self.worker.stop()
        self.service.stop()


class Hello:
    """The bare server on the same uvicorn, event loop and parser."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self._log = folder / "hello.log"

    @property
    def pid(self) -> int:
        return self._running.pid

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "uvicorn", "benchmarks.hello:app", "--port"]
        command += [str(self.port), "--no-access-log", "--log-level", "warning", "--ws", "none"]
        with self._log.open("ab") as output:
            self._running = subprocess.Popen(command, stdout=output, stderr=output)
        deadline = time.monotonic() + HELLO_SECONDS
        while not self._answers() and time.monotonic() < deadline:
            time.sleep(0.05)
        return self

    def _answers(self) -> bool:
        with socket.socket() as asking:
            return asking.connect_ex(("127.0.0.1", self.port)) == 0

    def __exit__(self, *_: object) -> None:
        self._running.terminate()
        self._running.wait()
