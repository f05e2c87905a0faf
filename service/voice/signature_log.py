"""The log of signatures, sealed each minute: its head is signed, so that nothing before it changes
unseen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from petitions.signature_log import Peaks, Step, mark_of, signed_head
from service import db
from service.ids import time_ordered_id
from service.voice.counting import SIGNATURES, hold_cursor

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from service.services import Services

LOG = "log"
AT_ONCE = 20_000
# What is sent is hashed beside other visitors' pages.
SENT_AT_ONCE = 1_000
LAST = "select size, peaks from voice_log_heads order by size desc limit 1"
# Only what the follower has counted: before it no number can still come.
NEXT = """
select id, petition, signature, step from voice_signature_steps
where id > ? and id <= coalesce((select position from voice_cursors where name = ?), 0)
order by id limit ?
"""
OF_PETITION = """
select id, petition, signature, step from voice_signature_steps
where petition = ? and id > ? and id <= coalesce(
  (select position from voice_cursors where name = ?), 0)
order by id limit ?
"""
INSERT = """
insert into voice_log_heads (id, size, root, moment, key, signature, peaks)
values (?, ?, ?, ?, ?, ?, ?)
"""


async def seal_log(services: Services) -> int:
    """Sign a head over what came since the last one; says how many steps. Nothing new: no head.
    Two workers at once sign one: the cursor's row is held."""
    sealed = 0
    while count := await _seal_some(services):
        sealed += count
        if count < AT_ONCE:
            break
    return sealed


async def _seal_some(services: Services) -> int:
    async with db.transaction():
        position = await hold_cursor(LOG)
        if position is None:
            return 0
        rows = await db.fetch(NEXT, position, SIGNATURES, AT_ONCE)
        if not rows:
            return 0
        last = await db.fetch_one(LAST)
        peaks = Peaks(last["size"], _read(last["peaks"])) if last else Peaks()
        for row in rows:
            peaks = peaks.add(step_of(row).leaf)
        at = services.clock.now().isoformat(timespec="seconds")
        key = Ed25519PrivateKey.from_private_bytes(services.keyring.derive("voice/log")[0])
        head = signed_head(peaks, at, key)
        told = (head["size"], head["root"], head["at"], head["key"], head["signature"])
        written = " ".join(one.hex() for one in peaks.hashes)
        await db.execute(INSERT, time_ordered_id(), *told, written)
        await db.execute(
            "update voice_cursors set position = ? where name = ?", rows[-1]["id"], LOG
        )
    return len(rows)


def _read(peaks: str) -> tuple[bytes, ...]:
    return tuple(bytes.fromhex(one) for one in peaks.split())


def step_of(row: db.Row) -> Step:
    """What is published of a row: who left is told by a mark of its own."""
    left = row["id"] if row["step"] < 0 else None
    return Step(str(row["petition"]), row["step"], mark_of(str(row["signature"]), left))


async def heads(most: int, before: int | None = None) -> list[dict[str, object]]:
    """The latest first."""
    rows = await db.fetch(
        "select size, root, moment, key, signature from voice_log_heads where size < ?"
        " order by size desc limit ?",
        before if before is not None else (1 << 62),
        most,
    )
    return [
        {
            "size": row["size"],
            "root": row["root"],
            "at": row["moment"],
            "key": row["key"],
            "signature": row["signature"],
        }
        for row in rows
    ]


async def every_step() -> AsyncIterator[Sequence[Step]]:
    """All that a head tells of, in their order, some at a time."""
    row = await db.fetch_one("select position from voice_cursors where name = ?", LOG)
    after, until = 0, int(row["position"]) if row else 0
    while after < until:
        rows = await db.fetch(NEXT, after, LOG, SENT_AT_ONCE)
        if not rows:
            return
        yield [step_of(each) for each in rows]
        after = rows[-1]["id"]


async def steps_of(petition: object) -> AsyncIterator[Sequence[Step]]:
    """Those of one petition."""
    after = 0
    while rows := await db.fetch(OF_PETITION, petition, after, LOG, SENT_AT_ONCE):
        yield [step_of(each) for each in rows]
        after = rows[-1]["id"]
