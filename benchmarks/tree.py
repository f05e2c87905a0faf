"""CPU time and memory of a process and all its children."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass

import psutil


@dataclass(frozen=True, slots=True)
class Usage:
    """CPU seconds used so far, and resident memory in bytes now, of a whole process tree."""

    cpu: float
    memory: int


def usage(pid: int) -> Usage:
    """Read a process tree. Raises psutil.NoSuchProcess when its root is gone."""
    root = psutil.Process(pid)
    cpu, memory = 0.0, 0
    for process in [root, *root.children(recursive=True)]:
        with contextlib.suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            cpu += times.user + times.system
            memory += process.memory_info().rss
    return Usage(cpu, memory)
