"""Many small writes in one commit: those that come while one is on its way go together with the
next, and each waits until its own is safely on disk.

A commit costs the disk's time and several trips to the database. At a rush one for each signature
would let a few hundred through in a second; so they share it, and wait a moment for one another.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from service import db

T = TypeVar("T")
R = TypeVar("R")
MOST = 200
# What comes several at a time is gathered for so many seconds before the next commit: on a fast
# disk each would else have a commit to itself, three times the work.
RUSH = 0.02
# Lists of so many, filled up with the last: few different statements for a database to plan.
LENGTHS = (1, 8, 40, MOST)


class Gathering(Generic[T, R]):
    """`await gathering(item)` gives what `run` made of the item, whichever others it ran with.

    `run` does a list of items in one transaction and gives a result for each, in their order. When
    it breaks, each item is tried alone, so that one cannot spoil it for the others.
    """

    def __init__(
        self, run: Callable[[Sequence[T]], Awaitable[Sequence[R]]], rush: float = 0.0
    ) -> None:
        """`rush`: seconds from the beginning of one run to that of the next, while several come
        in each. Who comes alone never waits."""
        self._run = run
        self._rush = rush
        self._waiting: list[tuple[T, asyncio.Future[R]]] = []
        self._task: asyncio.Task[None] | None = None
        self._free_at = 0.0

    async def __call__(self, item: T) -> R:
        loop = asyncio.get_running_loop()
        waited: asyncio.Future[R] = loop.create_future()
        self._waiting.append((item, waited))
        if self._task is None or self._task.done() or self._task.get_loop() is not loop:
            self._task = loop.create_task(self._work(loop))
        return await waited

    async def _work(self, loop: asyncio.AbstractEventLoop) -> None:
        while self._waiting:
            begun = loop.time()
            # More than the length itself is a time of another loop.
            if 0 < (rest := self._free_at - begun) <= self._rush:
                await self._gather(rest)
                begun += rest
            taken, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
            await self._do(taken)
            several = len(taken) > 1 or self._waiting
            self._free_at = begun + self._rush if several else 0.0

    async def _do(self, taken: list[tuple[T, asyncio.Future[R]]]) -> None:
        try:
            results = await self._run([item for item, _waited in taken])
        except db.DatabaseUnavailable as error:
            _refuse(taken, error)
            return
        except (db.DatabaseError, db.IntegrityError) as error:
            if len(taken) == 1:
                _refuse(taken, error)
                return
            for each in taken:
                await self._do([each])
            return
        except BaseException:
            self._drop(taken)
            raise
        for (_item, waited), result in zip(taken, results, strict=True):
            if not waited.done():
                waited.set_result(result)

    async def _gather(self, seconds: float) -> None:
        try:
            await asyncio.sleep(seconds)
        except BaseException:
            self._drop(())
            raise

    def _drop(self, taken: Sequence[tuple[T, asyncio.Future[R]]]) -> None:
        """The task itself is ended: nobody would come for those that still wait."""
        for _item, waited in (*taken, *self._waiting):
            waited.cancel()
        self._waiting.clear()


def filled(values: Sequence[T]) -> list[T]:
    """The values of an IN list, the last one again until the list has one of the usual lengths."""
    wanted = next((length for length in LENGTHS if length >= len(values)), len(values))
    return [*values, *[values[-1]] * (wanted - len(values))]


def _refuse(taken: Sequence[tuple[T, asyncio.Future[R]]], error: Exception) -> None:
    for _item, waited in taken:
        if not waited.done():
            waited.set_exception(error)
