"""The event loop of a process that stays, and a collector that leaves alone what stays with it."""

from __future__ import annotations

import asyncio
import gc
from typing import TYPE_CHECKING, Any, TypeVar

import uvloop

if TYPE_CHECKING:
    from collections.abc import Coroutine

T = TypeVar("T")
# New objects before the collector looks for circles among them; Python's own figure is 700.
COLLECT_AFTER = 20_000


def run_now(work: Coroutine[Any, Any, T]) -> T:
    """Run to the end on a fresh uvloop."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work)


def leave_to_itself() -> None:
    """Rules, routes and templates live as long as the process: the collector need not walk them.
    Nor need it look through what is new at every other request."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER)
    gc.enable()
