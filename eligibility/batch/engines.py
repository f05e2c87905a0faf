"""Where parts of a population are worked on: here, in other processes, or by Dask."""

from __future__ import annotations

import multiprocessing
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from importlib import import_module
from typing import Any, Protocol, TypeVar

Shard = TypeVar("Shard")
Result = TypeVar("Result")
AHEAD = 2
"""Parts given out for each worker before the first comes back; memory stays bounded by it."""


class NoEngine(Exception):
    """The engine is not installed; the message says how to get it."""


class Engine(Protocol):
    """Works on parts one after another or at once; results come in the order of the parts."""

    def map(self, work: Callable[[Shard], Result], shards: Iterable[Shard]) -> Iterator[Result]: ...


class Serial:
    """One part after another, in this process."""

    def map(self, work: Callable[[Shard], Result], shards: Iterable[Shard]) -> Iterator[Result]:
        return map(work, shards)


class Processes:
    """Several processes of this machine."""

    def __init__(self, workers: int) -> None:
        self.workers = workers

    def map(self, work: Callable[[Shard], Result], shards: Iterable[Shard]) -> Iterator[Result]:
        # Forked processes would inherit open files and threads of whoever called.
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(self.workers, mp_context=context) as pool:
            yield from in_order(pool, work, shards, self.workers * AHEAD)


class Dask:
    """Processes that Dask keeps: of this machine, or those of a scheduler at an address."""

    def __init__(self, workers: int, address: str | None = None) -> None:
        self.workers = workers
        self.address = address

    def map(self, work: Callable[[Shard], Result], shards: Iterable[Shard]) -> Iterator[Result]:
        try:
            dask: Any = import_module("distributed")
        except ImportError:
            raise NoEngine("Dask is not installed: pip install threshold[dask].") from None
        if self.address is not None:
            with dask.Client(self.address) as client:
                yield from self._through(client, work, shards)
            return
        cluster = dask.LocalCluster(
            n_workers=self.workers,
            threads_per_worker=1,
            processes=True,
            dashboard_address=None,
            host="127.0.0.1",
            memory_limit=0,
        )
        with cluster, dask.Client(cluster) as client:
            yield from self._through(client, work, shards)

    def _through(
        self, client: Any, work: Callable[[Shard], Result], shards: Iterable[Shard]
    ) -> Iterator[Result]:
        yield from in_order(client.get_executor(), work, shards, self.workers * AHEAD)


def in_order(
    pool: Executor, work: Callable[[Shard], Result], shards: Iterable[Shard], ahead: int
) -> Iterator[Result]:
    """Results in the order of the parts, with at most so many parts given out at a time."""
    waiting: deque[Future[Result]] = deque()
    try:
        for shard in shards:
            waiting.append(pool.submit(work, shard))
            if len(waiting) >= ahead:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        for future in waiting:
            future.cancel()
