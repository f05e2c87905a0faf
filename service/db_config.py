"""What a database address means: for our connections, and for Tortoise where it makes tables."""

from __future__ import annotations

from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

if TYPE_CHECKING:
    from service.settings import Settings

APP = "threshold"
BUSY_MILLISECONDS = 5000
WAL_BYTES_KEPT = 64 * 1024 * 1024
POOL_SECONDS = 5.0
STATEMENT_SECONDS = 30.0
# What an address of PostgreSQL may say of the pool.
POOL_NUMBERS = ("minsize", "maxsize", "statement_cache_size")
# How long this task waits for one statement of PostgreSQL, its connection included. A request is
# shorter than a command: somebody is looking at an empty screen.
patience: ContextVar[float] = ContextVar("patience", default=STATEMENT_SECONDS)


def sqlite_path(url: str) -> Path:
    """The file of an sqlite:/// address; always absolute."""
    return Path("/" + urlsplit(url).path.lstrip("/"))


def database_config(settings: Settings) -> dict[str, Any]:
    """Tortoise's configuration for these settings."""
    return configuration(settings.database_url)


def configuration(url: str) -> dict[str, Any]:
    """Tortoise's configuration, for its own command line and for migrations. The service itself
    opens the database without Tortoise."""
    engine = "sqlite" if url.startswith("sqlite:") else "asyncpg"
    credentials = {"file_path": str(sqlite_path(url))} if engine == "sqlite" else {}
    return {
        "connections": {
            "default": {"engine": f"tortoise.backends.{engine}", "credentials": credentials}
        },
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


def sqlite_pragmas() -> dict[str, object]:
    """What an opened file is told first."""
    return {
        "busy_timeout": BUSY_MILLISECONDS,
        "journal_mode": "WAL",
        "synchronous": "FULL",
        "foreign_keys": "ON",
        "secure_delete": "ON",
        "journal_size_limit": WAL_BYTES_KEPT,
    }


def pool_options(url: str) -> dict[str, Any]:
    """asyncpg's options for an address; what its query sets for the pool is taken out of it."""
    parts = urlsplit(url)
    asked = dict(parse_qsl(parts.query))
    options: dict[str, Any] = {
        "min_size": int(asked.pop("minsize", 1)),
        "max_size": int(asked.pop("maxsize", 10)),
        "timeout": POOL_SECONDS,
        "command_timeout": STATEMENT_SECONDS,
    }
    # PgBouncer in transaction mode cannot keep prepared statements.
    if (size := asked.pop("statement_cache_size", None)) is not None:
        options["statement_cache_size"] = int(size)
    asked.setdefault("application_name", "threshold")
    options["dsn"] = urlunsplit(parts._replace(query=urlencode(asked)))
    return options
