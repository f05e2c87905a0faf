"""The keys of agencies and partners, without what opens with them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from service import db


@dataclass(frozen=True, slots=True)
class KeyLine:
    """One key as the administrator's list shows it."""

    id: UUID
    kind: str
    subject: str
    label: str
    created_at: datetime
    revoked_at: datetime | None


async def all_keys() -> list[KeyLine]:
    """Every key, those in use first, by holder."""
    rows = await db.fetch("select id, kind, subject, label, created_at, revoked_at from api_keys")
    lines = [KeyLine(**row) for row in rows]
    return sorted(lines, key=lambda each: (each.revoked_at is not None, each.subject, each.id))
