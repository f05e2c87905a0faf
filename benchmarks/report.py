"""The figures, for a person and as JSON."""

from __future__ import annotations

import platform
from collections import Counter
from dataclasses import asdict, dataclass
from typing import Any

from benchmarks.load import Run
from benchmarks.tree import Memory

MB = 1_000_000
AIM_READY_SECONDS, AIM_MEMORY_MB = 1.5, 150
GENERATOR = "benchmarks/load.py: asyncio, HTTP/1.1 keep-alive, a closed loop in each client"
LINE = "{:<28} {:>6} {:>3} {:>8} {:>8} {:>8} {:>8} {:>6} {:>9} {:>9}  {}"
HEADINGS = (
    "row", "asked", "by", "req/s", "p50 ms", "p95 ms", "CPU ms", "aim", "hello r/s", "hello CPU",
    "answers",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Figures:
    """One run of requests: how fast, and what it cost the server's processes."""

    clients: int
    asked: int
    rate: float
    p50_ms: float
    p95_ms: float
    cpu_ms: float
    answers: dict[int, int]

    @classmethod
    def of(cls, run: Run, clients: int, cpu_seconds: float) -> Figures:
        asked = len(run.latencies)
        return cls(
            clients,
            asked,
            round(run.rate, 1),
            round(run.quantile(0.5) * 1000, 2),
            round(run.quantile(0.95) * 1000, 2),
            round(cpu_seconds * 1000 / asked, 3) if asked else 0.0,
            dict(sorted(run.statuses.items())),
        )

    @property
    def void(self) -> bool:
        """Any other answer than 2xx or 303 makes the figures worth nothing."""
        return not self.answers or any(
            status != 303 and not 200 <= status < 300 for status in self.answers
        )


@dataclass(frozen=True, slots=True)
class Row:
    """One kind of request, beside a bare server that was measured right before it."""

    name: str
    aim_cpu_ms: float | None
    measured: Figures
    hello: Figures

    @property
    def met(self) -> bool | None:
        """Whether the aim is met; None where there is none or the row is void."""
        if self.aim_cpu_ms is None or self.measured.void:
            return None
        return self.measured.cpu_ms <= self.aim_cpu_ms


@dataclass(frozen=True, slots=True)
class Report:
    """Everything of one run of the benchmarks."""

    database: str
    processes: str
    ready_seconds: list[float]
    memory: Memory
    rows: list[Row]

    @property
    def void(self) -> bool:
        return any(row.measured.void or row.hello.void for row in self.rows)

    def to_json(self) -> dict[str, Any]:
        return {
            "machine": machine(),
            "generator": GENERATOR,
            "database": self.database,
            "processes": self.processes,
            "ready_seconds": self.ready_seconds,
            "ready_aim_seconds": AIM_READY_SECONDS,
            "memory": asdict(self.memory),
            "memory_aim_mb": AIM_MEMORY_MB,
            "rows": [
                {**asdict(row), "void": row.measured.void, "met": row.met} for row in self.rows
            ],
        }

    def lines(self) -> list[str]:
        """For a person to read."""
        held = self.memory
        shares = "" if held.shared_once is None else f", {held.shared_once / MB:.0f} MB shared once"
        ready = ", ".join(f"{each:.2f}" for each in self.ready_seconds)
        return [
            f"{machine()}; {self.database}; {self.processes}",
            f"Generator: {GENERATOR}, on the same machine",
            f"Start-up to ready: {ready} s (aim {AIM_READY_SECONDS} s)",
            f"At rest: {held.resident / MB:.0f} MB resident{shares} (aim {AIM_MEMORY_MB} MB)",
            "",
            LINE.format(*HEADINGS),
            *(line_of(row) for row in self.rows),
        ]


def line_of(row: Row) -> str:
    measured, hello = row.measured, row.hello
    aim = "" if row.aim_cpu_ms is None else f"{row.aim_cpu_ms:g}"
    answers = ", ".join(f"{status}: {count}" for status, count in Counter(measured.answers).items())
    return LINE.format(
        row.name,
        measured.asked,
        measured.clients,
        "void" if measured.void else measured.rate,
        measured.p50_ms,
        measured.p95_ms,
        "void" if measured.void else f"{measured.cpu_ms:.2f}",
        aim,
        hello.rate,
        f"{hello.cpu_ms:.2f}",
        answers,
    )


def machine() -> str:
    """What the figures were made on."""
    import psutil

    return (
        f"Python {platform.python_version()}, {platform.machine()}, {psutil.cpu_count()} cores,"
        f" load {psutil.getloadavg()[0]:.1f}"
    )
