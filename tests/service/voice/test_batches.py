"""Bursts are marked in silence; people take signatures out together, stop, and put them back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from service import db
from service.actions.voice import batches
from service.actions.voice.batches import Rule
from service.actions.voice.own_signature import own_signature
from service.actor import Actor
from service.errors import Conflict, Invalid
from service.ids import time_ordered_id
from service.services import Services
from service.voice.bursts import RANGE_LETTERS, look_for_bursts
from service.voice.keys import network_hash
from tests.service.voice.signers import Signers
from tests.support.clock import StoppedClock

ACCOUNT = time_ordered_id()
MODERATOR = Actor("moderator", str(ACCOUNT), account=ACCOUNT)
STATE = "select state, found, done from voice_batches where id = ?"


@pytest.fixture
def watchful(signers: Signers, services: Services) -> Signers:
    """A city that looks closely: ten from one network are many."""
    limits = {"network": 10, "range": 15, "domain": 1_000, "all": 30}
    rules = replace(services.voice, bursts=limits)
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
    found = await batches.preview_burst(MODERATOR, row["id"], "One script", now)
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
    found = await batches.preview_burst(MODERATOR, row["id"], "One script", now)
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
        rule = Rule(kind, "x", clock.now())
        with pytest.raises(Invalid):
            await batches.preview(MODERATOR, watchful.petition, rule, reason, clock.now())


async def test_one_range_of_addresses_is_seen_where_no_address_stands_out(
    watchful: Signers, clock: StoppedClock
) -> None:
    """A hosting company's 256 addresses, two signatures from each."""
    for host in range(8):
        await watchful.sign_many(2, first=2 * host, network=f"203.0.113.{host}")
    await watchful.sign("neighbor@two.example.net", network="198.51.100.7")
    row = await burst(watchful)
    assert (row["kind"], row["found"]) == ("range", 16)
    found = await batches.preview_burst(MODERATOR, row["id"], "Rented", clock.now())
    assert found.found == 16
    await batches.judge(MODERATOR, row["id"], "fine", clock.now())
    assert await db.fetch("select id from voice_signatures where marked is not null") == []


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        ("203.0.113.9", "203.0.113.200", True),
        ("203.0.113.9", "203.0.114.9", False),
        ("2001:db8::", "2001:db8:0:5::", True),
        ("2001:db8:1:2::", "2001:db8:2:2::", False),
    ],
)
def test_a_range_is_what_one_buyer_can_have(
    services: Services, one: str, other: str, together: bool
) -> None:
    subject = time_ordered_id()
    hashes = [network_hash(services.keyring, subject, each) for each in (one, other)]
    assert hashes[0] != hashes[1]
    assert (hashes[0][:RANGE_LETTERS] == hashes[1][:RANGE_LETTERS]) is together


async def test_a_rush_from_everywhere_marks_nobody_and_its_hour_can_be_taken_out(
    watchful: Signers, clock: StoppedClock
) -> None:
    await watchful.sign("early@two.example.net", network="198.51.100.7")
    clock.forward(timedelta(hours=2))
    for number in range(31):
        await watchful.sign_many(1, first=number, network=f"198.51.{number}.9")
    row = await burst(watchful)
    assert (row["kind"], row["found"]) == ("pace", 31)
    assert await db.fetch("select id from voice_signatures where marked is not null") == []
    clock.forward(timedelta(minutes=5))
    await watchful.sign("late@two.example.net", network="198.51.100.7")
    found = await batches.preview_burst(MODERATOR, row["id"], "A rented crowd", clock.now())
    assert found.found == 31, "neither who came before nor who came after"
    await batches.run(MODERATOR, found.batch, clock.now())
    await batches.work_off(watchful.services)
    assert await watchful.counted() == 2


async def test_what_comes_again_after_it_was_taken_out_waits_in_the_queue_again(
    watchful: Signers, clock: StoppedClock
) -> None:
    await flood(watchful)
    row = await burst(watchful)
    await batches.judge(MODERATOR, row["id"], "bad", clock.now())
    with pytest.raises(Conflict):
        await batches.judge(MODERATOR, row["id"], "fine", clock.now())
    found = await batches.preview_burst(MODERATOR, row["id"], "One script", clock.now())
    await batches.run(MODERATOR, found.batch, clock.now())
    await batches.work_off(watchful.services)
    assert [each["state"] for each in await db.fetch("select * from voice_suspicions")] == [
        "settled"
    ]
    await watchful.sign_many(12, first=50, network="203.0.113.9")
    assert (await burst(watchful))["state"] == "open"
