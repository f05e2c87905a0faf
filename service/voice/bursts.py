"""Signatures that come too many at once from one place are marked for people to look at.

Nothing shows it to whoever sends them: the page, the mail and the count stay the same until
somebody has judged.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from service import db
from service.ids import time_ordered_id
from service.security.blind_index import blind_index

if TYPE_CHECKING:
    from service.services import Services

NETWORK, DOMAIN, PACE = "network", "domain", "pace"
WINDOW = timedelta(hours=1)
# The newest of an hour are enough to see a burst, and a rush must not make this slow.
LOOKED_AT = 20_000
RECENT = """
select network_hash, domain_hash from voice_signatures
where petition = ? and state = 'confirmed' and confirmed_at > ?
order by confirmed_at desc limit ?
"""
FOUND = """
insert into voice_suspicions
  (id, petition, kind, bucket_hash, found, state, first_at, last_at)
values (?, ?, ?, ?, ?, 'open', ?, ?)
on conflict (petition, kind, bucket_hash) do update set
  found = case when excluded.found > voice_suspicions.found
    then excluded.found else voice_suspicions.found end,
  last_at = excluded.last_at
returning state
"""
MARK_NETWORK = """
update voice_signatures set marked = 'network'
where petition = ? and network_hash = ? and state = 'confirmed' and marked is null
  and confirmed_at > ?
"""
MARK_DOMAIN = """
update voice_signatures set marked = 'domain'
where petition = ? and domain_hash = ? and state = 'confirmed' and marked is null
  and confirmed_at > ?
"""
MARKS = {NETWORK: MARK_NETWORK, DOMAIN: MARK_DOMAIN}

Bucket = tuple[str, str]


async def look_for_bursts(services: Services) -> int:
    """Mark what looks odd on every petition that is signed now; says how many bursts there are."""
    found = 0
    for row in await db.fetch(
        "select id from voice_petitions where state in ('sponsors', 'open', 'awaiting') order by id"
    ):
        found += await _look_at(services, row["id"])
    return found


async def _look_at(services: Services, petition: UUID) -> int:
    now = services.clock.now()
    since = now - WINDOW
    rows = await db.fetch(RECENT, petition, since, LOOKED_AT)
    limits = services.voice.bursts
    over = _over(rows, limits["network"], limits["domain"])
    if len(rows) > limits["all"]:
        hour = f"{petition}|{now:%Y%m%d%H}"
        over[PACE, blind_index(services.keyring, "voice-pace", hour)] = len(rows)
    if not over:
        return 0
    async with db.transaction():
        for bucket, count in sorted(over.items()):
            await _note(petition, bucket, count, since, now)
    return len(over)


def _over(rows: list[db.Row], networks: int, domains: int) -> dict[Bucket, int]:
    counts: dict[Bucket, int] = {}
    for row in rows:
        for kind in (NETWORK, DOMAIN):
            hashed = row[f"{kind}_hash"]
            if hashed is not None:
                counts[kind, hashed] = counts.get((kind, hashed), 0) + 1
    most = {NETWORK: networks, DOMAIN: domains}
    return {bucket: count for bucket, count in counts.items() if count > most[bucket[0]]}


async def _note(petition: UUID, bucket: Bucket, count: int, since: datetime, now: datetime) -> None:
    """Add to the queue. What somebody has called fine stays so and is not marked again."""
    kind, hashed = bucket
    rows = await db.fetch(FOUND, time_ordered_id(), petition, kind, hashed, count, now, now)
    if kind in MARKS and rows[0]["state"] != "fine":
        await db.execute(MARKS[kind], petition, hashed, since)
