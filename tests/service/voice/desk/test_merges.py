"""Two petitions become one: both authors agree, nobody counts twice, and all of it goes back."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from service import db, outbox
from service.actions.voice import carrying, merges
from service.actions.voice.own_signature import withdraw
from service.errors import Conflict, NotFound
from service.services import Services
from service.voice.people import open_contact
from tests.service.voice.desk.conftest import Account, Ask, Sign, state_of, steps_of
from tests.support.browsing import Browser
from tests.support.clock import StoppedClock

Join = Callable[[UUID, UUID], Awaitable[UUID]]


async def carry_all(services: Services) -> int:
    """Do what the worker does with the pieces of merges, each twice, as after a crash."""
    done = 0
    while True:
        rows = await db.fetch(
            "select * from voice_outbox where topic = 'voice_merge' and state = 'waiting'"
        )
        if not rows:
            return done
        for row in rows:
            payload = services.keyring.open_json(
                bytes(row["payload"]), table="voice_outbox", column="payload", row_id=row["id"]
            )
            claimed = outbox.Claimed(
                row["id"], uuid4(), row["topic"], row["lane"], row["key"], payload, 1,
                row["created_at"], outbox.VOICE,
            )  # fmt: skip
            for _time in range(2):
                await carrying.carry(services, claimed)
            await db.execute("update voice_outbox set state = 'sent' where id = ?", row["id"])
            done += 1


@pytest.fixture
def join(services: Services, moderator: Account, clock: StoppedClock) -> Join:
    """Propose, agree on both sides, and carry all."""

    async def make(source: UUID, target: UUID) -> UUID:
        now, name = clock.now(), f"mo{str(source)[-4:]}"
        merge = await merges.propose(services, await moderator(name), source, target, now)
        for side in (merges.SOURCE, merges.TARGET):
            await merges.agree(services, merges.token_of(services.keyring, merge, side), now)
        await carry_all(services)
        return merge

    return make


async def shape(petition: UUID) -> list[dict[str, object]]:
    return await db.fetch(
        "select person_hash, slot, state, kind, via from voice_signatures where petition = ?"
        " order by person_hash",
        petition,
    )


async def test_who_signed_both_counts_once_and_an_undo_gives_both_back(
    services: Services, ask: Ask, sign: Sign, join: Join, moderator: Account, clock: StoppedClock
) -> None:
    source, target = await ask("Benches", state="open"), await ask("More benches", state="open")
    for n in range(5):
        await sign(source, f"p{n}@example.org")
    for n in range(3, 8):
        await sign(target, f"p{n}@example.org")
    await sign(source, "late@example.org", state="pending")
    before = (await shape(source), await shape(target))
    merge = await join(source, target)
    assert await steps_of(target) == 8
    assert await state_of(source) == "merged"
    assert len([row for row in await shape(target) if row["via"] == merge]) == 3
    mo = await moderator("undoer")
    assert await merges.undo(services, mo, merge, clock.now()) == 3
    assert (await shape(source), await shape(target)) == before
    assert (await steps_of(source), await steps_of(target)) == (5, 5)
    assert await state_of(source) == "open"
    with pytest.raises(Conflict):
        await merges.undo(services, mo, merge, clock.now())


async def test_nothing_moves_before_both_agree_and_a_no_ends_it(
    services: Services, ask: Ask, sign: Sign, moderator: Account, clock: StoppedClock
) -> None:
    source, target = await ask("Benches", state="open"), await ask("More benches", state="open")
    mo, now = await moderator("mo"), clock.now()
    merge = await merges.propose(services, mo, source, target, now)
    with pytest.raises(Conflict):
        await merges.propose(services, mo, source, target, now)
    tokens = [merges.token_of(services.keyring, merge, side) for side in ("source", "target")]
    await merges.agree(services, tokens[0], now)
    await merges.agree(services, tokens[0], now)
    assert await state_of(source) == "open"
    await merges.decline(services, tokens[1], now)
    with pytest.raises(Conflict):
        await merges.agree(services, tokens[1], now)
    assert await state_of(source) == "open"
    for wrong in ("", "x" * 43, tokens[0][:-1] + ("A" if tokens[0][-1] != "A" else "B")):
        with pytest.raises(NotFound):
            await merges.look(services, wrong)


async def test_an_author_who_never_answers_holds_up_no_other_joining(
    services: Services, ask: Ask, moderator: Account, clock: StoppedClock
) -> None:
    source, target = await ask("Benches", state="open"), await ask("More benches", state="open")
    other, now = await ask("Seats for all", state="open"), clock.now()
    mo = await moderator("mo")
    merge = await merges.propose(services, mo, source, target, now)
    token = merges.token_of(services.keyring, merge, "source")
    assert await merges.undo(services, mo, merge, now) == 0
    with pytest.raises(Conflict):
        await merges.agree(services, token, now)
    with pytest.raises(Conflict):
        await merges.undo(services, mo, merge, now)
    await merges.propose(services, mo, source, other, now)
    assert await state_of(source) == "open"


async def test_only_an_open_petition_takes_another_in(
    services: Services, ask: Ask, moderator: Account, clock: StoppedClock
) -> None:
    mo, now = await moderator("mo"), clock.now()
    waiting, open_, over = (
        await ask("One"), await ask("Two", state="open"), await ask("Three", state="closed")
    )  # fmt: skip
    for source, target in ((open_, waiting), (over, open_), (open_, open_)):
        with pytest.raises(Conflict):
            await merges.propose(services, mo, source, target, now)
    await merges.propose(services, mo, waiting, open_, now)


async def test_who_takes_back_a_carried_signature_is_not_signed_again_by_an_undo(
    services: Services, ask: Ask, sign: Sign, join: Join, moderator: Account, clock: StoppedClock
) -> None:
    source, target = await ask("Benches", state="open"), await ask("More benches", state="open")
    await sign(source, "ana@example.org")
    await sign(source, "ben@example.org")
    merge = await join(source, target)
    for row in await db.fetch("select id, contact from voice_signatures where via = ?", merge):
        contact = open_contact(services.keyring, row["id"], row["contact"])
        if contact.mail == "ana@example.org":
            await withdraw(services, contact.token, clock.now())
    assert await steps_of(target) == 1
    assert await merges.undo(services, await moderator("undoer"), merge, clock.now()) == 1
    assert (await steps_of(source), await steps_of(target)) == (1, 0)


async def test_an_undo_while_signatures_move_leaves_none_behind(
    services: Services, ask: Ask, sign: Sign, moderator: Account, clock: StoppedClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(carrying, "AT_ONCE", 2)
    source, target = await ask("Benches", state="open"), await ask("More benches", state="open")
    for n in range(7):
        await sign(source, f"p{n}@example.org")
    mo, now = await moderator("mo"), clock.now()
    merge = await merges.propose(services, mo, source, target, now)
    for side in (merges.SOURCE, merges.TARGET):
        await merges.agree(services, merges.token_of(services.keyring, merge, side), now)
    await merges.undo(services, mo, merge, now)
    await carry_all(services)
    assert await shape(target) == []
    merge = await merges.propose(services, mo, source, target, now)
    for side in (merges.SOURCE, merges.TARGET):
        await merges.agree(services, merges.token_of(services.keyring, merge, side), now)
    assert await carry_all(services) == 4
    assert await steps_of(target) == 7


async def test_who_confirms_after_the_joining_is_led_to_the_other_petition(
    services: Services, ask: Ask, sign: Sign, join: Join, browser: Browser
) -> None:
    source, target = await ask("Benches", state="open"), await ask("More benches", state="open")
    signature = await sign(source, "late@example.org", state="pending")
    (row,) = await db.fetch("select contact from voice_signatures where id = ?", signature)
    token = open_contact(services.keyring, signature, row["contact"]).token
    await join(source, target)
    page = await (await browser.get(f"/voice/signature/{token}")).form().submit("Yes, I sign this")
    assert page.heading == "This petition was joined with another"
    other = await page.click("Go to the other petition")
    assert other.heading == "More benches"
    assert await steps_of(target) == 0


async def test_an_author_reads_both_and_says_yes(
    services: Services, ask: Ask, moderator: Account, browser: Browser, clock: StoppedClock
) -> None:
    source, target = await ask("Benches", state="open"), await ask("More seats", state="open")
    merge = await merges.propose(services, await moderator("mo"), source, target, clock.now())
    for side in ("source", "target"):
        page = await browser.get(f"/voice/merge/{merges.token_of(services.keyring, merge, side)}")
        assert "Benches" in page.text
        assert "More seats" in page.text
        assert await state_of(source) == "open"
        page = await page.form(page.url).submit()
    assert "The two petitions are one now." in page.text
    assert (await browser.get("/voice/merge/nonsense")).status == 404


async def test_a_joined_petition_tells_the_day_it_was_joined_and_no_day_to_come(
    ask: Ask, join: Join, browser: Browser, clock: StoppedClock
) -> None:
    source, target = await ask("Benches", state="open"), await ask("More benches", state="open")
    clock.forward(timedelta(days=2))
    await join(source, target)
    row = await db.fetch_one("select number from voice_petitions where id = ?", source)
    assert row is not None
    page = await browser.get(f"/voice/petitions/{row['number']}")
    days = {int(day) for day in re.findall(r"(\d+) November 2026", page.text)}
    assert "Signing ended on 24 November 2026." in page.text
    assert (max(days), "2027" in page.text) == (24, False)
