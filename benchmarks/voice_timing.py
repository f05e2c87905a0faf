"""Many at once until all are done: how fast, how slow the slowest were, and what they burned."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

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
