"""A phone without scripts: a resident writes, is shown similar ones, finds people, and the petition
crosses its threshold. Every page on the way is read by axe."""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import Awaitable, Callable
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import BrowserContext, Page

from service import db
from service.actions.voice.petitions import open_petition
from service.actor import Actor
from service.audit import unit_of_work
from service.clock import Clock
from service.services import load_services
from service.settings import ROOT, Settings
from tests.support.browser import PHONE, axe_reader, open_browser, press, whole_page
from tests.support.servers import Service

pytestmark = [pytest.mark.browser, pytest.mark.slow]
NEEDED = 3
SECONDS = 60
LINK = re.compile(r"http://\S+/voice/(?:mine|signature)/[\w-]{43}")
ASK = "Run the night bus on route 7 until 2 AM"
Look = Callable[[Page], Awaitable[None]]


def small_city(folder: Path) -> Path:
    """The demonstration city, where three people are enough for anything."""
    city = shutil.copytree(ROOT / "cities" / "seattle", folder / "city")
    rules = (city / "voice.yaml").read_text(encoding="utf-8")
    rules = re.sub(r"(?m)^threshold: \d+", f"threshold: {NEEDED + 1}", rules)
    rules = re.sub(r"(?m)^sponsors_needed: \d+", f"sponsors_needed: {NEEDED}", rules)
    (city / "voice.yaml").write_text(rules, encoding="utf-8")
    return city


async def mailed_link(service: Service, to: str) -> str:
    """The link in the latest mail to somebody."""
    for _try in range(SECONDS * 10):
        for file in (service.storage / "voice-mail").glob("*.eml"):
            mail = message_from_bytes(file.read_bytes(), policy=policy.default)
            body = mail.get_body(("plain",))
            found = LINK.search(body.get_content()) if body and mail["To"] == to else None
            if found:
                return found.group()
        await asyncio.sleep(0.1)
    raise AssertionError(f"no mail to {to}: {service.last_words()}")


async def send(page: Page, form: str) -> None:
    await press(page.locator(f"#{form} button.th-button:not(.th-gone)").first)


async def write(page: Page, service: Service, look: Look) -> None:
    await page.goto(f"{service.url}/")
    await press(page.get_by_role("link", name="Ask for a service"))
    await look(page)
    await page.goto(f"{service.url}/voice/start")
    await look(page)
    await send(page, "begin")
    await send(page, "write")
    assert await page.locator("#errors a").count() == 1
    await look(page)
    await page.locator("#ask").fill(ASK)
    await send(page, "write")
    await look(page)
    if page.url.endswith("/similar"):
        await send(page, "similar")
    await page.locator("#why").fill("Nurses and cleaners finish after midnight and walk home.")
    await page.locator("label[for=topic-2]").click()
    await page.locator("#area").select_option("all")
    await look(page)
    await send(page, "write")
    await page.locator("#name").fill("Rosa Ibarra")
    await page.locator("#mail").fill("rosa@example.org")
    await look(page)
    await send(page, "write")
    await look(page)
    await send(page, "check")
    await look(page)


async def sign(
    context: BrowserContext, service: Service, path: str, person: int, look: Look
) -> None:
    page = await context.new_page()
    await page.goto(f"{service.url}{path}")
    await look(page)
    await page.locator("#name").fill(f"Friend Number{person}")
    mail = f"friend{person}@example.org"
    await page.locator("#mail").fill(mail)
    await send(page, "sign")
    await look(page)
    await page.goto(await mailed_link(service, mail))
    await look(page)
    await send(page, "signature")
    await look(page)
    assert await page.locator("h1").inner_text() == "Your signature counts"
    await page.close()


async def shows(page: Page, url: str, words: str) -> None:
    """The counting is a moment behind the signing."""
    for _try in range(SECONDS * 5):
        await page.goto(url)
        if words in await page.locator("main").inner_text():
            return
        await asyncio.sleep(0.2)
    raise AssertionError(f"{url} never said {words!r}: {await page.locator('main').inner_text()}")


async def open_it(service: Service) -> str:
    """What a moderator's yes does, from another process; gives the page's path."""
    settings = Settings.from_env(service.settings)
    services = load_services(settings, Clock())
    await db.open_database(settings)
    try:
        row = await db.fetch_one("select id, number from voice_petitions where ask = ?", ASK)
        assert row is not None
        now = services.clock.now()
        async with unit_of_work(Actor("system", "test"), "petition.opened", row["id"], now) as work:
            work.rows.extend(await open_petition(services, row["id"], now))
        return f"/voice/petitions/{row['number']}"
    finally:
        await db.close_database()


async def test_a_resident_writes_finds_people_and_the_petition_crosses_its_threshold(
    tmp_path: Path,
) -> None:
    size: Any = PHONE
    found: list[str] = []
    seen: set[tuple[str, str]] = set()
    env = {"THRESHOLD_CITY": str(small_city(tmp_path))}
    async with (
        Service(tmp_path, env=env) as service,
        open_browser() as browser,
        axe_reader(browser) as read,
    ):
        context = await browser.new_context(viewport=size, java_script_enabled=False)

        async def look(page: Page) -> None:
            """Each kind of page once."""
            kind = re.sub(r"/[\w-]{43}", "", page.url), await page.locator("h1").inner_text()
            if kind in seen:
                return
            seen.add(kind)
            found.extend(await read(page.url, await whole_page(page)))
            width = await page.evaluate("document.documentElement.scrollWidth")
            assert width <= PHONE["width"], f"{page.url} is {width} wide"

        page = await context.new_page()
        await write(page, service, look)
        await page.goto(await mailed_link(service, "rosa@example.org"))
        await look(page)
        await send(page, "mine")
        await look(page)
        share = await page.locator(".th-share a").inner_text()
        for person in range(NEEDED):
            path = share.removeprefix(service.url)
            await sign(context, service, path, person, look)
        mine = page.url
        await shows(page, mine, "Somebody at the city reads it now")
        path = await open_it(service)
        await shows(page, f"{service.url}{path}", f"{NEEDED} of {NEEDED + 1} signatures")
        await look(page)
        await sign(context, service, path, NEEDED, look)
        await shows(page, f"{service.url}{path}", "The city owes an answer")
        await look(page)
        for other in ("/voice/petitions", f"{path}/share", f"{path}/sheet", "/voice/refused"):
            await page.goto(f"{service.url}{other}")
            await look(page)
        await context.close()
    assert found == []
