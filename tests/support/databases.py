"""A fresh, migrated database for each test, made from one that was migrated once a run."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import asyncpg

from service import db
from service.migrator import migrate
from service.schema import every_model
from service.settings import ROOT, Settings
from tests.support.postgres import throwaway_postgres

TEST_KEY = bytes(range(32))


def backend() -> str:
    """Which back end this run uses: `sqlite` or `postgres`."""
    chosen = os.environ.get("THRESHOLD_TEST_DATABASE", "sqlite")
    if chosen not in ("sqlite", "postgres"):
        raise ValueError(f"THRESHOLD_TEST_DATABASE is {chosen!r}; it must be sqlite or postgres")
    return chosen


def settings_for(url: str, storage: Path) -> Settings:
    """Settings of a demonstration with a known key."""
    return Settings(
        database_url=url,
        city=ROOT / "cities" / "seattle",
        base_url="http://127.0.0.1:8000",
        secret_keys=(TEST_KEY,),
        storage=storage,
        demo=True,
    )


@lru_cache(1)
def migrated_file() -> bytes:
    """A migrated and empty file of SQLite, made once a process."""
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(1) as no_loop_here:
        file = Path(folder, "template.db")
        settings = settings_for(f"sqlite:///{file}", Path(folder))
        no_loop_here.submit(lambda: asyncio.run(migrate(settings))).result()
        return file.read_bytes()


class SqliteDatabases:
    """Copies of one migrated file."""

    def fresh(self, folder: Path) -> str:
        path = folder / "threshold.db"
        path.write_bytes(migrated_file())
        return f"sqlite:///{path}"

    async def filled(self) -> list[str]:
        """The tables of the open database with a row in them: most tests fill a few of many."""
        return [row["name"] for row in await db.fetch(_filled_sql())]


class PostgresDatabases:
    """One migrated database, emptied before each test over one connection that is kept."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url = url
        asyncio.run(migrate(settings_for(url, folder)))
        self._filled = _filled_sql()
        self._loop = asyncio.new_event_loop()
        self._connection = self._loop.run_until_complete(asyncpg.connect(url))

    def fresh(self, _folder: Path) -> str:
        self._loop.run_until_complete(self._empty())
        return self.url

    async def filled(self) -> list[str]:
        """The same of a test whose loop runs: a new connection would look up each table anew."""
        return await asyncio.to_thread(self._loop.run_until_complete, self._filled_tables())

    def close(self) -> None:
        self._loop.run_until_complete(self._connection.close())
        self._loop.close()

    async def _empty(self) -> None:
        for table in await self._filled_tables():
            await self._connection.execute(f'delete from "{table}"')

    async def _filled_tables(self) -> list[str]:
        if self._connection.is_closed():  # a test ended the server's connections
            self._connection = await asyncpg.connect(self.url)
        return [row["name"] for row in await self._connection.fetch(self._filled)]


Databases = SqliteDatabases | PostgresDatabases


def _filled_sql() -> str:
    """A select of the `name` of each table that has a row."""
    return " union all ".join(
        f"select '{table}' as name where exists (select 1 from \"{table}\")"
        for table in (model._meta.db_table for model in every_model())
    )


@contextmanager
def databases(folder: Path) -> Iterator[Databases]:
    """The run's maker of databases."""
    if backend() == "sqlite":
        yield SqliteDatabases()
        return
    with throwaway_postgres() as url:
        made = PostgresDatabases(url, folder)
        yield made
        made.close()


def with_keys(settings: Settings, *keys: bytes) -> Settings:
    """The same settings under another key ring."""
    return replace(settings, secret_keys=keys)
