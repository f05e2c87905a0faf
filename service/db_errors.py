"""One family of database errors for both drivers."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import TracebackType


class IntegrityError(Exception):
    """A statement broke a rule of the tables: a unique value that is taken, a missing parent."""


class DatabaseError(Exception):
    """A statement the database would not run. Always a mistake of ours."""


class DatabaseUnavailable(Exception):
    """The database cannot answer now: stopped, full, locked or out of connections.

    Work that met this may or may not be stored. Only the same idempotency key makes trying again
    safe.
    """


class NestedTransactionError(Exception):
    """A second transaction inside one, or a task started inside one: both lose track of what was
    committed."""


_UNAVAILABLE_SQLITE = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_NOTADB,
    }
)
# Connection lost, operator at work, resources used up, taken as a deadlock's victim.
_UNAVAILABLE_STATES = ("08", "57", "53", "40", "58", "55P03", "25006")


class _Translating:
    """One family of errors for both drivers."""

    __slots__ = ()

    def __enter__(self) -> None:
        return None

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if isinstance(error, Exception) and (better := _translated(error)) is not None:
            # PostgreSQL's own text of a broken rule quotes the whole row: keep it out of logs.
            raise better from (error if isinstance(better, DatabaseError) else None)


translating = _Translating()


def _translated(error: Exception) -> Exception | None:
    if isinstance(error, sqlite3.IntegrityError):
        return IntegrityError(str(error))
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", None)
        gone = code is not None and (code & 0xFF) in _UNAVAILABLE_SQLITE
        return DatabaseUnavailable(str(error)) if gone else DatabaseError(str(error))
    if isinstance(error, OSError | TimeoutError):
        return DatabaseUnavailable(type(error).__name__)
    state = getattr(error, "sqlstate", None)
    if type(error).__module__.startswith("asyncpg"):
        if isinstance(state, str) and state.startswith("23"):
            return IntegrityError(getattr(error, "constraint_name", None) or state)
        gone = state is None or state.startswith(_UNAVAILABLE_STATES)
        return DatabaseUnavailable(type(error).__name__) if gone else DatabaseError(str(error))
    return None
