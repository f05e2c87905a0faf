"""Small writes that share a commit: who comes alone is done at once, a rush goes together."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from service.gathering import Gathering

LONG = 30.0


class Runs(list[list[int]]):
    """What went together, run by run."""

    async def __call__(self, items: Sequence[int]) -> Sequence[int]:
        self.append(list(items))
        return [10 * item for item in items]


async def turns() -> None:
    """Let everything that can go on do so."""
    for _turn in range(10):
        await asyncio.sleep(0)


def later(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """The loop's clock is that much further from now on."""
    loop = asyncio.get_running_loop()
    now = loop.time
    monkeypatch.setattr(loop, "time", lambda: now() + seconds)


async def test_who_comes_alone_never_waits() -> None:
    runs = Runs()
    gathering = Gathering(runs, rush=LONG)
    assert [await gathering(item) for item in range(3)] == [0, 10, 20]
    assert runs == [[0], [1], [2]]


async def test_after_several_at_once_the_next_wait_for_one_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    runs = Runs()
    gathering = Gathering(runs, rush=LONG)
    await asyncio.gather(gathering(1), gathering(2))
    waiting = [asyncio.create_task(gathering(3))]
    await turns()
    waiting.append(asyncio.create_task(gathering(4)))
    await turns()
    assert runs == [[1, 2]]
    later(monkeypatch, LONG)
    assert await asyncio.gather(*waiting) == [30, 40]
    assert runs == [[1, 2], [3, 4]]


async def test_a_rush_is_over_once_somebody_came_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    runs = Runs()
    gathering = Gathering(runs, rush=LONG)
    await asyncio.gather(gathering(1), gathering(2))
    later(monkeypatch, LONG)
    await gathering(3)
    await gathering(4)
    assert runs == [[1, 2], [3], [4]]


async def test_whoever_waits_when_the_process_ends_is_told() -> None:
    runs = Runs()
    gathering = Gathering(runs, rush=LONG)
    await asyncio.gather(gathering(1), gathering(2))
    waiting = asyncio.create_task(gathering(3))
    await turns()
    (task,) = asyncio.all_tasks() - {asyncio.current_task(), waiting}
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert runs == [[1, 2]]
