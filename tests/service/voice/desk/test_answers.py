"""What the city says and does: an answer, a promise, its delivery, and the public ledger."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta

import pytest

from service import db
from service.actions.voice import answers, questions
from service.actions.voice.answers import Pledge, Reply
from service.errors import Conflict, Invalid
from service.queries.voice.ledger import Stage, ledger
from service.services import Services
from tests.service.staff.conftest import SignIn, table_rows
from tests.service.voice.desk.conftest import Account, Ask, state_of
from tests.support.browsing import Browser
from tests.support.clock import StoppedClock

REPLY = Reply("We build ten benches.", "Transportation", "yes")


async def test_an_answer_a_promise_and_its_delivery_are_told_once_each(
    services: Services, ask: Ask, moderator: Account, clock: StoppedClock
) -> None:
    leader, now = await moderator("lee", "leader"), clock.now()
    petition = await ask("Benches", state="awaiting", threshold_at=now)
    day = services.city.calendar.day_of(now)
    with pytest.raises(Invalid):
        await answers.answer(services, leader, petition, Reply("", "", "maybe"), now)
    await answers.answer(services, leader, petition, REPLY, now)
    assert await state_of(petition) == "answered"
    with pytest.raises(Invalid):
        await answers.promise(
            services, leader, petition, Pledge("Ten", "Parks", day - timedelta(days=1)), now
        )
    made = await answers.promise(
        services, leader, petition, Pledge("Ten", "Parks", day + timedelta(days=9)), now
    )
    later = await answers.change_promise(
        services, leader, made, Pledge("Ten", "Parks", day + timedelta(days=20)), now
    )
    with pytest.raises(Conflict):
        await answers.deliver(services, leader, made, "Done", now)
    await answers.deliver(services, leader, later, "On Pine Street.", now)
    assert await state_of(petition) == "delivered"
    await answers.reopen(leader, later, now)
    assert await state_of(petition) == "promised"
    topics = await db.fetch("select topic from voice_outbox")
    assert len(topics) == 3
    kinds = [row["kind"] for row in await db.fetch("select kind from voice_events order by id")]
    assert kinds == ["answered", "promised", "promise_changed", "delivered", "reopened"]


async def test_what_the_city_said_first_stays_in_the_public_ledger(
    services: Services, ask: Ask, moderator: Account, browser: Browser, clock: StoppedClock
) -> None:
    leader, now = await moderator("lee", "leader"), clock.now()
    petition = await ask("Benches", state="awaiting", threshold_at=now)
    await answers.answer(services, leader, petition, REPLY, now)
    assert "What the city said first" not in (await browser.get("/voice/ledger")).text
    first, later = date(2026, 12, 1), date(2027, 3, 1)
    made = await answers.promise(services, leader, petition, Pledge("Ten", "Parks", first), now)
    await answers.change_promise(services, leader, made, Pledge("Ten", "Parks", later), now)
    await answers.answer(services, leader, petition, Reply("Eight.", "Parks", "partly"), now)
    page = await browser.get("/voice/ledger")
    assert "a promise for 1 December 2026 was moved to 1 March 2027." in page.text
    assert "the city corrected its answer." in page.text
    told = (await browser.client.get("/voice/ledger.json")).json()["entries"][0]["changes"]
    assert [(each["what"], each["was_due_on"]) for each in told] == [
        ("promise_changed", "2026-12-01"),
        ("corrected", None),
    ]
    table = (await browser.client.get("/voice/ledger.csv")).text
    assert "promise_changed 2026-11-22 2026-12-01 2027-03-01" in table


async def test_a_second_tap_neither_corrects_an_answer_nor_promises_twice(
    services: Services, ask: Ask, moderator: Account, clock: StoppedClock
) -> None:
    leader, now = await moderator("lee", "leader"), clock.now()
    petition = await ask("Benches", state="awaiting", threshold_at=now)
    pledge = Pledge("Ten", "Parks", services.city.calendar.day_of(now) + timedelta(days=9))
    prompt, closes = {"en": "What next?"}, now + timedelta(days=9)
    for _tap in range(2):
        await answers.answer(services, leader, petition, REPLY, now)
        await answers.promise(services, leader, petition, pledge, now)
        await questions.make_question(services, leader, prompt, closes, now)
    kinds = [row["kind"] for row in await db.fetch("select kind from voice_events order by id")]
    assert kinds == ["answered", "promised"]
    assert len(await db.fetch("select id from voice_questions")) == 1


async def test_a_corrected_answer_leaves_the_first_one_to_be_read(
    services: Services, ask: Ask, moderator: Account, clock: StoppedClock
) -> None:
    leader, now = await moderator("lee", "leader"), clock.now()
    petition = await ask("Benches", state="awaiting", threshold_at=now)
    first = await answers.answer(services, leader, petition, REPLY, now)
    await answers.answer(services, leader, petition, Reply("Eight.", "Parks", "partly"), now)
    rows = await db.fetch("select id, replaces from voice_answers order by id")
    assert [row["replaces"] for row in rows] == [None, first]
    [entry] = await ledger(services, services.city.calendar.day_of(now))
    assert entry.said is not None
    assert entry.said.text == "Eight."
    assert len(await db.fetch("select 1 from voice_outbox")) == 1


async def test_lateness_comes_from_the_days_alone(
    services: Services, ask: Ask, moderator: Account, clock: StoppedClock
) -> None:
    leader, now = await moderator("lee", "leader"), clock.now()
    day = services.city.calendar.day_of(now)
    petition = await ask(
        "Benches", state="awaiting", threshold_at=now, answer_due_on=day + timedelta(days=30)
    )
    assert await ledger(services, day + timedelta(days=30), late=True) == []
    [entry] = await ledger(services, day + timedelta(days=31), late=True)
    assert (entry.stage, entry.clock.days) == (Stage.ASKED, -1)
    await answers.answer(services, leader, petition, REPLY, now)
    await answers.promise(
        services, leader, petition, Pledge("Ten", "Parks", day + timedelta(days=9)), now
    )
    assert await ledger(services, day + timedelta(days=9), late=True) == []
    [entry] = await ledger(services, day + timedelta(days=10), late=True)
    assert entry.promises[0].late


async def test_a_leader_answers_and_promises_and_everybody_reads_it(
    staff: SignIn, ask: Ask, browser: Browser, services: Services, clock: StoppedClock
) -> None:
    now = clock.now()
    day = services.city.calendar.day_of(now)
    await ask("Benches", state="awaiting", threshold_at=now, answer_due_on=day)
    await ask("Shade", state="awaiting", threshold_at=now, answer_due_on=day - timedelta(days=1))
    lee = await staff("lee", "leader", None)
    page = await lee.get("/staff/voice/answers")
    assert [row[0] for row in table_rows(page)] == ["Shade", "Benches"]
    page = await page.click("Benches")
    form = page.form(page.url)
    assert form.values["_action"] == ["answer"]
    assert len((await form.submit()).errors) == 2
    page = await form.fill(text="We build ten.", office="Transportation", outcome="yes").submit()
    assert "The city does it" in page.text
    token = page.form(page.url).values["_csrf"][0]
    due = day + timedelta(days=40)
    told = [
        *(("_csrf", token), ("_action", "promise"), ("what", "Ten benches"), ("owner", "Parks")),
        *(("due-day", str(due.day)), ("due-month", str(due.month)), ("due-year", str(due.year))),
    ]
    page = await lee.post(page.url, told)
    assert "Ten benches" in page.text
    public = await browser.get("/voice/ledger")
    assert "The city does it" in public.text
    assert "1 of these is late." in public.text
    late = await browser.get("/voice/ledger?stage=late")
    assert ("Shade" in late.text, "Benches" in late.text) == (True, False)
    rows = list(csv.DictReader(io.StringIO((await browser.client.get("/voice/ledger.csv")).text)))
    assert {row["asked"]: row["stage"] for row in rows} == {"Benches": "promised", "Shade": "asked"}
    entries = (await browser.client.get("/voice/ledger.json?topic=streets")).json()["entries"]
    assert [len(each["promises"]) for each in entries] == [0, 1]
    assert (await browser.get("/voice/ledger?stage=soon")).status == 404
