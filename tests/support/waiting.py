"""Waiting for something another task or process does."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

SCHEDULED = Path("/proc/thread-self/schedstat")


async def eventually(check: Callable[[], Awaitable[bool]], seconds: float = 60.0) -> None:
    """Ask again and again until the answer is yes. Raises TimeoutError when it never is."""
    async with asyncio.timeout(seconds):
        while True:
            if await check():
                return
            await asyncio.sleep(0.02)


class Stopwatch:
    """Seconds since it was made, less those in which this thread was ready to run and others had
    the processor: a busy machine is no slow answer. What blocks or computes counts in full."""

    def __init__(self) -> None:
        self._began = time.monotonic() - _kept_waiting()

    def seconds(self) -> float:
        return time.monotonic() - _kept_waiting() - self._began


def _kept_waiting() -> float:
    """Told by Linux only; elsewhere the clock alone counts."""
    if not SCHEDULED.exists():
        return 0.0
    return int(SCHEDULED.read_text().split()[1]) / 1e9
