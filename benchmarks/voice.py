"""Signatures in a second: through the actions and over HTTP, beside the database's own inserts.

    python -m benchmarks.voice [--count 20000] [--http 2000]

Prints one JSON object. The database is that of THRESHOLD_TEST_DATABASE (sqlite or postgres). Every
figure ends with the counts compared: headline, sum of areas, confirmed rows.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

from benchmarks.voice_http import over_http
from service import db
from service.actions.voice.own_signature import confirm
from service.clock import Clock
from service.ids import time_ordered_id
from service.services import Services, load_services
from service.voice.counting import count_steps
from tests.service.voice.signers import Signers, new_petition
from tests.support.databases import databases, settings_for

AT_ONCE = 200


async def timed(
    work: Callable[[Any], Awaitable[object]], items: Iterable[Any], at_once: int = AT_ONCE
) -> dict[str, float]:
    """So many at a time until all are done; a rate, and how long the slowest hundredth took."""
    waiting = iter(list(items))
    took: list[float] = []

    async def one_after_another() -> None:
        for item in waiting:
            begun = time.perf_counter()
            await work(item)
            took.append(time.perf_counter() - begun)

    begun, burned = time.perf_counter(), time.process_time()
    await asyncio.gather(*(one_after_another() for _place in range(at_once)))
    spent = time.perf_counter() - begun
    took.sort()
    return {
        "per_second": round(len(took) / spent),
        "p50_ms": round(1000 * took[len(took) // 2], 1),
        "p99_ms": round(1000 * took[int(len(took) * 0.99)], 1),
        "processor_ms_each": round(1000 * (time.process_time() - burned) / len(took), 3),
    }


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


async def through_actions(services: Services, count: int) -> dict[str, object]:
    """Asked, confirmed and counted by the functions that pages call."""
    signers = await opened(services)
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
        "counts": await agreed(signers, count),
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


async def measure(url: str, folder: Path, count: int, http: int) -> dict[str, object]:
    settings = settings_for(url, folder)
    services = load_services(settings, Clock())
    await db.open_database(settings)
    try:
        told: dict[str, object] = {"database": db.dialect(), "raw": await raw_inserts(count)}
        told["actions"] = await through_actions(services, count)
        told["ten_people"] = await ten_people(services)
        if http:
            told["http"] = await over_http(await opened(services), settings, http)
        told["raw_again"] = await raw_inserts(count)
        return told
    finally:
        await db.close_database()


def main() -> int:
    parser = argparse.ArgumentParser(description="signatures in a second")
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--http", type=int, default=0)
    given = parser.parse_args()
    os.environ.setdefault("THRESHOLD_TEST_DATABASE", "sqlite")
    with tempfile.TemporaryDirectory() as place, databases(Path(place)) as maker:
        folder = Path(place)
        told = asyncio.run(measure(maker.fresh(folder), folder, given.count, given.http))
    print(json.dumps(told, indent=2))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
