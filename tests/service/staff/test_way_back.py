"""Who lost the secret and has no mail gets back in at an office's desk, and nobody else as them."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from service import db
from service.actions.contact_changes import make_due
from service.referrals.request import Receipt
from service.services import Services
from tests.service.resident.test_contact_changes import mails
from tests.service.resident.test_returning import come_in, numbers
from tests.service.staff.conftest import UTILITIES, Send, SignIn, case_of
from tests.support.browsing import Browser, PageSeen, Value
from tests.support.clock import StoppedClock
from tests.support.pages import elements, text_of

LOOKED: dict[str, Value] = {"checked": "photo", "here": ["yes"]}


@pytest.fixture
async def outside(new_browser: object) -> Browser:
    """The resident's own browser."""
    made: Browser = await new_browser()  # type: ignore[operator]
    return made


async def forget_the_contact(services: Services) -> None:
    """The application as of somebody who gave neither mail nor phone."""
    [row] = await db.fetch("select id, contact from applications")
    place = {"table": "applications", "column": "contact", "row_id": row["id"]}
    known = services.keyring.open_json(row["contact"], **place)
    bare = services.keyring.seal_json({**known, "mail": None, "phone": None}, **place)
    await db.execute("update applications set contact = ?", bare)


def path_of(receipt: Receipt) -> str:
    return f"/staff/cases/{case_of(receipt, 'orca_lift')}/way-back"


async def given_at_the_desk(worker: Browser, path: str) -> tuple[str, str]:
    page = await (await worker.get(path)).form().fill(LOOKED).submit()
    assert page.status == 200, page.errors
    return numbers(page)


async def test_without_mail_or_phone_the_number_lets_in_once_and_gives_another_of_ones_own(
    staff: SignIn, send: Send, services: Services, outside: Browser
) -> None:
    receipt = await send()
    await forget_the_contact(services)
    reference, number = await given_at_the_desk(await staff("casey"), path_of(receipt))
    page = await come_in(outside, reference, number)
    assert page.heading == "Your new secret number"
    _same, own = numbers(page)
    assert own != number
    outside.client.cookies.clear()
    assert (await come_in(outside, reference, number)).status == 422
    assert (await come_in(outside, reference, receipt.secret or "")).status == 422
    assert (await come_in(outside, reference, own)).url == "/benefits/status"


async def test_with_a_mail_the_number_waits_and_its_owner_may_say_no(
    staff: SignIn, send: Send, services: Services, outside: Browser, clock: StoppedClock
) -> None:
    receipt = await send(language="en")
    reference, number = await given_at_the_desk(await staff("casey"), path_of(receipt))
    assert (await come_in(outside, reference, number)).status == 422
    [mail] = [mail for mail in await mails(services) if "/benefits/confirm/" in mail]
    link = mail.replace("=\n", "").partition("/benefits/confirm/")[2].split()[0]
    page = await outside.get(f"/benefits/confirm/{link}")
    assert "An office gave out a new secret number" in page.text
    await page.form().submit("No: stop it")
    clock.forward(timedelta(hours=73))
    assert await make_due(services) == 0
    assert (await come_in(outside, reference, number)).status == 422


async def test_without_a_no_it_works_after_72_hours_and_for_two_weeks(
    staff: SignIn, send: Send, services: Services, outside: Browser, clock: StoppedClock
) -> None:
    receipt = await send(mail=None)
    casey = await staff("casey")
    reference, number = await given_at_the_desk(casey, path_of(receipt))
    clock.forward(timedelta(hours=73))
    assert await make_due(services) == 1
    clock.forward(timedelta(days=14, minutes=1))
    assert (await come_in(outside, reference, number)).status == 422
    reference, number = await given_at_the_desk(await staff("robin"), path_of(receipt))
    clock.forward(timedelta(hours=73))
    await make_due(services)
    assert (await come_in(outside, reference, number)).heading == "Your new secret number"


async def test_two_who_use_the_number_at_once_are_not_both_let_in(
    staff: SignIn, send: Send, services: Services, outside: Browser
) -> None:
    from service.actions import returning

    receipt = await send()
    await forget_the_contact(services)
    reference, number = await given_at_the_desk(await staff("casey"), path_of(receipt))
    [row] = await db.fetch("select * from applications")
    assert (await come_in(outside, reference, number)).status == 200
    assert await returning._use_up(services, row, services.clock.now()) is None


async def test_nothing_is_made_unless_papers_were_looked_at_and_somebody_is_there(
    staff: SignIn, send: Send
) -> None:
    page = await (await staff("casey")).get(path_of(await send()))
    page = await page.form().submit()
    assert page.status == 422
    assert page.errors == [
        "Choose what you looked at.",
        "Make a number only for somebody who is here with you.",
    ]
    page = await page.form().fill(checked="photo").submit()
    assert len(page.errors) == 1
    assert await db.fetch("select id from contact_changes") == []


async def test_another_office_can_make_none_and_the_log_has_who_what_and_which(
    staff: SignIn, send: Send
) -> None:
    receipt = await send("orca_lift")
    una = await staff("una", agency=UTILITIES)
    assert (await una.get(path_of(receipt))).status == 404
    casey = await staff("casey")
    reference, number = await given_at_the_desk(casey, path_of(receipt))
    [row] = await db.fetch("select * from audit_entries where action = 'change.asked'")
    assert row["actor_kind"] == "caseworker"
    assert '"checked":"photo"' in row["detail"]
    assert str(case_of(receipt, "orca_lift")) in row["detail"]
    for secret in (number.replace(" ", ""), reference, "Ana"):
        assert secret not in str(await db.fetch("select * from audit_entries"))


async def test_a_worker_who_makes_one_number_after_the_other_is_stopped(
    staff: SignIn, send: Send, services: Services
) -> None:
    from service.security.rate_limits import GIVEN_ACCOUNT, limit

    path, casey = path_of(await send()), await staff("casey")
    [account] = await db.fetch("select id from staff_accounts")
    for _time in range(GIVEN_ACCOUNT.tries):
        await limit(services, GIVEN_ACCOUNT, str(UUID(str(account["id"]))), services.clock.now())
    page = await (await casey.get(path)).form().fill(LOOKED).submit()
    assert page.status == 429


async def test_the_page_for_residents_names_papers_offices_and_the_hold(
    browser: Browser, services: Services
) -> None:
    page = await (await browser.get("/benefits/return")).click("I lost my secret number")
    assert "A photo ID with your name." in page.text
    assert "after 72 hours" in page.text
    cards = [text_of(each) for each in elements(page.tree, "li")]
    for agency in services.city.agencies.values():
        [card] = [card for card in cards if card.startswith(agency.name)]
        assert agency.phone is None or agency.phone.number in card


async def test_the_sheet_to_take_home_is_in_the_residents_language(
    staff: SignIn, send: Send
) -> None:
    casey = await staff("casey")
    page: PageSeen = await casey.get(path_of(await send(language="es")))
    page = await page.form().fill(LOOKED).submit()
    sheet = page.tree.find(".//main//section")
    assert sheet is not None
    assert sheet.get("lang") == "es"
    assert "72" in page.text or "Call" in page.text
