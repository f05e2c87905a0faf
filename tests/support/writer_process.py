"""A process of its own that writes units of work and says which are committed.

python -m tests.support.writer_process URL STORAGE COUNT
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from uuid import uuid4

from service import db
from service.actor import Actor
from service.audit import unit_of_work
from tests.support.clock import START
from tests.support.databases import settings_for


async def write(url: str, storage: Path, count: int) -> None:
    """Read, then write: what a deferred transaction cannot do beside others."""
    await db.open_database(settings_for(url, storage))
    try:
        for _ in range(count):
            key = str(uuid4())
            async with unit_of_work(Actor.SYSTEM, "written", key, START) as work:
                (row,) = await db.fetch("select count(*) as entries from rate_limits")
                await db.execute(
                    "insert into rate_limits (id, bucket, window_start, count) values (?, ?, 0, ?)",
                    uuid4(),
                    key,
                    row["entries"],
                )
                work.later("hint", "lane", key, {})
            sys.stdout.write(key + "\n")
            sys.stdout.flush()
    finally:
        await db.close_database()


if __name__ == "__main__":
    asyncio.run(write(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])))
