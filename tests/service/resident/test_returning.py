"""Coming back: by reference and secret, by a link of one use, and not by guessing."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from service import db
from service.actions import drafts
from service.actions.case_rows import NOTICE
from service.actions.returning import LINK, write_link
from service.drafts import Held
from service.outbox import Claimed
from service.services import Services
from service.worker import Done, Worker
from tests.service.resident.walking import CONTACT, Answers, give
from tests.support.browsing import Browser, PageSeen
from tests.support.clock import StoppedClock

WRONG = "These two numbers do not belong together."
ANSWERED = "a link is on its way"


def numbers(page: PageSeen) -> tuple[str, str]:
    """The reference and the secret on the page that shows them."""
    reference = re.search(r"SEA-[0-9A-Z]{4}-[0-9A-Z]{5}", page.text)
    secret = re.search(r"(?:\d{4} ){3}\d{4}", page.text)
    assert reference
    assert secret
    return reference[0], secret[0]


async def come_in(browser: Browser, reference: str, secret: str) -> PageSeen:
    page = await browser.get("/benefits/return")
    form = page.form("/benefits/return").fill(reference=reference, secret=secret)
    return await form.submit("Come in")


async def ask_link(browser: Browser, reference: str) -> PageSeen:
    page = await browser.get("/benefits/return")
    return await page.form("/benefits/return/link").fill(reference=reference).submit()


async def link_in_the_outbox(services: Services) -> str | None:
    """Have the worker find out whom to write to; the link it would write."""
    links: list[str] = []

    async def kept(_services: Services, row: Claimed) -> Done:
        if row.payload["kind"] == "link":
            links.append(row.payload["link"])
        return Done()

    await Worker(services, {LINK: write_link, NOTICE: kept}).run_until_idle()
    return links[-1] if links else None


async def test_reference_and_secret_lead_back_to_the_open_question(
    first: PageSeen, elsewhere: Browser
) -> None:
    reference, secret = numbers(await give(first, CONTACT))
    page = await come_in(elsewhere, reference.lower().replace("-", " "), secret.replace(" ", "-"))
    assert page.url == "/benefits/apply/people"


@pytest.mark.parametrize("missing", ["reference", "secret"])
async def test_who_left_a_number_out_is_told_so_and_not_that_they_do_not_match(
    first: PageSeen, elsewhere: Browser, missing: str
) -> None:
    both = dict(zip(("reference", "secret"), numbers(await give(first, CONTACT)), strict=True))
    page = await come_in(elsewhere, **{**both, missing: " "})
    assert page.status == 422
    assert "Write both: your reference and your secret number." in page.text
    assert WRONG not in page.text


async def test_after_sending_they_lead_to_a_status_page_that_hides_what_others_could_read(
    first: PageSeen, elsewhere: Browser, services: Services
) -> None:
    page = await give(first, CONTACT)
    reference, secret = numbers(page)
    page = await first.browser.get("/benefits/send-now")
    page = await page.form().fill(consent=["basic_food"], signature="Luz Prado").submit("Send")
    assert "luz@example.org" in (await first.browser.get("/benefits/status")).text
    page = await come_in(elsewhere, reference, secret)
    assert page.url == "/benefits/status"
    assert "luz@example.org" not in page.text
    assert "l•••@e•••" in page.text
    assert (await elsewhere.get("/benefits/copy")).status == 404
    assert (await first.browser.get("/benefits/copy")).status == 200
    assert services.city.agencies["dshs"].name in page.text


async def test_a_wrong_secret_and_an_unknown_reference_get_the_same_answer(
    first: PageSeen, elsewhere: Browser
) -> None:
    reference, _secret = numbers(await give(first, CONTACT))
    wrong = await come_in(elsewhere, reference, "1111 2222 3333 4444")
    unknown = await come_in(elsewhere, "SEA-0000-00000", "1111 2222 3333 4444")
    nonsense = await come_in(elsewhere, "hello", "hello")
    assert [page.status for page in (wrong, unknown, nonsense)] == [422, 422, 422]
    assert [WRONG in page.text for page in (wrong, unknown, nonsense)] == [True] * 3


async def test_the_sixth_try_waits_for_a_known_reference_and_for_an_unknown_one(
    first: PageSeen, elsewhere: Browser, clock: StoppedClock
) -> None:
    reference, secret = numbers(await give(first, CONTACT))
    for name in (reference, "SEA-0000-00000"):
        for _try in range(5):
            assert (await come_in(elsewhere, name, "1111 2222 3333 4444")).status == 422
        assert (await come_in(elsewhere, name, secret)).status == 429
    clock.forward(timedelta(minutes=16))
    assert (await come_in(elsewhere, reference, secret)).status == 200


async def test_a_link_is_used_up_by_the_button_and_not_by_looking(
    first: PageSeen, elsewhere: Browser, services: Services
) -> None:
    reference, _secret = numbers(await give(first, CONTACT))
    assert ANSWERED in (await ask_link(elsewhere, reference)).text
    link = await link_in_the_outbox(services)
    assert link is not None
    page = await elsewhere.get(link)
    page = await elsewhere.get(link)
    used = await page.form().submit("Come in")
    assert used.url == "/benefits/apply/people"
    elsewhere.client.cookies.delete("th_benefits")
    again = await page.form().submit("Come in")
    assert again.status == 404
    assert "no longer works" in again.text


async def test_a_second_tap_on_a_links_button_leads_to_the_open_visit(
    first: PageSeen, elsewhere: Browser, services: Services
) -> None:
    reference, _secret = numbers(await give(first, CONTACT))
    await ask_link(elsewhere, reference)
    form = (await elsewhere.get(await link_in_the_outbox(services) or "")).form()
    first, second = await form.submit("Come in"), await form.submit("Come in")
    assert first.url == second.url
    assert second.status == 200
    page = await elsewhere.get("/benefits/return")
    assert "Your visit has ended" not in page.text
    assert (await page.click("Go on with it")).url == first.url


async def test_a_link_grows_old_in_twenty_minutes(
    first: PageSeen, elsewhere: Browser, services: Services, clock: StoppedClock
) -> None:
    reference, _secret = numbers(await give(first, CONTACT))
    await ask_link(elsewhere, reference)
    link = await link_in_the_outbox(services)
    assert link is not None
    page = await elsewhere.get(link)
    clock.forward(timedelta(minutes=20, seconds=1))
    assert (await page.form().submit("Come in")).status == 404


@pytest.mark.parametrize("change", [{"safe_to_write": "no"}, {"contact_mail": ""}])
async def test_nobody_is_written_to_who_did_not_say_it_is_safe(
    first: PageSeen, elsewhere: Browser, services: Services, change: Answers
) -> None:
    reference, _secret = numbers(await give(first, {**CONTACT, **change}))
    known = await ask_link(elsewhere, reference)
    unknown = await ask_link(elsewhere, "SEA-0000-00000")
    assert known.text == unknown.text
    left = "select topic, lane, length(payload) as size from outbox where topic = 'link'"
    assert [row["lane"] for row in await db.fetch(left)] == ["notices"] * 2
    asked = await db.fetch(
        "select actor_id, subject from audit_entries where action = 'link.asked'"
    )
    assert len({tuple(row.items()) for row in asked}) == 1
    assert await link_in_the_outbox(services) is None


async def test_a_locked_secret_opens_nothing_and_the_link_still_does(
    first: PageSeen, elsewhere: Browser, services: Services
) -> None:
    reference, secret = numbers(await give(first, CONTACT))
    page = await first.browser.get("/benefits/send-now")
    await page.form().fill(consent=["basic_food"], signature="Luz Prado").submit("Send")
    page = await come_in(elsewhere, reference, secret)
    page = await page.form("/benefits/status/lock").submit()
    assert "The secret number is locked" in page.text
    assert (await come_in(elsewhere, reference, secret)).status == 422
    assert (await first.browser.get("/benefits/status")).url == "/benefits/return"
    await ask_link(elsewhere, reference)
    link = await link_in_the_outbox(services)
    assert link is not None
    page = await (await elsewhere.get(link)).form().submit("Come in")
    assert page.url == "/benefits/status"
    assert "luz@example.org" in page.text


async def test_the_status_page_says_when_it_was_opened_before(
    first: PageSeen, elsewhere: Browser, clock: StoppedClock
) -> None:
    reference, secret = numbers(await give(first, CONTACT))
    page = await first.browser.get("/benefits/send-now")
    await page.form().fill(consent=["basic_food"], signature="Luz Prado").submit("Send")
    await come_in(elsewhere, reference, secret)
    clock.forward(timedelta(days=1))
    page = await come_in(elsewhere, reference, secret)
    assert "opened before: 22 November 2026" in page.text


async def test_finish_and_clear_ends_the_visit_and_offers_to_delete_what_was_not_sent(
    first: PageSeen,
) -> None:
    page = await give(first, CONTACT)
    page = await page.form("/benefits/clear").submit("Finish and clear")
    assert page.url == "/benefits/cleared"
    assert (await page.browser.get("/benefits/apply/people")).url == "/benefits/return"
    page = await page.form().submit("Delete")
    assert "Your unsent answers are deleted" in page.text
    assert await db.fetch("select id from applications") == []


async def test_finish_and_clear_deletes_nothing_that_was_sent(sent: PageSeen) -> None:
    page = await sent.form("/benefits/status/clear").submit("Finish and clear")
    assert "stays with the offices" in page.text
    assert len(await db.fetch("select id from referrals")) == 2
    cleared = await sent.browser.client.get("/benefits/status")
    assert cleared.status_code == 303


async def test_a_stale_window_does_not_undo_another(services: Services) -> None:
    """Eight saves of one revision, each adding a person: all eight are there."""
    import asyncio

    from forms import Flow, add_person

    now = services.clock.now()
    await drafts.start(services, None, "en", now)
    row = await db.fetch_one("select id from applications")
    assert row is not None
    held = await drafts.read(services, row["id"])
    assert held is not None

    async def add(name: str) -> Held | None:
        def change(flow: Flow) -> Flow:
            return flow.with_draft(add_person(flow.draft, name)[0])

        return await drafts.save(services, held, change, "en", now)

    await asyncio.gather(*(add(name) for name in "ABCDEF"))
    merged = await drafts.read(services, row["id"])
    assert merged is not None
    assert {merged.draft.name(person) for person in merged.draft.people[1:]} == set("ABCDEF")
