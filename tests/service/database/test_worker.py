"""The worker does each thing once in effect, keeps lanes apart and never gives up silently."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Any
from uuid import uuid4

import pytest

from service import db, outbox
from service import worker as worker_module
from service.actor import Actor
from service.audit import unit_of_work
from service.jobs import Job
from service.outbox import Claimed
from service.services import Services
from service.worker import LEASE, PAUSES, Done, GiveUp, Outcome, Retry, Worker, pause_before
from tests.support.clock import StoppedClock
from tests.support.waiting import eventually


async def put_off(clock: StoppedClock, *lanes: str) -> None:
    async with unit_of_work(Actor.SYSTEM, "test.sent", "x", clock.now()) as work:
        for lane in lanes:
            work.later("hint", lane, str(uuid4()), {"for": lane})


class Recorder:
    """A handler that notes what it was given and answers as told."""

    def __init__(self, *answers: Outcome) -> None:
        self.answers = list(answers)
        self.rows: list[Claimed] = []

    async def __call__(self, services: Services, row: Claimed) -> Outcome:
        self.rows.append(row)
        return self.answers.pop(0) if self.answers else Done()


async def states() -> Counter[str]:
    return Counter(row["state"] for row in await db.fetch("select state from outbox"))


async def test_what_was_put_off_is_done_once(services: Services, clock: StoppedClock) -> None:
    await put_off(clock, "a", "b", "b")
    recorder = Recorder()
    worker = Worker(services, {"hint": recorder})
    await worker.run_until_idle()
    await worker.run_until_idle()
    assert sorted(row.payload["for"] for row in recorder.rows) == ["a", "b", "b"]
    assert await states() == {"sent": 3}


class EndsWhileLooking(Worker):
    """From its second look on, whatever runs ends before the worker can act on what it saw."""

    looked = 0

    async def _take_work(self) -> bool:
        found = await super()._take_work()
        self.looked += 1
        if self.looked > 1:
            await asyncio.gather(*self._running)
        return found


async def test_what_the_last_row_leaves_to_do_is_done_too(
    services: Services, clock: StoppedClock
) -> None:
    await put_off(clock, "quick", "slow")
    done: list[str] = []

    async def looked_again() -> bool:
        return worker.looked > 1

    async def handle(_services: Services, row: Claimed) -> Outcome:
        lane = row.payload["for"]
        if lane == "slow":
            await eventually(looked_again)
            await put_off(clock, "left by the slow one")
        done.append(lane)
        return Done()

    worker = EndsWhileLooking(services, {"hint": handle})
    await worker.run_until_idle()
    assert done == ["quick", "slow", "left by the slow one"]


@pytest.mark.parametrize(
    ("smtp_url", "at_once"), [("smtp://mail.example.org", 32), (None, 40)], ids=["server", "folder"]
)
async def test_a_mail_server_meets_fewer_at_once_than_a_folder(
    services: Services, clock: StoppedClock, smtp_url: str | None, at_once: int
) -> None:
    await put_off(clock, *["voice-mail"] * 40)
    settings = replace(services.settings, smtp_url=smtp_url)
    running: list[Claimed] = []
    most = 0

    async def handle(_services: Services, row: Claimed) -> Outcome:
        nonlocal most
        running.append(row)
        await asyncio.sleep(0)  # all that were claimed together have begun
        most = max(most, len(running))
        running.remove(row)
        return Done()

    await Worker(replace(services, settings=settings), {"hint": handle}).run_until_idle()
    assert (most, await states()) == (at_once, {"sent": 40})


async def test_a_row_waits_longer_after_each_try_and_then_needs_attention(
    services: Services, clock: StoppedClock
) -> None:
    await put_off(clock, "a")
    recorder = Recorder(*[Retry("refused_503")] * 20)
    worker = Worker(services, {"hint": recorder})
    started = clock.at
    while await states() == {"waiting": 1}:
        await worker.run_until_idle()
        row = await db.fetch_one("select next_at, last_error, leased_until from outbox")
        assert row is not None
        assert (row["last_error"], row["leased_until"]) == ("refused_503", None)
        clock.at = max(clock.at, row["next_at"])
    assert await states() == {"needs_attention": 1}
    assert len(recorder.rows) == len(PAUSES) + 1
    assert timedelta(hours=60) < clock.at - started < timedelta(hours=90)


def test_pauses_grow_and_add_up_to_about_three_days() -> None:
    assert all(shorter <= longer for shorter, longer in pairwise(PAUSES))
    assert timedelta(hours=70) < sum(PAUSES, timedelta()) < timedelta(hours=80)
    assert len(PAUSES) == 10


@pytest.mark.parametrize("chance", [0.0, 0.5, 1.0])
def test_a_pause_is_spread_by_a_fifth_either_way(chance: float) -> None:
    pause = pause_before(5, chance)
    assert pause is not None
    assert abs(pause / PAUSES[3] - 1) <= 0.2 + 1e-9
    assert pause_before(len(PAUSES) + 2, chance) is None


async def test_the_recipient_s_own_waiting_time_is_kept(
    services: Services, clock: StoppedClock
) -> None:
    await put_off(clock, "a")
    hour = timedelta(hours=1)
    await Worker(services, {"hint": Recorder(Retry("busy", hour))}).run_until_idle()
    assert await db.fetch("select next_at from outbox") == [{"next_at": clock.at + hour}]


@pytest.mark.parametrize("answer", [GiveUp("gone_410"), ZeroDivisionError()])
async def test_a_row_that_breaks_its_handler_stops_nobody(
    services: Services, clock: StoppedClock, answer: Any
) -> None:
    async def handle(services: Services, row: Claimed) -> Outcome:
        if row.lane != "bad":
            return Done()
        if isinstance(answer, Exception):
            raise answer
        return GiveUp("gone_410")

    await put_off(clock, "bad", "good")
    await Worker(services, {"hint": handle}).run_until_idle()
    bad = "waiting" if isinstance(answer, Exception) else "needs_attention"
    assert await states() == {"sent": 1, bad: 1}


async def test_a_payload_that_does_not_open_needs_attention(
    services: Services, clock: StoppedClock
) -> None:
    await put_off(clock, "a", "a")
    await db.execute(
        "update outbox set payload = ? where id = (select id from outbox order by id limit 1)",
        b"\x01 not sealed by us at all, and long enough to be",
    )
    await Worker(services, {"hint": Recorder()}).run_until_idle()
    assert await states() == {"sent": 1, "needs_attention": 1}


async def test_a_topic_without_a_handler_needs_attention(
    services: Services, clock: StoppedClock
) -> None:
    await put_off(clock, "a")
    await Worker(services, {}).run_until_idle()
    assert await states() == {"needs_attention": 1}


async def test_a_person_can_have_it_tried_again(services: Services, clock: StoppedClock) -> None:
    await put_off(clock, "a")
    await Worker(services, {}).run_until_idle()
    (row,) = await db.fetch("select id from outbox")
    assert await outbox.try_again(row["id"], clock.now())
    await Worker(services, {"hint": Recorder()}).run_until_idle()
    assert await states() == {"sent": 1}


async def test_a_lane_that_hangs_keeps_its_own_places_and_no_more(
    services: Services, clock: StoppedClock
) -> None:
    """Forty rows to an agency that never answers; the other nine lanes are done meanwhile."""
    healthy = [f"agency/{number}" for number in range(9)]
    await put_off(clock, *["dead"] * 40, *healthy * 5)
    hanging, most = 0, 0

    async def handle(services: Services, row: Claimed) -> Outcome:
        nonlocal hanging, most
        if row.lane == "dead":
            hanging += 1
            most = max(most, hanging)
            await asyncio.sleep(60)
        return Done()

    stop = asyncio.Event()
    worker = Worker(services, {"hint": handle}, jobs=(), grace_seconds=0.05)
    running = asyncio.create_task(worker.run(stop))

    async def healthy_done() -> bool:
        return await states() == {"sent": 45, "waiting": 40}

    await eventually(healthy_done)
    stop.set()
    await running
    assert most == 4


async def test_told_to_stop_it_gives_back_what_it_holds(
    services: Services, clock: StoppedClock
) -> None:
    await put_off(clock, "a")
    begun = asyncio.Event()

    async def handle(services: Services, row: Claimed) -> Outcome:
        begun.set()
        await asyncio.sleep(60)
        return Done()

    stop = asyncio.Event()
    worker = Worker(services, {"hint": handle}, jobs=(), grace_seconds=0.05)
    running = asyncio.create_task(worker.run(stop))
    await begun.wait()
    stop.set()
    await running
    (row,) = await db.fetch("select state, attempts, leased_until, lease_token from outbox")
    assert row == {"state": "waiting", "attempts": 0, "leased_until": None, "lease_token": None}


async def test_a_worker_that_slept_past_its_lease_settles_nothing(
    services: Services, clock: StoppedClock
) -> None:
    await put_off(clock, "a")
    (slept,) = await outbox.claim(clock, "a", 1, LEASE)
    assert await outbox.claim(clock, "a", 1, LEASE) == []
    clock.forward(LEASE + timedelta(seconds=1))
    (taken,) = await outbox.claim(clock, "a", 1, LEASE)
    assert not await outbox.settle_sent(slept, clock.now())
    assert not await outbox.settle_again(slept, clock.now(), "late")
    assert await outbox.settle_sent(taken, clock.now())
    assert taken.attempt == 2


async def test_four_workers_take_each_row_once(services: Services, clock: StoppedClock) -> None:
    lanes = [f"lane {number % 7}" for number in range(120)]
    await put_off(clock, *lanes)
    recorder = Recorder()
    workers = [Worker(services, {"hint": recorder}) for _ in range(4)]
    await asyncio.gather(*(worker.run_until_idle() for worker in workers))
    assert len({row.id for row in recorder.rows}) == len(recorder.rows) == 120
    assert await states() == {"sent": 120}


async def test_new_work_wakes_a_waiting_worker(
    services: Services, clock: StoppedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_module, "LOOK_SECONDS", 3600.0)  # its own look explains nothing
    done = asyncio.Event()

    async def handle(services: Services, row: Claimed) -> Outcome:
        done.set()
        return Done()

    stop = asyncio.Event()
    running = asyncio.create_task(Worker(services, {"hint": handle}, jobs=()).run(stop))
    await asyncio.sleep(0.1)
    await put_off(clock, "a")
    async with asyncio.timeout(60):
        await done.wait()
    stop.set()
    await running


async def test_a_sign_of_life_has_a_lane_tried_at_once(
    services: Services, clock: StoppedClock
) -> None:
    await put_off(clock, "a")
    recorder = Recorder(Retry("refused", timedelta(hours=8)))
    worker = Worker(services, {"hint": recorder})
    await worker.run_until_idle()
    await worker.run_until_idle()
    assert len(recorder.rows) == 1
    assert await outbox.hurry("a", clock.now()) == 1
    await worker.run_until_idle()
    assert await states() == {"sent": 1}


async def test_a_job_that_breaks_is_run_again_and_stops_no_other(services: Services) -> None:
    runs: Counter[str] = Counter()

    async def broken(services: Services) -> None:
        runs["broken"] += 1
        raise ZeroDivisionError

    async def sound(services: Services) -> None:
        runs["sound"] += 1

    every = timedelta(milliseconds=10)
    stop = asyncio.Event()
    worker = Worker(services, {}, jobs=(Job("broken", every, broken), Job("sound", every, sound)))
    running = asyncio.create_task(worker.run(stop))

    async def thrice() -> bool:
        return min(runs["broken"], runs["sound"]) >= 3

    await eventually(thrice)
    stop.set()
    await running
