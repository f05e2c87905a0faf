"""Two processes over one database: everybody writes, nobody is turned away, one send is one."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest

from service import db
from service.settings import Settings
from tests.journeys.sending import PROGRAMS, Parcel, Partner, post
from tests.journeys.standing import Standing
from tests.service.resident.walking import SINGLE, begin, walk
from tests.support.browsing import FORM, SAME_SITE, Browser, FormSeen
from tests.support.databases import PostgresDatabases, SqliteDatabases, backend, settings_for
from tests.support.pages import text_of
from tests.support.servers import PLAIN_HTTP, Service

PARALLEL, CLIENTS, SENDS_EACH, RESIDENTS = 50, 8, 12, 3
SENT = "applications where state = 'submitted'"
ROWS = (
    "applications",
    SENT,
    "submissions",
    "referrals",
    "audit_entries where action = 'application.submitted'",
    "outbox where topic = 'notice' and key like 'notice:received:%'",
)
# Said in the windows that came before the draft was sent; a later one finds no draft to count in.
COUNTED = re.compile(r"You answered \d+ pages once\. [^.]* would have had \d+\.")
pytestmark = pytest.mark.slow


@dataclass(frozen=True, slots=True)
class Two:
    """The service twice over, each with its worker, and the addresses of both."""

    standing: Standing
    urls: list[str]
    settings: Settings

    async def counted(self) -> dict[str, int]:
        """How many there are now of each row that a send makes."""
        await db.open_database(self.settings)
        try:
            found = [await db.fetch_one(f"select count(*) as rows from {each}") for each in ROWS]
        finally:
            await db.close_database()
        return {each: int(row["rows"]) for each, row in zip(ROWS, found, strict=True) if row}

    async def made(self, before: dict[str, int]) -> dict[str, int]:
        """How many more there are than before."""
        return {each: count - before[each] for each, count in (await self.counted()).items()}


@contextlib.asynccontextmanager
async def running(settings: Settings, folder: Path) -> AsyncIterator[Two]:
    async with Standing(folder, settings.database_url) as first:
        if backend() == "postgres":  # two web processes and a worker already
            yield Two(first, [first.service.url, first.service.url], settings)
            return
        other = {"THRESHOLD_STORAGE": str(first.service.storage)}
        (folder / "second").mkdir()
        async with Service(
            folder / "second", database_url=settings.database_url, env=other
        ) as second:
            yield Two(first, [first.service.url, second.url], settings)
            assert "locked" not in second.last_words(1_000_000)
    assert "locked" not in first.service.last_words(1_000_000)


@pytest.fixture(scope="module")
def two(
    database_maker: SqliteDatabases | PostgresDatabases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Two]:
    """Started once: each test counts what it adds."""
    folder = tmp_path_factory.mktemp("two")
    settings = settings_for(database_maker.fresh(folder), folder / "storage")
    with asyncio.Runner() as runner, contextlib.ExitStack() as stack:
        services = running(settings, folder)
        made = runner.run(services.__aenter__())
        stack.callback(lambda: runner.run(services.__aexit__(None, None, None)))
        yield made


async def sends(partner: Partner, name: str) -> list[int]:
    """One client's sends, one after another."""
    sets = [["orca_lift"], ["utility_discount", "basic_food"], list(PROGRAMS)]
    async with partner.client() as client:
        parcels = [partner.parcel(f"{name}-{n}", sets[n % 3]) for n in range(SENDS_EACH)]
        return [(await post(client, parcel)).status_code for parcel in parcels]


async def resident_at_sign(client: httpx.AsyncClient) -> FormSeen:
    """Somebody who has answered, chosen, ticked and typed, and has only to press Send."""
    page = await walk(await begin(Browser(client)), SINGLE)
    page = await page.form().fill(choose=["orca_lift", "fresh_bucks"]).submit("Continue with")
    page = await walk(page, {}, until="/benefits/check")
    page = await page.form("/benefits/check").submit()
    assert page.url == "/benefits/sign"
    offered = page.form().options("consent")
    return page.form().fill(consent=offered, signature="Luz Prado")


