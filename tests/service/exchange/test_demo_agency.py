"""The demonstration agency: a well-behaved client of the exchange, and bad ones on cue."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from starlette.applications import Starlette

from service import db
from service.actions.requests import reply
from service.actor import Actor
from service.demo_agency.agency import Agency, KeyRefused
from service.demo_agency.inbox import Inbox
from service.queries.reconciliation import reconcile
from service.referrals.channels import HANDLERS
from service.services import Services
from service.worker import Worker
from tests.service.exchange.conftest import Api, Sending
from tests.support.clock import StoppedClock


@pytest.fixture
def inbox_file(tmp_path: Path) -> Path:
    return tmp_path / "inbox.jsonl"


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


@asynccontextmanager
async def at_work(app: Starlette, api: Api, path: Path, **how: Any) -> AsyncIterator[Agency]:
    """An agency that works while the test looks on."""
    with Inbox(path) as inbox:
        agency = Agency(
            api.agency,
            str(api.client.base_url),
            api.key,
            inbox,
            **{"poll": 0.02, "transport": httpx.ASGITransport(app), **how},
        )
        task = asyncio.create_task(agency.run())
        try:
            yield agency
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def until(holds: Callable[[], Any], seconds: float = 60.0) -> None:
    async with asyncio.timeout(seconds):
        while True:
            found = holds()
            if await found if asyncio.iscoroutine(found) else found:
                return
            await asyncio.sleep(0.02)


async def states() -> set[str]:
    return {row["state"] for row in await db.fetch("select state from referrals")}


async def test_it_pulls_stores_acknowledges_and_decides(
    app: Starlette, partner: Api, metro: Api, a_send: Sending, inbox_file: Path
) -> None:
    for _ in range(3):
        await partner.send(a_send(["orca_lift"]))
    async with at_work(app, metro, inbox_file, decide="approve"):

        async def all_decided() -> bool:
            return await states() == {"approved"}

        await until(all_decided)
    assert len({case["id"] for case in lines(inbox_file)}) == len(lines(inbox_file)) == 3
    found = await reconcile()
    assert found.holds
    assert found.to_json()["acknowledged"] == 3


async def test_it_asks_waits_for_the_reply_and_then_decides(
    app: Starlette,
    partner: Api,
    metro: Api,
    a_send: Sending,
    inbox_file: Path,
    services: Services,
) -> None:
    await partner.send(a_send(["orca_lift"]))
    async with at_work(app, metro, inbox_file, decide="ask"):

        async def asked() -> bool:
            return await states() == {"information_requested"}

        await until(asked)
        row = (
            await db.fetch(
                "select q.id, r.application_id from information_requests q"
                " join referrals r on r.id = q.referral_id"
            )
        )[0]
        application: UUID = row["application_id"]
        actor = Actor("resident", str(application))
        now = services.clock.now()
        await reply(services, actor, application, row["id"], "Two pay stubs.", now)

        async def decided() -> bool:
            return await states() == {"approved"}

        await until(decided)


async def test_a_case_that_comes_twice_is_in_the_inbox_once(
    app: Starlette,
    partner: Api,
    metro: Api,
    a_send: Sending,
    inbox_file: Path,
    clock: StoppedClock,
) -> None:
    """It stored and stopped before its receipt, even in the middle of a line."""
    await partner.send(a_send(["orca_lift"]))
    pulled = await metro.pull(lease_seconds=30)
    with Inbox(inbox_file) as inbox:
        inbox.add(pulled.cases)
    with inbox_file.open("a") as file:
        file.write('{"id": "cut sho')
    clock.forward(timedelta(seconds=31))
    async with at_work(app, metro, inbox_file, decide="none"):

        async def acknowledged() -> bool:
            return await states() == {"acknowledged"}

        await until(acknowledged)
    assert [case["id"] for case in lines(inbox_file)] == pulled.ids


async def test_whatever_a_wrong_one_tries_is_refused_and_nothing_is_lost(
    app: Starlette,
    partner: Api,
    metro: Api,
    a_send: Sending,
    inbox_file: Path,
    clock: StoppedClock,
    capsys: pytest.CaptureFixture[str],
) -> None:
    await partner.send(a_send(["orca_lift"]))
    async with at_work(app, metro, inbox_file, mode="wrong"):
        said: list[str] = []

        def refused() -> bool:
            said.append(capsys.readouterr().out)
            return "wrong on cue" in "".join(said)

        await until(refused)
    assert "[409, 409, 409, 404, 404, 409]" in "".join(said)
    assert lines(inbox_file) == []
    assert (await reconcile()).to_json()["outstanding"] == 1
    clock.forward(timedelta(minutes=2))
    assert (await metro.pull()).answer["count"] == 1


async def test_a_dead_one_takes_nothing(
    app: Starlette, partner: Api, metro: Api, a_send: Sending, inbox_file: Path
) -> None:
    await partner.send(a_send(["orca_lift"]))
    async with at_work(app, metro, inbox_file, mode="dead"):
        await asyncio.sleep(0.2)
    assert await states() == {"queued"}


async def test_a_hint_wakes_it_long_before_its_next_look(
    app: Starlette,
    partner: Api,
    metro: Api,
    a_send: Sending,
    inbox_file: Path,
    services: Services,
) -> None:
    async with at_work(app, metro, inbox_file, poll=60.0, port=0, decide="none"):

        async def pointed() -> bool:
            return bool(await db.fetch("select url from agency_endpoints"))

        await until(pointed)
        await asyncio.sleep(0.1)
        await partner.send(a_send(["orca_lift"]))
        await Worker(services, HANDLERS, jobs=()).run_until_idle()

        async def acknowledged() -> bool:
            return await states() == {"acknowledged"}

        await until(acknowledged)


async def test_a_key_nobody_knows_ends_it(app: Starlette, metro: Api, inbox_file: Path) -> None:
    metro.key = "tha_nobody"
    with Inbox(inbox_file) as inbox:
        agency = Agency(
            metro.agency,
            str(metro.client.base_url),
            metro.key,
            inbox,
            transport=httpx.ASGITransport(app),
        )
        async with asyncio.timeout(60):
            with pytest.raises(KeyRefused):
                await agency.run()
