"""What only a real browser can tell of the components: axe, reflow, Enter, focus and sums."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Literal

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, Route

from service.public.gallery import components
from tests.service.pages.rendering import a_page, templates
from tests.support.browser import AXE_SECONDS, WCAG, open_browser, press

# One browser and one loop for all of them; each page has a context of its own.
pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]
HOST = "http://gallery.test"
QUESTION = """
{% extends "base.html" %}
{% from "components/csrf.html" import csrf %}
{% from "components/button.html" import button %}
{% from "components/money_field.html" import money_field %}
{% from "components/quiet_actions.html" import quiet_actions %}
{% block content %}
<form id="question" method="post" action="/answer" novalidate>{{ csrf(token=page.csrf) }}
<div data-sum-of>{{ money_field(name="one", label="First", value="410") }}
{{ money_field(name="two", label="Second", value="") }}</div>
<p class="th-sum"><output data-sum></output></p>
{{ button(label=_("Continue")) }}{{ quiet_actions(send=true) }}
</form>
{% endblock %}
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with open_browser() as opened:
        yield opened


def gallery(language: str) -> str:
    shown = components(templates().environments[language])
    view = {"page": a_page(), "heading": "Components", "components": shown}
    return templates().render("public/components.html", language, view)


def question(**view: object) -> str:
    template = templates().environments["en"].from_string(QUESTION)
    return template.render(page=a_page(), heading="Pay", form_id="question", **view)


@asynccontextmanager
async def shown(
    browser: Browser,
    html: str,
    width: int = 390,
    scheme: Literal["light", "dark"] = "light",
    scripts: bool = True,
) -> AsyncIterator[tuple[Page, list[str]]]:
    """The page in a browser, and the bodies of the forms it sends."""
    sent: list[str] = []

    async def answer(route: Route) -> None:
        path = route.request.url.removeprefix(HOST)
        found = templates().assets.by_path.get(path.removeprefix("/static/"))
        if found is not None:
            await route.fulfill(body=found.body, content_type=found.content_type)
            return
        if route.request.method == "POST":
            sent.append(route.request.post_data or "")
        headers = {"content-type": "text/html; charset=utf-8", "cache-control": "no-store"}
        await route.fulfill(body=html, headers=headers)

    viewport: Any = {"width": width, "height": 800}
    context = await browser.new_context(
        viewport=viewport, color_scheme=scheme, java_script_enabled=scripts
    )
    try:
        page = await context.new_page()
        await page.route("**/*", answer)
        await page.goto(f"{HOST}/")
        yield page, sent
    finally:
        await context.close()


async def test_axe_finds_nothing_in_any_component_light_or_dark_either_direction(
    browser: Browser,
) -> None:
    options = {"runOnly": {"type": "tag", "values": WCAG}, "resultTypes": ["violations"]}
    cases: list[tuple[str, Literal["light", "dark"]]] = [
        ("en", "light"),
        ("es", "dark"),
        ("qps-rtl", "light"),
    ]
    for language, scheme in cases:
        async with shown(browser, gallery(language), scheme=scheme) as (page, _sent):
            results = await asyncio.wait_for(Axe().run(page, options=options), AXE_SECONDS)
        found = [
            f"{fault['id']}: {node['html']}"
            for fault in results.response["violations"]
            for node in fault["nodes"]
        ]
        assert not found, f"{language} {scheme}: {found}"


async def test_nothing_is_cut_off_at_320_pixels_in_a_long_language(browser: Browser) -> None:
    for language in ("qps", "qps-rtl"):
        async with shown(browser, gallery(language), width=320) as (page, _sent):
            assert await page.evaluate("document.documentElement.scrollWidth") <= 320


async def test_controls_are_at_least_44_pixels_tall(browser: Browser) -> None:
    measure = """() => [...document.querySelectorAll(
        '.th-button, .th-pill, .th-input, .th-choice, .th-topline a, .th-footer a')]
        .filter(e => e.offsetParent && e.getBoundingClientRect().height < 44)
        .map(e => e.outerHTML.slice(0, 120))"""
    async with shown(browser, gallery("en")) as (page, _sent):
        assert await page.evaluate(measure) == []


@pytest.mark.parametrize("scripts", [True, False])
async def test_enter_means_continue_although_the_language_switch_stands_first(
    browser: Browser, scripts: bool
) -> None:
    async with shown(browser, question(), scripts=scripts) as (page, sent):
        await page.locator("#two").fill("20")
        async with page.expect_navigation():
            await page.locator("#two").press("Enter")
        assert sent == ["_csrf=token&one=410&two=20"]


async def test_the_language_switch_sends_what_was_typed_without_a_script(browser: Browser) -> None:
    async with shown(browser, question(), scripts=False) as (page, sent):
        await page.locator("#two").fill("20")
        await press(page.get_by_role("button", name="Español"))
        assert sorted(sent[0].split("&")) == ["_csrf=token", "_language=es", "one=410", "two=20"]


async def test_the_error_summary_takes_the_focus_and_leads_to_the_control(browser: Browser) -> None:
    errors = [{"target": "two", "text": "Enter an amount"}]
    async with shown(browser, question(errors=errors)) as (page, _sent):
        focused = "document.activeElement.id"
        assert await page.evaluate(focused) == "errors"
        await page.get_by_role("link", name="Enter an amount").click()
        await page.wait_for_function(f"{focused} === 'two'")


async def test_back_to_a_page_with_mistakes_asks_anew_and_not_whether_to_send_again(
    browser: Browser,
) -> None:
    errors = [{"target": "two", "text": "Enter an amount"}]
    async with shown(browser, question(errors=errors)) as (page, sent):
        await press(page.get_by_role("button", name="Continue", exact=True))
        await press(page.get_by_role("link", name="Threshold"))
        await page.go_back()
        assert page.url == f"{HOST}/answer"
        assert len(sent) == 1


async def test_the_running_sum_follows_typing_and_hides_what_it_cannot_read(
    browser: Browser,
) -> None:
    async with shown(browser, question()) as (page, _sent):
        total = page.locator("[data-sum]")
        assert await total.text_content() == "$410.00"
        await page.locator("#two").fill("1,014.58")
        assert await total.text_content() == "$1,424.58"
        await page.locator("#two").fill("a lot")
        assert await total.is_hidden()
