"""Choosing, consenting, signing, sending: nothing twice, nothing to whom it was not ticked."""

from __future__ import annotations

import asyncio
import re

from service import db
from service.resident.signatures import NO_NAME
from service.services import Services
from tests.service.resident.walking import CONTACT, FAMILY, SINGLE, give, place, walk
from tests.support.browsing import Browser, PageSeen
from tests.support.pages import elements


async def to_signature(browser: Browser, services: Services, programs: list[str]) -> PageSeen:
    page = await place(browser, services, SINGLE)
    page = await page.form().fill(choose=programs).submit("Continue with")
    page = await walk(page, {}, until="/benefits/check")
    return await page.form("/benefits/check").submit()


async def test_nothing_is_ticked_beforehand_and_one_button_ticks_what_fits(
    browser: Browser,
    services: Services,
) -> None:
    page = await place(browser, services, FAMILY)
    assert "choose" not in page.form().values
    ticked = (await page.form().submit("_action=all")).form().values["choose"]
    assert {"basic_food", "liheap", "fresh_bucks", "orca_lift"} <= set(ticked)
    assert "property_tax_exemption" not in ticked
    assert "vehicle_fee_rebate" not in page.form().options("choose")


async def test_an_unlikely_program_can_be_chosen_all_the_same(
    browser: Browser, services: Services
) -> None:
    page = await place(browser, services, FAMILY)
    assert "property_tax_exemption" in page.form().options("choose")
    page = await page.form().fill(choose=["property_tax_exemption"]).submit("Continue with")
    assert page.status == 200


async def test_choosing_nothing_says_what_to_do(browser: Browser, services: Services) -> None:
    page = await place(browser, services, SINGLE)
    page = await page.form().submit("Continue with")
    assert page.status == 422
    assert page.errors == ["Choose at least one program to apply for."]


async def test_amounts_are_rounded_ranges_for_a_resident(
    browser: Browser, services: Services
) -> None:
    page = await place(browser, services, FAMILY)
    amounts = [e.text or "" for e in page.tree.iter() if e.get("class") == "th-card__amount"]
    assert amounts
    assert all("." not in amount for amount in amounts)


async def test_consent_names_the_office_and_the_very_fields(
    browser: Browser, services: Services
) -> None:
    page = await to_signature(browser, services, ["orca_lift"])
    assert "What it gets King County Metro" in page.text
    assert "Birth dates" in page.text
    assert "consent" not in page.form().values
    assert "Rent" not in page.text


async def test_neither_ticked_nor_signed_is_two_errors_and_nothing_is_sent(
    browser: Browser,
    services: Services,
) -> None:
    page = await (await to_signature(browser, services, ["orca_lift"])).form().submit("Send")
    assert page.status == 422
    assert page.errors == ["Tick at least one office, or go back.", NO_NAME]
    unread = "Some signs here cannot be read. Type it again by hand."
    for typed, line in ((". 1", NO_NAME), ("\u200d", NO_NAME), ("\u200f", unread)):
        page = await page.form().fill(consent=["orca_lift"], signature=typed).submit("Send")
        assert page.errors == [line], typed
    assert await db.fetch("select id from referrals") == []


async def test_a_no_to_one_office_does_not_stop_the_other(
    browser: Browser, services: Services
) -> None:
    page = await to_signature(browser, services, ["orca_lift", "fresh_bucks"])
    page = await page.form().fill(consent=["fresh_bucks"], signature="Luz Prado").submit("Send")
    assert page.url == "/benefits/sent"
    assert [r["program"] for r in await db.fetch("select program from referrals")] == [
        "fresh_bucks"
    ]


async def test_a_double_click_is_one_application_with_one_receipt(
    browser: Browser, services: Services
) -> None:
    page = await to_signature(browser, services, ["orca_lift"])
    form = page.form().fill(consent=["orca_lift"], signature="Luz Prado")
    pages = await asyncio.gather(*(form.submit("Send") for _click in range(4)))
    later = await form.submit("Send")
    receipts = {(page.url, page.text) for page in (*pages, later)}
    assert len(receipts) == 1
    assert len(await db.fetch("select id from referrals")) == 1
    assert len(await db.fetch("select id from submissions")) == 1


async def test_after_sending_the_pages_of_the_draft_lead_to_the_status(sent: PageSeen) -> None:
    for path in ("apply/people", "results", "check", "sign", "send-now", "saved", "reference"):
        assert (await sent.browser.get(f"/benefits/{path}")).url == "/benefits/status", path


