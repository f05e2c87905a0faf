"""Counts: always the sum of their parts and what a recount says, whoever counts and dies."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import timedelta
from email import message_from_bytes
from pathlib import Path

import pytest

from service import db
from service.actions.voice.own_signature import confirm, withdraw
from service.services import Services
from service.voice import counting, moving
from service.voice.counting import PATIENCE, count_steps, recount, recount_nightly
from tests.service.voice.signers import Signers, new_petition
from tests.support.clock import StoppedClock

EVENTS = "select kind from voice_events where subject = ?"


async def test_headline_parts_and_recount_agree_after_every_move(
    signers: Signers, clock: StoppedClock
) -> None:
    await signers.sign_many(30, area="1")
    await signers.sign_many(20, first=30, area="2")
    tokens = await signers.tokens()
    for token in tokens[:7]:
        await withdraw(signers.services, token, clock.now())
    assert await signers.counted() == 43
    assert await signers.three_counts() == (43, 43, 43)
    assert await recount(signers.services) == []


async def test_two_followers_at_once_count_nothing_twice(signers: Signers) -> None:
    tokens: list[str] = []
    for number in range(60):
        await signers.ask(f"p{number}@one.example.net")
    tokens = await signers.tokens()

    async def follow() -> None:
        for _round in range(20):
            await count_steps(signers.services)
            await asyncio.sleep(0)

    await asyncio.gather(
        follow(), follow(), *(confirm(signers.services, token) for token in tokens)
    )
    assert await signers.counted() == 60
    assert await signers.three_counts() == (60, 60, 60)


class Killed(Exception):
    """The process is gone."""


async def test_a_follower_that_dies_between_two_writes_leaves_nothing_half_done(
    signers: Signers, monkeypatch: pytest.MonkeyPatch
) -> None:
    await signers.sign_many(10)

    async def die(*_given: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(counting, "move_on", die)
        with contextlib.suppress(Killed):
            await count_steps(signers.services)
    assert await signers.three_counts() == (0, 0, 10)
    assert await signers.counted() == 10
    assert await signers.three_counts() == (10, 10, 10)


async def test_the_night_sets_right_what_somebody_broke(
    signers: Signers, clock: StoppedClock
) -> None:
    await signers.sign_many(6)
    await signers.counted()
    await db.execute("update voice_petitions set count = 99 where id = ?", signers.petition)
    await db.execute("update voice_counts set count = 1 where petition = ?", signers.petition)
    # Confirmed since, and not counted yet: the recount leaves it to the follower.
    await signers.sign("late@one.example.net")
    clock.forward(timedelta(hours=18) - timedelta(minutes=1))
    await recount_nightly(signers.services)
    assert await signers.headline() == 99, "not before the night"
    clock.forward(timedelta(minutes=1))
    await recount_nightly(signers.services)
    assert await signers.headline() == 6
    assert await signers.counted() == 7
    assert await signers.three_counts() == (7, 7, 7)
    await db.execute("update voice_petitions set count = 5 where id = ?", signers.petition)
    await recount_nightly(signers.services)
    assert await signers.headline() == 5, "once a night"


async def test_a_threshold_is_reached_once_and_stays_reached(
    services: Services, database: object, clock: StoppedClock
) -> None:
    closes = clock.now() + timedelta(days=30)
    signers = Signers(services, await new_petition(services, closes, threshold=5))
    await signers.sign_many(5, follow=True)
    await asyncio.gather(*(count_steps(services) for _each in range(3)))
    row = await signers.row()
    assert (row["state"], row["threshold_at"], row["revision"]) == ("awaiting", clock.now(), 1)
    assert (row["answer_due_on"] - clock.now().date()).days == services.voice.answer_days
    for token in (await signers.tokens())[:3]:
        await withdraw(services, token, clock.now())
    assert await signers.counted() == 2
    await signers.sign_many(4, first=10)
    await signers.counted()
    row = await signers.row()
    assert (row["state"], row["count"], row["revision"]) == ("awaiting", 6, 1)
    events = await db.fetch(EVENTS, signers.petition)
    assert [event["kind"] for event in events] == ["threshold_reached"]
    assert (
        await moving.add_event(signers.petition, "threshold_reached", clock.now(), once=True)
        is None
    )


async def test_what_was_hidden_when_its_last_signature_was_counted_reaches_its_threshold_at_night(
    services: Services, database: object, clock: StoppedClock
) -> None:
    closes = clock.now() + timedelta(days=30)
    signers = Signers(services, await new_petition(services, closes, threshold=2))
    await signers.sign_many(2)
    await db.execute("update voice_petitions set state = 'hidden'")
    assert await signers.counted() == 2
    await db.execute("update voice_petitions set state = 'open'")
    assert await recount(services) == []
    assert (await signers.row())["state"] == "awaiting"


async def test_a_number_that_may_still_come_is_waited_for(
    signers: Signers, clock: StoppedClock
) -> None:
    """Another process has taken the number before and has not committed yet."""
    if db.dialect() == "sqlite":
        return  # one writer at a time: numbers come in their order
    await signers.sign("one@one.example.net")
    assert await signers.counted() == 1
    await db.fetch("select nextval(pg_get_serial_sequence('voice_signature_steps', 'id'))")
    await signers.sign("two@one.example.net")
    assert await signers.counted() == 1
    clock.forward(PATIENCE + timedelta(seconds=1))
    assert await signers.counted() == 2


async def test_everybody_who_follows_is_told_once(
    services: Services, database: object, clock: StoppedClock, tmp_path: Path
) -> None:
    from tests.service.voice.test_signing import mails_of

    closes = clock.now() + timedelta(days=30)
    signers = Signers(services, await new_petition(services, closes, threshold=4))
    await signers.sign_many(3, follow=True)
    await signers.sign("quiet@one.example.net")
    await signers.counted()
    news = [mail for mail in await mails_of(services) if "has to answer now" in mail]
    assert len(news) == 4, "three who follow, and the author"
    assert sum("Stop it here" in mail for mail in news) == 3
    files = (services.settings.storage / "voice-mail").glob("*.eml")
    stops = [message_from_bytes(file.read_bytes())["List-Unsubscribe"] for file in files]
    assert sum(stop is not None for stop in stops) == 3, "with a button of the mail program's own"
