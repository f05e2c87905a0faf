"""`threshold serve` as a process: its start, its refusals, several web processes, and its end."""

from __future__ import annotations

import asyncio
import base64
import os
import signal
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from service.migrator import migrate
from service.settings import Settings
from tests.support.databases import TEST_KEY, settings_for
from tests.support.postgres import throwaway_postgres
from tests.support.servers import Service, run_threshold

SECONDS = 60.0


def running(folder: Path, settings: Settings, *arguments: str) -> Service:
    """A service that is no demonstration, over a migrated and empty database."""
    service = Service(folder, database_url=settings.database_url, arguments=arguments, cold=True)
    service.settings |= {
        "THRESHOLD_DEMO": "0",
        "THRESHOLD_SECRET_KEYS": base64.b64encode(TEST_KEY).decode(),
    }
    return service


@pytest.fixture
async def service(tmp_path: Path, settings: Settings) -> AsyncIterator[Service]:
    async with running(tmp_path, settings) as started:
        yield started


@pytest.fixture
def postgres_settings(tmp_path: Path) -> Iterator[Settings]:
    """A migrated PostgreSQL, whatever this run's own back end is."""
    with throwaway_postgres() as url:
        made = settings_for(url, tmp_path / "storage")
        asyncio.run(migrate(made))
        yield made


async def until(condition: Callable[[], bool], seconds: float = SECONDS) -> None:
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < seconds, "it never came true"
        await asyncio.sleep(0.05)


async def connects(port: int) -> bool:
    """Whether somebody still answers there."""
    try:
        _reader, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


@pytest.mark.slow
async def test_it_prints_its_address_once_it_listens_and_ends_well_when_told(
    service: Service,
) -> None:
    await until(lambda: f"Threshold is at {service.url}" in service.last_words())
    process = psutil.Process(service.pid)
    os.kill(service.pid, signal.SIGTERM)
    assert await asyncio.to_thread(process.wait, SECONDS) == 0
    assert "Traceback" not in service.last_words()


@pytest.mark.slow
@pytest.mark.once
async def test_a_request_in_flight_is_finished_before_the_end(service: Service) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", service.port)
    writer.write(
        f"POST /language HTTP/1.1\r\nHost: 127.0.0.1:{service.port}\r\nExpect: 100-continue\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 3\r\n\r\n".encode()
    )
    # It says so when the request has begun and its body is waited for.
    assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 100 ")
    os.kill(service.pid, signal.SIGTERM)
    while await connects(service.port):
        await asyncio.sleep(0.02)
    writer.write(b"a=b")
    assert (await reader.read(4096)).startswith(b"HTTP/1.1 303 ")
    writer.close()


@pytest.mark.slow
@pytest.mark.once
async def test_at_rest_it_stays_small(service: Service) -> None:
    memory = psutil.Process(service.pid).memory_info().rss
    assert memory <= 150 * 2**20


@pytest.mark.slow
@pytest.mark.postgres
async def test_several_web_processes_share_one_port_and_a_dead_one_is_replaced(
    tmp_path: Path, postgres_settings: Settings
) -> None:
    async with running(tmp_path, postgres_settings, "--workers", "3") as service:
        parent = psutil.Process(service.pid)
        await until(lambda: len(parent.children()) == 3)
        victim = parent.children()[0]
        victim.kill()
        await until(lambda: victim.pid not in {child.pid for child in parent.children()})
        await until(lambda: len(parent.children()) == 3)
        async with httpx.AsyncClient(
            base_url=service.url, trust_env=False, timeout=SECONDS
        ) as client:
            for _ in range(20):
                assert (await client.get("/healthz")).status_code == 200
        orphans = parent.children()
        parent.kill()
        await until(lambda: not any(child.is_running() for child in orphans))


@pytest.mark.slow
def test_a_sqlite_file_is_served_by_one_process(tmp_path: Path) -> None:
    refused = run_threshold(
        ["serve", "--workers", "2"],
        {"THRESHOLD_DEMO": "1", "THRESHOLD_STORAGE": str(tmp_path)},
    )
    assert refused.returncode == 2
    assert "PostgreSQL" in refused.stderr


@pytest.mark.slow
def test_a_start_that_is_refused_lists_every_problem(tmp_path: Path) -> None:
    refused = run_threshold(
        ["serve"],
        {
            "THRESHOLD_STORAGE": str(tmp_path),
            "THRESHOLD_DATABASE_URL": "mysql://x",
            "THRESHOLD_SECRET_KEYS": "short",
            "THRESHOLD_LOG_LEVEL": "loud",
        },
    )
    assert refused.returncode == 2
    for name in ("DATABASE_URL", "SECRET_KEYS", "LOG_LEVEL", "BASE_URL"):
        assert f"THRESHOLD_{name}" in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.slow
def test_a_database_of_another_version_is_not_served(tmp_path: Path) -> None:
    refused = run_threshold(
        ["serve"],
        {
            "THRESHOLD_STORAGE": str(tmp_path),
            "THRESHOLD_DATABASE_URL": f"sqlite:///{tmp_path}/empty.db",
            "THRESHOLD_BASE_URL": "http://127.0.0.1:8000",
            "THRESHOLD_SECRET_KEYS": base64.b64encode(TEST_KEY).decode(),
        },
    )
    assert refused.returncode == 2
    assert "threshold migrate" in refused.stderr


@pytest.mark.slow
def test_sign_ins_of_the_demonstration_that_were_changed_are_told_in_one_line(
    tmp_path: Path,
) -> None:
    (tmp_path / "demo.json").write_text('{"staff": []}', encoding="utf-8")
    refused = run_threshold(["serve"], {"THRESHOLD_DEMO": "1", "THRESHOLD_STORAGE": str(tmp_path)})
    assert refused.returncode == 2
    assert refused.stderr == (
        f"{tmp_path}/demo.json cannot be read. Put back what it held, or remove it.\n"
    )
