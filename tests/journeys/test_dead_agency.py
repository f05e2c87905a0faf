"""One agency answers nothing: the others do not notice, and it gets everything when it is back."""

from __future__ import annotations

import asyncio
import itertools
import statistics
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from service import db
from service.settings import Settings
from tests.journeys.sending import PROGRAMS, Partner, post
from tests.journeys.standing import Standing
from tests.support.databases import backend

DEAD = "dshs"
OTHERS = sorted({*PROGRAMS.values()} - {DEAD})
# Hints wake an agency at once. Its own look comes so late that only hints can explain a pull.
HINTED = ("--port", "0", "--poll", "60", "--decide", "none")
WARMING, SENDS, EVERY_SECONDS = 4, 10, 0.25
SLOWER = 1.5
# Rounds of healthy, dead, healthy: one where they agree; noise gets more to drown in.
MOST_ROUNDS = 6
LONGEST = 60.0
DELAYS = """
select r.agency, r.filed_at, r.acknowledged_at from referrals r
join applications a on a.id = r.application_id order by a.submitted_at, a.id
"""
pytestmark = [pytest.mark.slow, pytest.mark.timing]


class Scene:
    """The service, its agencies and a partner that sends at a steady pace."""

    def __init__(self, standing: Standing, partner: Partner) -> None:
        self.standing = standing
        self.partner = partner
        self.sent = 0
        self.numbers: Iterator[int] = itertools.count(1)

    async def send(self, count: int) -> None:
        """Send to all four agencies, each send on its own time whatever the one before does."""
        async with self.partner.client() as client, asyncio.TaskGroup() as sends:
            for _ in range(count):
                parcel = self.partner.parcel(f"send-{next(self.numbers)}", list(PROGRAMS))
                sends.create_task(post(client, parcel))
                await asyncio.sleep(EVERY_SECONDS)
        self.sent += count

    async def holds_everything(self, *agencies: str) -> None:
        """Wait until every case sent so far is in the inbox of each of these agencies."""
        async with asyncio.timeout(LONGEST):
            while any(len(self.standing.inbox(name)) < self.sent for name in agencies):
                await asyncio.sleep(0.05)

    async def books(self, outstanding: dict[str, int]) -> None:
        """Wait until the service says so of these agencies: the last receipts are on their way."""
        async with asyncio.timeout(LONGEST):
            while True:
                books = {each["id"]: each for each in self.standing.reconcile()["agencies"]}
                if {name: books[name]["outstanding"] for name in outstanding} == outstanding:
                    return
                await asyncio.sleep(0.05)

    async def ready(self, name: str, mode: str = "ok") -> None:
        """Have an agency at work, with the address for its hints known."""
        agency = self.standing.agency(name, mode, *HINTED)
        said = agency.last_words(1_000_000).count("ready")
        async with asyncio.timeout(LONGEST):
            while agency.last_words(1_000_000).count("ready") <= said:
                await asyncio.sleep(0.05)


async def delays(settings: Settings) -> list[dict[str, float]]:
    """Seconds from send to acknowledgement by agency, one entry for each application in order."""
    await db.open_database(settings)
    try:
        rows = await db.fetch(DELAYS)
    finally:
        await db.close_database()
    found: dict[object, dict[str, float]] = {}
    for row in rows:
        waited = (row["acknowledged_at"] - row["filed_at"]).total_seconds()
        found.setdefault(row["filed_at"], {})[row["agency"]] = waited
    return list(found.values())


def p95(each: list[dict[str, float]]) -> float:
    """Over every case of the other agencies."""
    return statistics.quantiles((sent[name] for sent in each for name in OTHERS), n=20)[-1]


def judged(each: list[dict[str, float]]) -> tuple[float, float]:
    """The slowest twentieth with everybody well, and with one dead, over all rounds."""
    healthy, dead = [], []
    for begun in range(0, len(each), 4 * SENDS):
        one_round = each[begun : begun + 4 * SENDS]
        dead += one_round[SENDS : 3 * SENDS]
        healthy += one_round[:SENDS] + one_round[3 * SENDS :]
    return p95(healthy), p95(dead)


async def one_round(scene: Scene) -> None:
    """Half of the healthy sends come before the dead ones and half after, so that a machine that
    gets busier or idler meanwhile is no excuse and no help."""
    standing = scene.standing
    await scene.send(SENDS)
    await scene.holds_everything(*PROGRAMS.values())
    had = len(standing.inbox(DEAD))
    await scene.ready(DEAD, "dead")
    await scene.send(2 * SENDS)
    await scene.holds_everything(*OTHERS)
    assert len(standing.inbox(DEAD)) == had
    await scene.books({**dict.fromkeys(OTHERS, 0), DEAD: 2 * SENDS})
    await scene.ready(DEAD)
    await scene.holds_everything(DEAD)
    await scene.send(SENDS)
    await scene.holds_everything(*PROGRAMS.values())
    await scene.books(dict.fromkeys(PROGRAMS.values(), 0))


async def test_a_dead_agency_slows_nobody_and_gets_everything_when_it_returns(
    settings: Settings, tmp_path: Path, record_property: pytest.RecordProperty
) -> None:
    async with Standing(tmp_path, settings.database_url) as standing:
        partner = await Partner.at(standing.service.url, standing.service.demo()["partner_key"])
        scene = Scene(standing, partner)
        for name in PROGRAMS.values():
            await scene.ready(name)
        await scene.send(WARMING)
        await scene.holds_everything(*PROGRAMS.values())
        for _round in range(MOST_ROUNDS):
            await one_round(scene)
            healthy, dead = judged((await delays(settings))[WARMING:])
            if dead <= SLOWER * healthy:
                break
        for name in PROGRAMS.values():
            ids = [case["id"] for case in standing.inbox(name)]
            assert len(set(ids)) == len(ids) == scene.sent
    figures = {"healthy p95": f"{healthy:.3f} s", "with one dead": f"{dead:.3f} s"}
    figures |= {
        "ratio": f"{dead / healthy:.2f}",
        "rounds": str((scene.sent - WARMING) // (4 * SENDS)),
    }
    for name, figure in figures.items():
        record_property(name, figure)
    sys.stdout.write(f"{backend()}: {figures}\n")
    assert dead <= SLOWER * healthy, figures
