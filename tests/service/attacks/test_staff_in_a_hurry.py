"""Staff in a hurry, and residents with names that reach out of their place."""

from __future__ import annotations

import asyncio

import pytest

from service import db
from service.services import Services
from tests.service.staff.conftest import Send, SignIn, case_of
from tests.support.browsing import PageSeen, Value
from tests.support.pages import elements

NAMES = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7*7 }}{% raw %}",
    "\u202eseyeR anA",
    "محمد بن عبد الله",
    "👩🏽‍🦽 Ana 🇲🇽",
    "A" * 190,
)


async def test_a_button_pressed_twice_writes_one_note_and_another_note_is_another(
    staff: SignIn, send: Send
) -> None:
    casey = await staff("casey")
    address = f"/staff/cases/{case_of(await send(), 'orca_lift')}"
    form = (await casey.get(address)).form(f"{address}/notes").fill(note="Called, no answer")
    for _press in range(3):
        assert (await form.submit()).status == 200
    assert len(await db.fetch("select id from case_notes")) == 1
    await (await casey.get(address)).form(f"{address}/notes").fill(note="Called again").submit()
    assert len(await db.fetch("select id from case_notes")) == 2


async def test_a_question_and_a_decision_pressed_twice_are_one(staff: SignIn, send: Send) -> None:
    casey = await staff("casey")
    address = f"/staff/cases/{case_of(await send(), 'orca_lift')}"
    page = await casey.get(address)
    await page.form(f"{address}/claim").submit()
    due: dict[str, Value] = {"due-day": "4", "due-month": "12", "due-year": "2026"}
    asked = (await casey.get(f"{address}/ask")).form().fill(due, more="A pay slip")
    both = await asyncio.gather(asked.submit(), asked.submit())
    assert [page.status for page in both] == [200, 200]
    assert len(await db.fetch("select id from information_requests")) == 1
    await db.execute("update information_requests set state = 'answered'")
    await db.execute("update referrals set state = 'in_review' where agency = 'king_county_metro'")
    form = (await casey.get(f"{address}/decide")).form().fill(outcome="approved")
    preview = await form.submit()
    pressed = preview.form()
    both = await asyncio.gather(pressed.submit("_action=decide"), pressed.submit("_action=decide"))
    assert [page.status for page in both] == [200, 200]
    assert len(await db.fetch("select id from decisions")) == 1


@pytest.mark.parametrize("name", NAMES)
async def test_a_name_stays_words_on_every_page_of_its_case(
    staff: SignIn, send: Send, name: str
) -> None:
    address = f"/staff/cases/{case_of(await send(name=name), 'orca_lift')}"
    casey = await staff("casey")
    await (await casey.get(address)).form(f"{address}/claim").submit()
    for path in ("/staff/cases", address, *(f"{address}/{p}" for p in PARTS)):
        page: PageSeen = await casey.get(path)
        assert page.status == 200
        assert not elements(page.tree, "img")
        assert [script.get("src") is None for script in elements(page.tree, "script")] == [False]
        assert "49{% raw" not in page.html


PARTS = ("print", "ask", "decide", "way-back")


async def test_no_page_of_a_case_opens_for_an_id_that_is_none_or_anothers(
    staff: SignIn, send: Send, services: Services
) -> None:
    receipt = await send("utility_discount")
    other = case_of(receipt, "utility_discount")
    casey = await staff("casey")
    wrong = (str(other), str(receipt.application), "0", "%00", "{" + str(other) + "}", "../cases")
    for each in wrong:
        for part in ("", *PARTS):
            found = await casey.client.get(f"/staff/cases/{each}/{part}".rstrip("/"))
            # "../cases" is the list itself.
            assert found.status_code in (400, 404) or str(found.url).endswith("/staff/cases"), each
            assert "Ana Reyes" not in found.text
