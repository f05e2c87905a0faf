"""Where an agency's hints go."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from service import db


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An address as the agency set it."""

    url: str
    paused_at: datetime | None


async def endpoint_of(agency: str) -> Endpoint | None:
    """The agency's address; None for one that only pulls."""
    row = await db.fetch_one("select url, paused_at from agency_endpoints where agency = ?", agency)
    return None if row is None else Endpoint(row["url"], row["paused_at"])
