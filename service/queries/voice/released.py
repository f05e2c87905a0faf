"""What was published last of who signed a petition: counts by area and by way of verification."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from petitions.results.release import Release
from service import db

if TYPE_CHECKING:
    from datetime import datetime

LAST = """
select at, detail from voice_events where subject = ? and kind = 'released'
order by id desc limit 1
"""
# Somebody may sign without telling an area.
UNTOLD = ""


@dataclass(frozen=True, slots=True)
class Released:
    """One publication. Both releases add up to the same number of people."""

    areas: Release
    tiers: Release
    at: datetime

    @property
    def total(self) -> int:
        return self.areas.total


async def last_release(petition: UUID) -> Released | None:
    """The last one; None before the first."""
    row = await db.fetch_one(LAST, petition)
    if row is None:
        return None
    told = json.loads(row["detail"])
    return Released(read_release(told["areas"]), read_release(told["tiers"]), row["at"])


def read_release(told: Mapping[str, Any]) -> Release:
    """One that does not say what it was made from is followed by none with groups."""
    within = frozenset(told["within"] if "seen" in told else (*told["within"], *told["shown"]))
    return Release(told["shown"], told["rest"], within, told.get("seen", {}))


def kept_release(release: Release) -> dict[str, object]:
    """With what the next one is worked out from; that is never published."""
    return {**stored_release(release), "seen": dict(release.seen)}


def stored_release(release: Release) -> dict[str, object]:
    return {
        "shown": dict(release.shown),
        "rest": release.rest,
        "within": sorted(release.within),
    }
