"""Work committed with the data that caused it, and how a worker takes hold of it.

There are two tables of it: benefits and voice share no row, and one worker serves both.

A row is claimed for a while under a fresh token. Whoever holds the token may settle the row; a
worker that was asleep past its lease finds the token changed and settles nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from service import db, many_rows
from service.claiming import among
from service.gathering import Gathering, filled
from service.ids import time_ordered_id
from service.security.keyring import SealBroken

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence

    from service.clock import Clock

CHANNEL = "threshold_outbox"
WAITING, SENT, NEEDS_ATTENTION = "waiting", "sent", "needs_attention"
TYPES = {
    "id": "uuid",
    "topic": "varchar",
    "lane": "varchar",
    "key": "varchar",
    "payload": "bytea",
    "state": "varchar",
    "attempts": "int4",
    "next_at": "timestamptz",
    "created_at": "timestamptz",
}
COLUMNS = ", ".join(TYPES)
ERROR_LENGTH = 200
BENEFITS, VOICE = "outbox", "voice_outbox"
TABLES = (BENEFITS, VOICE)


@dataclass(frozen=True, slots=True)
class NewRow:
    """A row to be inserted; its payload is sealed already."""

    id: UUID
    topic: str
    lane: str
    key: str
    payload: bytes
    next_at: datetime
    created_at: datetime
    table: str = BENEFITS

    def values(self) -> tuple[object, ...]:
        return (
            self.id,
            self.topic,
            self.lane,
            self.key,
            self.payload,
            WAITING,
            0,
            self.next_at,
            self.created_at,
        )


@dataclass(frozen=True, slots=True)
class Claimed:
    """A row this worker holds. `attempt` counts from 1; the recipient tells repeats by `key`."""

    id: UUID
    token: UUID
    topic: str
    lane: str
    key: str
    payload: Any
    attempt: int
    created_at: datetime
    table: str = BENEFITS


def new_row(
    topic: str,
    lane: str,
    key: str,
    payload: Mapping[str, Any],
    now: datetime,
    at: datetime,
    table: str = BENEFITS,
) -> NewRow:
    row_id = time_ordered_id()
    sealed = db.keyring().seal_json(dict(payload), table=table, column="payload", row_id=row_id)
    return NewRow(row_id, topic, lane, key, sealed, at, now, table)


def add(transaction: db.Transaction, rows: Sequence[NewRow]) -> None:
    """Insert with the commit and wake a worker after it. A key that is known adds nothing."""
    for table in TABLES:
        _add(transaction, table, [row for row in rows if row.table == table])
    if rows:
        transaction.after_commit.append(wake_here)


def _add(transaction: db.Transaction, table: str, rows: Sequence[NewRow]) -> None:
    if not rows:
        return
    places = ", ".join(["(?, ?, ?, ?, ?, ?, ?, ?, ?)"] * len(rows))
    wake = f" returning pg_notify('{CHANNEL}', '')" if transaction.dialect == "postgres" else ""
    transaction.finally_(
        f"insert into {db.identifier(table)} ({COLUMNS}) values {places}"
        f" on conflict (key) do nothing{wake}",
        *(value for row in rows for value in row.values()),
    )


async def add_many(transaction: db.Transaction, table: str, rows: Sequence[NewRow]) -> None:
    """The same for very many rows of one table: at once, in one trip."""
    if not rows:
        return
    await many_rows.insert(
        table, TYPES, [row.values() for row in rows], "on conflict (key) do nothing"
    )
    if transaction.dialect == "postgres":
        transaction.finally_(f"select pg_notify('{CHANNEL}', '')")
    transaction.after_commit.append(wake_here)


# ---- waking a worker of this process ------------------------------------------------------------

_sleepers: set[asyncio.Event] = set()


def wake_here() -> None:
    """A worker in the same process need not wait for its next look."""
    for event in _sleepers:
        event.set()


def listen_here(event: asyncio.Event) -> None:
    _sleepers.add(event)


def stop_listening(event: asyncio.Event) -> None:
    _sleepers.discard(event)


@contextlib.asynccontextmanager
async def notifications(event: asyncio.Event) -> AsyncIterator[None]:
    """Set the event whenever any process on PostgreSQL leaves work. Without it (SQLite, a pooler
    that passes no notifications, a server that is away) the worker's own look each second is
    enough."""
    if db.dialect() != "postgres":
        yield
        return
    async with db.listening(CHANNEL, event.set):
        yield


# ---- claiming and settling ----------------------------------------------------------------------


async def waiting_lanes(clock: Clock, table: str = BENEFITS) -> list[str]:
    """Lanes with something due, the longest waiting first."""
    now = db.now_sql(clock)
    rows = await db.fetch(
        f"select lane, min(next_at) as next_at from {db.identifier(table)}"
        f" where state = 'waiting' and next_at <= {now}"
        f" and (leased_until is null or leased_until < {now})"
        f" group by lane order by min(next_at), lane"
    )
    return [row["lane"] for row in rows]


async def claim(
    clock: Clock, lane: str, limit: int, lease: timedelta, table: str = BENEFITS
) -> list[Claimed]:
    """Take up to `limit` due rows of a lane, oldest first, for the time of the lease."""
    token = uuid4()
    rows = await db.fetch(_claim_sql(clock, lease, table), token, lane, limit)
    rows.sort(key=lambda row: (row["created_at"], row["id"]))
    claimed = []
    for row in rows:
        try:
            claimed.append(_claimed(row, token, _opened(row, table), table))
        except SealBroken as broken:  # one bad row must not stop the others
            held = _claimed(row, token, None, table)
            await settle_needs_attention(held, clock.now(), str(broken))
    return claimed


def _claim_sql(clock: Clock, lease: timedelta, table: str) -> str:
    named = db.identifier(table)
    now = db.now_sql(clock)
    until = clock.later_sql(db.dialect(), lease)
    due = (
        f"select id from {named} where lane = ? and state = 'waiting'"
        f" and next_at <= {now} and (leased_until is null or leased_until < {now})"
        f" order by next_at, id limit ?"
    )
    return (
        f"update {named} set leased_until = {until}, lease_token = ?, attempts = attempts + 1"
        f" where id {among(due)} returning {COLUMNS}"
    )


def _opened(row: db.Row, table: str) -> Any:
    return db.keyring().open_json(row["payload"], table=table, column="payload", row_id=row["id"])


def _claimed(row: db.Row, token: UUID, payload: Any, table: str) -> Claimed:
    return Claimed(
        row["id"],
        token,
        row["topic"],
        row["lane"],
        row["key"],
        payload,
        row["attempts"],
        row["created_at"],
        table,
    )


async def settle_sent(row: Claimed, now: datetime) -> bool:
    """Done. False when the lease was lost meanwhile: the row is somebody else's."""
    return await _sending((row, now))


