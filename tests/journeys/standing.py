"""The whole service as it stands: one process on SQLite; two web and a worker on PostgreSQL."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any, Self

import asyncpg

from service.db import sqlite_path
from service.outbox import CHANNEL
from tests.support.databases import backend
from tests.support.servers import DemoAgency, Process, Service


class Standing:
    """Everything of one service, started, killed and started again together.

    `async with Standing(folder, database_url) as standing:` Agencies started through it are stopped
    with it, and are not part of a kill: they are somebody else's machines.
    """

    def __init__(self, folder: Path, database_url: str) -> None:
        self.folder = folder
        self.database_url = database_url
        several = backend() == "postgres"
        self.service = Service(
            folder,
            database_url=database_url,
            arguments=("--workers", "2") if several else (),
        )
        self.worker = (
            Process(["worker"], folder / "worker.log", self.service.settings) if several else None
        )
        self.agencies: dict[str, DemoAgency] = {}

    async def __aenter__(self) -> Self:
        try:
            self.service.start()
            await self.service.ready()
            if self.worker is not None:
                self.worker.start()
        except BaseException:
            self.kill()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        for agency in self.agencies.values():
            agency.stop()
        if self.worker is not None:
            self.worker.stop()
        self.service.stop()

    def kill(self) -> None:
        """kill -9 of every process of the service."""
        self.service.kill()
        if self.worker is not None:
            self.worker.kill()

    async def start_again(self) -> float:
        """After a kill: start everything and wait until it is ready; says how long that took."""
        self.service.start()
        if self.worker is not None:
            self.worker.start()
        return await self.service.ready()

    async def next_commit(self) -> None:
        """Return at the moment something is committed, before its caller can know."""
        async with asyncio.timeout(60):
            if backend() == "sqlite":
                await self._next_page_written()
            else:
                await self._next_notification()

    async def _next_page_written(self) -> None:
        path = sqlite_path(self.database_url)
        log = path.with_name(f"{path.name}-wal")
        before = log.stat().st_mtime_ns
        while log.stat().st_mtime_ns == before:
            await asyncio.sleep(0)

    async def _next_notification(self) -> None:
        """PostgreSQL tells of new work in the outbox as part of the commit."""
        told = asyncio.Event()
        connection = await asyncpg.connect(self.database_url)
        try:
            await connection.add_listener(CHANNEL, lambda *_: told.set())
            await told.wait()
        finally:
            connection.terminate()

    def agency(self, name: str, mode: str = "ok", *arguments: str) -> DemoAgency:
        """Start a demonstration agency; one of this name that runs already is stopped first."""
        self.leave(name)
        agency = self.service.agency(name, self.folder, mode, arguments)
        agency.start()
        self.agencies[name] = agency
        return agency

    def leave(self, name: str) -> None:
        """Stop an agency; its inbox stays."""
        if (running := self.agencies.pop(name, None)) is not None:
            running.stop()

    def inbox(self, name: str) -> list[dict[str, Any]]:
        """What an agency holds."""
        return self.agencies[name].inbox()

    def reconcile(self) -> dict[str, Any]:
        """`threshold reconcile --json`; AssertionError where anything does not add up."""
        done = self.service.run("reconcile", "--json")
        assert done.returncode == 0, (done.stdout, done.stderr)
        found: dict[str, Any] = json.loads(done.stdout)
        assert [each["id"] for each in found["agencies"] if each["differences"]] == []
        assert found["sent"] == found["acknowledged"] + found["outstanding"]
        return found
