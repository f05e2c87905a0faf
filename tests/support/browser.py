"""A real headless browser for tests, and what axe says of a page."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urldefrag

from axe_playwright_python.base import AXE_SCRIPT
from playwright.async_api import Browser, Locator, Page, Route, async_playwright

from tests.support.chromium import find_chromium

PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1280, "height": 900}
AXE_SECONDS = 120
WCAG = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
AXE_OPTIONS = {"runOnly": {"type": "tag", "values": WCAG}, "resultTypes": ["violations"]}
# Of a long answer only what is wrong is brought over.
ASK_AXE = f"axe.run({json.dumps(AXE_OPTIONS)}).then(results => results.violations)"


@asynccontextmanager
async def open_browser() -> AsyncIterator[Browser]:
    """A running headless Chromium. Raises NoBrowser where none can be had."""
    chromium = find_chromium()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium.executable,
            args=list(chromium.arguments),
            env={**os.environ, **chromium.environment},
        )
        try:
            yield browser
        finally:
            await browser.close()


async def axe_findings(
    browser: Browser, url: str, html: str, viewport: dict[str, int] | None = None
) -> list[str]:
    """What axe finds in `html`; empty when it finds nothing."""
    async with axe_reader(browser, viewport) as findings:
        return await findings(url, html)


async def press(target: Locator) -> None:
    """Press a button or a link that leads to another page, and wait until all of it has come.

    A click alone returns when the next page begins or before: what is read then is the old page,
    and going elsewhere at once takes the sent form back.
    """
    async with target.page.expect_navigation(wait_until="load"):
        await target.click()


async def whole_page(page: Page) -> str:
    """The page as the browser holds it, once all of it has come.

    A click returns when the next page begins; read at once, it may still be empty.
    """
    await page.wait_for_load_state("load")
    return await page.content()


@asynccontextmanager
async def axe_reader(
    browser: Browser, viewport: dict[str, int] | None = None
) -> AsyncIterator[Callable[[str, str], Awaitable[list[str]]]]:
    """Reads one page after another, each replayed at its `url` with scripts on.

    axe cannot run where scripts are off, so a page from such a context is given here as the
    browser held it (`whole_page`); its styles and images still come from the service.
    """
    size: Any = viewport or PHONE
    shown: dict[str, str] = {}
    context = await browser.new_context(viewport=size, java_script_enabled=True)
    page = await context.new_page()
    await page.add_init_script(AXE_SCRIPT)

    async def replay(route: Route) -> None:
        await route.fulfill(body=shown[route.request.url], content_type="text/html; charset=utf-8")

    async def findings(url: str, html: str) -> list[str]:
        shown.clear()
        shown[urldefrag(url).url] = html
        await page.goto(url)
        violations = await asyncio.wait_for(page.evaluate(ASK_AXE), AXE_SECONDS)
        return [
            f"{found['id']} ({found['impact']}): {found['help']}: "
            + " | ".join(node["html"] for node in found["nodes"][:3])
            for found in violations
        ]

    try:
        await page.route(lambda url: url in shown, replay)
        yield findings
    finally:
        await context.close()
