"""Bursts that wait to be judged, and the batches that took signatures out."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from service import db
from service.errors import NotFound
from service.queries.accounts import names_of
from service.voice.bursts import OPEN, PACE, WINDOW, WITHIN
from service.voice.people import open_name

if TYPE_CHECKING:
    from service.services import Services

MOST = 200
NAMES = 20
BURST = """
select s.id, s.petition, s.kind, s.bucket_hash, s.found, s.state, s.judged_by, s.first_at,
  s.last_at, p.number, p.ask, p.language, p.count
from voice_suspicions s join voice_petitions p on p.id = s.petition
"""
WAITING = f"{BURST} where s.state = 'open' order by s.first_at, s.id limit ?"
JUDGED = f"{BURST} where s.state <> 'open' order by s.last_at desc, s.id limit ?"
ONE = f"{BURST} where s.id = ?"
BATCH = """
select b.id, b.rule, b.reason, b.found, b.done, b.state, b.made_by, b.made_at, p.number, p.ask,
  p.language, p.count
from voice_batches b join voice_petitions p on p.id = b.petition
"""
BATCHES = f"{BATCH} order by b.made_at desc, b.id limit ?"
ONE_BATCH = f"{BATCH} where b.id = ?"
# What can be told of them without telling who they are.
MADE_OF = {
    kind: (
        "select count(*) as n, count(distinct network_hash) as networks,"
        " count(distinct domain_hash) as domains from voice_signatures"
        f" where petition = ? and state = 'confirmed' and {condition} and confirmed_at <= ?"
    )
    for kind, condition in WITHIN.items()
}
SHOWN_NAMES = {
    kind: (
        "select id, name from voice_signatures where petition = ? and state = 'confirmed'"
        f" and {condition} and confirmed_at <= ? and show_name = true and name is not null"
        " order by confirmed_at desc, id limit ?"
    )
    for kind, condition in WITHIN.items()
}


@dataclass(frozen=True, slots=True)
class Burst:
    """Signatures that came too many at once from one place. `count` is the petition's headline."""

    id: UUID
    petition: UUID
    number: int | None
    ask: str
    language: str
    count: int
    kind: str
    bucket: str
    found: int
    state: str
    judge: str
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class MadeOf:
    """What a burst is made of now, and the names that its people show to everybody."""

    signatures: int
    networks: int
    domains: int
    names: Sequence[str]


@dataclass(frozen=True, slots=True)
class Batch:
    """Signatures taken out together. `burst` is what led there."""

    id: UUID
    number: int | None
    ask: str
    language: str
    count: int
    burst: str
    reason: str
    found: int
    done: int
    state: str
    maker: str
    made_at: datetime


async def bursts(services: Services, *, judged: bool) -> list[Burst]:
    """What waits, the oldest first; or what was judged, the latest first."""
    return await _bursts(services, await db.fetch(JUDGED if judged else WAITING, MOST))


async def how_many_wait() -> int:
    row = await db.fetch_one("select count(*) as n from voice_suspicions where state = ?", OPEN)
    return int(row["n"]) if row else 0


async def burst_of(services: Services, burst: UUID) -> Burst:
    """Raises NotFound."""
    found = await _bursts(services, await db.fetch(ONE, burst))
    if not found:
        raise NotFound
    return found[0]


async def made_of(services: Services, burst: Burst) -> MadeOf:
    """The signatures of it that count now."""
    value: object = burst.bucket
    until = services.clock.now()
    if burst.kind == PACE:
        value, until = burst.first_at - WINDOW, burst.last_at
    [told] = await db.fetch(MADE_OF[burst.kind], burst.petition, value, until)
    rows = await db.fetch(SHOWN_NAMES[burst.kind], burst.petition, value, until, NAMES)
    names = [open_name(services.keyring, row["id"], row["name"]) for row in rows]
    return MadeOf(int(told["n"]), int(told["networks"]), int(told["domains"]), names)


async def batches(services: Services) -> list[Batch]:
    """The latest first."""
    return await _batches(services, await db.fetch(BATCHES, MOST))


async def batch_of(services: Services, batch: UUID) -> Batch:
    """Raises NotFound."""
    found = await _batches(services, await db.fetch(ONE_BATCH, batch))
    if not found:
        raise NotFound
    return found[0]


async def _bursts(services: Services, rows: Sequence[db.Row]) -> list[Burst]:
    names = await names_of(services, [str(row["judged_by"]) for row in rows if row["judged_by"]])
    return [
        Burst(
            id=row["id"],
            petition=row["petition"],
            number=row["number"],
            ask=row["ask"],
            language=row["language"],
            count=row["count"],
            kind=row["kind"],
            bucket=row["bucket_hash"],
            found=row["found"],
            state=row["state"],
            judge=names.get(str(row["judged_by"]), ""),
            first_at=row["first_at"],
            last_at=row["last_at"],
        )
        for row in rows
    ]


async def _batches(services: Services, rows: Sequence[db.Row]) -> list[Batch]:
    names = await names_of(services, [str(row["made_by"]) for row in rows])
    return [
        Batch(
            id=row["id"],
            number=row["number"],
            ask=row["ask"],
            language=row["language"],
            count=row["count"],
            burst=json.loads(row["rule"]).get("burst", ""),
            reason=row["reason"],
            found=row["found"],
            done=row["done"],
            state=row["state"],
            maker=names.get(str(row["made_by"]), ""),
            made_at=row["made_at"],
        )
        for row in rows
    ]
