"""The worker: does what was put off, lane by lane, and the jobs that come round by the clock.

A lane is one recipient. Each lane has a few places of its own, so an agency that hangs on every
connection holds up nobody else's work.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from service import db, outbox
from service.jobs import JOBS, Job

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from service.outbox import Claimed
    from service.services import Services

log = logging.getLogger("threshold.worker")

# About 75 hours in all. The first steps are short: most troubles are a restart long.
PAUSES = (
    timedelta(seconds=1),
    timedelta(seconds=5),
    timedelta(seconds=30),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=8),
    timedelta(hours=16),
    timedelta(hours=24),
    timedelta(hours=24),
)
JITTER = 0.2
LEASE = timedelta(seconds=60)
# A handler is stopped well before its lease ends, so that nobody else holds the row by then.
HANDLER_SECONDS = 45.0
PER_LANE = 4
# Mails to people go to no one agency whose trouble could spread, and come in a rush.
WIDE_LANES = {"voice-mail": 32, "notices": 16}
# A mail server minds how many come at once; a folder does not, and each claim is a commit.
WIDE_TO_A_FOLDER = {**WIDE_LANES, "voice-mail": 96}
IN_ALL = 128
LOOK_SECONDS = 1.0
# A worker that had nothing to do waits so long for others of the same moment: looking, claiming and
# settling cost several commits, for one row as for ten.
GATHER_SECONDS = 0.05
# Told to stop, the worker lets running work end for this long and gives the rest back.
GRACE_SECONDS = 5.0
TROUBLE_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Done:
    """It arrived, or it is no longer wanted."""


@dataclass(frozen=True, slots=True)
class Retry:
    """Not this time. `after` overrules the schedule's pause (the recipient said when). `why` names
    the trouble and nobody."""

    why: str
    after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class GiveUp:
    """No later try will help: a person has to look."""

    why: str


Outcome = Done | Retry | GiveUp
Handler = Callable[["Services", "Claimed"], Awaitable[Outcome]]


def pause_before(next_attempt: int, chance: float) -> timedelta | None:
    """How long to wait before a try (the first is 1); None when there were enough. `chance` in
    0..1 spreads it by a fifth either way, so that a recovered agency is not met by all at once."""
    if next_attempt - 2 >= len(PAUSES):
        return None
    return PAUSES[max(next_attempt - 2, 0)] * (1 + JITTER * (2 * chance - 1))


class Worker:
    """Runs until told to stop. Any number may run beside each other."""

    def __init__(
        self,
        services: Services,
        handlers: Mapping[str, Handler],
        jobs: Sequence[Job] = JOBS,
        *,
        per_lane: int = PER_LANE,
        grace_seconds: float = GRACE_SECONDS,
    ) -> None:
        self.services = services
        self.handlers = handlers
        self.jobs = jobs
        self.per_lane = per_lane
        self.grace_seconds = grace_seconds
        self._wide = WIDE_LANES if services.settings.smtp_url else WIDE_TO_A_FOLDER
        self._busy: Counter[tuple[str, str]] = Counter()
        self._running: dict[asyncio.Task[None], Claimed] = {}
        self._wake = asyncio.Event()
        self._ended_in_all = 0

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop`; then end or give back what is held."""
        outbox.listen_here(self._wake)
        ending = asyncio.create_task(self._wake_at(stop))
        rounds = [asyncio.create_task(self._keep_up(job, stop)) for job in self.jobs]
        try:
            async with outbox.notifications(self._wake):
                while not stop.is_set():
                    self._wake.clear()
                    if not await self._take_work():
                        await _wait(stop, TROUBLE_SECONDS)
                        continue
                    await _wait(self._wake, LOOK_SECONDS)
                    if not self._running and self._wake.is_set():
                        await _wait(stop, GATHER_SECONDS)
        finally:
            outbox.stop_listening(self._wake)
            await self._finish()
            for task in (ending, *rounds):
                task.cancel()
            await asyncio.gather(ending, *rounds, return_exceptions=True)

    async def run_until_idle(self) -> None:
        """Do everything that is due now, and what comes due by it. For commands and tests."""
        idle = False
        while not idle:
            ended = self._ended_in_all
            await self._take_work()
            if self._running:
                await asyncio.wait(self._running, return_when=asyncio.FIRST_COMPLETED)
            # What ended after the last look, or during it, may have left more to do.
            idle = self._ended_in_all == ended

    async def _wake_at(self, stop: asyncio.Event) -> None:
        await stop.wait()
        self._wake.set()

    async def _take_work(self) -> bool:
        """Claim what there is room for and start it. False when the database is away."""
        try:
            for table in outbox.TABLES:
                for lane in await outbox.waiting_lanes(self.services.clock, table):
                    await self._take_lane(table, lane)
        except db.DatabaseUnavailable:
            log.warning("the database is away; trying again")
            return False
        return True

    async def _take_lane(self, table: str, lane: str) -> None:
        if room := self._room(table, lane):
            for row in await outbox.claim(self.services.clock, lane, room, LEASE, table):
                self._start(row)

    def _room(self, table: str, lane: str) -> int:
        """How many rows to claim. A wide lane is filled up by several at once: each claim is a
        commit, and so is nearly each look for what to claim."""
        width, busy = self._wide.get(lane, self.per_lane), self._busy[table, lane]
        room = min(width - busy, IN_ALL - len(self._running))
        return room if room > 0 and (not busy or 4 * room >= width) else 0

    def _start(self, row: Claimed) -> None:
        task = asyncio.create_task(self._do(row))
        self._busy[row.table, row.lane] += 1
        self._running[task] = row
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        row = self._running.pop(task)
        self._ended_in_all += 1
        place = row.table, row.lane
        self._busy[place] -= 1
        if self._room(*place) or len(self._running) == IN_ALL - 1:
            self._wake.set()
        if not self._busy[place]:
            del self._busy[place]

    async def _do(self, row: Claimed) -> None:
        outcome = await self._handled(row)
        with contextlib.suppress(db.DatabaseUnavailable):  # the lease ends, and it is tried again
            if not await self._settle(row, outcome):
                log.warning("a row's lease was lost before it was settled", extra=_named(row))

    async def _handled(self, row: Claimed) -> Outcome:
        handler = self.handlers.get(row.topic)
        if handler is None:
            return GiveUp("no_handler")
        try:
            async with asyncio.timeout(HANDLER_SECONDS):
                return await handler(self.services, row)
        except TimeoutError:
            return Retry("timeout")
        except db.DatabaseUnavailable:
            return Retry("database_away")
        except Exception as error:
            # One of the two doors where anything is caught: one bad row must not stop the rest.
            log.exception("a handler broke", extra=_named(row))
            return Retry(type(error).__name__)

    async def _settle(self, row: Claimed, outcome: Outcome) -> bool:
        now = self.services.clock.now()
        match outcome:
            case Done():
                return await outbox.settle_sent(row, now)
            case GiveUp(why):
                return await self._give_up(row, now, why)
            case Retry(why, after):
                pause = pause_before(row.attempt + 1, secrets.randbelow(1000) / 1000)
                if pause is None:
                    return await self._give_up(row, now, why)
                wait = min(max(after or pause, pause), PAUSES[-1] * (1 + JITTER))
                return await outbox.settle_again(row, now + wait, why)

    async def _give_up(self, row: Claimed, now: datetime, why: str) -> bool:
        log.error("an outbox row needs attention: %s", why, extra=_named(row))
        return await outbox.settle_needs_attention(row, now, why)

    async def _finish(self) -> None:
        """Let what runs end; give back what does not, its try uncounted."""
        if self._running:
            await asyncio.wait(self._running, timeout=self.grace_seconds)
        left = dict(self._running)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        with contextlib.suppress(db.DatabaseUnavailable):
            await outbox.give_back(list(left.values()))

    async def _keep_up(self, job: Job, stop: asyncio.Event) -> None:
        """Run a job again and again; trouble in it is its own."""
        while not stop.is_set():
            try:
                await job.run(self.services)
            except db.DatabaseUnavailable:
                log.warning("the database is away; %s waits", job.name)
            except Exception:
                log.exception("the job %s broke", job.name)
            await _wait(stop, job.every.total_seconds())


async def _wait(event: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()


def _named(row: Claimed) -> dict[str, object]:
    return {"outbox": str(row.id), "topic": row.topic, "lane": row.lane, "attempt": row.attempt}
