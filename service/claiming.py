"""Taking the first free rows, and never more of them than was asked for."""

from __future__ import annotations

from service import db


def among(select: str) -> str:
    """`in (...)` for an update of the rows that `select ... limit ?` finds, passing over those that
    another transaction holds.

    PostgreSQL may look for a list again for each row it updates. Then it passes over what it has
    just locked itself and takes far more than the limit. An array is worked out once.
    """
    if db.dialect() == "postgres":
        return f"= any(array({select} for update skip locked))"
    return f"in ({select})"
