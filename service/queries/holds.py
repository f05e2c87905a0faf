"""Applications under a legal hold: which, since when and why, and nothing of what is in them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from service import db
from service.security.keyring import SealBroken

if TYPE_CHECKING:
    from service.services import Services


@dataclass(frozen=True, slots=True)
class Held:
    """One application that is held. Its reference is empty where no key opens it."""

    application: UUID
    reference: str
    reason: str
    held_at: datetime


async def held_applications(services: Services) -> list[Held]:
    """All of them, the newest first."""
    rows = await db.fetch(
        "select id, reference, hold, held_at from applications where hold is not null"
        " order by held_at desc, id"
    )
    return [Held(row["id"], _reference(services, row), row["hold"], row["held_at"]) for row in rows]


def _reference(services: Services, row: db.Row) -> str:
    try:
        return services.keyring.open(
            row["reference"], table="applications", column="reference", row_id=row["id"]
        ).decode()
    except SealBroken:
        return ""
