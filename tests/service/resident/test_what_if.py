"""What if something changes: tried after sending, shown as a guess, never kept."""

from __future__ import annotations

from dataclasses import replace

import httpx

from service import db
from service.app import create_app
from service.services import Services
from tests.service.resident.test_amending import send_family
from tests.service.resident.walking import SINGLE, place
from tests.support.browsing import Browser, PageSeen

HERE, AHEAD = "/benefits/status/what-if", "/benefits/what-if"
TABLES = ("applications", "submissions", "referrals", "outbox", "audit_entries")


async def stored() -> list[list[dict[str, object]]]:
    return [[dict(row) for row in await db.fetch(f"select * from {each}")] for each in TABLES]


async def tried(page: PageSeen, key: str, **told: str) -> PageSeen:
    asked = (await page.browser.get(f"{HERE}/{key}")).form()
    return await asked.fill({**told}).submit("See what")


async def test_a_resident_tries_changes_after_sending_and_nothing_is_kept(
    browser: Browser, services: Services
) -> None:
    await send_family(browser, services, ["orca_lift", "fresh_bucks"])
    status = await browser.get("/benefits/status")
    kept = await stored()
    page = await status.click("See what might change")
    assert page.url == HERE
    page = await page.click("A new job")
    wrong = await page.form().fill(who="p1", amount="a lot").submit("See what")
    assert wrong.status == 422
    shown = await tried(page, "job", who="p1", amount="20,000")
    assert shown.url == f"{HERE}/job"
    assert "This is a guess. Only the offices decide. Nothing was kept or sent." in shown.text
    assert "$20,000 a month" in shown.text
    assert "May not fit" in shown.text
    assert "/benefits/status/change" in shown.html
    shown = await tried(page, "moves", who="child")
    assert "A child of 8 comes to live with you" in shown.text
    assert await stored() == kept


async def test_an_answer_of_the_form_is_tried_with_its_own_question(
    browser: Browser, services: Services
) -> None:
    await send_family(browser, services, ["orca_lift", "fresh_bucks"])
    page = await (await browser.get(HERE)).click("child care")
    assert (await page.form().submit("See what")).status == 422
    asked = page.form().fill({"childcare_cost": "900", "childcare_cost-period": "month"})
    shown = await asked.submit("See what")
    assert shown.status == 200
    assert "Help paying for food" in shown.text
    page = await (await browser.get(HERE)).click("Cafe Sol")
    shown = await page.form().fill(amount="4,000").submit("See what")
    assert "$4,000 a week" in shown.text
    assert "May not fit" in shown.text


async def test_who_came_by_the_secret_alone_cannot_find_out_by_trying(sent: PageSeen) -> None:
    await db.execute("update sessions set proof = 'secret' where proof = 'sent'")
    status = await sent.browser.get("/benefits/status")
    assert status.url == "/benefits/status"
    assert HERE not in status.html
    assert (await sent.browser.get(HERE)).status == 404
    assert (await sent.browser.get(f"{HERE}/job")).status == 404


async def test_before_sending_it_is_there_only_where_the_city_turns_it_on(
    client: httpx.AsyncClient, services: Services
) -> None:
    page = await place(Browser(client), services, SINGLE)
    assert AHEAD not in page.html
    assert (await page.browser.get(AHEAD)).status == 404
    turned_on = replace(services, city=replace(services.city, what_if_before_sending=True))
    app = create_app(services.settings, services.clock, services=turned_on, opens_database=False)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    base_url = services.settings.base_url
    cookies = client.cookies
    async with httpx.AsyncClient(transport=transport, base_url=base_url, cookies=cookies) as other:
        page = await Browser(other).get("/benefits/results")
        page = await (await page.click("What if something changes?")).click("A new job")
        shown = await page.form().fill(who="p1", amount="20,000").submit("See what")
    assert "Nothing was kept or sent." in shown.text
