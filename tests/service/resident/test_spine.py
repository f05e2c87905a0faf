"""From the first question to the receipt and the status page, without a script."""

from __future__ import annotations

from service import db
from tests.service.resident.walking import SINGLE, begin, walk
from tests.support.browsing import Browser


async def test_a_resident_answers_chooses_signs_and_sees_the_receipt(browser: Browser) -> None:
    page = await walk(await begin(browser), SINGLE)
    assert page.heading
    page = await page.form().fill(choose=["orca_lift", "fresh_bucks"]).submit("Continue with")
    page = await walk(page, {}, until="/benefits/check")
    assert "Luz Prado" in page.text
    page = await page.form("/benefits/check").submit()
    assert page.url == "/benefits/sign"
    page = await page.form().fill(consent=["orca_lift"], signature="Luz Prado").submit("Send")
    assert page.url == "/benefits/sent", page.text
    assert "King County Metro" in page.text
    page = await page.click("See where it stands")
    assert page.heading == "Your application"
    rows = await db.fetch("select program, state from referrals")
    assert [(row["program"], row["state"]) for row in rows] == [("orca_lift", "queued")]
