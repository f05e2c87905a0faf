"""kill -9 of everything, twenty times, in the middle of a stream of applications."""

from __future__ import annotations

import asyncio
import itertools
import random
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from service import db
from service.settings import Settings
from tests.journeys.sending import PROGRAMS, Parcel, Partner, post
from tests.journeys.standing import Standing
from tests.support.databases import backend

KILLS, CLIENTS, ENOUGH = 20, 8, 300
BETWEEN = 12  # acknowledgements from one kill to the next
LONGEST_JITTER = 0.15
MOST_KILLS = 5 * KILLS
SEED = 20261122
PAUSE, POLL = 0.2, 0.3
# This agency pulls, acknowledges and decides all the while; the others come when all is over.
STEADY = "king_county_metro"
SETS = [["orca_lift", "utility_discount"], ["fresh_bucks", "basic_food"], list(PROGRAMS)]
# A pull whose answer a kill cut off is offered again when its lease ends.
PAST_ANY_LEASE = timedelta(minutes=10)
pytestmark = pytest.mark.slow


@dataclass
class Stream:
    """Eight clients at work, and all that is known about what they sent."""

    partner: Partner
    parcels: Iterator[Parcel]
    receipts: dict[str, tuple[Parcel, dict[str, Any]]] = field(default_factory=dict)
    in_flight: set[object] = field(default_factory=set)
    cut: set[object] = field(default_factory=set)
    replayed: int = 0
    ending: bool = False

    async def work(self) -> None:
        """One client: send, try again with the same key until there is an answer, then the next."""
        async with self.partner.client() as client:
            while not self.ending:
                parcel = next(self.parcels)
                answer = await self.until_answered(client, parcel)
                assert answer.status_code == 201, answer.text
                self.replayed += "idempotency-replayed" in answer.headers
                self.receipts[parcel.key] = (parcel, answer.json())

    async def until_answered(self, client: httpx.AsyncClient, parcel: Parcel) -> httpx.Response:
        while True:
            attempt = object()
            self.in_flight.add(attempt)
            try:
                return await post(client, parcel)
            except httpx.ConnectError:
                await asyncio.sleep(PAUSE)  # nobody is there yet
            except httpx.TransportError:
                self.cut.add(attempt)
                await asyncio.sleep(PAUSE)
            finally:
                self.in_flight.discard(attempt)

    async def acknowledged(self, count: int) -> None:
        async with asyncio.timeout(60):
            while len(self.receipts) < count:
                await asyncio.sleep(0.002)

    async def something_in_flight(self) -> None:
        async with asyncio.timeout(60):
            while not self.in_flight:
                await asyncio.sleep(0)


def endless(partner: Partner) -> Iterator[Parcel]:
    for number in itertools.count(1):
        yield partner.parcel(f"send-{number}", SETS[number % len(SETS)])


async def kill_again_and_again(standing: Standing, stream: Stream) -> list[float]:
    """Twenty kills, each seen to cut a request in flight, and more until one came between a commit
    and its answer, which only luck can time; how long each start took."""
    chance = random.Random(SEED)
    starts: list[float] = []
    cutting = 0
    while cutting < KILLS or not stream.replayed:
        assert len(starts) < MOST_KILLS, f"{cutting} cut, {stream.replayed} after a commit"
        await stream.acknowledged(len(stream.receipts) + BETWEEN)
        await asyncio.sleep(chance.uniform(0, LONGEST_JITTER))
        if len(starts) % 2 or cutting >= KILLS:
            await standing.next_commit()  # stored, and the answer not out yet
        await stream.something_in_flight()
        flying = frozenset(stream.in_flight)
        standing.kill()
        await asyncio.sleep(PAUSE)
        cutting += bool(flying & stream.cut)
        starts.append(await standing.start_again())
    return starts


async def all_pulled(standing: Standing, expected: int) -> None:
    """Every agency at work until its inbox and the service's books are both complete."""
    for name in PROGRAMS.values():
        standing.agency(name, "ok", "--decide", "none")
    async with asyncio.timeout(240):
        while sum(len(standing.inbox(name)) for name in PROGRAMS.values()) < expected:
            await asyncio.sleep(POLL)
        while standing.reconcile()["outstanding"]:
            await asyncio.sleep(POLL)


