"""What may be shown of who signed each petition, never so fine that somebody shows: once it has
reached its threshold or signing has ended, and again each time twice as many have signed."""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from petitions.results.release import Release, release
from service import db
from service.ids import time_ordered_id
from service.queries.voice.released import UNTOLD, Released, kept_release, last_release
from service.voice.moving import EVENT

if TYPE_CHECKING:
    from datetime import datetime

    from service.services import Services

# When a publication is due follows from totals and times alone, which everybody sees.
DUE = """
select p.id from voice_petitions p
where p.state in ('open', 'awaiting', 'closed', 'answered', 'promised', 'delivered')
and p.count > 0 and ((p.threshold_at is not null and p.closes_at > ?) or (p.closes_at <= ? and
  not exists (select 1 from voice_events e where e.subject = p.id and e.kind = 'released')))
order by p.id
"""
# Petitions whose signers were put together: what one of them has told is of the other's people too.
TOLD_OF_THE_SAME = """
with recursive joined(id) as (
  select id from voice_petitions where id = ?
  union
  select case when m.source = joined.id then m.target else m.source end
  from joined join voice_merges m on joined.id in (m.source, m.target)
  where m.source_agreed_at is not null and m.target_agreed_at is not null
)
select 1 as told from joined join voice_events e on e.subject = joined.id
where e.kind = 'released' and joined.id <> ? limit 1
"""
# After the grace for confirmations, time for the count to take in the last of them.
COUNTED_BY = timedelta(hours=1)
TIMES = 2


async def publish_due(services: Services) -> int:
    """Each petition that has come so far. Two workers at once publish one: the second finds its
    key taken."""
    now = services.clock.now()
    ended = now - services.voice.grace - COUNTED_BY
    due = await db.fetch(DUE, ended, ended)
    return sum([await publish(services, row["id"], now) for row in due])


async def publish(services: Services, petition: UUID, now: datetime) -> int:
    """The first release, or the next when twice as many have signed. Without groups where a table
    of some of the same people is out already, as the one less the other would tell the others."""
    earlier = await last_release(petition)
    areas = Counter(dict.fromkeys((*services.voice.areas, UNTOLD), 0))
    tiers = Counter(dict.fromkeys(services.voice.tiers, 0))
    # One statement, so that both are of one moment.
    for row in await db.fetch(
        "select area, tier, count from voice_counts where petition = ?", petition
    ):
        areas[row["area"]] += row["count"]
        tiers[row["tier"]] += row["count"]
    if not areas.total() or (earlier and areas.total() < TIMES * earlier.total):
        return 0
    before = (earlier.areas, earlier.tiers) if earlier else (None, None)
    if await db.fetch_one(TOLD_OF_THE_SAME, petition, petition):
        before = Release(within=frozenset(areas)), Release(within=frozenset(tiers))
    made = Released(release(areas, before[0]), release(tiers, before[1]), now)
    after = earlier.at.isoformat() if earlier else "none"
    detail = {"areas": kept_release(made.areas), "tiers": kept_release(made.tiers)}
    return await db.execute(
        EVENT,
        time_ordered_id(),
        petition,
        "released",
        f"{petition}:released:{after}",
        now,
        False,
        json.dumps(detail, separators=(",", ":"), sort_keys=True),
    )
