"""Takes away from the database what would join the roll and the box: which rows came together.

On PostgreSQL each row carries the number of the transaction that wrote it, and lies where there was
room then. On SQLite a page keeps its rows in the order they came, and the write-ahead log keeps
each commit apart. So all rows of a vote are written again, both tables in one transaction, each in
the order of its own keys, whenever enough new ones came; then the old copies are removed.
"""

from __future__ import annotations

import asyncio
from hashlib import sha256
from typing import TYPE_CHECKING

from service import db

if TYPE_CHECKING:
    from uuid import UUID

# New rows wait until there are so many, or this part of all, whichever is more: rewriting is then
# a fixed multiple of the work of casting, and at most this part can be joined at any moment.
FEWEST = 20
PART = 100
CHECKPOINT_TRIES = 50
CHECKPOINT_PAUSE = 0.1
ROLL = "p_hash, vote, tier, area, flag, fresh"
BOX = "s_hash, vote, sealed, n, fresh"
ROLL_TABLE, BOX_TABLE = ("voice_roll", "p_hash"), ("voice_box", "s_hash")


async def hold_vote(vote: UUID, *, alone: bool) -> None:
    """Inside a transaction on PostgreSQL: casting shares a vote, closing and mixing have it alone.
    A lock of memory only, so it leaves no trace in rows. SQLite has one writer anyway."""
    if db.dialect() == "postgres":
        number = int.from_bytes(sha256(b"vote" + vote.bytes).digest()[:8], "big", signed=True)
        if alone:
            await db.fetch("select pg_advisory_xact_lock(?)", number)
        else:
            await db.fetch("select pg_advisory_xact_lock_shared(?)", number)


async def mix_due() -> list[UUID]:
    """Every vote with enough new rows; says which were mixed."""
    rows = await db.fetch(
        "select vote, count(*) as rows, sum(case when fresh then 1 else 0 end) as new"
        " from voice_roll group by vote"
    )
    due = [row["vote"] for row in rows if row["new"] >= max(FEWEST, row["rows"] // PART)]
    for vote in due:
        async with db.transaction():
            await mix(vote)
    if due:
        await forget_old_copies()
    return due


async def mix(vote: UUID) -> None:
    """Write a vote's rows again, inside the open transaction."""
    await hold_vote(vote, alone=True)
    if db.dialect() == "postgres":
        for table, key, columns in ((*ROLL_TABLE, ROLL), (*BOX_TABLE, BOX)):
            await _mix_there(vote, table, key, columns)
        return
    roll = await db.fetch(f"delete from voice_roll where vote = ? returning {ROLL}", vote)
    box = await db.fetch(f"delete from voice_box where vote = ? returning {BOX}", vote)
    await db.execute_many(
        f"insert into voice_roll ({ROLL}) values (?, ?, ?, ?, ?, ?)",
        sorted((row["p_hash"], vote, row["tier"], row["area"], row["flag"], False) for row in roll),
    )
    await db.execute_many(
        f"insert into voice_box ({BOX}) values (?, ?, ?, ?, ?)",
        sorted((row["s_hash"], vote, row["sealed"], row["n"], False) for row in box),
    )


async def _mix_there(vote: UUID, table: str, key: str, columns: str) -> None:
    """Inside PostgreSQL, by a table of its own memory: nothing of it is logged, and casting waits
    less than while all rows go to and fro."""
    named = db.identifier(table)
    by = db.identifier(key)
    every = db.identifiers(columns.split(", "))
    await db.execute(f"create temp table voice_mixed (like {named}) on commit drop")
    await db.execute(f"insert into voice_mixed select * from {named} where vote = ?", vote)
    await db.execute("update voice_mixed set fresh = false where fresh")
    await db.execute(f"delete from {named} where vote = ?", vote)
    await db.execute(f"insert into {named} ({every}) select {every} from voice_mixed order by {by}")
    await db.execute("drop table voice_mixed")


async def forget_old_copies(*, whole: bool = False) -> None:
    """Remove what the database still keeps of rows as they were. `whole` makes the files anew,
    which PostgreSQL does only while nobody else uses the tables."""
    if db.dialect() == "postgres":
        how = "vacuum full" if whole else "vacuum"
        for table in ("voice_roll", "voice_box", "voice_homes"):
            await db.execute(f"{how} {table}")
        return
    for _ in range(CHECKPOINT_TRIES):
        [row] = await db.fetch("pragma wal_checkpoint(truncate)")
        if not row["busy"]:
            return
        await asyncio.sleep(CHECKPOINT_PAUSE)
