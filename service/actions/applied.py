"""Programs elsewhere a resident says they applied for: their own note, never counted as sent."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from service import db
from service.actions.drafts import resident
from service.audit import unit_of_work

if TYPE_CHECKING:
    from service.services import Services

PLACE = {"table": "applications", "column": "applied"}


async def note_applied(
    services: Services, application: UUID, programs: Collection[str], now: datetime
) -> None:
    """Keep these ticks and no others."""
    sealed = services.keyring.seal_json(sorted(programs), **PLACE, row_id=application)
    async with unit_of_work(resident(application), "applied.noted", application, now):
        await db.execute("update applications set applied = ? where id = ?", sealed, application)


async def applied_of(services: Services, application: UUID) -> Sequence[str]:
    """The ticks that are kept."""
    row = await db.fetch_one("select applied from applications where id = ?", application)
    if row is None or row["applied"] is None:
        return ()
    kept: Sequence[str] = services.keyring.open_json(row["applied"], **PLACE, row_id=application)
    return kept


async def likely_of(services: Services, application: UUID) -> frozenset[str]:
    """The programs that seemed likely for somebody when the newest version was sent."""
    row = await db.fetch_one(
        "select id, screening from submissions"
        " where application_id = ? order by number desc limit 1",
        application,
    )
    if row is None:
        return frozenset()
    made = services.keyring.open_json(
        row["screening"], table="submissions", column="screening", row_id=row["id"]
    )
    return frozenset(each["program"] for each in made if each["outcome"] == "likely")
