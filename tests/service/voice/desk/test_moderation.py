"""The moderators' desk: one hold, one winner, a second look, words that go for good."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from service import db
from service.actions.voice import moderation
from service.actions.voice.moderation import Seen
from service.actor import Actor
from service.errors import Conflict, Invalid
from service.services import Services
from service.voice.mail import letter_of
from tests.service.staff.conftest import SignIn, table_rows
from tests.service.voice.desk.conftest import Account, Ask, audited, state_of
from tests.support.browsing import PageSeen
from tests.support.clock import StoppedClock


async def seen(petition: UUID) -> Seen:
    row = await db.fetch_one("select revision from voice_petitions where id = ?", petition)
    assert row is not None
    return Seen(petition, row["revision"])


async def mails(services: Services, kind: str) -> list[dict[str, str]]:
    found = []
    for row in await db.fetch("select id, key, payload from voice_outbox order by id"):
        told = services.keyring.open_json(
            bytes(row["payload"]), table="voice_outbox", column="payload", row_id=row["id"]
        )
        if told.get("kind") == kind:
            letter = await letter_of(services, told, row["key"])
            assert letter is not None
            found.append({"to": letter.to, "language": letter.language, **letter.words})
    return found


@pytest.fixture
async def mo(moderator: Account) -> Actor:
    return await moderator("mo")


@pytest.fixture
async def max_(moderator: Account) -> Actor:
    return await moderator("max")


async def test_opening_gives_a_number_an_end_and_a_mail(
    services: Services, ask: Ask, mo: Actor, clock: StoppedClock
) -> None:
    petition = await ask("Benches at bus stops")
    number = await moderation.approve(services, mo, await seen(petition), clock.now())
    row = await db.fetch_one("select * from voice_petitions where id = ?", petition)
    assert row is not None
    assert (row["state"], row["number"], number) == ("open", 1, 1)
    assert row["closes_at"] == clock.now() + services.voice.open_for
    assert [mail["to"] for mail in await mails(services, "opened")] == ["author@example.org"]
    assert await audited("petition.opened") == 1


async def test_of_two_who_judge_at_once_one_wins_and_the_other_is_told(
    services: Services, ask: Ask, mo: Actor, max_: Actor, clock: StoppedClock
) -> None:
    petition = await ask("Benches at bus stops")
    before = await seen(petition)
    results = await asyncio.gather(
        moderation.approve(services, mo, before, clock.now()),
        moderation.propose_refusal(services, max_, before, "unclear", "", clock.now()),
        return_exceptions=True,
    )
    late = [one for one in results if isinstance(one, Conflict)]
    assert len(late) == 1
    assert late[0].message == moderation.MOVED
    assert len(await db.fetch("select 1 from voice_reviews")) == 1


async def test_a_hold_keeps_others_off_until_it_ends_or_is_taken_over(
    services: Services, ask: Ask, mo: Actor, max_: Actor, clock: StoppedClock
) -> None:
    petition = await ask("Benches at bus stops")
    await moderation.take(services, mo, petition, clock.now())
    with pytest.raises(Conflict, match="locked"):
        await moderation.take(services, max_, petition, clock.now())
    with pytest.raises(Conflict, match="locked"):
        await moderation.approve(services, max_, await seen(petition), clock.now())
    await moderation.take(services, max_, petition, clock.now(), force=True)
    assert await audited("petition.taken_over") == 1
    await moderation.let_go(mo, petition, clock.now())
    with pytest.raises(Conflict, match="locked"):
        await moderation.take(services, mo, petition, clock.now())
    clock.forward(moderation.HELD_FOR + timedelta(seconds=1))
    await moderation.take(services, mo, petition, clock.now())
    await moderation.approve(services, mo, await seen(petition), clock.now())


async def test_a_refusal_needs_two_people_and_a_listed_reason(
    services: Services, ask: Ask, mo: Actor, max_: Actor, clock: StoppedClock
) -> None:
    petition = await ask("Bancos en las paradas", language="es")
    now = clock.now()
    with pytest.raises(Invalid):
        await moderation.propose_refusal(services, mo, await seen(petition), "mood", "", now)
    review = await moderation.propose_refusal(
        services, mo, await seen(petition), "unclear", "¿Qué paradas?", now
    )
    assert await state_of(petition) == "moderation"
    with pytest.raises(Conflict, match="second_look"):
        await moderation.confirm_refusal(services, mo, await seen(petition), review, now)
    assert await mails(services, "refused") == []
    await moderation.confirm_refusal(services, max_, await seen(petition), review, now)
    assert await state_of(petition) == "refused"
    [mail] = await mails(services, "refused")
    assert mail["language"] == "es"
    assert "¿Qué paradas?" in mail["letter"]
    assert services.voice.refusals["unclear"].sentence not in mail["letter"]
    await moderation.restore(services, max_, await seen(petition), now)
    await moderation.approve(services, mo, await seen(petition), now)
    assert await state_of(petition) == "open"


async def test_a_refusal_that_is_not_agreed_to_sends_nothing(
    services: Services, ask: Ask, mo: Actor, max_: Actor, clock: StoppedClock
) -> None:
    petition, now = await ask("Benches at bus stops"), clock.now()
    review = await moderation.propose_refusal(
        services, mo, await seen(petition), "unclear", "", now
    )
    with pytest.raises(Conflict, match="moved_on"):
        await moderation.propose_refusal(services, max_, await seen(petition), "duplicate", "", now)
    await moderation.overturn_refusal(services, max_, await seen(petition), review, now)
    assert await state_of(petition) == "moderation"
    assert await db.fetch("select 1 from voice_outbox") == []
    with pytest.raises(Conflict):
        await moderation.confirm_refusal(services, max_, await seen(petition), review, now)


async def test_words_that_are_taken_out_stand_nowhere_any_more(
    services: Services, ask: Ask, mo: Actor, clock: StoppedClock
) -> None:
    petition = await ask(
        "Ask Zebedee Quill for benches", why="Call 206-555-0142.\nZebedee Quill knows."
    )
    with pytest.raises(Invalid):
        await moderation.redact(services, mo, await seen(petition), ["", " "], clock.now())
    with pytest.raises(Conflict, match="not_there"):
        await moderation.redact(services, mo, await seen(petition), ["Nobody"], clock.now())
    places = await moderation.redact(
        services, mo, await seen(petition), ["Zebedee Quill", "206-555-0142"], clock.now()
    )
    assert places == 3
    row = await db.fetch_one("select ask, why from voice_petitions where id = ?", petition)
    assert row == {"ask": "Ask […] for benches", "why": "Call […].\n[…] knows."}
    everything = str(await db.fetch("select * from audit_entries")) + str(
        await db.fetch("select * from voice_events")
    )
    assert "Zebedee" not in everything


async def test_what_is_hidden_vanishes_at_once_and_comes_back_as_it_was(
    services: Services, ask: Ask, mo: Actor, max_: Actor, clock: StoppedClock
) -> None:
    petition = await ask("Benches at bus stops", state="awaiting")
    await moderation.take(services, mo, petition, clock.now())
    await moderation.hide(services, max_, await seen(petition), clock.now())
    assert await state_of(petition) == "hidden"
    await moderation.show(services, mo, await seen(petition), clock.now())
    assert await state_of(petition) == "awaiting"


# ---- pages --------------------------------------------------------------------------------------


async def press(page: PageSeen, action: str, **fields: str) -> PageSeen:
    """Send one of the page's forms by its action."""
    path = page.url
    token = page.form(path).values["_csrf"][0]
    revision = page.form(path).values["revision"][0]
    told = {"_csrf": token, "_action": action, "revision": revision, **fields}
    return await page.browser.post(path, list(told.items()))


