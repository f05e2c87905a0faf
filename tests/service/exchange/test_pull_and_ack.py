"""Pull with a lease, acknowledge with count and hash: nothing lost, nothing doubled."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from service import db
from service.actions.referrals import lapse_leases, take_in
from service.actor import Actor
from service.queries.reconciliation import reconcile
from service.services import Services
from tests.service.exchange.conftest import Api, Sending, count_rows
from tests.support.clock import StoppedClock

CASE_KEYS = {
    *("id", "version", "program", "reference", "filed_at", "due_on", "language"),
    *("contact", "facts", "consent", "signature", "screening"),
}


async def states(agency: str = "king_county_metro") -> list[str]:
    rows = await db.fetch(
        "select state from referrals where agency = ? order by due_on, filed_at, id", agency
    )
    return [row["state"] for row in rows]


async def send_many(partner: Api, a_send: Sending, number: int) -> None:
    body = a_send(["orca_lift"])
    for answer in await asyncio.gather(*(partner.send(body) for _ in range(number))):
        assert answer.status_code == 201, answer.text


async def test_a_pull_gives_what_the_contract_names_and_nothing_else(
    partner: Api, metro: Api, a_send: Sending, services: Services
) -> None:
    receipt = (await partner.send(a_send(["orca_lift", "utility_discount"]))).json()
    pulled = await metro.pull()
    assert set(pulled.answer) == {"lease", "expires_at", "count", "referrals"}
    assert pulled.answer["count"] == 1
    case = pulled.cases[0]
    assert set(case) == CASE_KEYS
    assert case["id"] == receipt["referrals"][0]["id"]
    assert (case["version"], case["program"]) == (1, "orca_lift")
    assert case["reference"] == receipt["reference"]
    assert case["language"] == "es"
    assert case["contact"]["mail"] == "ana@example.org"
    assert case["consent"]["fields"] == list(services.rules.programs["orca_lift"].fields)
    assert case["signature"]["name"] == "Ana Reyes"
    assert {each["program"] for each in case["screening"]} == {"orca_lift"}
    assert case["due_on"] > case["filed_at"][:10]


async def test_the_oldest_due_comes_first(
    partner: Api, metro: Api, a_send: Sending, clock: StoppedClock
) -> None:
    programs = ["regional_reduced_fare", "orca_lift"]  # due in 20 and in 10 working days
    for _ in range(2):
        await partner.send(a_send(programs))
        clock.forward(timedelta(days=2))
    due = [case["due_on"] for case in (await metro.pull()).cases]
    assert due == sorted(due)
    assert len(due) == 4


async def test_what_is_leased_is_offered_to_nobody_else(
    partner: Api, metro: Api, a_send: Sending
) -> None:
    await send_many(partner, a_send, 3)
    first, second = await metro.pull(limit=2), await metro.pull()
    assert (first.answer["count"], second.answer["count"]) == (2, 1)
    assert not set(first.ids) & set(second.ids)
    assert (await metro.pull()).answer["count"] == 0


async def test_an_acknowledged_case_never_comes_again(
    partner: Api, metro: Api, a_send: Sending, clock: StoppedClock
) -> None:
    await send_many(partner, a_send, 2)
    pulled = await metro.pull()
    answer = await pulled.ack()
    assert (answer.status_code, answer.json()["acknowledged"]) == (200, 2)
    clock.forward(timedelta(hours=1))
    assert (await metro.pull()).answer["count"] == 0
    assert await states() == ["acknowledged", "acknowledged"]


async def test_a_repeated_acknowledgement_is_answered_the_same(
    partner: Api, metro: Api, a_send: Sending, clock: StoppedClock
) -> None:
    await send_many(partner, a_send, 2)
    pulled = await metro.pull()
    first = await pulled.ack()
    events = await count_rows("referral_events")
    clock.forward(timedelta(days=1))
    again = await pulled.ack()
    assert (again.status_code, again.text) == (200, first.text)
    assert await count_rows("referral_events") == events


async def test_fifty_receipts_at_once_are_one(partner: Api, metro: Api, a_send: Sending) -> None:
    await send_many(partner, a_send, 3)
    pulled = await metro.pull()
    answers = await asyncio.gather(*(pulled.ack() for _ in range(50)))
    assert {answer.status_code for answer in answers} == {200}
    rows = await db.fetch("select id from referral_events where state = 'acknowledged'")
    assert len(rows) == 3


@pytest.mark.parametrize(
    "changes",
    [
        {"sha256": hashlib.sha256(b"something else").hexdigest()},
        {"sha256": ""},
        {"sha256": "nonsense"},
        {"count": 3},
        {"count": 0},
        {"count": -1},
    ],
)
async def test_a_receipt_for_something_else_acknowledges_nothing(
    partner: Api, metro: Api, a_send: Sending, changes: dict[str, Any]
) -> None:
    await send_many(partner, a_send, 2)
    pulled = await metro.pull()
    answer = await pulled.ack(**changes)
    assert (answer.status_code, answer.json()["code"]) == (409, "receipt_mismatch")
    assert await states() == ["offered", "offered"]


@pytest.mark.parametrize("extra", ["0192f3c4-0000-7000-8000-000000000000", "nonsense", ""])
async def test_an_id_outside_the_lease_acknowledges_nothing(
    partner: Api, metro: Api, a_send: Sending, extra: str
) -> None:
    await send_many(partner, a_send, 2)
    pulled = await metro.pull()
    answer = await pulled.ack(ids=[*pulled.ids, extra])
    assert (answer.status_code, answer.json()["code"]) == (409, "not_in_lease")
    assert await states() == ["offered", "offered"]


async def test_another_agencys_case_is_outside_the_lease(
    partner: Api, metro: Api, utilities: Api, a_send: Sending
) -> None:
    await partner.send(a_send(["orca_lift", "utility_discount"]))
    pulled, foreign = await metro.pull(), await utilities.pull()
    answer = await pulled.ack(ids=foreign.ids)
    assert (answer.status_code, answer.json()["code"]) == (409, "not_in_lease")


async def test_another_agencys_lease_is_not_there(
    partner: Api, metro: Api, utilities: Api, a_send: Sending
) -> None:
    await send_many(partner, a_send, 1)
    pulled = await metro.pull()
    pulled.api = utilities
    foreign = await pulled.ack()
    unknown = await pulled.ack(lease=str(uuid4()))
    assert foreign.status_code == unknown.status_code == 404
    assert _plain(foreign.json()) == _plain(unknown.json())


def _plain(problem: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in problem.items() if name != "request_id"}


async def test_part_of_a_lease_may_be_acknowledged_and_the_rest_returns(
    partner: Api, metro: Api, a_send: Sending, clock: StoppedClock
) -> None:
    await send_many(partner, a_send, 3)
    pulled = await metro.pull(lease_seconds=30)
    assert (await pulled.ack(ids=pulled.ids[:1])).status_code == 200
    assert (await metro.pull()).answer["count"] == 0
    clock.forward(timedelta(seconds=31))
    assert sorted((await metro.pull()).ids) == sorted(pulled.ids[1:])


async def test_a_lease_that_ended_cannot_be_acknowledged_any_more(
    partner: Api, metro: Api, a_send: Sending, clock: StoppedClock, services: Services
) -> None:
    await send_many(partner, a_send, 1)
    pulled = await metro.pull(lease_seconds=30)
    clock.forward(timedelta(seconds=31))
    late = await pulled.ack()
    assert (late.status_code, late.json()["code"]) == (409, "not_in_lease")
    assert await lapse_leases(services) == 1
    assert await states() == ["queued"]
    again = await metro.pull()
    assert again.ids == pulled.ids
    assert (await again.ack()).status_code == 200


async def test_an_empty_pull_may_be_acknowledged(metro: Api) -> None:
    pulled = await metro.pull()
    assert pulled.answer["count"] == 0
    assert (await pulled.ack()).status_code == 200
    assert await count_rows("leases") == 0


async def test_two_pullers_with_one_key_share_everything_and_nothing_twice(
    partner: Api, metro: Api, a_send: Sending
) -> None:
    await send_many(partner, a_send, 12)
    seen: list[str] = []

    async def puller() -> None:
        while (pulled := await metro.pull(limit=2)).cases:
            seen.extend(pulled.ids)
            assert (await pulled.ack()).status_code == 200

    await asyncio.gather(puller(), puller(), puller())
    assert len(seen) == len(set(seen)) == 12


async def test_a_caseworkers_taking_in_leaves_the_same_traces(
    partner: Api, metro: Api, a_send: Sending, services: Services
) -> None:
    await send_many(partner, a_send, 2)
    actor = Actor("caseworker", str(uuid4()), metro.agency)
    rows = await db.fetch("select id from referrals")
    ids = [row["id"] for row in rows]
    now = services.clock.now()
    assert await take_in(services, actor, metro.agency, ids, now) == 2
    assert await take_in(services, actor, metro.agency, ids, now) == 0
    assert await take_in(services, actor, "seattle_utilities", ids, now) == 0
    assert (await metro.pull()).answer["count"] == 0
    found = await reconcile()
    assert found.holds
    assert found.to_json()["acknowledged"] == 2


@pytest.mark.parametrize(
    "body",
    [
        {"limit": 0},
        {"limit": 1001},
        {"limit": "10"},
        {"limit": True},
        {"lease_seconds": 0},
        {"lease_seconds": 1.5},
        {"agency": "seattle_utilities"},
        [],
        "pull",
    ],
)
async def test_a_pull_that_makes_no_sense_is_refused(metro: Api, body: Any) -> None:
    assert (await metro.post("/referrals/pull", body)).status_code == 422


async def test_a_partner_pulls_nothing(partner: Api, a_send: Sending) -> None:
    await partner.send(a_send(["orca_lift"]))
    assert (await partner.post("/referrals/pull", {})).status_code == 404


async def test_no_key_and_an_unknown_key_are_both_401(metro: Api) -> None:
    metro.key = "tha_unknown"
    assert (await metro.post("/referrals/pull", {})).status_code == 401
    bare = await metro.client.post("/api/v1/referrals/pull", json={})
    assert bare.status_code == 401


async def test_counts_add_up_at_every_step_and_a_planted_difference_is_found(
    partner: Api,
    metro: Api,
    utilities: Api,
    a_send: Sending,
    agency: Callable[[str], Awaitable[Api]],
) -> None:
    for _ in range(3):
        await partner.send(a_send(["orca_lift", "utility_discount"]))
    await (await metro.pull(limit=2)).ack()
    await utilities.pull()
    found = (await reconcile()).to_json()
    by_id = {each["id"]: each for each in found["agencies"]}
    assert (found["sent"], found["acknowledged"], found["outstanding"]) == (6, 2, 4)
    assert by_id["king_county_metro"] == {
        "id": "king_county_metro",
        "sent": 3,
        "acknowledged": 2,
        "outstanding": 1,
        "differences": [],
    }
    row = (await db.fetch("select id from referrals where state = 'acknowledged' limit 1"))[0]
    await db.execute(
        "update lease_items set acknowledged_at = null where referral_id = ?", row["id"]
    )
    broken = await reconcile()
    assert not broken.holds
    assert [each for a in broken.agencies for each in a.differences] == [row["id"]]


async def test_a_lost_event_and_a_lost_mark_are_differences_too(
    partner: Api, metro: Api, a_send: Sending
) -> None:
    await send_many(partner, a_send, 2)
    await (await metro.pull()).ack()
    rows = await db.fetch("select id from referrals order by id")
    await db.execute("delete from referral_events where referral_id = ?", rows[0]["id"])
    await db.execute("update referrals set waiting = ? where id = ?", True, rows[1]["id"])
    found = await reconcile()
    assert set(found.agencies[0].differences) == {row["id"] for row in rows}


async def test_the_answers_bytes_are_what_the_hash_is_of(
    partner: Api, metro: Api, a_send: Sending
) -> None:
    await send_many(partner, a_send, 1)
    answer = await metro.post("/referrals/pull", {"limit": 5, "lease_seconds": 60})
    row = (await db.fetch("select body_hash, count from leases"))[0]
    assert row["body_hash"] == hashlib.sha256(answer.content).hexdigest()
    assert json.loads(answer.content)["count"] == row["count"]
