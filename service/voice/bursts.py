"""Signatures that come too many at once from one place are marked for people to look at.

Nothing shows it to whoever sends them: the page, the mail and the count stay the same until
somebody has judged.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from service import db
from service.ids import time_ordered_id
from service.security.blind_index import blind_index

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from service.services import Services

NETWORK, RANGE, DOMAIN, PACE = "network", "range", "domain", "pace"
OPEN, FINE, BAD, SETTLED = "open", "fine", "bad", "settled"
WINDOW = timedelta(hours=1)
# So many letters of a network's hash are shared by its whole range.
RANGE_LETTERS = 32
# The newest of an hour are enough to see a burst, and a rush must not make this slow.
LOOKED_AT = 20_000
# Which signatures of a petition a bucket means.
WITHIN = {
    NETWORK: "network_hash = ?",
    RANGE: f"substr(network_hash, 1, {RANGE_LETTERS}) = ?",
    DOMAIN: "domain_hash = ?",
    PACE: "confirmed_at > ?",
}
RECENT = """
select network_hash, domain_hash from voice_signatures
where petition = ? and state = 'confirmed' and confirmed_at > ?
order by confirmed_at desc limit ?
"""
# What came again after its signatures were taken out is looked at again.
FOUND = """
insert into voice_suspicions
  (id, petition, kind, bucket_hash, found, state, first_at, last_at)
values (?, ?, ?, ?, ?, 'open', ?, ?)
on conflict (petition, kind, bucket_hash) do update set
  found = case when excluded.found > voice_suspicions.found
    then excluded.found else voice_suspicions.found end,
  state = case when voice_suspicions.state = 'settled' then 'open'
    else voice_suspicions.state end,
  last_at = excluded.last_at
returning state
"""
# A pace marks nobody: most who sign in a rush mean it.
MARKS = {
    kind: (
        f"update voice_signatures set marked = '{kind}' where petition = ? and {WITHIN[kind]}"
        " and state = 'confirmed' and marked is null and confirmed_at > ?"
    )
    for kind in (NETWORK, RANGE, DOMAIN)
}

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
    over = _over(rows, limits)
    if len(rows) > limits["all"]:
        hour = f"{petition}|{now:%Y%m%d%H}"
        over[PACE, blind_index(services.keyring, "voice-pace", hour)] = len(rows)
    if not over:
        return 0
    async with db.transaction():
        for bucket, count in sorted(over.items()):
            await _note(petition, bucket, count, since, now)
    return len(over)


def _over(rows: Sequence[db.Row], limits: Mapping[str, int]) -> dict[Bucket, int]:
    """Buckets with more than the city takes for usual. What one network sent is no sign that its
    whole range is odd."""
    counts = Counter((kind, row[f"{kind}_hash"]) for row in rows for kind in (NETWORK, DOMAIN))
    over = {
        (kind, hashed): count
        for (kind, hashed), count in counts.items()
        if hashed is not None and count > limits[kind]
    }
    ranges = Counter(
        row["network_hash"][:RANGE_LETTERS]
        for row in rows
        if row["network_hash"] is not None and (NETWORK, row["network_hash"]) not in over
    )
    return over | {
        (RANGE, hashed): count for hashed, count in ranges.items() if count > limits[RANGE]
    }


async def _note(petition: UUID, bucket: Bucket, count: int, since: datetime, now: datetime) -> None:
    """Add to the queue. What somebody has called fine stays so and is not marked again."""
    kind, hashed = bucket
    rows = await db.fetch(FOUND, time_ordered_id(), petition, kind, hashed, count, now, now)
    if kind in MARKS and rows[0]["state"] != FINE:
        await db.execute(MARKS[kind], petition, hashed, since)
