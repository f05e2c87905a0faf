"""Once a day, what may be shown of who signed each petition: never so fine that somebody shows."""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime, time
from typing import TYPE_CHECKING
from uuid import UUID
from zoneinfo import ZoneInfo

from petitions.results.release import release
from service import db
from service.ids import time_ordered_id
from service.queries.voice.released import UNTOLD, Released, last_release, stored_release
from service.voice.moving import EVENT

if TYPE_CHECKING:
    from service.services import Services

DUE = """
select p.id from voice_petitions p
where p.state in ('open', 'awaiting', 'closed', 'answered', 'promised', 'delivered')
and p.count > 0 and not exists
  (select 1 from voice_events e where e.subject = p.id and e.kind = 'released' and e.at >= ?)
order by p.id
"""


async def publish_due(services: Services) -> int:
    """Each petition that has signatures and no publication of today. Two workers at once publish
    one: the second finds its key taken."""
    now = services.clock.now()
    zone = ZoneInfo(services.city.time_zone)
    morning = datetime.combine(now.astimezone(zone).date(), time(), zone)
    due = await db.fetch(DUE, morning)
    return sum([await publish(services, row["id"], now) for row in due])


async def publish(services: Services, petition: UUID, now: datetime) -> int:
    """The next release after the last; nothing where nothing changed."""
    earlier = await last_release(petition)
    areas = Counter(dict.fromkeys((*services.voice.areas, UNTOLD), 0))
    tiers = Counter(dict.fromkeys(services.voice.tiers, 0))
    # One statement, so that both are of one moment.
    for row in await db.fetch(
        "select area, tier, count from voice_counts where petition = ?", petition
    ):
        areas[row["area"]] += row["count"]
        tiers[row["tier"]] += row["count"]
    if not areas.total() or (earlier and earlier.total == areas.total()):
        return 0
    made = Released(
        release(areas, earlier.areas if earlier else None),
        release(tiers, earlier.tiers if earlier else None),
        now,
    )
    day = services.city.calendar.day_of(now)
    detail = {"areas": stored_release(made.areas), "tiers": stored_release(made.tiers)}
    return await db.execute(
        EVENT,
        time_ordered_id(),
        petition,
        "released",
        f"{petition}:released:{day}",
        now,
        False,
        json.dumps(detail, separators=(",", ":"), sort_keys=True),
    )
