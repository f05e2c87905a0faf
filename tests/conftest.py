"""What every test may ask for: settings, a stopped clock, an open database, the services."""

from __future__ import annotations

import gc
import signal
import sqlite3
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from service import db
from service.services import Services, load_services
from service.settings import Settings
from tests.support.canaries import Watch, watching
from tests.support.clock import StoppedClock
from tests.support.databases import Databases, backend, databases, settings_for
from tests.support.hashing import cheap

# A busy machine is no wrong answer, so no example has a deadline. The same code is asked the same
# each time: who wants to look further than that runs with --hypothesis-profile=search.
hypothesis.settings.register_profile(
    "search", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
SEARCH = hypothesis.settings.get_profile("search")
hypothesis.settings.register_profile("whole", SEARCH, derandomize=True)
hypothesis.settings.register_profile("quick", SEARCH, derandomize=True, max_examples=10)
hypothesis.settings.load_profile("whole")
NOT_THERE: Any = None
# New objects before the collector looks for what nobody holds any more.
GARBAGE = 50_000


def pytest_configure() -> None:
    """A run that is told to end does so as by Ctrl-C, so that no server of a test outlives it. The
    collector comes seldom: nearly all that is read stays."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if find_spec("sniffio") is None:  # httpx would look for it in every folder at each request
        sys.modules["sniffio"] = NOT_THERE
    gc.set_threshold(GARBAGE, 20, 50)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Long files first, so that no process ends long after the others. On PostgreSQL only what has
    a database is run: the rest was answered on SQLite."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)
    if backend() == "postgres":
        dropped = [item for item in items if not _has_database(item)]
        config.hook.pytest_deselected(items=dropped)
        items[:] = [item for item in items if _has_database(item)]


def pytest_collection_finish() -> None:
    """What was read stays until the end: a collector that walks over it again and again takes a
    tenth of all the processor time."""
    gc.collect()
    gc.freeze()


def _has_database(item: pytest.Item) -> bool:
    if item.get_closest_marker("once") is not None:
        return False
    own_server = item.get_closest_marker("postgres") is not None
    return own_server or "database_maker" in getattr(item, "fixturenames", ())


@pytest.fixture(scope="session")
def database_maker(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Databases]:
    with databases(tmp_path_factory.mktemp("databases")) as maker:
        yield maker


@pytest.fixture
def settings(database_maker: Databases, tmp_path: Path) -> Settings:
    """Settings of a fresh, migrated and empty database, not opened yet."""
    return settings_for(database_maker.fresh(tmp_path), tmp_path / "storage")


@pytest.fixture
def clock() -> StoppedClock:
    return StoppedClock()


@pytest.fixture(autouse=True)
def canaries() -> Iterator[Watch]:
    """Nothing that a household told may stand in a log, an address, a refusal or the database."""
    with pytest.MonkeyPatch.context() as patch, watching(patch) as watch:
        yield watch


@pytest.fixture
async def database(
    settings: Settings, database_maker: Databases, canaries: Watch
) -> AsyncIterator[Settings]:
    """The same, opened in this process."""
    await db.open_database(settings)
    if db.dialect() == "sqlite":  # no test cuts the power; processes of their own sync as ever
        await db.opened().run(sqlite3.Connection.execute, "pragma synchronous=off")
    try:
        yield settings
        if db.is_open():  # not so after a test of closing it
            await canaries.read_database(settings, await database_maker.filled())
    finally:
        await db.close_database()


@pytest.fixture(scope="session")
def loaded_services(tmp_path_factory: pytest.TempPathFactory) -> Services:
    """Rules, form and city, read once a run."""
    folder = tmp_path_factory.mktemp("services")
    return cheap(load_services(settings_for("sqlite:///nowhere", folder), StoppedClock()))


@pytest.fixture
def services(loaded_services: Services, database: Settings, clock: StoppedClock) -> Services:
    """Everything an action needs, over this test's own database and clock."""
    return replace(loaded_services, settings=database, clock=clock)
