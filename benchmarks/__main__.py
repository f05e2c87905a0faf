"""`python -m benchmarks`: start-up, memory, and requests per second beside a bare server."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.load import Request, Run, run_load
from benchmarks.report import Figures, Report, Row
from benchmarks.serving import Hello, Served
from benchmarks.stock import PAGE, Stock
from benchmarks.tree import cpu_seconds
from service import db
from tests.support.postgres import throwaway_postgres

HOST = "127.0.0.1"
CLIENTS = 8
PAGES, QUESTIONS, ANSWERS, SENDS, PARTNER_SENDS, SCREENINGS, PULLS, HELLOS = (
    1600, 800, 800, 160, 80, 800, 5, 1600,
)  # fmt: skip
SETTLE_SECONDS = 1.0
Queues = Sequence[Sequence[Request]]


class Bench:
    """Measures one row after another, each beside the bare server."""

    def __init__(self, served: Served, hello: Hello) -> None:
        self.served = served
        self.hello = hello
        self.rows: list[Row] = []

    async def row(
        self,
        name: str,
        aim: float | None,
        queues: Queues,
        warm: Sequence[Request],
        before_each: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        """Warm up, let the server come to rest, measure the bare server, measure the row.

        With `before_each` every request is a run of its own, prepared by it and not counted.
        """
        host, port = HOST, self.served.service.port
        await run_load(host, port, [[each] for each in warm])
        await asyncio.sleep(SETTLE_SECONDS)
        beside = await self._hello()
        spent, runs = 0.0, []
        for part in [queues] if before_each is None else [[[one]] for one in queues[0]]:
            if before_each is not None:
                await before_each()
            before = cpu_seconds(self.served.pids)
            runs.append(await run_load(host, port, part))
            spent += cpu_seconds(self.served.pids) - before
        measured = Figures.of(together(runs), len(queues), spent)
        self.rows.append(Row(name, aim, measured, beside))
        sys.stderr.write(f"{name}: {measured.answers}\n")

    async def visit(self, requests: Sequence[Request]) -> None:
        """Requests that come before a row and are not counted; all must be fine."""
        run = await run_load(HOST, self.served.service.port, spread(requests))
        assert set(run.statuses) == {200}, run.statuses

    async def _hello(self) -> Figures:
        queues = spread([Request("GET", "/")] * HELLOS)
        before = cpu_seconds([self.hello.pid])
        run = await run_load(HOST, self.hello.port, queues)
        return Figures.of(run, CLIENTS, cpu_seconds([self.hello.pid]) - before)


def together(runs: Sequence[Run]) -> Run:
    """Several runs as one."""
    statuses = sum((run.statuses for run in runs), Counter[int]())
    latencies = [each for run in runs for each in run.latencies]
    return Run(statuses, sum(run.seconds for run in runs), latencies)


def spread(requests: Sequence[Request], clients: int = CLIENTS) -> Queues:
    """The requests in turn over the clients."""
    return [requests[n::clients] for n in range(clients)]


async def measure_all(bench: Bench, stock: Stock) -> None:
    """Every row of the table, in its order."""
    start = Request("GET", "/")
    await bench.row("start page", 1.5, spread([start] * PAGES), [start] * CLIENTS)

    walked = await stock.walk()
    windows = await stock.windows(CLIENTS)
    asks = [Request("GET", PAGE, {"Cookie": window.cookie}) for window in windows]
    await bench.row("question page", 1.5, [[ask] * (QUESTIONS // CLIENTS) for ask in asks], asks)
    posts = [stock.answer(window, walked) for window in windows]
    await bench.row("answer POST", 4.0, [[post] * (ANSWERS // CLIENTS) for post in posts], posts)

    windows = await stock.windows(SENDS + CLIENTS)
    await bench.visit([stock.sign_page(window, walked) for window in windows])
    signed = [stock.send(window, walked) for window in windows]
    await bench.row("send, 2 programs", 10.0, spread(signed[CLIENTS:]), signed[:CLIENTS])
    body = json.dumps(await stock.send_body(["fresh_bucks", "basic_food"])).encode()
    sends = [
        Request(
            "POST",
            "/api/v1/applications",
            {**stock.partner_headers, "Idempotency-Key": f"bench-{n}"},
            body,
        )
        for n in range(PARTNER_SENDS + CLIENTS)
    ]
    await bench.row("send by a partner, 2", None, spread(sends[CLIENTS:]), sends[:CLIENTS])

    screening = stock.screening()
    await bench.row(
        "screening, all programs", 3.0, spread([screening] * SCREENINGS), [screening] * CLIENTS
    )
    await stock.cases()
    pull = stock.pull()
    await bench.row("pull of 1,000", None, [[pull] * PULLS], [pull], stock.give_back)


async def run(folder: Path, database_url: str | None) -> Report:
    """Start everything, measure it, and stop it."""
    served = Served(folder, database_url)
    try:
        ready = await served.starts()
        memory = served.at_rest()
        with Hello(folder) as hello:
            bench = Bench(served, hello)
            stock = Stock(served.service)
            await db.open_database(stock.services.settings)
            try:
                await measure_all(bench, stock)
            finally:
                await db.close_database()
    finally:
        served.stop()
    database = "PostgreSQL" if database_url else "SQLite"
    processes = (
        "two web processes, their parent and a worker"
        if database_url
        else "one process, web and worker"
    )
    return Report(database, processes, ready, memory, bench.rows)


@contextmanager
def database(postgres: bool) -> Iterator[str | None]:
    """The address of a fresh PostgreSQL, or None for a SQLite file."""
    if not postgres:
        yield None
        return
    with throwaway_postgres() as url:
        yield url


def main() -> int:
    """0 when no row is void, 1 otherwise. Missed aims are told, not punished."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--postgres", action="store_true", help="measure over PostgreSQL")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, database(arguments.postgres) as url:
        report = asyncio.run(run(Path(name), url))
    made = json.dumps(report.to_json(), indent=2) if arguments.json else "\n".join(report.lines())
    sys.stdout.write(made + "\n")
    return 1 if report.void else 0


if __name__ == "__main__":
    sys.exit(main())
