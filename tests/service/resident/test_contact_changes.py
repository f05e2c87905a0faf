"""Another contact, a new secret, taking back: at once by one's own mail, held for anybody else."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from service import db
from service.actions.contact_changes import make_due
from service.notices import HANDLERS
from service.services import Services
from service.worker import Worker
from tests.service.resident.test_returning import (
    ask_link,
    come_in,
    link_in_the_outbox,
    numbers,
)
from tests.service.resident.walking import CONTACT, give
from tests.support.browsing import Browser, PageSeen
from tests.support.clock import StoppedClock

NEW = {
    "contact_mail": "new@example.org",
    "contact_phone": "206 555 0123",
    "contact_language": "en",
    "safe_to_write": "yes",
}


@pytest.fixture
async def known(first: PageSeen) -> tuple[str, str]:
    """Reference and secret of an application for Basic Food that was sent."""
    reference, secret = numbers(await give(first, CONTACT))
    page = await first.browser.get("/benefits/send-now")
    await page.form().fill(consent=["basic_food"], signature="Luz Prado").submit("Send")
    return reference, secret


async def by_mail(browser: Browser, reference: str, services: Services) -> PageSeen:
    await ask_link(browser, reference)
    link = await link_in_the_outbox(services)
    assert link is not None
    return await (await browser.get(link)).form().submit("Come in")


async def changes(page: PageSeen, **more: list[str]) -> PageSeen:
    page = await page.browser.get("/benefits/status/contact")
    return await page.form().fill({**NEW, **more}).submit("Change how")


async def contact(services: Services) -> dict[str, object]:
    row = await db.fetch_one("select id, contact from applications")
    assert row is not None
    found: dict[str, object] = services.keyring.open_json(
        row["contact"], table="applications", column="contact", row_id=row["id"]
    )
    return found


async def mails(services: Services) -> list[str]:
    await Worker(services, HANDLERS, jobs=()).run_until_idle()
    folder = services.settings.storage / "mail"
    return [path.read_text() for path in folder.glob("*.eml")]


async def confirm_link(services: Services) -> str:
    """The link in the mail about a change that waits."""
    [mail] = [mail for mail in await mails(services) if "/benefits/confirm/" in mail]
    assert "To: luz@example.org" in mail
    found = re.search(r"/benefits/confirm/[\w-]+", mail.replace("=\n", ""))
    assert found
    return found[0]


async def test_who_came_by_mail_changes_the_contact_at_once_and_the_old_mail_is_told(
    known: tuple[str, str], elsewhere: Browser, services: Services
) -> None:
    page = await by_mail(elsewhere, known[0], services)
    shown = await elsewhere.get("/benefits/status/contact")
    assert shown.form().values["contact_mail"] == ["luz@example.org"]
    page = await changes(page)
    assert "How we reach you is changed." in page.text
    assert "new@example.org" in page.text
    told = [mail for mail in await mails(services) if "Something was changed" in mail]
    assert [("To: luz@example.org" in mail) for mail in told] == [True]


async def test_with_the_secret_alone_the_old_contact_is_hidden_and_asked(
    known: tuple[str, str], elsewhere: Browser, services: Services, clock: StoppedClock
) -> None:
    page = await come_in(elsewhere, *known)
    shown = await elsewhere.get("/benefits/status/contact")
    assert "luz@example.org" not in shown.html
    page = await changes(page)
    assert "A change waits" in page.text
    assert (await contact(services))["mail"] == "luz@example.org"
    link = await confirm_link(services)
    page = await elsewhere.get(link)
    page = await elsewhere.get(link)
    page = await page.form().submit("Yes, that was me")
    assert page.heading == "It is changed"
    assert (await contact(services))["mail"] == "new@example.org"
    assert (await elsewhere.get(link)).status == 404


async def test_without_an_answer_the_change_happens_after_72_hours(
    known: tuple[str, str], elsewhere: Browser, services: Services, clock: StoppedClock
) -> None:
    await changes(await come_in(elsewhere, *known))
    clock.forward(timedelta(hours=71, minutes=59))
    assert await make_due(services) == 0
    clock.forward(timedelta(minutes=2))
    assert await make_due(services) == 1
    assert await make_due(services) == 0
    assert (await contact(services))["mail"] == "new@example.org"
    assert (await contact(services))["name"] == "Luz Prado"


async def test_saying_no_stops_the_change_and_locks_the_secret(
    known: tuple[str, str], elsewhere: Browser, services: Services, clock: StoppedClock
) -> None:
    await changes(await come_in(elsewhere, *known))
    page = await elsewhere.get(await confirm_link(services))
    page = await page.form().submit("No: stop it")
    assert "The secret number is locked" in page.text
    assert (await come_in(elsewhere, *known)).status == 422
    clock.forward(timedelta(hours=73))
    assert await make_due(services) == 0
    assert (await contact(services))["mail"] == "luz@example.org"


async def test_locking_at_the_status_page_stops_what_waits_as_well(
    known: tuple[str, str], elsewhere: Browser, services: Services, clock: StoppedClock
) -> None:
    page = await changes(await come_in(elsewhere, *known))
    await page.form("/benefits/status/lock").submit()
    clock.forward(timedelta(hours=73))
    assert await make_due(services) == 0


async def test_a_change_can_be_stopped_alone_and_only_by_its_own_application(
    known: tuple[str, str], elsewhere: Browser, services: Services, clock: StoppedClock
) -> None:
    page = await changes(await come_in(elsewhere, *known))
    row = await db.fetch_one("select id from contact_changes")
    assert row is not None
    page = await page.form(f"/benefits/status/changes/{row['id']}/stop").submit("Stop this change")
    assert "It is stopped" in page.text
    assert "A change waits" not in page.text
    clock.forward(timedelta(hours=73))
    assert await make_due(services) == 0


async def test_a_ticked_office_gets_the_new_contact_and_an_unticked_one_does_not(
    sent: PageSeen, services: Services, clock: StoppedClock
) -> None:
    await changes(sent, office=["king_county_metro"])
    clock.forward(timedelta(hours=73))
    assert await make_due(services) == 1
    rows = await db.fetch("select id, program, version, granted from referrals")
    found = {}
    for row in rows:
        granted = services.keyring.open_json(
            row["granted"], table="referrals", column="granted", row_id=row["id"]
        )
        found[row["program"]] = (row["version"], granted["contact"]["mail"])
    assert found == {
        "orca_lift": (2, "new@example.org"),
        "fresh_bucks": (1, "luz@example.org"),
    }


async def test_a_new_secret_by_mail_works_at_once_and_opens_what_was_locked(
    known: tuple[str, str], elsewhere: Browser, services: Services
) -> None:
    page = await by_mail(elsewhere, known[0], services)
    await page.form("/benefits/status/lock").submit()
    page = await by_mail(elsewhere, known[0], services)
    page = await page.click("Get a new secret number")
    page = await page.form().submit("Get a new secret number")
    _reference, fresh = numbers(page)
    assert "The old one does not" in page.text
    page = await page.form().submit("I have written it down")
    assert fresh not in (await elsewhere.get("/benefits/status/secret")).text
    assert (await come_in(elsewhere, known[0], known[1])).status == 422
    assert (await come_in(elsewhere, known[0], fresh)).url == "/benefits/status"


async def test_a_new_secret_asked_for_with_the_old_one_works_after_the_hold(
    known: tuple[str, str], elsewhere: Browser, services: Services, clock: StoppedClock
) -> None:
    page = await come_in(elsewhere, *known)
    page = await page.browser.get("/benefits/status/secret")
    page = await page.form().submit("Get a new secret number")
    _reference, fresh = numbers(page)
    assert "Until then, use the old one" in page.text
    assert (await come_in(elsewhere, known[0], fresh)).status == 422
    clock.forward(timedelta(hours=73))
    await make_due(services)
    assert (await come_in(elsewhere, known[0], known[1])).status == 422
    assert (await come_in(elsewhere, known[0], fresh)).url == "/benefits/status"


async def test_taking_back_with_the_secret_alone_waits_for_a_yes(
    known: tuple[str, str], elsewhere: Browser, services: Services
) -> None:
    await come_in(elsewhere, *known)
    page = await elsewhere.get("/benefits/status/withdraw")
    form = page.form().fill(program=["basic_food"])
    first, second = await form.submit("Take back"), await form.submit("Take back")
    assert "Something you sent is to be taken back" in second.text
    assert first.text == second.text  # a second tap is the same wish: one mail, and its link works
    assert [row["state"] for row in await db.fetch("select state from referrals")] == ["queued"]
    page = await elsewhere.get(await confirm_link(services))
    await page.form().submit("Yes, that was me")
    assert [row["state"] for row in await db.fetch("select state from referrals")] == ["withdrawn"]
    assert [row["state"] for row in await db.fetch("select state from applications")] == [
        "withdrawn"
    ]


async def test_another_address_with_the_secret_alone_waits_too(
    known: tuple[str, str], elsewhere: Browser, services: Services, clock: StoppedClock
) -> None:
    await come_in(elsewhere, *known)
    page = await elsewhere.get("/benefits/status/change/address")
    typed = {"address-line1": "1 Pine Street", "address-city": "Seattle", "address-zip": "98101"}
    page = await page.form().fill({**typed, "office": ["dshs"]}).submit("Send this change")
    assert "Your address is to change" in page.text
    clock.forward(timedelta(hours=73))
    assert await make_due(services) == 1
    row = await db.fetch_one("select id, granted, version from referrals")
    assert row is not None
    granted = services.keyring.open_json(
        row["granted"], table="referrals", column="granted", row_id=row["id"]
    )
    assert row["version"] == 2
    assert granted["facts"]["household"]["address"]["line1"] == "1 Pine Street"


async def test_a_later_wish_takes_the_place_of_the_first(
    known: tuple[str, str], elsewhere: Browser, services: Services, clock: StoppedClock
) -> None:
    page = await come_in(elsewhere, *known)
    await changes(page)
    page = await elsewhere.get("/benefits/status/contact")
    other = {**NEW, "contact_mail": "later@example.org"}
    await page.form().fill({**other}).submit("Change how")
    clock.forward(timedelta(hours=73))
    assert await make_due(services) == 1
    assert (await contact(services))["mail"] == "later@example.org"


async def test_nobody_is_written_to_at_an_address_that_is_not_safe(
    first: PageSeen, elsewhere: Browser, services: Services
) -> None:
    reference, secret = numbers(await give(first, {**CONTACT, "safe_to_write": "no"}))
    page = await first.browser.get("/benefits/send-now")
    await page.form().fill(consent=["basic_food"], signature="Luz Prado").submit("Send")
    await changes(await come_in(elsewhere, reference, secret))
    assert await mails(services) == []
