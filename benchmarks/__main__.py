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
from benchmarks.serving import STARTS, Hello, Served
from benchmarks.stock import PAGE, Stock, Walked
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


class Rows:
    """Every row of the table, in its order; what several need is made once."""

    def __init__(self, bench: Bench, stock: Stock) -> None:
        self.bench = bench
        self.stock = stock
        self._walked: Walked | None = None

    async def walked(self) -> Walked:
        if self._walked is None:
            self._walked = await self.stock.walk()
        return self._walked

    async def start(self) -> None:
        start = Request("GET", "/")
        await self.bench.row("start page", 1.5, spread([start] * PAGES), [start] * CLIENTS)

    async def question(self) -> None:
        await self.walked()
        windows = await self.stock.windows(CLIENTS)
        asks = [Request("GET", PAGE, {"Cookie": window.cookie}) for window in windows]
        queues = [[ask] * (QUESTIONS // CLIENTS) for ask in asks]
        await self.bench.row("question page", 1.5, queues, asks)

    async def answer(self) -> None:
        walked = await self.walked()
        posts = [self.stock.answer(window, walked) for window in await self.stock.windows(CLIENTS)]
        queues = [[post] * (ANSWERS // CLIENTS) for post in posts]
        await self.bench.row("answer POST", 4.0, queues, posts)

    async def send(self) -> None:
        walked = await self.walked()
        windows = await self.stock.windows(SENDS + CLIENTS)
        await self.bench.visit([self.stock.sign_page(window, walked) for window in windows])
        signed = [self.stock.send(window, walked) for window in windows]
        await self.bench.row("send, 2 programs", 10.0, spread(signed[CLIENTS:]), signed[:CLIENTS])

    async def partner(self) -> None:
        body = json.dumps(await self.stock.send_body(["fresh_bucks", "basic_food"])).encode()
        headers = self.stock.partner_headers
        sends = [
            Request(
                "POST", "/api/v1/applications", {**headers, "Idempotency-Key": f"bench-{n}"}, body
            )
            for n in range(PARTNER_SENDS + CLIENTS)
        ]
        queues = spread(sends[CLIENTS:])
        await self.bench.row("send by a partner, 2", None, queues, sends[:CLIENTS])

    async def screening(self) -> None:
        screening = self.stock.screening()
        queues = spread([screening] * SCREENINGS)
        await self.bench.row("screening, all programs", 3.0, queues, [screening] * CLIENTS)

    async def pull(self) -> None:
        await self.stock.cases()
        pull = self.stock.pull()
        await self.bench.row("pull of 1,000", None, [[pull] * PULLS], [pull], self.stock.give_back)


ROWS = ("start", "question", "answer", "send", "partner", "screening", "pull")


async def run(folder: Path, database_url: str | None, chosen: Sequence[str]) -> Report:
    """Start everything, measure it, and stop it."""
    served = Served(folder, database_url)
    try:
        ready = await served.starts(STARTS if chosen == ROWS else 1)
        memory = served.at_rest()
        with Hello(folder) as hello:
            bench = Bench(served, hello)
            rows = Rows(bench, stock := Stock(served.service))
            await db.open_database(stock.services.settings)
            try:
                for name in chosen:
                    await getattr(rows, name)()
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
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"of {', '.join(ROWS)}; all if none")
    arguments = parser.parse_args()
    if unknown := set(arguments.rows) - set(ROWS):
        parser.error(f"there is no row {', '.join(sorted(unknown))}")
    chosen = tuple(name for name in ROWS if name in arguments.rows) or ROWS
    with tempfile.TemporaryDirectory() as name, database(arguments.postgres) as url:
        report = asyncio.run(run(Path(name), url, chosen))
    made = json.dumps(report.to_json(), indent=2) if arguments.json else "\n".join(report.lines())
    sys.stdout.write(made + "\n")
    return 1 if report.void else 0


if __name__ == "__main__":
    sys.exit(main())
