"""CPU time and memory of a process and all its children."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from dataclasses import dataclass

import psutil


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes. `shared_once` counts a page that processes share by its shares (PSS); None where the
    system does not tell."""

    resident: int
    shared_once: int | None


def processes(roots: Iterable[int]) -> list[psutil.Process]:
    """The processes and all their children. Raises psutil.NoSuchProcess when a root is gone."""
    found: list[psutil.Process] = []
    for root in map(psutil.Process, roots):
        found += [root, *root.children(recursive=True)]
    return found


def cpu_seconds(roots: Iterable[int]) -> float:
    """User and system time used so far."""
    total = 0.0
    for process in processes(roots):
        with contextlib.suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            total += times.user + times.system
    return total


def memory(roots: Iterable[int]) -> Memory:
    """What they hold now."""
    resident, shared_once = 0, 0
    for process in processes(roots):
        resident += process.memory_info().rss
        try:
            shared_once += process.memory_full_info().pss
        except (psutil.AccessDenied, AttributeError):
            return Memory(sum(each.memory_info().rss for each in processes(roots)), None)
    return Memory(resident, shared_once)
