"""Tortoise's configuration for a database address."""

from __future__ import annotations

from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

if TYPE_CHECKING:
    from service.settings import Settings

APP = "threshold"
BUSY_MILLISECONDS = 5000
WAL_BYTES_KEPT = 64 * 1024 * 1024
POOL_SECONDS = 5.0
STATEMENT_SECONDS = 30.0
# How long this task waits for one statement of PostgreSQL, its connection included. A request is
# shorter than a command: somebody is looking at an empty screen.
patience: ContextVar[float] = ContextVar("patience", default=STATEMENT_SECONDS)


def sqlite_path(url: str) -> Path:
    """The file of an sqlite:/// address; always absolute."""
    return Path("/" + urlsplit(url).path.lstrip("/"))


def database_config(settings: Settings) -> dict[str, Any]:
    """Tortoise's configuration for these settings."""
    return configuration(settings.database_url)


def configuration(url: str, **pragmas: object) -> dict[str, Any]:
    connection = (
        _sqlite_connection(url, pragmas) if url.startswith("sqlite:") else _postgres_connection(url)
    )
    return {
        "connections": {"default": connection},
        "use_tz": True,
        "timezone": "UTC",
        "apps": {
            APP: {
                "models": ["service.models"],
                "default_connection": "default",
                "migrations": "service.migrations",
            }
        },
    }


def _sqlite_connection(url: str, pragmas: dict[str, object]) -> dict[str, Any]:
    credentials: dict[str, object] = {
        "file_path": str(sqlite_path(url)),
        "busy_timeout": BUSY_MILLISECONDS,
        "journal_mode": "WAL",
        "synchronous": "FULL",
        "foreign_keys": "ON",
        "secure_delete": "ON",
        "journal_size_limit": WAL_BYTES_KEPT,
    }
    return {"engine": "service.sqlite_engine", "credentials": credentials | pragmas}


def _postgres_connection(url: str) -> dict[str, Any]:
    from tortoise.backends.base.config_generator import expand_db_url

    asked = dict(parse_qsl(urlsplit(url).query))
    plain = url.replace("postgresql://", "postgres://", 1).replace("postgres://", "asyncpg://", 1)
    credentials = dict(expand_db_url(plain)["credentials"])
    credentials.setdefault("application_name", "threshold")
    credentials["minsize"] = int(asked.get("minsize", 1))
    credentials["maxsize"] = int(asked.get("maxsize", 10))
    credentials["timeout"] = POOL_SECONDS
    credentials["command_timeout"] = STATEMENT_SECONDS
    return {"engine": "service.asyncpg_engine", "credentials": credentials}
