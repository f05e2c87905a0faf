"""The audit log's chain: each entry's hash covers the one before, so no row can be changed, taken
out or put in between without the rest showing it.

Entries are written without any lock. One sealer at a time follows them by id, a little behind, and
chains what it has not yet seen.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from service import db
from service.ids import earliest_id, time_ordered_id

GENESIS = bytes(32)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ADVISORY_LOCK = 0x7365616C  # "seal"
BATCH = 500
# A slow transaction may commit an entry made this much before the newest sealed one. What comes
# later still is found by the hourly sweep.
OVERTAKEN = timedelta(minutes=2)
LATE = timedelta(minutes=10)
# Entries younger than this need not be sealed yet.
SETTLING = timedelta(minutes=1)

UNSEALED = """
select id, at, actor_kind, actor_id, action, subject, agency, detail from audit_entries e
where e.id > ? and not exists (select 1 from audit_chain c where c.entry = e.id)
order by e.id limit ?
"""
HEAD = "select number, hash, sealed_at from audit_chain order by number desc limit 1"
NEWEST = "select entry from audit_chain order by entry desc limit 1"
LINK = "insert into audit_chain (number, entry, previous, hash, sealed_at) values (?, ?, ?, ?, ?)"
WALK = """
select c.number, c.entry, c.previous, c.hash, c.sealed_at, e.id, e.at, e.actor_kind, e.actor_id,
       e.action, e.subject, e.agency, e.detail
from audit_chain c left join audit_entries e on e.id = c.entry
where c.number > ? order by c.number limit ?
"""


@dataclass(frozen=True, slots=True)
class Head:
    """The newest link: published, it pins everything before it."""

    number: int
    hash: str


@dataclass(frozen=True, slots=True)
class Fault:
    """One place where the log is not what was sealed."""

    number: int
    entry: UUID | None
    what: str


@dataclass(slots=True)
class ChainReport:
    """What a walk over the whole chain found. `late` entries were sealed long after they were made:
    the worker stood still, or they were put in afterwards."""

    head: Head = field(default_factory=lambda: Head(0, GENESIS.hex()))
    faults: list[Fault] = field(default_factory=list)
    late: int = 0
    unsealed: int = 0

    @property
    def sound(self) -> bool:
        return not self.faults


def canonical(entry: Mapping[str, Any]) -> bytes:
    """The bytes that are chained: the entry's values as a JSON list, in this order for ever."""
    at: datetime = entry["at"]
    values = [
        str(entry["id"]),
        at.astimezone(UTC).isoformat(timespec="microseconds"),
        entry["actor_kind"],
        entry["actor_id"],
        entry["action"],
        entry["subject"],
        entry["agency"],
        entry["detail"],
    ]
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode()


def link_hash(previous: bytes, entry: Mapping[str, Any]) -> bytes:
    return hashlib.sha256(previous + canonical(entry)).digest()


async def seal(*, everything: bool = False) -> int:
    """Chain what is not chained yet; says how many. `everything` looks at all entries instead of
    the newest: slower, for the hourly sweep."""
    sealed = 0
    while True:
        since = UUID(int=0) if everything else await _since()
        if not await db.fetch(UNSEALED, since, 1):  # no write lock when there is nothing to do
            return sealed
        done = await _seal_batch(since)
        sealed += done
        if done < BATCH:
            return sealed


async def _since() -> UUID:
    newest = await db.fetch_one(NEWEST)
    return UUID(int=0) if newest is None else earliest_id(OVERTAKEN, UUID(str(newest["entry"])))


async def _seal_batch(since: UUID) -> int:
    async with db.transaction() as transaction:
        if transaction.dialect == "postgres":
            # On SQLite the transaction itself keeps every other sealer out.
            row = await db.fetch_one("select pg_try_advisory_xact_lock(?) as held", ADVISORY_LOCK)
            if row is None or not row["held"]:
                return 0
        entries = await db.fetch(UNSEALED, since, BATCH)
        head = await db.fetch_one(HEAD)
        number, previous = (head["number"], bytes(head["hash"])) if head else (0, GENESIS)
        now = _made_at(time_ordered_id())
        links = []
        for entry in entries:
            number += 1
            hashed = link_hash(previous, entry)
            links.append((number, entry["id"], previous, hashed, now))
            previous = hashed
        await db.execute_many(LINK, links)
    return len(entries)


async def chain_head() -> Head:
    head = await db.fetch_one(HEAD)
    return Head(head["number"], bytes(head["hash"]).hex()) if head else Head(0, GENESIS.hex())


async def verify_chain(
    witness: Head | None = None, *, removed_before: datetime | None = None
) -> ChainReport:
    """Walk the whole chain and say where it is broken.

    `witness` is a head that was published earlier: with it a cut-off end or a chain that was
    written anew shows too. Entries sealed before `removed_before` may be gone: retention took them,
    their links stay.
    """
    report = ChainReport()
    previous, number = GENESIS, 0
    while links := await db.fetch(WALK, number, BATCH):
        for link in links:
            report.faults += _faults(link, number, previous, removed_before)
            number, previous = link["number"], bytes(link["hash"])
            if witness is not None and number == witness.number and previous.hex() != witness.hash:
                report.faults.append(Fault(number, None, "not the head that was published"))
            if link["sealed_at"] - _made_at(UUID(str(link["entry"]))) > LATE:
                report.late += 1
    if witness is not None and number < witness.number:
        report.faults.append(Fault(number, None, "the end is cut off"))
    report.head = Head(number, previous.hex())
    report.unsealed = await _count_unsealed()
    return report


def _faults(
    link: Mapping[str, Any], number: int, previous: bytes, removed_before: datetime | None
) -> list[Fault]:
    faults = []
    if link["number"] != number + 1:
        faults.append(Fault(number + 1, None, "links are missing"))
    elif bytes(link["previous"]) != previous:
        faults.append(Fault(link["number"], link["entry"], "does not follow the link before"))
    if link["id"] is None:
        if removed_before is None or link["sealed_at"] >= removed_before:
            faults.append(Fault(link["number"], link["entry"], "the entry is gone"))
    elif link_hash(bytes(link["previous"]), link) != bytes(link["hash"]):
        faults.append(Fault(link["number"], link["entry"], "the entry was changed"))
    return faults


async def _count_unsealed() -> int:
    row = await db.fetch_one(
        "select count(*) as entries from audit_entries e where e.id < ?"
        " and not exists (select 1 from audit_chain c where c.entry = e.id)",
        earliest_id(SETTLING, time_ordered_id()),
    )
    return int(row["entries"]) if row else 0


def _made_at(entry: UUID) -> datetime:
    """The machine's time in a version 7 UUID."""
    return EPOCH + timedelta(milliseconds=entry.int >> 80)
