"""The text of statements: marks for values, names that are quoted, and PostgreSQL's own marks."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

IDENTIFIER = re.compile(r"[a-z][a-z_0-9]{0,62}")


def marks(values: Sequence[object]) -> str:
    """`?, ?, ?` for an IN list; an empty list holds nothing, which PostgreSQL has no `()` for."""
    return ", ".join("?" * len(values)) or "null"


@lru_cache(maxsize=512)
def identifier(name: str) -> str:
    """A table's or column's name, quoted. Raises ValueError for what no model of ours is called."""
    if not IDENTIFIER.fullmatch(name):
        raise ValueError(f"{name!r} is not the name of a table or column.")
    return f'"{name}"'


def identifiers(names: Iterable[str], suffix: str = "", joined: str = ", ") -> str:
    """Several names, each with the same words after it: `"a" = ?, "b" = ?`."""
    return joined.join(f"{identifier(name)}{suffix}" for name in names)


@lru_cache(maxsize=2048)
def numbered(sql: str) -> str:
    """`?` marks as PostgreSQL's $1, $2; quoted text is left alone."""
    number = 0

    def mark(match: re.Match[str]) -> str:
        nonlocal number
        if match.group() != "?":
            return match.group()
        number += 1
        return f"${number}"

    return re.sub(r"'[^']*'|\?", mark, sql)
