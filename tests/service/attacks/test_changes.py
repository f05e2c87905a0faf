"""Attacks on changes after sending: by a lost secret, by two windows, by what waits too long."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from service import db
from service.actions.contact_changes import make_due
from service.actions.holds import place_hold
from service.actor import Actor
from service.services import Services
from tests.service.resident.test_amending import HOME, open_changes, to_check
from tests.service.resident.test_contact_changes import (
    by_mail,
    changes,
    contact,
)
from tests.service.resident.test_returning import come_in, numbers
from tests.service.resident.walking import CONTACT, give
from tests.support.browsing import Browser, PageSeen
from tests.support.clock import StoppedClock

PINE = {"address-line1": "1 Pine Street", "address-city": "Seattle", "address-zip": "98101"}


async def ask_address(browser: Browser, office: str) -> PageSeen:
    page = await browser.get("/benefits/status/change/address")
    return await page.form().fill({**PINE, "office": [office]}).submit("Send this change")


async def take_back(browser: Browser, program: str) -> PageSeen:
    page = await browser.get("/benefits/status/withdraw")
    return await page.form().fill(program=[program]).submit("Take back")


async def renew(browser: Browser) -> PageSeen:
    browser.client.cookies.delete("th_new_secret")
    page = await browser.get("/benefits/status/secret")
    return await page.form().submit("Get a new secret number")


async def test_a_change_that_cannot_be_made_any_more_holds_up_no_other(
    known: tuple[str, str],
    first: PageSeen,
    elsewhere: Browser,
    services: Services,
    clock: StoppedClock,
) -> None:
    await come_in(elsewhere, *known)
    await ask_address(elsewhere, "dshs")
    clock.forward(timedelta(minutes=1))
    await changes(await elsewhere.get("/benefits/status"))
    await take_back(first.browser, "basic_food")
    clock.forward(timedelta(hours=73))
    await make_due(services)
    states = await db.fetch("select kind, state from contact_changes order by asked_at")
    found = {row["kind"]: row["state"] for row in states}
    assert found == {"address": "stopped", "contact": "made", "withdraw": "made"}
    assert (await contact(services))["mail"] == "new@example.org"


async def test_a_change_whose_seal_is_broken_holds_up_no_other(
    known: tuple[str, str], elsewhere: Browser, services: Services, clock: StoppedClock
) -> None:
    await come_in(elsewhere, *known)
    await ask_address(elsewhere, "dshs")
    await db.execute("update contact_changes set change = ?", b"\x01 not sealed")
    clock.forward(timedelta(minutes=1))
    await changes(await elsewhere.get("/benefits/status"))
    clock.forward(timedelta(hours=73))
    assert await make_due(services) == 1
    assert (await contact(services))["mail"] == "new@example.org"


async def test_a_new_secret_ends_the_changes_begun_with_the_old_one(
    alone: tuple[str, str], elsewhere: Browser, first: PageSeen, services: Services
) -> None:
    await come_in(elsewhere, *alone)
    page = await open_changes(await elsewhere.get("/benefits/status"), "Look at all answers")
    assert page.url == "/benefits/check"
    first.browser.client.cookies.clear()
    await by_mail(first.browser, alone[0], services)
    await renew(first.browser)
    assert (await elsewhere.get("/benefits/check")).url.startswith("/benefits/return")
    assert (await elsewhere.get("/benefits/status")).url.startswith("/benefits/return")


async def test_who_came_to_a_draft_by_its_secret_is_not_known_better_once_somebody_else_sent_it(
    first: PageSeen, elsewhere: Browser, services: Services
) -> None:
    way = numbers(await give(first, CONTACT))
    await come_in(elsewhere, *way)
    lurking = await elsewhere.get("/benefits/send-now")
    page = await first.browser.get("/benefits/send-now")
    await page.form().fill(consent=["basic_food"], signature="Luz Prado").submit("Send")
    await lurking.form().fill(consent=["orca_lift"], signature="Eve").submit("Send")
    assert (await elsewhere.get("/benefits/status")).url.startswith("/benefits/return")
    await open_changes(await first.browser.get("/benefits/status"), "Look at all answers")
    assert (await elsewhere.get("/benefits/check")).url.startswith("/benefits/return")
    assert len(await db.fetch("select id from referrals")) == 1


async def test_a_guessed_mail_is_not_confirmed_to_who_has_the_secret_alone(
    known: tuple[str, str], elsewhere: Browser, services: Services
) -> None:
    page = await come_in(elsewhere, *known)
    page = await elsewhere.get("/benefits/status/contact")
    guess = {"contact_mail": "luz@example.org", "contact_language": "en", "safe_to_write": "yes"}
    page = await page.form().fill({**guess}).submit("Change how")
    assert "A change waits" in page.text


async def test_nothing_typed_is_no_change(
    known: tuple[str, str], elsewhere: Browser, services: Services
) -> None:
    page = await come_in(elsewhere, *known)
    page = await elsewhere.get("/benefits/status/contact")
    same = {"contact_language": "en", "safe_to_write": "yes"}
    page = await page.form().fill({**same}).submit("Change how")
    assert "A change waits" not in page.text


async def test_two_changes_at_one_moment_are_both_kept(
    alone: tuple[str, str], first: PageSeen, services: Services
) -> None:
    listed = await first.browser.get("/benefits/status/change")
    links = [a.get("href") or "" for a in listed.tree.iter("a")]
    wanted = [link for word in ("/rent", "/pay") for link in links if word in link]
    pages = [await first.browser.get(link) for link in wanted]
    typed = ({"rent": "1500", "rent-period": "month"}, {"pay_same": "500", "steady": "yes"})
    forms = [
        page.form().fill({**told}).fill(office=["king_county_metro"])
        for page, told in zip(pages, typed, strict=True)
    ]
    done = await asyncio.gather(*(form.submit("Send this change") for form in forms))
    assert [page.status for page in done] == [200, 200]
    rows = await db.fetch("select id, facts from submissions order by number desc limit 1")
    facts = services.keyring.open_json(
        rows[0]["facts"], table="submissions", column="facts", row_id=rows[0]["id"]
    )
    assert facts["household"]["rent"]["amount"] == 150000
    assert facts["people"][0]["incomes"][0]["amount"] == 50000


async def test_changes_begun_before_a_newer_version_do_not_undo_it(
    alone: tuple[str, str], first: PageSeen, services: Services
) -> None:
    browser = first.browser
    begun = await open_changes(await browser.get("/benefits/status"), "Look at all answers")
    page = await browser.get("/benefits/status/change/rent")
    told = {"rent": "1500", "rent-period": "month"}
    told_to = page.form().fill({**told}).fill(office=["king_county_metro"])
    await told_to.submit("Send this change")
    page = await begun.form("/benefits/check").submit("Go on to consent")
    if page.url == "/benefits/sign":
        signed = page.form().fill(signature="Luz Prado", office=["king_county_metro"])
        page = await signed.submit("Send to the offices")
    rows = await db.fetch("select id, facts from submissions order by number desc limit 1")
    facts = services.keyring.open_json(
        rows[0]["facts"], table="submissions", column="facts", row_id=rows[0]["id"]
    )
    assert facts["household"]["rent"]["amount"] == 150000


async def test_a_thief_who_asks_ten_times_does_not_keep_the_owner_from_a_new_secret(
    known: tuple[str, str], first: PageSeen, elsewhere: Browser, services: Services
) -> None:
    await come_in(elsewhere, *known)
    for _time in range(11):
        last = await renew(elsewhere)
    assert last.status == 429
    first.browser.client.cookies.clear()
    await by_mail(first.browser, known[0], services)
    page = await renew(first.browser)
    assert page.status == 200
    assert page.heading == "Your new secret number"


async def test_a_held_draft_is_not_deleted_by_its_owner(
    first: PageSeen, services: Services
) -> None:
    reference, _secret = numbers(await give(first, CONTACT))
    await place_hold(services, Actor("admin", "x"), reference, "lawsuit", services.clock.now())
    page = await first.browser.get("/benefits/saved")
    page = await page.form("/benefits/clear").submit()
    page = await page.form("/benefits/delete").submit()
    assert len(await db.fetch("select id from applications")) == 1
    assert "are still stored with us" in page.text


async def test_taking_back_that_waits_takes_nothing_that_was_applied_for_since(
    alone: tuple[str, str],
    first: PageSeen,
    elsewhere: Browser,
    services: Services,
    clock: StoppedClock,
) -> None:
    await come_in(elsewhere, *alone)
    await take_back(elsewhere, "orca_lift")
    page = await first.browser.get("/benefits/status/add")
    page = await page.form().fill(choose=["fresh_bucks"]).submit("Continue with")
    page, _asked = await to_check(page, {"address": HOME})
    page = await page.form("/benefits/check").submit("Go on to consent")
    await page.form().fill(consent=["fresh_bucks"], signature="Luz Prado").submit("Send to the")
    clock.forward(timedelta(hours=73))
    assert await make_due(services) == 1
    rows = await db.fetch("select program, state from referrals")
    found = {row["program"]: row["state"] for row in rows}
    assert found == {"orca_lift": "withdrawn", "fresh_bucks": "queued"}
    [row] = await db.fetch("select state from applications")
    assert row["state"] == "submitted"


async def test_a_change_typed_too_late_is_there_again_for_its_owner_and_for_nobody_else(
    known: tuple[str, str], first: PageSeen, clock: StoppedClock
) -> None:
    page = await first.browser.get("/benefits/status/change/address")
    form = page.form().fill({**PINE, "office": ["dshs"]})
    clock.forward(timedelta(hours=1))
    ended = await form.submit()
    assert ended.url == "/benefits/return"
    assert "Pine" not in ended.html
    back = await come_in(first.browser, *known)
    assert back.url == "/benefits/status/change/address"
    values = back.form().values
    assert (values["address-line1"], values["office"]) == (["1 Pine Street"], ["dshs"])
