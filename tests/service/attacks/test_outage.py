"""The database goes away: every request is answered in time, and nothing half done is left."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from service import db
from service.actions.api_keys import create_key
from service.actor import Actor
from service.app import create_app
from service.services import Services
from tests.service.exchange.conftest import Api, facts
from tests.service.resident.walking import CONTACT, begin
from tests.support.browsing import Browser
from tests.support.clock import StoppedClock
from tests.support.databases import PostgresDatabases, settings_for
from tests.support.faulty_link import FaultyLink, faulty_link, suspended
from tests.support.postgres import throwaway_postgres
from tests.support.waiting import Stopwatch, eventually

READY_SECONDS, ANSWER_SECONDS, RECOVERY_SECONDS = 2.0, 5.0, 10.0
pytestmark = [pytest.mark.slow, pytest.mark.postgres]


@dataclass
class Outage:
    """The application on PostgreSQL, reached over a wire that can be cut."""

    services: Services
    client: httpx.AsyncClient
    link: FaultyLink

    @contextlib.asynccontextmanager
    async def of(self, kind: str) -> AsyncIterator[None]:
        with contextlib.ExitStack() as stack:
            match kind:
                case "stopped":
                    await self.link.down()
                case "firewalled":
                    self.link.silent()
                case "suspended":
                    stack.enter_context(suspended(self.link.target))
            yield
        await self.link.up()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresDatabases]:
    """A PostgreSQL of these tests' own, to be cut off and to stand still."""
    with throwaway_postgres() as url:
        made = PostgresDatabases(url, tmp_path_factory.mktemp("server"))
        yield made
        made.close()


@pytest.fixture
def url(server: PostgresDatabases, tmp_path: Path) -> str:
    return server.fresh(tmp_path)


@pytest.fixture
async def outage(url: str, tmp_path: Path, loaded_services: Services) -> AsyncIterator[Outage]:
    async with AsyncExitStack() as stack:
        link = await stack.enter_async_context(faulty_link(urlsplit(url).port or 0))
        settings = settings_for(url.replace(f":{link.target}/", f":{link.port}/"), tmp_path)
        await db.open_database(settings)
        stack.push_async_callback(db.close_database)
        services = replace(loaded_services, settings=settings, clock=StoppedClock())
        app = create_app(settings, services.clock, services=services, opens_database=False)
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        client = httpx.AsyncClient(transport=transport, base_url=settings.base_url)
        yield Outage(services, await stack.enter_async_context(client), link)


async def within(seconds: float, asked: Awaitable[httpx.Response]) -> httpx.Response:
    watch = Stopwatch()
    answer = await asked
    assert watch.seconds() <= seconds, answer
    return answer


async def recovered(ask: Callable[[], Awaitable[httpx.Response]]) -> httpx.Response:
    """The first answer that is no 503, soon enough."""
    watch = Stopwatch()
    while True:
        answer = await ask()
        if answer.status_code != 503:
            return answer
        assert watch.seconds() <= RECOVERY_SECONDS
        await asyncio.sleep(0.1)


@pytest.mark.parametrize("kind", ["stopped", "firewalled", "suspended"])
async def test_without_the_database_everybody_is_answered_and_nothing_typed_is_lost(
    outage: Outage, kind: str
) -> None:
    client = outage.client
    key = await create_key(Actor.SYSTEM, "partner", "p", "", outage.services.clock.now())
    partner, body = Api(client, key, "p"), a_send(outage.services, "orca_lift")
    page = await begin(Browser(client))
    form = page.form().fill({k: v for k, v in CONTACT.items() if isinstance(v, str)})
    # As many as the pool has connections, so that none is left that knows no better.
    await eventually(lambda: all_ready(client))
    async with outage.of(kind):
        assert (await client.get("/healthz")).status_code == 200
        ready = await within(READY_SECONDS, client.get("/readyz"))
        assert (ready.status_code, ready.json()["reasons"]) == (503, ["database"])
        answers = await asyncio.gather(
            *(within(ANSWER_SECONDS, client.get(page.url)) for _ in range(20)),
            *(within(ANSWER_SECONDS, partner.send(body, "k1")) for _ in range(5)),
        )
        assert {answer.status_code for answer in answers} == {503}
        assert {answer.headers["retry-after"] for answer in answers} == {"5"}
        watch = Stopwatch()
        refused = await form.submit()
        assert watch.seconds() <= ANSWER_SECONDS
        assert refused.status == 503
        assert "Nothing you typed is lost" in refused.text
        assert "Traceback" not in refused.html
    again = await recovered(lambda: client.get(page.url))
    assert again.status_code == 200
    onward = await refused.form(page.url.partition("?")[0]).submit()
    assert onward.status == 200
    assert onward.url != page.url, onward.text
    receipts = [await partner.send(body, "k1") for _ in range(2)]
    assert [receipt.status_code for receipt in receipts] == [201, 201]
    assert receipts[0].json() == receipts[1].json()
    sent = await db.fetch("select count(*) as n from applications where state = 'submitted'")
    assert sent[0]["n"] == 1


async def test_a_worker_is_woken_again_after_the_server_was_away(outage: Outage) -> None:
    woken = asyncio.Event()

    async def heard() -> bool:
        woken.clear()
        with contextlib.suppress(db.DatabaseUnavailable):
            await db.execute("notify threshold_test")
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(woken.wait(), 0.5)
        return woken.is_set()

    async with db.listening("threshold_test", woken.set):
        await eventually(heard)
        async with outage.of("stopped"):
            assert not await heard()
        await eventually(heard)


def a_send(services: Services, program: str) -> dict[str, Any]:
    consent = {"program": program, "fields": list(services.rules.programs[program].fields)}
    return {
        "facts": facts(),
        "programs": [program],
        "consents": [consent],
        "signature": {"name": "Ana Reyes"},
        "contact": {"name": "Ana Reyes", "safe_to_write": False},
    }


async def all_ready(client: httpx.AsyncClient) -> bool:
    return all(answer.status_code == 200 for answer in await gathered(client, "/readyz", 10))


async def gathered(client: httpx.AsyncClient, path: str, times: int) -> list[httpx.Response]:
    return list(await asyncio.gather(*(client.get(path) for _ in range(times))))


async def test_a_secret_or_a_password_is_never_shown_back(outage: Outage) -> None:
    page = await Browser(outage.client).get("/benefits/return")
    async with outage.of("stopped"):
        typed = page.form("/benefits/return").fill(
            reference="SEA-7K4M-2QX9C", secret="4071 5553 0192 8846"
        )
        refused = await typed.submit()
        assert refused.status == 503
        assert "4071 5553" not in refused.html
        assert "40715553" not in refused.html
