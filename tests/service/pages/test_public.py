"""The pages anyone may read: sound, in both languages, and the switch between them."""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import urlencode

import httpx
import pytest

from service.app import create_app
from service.services import Services
from tests.support.browsing import Browser
from tests.support.pages import elements, text_of
from tests.support.reading import grade

pytestmark = pytest.mark.once

PAGES = ("/", "/programs", "/privacy", "/accessibility", "/feedback")


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", ["en", "es"])
async def test_a_public_page_is_sound_and_in_the_browsers_language(
    client: httpx.AsyncClient, path: str, language: str
) -> None:
    page = await Browser(client, language).get(path)
    assert page.status == 200
    assert page.tree.get("lang") == language
    assert len(page.response.content) < 40_000


async def test_every_program_has_a_page_that_says_how_to_apply_and_by_which_rule(
    browser: Browser, services: Services
) -> None:
    shown = await browser.get("/programs")
    links = {link.get("href") for link in elements(shown.tree, "a")}
    for program in services.rules.programs.values():
        assert f"/programs/{program.id}" in links
        page = await browser.get(f"/programs/{program.id}")
        assert page.heading == program.name
        assert program.law.title in page.text
        assert not re.search(r"\b(household|person|income)\.[a-z_]", page.text)


async def test_a_phone_number_can_be_pressed(browser: Browser) -> None:
    page = await browser.get("/programs/lifeline")
    assert page.link("1-800-234-9473") == "tel:18002349473"


async def test_a_closed_program_says_so_and_cannot_be_started(browser: Browser) -> None:
    page = await browser.get("/programs/vehicle_fee_rebate")
    assert "Not open now" in page.text
    assert "See if you may get it" not in page.text


async def test_an_unknown_program_is_a_page_that_says_there_is_none(browser: Browser) -> None:
    page = await browser.get("/programs/nothing")
    assert page.status == 404
    assert page.heading == "We could not find that page"


async def test_the_language_switch_comes_back_to_the_page_and_is_remembered(
    browser: Browser,
) -> None:
    page = await browser.get("/privacy")
    changed = await page.form("/language").submit("Español")
    assert changed.url == "/privacy"
    assert changed.tree.get("lang") == "es"
    assert (await browser.get("/")).tree.get("lang") == "es"


@pytest.mark.parametrize("back", ["https://example.org/", "//example.org", "/\\example.org", ""])
async def test_the_language_switch_leads_nowhere_else(browser: Browser, back: str) -> None:
    fields = {"_language": "es", "next": back}
    response = await browser.client.post(
        "/language",
        content=urlencode(fields),
        headers={"content-type": "application/x-www-form-urlencoded"},
    )
    assert response.status_code == 303
    assert response.headers["location"] == "/"


async def test_a_draft_translation_says_so_and_english_does_not(client: httpx.AsyncClient) -> None:
    spanish = await Browser(client, "es").get("/")
    english = await Browser(client, "en").get("/")
    assert "borrador" in spanish.text
    assert "draft" not in english.text


@pytest.mark.parametrize("path", ["/", "/privacy", "/accessibility"])
async def test_a_child_of_twelve_can_read_a_public_page(browser: Browser, path: str) -> None:
    page = await browser.get(path)
    main = page.tree.find(".//main")
    assert main is not None
    lines = [text_of(part) for part in elements(main, "h1", "h2", "h3", "p", "li")]
    assert grade("\n".join(lines)) <= 6


async def test_everything_a_first_page_loads_is_small_and_ours(
    browser: Browser, client: httpx.AsyncClient
) -> None:
    page = await browser.get("/")
    loaded = [link.get("href") for link in elements(page.tree, "link")]
    loaded += [script.get("src") for script in elements(page.tree, "script")]
    total = len(page.response.content)
    for address in loaded:
        answer = await client.get(str(address))
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]
        total += len(answer.content)
    assert total < 60_000


@pytest.mark.parametrize("source", [None, "https://code.example.org/threshold"])
async def test_whoever_runs_a_changed_copy_offers_its_source_on_every_page(
    services: Services, source: str | None
) -> None:
    """The licence asks for it; the city names the address."""
    changed = replace(services, city=replace(services.city, source_link=source))
    app = create_app(changed.settings, changed.clock, services=changed, opens_database=False)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url=changed.settings.base_url) as client:
        for path in PAGES:
            page = await Browser(client).get(path)
            links = [link.get("href") for link in elements(page.tree, "a")]
            assert links.count(source) == (1 if source else 0)


@pytest.mark.parametrize(
    ("typed", "page"),
    [
        ("/benefits", "/benefits/start"),
        ("/benefits/", "/benefits/start"),
        ("/voice", "/voice/"),
        ("/staff", "/staff/sign-in"),
    ],
)
async def test_an_address_typed_by_heart_leads_to_its_page(
    browser: Browser, typed: str, page: str
) -> None:
    assert (await browser.get(typed)).url == page
