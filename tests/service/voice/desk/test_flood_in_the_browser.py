"""A moderator on a phone works a flood of 150 petitions, joins two of them and takes one back; the
authors agree through their mails."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import Page

from service import db
from service.clock import Clock
from service.ids import time_ordered_id
from service.security.tokens import new_token, token_hash
from service.services import Services, load_services
from service.settings import Settings
from service.voice.contacts import MAIL
from service.voice.keys import new_person_key
from service.voice.people import Reached, seal_author
from tests.service.voice.looking import Eyes, mails_to, phone, shows, staff_page
from tests.support.browser import press
from tests.support.servers import Service

pytestmark = [pytest.mark.browser, pytest.mark.slow]
FLOOD, JOINED = 150, 2
INSERT = """
insert into voice_petitions (id, state, revision, language, ask, why, topic, area, author,
  author_name, person_key, author_link_hash, sponsors_needed, sponsors, threshold, count,
  created_at, submitted_at)
values (?, 'moderation', 1, 'en', ?, ?, 'transit', 'all', ?, ?, ?, ?, 5, 5, 250, 5, ?, ?)
"""


def ask(number: int) -> str:
    """The few that are joined ask for one thing, so the desk shows them first."""
    if number <= JOINED:
        return f"Shade and water in playground {'ABC'[number]}"
    return f"Benches at bus stop number {number:03}"


async def flood(service: Service) -> None:
    """All of it at once, from another process, the lowest number waiting longest."""
    settings = Settings.from_env(service.settings)
    services = load_services(settings, Clock())
    await db.open_database(settings)
    try:
        async with db.transaction():
            await db.execute_many(INSERT, [row(services, number) for number in range(FLOOD)])
    finally:
        await db.close_database()


def row(services: Services, number: int) -> tuple[object, ...]:
    petition, token, mail = time_ordered_id(), new_token(), f"author{number}@example.org"
    author = Reached(MAIL, mail, mail, "en", token, f"Author {number}")
    came = services.clock.now() - timedelta(days=60, minutes=-number)
    return (
        petition,
        ask(number),
        "Older people need to sit.",
        seal_author(services.keyring, petition, author),
        f"Author {number}",
        new_person_key(services.keyring, petition),
        token_hash(token),
        came,
        came,
    )


async def say_yes(eyes: Eyes, service: Service, number: int, turn: int) -> None:
    """An author opens the mail, reads both petitions and agrees."""
    page = await eyes.context.new_page()
    await page.goto(
        (await mails_to(service, f"author{number}@example.org", "/voice/merge/", turn))[-1]
    )
    await eyes.look(page)
    await press(page.get_by_role("button", name="Yes, join them"))
    await page.close()


async def join(eyes: Eyes, service: Service, page: Page, number: int) -> str:
    """Ask for it on the desk, both authors agree; gives the address of the joined one."""
    await page.goto(f"{service.url}/staff/voice")
    await press(page.get_by_role("link", name=ask(number)))
    where = page.url
    await page.locator("label", has_text=ask(0)).click()
    await press(page.get_by_role("button", name="Ask both authors"))
    await eyes.look(page)
    await say_yes(eyes, service, number, 1)
    await say_yes(eyes, service, 0, number)
    await shows(page, where, "Take the joining back")
    return where


async def test_a_moderator_works_a_flood_of_150_with_merges_and_an_undo(tmp_path: Path) -> None:
    async with Service(tmp_path) as service, phone() as eyes:
        await flood(service)
        page = await staff_page(eyes, service, "morgan")
        await page.goto(f"{service.url}/staff/voice")
        await eyes.look(page)
        waiting = await page.locator("main").inner_text()
        assert f"{FLOOD + 3}" in waiting, "three of the demonstration's own wait as well"
        assert await page.locator("tbody tr").count() == 50
        await press(page.get_by_role("link", name=ask(0)))
        await press(page.get_by_role("button", name="Open it for signatures"))
        await eyes.look(page)
        joined = [await join(eyes, service, page, 1 + turn) for turn in range(JOINED)]
        await page.goto(joined[0])
        await press(page.get_by_role("button", name="Take the joining back"))
        assert "Taken back" in await page.locator("main").inner_text()
        await page.goto(f"{service.url}/staff/voice")
        assert f"{FLOOD + 3 - JOINED}" in await page.locator("main").inner_text()
        await take_a_burst_out(eyes, page)
    assert eyes.found == []


async def take_a_burst_out(eyes: Eyes, page: Page) -> None:
    """The demonstration's own: looked at, counted and taken out."""
    await press(page.get_by_role("link", name="Many signatures at once"))
    await eyes.look(page)
    await press(page.locator("tbody a").first)
    await eyes.look(page)
    await page.get_by_label("Why you think so").fill("One each half minute, from one network")
    await press(page.get_by_role("button", name="Count them first"))
    await eyes.look(page)
    await press(page.get_by_role("button", name="Take them out"))
    await shows(page, page.url, "Put them back")
