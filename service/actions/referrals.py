"""Handing referrals to agencies: pull with a lease, acknowledge, give back what was not."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from service import db
from service.actions.case_rows import insert_events
from service.audit import unit_of_work
from service.claiming import among
from service.errors import Conflict, NotFound
from service.ids import time_ordered_id
from service.referrals.states import State

if TYPE_CHECKING:
    from service.actor import Actor
    from service.security.keyring import Keyring
    from service.services import Services

MOST_AT_ONCE = 1000
PULLED = "id, version, program, filed_at, due_on, granted, state"
# Give back what a lease of this agency did not get acknowledged in time. Few rows are leased at a
# time; the comparison with the smallest id lets both back ends find them by index.
LAPSE = """
update referrals set lease = null,
  state = case when state = 'offered' then 'queued' else state end
where {whose} lease > '00000000-0000-0000-0000-000000000000'
  and exists (select 1 from leases l where l.id = referrals.lease and l.expires_at <= {now})
"""
CLAIM = """
update referrals set lease = ?, offered_at = ?,
  state = case when state = 'queued' then 'offered' else state end
where id {among}
returning {columns}
"""
FREE = """
select id from referrals where agency = ? and waiting = true and lease is null
order by due_on, filed_at, id limit ?
"""
TAKE_IN = """
update referrals set lease = ?, offered_at = coalesce(offered_at, ?),
  state = case when state = 'queued' then 'offered' else state end
where agency = ? and id in ({ids}) and waiting = true and lease is null
returning id, version
"""
ACKNOWLEDGED_VERSION = """
(select i.version from lease_items i where i.lease_id = ? and i.referral_id = referrals.id)
"""
ACKNOWLEDGE = """
update referrals set lease = null, acknowledged_at = coalesce(acknowledged_at, ?),
  acknowledged_version = {version},
  waiting = (waiting and version > {version}),
  state = case when state = 'offered' then 'acknowledged' else state end
where lease = ? and id in ({ids})
returning id, acknowledged_version
"""
WAITING = """
select r.id from referrals r left join leases l on l.id = r.lease
where r.agency = ? and r.waiting = true and (r.lease is null or l.expires_at <= {now}) limit 1
"""
HOLD = "update lease_items set acknowledged_at = ? where lease_id = ? and referral_id in ({ids})"
LEASE_ITEMS = "insert into lease_items (id, lease_id, referral_id, version) values (?, ?, ?, ?)"
LEASE = """
insert into leases (id, agency, count, body_hash, made_at, expires_at) values (?, ?, ?, ?, ?, ?)
"""


@dataclass(frozen=True, slots=True)
class Pulled:
    """One pull: its lease and the exact bytes of the answer, whose hash the lease keeps."""

    lease: UUID
    count: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Receipted:
    """An agency's word that it holds these referrals of a lease, and what it received.

    `foreign` when it also named something that is no id at all, so in no lease.
    """

    lease: UUID
    ids: tuple[UUID, ...]
    count: int
    sha256: str
    foreign: bool = False


async def pull(
    services: Services, actor: Actor, agency: str, limit: int, lasts: timedelta, now: datetime
) -> Pulled:
    """Lease up to `limit` referrals of an agency, the oldest due first.

    Two pulls never lease the same one at a time. What is not acknowledged comes again when the
    lease ends. An empty pull makes no lease row and leaves nothing to acknowledge.
    """
    lease, expires_at = uuid4(), now + lasts
    if not await _anything_to_offer(services, agency):
        return Pulled(lease, 0, _answer(lease, expires_at, []))
    async with unit_of_work(actor, "referrals.pulled", lease, now, agency=agency) as work:
        await lapse_leases(services, agency)
        rows = await db.fetch(_claim_sql(), lease, now, agency, min(limit, MOST_AT_ONCE))
        rows.sort(key=lambda row: (row["due_on"], row["filed_at"], row["id"]))
        body = _answer(lease, expires_at, [_item(services.keyring, row) for row in rows])
        digest = hashlib.sha256(body).hexdigest()
        await db.execute(LEASE, lease, agency, len(rows), digest, now, expires_at)
        items = [(time_ordered_id(), lease, row["id"], row["version"]) for row in rows]
        await db.execute_many(LEASE_ITEMS, items)
        work.detail["count"] = len(rows)
    return Pulled(lease, len(rows), body)


async def lapse_leases(services: Services, agency: str | None = None) -> int:
    """Give back what ended leases still hold, of one agency or of all; says how many."""
    whose = "" if agency is None else "agency = ? and"
    params = () if agency is None else (agency,)
    return await db.execute(LAPSE.format(whose=whose, now=db.now_sql(services.clock)), *params)


async def acknowledge(
    services: Services, actor: Actor, agency: str, receipt: Receipted, now: datetime
) -> int:
    """Take an agency's receipt for some or all of a lease; the number of ids in it.

    The same receipt again changes nothing and is answered the same, also after the lease ended.
    Raises NotFound for another agency's lease, Conflict(`receipt_mismatch`) when what was received
    is not what was sent, Conflict(`not_in_lease`) for any id the lease does not hold (any more);
    then nothing is acknowledged.
    """
    if not await _still_to_acknowledge(services, agency, receipt):
        return len(receipt.ids)
    async with unit_of_work(
        actor, "referrals.acknowledged", receipt.lease, now, agency=agency
    ) as work:
        await _lock_lease(receipt.lease)
        waiting = await _still_to_acknowledge(services, agency, receipt)
        if waiting:
            await _receive(receipt.lease, sorted(waiting), now)
        work.detail["count"] = len(waiting)
    return len(receipt.ids)


async def take_in(
    services: Services, actor: Actor, agency: str, ids: Sequence[UUID], now: datetime
) -> int:
    """A caseworker's own acknowledgement, for agencies that work on the pages or by CSV.

    It leaves the same traces as a pull and its receipt. Referrals that are not waiting (any more),
    or another agency's, are left alone; says how many were taken in.
    """
    lease = uuid4()
    async with unit_of_work(actor, "referrals.taken_in", lease, now, agency=agency) as work:
        await lapse_leases(services, agency)
        rows = await db.fetch(TAKE_IN.format(ids=db.marks(ids)), lease, now, agency, *ids)
        if rows:
            await db.execute(LEASE, lease, agency, len(rows), "", now, now)
            items = [(time_ordered_id(), lease, row["id"], row["version"]) for row in rows]
            await db.execute_many(LEASE_ITEMS, items)
            await _receive(lease, [row["id"] for row in rows], now)
        work.detail["count"] = len(rows)
    return len(rows)


async def start_review(services: Services, actor: Actor, referral: UUID, now: datetime) -> None:
    """Someone begins to work on an acknowledged or reopened case. Doing it twice is fine."""
    async with unit_of_work(actor, "referral.review_started", referral, now):
        rows = await db.fetch(
            "update referrals set state = 'in_review' where id = ? and agency = ?"
            " and state in ('acknowledged', 'reopened') returning version",
            referral,
            actor.agency,
        )
        if rows:
            await insert_events([(referral, State.IN_REVIEW, rows[0]["version"])], now)


async def _anything_to_offer(services: Services, agency: str) -> bool:
    """A look without the write lock, so that an idle agency's polling costs nobody anything."""
    sql = WAITING.format(now=db.now_sql(services.clock))
    return await db.fetch_one(sql, agency) is not None


