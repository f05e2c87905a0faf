"""The pages of a vote on a phone, as a real browser lays them out: nothing for axe to find, and
nothing wider than the screen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.service.voice.votes.conftest import AREAS, House
from tests.service.voice.votes.test_vote_pages import ballot_of
from tests.support.browser import axe_reader, open_browser
from tests.support.browsing import Browser, PageSeen
from tests.support.servers import Service

pytestmark = [pytest.mark.browser, pytest.mark.slow]
NARROW: Any = {"width": 360, "height": 740}
TOO_WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


async def pages_of(browser: Browser, house: House) -> list[PageSeen]:
    """Every kind of page a voter meets."""
    pages = [await browser.get(url) for url in ("/voice/votes", "/voice/votes/how")]
    for method in ("single", "score", "stv", "equal-shares"):
        opened = await house.open(method)
        where = f"/voice/votes/{opened.number}"
        ballot = await ballot_of(browser, house, opened, "ana@mail.test")
        pages.append(ballot)
    opened = await house.open("pairwise", pairs=2)
    where = f"/voice/votes/{opened.number}"
    pair = await ballot_of(browser, house, opened, "ana@mail.test")
    later = await pair.form().submit("pick=a")
    check = await later.form().submit("pick=x")
    again = await check.form(f"{where}/ballot").submit("_action=at-0")
    pages += [pair, later, again]
    pages += [check, await check.form(f"{where}/cast").submit()]
    pages += [await browser.get(where + more) for more in ("", "/ask", "/mail", "/receipt")]
    marks: dict[str, list[object]] = {
        "score": [["a-book-bus", 4]],
        "pairwise": [["a-book-bus", "more-street-trees"]],
    }
    for method in ("score", "stv", "schulze", "equal-shares", "pairwise"):
        opened = await house.open(method, mode="quiet")
        for at in range(51):
            choice = marks.get(method, ["a-book-bus"])
            await house.vote(opened, f"v{at}@mail.test", choice, AREAS[at % 3])
        await house.result(opened)
        pages.append(await browser.get(f"/voice/votes/{opened.number}/result"))
    return pages


async def test_every_page_of_a_vote_is_clean_and_fits_a_phone(
    browser: Browser, house: House, tmp_path: Path
) -> None:
    pages = await pages_of(browser, house)
    found: list[str] = []
    served = tmp_path / "served"
    served.mkdir()
    async with Service(served) as service, open_browser() as chromium:
        assert {page.status for page in pages} == {200}
        async with axe_reader(chromium) as findings:
            for page in pages:
                found += await findings(service.url + page.url, page.html)
        context = await chromium.new_context(viewport=NARROW)
        for page in pages:
            for html in (page.html, page.html.replace('dir="ltr"', 'dir="rtl"', 1)):
                shown = await context.new_page()
                await shown.route(
                    service.url + page.url,
                    lambda route, _request, html=html: route.fulfill(
                        body=html, content_type="text/html"
                    ),
                )
                await shown.goto(service.url + page.url)
                if await shown.evaluate(TOO_WIDE):
                    found.append(f"{page.url} is wider than 360 pixels")
                await shown.close()
        await context.close()
    assert found == []
