"""Two processes over one database: everybody writes, nobody is turned away, one send is one."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from service import db
from service.settings import Settings
from tests.journeys.sending import PROGRAMS, Parcel, Partner, post
from tests.journeys.standing import Standing
from tests.service.resident.walking import SINGLE, begin, walk
from tests.support.browsing import FORM, SAME_SITE, Browser, FormSeen
from tests.support.databases import backend
from tests.support.servers import Service

PARALLEL, CLIENTS, SENDS_EACH, RESIDENTS = 50, 8, 12, 3
pytestmark = pytest.mark.slow


@contextlib.asynccontextmanager
async def two(settings: Settings, folder: Path) -> AsyncIterator[tuple[Standing, list[str]]]:
    """The service twice over, each with its worker, and the addresses of both."""
    async with Standing(folder, settings.database_url) as first:
        if backend() == "postgres":  # two web processes and a worker already
            yield first, [first.service.url, first.service.url]
            return
        other = {"THRESHOLD_STORAGE": str(first.service.storage)}
        (folder / "second").mkdir()
        async with Service(
            folder / "second", database_url=settings.database_url, env=other
        ) as second:
            yield first, [first.service.url, second.url]
            assert "locked" not in second.last_words(1_000_000)
    assert "locked" not in first.service.last_words(1_000_000)


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
    return httpx.AsyncClient(base_url=url, trust_env=False, timeout=60.0)


async def walks(url: str) -> list[int]:
    """A resident from the first page to the receipt; every page on the way is checked by `walk`."""
    async with at(url) as client:
        page = await (await resident_at_sign(client)).submit()
        assert page.url == "/benefits/sent", page.text
        return [page.status]


async def counted(settings: Settings, rows: str) -> int:
    await db.open_database(settings)
    try:
        found: list[dict[str, Any]] = await db.fetch(f"select count(*) as found from {rows}")
    finally:
        await db.close_database()
    return int(found[0]["found"])


async def test_all_kinds_of_writes_through_two_processes_and_none_is_turned_away(
    settings: Settings, tmp_path: Path
) -> None:
    async with two(settings, tmp_path) as (standing, urls):
        key = standing.service.demo()["partner_key"]
        partners = [await Partner.at(url, key) for url in urls]
        for name in PROGRAMS.values():  # they pull, acknowledge and decide all the while
            standing.agency(name, "ok", "--decide", "approve", "--poll", "0.1")
        done = await asyncio.gather(
            *(sends(partners[n % 2], f"client-{n}") for n in range(CLIENTS)),
            *(walks(urls[n % 2]) for n in range(RESIDENTS)),
        )
        statuses = Counter(status for each in done for status in each)
        assert statuses == {201: CLIENTS * SENDS_EACH, 200: RESIDENTS}
        async with asyncio.timeout(60):
            while standing.reconcile()["outstanding"]:
                await asyncio.sleep(0.1)
    sent = CLIENTS * SENDS_EACH + RESIDENTS
    assert await counted(settings, "applications where state = 'submitted'") == sent


async def test_fifty_parallel_sends_of_one_draft_are_one_application_and_one_receipt(
    settings: Settings, tmp_path: Path
) -> None:
    """The same form from many windows at once, half of them to each process."""
    async with two(settings, tmp_path) as (_standing, urls), at(urls[0]) as client:
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
            return page.text

        receipts = await asyncio.gather(*(press(urls[n % 2]) for n in range(PARALLEL)))
    assert len(set(receipts)) == 1
    assert await counted(settings, "applications") == 1
    assert await counted(settings, "submissions") == 1
    assert await counted(settings, "referrals") == 2
    assert await counted(settings, "audit_entries where action = 'application.submitted'") == 1
    assert await counted(settings, "outbox where key like 'notice:received:%'") == 1


async def test_fifty_parallel_sends_with_one_key_are_one_application_and_one_receipt(
    settings: Settings, tmp_path: Path
) -> None:
    async with two(settings, tmp_path) as (standing, urls):
        key = standing.service.demo()["partner_key"]
        partners = [await Partner.at(url, key) for url in urls]
        parcel = partners[0].parcel("the-one", list(PROGRAMS))

        async def send(partner: Partner, sent: Parcel) -> tuple[int, str]:
            async with partner.client() as client:
                answer = await post(client, sent)
                return answer.status_code, answer.text

        answers = await asyncio.gather(*(send(partners[n % 2], parcel) for n in range(PARALLEL)))
        assert {status for status, _text in answers} == {201}
        assert len({text for _status, text in answers}) == 1
        assert standing.reconcile()["sent"] == len(PROGRAMS)
    assert await counted(settings, "applications") == 1
