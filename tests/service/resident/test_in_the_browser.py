"""A phone without scripts, in Spanish, against the running service: the first pages by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.browser import PHONE, axe_reader, open_browser, press, whole_page
from tests.support.servers import Service

pytestmark = [pytest.mark.browser, pytest.mark.slow]
CONTINUE = "#question button.th-button:not([name])"


async def test_a_phone_without_scripts_goes_from_the_start_to_the_receipt(tmp_path: Path) -> None:
    size: Any = PHONE
    async with (
        Service(tmp_path) as service,
        open_browser() as browser,
        axe_reader(browser) as read,
    ):
        context = await browser.new_context(
            viewport=size,
            java_script_enabled=False,
            locale="es-US",
        )
        page = await context.new_page()
        found: list[str] = []

        async def look() -> None:
            found.extend(await read(page.url, await whole_page(page)))

        await page.goto(f"{service.url}/benefits/start")
        await look()
        await press(page.locator("#begin button.th-button"))
        await press(page.locator(CONTINUE))
        assert await page.locator("#errors a").count() > 0
        await look()
        await page.locator("#contact_name").fill("Luz Prado")
        await page.locator("label[for=contact_language-2]").click()
        await press(page.locator(CONTINUE))
        await look()
        await press(page.locator("#reference button.th-button:not([name])"))
        assert page.url.endswith("/benefits/apply/people")
        await look()
        await press(page.locator("button[value=send]"))
        await page.locator("label[for=consent-basic_food]").click()
        await page.locator("#signature").fill("Luz Prado")
        await look()
        await press(page.locator("#sign button.th-button:not([name])"))
        assert page.url.endswith("/benefits/sent")
        await look()
        await page.goto(f"{service.url}/benefits/status")
        await look()
        assert found == []
        assert "Su solicitud" in await whole_page(page)
        await context.close()
