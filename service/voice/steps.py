"""The steps that counts are made of: one row for each signature that came or went."""

from __future__ import annotations

from typing import TYPE_CHECKING

from service import db, many_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from service.clock import Clock

COLUMNS = {
    "petition": "uuid",
    "signature": "uuid",
    "step": "int4",
    "tier": "varchar",
    "area": "varchar",
}


async def add_steps(clock: Clock, signatures: Sequence[db.Row], step: int) -> None:
    """Append a step for each of these rows {id, petition, tier, area}, in the transaction that
    changed them. `step` is 1 for counted and -1 for not counted any more."""
    await many_rows.insert(
        "voice_signature_steps",
        COLUMNS,
        [(row["petition"], row["id"], step, row["tier"], row["area"]) for row in signatures],
        fixed={"at": db.now_sql(clock)},
    )