def at(url: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=url, trust_env=False, timeout=60.0, verify=PLAIN_HTTP)


async def walks(url: str) -> list[int]:
    """A resident from the first page to the receipt; every page on the way is checked by `walk`."""
    async with at(url) as client:
        page = await (await resident_at_sign(client)).submit()
        assert page.url == "/benefits/sent", page.text
        return [page.status]


async def test_all_kinds_of_writes_through_two_processes_and_none_is_turned_away(two: Two) -> None:
    before = await two.counted()
    key = two.standing.service.demo()["partner_key"]
    partners = [await Partner.at(url, key) for url in two.urls]
    for name in PROGRAMS.values():  # they pull, acknowledge and decide all the while
        two.standing.agency(name, "ok", "--decide", "approve", "--poll", "0.1")
    done = await asyncio.gather(
        *(sends(partners[n % 2], f"client-{n}") for n in range(CLIENTS)),
        *(walks(two.urls[n % 2]) for n in range(RESIDENTS)),
    )
    statuses = Counter(status for each in done for status in each)
    assert statuses == {201: CLIENTS * SENDS_EACH, 200: RESIDENTS}
    async with asyncio.timeout(180):
        while two.standing.reconcile()["outstanding"]:
            await asyncio.sleep(0.3)
    for name in PROGRAMS.values():
        two.standing.leave(name)
    assert (await two.made(before))[SENT] == CLIENTS * SENDS_EACH + RESIDENTS


async def test_fifty_parallel_sends_of_one_draft_are_one_application_and_one_receipt(
    two: Two,
) -> None:
    """The same form from many windows at once, half of them to each process."""
    before = await two.counted()
    async with at(two.urls[0]) as client:
        form = await resident_at_sign(client)
        body = urlencode(form.successful()).encode()
        cookies = {cookie.name: cookie.value or "" for cookie in client.cookies.jar}

        async def press(url: str) -> str:
            headers = {**FORM, **SAME_SITE, "origin": url}
            async with at(url) as window:
                window.cookies.update(cookies)
                answer = await window.post(form.action, content=body, headers=headers)
                assert answer.status_code == 303, (answer.status_code, answer.text)
                page = await Browser(window).follow(answer)
            assert page.url == "/benefits/sent", page.text
            receipt = page.tree.find(".//main")
            assert receipt is not None
            # Below it stands until when the page waits, to the minute.
            return COUNTED.sub("", text_of(receipt))

        receipts = await asyncio.gather(*(press(two.urls[n % 2]) for n in range(PARALLEL)))
    assert len(set(receipts)) == 1
    one_each = dict.fromkeys(ROWS, 1)
    assert await two.made(before) == one_each | {"referrals": 2}


async def test_fifty_parallel_sends_with_one_key_are_one_application_and_one_receipt(
    two: Two,
) -> None:
    before, sent_before = await two.counted(), two.standing.reconcile()["sent"]
    key = two.standing.service.demo()["partner_key"]
    partners = [await Partner.at(url, key) for url in two.urls]
    parcel = partners[0].parcel("the-one", list(PROGRAMS))

    async def send(partner: Partner, sent: Parcel) -> tuple[int, str]:
        async with partner.client() as client:
            answer = await post(client, sent)
            return answer.status_code, answer.text

    answers = await asyncio.gather(*(send(partners[n % 2], parcel) for n in range(PARALLEL)))
    assert {status for status, _text in answers} == {201}
    assert len({text for _status, text in answers}) == 1
    assert two.standing.reconcile()["sent"] - sent_before == len(PROGRAMS)
    one_each = dict.fromkeys(ROWS, 1)
    assert await two.made(before) == one_each | {"referrals": len(PROGRAMS)}
