"""A phone without scripts in a real browser, which reads each kind of page with axe on the way."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from email import message_from_bytes, policy
from typing import Any

from playwright.async_api import BrowserContext, Page

from tests.support.browser import PHONE, axe_reader, open_browser, press, whole_page
from tests.support.servers import Service

SECONDS = 60
Read = Callable[[str, str], Awaitable[list[str]]]


class Eyes:
    """What was seen so far, and what axe found there."""

    def __init__(self, context: BrowserContext, read: Read) -> None:
        self.context = context
        self.read = read
        self.seen: set[str] = set()
        self.found: list[str] = []

    async def look(self, page: Page) -> None:
        """Each kind of page once: clean, and no wider than the phone."""
        kind = re.sub(r"[\w-]{20,}|\d+", "_", page.url) + await page.locator("h1").inner_text()
        if kind in self.seen:
            return
        self.seen.add(kind)
        self.found.extend(await self.read(page.url, await whole_page(page)))
        width = await page.evaluate("document.documentElement.scrollWidth")
        if width > PHONE["width"]:
            self.found.append(f"{page.url} is {width} wide")


@asynccontextmanager
async def phone() -> AsyncIterator[Eyes]:
    """A fresh browser, scripts off, 360 pixels wide."""
    size: Any = PHONE
    async with open_browser() as browser, axe_reader(browser) as read:
        context = await browser.new_context(viewport=size, java_script_enabled=False)
        context.set_default_timeout(SECONDS * 1000)
        try:
            yield Eyes(context, read)
        finally:
            await context.close()


async def staff_page(eyes: Eyes, service: Service, name: str) -> Page:
    """Somebody of the demonstration's staff, signed in in a browser of their own."""
    account = next(each for each in service.demo()["staff"] if each["email"].startswith(name))
    browser = eyes.context.browser
    assert browser is not None
    size: Any = PHONE
    page = await (await browser.new_context(viewport=size, java_script_enabled=False)).new_page()
    page.set_default_timeout(SECONDS * 1000)
    await page.goto(f"{service.url}/staff/sign-in")
    await page.get_by_label("Mail address").fill(account["email"])
    await page.get_by_label("Password").fill(account["password"])
    await press(page.get_by_role("button", name="Sign in"))
    return page


async def mails_to(service: Service, to: str, link: str, most: int = 1) -> list[str]:
    """The links of such a kind in somebody's mail, once there are so many; oldest first."""
    for _try in range(SECONDS * 10):
        found = []
        files = (service.storage / "voice-mail").glob("*.eml")
        for file in sorted(files, key=lambda file: file.stat().st_mtime_ns):
            mail = message_from_bytes(file.read_bytes(), policy=policy.default)
            body = mail.get_body(("plain",))
            if body and mail["To"] == to:
                found += re.findall(rf"http://\S+{link}\S*", body.get_content())
        if len(found) >= most:
            return found
        await asyncio.sleep(0.1)
    raise AssertionError(f"no mail to {to}: {service.last_words()}")


async def shows(page: Page, url: str, words: str) -> None:
    """What the worker does is a moment behind."""
    for _try in range(SECONDS * 5):
        await page.goto(url)
        if words in await page.locator("main").inner_text():
            return
        await asyncio.sleep(0.2)
    raise AssertionError(f"{url} never said {words!r}: {await page.locator('main').inner_text()}")
