"""Questions that can change nothing any more are not asked on the pages."""

from __future__ import annotations

from collections.abc import Mapping

from tests.service.resident.walking import SINGLE, Answers, begin, key_of, walk
from tests.support.browsing import Browser

WELL_PAID: Mapping[str, Answers | list[Answers]] = {
    **SINGLE,
    "about": {"about-p1": ["none"]},
    "receives": {"receives": ["none"]},
    "income_kinds/p1": {"income_kinds": ["wages"]},
    "job/p1/i1": {"employer": "", "pay_period": "month", "pay_told": "same"},
    "pay/p1/i1": {"pay_same": "9,800", "steady": "yes"},
    "more_income/p1": {"more_income-more": "no"},
    "child_support_payers": {"child_support_payers": ["none"]},
}


async def test_somebody_well_paid_is_led_past_home_and_savings(browser: Browser) -> None:
    last = "/benefits/apply/child_support_payers"
    page = await walk(await begin(browser), WELL_PAID, until=last)
    page = await page.form().fill(child_support_payers=["none"]).submit("Continue")
    assert page.url == "/benefits/results"
    for skipped in ("rent", "bills", "liquid_assets"):
        page = await browser.get(f"/benefits/apply/{skipped}")
        assert page.url == "/benefits/results", "a page that is not asked leads on"


async def test_a_smaller_pay_brings_the_questions_back(browser: Browser) -> None:
    await walk(await begin(browser), WELL_PAID)
    page = await browser.get("/benefits/apply/pay/p1/i1?from=check")
    page = await page.form().fill(pay_same="1,500", steady="yes").submit("Continue")
    assert key_of(page) == "liquid_assets"
    assert (await browser.get("/benefits/apply/rent")).url == "/benefits/apply/rent"
