"""Many at once until all are done: how fast, how slow the slowest were, and what they burned."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from service import db

AT_ONCE = 200
PROCESSES = Path("/proc")


async def timed(
    work: Callable[[Any], Awaitable[object]], items: Iterable[Any], at_once: int = AT_ONCE
) -> dict[str, float]:
    """So many at a time until all are done; a rate, and how long the slowest hundredth took. On
    PostgreSQL also what the database burned for each."""
    waiting = iter(list(items))
    took: list[float] = []
    burned = Burned({})

    async def one_after_another() -> None:
        for item in waiting:
            begun = time.perf_counter()
            await work(item)
            took.append(time.perf_counter() - begun)

    before, begun = await burned.now(), time.perf_counter()
    await asyncio.gather(*(one_after_another() for _place in range(at_once)))
    spent = time.perf_counter() - begun
    each = burned.each(before, await burned.now(), len(took))
    told = {
        "per_second": round(len(took) / spent),
        "p50_ms": round(1000 * quantile(took, 0.5), 1),
        "p99_ms": round(1000 * quantile(took, 0.99), 1),
        "processor_ms_each": each["people"],
    }
    if "database" in each:
        told["database_processor_ms_each"] = each["database"]
    return told


def quantile(took: Sequence[float], part: float) -> float:
    return sorted(took)[min(int(len(took) * part), len(took) - 1)]


def quantiles(took: Sequence[float]) -> dict[str, float]:
    return {"p50": round(quantile(took, 0.5), 3), "p99": round(quantile(took, 0.99), 3)}


@dataclass(frozen=True, slots=True)
class Burned:
    """Seconds of processor by name: this process as `people`, others with their children, and
    PostgreSQL's own as `database`. Of other processes only Linux tells."""

    others: Mapping[str, int]

    async def now(self) -> dict[str, float]:
        told = {"people": time.process_time()}
        if sys.platform == "linux":
            told |= {name: _of_tree(pid) for name, pid in self.others.items()}
            if db.dialect() == "postgres":
                rows = await db.fetch("select pid from pg_stat_activity")
                told["database"] = sum(_of_process(row["pid"]) for row in rows)
        return told

    def each(
        self, before: Mapping[str, float], after: Mapping[str, float], count: int
    ) -> dict[str, float]:
        """Milliseconds for each of so many."""
        return {name: round(1000 * (after[name] - before[name]) / count, 3) for name in after}


def _of_tree(pid: int) -> float:
    children = ""
    with contextlib.suppress(OSError):
        children = (PROCESSES / f"{pid}/task/{pid}/children").read_text()
    return _of_process(pid) + sum(_of_tree(int(child)) for child in children.split())


def _of_process(pid: int) -> float:
    """User and system time; nothing for a process that has ended."""
    try:
        fields = (PROCESSES / f"{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
