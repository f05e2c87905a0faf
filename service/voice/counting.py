"""Counts, told from the log of steps: a petition's headline and its parts move in one transaction.

Nobody who signs touches a row that another signer needs. One follower reads the log behind them; it
holds the cursor's row while it counts, so a second one started by mistake finds the row taken.
"""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID
from zoneinfo import ZoneInfo

from service import db
from service.ids import time_ordered_id
from service.voice.moving import move_on

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from service.services import Services

log = logging.getLogger("threshold.voice")

SIGNATURES, RECOUNT = "signatures", "recount"
AT_ONCE = 5_000
# PostgreSQL gives numbers out before the commit. A number that is missing may still come; after
# this long, longer than any statement of ours may take, it was given back.
PATIENCE = timedelta(seconds=35)
RECOUNT_HOUR = 3

ADD_PART = """
insert into voice_counts (id, petition, area, tier, count) values (?, ?, ?, ?, ?)
on conflict (petition, area, tier) do update set count = voice_counts.count + excluded.count
"""
# One statement, one moment: what is confirmed, without the steps that the cursor has not met yet.
TRUTH = """
select area, tier, sum(n) as n from (
  select area, tier, count(*) as n from voice_signatures
  where petition = ? and state = 'confirmed' group by area, tier
  union all
  select area, tier, -sum(step) as n from voice_signature_steps
  where petition = ? and id > ? group by area, tier
) as told group by area, tier
"""

Part = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Repair:
    """A petition whose numbers were not what its signatures say."""

    petition: UUID
    was: int
    now: int


async def count_steps(services: Services) -> int:
    """Count what was written since the last time; says how many steps. Doing it twice at once, or
    again after a crash, counts nothing twice."""
    counted = 0
    while await _is_behind():
        found = await _count_some(services)
        counted += found
        if found < AT_ONCE:
            break
    return counted


async def _is_behind() -> bool:
    """Without any lock: most of the time nobody has signed since."""
    row = await db.fetch_one(
        "select 1 as behind from voice_signature_steps where id > coalesce("
        "(select position from voice_cursors where name = ?), 0) limit 1",
        SIGNATURES,
    )
    return row is not None


async def _count_some(services: Services) -> int:
    async with db.transaction() as transaction:
        position = await hold_cursor(SIGNATURES)
        if position is None:
            return 0
        steps = _whole(position, await db.fetch(_steps_sql(services), position, AT_ONCE))
        if not steps:
            return 0
        await _add(steps)
        await db.execute(
            "update voice_cursors set position = ? where name = ?", steps[-1]["id"], SIGNATURES
        )
        for petition in sorted({step["petition"] for step in steps}):
            await move_on(services, transaction, petition)
    return len(steps)


async def hold_cursor(name: str, *, wait: bool = False) -> int | None:
    """The place of a follower, held until the transaction ends; None when another holds it. On
    SQLite every transaction is alone."""
    await db.execute(
        "insert into voice_cursors (name, position) values (?, 0) on conflict (name) do nothing",
        name,
    )
    lock = ""
    if db.dialect() == "postgres":
        lock = " for update" if wait else " for update skip locked"
    row = await db.fetch_one(f"select position from voice_cursors where name = ?{lock}", name)
    return None if row is None else int(row["position"])


def _steps_sql(services: Services) -> str:
    long_ago = services.clock.later_sql(db.dialect(), -PATIENCE)
    return (
        "select id, petition, step, tier, area,"
        f" case when at < {long_ago} then 1 else 0 end as settled"
        " from voice_signature_steps where id > ? order by id limit ?"
    )


def _whole(position: int, steps: Sequence[db.Row]) -> Sequence[db.Row]:
    """The steps up to the first number that may still be on its way. SQLite has one writer at a
    time, so nothing there is."""
    if db.dialect() == "sqlite" or not position:
        return steps
    expected = position + 1
    for at, step in enumerate(steps):
        if step["id"] != expected and not step["settled"]:
            return steps[:at]
        expected = step["id"] + 1
    return steps


async def _add(steps: Iterable[db.Row]) -> None:
    parts: Counter[tuple[UUID, str, str]] = Counter()
    heads: Counter[UUID] = Counter()
    for step in steps:
        parts[step["petition"], step["area"], step["tier"]] += step["step"]
        heads[step["petition"]] += step["step"]
    await db.execute_many(
        ADD_PART, [(time_ordered_id(), *part, n) for part, n in sorted(parts.items())]
    )
    await db.execute_many(
        "update voice_petitions set count = count + ? where id = ?",
        [(n, petition) for petition, n in sorted(heads.items())],
    )


# ---- the nightly recount ------------------------------------------------------------------------


async def recount_nightly(services: Services) -> None:
    """Once a day, in the night of the city."""
    here = services.clock.now().astimezone(ZoneInfo(services.city.time_zone))
    today = here.toordinal()
    row = await db.fetch_one("select position from voice_cursors where name = ?", RECOUNT)
    if here.hour < RECOUNT_HOUR or (row is not None and row["position"] >= today):
        return
    await recount(services)
    async with db.transaction():
        await hold_cursor(RECOUNT, wait=True)
        await db.execute("update voice_cursors set position = ? where name = ?", today, RECOUNT)


async def recount(services: Services) -> list[Repair]:
    """Count every petition anew from its signatures and set right what is not so."""
    rows = await db.fetch("select id from voice_petitions where state <> 'draft' order by id")
    repairs = []
    for row in rows:
        if (repair := await _recount_one(services, row["id"])) is not None:
            log.warning(
                "a count was set right", extra={"petition": str(row["id"]), "was": repair.was}
            )
            repairs.append(repair)
    return repairs


async def _recount_one(services: Services, petition: UUID) -> Repair | None:
    """The cursor is held meanwhile, so nothing is counted twice beside it."""
    async with db.transaction() as transaction:
        position = await hold_cursor(SIGNATURES, wait=True)
        told = await db.fetch(TRUTH, petition, petition, position)
        truth = {(row["area"], row["tier"]): int(row["n"]) for row in told if row["n"]}
        kept = await db.fetch(
            "select area, tier, count from voice_counts where petition = ?", petition
        )
        head = await db.fetch_one("select count from voice_petitions where id = ?", petition)
        was = head["count"] if head else 0
        parts = {(row["area"], row["tier"]): row["count"] for row in kept if row["count"]}
        right = parts == truth and was == sum(truth.values())
        if not right:
            await _set(petition, truth)
        # Also where nothing was wrong: a petition may have been hidden when its last one came.
        await move_on(services, transaction, petition)
    return None if right else Repair(petition, was, sum(truth.values()))


async def _set(petition: UUID, truth: Mapping[Part, int]) -> None:
    await db.execute("delete from voice_counts where petition = ?", petition)
    await db.execute_many(
        ADD_PART, [(time_ordered_id(), petition, *part, n) for part, n in sorted(truth.items())]
    )
    await db.execute(
        "update voice_petitions set count = ? where id = ?", sum(truth.values()), petition
    )
