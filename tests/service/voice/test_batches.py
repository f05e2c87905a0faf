"""Bursts are marked in silence; people take signatures out together, stop, and put them back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from service import db
from service.actions.voice import batches
from service.actions.voice.own_signature import own_signature
from service.actor import Actor
from service.errors import Conflict, Invalid
from service.ids import time_ordered_id
from service.services import Services
from service.voice.bursts import look_for_bursts
from tests.service.voice.signers import Signers
from tests.support.clock import StoppedClock

ACCOUNT = time_ordered_id()
MODERATOR = Actor("moderator", str(ACCOUNT), account=ACCOUNT)
STATE = "select state, found, done from voice_batches where id = ?"


@pytest.fixture
def watchful(signers: Signers, services: Services) -> Signers:
    """A city that looks closely: ten from one network are many."""
    rules = replace(services.voice, bursts={"network": 10, "domain": 1_000, "all": 1_000})
    return Signers(replace(services, voice=rules), signers.petition)


async def flood(signers: Signers, count: int = 12) -> list[str]:
    await signers.sign("neighbor@two.example.net", network="198.51.100.7")
    return await signers.sign_many(count, network="203.0.113.9")


async def burst(signers: Signers) -> db.Row:
    await look_for_bursts(signers.services)
    (row,) = await db.fetch("select * from voice_suspicions")
    return row


async def test_a_burst_is_marked_and_whoever_sent_it_sees_no_difference(
    watchful: Signers,
) -> None:
    tokens = await flood(watchful)
    row = await burst(watchful)
    assert (row["kind"], row["found"], row["state"]) == ("network", 12, "open")
    marked = await db.fetch("select id from voice_signatures where marked = 'network'")
    assert len(marked) == 12
    assert (await own_signature(watchful.services, tokens[0])).state == "confirmed"
    assert await watchful.counted() == 13
    await look_for_bursts(watchful.services)
    assert len(await db.fetch("select id from voice_suspicions")) == 1


async def test_what_a_person_calls_fine_loses_its_marks_and_stays_fine(
    watchful: Signers, clock: StoppedClock
) -> None:
    await flood(watchful)
    row = await burst(watchful)
    await batches.judge(MODERATOR, row["id"], "fine", clock.now())
    await look_for_bursts(watchful.services)
    assert await db.fetch("select id from voice_signatures where marked is not null") == []


async def test_a_batch_takes_out_what_was_previewed_and_gives_it_back(
    watchful: Signers, clock: StoppedClock
) -> None:
    tokens = await flood(watchful)
    row = await burst(watchful)
    services, now = watchful.services, clock.now()
    found = await batches.preview(
        MODERATOR, watchful.petition, "network", row["bucket_hash"], "One script", now
    )
    assert found.found == 12
    assert await watchful.counted() == 13, "a preview changes nothing"
    await batches.run(MODERATOR, found.batch, now)
    await batches.work_off(services)
    assert (await db.fetch(STATE, found.batch)) == [{"state": "done", "found": 12, "done": 12}]
    assert await watchful.counted() == 1
    assert await watchful.three_counts() == (1, 1, 1)
    assert (await own_signature(services, tokens[0])).state == "confirmed"
    with pytest.raises(Conflict):
        await batches.run(MODERATOR, found.batch, now)
    await batches.undo(MODERATOR, found.batch, now)
    await batches.work_off(services)
    assert await watchful.counted() == 13
    assert await watchful.three_counts() == (13, 13, 13)


async def test_a_batch_that_is_stopped_has_done_whole_hundreds_only(
    watchful: Signers, clock: StoppedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await flood(watchful, 12)
    row = await burst(watchful)
    monkeypatch.setattr(batches, "AT_ONCE", 5)
    services, now = watchful.services, clock.now()
    found = await batches.preview(
        MODERATOR, watchful.petition, "network", row["bucket_hash"], "One script", now
    )
    await batches.run(MODERATOR, found.batch, now)
    await batches._take_out(services, found.batch)
    await batches.stop(MODERATOR, found.batch, now)
    assert await batches.work_off(services) == 0
    assert await watchful.counted() == 8
    await batches.run(MODERATOR, found.batch, now)
    await batches.work_off(services)
    assert await watchful.counted() == 1


async def test_a_batch_needs_a_reason_and_a_rule_that_there_is(
    watchful: Signers, clock: StoppedClock
) -> None:
    for kind, reason in (("network", " "), ("name", "Why not")):
        with pytest.raises(Invalid):
            await batches.preview(MODERATOR, watchful.petition, kind, "x", reason, clock.now())
