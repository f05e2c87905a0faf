"""The real service and demonstration agencies in processes of their own, to start and to kill."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import httpx
import psutil

from tests.support.canaries import check_log
from tests.support.databases import SqliteDatabases
from tests.support.forker import Forked, forker
from tests.support.postgres import free_port

THRESHOLD = str(Path(sys.executable).parent / "threshold")
READY_SECONDS = 120.0
STOP_SECONDS = 20.0
COMMAND_SECONDS = 120.0
# For clients of a service on this machine. One of their own would read every authority's
# certificate first, which takes longer than what most of them ask for.
PLAIN_HTTP = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


class ServerEnded(RuntimeError):
    """A process ended, or did not become ready; the message ends with its own last words."""


def plain_environment() -> dict[str, str]:
    """The tester's environment without its own settings of the service."""
    return {name: value for name, value in os.environ.items() if not name.startswith("THRESHOLD_")}


def run_threshold(
    arguments: Sequence[str], settings: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    """A `threshold` command with these settings and no others, to its end."""
    with tempfile.TemporaryDirectory() as folder:
        out, err = Path(folder, "out"), Path(folder, "err")
        env = {**plain_environment(), **settings}
        status = forker().start(arguments, env, out, err).wait(COMMAND_SECONDS)
        said = (out.read_text(encoding="utf-8"), err.read_text(encoding="utf-8"))
    return subprocess.CompletedProcess(arguments, status, *said)


@dataclass
class Process:
    """A `threshold` command in its own process group, so that a kill takes all of it at once.

    It is forked from a process that has read its modules already; a `cold` one reads them itself.
    """

    arguments: Sequence[str]
    log: Path
    env: Mapping[str, str] = field(default_factory=dict)
    cold: bool = False
    _running: subprocess.Popen[bytes] | Forked | None = None
    _read: int = 0

    def start(self) -> None:
        """Start it; its words are added to `log`."""
        env = {**plain_environment(), **self.env}
        if not self.cold:
            self._running = forker().start(self.arguments, env, self.log, self.log)
            return
        with self.log.open("ab") as output:
            self._running = subprocess.Popen(
                [THRESHOLD, *self.arguments],
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """The leader of the process group."""
        if self._running is None:
            raise ServerEnded("it was not started")
        return self._running.pid

    def alive(self) -> bool:
        """Whether the leader still runs."""
        return self._running is not None and self._running.poll() is None

    def kill(self) -> None:
        """kill -9 of the whole group: nothing gets to tidy up."""
        self._signal(signal.SIGKILL)

    def stop(self) -> None:
        """Ask the group to end; kill what has not ended in time."""
        self._signal(signal.SIGTERM)

    def last_words(self, characters: int = 2000) -> str:
        """The end of the log, for a failure's message."""
        if not self.log.exists():
            return ""
        return self.log.read_text(encoding="utf-8", errors="replace")[-characters:]

    def _signal(self, number: signal.Signals) -> None:
        running, self._running = self._running, None
        if running is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(running.pid, number)
        try:
            running.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(running.pid, signal.SIGKILL)
            running.wait(STOP_SECONDS)
        wait_for_group(running.pid, STOP_SECONDS)
        self._read = check_log(self.log, start=self._read)


def wait_for_group(group: int, seconds: float) -> None:
    """Until nothing of a process group runs: a child that dies after its parent still holds the
    port. One that is dead and not buried holds nothing."""
    until = time.monotonic() + seconds
    while time.monotonic() < until and any(_runs_in(group)):
        time.sleep(0.005)


def _runs_in(group: int) -> Iterator[int]:
    try:
        os.killpg(group, 0)
    except (ProcessLookupError, PermissionError):  # the second is a Mac's word for dead ones
        return
    for process in psutil.process_iter():
        with contextlib.suppress(ProcessLookupError, psutil.Error):
            if os.getpgid(process.pid) == group and process.status() != psutil.STATUS_ZOMBIE:
                yield process.pid


class Service(Process):
    """`threshold serve` in demonstration mode on a free port, with storage of its own.

    `async with Service(folder, database_url=...) as service:` starts it, waits until it is ready
    and stops it at the end. The port stays the same over `kill()` and `restart()`.
    """

    def __init__(
        self,
        folder: Path,
        *,
        database_url: str | None = None,
        env: Mapping[str, str] | None = None,
        arguments: Sequence[str] = (),
        cold: bool = False,
    ) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.storage = folder / "storage"
        self.settings = {
            "THRESHOLD_DEMO": "1",
            "THRESHOLD_DEMO_VOTES": "0",
            "THRESHOLD_BASE_URL": self.url,
            "THRESHOLD_STORAGE": str(self.storage),
            "THRESHOLD_DATABASE_URL": database_url or SqliteDatabases().fresh(folder),
            **(env or {}),
        }
        command = ["serve", "--port", str(self.port), *arguments]
        super().__init__(command, folder / "service.log", self.settings, cold)

    async def __aenter__(self) -> Self:
        self.start()
        try:
            await self.ready()
        except BaseException:
            self.kill()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        self.stop()

    async def ready(self, seconds: float = READY_SECONDS) -> float:
        """Wait until /readyz answers 200; say how long it took. Raises ServerEnded."""
        began = time.monotonic()
        async with httpx.AsyncClient(timeout=5.0, trust_env=False, verify=PLAIN_HTTP) as client:
            while time.monotonic() - began < seconds:
                if not self.alive():
                    raise ServerEnded(f"the service ended: {self.last_words()}")
                with contextlib.suppress(httpx.TransportError):
                    if (await client.get(f"{self.url}/readyz")).status_code == 200:
                        return time.monotonic() - began
                await asyncio.sleep(0.02)
        raise ServerEnded(f"not ready after {seconds:.0f} s: {self.last_words()}")

    async def restart(self) -> None:
        """kill -9, start again on the same port and storage, wait until ready."""
        self.kill()
        self.start()
        await self.ready()

    def demo(self) -> dict[str, Any]:
        """The demonstration's keys and sign-ins, as the service keeps them."""
        text = (self.storage / "demo.json").read_text(encoding="utf-8")
        kept: dict[str, Any] = json.loads(text)
        return kept

    def agency_key(self, agency: str) -> str:
        """The key of one demonstration agency. KeyError when the city has none of that name."""
        keys = {row["id"]: row["api_key"] for row in self.demo()["agencies"]}
        key: str = keys[agency]
        return key

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Another `threshold` command with this service's settings, to its end."""
        return run_threshold(arguments, self.settings)

    def agency(
        self, agency: str, folder: Path, mode: str = "ok", arguments: Sequence[str] = ()
    ) -> DemoAgency:
        """A demonstration agency that talks to this service; not started yet."""
        return DemoAgency(agency, self.url, self.agency_key(agency), folder, mode, arguments)


class DemoAgency(Process):
    """`threshold demo-agency`: pulls, acknowledges and decides; keeps what it got in a file."""

    def __init__(
        self,
        agency: str,
        url: str,
        key: str,
        folder: Path,
        mode: str = "ok",
        arguments: Sequence[str] = (),
    ) -> None:
        self.agency = agency
        self.inbox_file = folder / f"{agency}.jsonl"
        command = ["demo-agency", agency, "--url", url, "--key", key]
        command += ["--mode", mode, "--inbox", str(self.inbox_file), *arguments]
        super().__init__(command, folder / f"{agency}.log")

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def inbox(self) -> list[dict[str, Any]]:
        """What it has received so far, one object a case; a line still being written is left."""
        if not self.inbox_file.exists():
            return []
        whole = self.inbox_file.read_text(encoding="utf-8").rpartition("\n")[0]
        return [json.loads(line) for line in whole.splitlines() if line]