async def _settle_all(items: Sequence[tuple[Claimed, datetime]]) -> Sequence[bool]:
    """Those that end at the same time share a commit."""
    settled: set[UUID] = set()
    for table in TABLES:
        rows = sorted(
            ((row.id, row.token) for row, _now in items if row.table == table),
        )
        if not rows:
            continue
        ids, tokens = filled([id for id, _token in rows]), filled([token for _id, token in rows])
        told = await db.fetch(
            f"update {db.identifier(table)} set state = 'sent', done_at = ?, last_error = null,"
            " leased_until = null, lease_token = null"
            f" where id in ({db.marks(ids)}) and lease_token in ({db.marks(tokens)})"
            " and state = 'waiting' returning id",
            max(now for _row, now in items),
            *ids,
            *tokens,
        )
        settled.update(row["id"] for row in told)
    return [row.id in settled for row, _now in items]


_sending: Gathering[tuple[Claimed, datetime], bool] = Gathering(_settle_all)


async def settle_again(row: Claimed, at: datetime, why: str) -> bool:
    """Not yet: offer it again at a time."""
    return await _settle(row, "next_at = ?, last_error = ?", at, why[:ERROR_LENGTH])


async def settle_needs_attention(row: Claimed, now: datetime, why: str) -> bool:
    """Out of tries, or not worth another: a person has to look. The row stays."""
    changes = "state = 'needs_attention', done_at = ?, last_error = ?"
    return await _settle(row, changes, now, why[:ERROR_LENGTH])


async def give_back(rows: Sequence[Claimed]) -> None:
    """A worker that stops returns what it has not begun, and the tries are not counted."""
    for row in rows:
        await _settle(row, "attempts = attempts - 1")


async def _settle(row: Claimed, changes: str, *values: object) -> bool:
    changed = await db.execute(
        f"update {db.identifier(row.table)} set {changes}, leased_until = null, lease_token = null"
        " where id = ? and lease_token = ? and state = 'waiting'",
        *values,
        row.id,
        row.token,
    )
    return changed == 1


async def try_again(row_id: UUID, now: datetime, table: str = BENEFITS) -> bool:
    """A person's order to send a row that needs attention once more."""
    changed = await db.execute(
        f"update {db.identifier(table)}"
        " set state = 'waiting', attempts = 0, next_at = ?, done_at = null"
        " where id = ? and state = 'needs_attention'",
        now,
        row_id,
    )
    wake_here()
    return changed == 1


async def hurry(lane: str, now: datetime) -> int:
    """A recipient gave a sign of life: try its waiting rows now. Says how many."""
    changed = await db.execute(
        "update outbox set next_at = ? where lane = ? and state = 'waiting' and next_at > ?",
        now,
        lane,
        now,
    )
    if changed:
        wake_here()
    return changed