async def same_receipts(stream: Stream) -> None:
    """Every send once more: the very first receipt, secret and all."""

    async def again(sent: list[tuple[Parcel, dict[str, Any]]]) -> None:
        async with stream.partner.client() as client:
            for parcel, receipt in sent:
                answer = await post(client, parcel)
                assert (answer.status_code, answer.json()) == (201, receipt)
                assert answer.headers["idempotency-replayed"] == "true"

    every = list(stream.receipts.values())
    await asyncio.gather(*(again(every[n::CLIENTS]) for n in range(CLIENTS)))


def judge_inboxes(standing: Standing, stream: Stream) -> None:
    """Each acknowledged application and program is in its agency's inbox once, and nothing else."""
    wanted = {
        (each["agency"], each["id"], 1, each["program"], receipt["reference"])
        for _parcel, receipt in stream.receipts.values()
        for each in receipt["referrals"]
    }
    held = Counter(
        (name, case["id"], case["version"], case["program"], case["reference"])
        for name in PROGRAMS.values()
        for case in standing.inbox(name)
    )
    assert {case: times for case, times in held.items() if times != 1} == {}
    assert held.keys() - wanted == set(), "cases nobody was given a receipt for"
    assert wanted - held.keys() == set(), "receipts without a case"
    references = [receipt["reference"] for _parcel, receipt in stream.receipts.values()]
    assert len(set(references)) == len(references)
    for parcel, receipt in stream.receipts.values():
        assert tuple(each["program"] for each in receipt["referrals"]) == parcel.programs


async def judge_tables(settings: Settings, stream: Stream) -> None:
    """One application, one version, one audit entry and its later work for each receipt."""
    await db.open_database(settings)
    try:
        counts = [
            await db.fetch_one(f"select count(*) as found from {rows}")
            for rows in (
                "applications",
                "submissions",
                "audit_entries where action = 'application.submitted'",
                "idempotency_keys",
                "outbox where topic = 'notice' and key like 'notice:received:%'",
            )
        ]
        if backend() == "sqlite":
            assert await db.fetch("pragma integrity_check") == [{"integrity_check": "ok"}]
    finally:
        await db.close_database()
    assert [row and row["found"] for row in counts] == [len(stream.receipts)] * len(counts)


async def test_no_acknowledged_application_is_lost_or_doubled_by_twenty_kills(
    settings: Settings, tmp_path: Path, record_property: pytest.RecordProperty
) -> None:
    async with Standing(tmp_path, settings.database_url) as standing:
        partner = await Partner.at(standing.service.url, standing.service.demo()["partner_key"])
        stream = Stream(partner, endless(partner))
        standing.agency(STEADY)
        async with asyncio.TaskGroup() as clients:
            for _ in range(CLIENTS):
                clients.create_task(stream.work())
            starts = await kill_again_and_again(standing, stream)
            await stream.acknowledged(max(ENOUGH, len(stream.receipts) + BETWEEN))
            stream.ending = True
        sent = sum(len(receipt["referrals"]) for _p, receipt in stream.receipts.values())
        assert standing.reconcile()["sent"] == sent
        await same_receipts(stream)
        standing.kill()
        standing.service.settings["THRESHOLD_NOW"] = (
            datetime.now(UTC) + PAST_ANY_LEASE
        ).isoformat()
        await standing.start_again()
        await all_pulled(standing, sent)
        assert standing.reconcile() | {"agencies": []} == {
            "agencies": [],
            "sent": sent,
            "acknowledged": sent,
            "outstanding": 0,
        }
        judge_inboxes(standing, stream)
    await judge_tables(settings, stream)
    figures = {
        "kills": len(starts),
        "requests cut": len(stream.cut),
        "acknowledged": len(stream.receipts),
        "committed but cut before the answer": stream.replayed,
        "cases": sent,
        "longest start": f"{max(starts):.2f} s",
    }
    for name, figure in figures.items():
        record_property(name, figure)
    sys.stdout.write(f"{backend()}: {figures}\n")