async def test_the_queue_has_the_oldest_first_with_its_age(staff: SignIn, ask: Ask) -> None:
    await ask("Benches at bus stops", days=2)
    await ask("Trees on Rainier Avenue", days=15)
    await ask("Open one", state="open")
    mo = await staff("mo", "moderator", None)
    page = await mo.get("/staff/")
    assert page.url == "/staff/voice"
    assert [(row[0], row[1]) for row in table_rows(page)] == [
        ("Trees on Rainier Avenue", "15 days · late"),
        ("Benches at bus stops", "2 days"),
    ]
    assert "Open one" in (await mo.get("/staff/voice?view=running")).text
    assert (await mo.get("/staff/voice?view=all")).status == 404


async def test_two_moderators_refuse_a_petition_in_their_browsers(
    staff: SignIn, ask: Ask, services: Services
) -> None:
    await ask("Bancos en las paradas", language="es")
    await ask("Benches at every bus stop", state="open")
    mo, max_ = await staff("mo", "moderator", None), await staff("max", "moderator", None)
    page = await (await mo.get("/staff/voice")).click("Bancos")
    assert "Benches at every bus stop" in page.text
    page = await press(page, "take")
    assert "You have this petition in hand." in page.text
    other = await max_.get(page.url)
    assert "Mo has this petition in hand just now." in other.text
    late = await press(other, "approve")
    assert (late.status, "in hand" in late.text) == (409, True)
    assert (await press(page, "preview")).errors == ["Choose one of the published reasons."]
    preview = await press(page, "preview", reason="unclear", note="¿Qué paradas?")
    assert "¿Qué paradas?" in preview.text
    assert await db.fetch("select 1 from voice_reviews") == []
    done = await press(preview, "refuse", reason="unclear", note="¿Qué paradas?")
    assert "Another moderator looks at it now." in done.text
    second = await max_.get(page.url)
    review = await db.fetch_one("select id from voice_reviews")
    assert review is not None
    refused = await press(second, "confirm", review=str(review["id"]))
    assert "Look at it again" in refused.text
    assert len(await mails(services, "refused")) == 1
    again = await press(second, "confirm", review=str(review["id"]))
    assert "Somebody changed this petition in the meantime." in again.text


async def test_only_moderators_have_a_desk(staff: SignIn, ask: Ask) -> None:
    petition = await ask("Benches at bus stops")
    for role in ("leader", "admin", "auditor"):
        browser = await staff(role, role, None)
        assert (await browser.get("/staff/voice")).status == 404
        assert (await browser.get(f"/staff/voice/petitions/{petition}")).status == 404