def _claim_sql() -> str:
    return CLAIM.format(among=among(FREE), columns=PULLED)


def _item(keyring: Keyring, row: Mapping[str, object]) -> bytes:
    """One referral as JSON. The sealed part is JSON already: it is spliced in, never parsed."""
    granted = keyring.open(
        bytes(row["granted"]),  # type: ignore[call-overload]  # a blob of the driver's own kind
        table="referrals",
        column="granted",
        row_id=str(row["id"]),
    )
    head = {
        "id": str(row["id"]),
        "version": row["version"],
        "program": row["program"],
        "filed_at": _moment(row["filed_at"]),
        "due_on": str(row["due_on"]),
    }
    return json.dumps(head, separators=(",", ":")).encode()[:-1] + b"," + granted[1:]


def _moment(value: object) -> str:
    if not isinstance(value, datetime):
        raise TypeError("a stored moment is a datetime")
    return value.isoformat()


def _answer(lease: UUID, expires_at: datetime, items: Sequence[bytes]) -> bytes:
    head = {"lease": str(lease), "expires_at": expires_at.isoformat(), "count": len(items)}
    start = json.dumps(head, separators=(",", ":")).encode()[:-1]
    return start + b',"referrals":[' + b",".join(items) + b"]}"


async def _still_to_acknowledge(services: Services, agency: str, receipt: Receipted) -> set[UUID]:
    """The receipt's ids that are not acknowledged yet, once all of it was found to hold."""
    now = db.now_sql(services.clock)
    lease = await db.fetch_one(
        f"select count, body_hash, expires_at > {now} as running from leases"
        " where id = ? and agency = ?",
        receipt.lease,
        agency,
    )
    if lease is None:
        raise NotFound
    if lease["count"] != receipt.count or lease["body_hash"] != receipt.sha256.lower():
        raise Conflict("receipt_mismatch", "This is not what was sent with that lease.")
    items = await db.fetch(
        "select i.referral_id, i.acknowledged_at, r.lease from lease_items i"
        " join referrals r on r.id = i.referral_id where i.lease_id = ?",
        receipt.lease,
    )
    held = {row["referral_id"]: row for row in items}
    if receipt.foreign:
        raise Conflict("not_in_lease", "An id is not in that lease.")
    waiting = set()
    for each in receipt.ids:
        row = held.get(each)
        if row is None:
            raise Conflict("not_in_lease", "An id is not in that lease.")
        if row["acknowledged_at"] is None:
            if not lease["running"] or row["lease"] != receipt.lease:
                raise Conflict("not_in_lease", "That lease has ended; pull again.")
            waiting.add(each)
    return waiting


async def _lock_lease(lease: UUID) -> None:
    """Two receipts for one lease take turns; SQLite's transactions do so anyway."""
    if db.dialect() == "postgres":
        await db.fetch("select id from leases where id = ? for update", lease)


async def _receive(lease: UUID, ids: Collection[UUID], now: datetime) -> None:
    """Mark leased referrals as held by the agency: the receipt, the referral and its event."""
    listed = db.marks(list(ids))
    await db.execute(HOLD.format(ids=listed), now, lease, *ids)
    acknowledge = ACKNOWLEDGE.format(version=ACKNOWLEDGED_VERSION, ids=listed)
    rows = await db.fetch(acknowledge, now, lease, lease, lease, *ids)
    if len(rows) != len(ids):
        raise Conflict("not_in_lease", "That lease has ended; pull again.")
    await insert_events(_acknowledged(rows), now)


def _acknowledged(rows: Iterable[Mapping[str, object]]) -> list[tuple[UUID, State, int]]:
    """One event for each receipt, also where an amendment left the case's state alone."""
    return [
        (UUID(str(row["id"])), State.ACKNOWLEDGED, int(str(row["acknowledged_version"])))
        for row in rows
    ]
