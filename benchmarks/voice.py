"""Signatures and ballots in a second: through the actions and over HTTP, beside the database's own
inserts, with 100,000 signatures and 27,000 ballots there already.

    python -m benchmarks.voice [--count 20000] [--ballots 4000] [--http 2000] [--workers 1]

Prints one JSON object. The database is that of THRESHOLD_TEST_DATABASE (sqlite or postgres). Every
figure ends with the counts compared: headline, sum of areas, confirmed rows; roll and box.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from benchmarks.voice_ballots import through_ballots
from benchmarks.voice_http import over_http
from benchmarks.voice_timing import AT_ONCE, timed
from service import db
from service.actions.voice.own_signature import confirm
from service.clock import Clock
from service.ids import time_ordered_id
from service.loop import run_now
from service.services import Services, load_services
from service.voice.counting import count_steps
from service.voice.steps import add_steps
from tests.service.voice.signers import Signers, new_petition
from tests.support.databases import databases, settings_for

LOADED, BALLOTS_LOADED = 100_000, 27_000
LOAD = """
insert into voice_signatures (id, petition, person_hash, slot, state, kind, tier, area, name,
  show_name, follow, asked_at, confirmed_at)
values (?, ?, ?, 0, 'confirmed', 'signature', 'mail', ?, null, false, false, ?, ?)
"""


async def raw_inserts(count: int) -> dict[str, float]:
    """What the database takes by itself: one row to a commit, and two hundred."""
    sql = (
        "insert into voice_signature_steps (petition, signature, step, tier, area, at)"
        f" values (?, ?, 1, 'mail', '', {db.now_sql(Clock())})"
    )
    ids = [(time_ordered_id(), time_ordered_id()) for _row in range(count)]
    alone = await timed(lambda row: db.execute(sql, *row), ids[: count // 10], 1)
    begun = time.perf_counter()
    for at in range(0, count, AT_ONCE):
        await db.execute_many(sql, ids[at : at + AT_ONCE])
    together = count / (time.perf_counter() - begun)
    await db.execute("delete from voice_signature_steps")
    return {
        "one_to_a_commit_per_second": alone["per_second"],
        "two_hundred_to_a_commit_per_second": round(together),
    }


async def loaded(services: Services, count: int) -> Signers:
    """A petition that so many have signed, written in bulk and counted by the follower."""
    signers, now = await opened(services), services.clock.now()
    for at in range(0, count, 5_000):
        ids = [time_ordered_id() for _row in range(at, min(at + 5_000, count))]
        made = [
            {"id": id, "petition": signers.petition, "tier": "mail", "area": str(id.int % 7)}
            for id in ids
        ]
        rows = [(id, signers.petition, id.hex, str(id.int % 7), now, now) for id in ids]
        async with db.transaction():
            await db.execute_many(LOAD, rows)
            await add_steps(services.clock, made, 1)
    await count_steps(services)
    return signers


async def through_actions(signers: Signers, count: int, before: int) -> dict[str, object]:
    """Asked, confirmed and counted by the functions that pages call."""
    services = signers.services
    counting = asyncio.create_task(follow(services))
    begun = time.perf_counter()
    asked = await timed(
        lambda number: signers.ask(f"person{number}@load{number % 997}.example.net"), range(count)
    )
    tokens = await signers.tokens()
    between = time.perf_counter()
    confirmed = await timed(lambda token: confirm(services, token), tokens)
    spent = asked["per_second"], confirmed["per_second"]
    counting.cancel()
    await count_steps(services)
    return {
        "signatures": count,
        "asked": asked,
        "confirmed": confirmed,
        "whole_per_second": round(1 / sum(1 / rate for rate in spent)),
        "reading_tokens_s": round(between - begun - count / asked["per_second"], 2),
        "counts": await agreed(signers, before + count),
    }


async def ten_people(services: Services) -> dict[str, object]:
    """A thousand tries at once of ten people."""
    signers = await opened(services)
    await asyncio.gather(
        *(signers.ask(f"ten{number % 10}@load.example.net") for number in range(1_000))
    )
    tokens = await signers.tokens()
    await asyncio.gather(*(confirm(services, token) for token in tokens * 100))
    await count_steps(services)
    return {"tries": 1_000, "people": 10, "counts": await agreed(signers, 10)}


async def opened(services: Services) -> Signers:
    """A new petition that anyone may sign."""
    closes = services.clock.now() + timedelta(days=30)
    return Signers(services, await new_petition(services, closes, threshold=10**9))


async def follow(services: Services) -> None:
    """The worker's own count, as often as it comes round."""
    while True:
        await count_steps(services)
        await asyncio.sleep(1)


async def agreed(signers: Signers, expected: int) -> dict[str, object]:
    headline, parts, signed = await signers.three_counts()
    right = headline == parts == signed == expected
    return {"headline": headline, "parts": parts, "signed": signed, "right": right}


async def measure(url: str, folder: Path, given: argparse.Namespace) -> dict[str, object]:
    settings = settings_for(url, folder)
    services = load_services(settings, Clock())
    await db.open_database(settings)
    try:
        told: dict[str, object] = {"database": db.dialect(), "raw": await raw_inserts(given.count)}
        signers = await loaded(services, given.loaded)
        told["signatures_loaded"] = given.loaded
        told["actions"] = await through_actions(signers, given.count, given.loaded)
        told["ten_people"] = await ten_people(services)
        told["ballots"] = await through_ballots(services, given.ballots, given.ballots_loaded)
        if given.http:
            told["http"] = await over_http(
                await opened(services), settings, given.http, given.workers
            )
        return told
    finally:
        await db.close_database()


def main() -> int:
    parser = argparse.ArgumentParser(description="signatures in a second")
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--http", type=int, default=0)
    parser.add_argument("--workers", type=int, default=1, help="web processes, on PostgreSQL")
    parser.add_argument("--ballots", type=int, default=4_000)
    parser.add_argument("--loaded", type=int, default=LOADED)
    parser.add_argument("--ballots-loaded", type=int, default=BALLOTS_LOADED)
    given = parser.parse_args()
    os.environ.setdefault("THRESHOLD_TEST_DATABASE", "sqlite")
    with tempfile.TemporaryDirectory() as place, databases(Path(place)) as maker:
        folder = Path(place)
        told = run_now(measure(maker.fresh(folder), folder, given))
    print(json.dumps(told, indent=2))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
