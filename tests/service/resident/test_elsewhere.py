"""Programs applied for elsewhere: the tick stays, the page to print too, and nothing is sent."""

from __future__ import annotations

from service import db
from service.actions.drafts import made_secret, reference_of
from service.services import Services
from tests.service.resident.test_amending import HOME
from tests.service.resident.test_returning import come_in
from tests.service.resident.walking import FAMILY, place, walk
from tests.support.browsing import Browser, PageSeen


async def sent_with_a_tick(browser: Browser, services: Services) -> PageSeen:
    page = await place(browser, services, FAMILY)
    page = await page.form().fill(choose=["orca_lift"], applied=["wic"]).submit("Continue with")
    page = await walk(page, {"address": HOME}, until="/benefits/check")
    page = await page.form("/benefits/check").submit()
    await page.form().fill(consent=["orca_lift"], signature="Luz Prado").submit("Send")
    return await browser.get("/benefits/status")


async def test_the_tick_is_kept_after_sending_and_can_be_changed(
    browser: Browser, services: Services
) -> None:
    page = await sent_with_a_tick(browser, services)
    form = page.form("/benefits/status/applied")
    assert form.values["applied"] == ["wic"]
    page = await form.fill(applied=[]).submit("Keep these ticks")
    assert "Your ticks are kept." in page.text
    assert "applied" not in page.form("/benefits/status/applied").values
    assert [row["program"] for row in await db.fetch("select program from referrals")] == [
        "orca_lift"
    ]


async def test_the_page_to_print_is_there_after_sending_and_not_for_the_secret_alone(
    browser: Browser, elsewhere: Browser, services: Services
) -> None:
    page = await sent_with_a_tick(browser, services)
    page = await page.click("Print a page with your answers")
    assert page.status == 200
    assert "We do not send this page" in page.text
    assert "4 March 1985" in page.text
    row = await db.fetch_one("select id from applications")
    assert row is not None
    secret = await made_secret(services, row["id"])
    renewed = "update applications set secret_hash = ? where id = ?"
    await db.execute(renewed, secret.stored, row["id"])
    reference = await reference_of(services, row["id"])
    assert reference is not None
    assert (await come_in(elsewhere, reference, secret.plain)).url == "/benefits/status"
    assert (await elsewhere.get("/benefits/status/print/wic")).status == 404