async def test_a_program_that_closed_after_it_was_shown_is_named_and_the_rest_is_sent(
    browser: Browser, services: Services
) -> None:
    page = await to_signature(browser, services, ["orca_lift"])
    form = page.form().fill(consent=["orca_lift"], signature="Luz Prado")
    ticked = [*form.successful(), ("consent", "vehicle_fee_rebate")]
    page = await browser.post(form.action, ticked)
    gone = "Car tab money back (vehicle license fee rebate)"
    line = f"This cannot be sent any more, and is off the list: {gone}. Send the rest."
    assert page.errors == [line]
    assert (await page.form().submit("Send")).url == "/benefits/sent"


async def test_a_receipt_that_was_bookmarked_stays_and_asks_how_it_went(sent: PageSeen) -> None:
    again = await sent.browser.get("/benefits/sent")
    assert again.text == sent.text
    assert "must decide by" in sent.text
    assert (await sent.click("Tell us how it went")).heading == "How did it go?"


async def test_what_changed_after_it_was_shown_is_not_sent_but_checked_again(
    browser: Browser,
    services: Services,
) -> None:
    page = await to_signature(browser, services, ["orca_lift"])
    form = page.form().fill(consent=["orca_lift"], signature="Luz Prado")
    birth = await browser.get("/benefits/apply/birth_date?from=check")
    back = await birth.form().fill({"birth_date-p1-year": "1960"}).submit("Continue")
    assert back.url == "/benefits/check"
    page = await form.submit("Send")
    assert page.url == "/benefits/check?changed=yes"
    assert "Nothing was sent" in page.text
    assert await db.fetch("select id from referrals") == []


async def test_a_change_asks_its_follow_ups_before_it_returns(
    browser: Browser, services: Services
) -> None:
    await to_signature(browser, services, ["orca_lift"])
    page = await browser.get("/benefits/apply/income_kinds/p1?from=check")
    page = await page.form().fill(income_kinds=["wages"]).submit("Continue")
    assert page.url == "/benefits/apply/job/p1/i1?from=check"


async def test_what_there_is_can_be_sent_from_any_page_after_the_contact(first: PageSeen) -> None:
    page = await (await give(first, CONTACT)).form().submit("Continue")
    page = await page.form().submit("_action=send")
    assert page.url == "/benefits/send-now"
    assert len(page.form().options("consent")) >= 5
    page = await page.form().fill(consent=["basic_food"], signature="Luz Prado").submit("Send")
    assert page.url == "/benefits/sent"
    assert "would have had" not in page.text  # the other pages were left out, and not saved
    rows = await db.fetch("select program from referrals")
    assert [row["program"] for row in rows] == ["basic_food"]


async def test_nothing_can_be_sent_before_somebody_says_who_they_are(first: PageSeen) -> None:
    page = await first.browser.get("/benefits/send-now")
    assert page.url == "/benefits/apply/contact"
    assert not [b for b in elements(page.tree, "button") if b.get("value") == "send"]


async def test_a_program_of_another_office_is_a_page_to_print_and_never_sent(
    browser: Browser,
    services: Services,
) -> None:
    page = await place(browser, services, FAMILY)
    assert "wic" not in page.form().options("choose")
    printed = await page.browser.get("/benefits/print/wic")
    assert "We do not send this page" in printed.text
    assert "Sol" in printed.text
    kept = await page.form().fill(applied=["wic"]).submit("Continue with")
    assert kept.form().values["applied"] == ["wic"]
    assert await db.fetch("select id from referrals") == []


async def test_the_receipt_says_how_many_pages_were_saved_to_the_browser_that_sent_it(
    browser: Browser, services: Services, elsewhere: Browser
) -> None:
    programs = ["basic_food", "orca_lift", "fresh_bucks", "utility_discount", "liheap"]
    page = await place(browser, services, FAMILY)
    page = await page.form().fill(choose=programs).submit("Continue with")
    page = await walk(page, {}, until="/benefits/check")
    page = await page.form("/benefits/check").submit()
    page = await page.form().fill(consent=programs, signature="Luz Prado").submit("Send")
    found = re.search(r"You answered (\d+) pages once\. .* would have had (\d+)\.", page.text)
    assert found
    assert 10 < int(found[1]) < int(found[2])
    again = await browser.get("/benefits/sent")
    assert found[0] in again.text
    session = browser.client.cookies.get("th_status")
    elsewhere.client.cookies.set("th_status", session or "", path="/benefits/")
    assert "pages once" not in (await elsewhere.get("/benefits/sent")).text
