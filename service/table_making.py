"""Tortoise's hands on our own open connection, so that migrations share its transaction.

Only commands that make or describe tables load this: Tortoise takes half a second to import.
"""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any

from tortoise.backends.asyncpg.client import AsyncpgDBClient
from tortoise.backends.sqlite.client import SqliteClient
from tortoise.connection import get_connections
from tortoise.migrations.executor import MigrationExecutor
from tortoise.migrations.graph import MigrationKey
from tortoise.migrations.schema_editor.asyncpg import AsyncpgSchemaEditor
from tortoise.migrations.schema_editor.sqlite import SqliteSchemaEditor
from tortoise.migrations.schema_generator.state import State

from service import db
from service.sqlite_engine import register_types

if TYPE_CHECKING:
    from collections.abc import Sequence

register_types()


class _SameTransaction:
    """A step that asks for a transaction of its own is in ours already."""

    def __init__(self, tables: Any) -> None:
        self.tables = tables

    async def __aenter__(self) -> Any:
        return self.tables

    async def __aexit__(self, *_: object) -> None:
        return None


class SqliteTables(SqliteClient):
    """What Tortoise says goes to a Writer or to its open transaction."""

    def __init__(self, opened: Any) -> None:
        super().__init__("", connection_name="default")
        self.opened = opened

    def _in_transaction(self) -> Any:
        return _SameTransaction(self)

    async def execute_script(self, query: str) -> None:
        """sqlite3's own way to run a script would commit the transaction first."""
        await self.opened.run(_run_script, query)

    async def execute_query(
        self, query: str, values: list[Any] | None = None
    ) -> tuple[int, Sequence[Any]]:
        rows = await self.opened.run(_rows, query, values or ())
        return len(rows), rows

    async def execute_query_dict(
        self, query: str, values: list[Any] | None = None
    ) -> list[dict[str, Any]]:
        return [dict(row) for row in (await self.execute_query(query, values))[1]]

    async def execute_insert(self, query: str, values: list[Any]) -> int:
        return (await self.execute_query(query, values))[0]


class PostgresTables(AsyncpgDBClient):
    """What Tortoise says goes to a Pool or to its open transaction."""

    def __init__(self, opened: Any) -> None:
        super().__init__(connection_name="default")
        self.opened = opened

    def _in_transaction(self) -> Any:
        return _SameTransaction(self)

    async def execute_script(self, query: str) -> None:
        await self.opened.ask("execute", query)

    async def execute_query(
        self, query: str, values: list[Any] | None = None
    ) -> tuple[int, list[Any]]:
        rows = await self.opened.ask("fetch", query, *(values or ()))
        return len(rows), rows

    async def execute_query_dict(
        self, query: str, values: list[Any] | None = None
    ) -> list[dict[str, Any]]:
        return [dict(row) for row in (await self.execute_query(query, values))[1]]

    async def execute_insert(self, query: str, values: list[Any]) -> None:
        await self.opened.ask("execute", query, *values)


class _Later(State):
    """The state before a step, with its model classes made only when somebody asks for them.

    Tortoise copies all of them before each step, and most steps look at none: a fresh database of
    fifty tables took seven seconds of copying.
    """

    def __init__(self, models: Any, source: Any) -> None:
        self.models = models
        self._source = source
        self._apps: Any = None

    @property
    def apps(self) -> Any:
        if self._apps is None:
            self._apps = self._source.clone(model_states=self.models)
        return self._apps

    @apps.setter
    def apps(self, apps: Any) -> None:
        self._apps = apps

    def clone(self) -> State:
        return _Later({key: each.clone() for key, each in self.models.items()}, self._source)


class Executor(MigrationExecutor):
    """Tortoise's, without transactions of its own: we open the one there is.

    To be used in a TortoiseContext that was not initialised. In one that was, Tortoise prepares
    the queries of every model again at every step.
    """

    async def _project_state(
        self, applied: set[MigrationKey], *, upto: MigrationKey | None = None
    ) -> State:
        return _lazily(await super()._project_state(applied, upto=upto))

    async def _project_state_cache(self, applied: set[MigrationKey]) -> dict[MigrationKey, State]:
        made = await super()._project_state_cache(applied)
        return {key: _lazily(state) for key, state in made.items()}

    def _schema_editor(self, atomic: bool = True, collect_sql: bool = False) -> Any:
        sqlite = isinstance(self.connection, SqliteTables)
        editor = SqliteSchemaEditor if sqlite else AsyncpgSchemaEditor
        return editor(self.connection, atomic=False, collect_sql=collect_sql)


def _lazily(state: State) -> State:
    later = _Later(state.models, state.apps)
    later.apps = state.apps
    return later


def tables_of(opened: Any) -> SqliteTables | PostgresTables:
    """Tortoise's client over `db.opened()`, or over the client of an open transaction; within a
    TortoiseContext, where Tortoise finds it under the name of the one connection too."""
    made = SqliteTables(opened) if db.dialect() == "sqlite" else PostgresTables(opened)
    get_connections().set("default", made)
    return made


def _rows(connection: sqlite3.Connection, sql: str, params: Sequence[Any]) -> list[Any]:
    return connection.execute(sql, params).fetchall()


def _run_script(connection: sqlite3.Connection, script: str) -> None:
    statement = ""
    for part in script.split(";"):
        statement += part + ";"
        if sqlite3.complete_statement(statement):
            connection.execute(statement)
            statement = ""
