"""The moderators' queue of bursts: judged, counted, taken out, stopped and put back by people."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from service.actions.voice.batches import work_off
from service.services import Services
from service.voice.bursts import look_for_bursts
from tests.service.staff.conftest import SignIn, table_rows
from tests.service.voice.desk.conftest import audited
from tests.service.voice.signers import Signers, new_petition
from tests.support.browsing import Browser, PageSeen
from tests.support.clock import StoppedClock


@pytest.fixture
async def flooded(services: Services, clock: StoppedClock) -> Signers:
    """Twelve signatures from one network, and a neighbor's from another."""
    petition = await new_petition(services, clock.now() + timedelta(days=30), number=7)
    rules = replace(services.voice, bursts={**services.voice.bursts, "network": 10})
    signers = Signers(replace(services, voice=rules), petition)
    await signers.sign("neighbor@two.example.net", network="198.51.100.7")
    await signers.sign_many(12, network="203.0.113.9", show_name=True)
    await look_for_bursts(signers.services)
    await signers.counted()
    return signers


async def press(page: PageSeen, action: str, **fields: str) -> PageSeen:
    form = page.form(page.url)
    told = {"_csrf": form.values["_csrf"][0], "_action": action, **fields}
    if "seen" in form.names:
        told["seen"] = form.values["seen"][0]
    return await page.browser.post(page.url, list(told.items()))


async def opened(browser: Browser) -> PageSeen:
    page = await browser.get("/staff/voice")
    assert "1 waits for a look" in page.text
    page = await page.click("Many signatures at once")
    assert [row[1:3] for row in table_rows(page)] == [["One network", "12"]]
    return await page.click("Light the path")


async def test_a_burst_is_counted_taken_out_and_put_back_by_a_moderator(
    flooded: Signers, staff: SignIn
) -> None:
    mo = await staff("mo", "moderator", None)
    page = await opened(mo)
    assert "Sam Signer" in page.text, "a name that is shown to everybody may be looked at"
    refused = await press(page, "count", reason=" ")
    assert refused.errors == ["Say why, in up to 200 letters."]
    batch = await press(page, "count", reason="Twelve in one second")
    assert "Counted, nothing taken out" in batch.text
    assert await flooded.counted() == 13
    running = await press(batch, "run")
    assert "Being taken out" in running.text
    await work_off(flooded.services)
    assert await flooded.counted() == 1
    done = await mo.get(batch.url)
    again = await press(batch, "run")
    assert (again.status, "Somebody changed this" in again.text) == (409, True)
    await press(done, "undo")
    await work_off(flooded.services)
    assert await flooded.counted() == 13
    assert await audited("voice.batch.previewed") == 1
    listed = await mo.get("/staff/voice/bursts")
    assert [row[1] for row in table_rows(listed) if "second" in row[3]] == ["Put back"]


async def test_of_two_moderators_who_judge_one_burst_the_second_is_told(
    flooded: Signers, staff: SignIn
) -> None:
    mo, max_ = await staff("mo", "moderator", None), await staff("max", "moderator", None)
    first, second = await opened(mo), await opened(max_)
    assert "Nothing here." in (await press(first, "fine")).text
    late = await press(second, "count", reason="Made up")
    assert (late.status, "Somebody changed this" in late.text) == (409, True)
    judged = await mo.get("/staff/voice/bursts?view=judged")
    assert "Called fine" in judged.text
    assert await flooded.counted() == 13


async def test_only_moderators_judge_bursts(flooded: Signers, staff: SignIn) -> None:
    for role in ("leader", "admin", "officer"):
        browser = await staff(role, role, None)
        assert (await browser.get("/staff/voice/bursts")).status == 404
