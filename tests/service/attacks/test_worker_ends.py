"""A worker that is told to stop ends soon, whatever its database does."""

from __future__ import annotations

import asyncio
import os
import signal
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from service import db
from service.commands.worker import work
from service.migrator import migrate
from service.services import Services
from tests.support.databases import settings_for
from tests.support.faulty_link import faulty_link
from tests.support.postgres import throwaway_postgres
from tests.support.waiting import Stopwatch, eventually

pytestmark = [pytest.mark.slow, pytest.mark.postgres]


async def listening() -> bool:
    """Whether the worker is open and waits on a connection of its own for what is put off."""
    return db.is_open() and bool(
        await db.fetch("select 1 from pg_stat_activity where query ilike 'listen %'")
    )


async def test_a_worker_ends_in_time_though_its_database_is_silent_or_gone(
    tmp_path: Path, loaded_services: Services
) -> None:
    with throwaway_postgres() as url:
        await asyncio.to_thread(lambda: asyncio.run(migrate(settings_for(url, tmp_path))))
        async with faulty_link(urlsplit(url).port or 0) as link:
            through = settings_for(url.replace(f":{link.target}/", f":{link.port}/"), tmp_path)
            services = replace(loaded_services, settings=through)
            for silent in (True, False):
                await link.up()
                worker = asyncio.create_task(work(services, end_seconds=1.0))
                await eventually(listening)
                if silent:
                    link.silent()
                else:
                    await link.down()
                watch = Stopwatch()
                os.kill(os.getpid(), signal.SIGTERM)
                await asyncio.wait_for(worker, 60.0)
                assert watch.seconds() < 8.0
                assert not db.is_open()
