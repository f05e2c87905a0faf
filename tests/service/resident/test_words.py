"""The words of the resident's pages: easy to read, and every one of them translated."""

from __future__ import annotations

import re

import pytest

from service.services import Services
from tests.service.resident.walking import CONTACT, FAMILY, begin, give, place
from tests.support.browsing import Browser, PageSeen
from tests.support.pages import elements, text_of
from tests.support.reading import grade

PLAIN = ("start", "return", "apply/contact", "apply/people", "saved", "send-now")
CONSENT_GRADE, GRADE = 8, 6


def own_words(page: PageSeen) -> str:
    """The sentences of the main part; names of programs and offices are not ours to choose."""
    main = page.tree.find(".//main")
    assert main is not None
    lines = [text_of(each) for each in elements(main, "p", "h1", "h2", "label", "legend", "li")]
    return "\n".join(lines)


@pytest.mark.parametrize("path", PLAIN)
async def test_a_page_reads_easily(first: PageSeen, path: str) -> None:
    await give(first, CONTACT)
    page = await first.browser.get(f"/benefits/{path}")
    limit = CONSENT_GRADE if path == "send-now" else GRADE
    assert grade(own_words(page)) <= limit


async def test_every_sentence_goes_through_a_catalogue(
    browser: Browser, services: Services
) -> None:
    """In the made-up language every sentence of ours is disguised; names and figures are not."""
    await place(browser, services, FAMILY)
    browser.client.cookies.set("th_lang", "qps", domain=browser.client.base_url.host, path="/")
    for path in ("apply/pay/p1/i1", "apply/people", "results", "check", "send-now", "saved"):
        page = await browser.get(f"/benefits/{path}")
        main = page.tree.find(".//main")
        assert main is not None
        plain = [
            line
            for each in elements(
                main, "p", "h1", "h2", "h3", "label", "legend", "button", "summary"
            )
            if (line := text_of(each)) and re.search(r"\b(the|your|you|not|for)\b", line)
        ]
        assert plain == [], path


async def test_a_spanish_walk_stays_in_spanish(browser: Browser) -> None:
    browser.headers = {"accept-language": "es"}
    page = await begin(browser)
    page = await page.form().fill(contact_name="Luz Prado", contact_language="es").submit()
    assert page.tree.get("lang") == "es"
    assert page.heading == "Cómo volver"
