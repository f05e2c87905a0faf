"""A note about the service: from anybody, tied to nobody, read by those who can change it."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from service import db
from service.actions import feedback as giving
from service.errors import TooMany
from service.queries import feedback as queries
from service.security.rate_limits import HOUR, Limit
from service.services import Services
from tests.service.database.test_retention import a_whole_day
from tests.service.staff.conftest import SignIn, table_rows
from tests.support.browsing import Browser, PageSeen
from tests.support.clock import StoppedClock

CHOOSE = "Your note: Choose one answer, or write something."
SHORTER = "Your note: Make it shorter, 2,000 letters at most."
NOTE = "The page on pay took me three tries.\nمرحبا 👋"


async def say(browser: Browser, **fields: str) -> PageSeen:
    page = await browser.get("/feedback")
    return await page.form().fill(**fields).submit("Send this note")


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        ({}, CHOOSE),
        ({"words": " \n "}, CHOOSE),
        ({"words": "x" * 2_001}, SHORTER),
        ({"words": "x" * 2_001, "ease": "hard"}, SHORTER),
    ],
)
async def test_a_note_that_will_not_do_is_said_and_stays_typed(
    browser: Browser, typed: dict[str, str], line: str
) -> None:
    page = await say(browser, **typed)
    assert (page.status, page.errors) == (422, [line])
    assert page.form().values["words"][0].strip() == typed.get("words", "").strip()
    assert await db.fetch("select 1 from feedback") == []


async def test_a_note_is_kept_once_sealed_and_tied_to_no_visit(
    browser: Browser, services: Services
) -> None:
    form = (await browser.get("/feedback")).form().fill(ease="stuck", words=NOTE)
    first, second = await form.submit(), await form.submit()
    assert first.heading == second.heading == "We have your note"
    [row] = await db.fetch("select * from feedback")
    assert NOTE.encode() not in bytes(row["words"])
    assert set(row) == {"id", "form", "given_at", "language", "ease", "words"}
    [entry] = await db.fetch("select * from audit_entries where action = 'feedback.given'")
    assert (entry["actor_kind"], entry["detail"]) == ("anonymous", "{}")


async def test_leaders_and_administrators_read_it_and_only_administrators_remove_it(
    browser: Browser, staff: SignIn
) -> None:
    await say(browser, ease="stuck", words=NOTE)
    await say(browser, ease="easy")
    lee, ada = await staff("lee", "leader", None), await staff("ada", "admin", None)
    page = await (await lee.get("/staff/")).click("Feedback")
    assert table_rows(page) == [
        ["It was easy", "1"],
        ["Some of it was hard", "0"],
        ["I could not do what I came for", "1"],
    ]
    assert "The page on pay took me three tries." in page.text
    assert "Remove this note" not in page.text
    assert (await lee.post("/staff/feedback", [])).status in (403, 404)
    newest = (await ada.get("/staff/feedback")).form("/staff/feedback")
    for _tap in range(2):
        page = await newest.submit("Remove this note")
        assert [row[1] for row in table_rows(page)] == ["0", "0", "1"]
    assert len(await db.fetch("select 1 from audit_entries where action = 'feedback.removed'")) == 1
    assert "The page on pay took me three tries." in page.text


async def test_a_long_list_goes_on_by_cursor(
    browser: Browser, staff: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "PAGE", 2)
    for number in range(3):
        await say(browser, words=f"note {number}")
    ada = await staff("ada", "admin", None)
    page = await ada.get("/staff/feedback")
    assert "note 0" not in page.text
    page = await page.click("Next")
    assert "note 0" in page.text
    assert (await ada.get("/staff/feedback?after=nothing")).status == 404


async def test_a_list_stays_where_it_was_when_a_note_is_removed(
    browser: Browser, staff: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "PAGE", 2)
    for number in range(4):
        await say(browser, words=f"note {number}")
    ada = await staff("ada", "admin", None)
    page = await (await ada.get("/staff/feedback")).click("Next")
    page = await page.form("/staff/feedback").submit("Remove this note")
    assert ("note 0" in page.text, "note 1" in page.text, "note 3" in page.text) == (
        True,
        False,
        False,
    )
    page = await page.form("/staff/feedback").submit("Remove this note")
    assert "note 3" in page.text, "behind the last note there is no page"


async def test_a_note_is_gone_after_a_year(
    browser: Browser, services: Services, clock: StoppedClock
) -> None:
    await say(browser, words="note")
    clock.forward(timedelta(days=363))
    await a_whole_day(services, clock)
    assert await db.fetch("select 1 from feedback") != []
    clock.forward(timedelta(days=2))
    await a_whole_day(services, clock)
    assert await db.fetch("select 1 from feedback") == []


async def test_one_network_alone_cannot_use_up_what_everybody_may_say(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(giving, "FEEDBACK_NETWORK", Limit("feedback/network", 1, HOUR))
    monkeypatch.setattr(giving, "FEEDBACK_EVERYBODY", Limit("feedback/everybody", 2, HOUR))

    async def give(network: str) -> None:
        note = giving.Note(uuid4(), "easy", "", "en")
        await giving.give(services, note, network, services.clock.now())

    await give("192.0.2.1")
    for _again in range(2):
        with pytest.raises(TooMany):
            await give("192.0.2.1")
    await give("192.0.2.2")
