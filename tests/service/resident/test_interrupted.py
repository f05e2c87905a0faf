"""A visit that ends in the middle of a page: its owner comes back to it with what was typed."""

from __future__ import annotations

from datetime import timedelta

from service import db
from service.services import Services
from tests.service.resident.test_returning import come_in, numbers
from tests.service.resident.walking import CONTACT, give
from tests.support.browsing import Browser, PageSeen
from tests.support.clock import StoppedClock


async def test_each_page_of_a_visit_says_until_when_it_waits(
    first: PageSeen, clock: StoppedClock
) -> None:
    assert "This page waits until" in first.text
    later = await first.browser.get("/benefits/apply/contact")
    clock.forward(timedelta(minutes=30))
    renewed = await first.browser.get("/benefits/apply/contact")
    assert later.tree.find(".//*[@data-waits]") is not None
    assert later.text != renewed.text


async def test_coming_back_leads_to_the_same_page_with_what_was_typed(
    first: PageSeen, clock: StoppedClock
) -> None:
    reference, secret = numbers(await give(first, CONTACT))
    page = await first.browser.get("/benefits/apply/people")
    form = page.form().fill({"people-more": "yes", "people-name": "Zebedee"})
    clock.forward(timedelta(hours=2))
    ended = await form.submit()
    assert ended.url == "/benefits/return"
    assert "Zebedee" not in ended.html
    back = await come_in(first.browser, reference, secret)
    assert back.url == "/benefits/apply/people"
    assert back.form().values["people-name"] == ["Zebedee"]
    assert (await back.form().submit()).status == 200
    assert (await back.browser.get("/benefits/apply/people")).form().values["people-name"] == [""]


async def test_what_was_typed_is_not_shown_to_another_application(
    first: PageSeen, elsewhere: Browser, services: Services, clock: StoppedClock
) -> None:
    await give(first, CONTACT)
    page = await first.browser.get("/benefits/apply/people")
    form = page.form().fill({"people-more": "yes", "people-name": "Zebedee"})
    other = await elsewhere.get("/benefits/start")
    other = await other.form("/benefits/start").submit()
    reference, secret = numbers(await give(other, CONTACT))
    clock.forward(timedelta(hours=2))
    await form.submit()
    back = await come_in(first.browser, reference, secret)
    assert back.url == "/benefits/apply/people"
    assert back.form().values["people-name"] == [""]


async def test_a_form_from_another_site_leaves_nothing_behind(
    first: PageSeen, clock: StoppedClock
) -> None:
    reference, secret = numbers(await give(first, CONTACT))
    clock.forward(timedelta(hours=2))
    await first.browser.client.post(
        "/benefits/apply/people",
        content="people-name=Mallory",
        headers={
            "content-type": "application/x-www-form-urlencoded",
            "sec-fetch-site": "cross-site",
        },
    )
    await come_in(first.browser, reference, secret)
    page = await first.browser.get("/benefits/apply/people")
    assert "Mallory" not in page.html
    assert len(await db.fetch("select id from applications")) == 1
