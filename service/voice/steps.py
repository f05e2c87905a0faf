"""The steps that counts are made of: one row for each signature that came or went."""

from __future__ import annotations

from typing import TYPE_CHECKING

from service import db

if TYPE_CHECKING:
    from collections.abc import Sequence

    from service.clock import Clock


async def add_steps(clock: Clock, signatures: Sequence[db.Row], step: int) -> None:
    """Append a step for each of these rows {id, petition, tier, area}, in the transaction that
    changed them. `step` is 1 for counted and -1 for not counted any more."""
    if not signatures:
        return
    now = db.now_sql(clock)
    await db.execute_many(
        "insert into voice_signature_steps (petition, signature, step, tier, area, at)"
        f" values (?, ?, ?, ?, ?, {now})",
        [(row["petition"], row["id"], step, row["tier"], row["area"]) for row in signatures],
    )
