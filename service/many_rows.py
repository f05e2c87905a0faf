"""Many rows in one statement. PostgreSQL takes each column as one array: planned once, read once,
whatever their number. SQLite plans in no time and takes them one after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from service import db

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Rows = Sequence[Sequence[object]]


async def insert(
    table: str,
    columns: Mapping[str, str],
    rows: Rows,
    then: str = "",
    fixed: Mapping[str, str] | None = None,
) -> None:
    """Inside a unit of work. `columns` are names with PostgreSQL's types, in the order of each
    row's values; `fixed` ones have the same SQL expression in every row; `then` follows them."""
    if not rows:
        return
    same = fixed or {}
    start = f"insert into {db.identifier(table)} ({db.identifiers([*columns, *same])})"
    if db.dialect() == "postgres":
        taken = ", ".join(["select *", *same.values()])
        await db.execute(" ".join([start, taken, "from", _arrays(columns), then]), *_turned(rows))
        return
    values = ", ".join([*["?"] * len(columns), *same.values()])
    await db.execute_many(" ".join([start, "values (", values, ")", then]), rows)


def given(columns: Mapping[str, str], rows: Rows) -> tuple[str, list[Any]]:
    """`with given (…) as (…)` to put before a select that looks up many at once, and its values."""
    start = f"with given ({db.identifiers(columns)}) as"
    if db.dialect() == "postgres":
        return " ".join([start, "(select * from", _arrays(columns), ")"]), _turned(rows)
    marks = f"({db.marks(list(columns))})"
    return f"{start} (values {', '.join([marks] * len(rows))})", [
        one for row in rows for one in row
    ]


def _arrays(columns: Mapping[str, str]) -> str:
    return f"unnest({', '.join(f'?::{db.identifier(kind)}[]' for kind in columns.values())})"


def _turned(rows: Rows) -> list[Any]:
    return [list(column) for column in zip(*rows, strict=True)]
