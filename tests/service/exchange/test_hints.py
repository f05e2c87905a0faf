"""Webhook hints through the outbox: signed, thin, retried by rule, and never in anybody's way."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from uuid import uuid4

import pytest

from service import db
from service.actions.endpoints import set_endpoint
from service.actor import Actor
from service.errors import Invalid
from service.outbox import Claimed
from service.queries.endpoints import endpoint_of
from service.queries.reconciliation import reconcile
from service.referrals.channels import HANDLERS, filedrop
from service.referrals.channels.base import after_answer, retry_after
from service.referrals.outbound import Answer
from service.referrals.webhooks import parse_verifier, verify
from service.services import Services
from service.worker import Done, GiveUp, Retry, Worker
from tests.service.exchange.conftest import Api, Sending
from tests.service.exchange.listening import Listener, listening
from tests.support.clock import START, StoppedClock


async def point(services: Services, agency: str, url: str) -> None:
    now = services.clock.now()
    await set_endpoint(Actor.SYSTEM, agency, url, now, loopback=True)


async def work(services: Services) -> None:
    handlers = {**HANDLERS, "notice": _arrived}
    await Worker(services, handlers, jobs=()).run_until_idle()


async def _arrived(_services: Services, _row: object) -> Done:
    return Done()


async def hints(state: str) -> int:
    rows = await db.fetch(
        "select id from outbox where topic = 'referral_hint' and state = ?", state
    )
    return len(rows)


async def test_a_hint_is_signed_and_says_only_that_there_is_something(
    partner: Api, metro: Api, a_send: Sending, services: Services
) -> None:
    async with listening(Listener(204)) as listener:
        await point(services, "king_county_metro", listener.url)
        await partner.send(a_send(["orca_lift"]))
        await work(services)
    assert len(listener.heard) == 1
    head, body = listener.heard[0]
    assert json.loads(body) == {"type": "referrals.available", "count": 1}
    keys = (await metro.get("/webhook")).json()["keys"]
    assert verify(head, body, [parse_verifier(key) for key in keys], START).startswith("msg_")
    assert "authorization" not in head
    assert await hints("sent") == 1


async def test_one_hint_speaks_for_all_that_wait(
    partner: Api, a_send: Sending, services: Services
) -> None:
    async with listening(Listener(200)) as listener:
        await point(services, "king_county_metro", listener.url)
        for _ in range(8):
            await partner.send(a_send(["orca_lift"]))
        await work(services)
    assert 1 <= len(listener.heard) <= 4  # at most the lane's own places, begun at once
    assert json.loads(listener.heard[0][1])["count"] == 8
    assert (await hints("sent"), await hints("waiting")) == (8, 0)


async def test_a_case_that_comes_while_a_hint_is_under_way_gets_its_own(
    partner: Api, a_send: Sending, services: Services
) -> None:
    """The agency may have pulled before that case was there to be seen."""

    class Slow(Listener):
        async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            if not self.heard:
                await partner.send(a_send(["orca_lift"]))
            await super().handle(reader, writer)

    async with listening(Slow(200)) as listener:
        await point(services, "king_county_metro", listener.url)
        await partner.send(a_send(["orca_lift"]))
        await work(services)
    assert [json.loads(body)["count"] for _head, body in listener.heard] == [1, 2]


async def test_nothing_is_posted_for_what_was_pulled_already(
    partner: Api, metro: Api, a_send: Sending, services: Services
) -> None:
    async with listening(Listener(200)) as listener:
        await point(services, "king_county_metro", listener.url)
        await partner.send(a_send(["orca_lift"]))
        await (await metro.pull()).ack()
        await work(services)
    assert listener.heard == []
    assert await hints("sent") == 1


async def test_an_agency_without_an_address_has_no_hints(
    partner: Api, a_send: Sending, services: Services
) -> None:
    await partner.send(a_send(["orca_lift"]))
    assert await hints("waiting") == 0


@pytest.mark.parametrize("status", [500, 503, 429])
async def test_trouble_on_their_side_is_tried_again_with_the_same_id(
    partner: Api, a_send: Sending, services: Services, clock: StoppedClock, status: int
) -> None:
    async with listening(Listener(status)) as listener:
        await point(services, "king_county_metro", listener.url)
        await partner.send(a_send(["orca_lift"]))
        await work(services)
        assert (len(listener.heard), await hints("waiting")) == (1, 1)
        listener.status = 200
        clock.forward(timedelta(hours=1))
        await work(services)
    assert await hints("sent") == 1
    first, second = (head for head, _ in listener.heard)
    assert first["webhook-id"] == second["webhook-id"]
    assert first["webhook-timestamp"] != second["webhook-timestamp"]


async def test_an_agency_that_does_not_answer_is_called_once_for_all_its_cases(
    partner: Api, a_send: Sending, services: Services
) -> None:
    async with listening(Listener(500)) as listener:
        await point(services, "king_county_metro", listener.url)
        for _ in range(12):
            await partner.send(a_send(["orca_lift"]))
        await work(services)
    assert len(listener.heard) <= 4
    assert await hints("waiting") == 12


@pytest.mark.parametrize("status", [301, 302, 400, 401, 404, 422])
async def test_any_other_refusal_needs_a_person(
    partner: Api, a_send: Sending, services: Services, status: int
) -> None:
    async with listening(Listener(status)) as listener:
        await point(services, "king_county_metro", listener.url)
        await partner.send(a_send(["orca_lift"]))
        await work(services)
    assert await hints("needs_attention") == 1


async def test_gone_pauses_the_address_and_the_cases_stay_queued(
    partner: Api, metro: Api, a_send: Sending, services: Services
) -> None:
    async with listening(Listener(410)) as listener:
        await point(services, "king_county_metro", listener.url)
        await partner.send(a_send(["orca_lift"]))
        await work(services)
        await partner.send(a_send(["orca_lift"]))
        await work(services)
    assert len(listener.heard) == 1
    endpoint = await endpoint_of("king_county_metro")
    assert endpoint is not None
    assert endpoint.paused_at is not None
    assert (await metro.pull()).answer["count"] == 2


def test_an_endpoint_may_ask_for_a_pause_in_seconds_or_as_a_date() -> None:
    now = datetime(2026, 11, 22, tzinfo=UTC)
    assert retry_after("120", now) == timedelta(minutes=2)
    later = format_datetime(now + timedelta(minutes=5), usegmt=True)
    assert retry_after(later, now) == timedelta(minutes=5)
    assert retry_after("999999999", now) == timedelta(days=1)
    for text in (None, "", "soon", "１２", "-5"):
        assert not retry_after(text, now)


@pytest.mark.parametrize(
    ("status", "outcome"),
    [(200, Done), (204, Done), (302, GiveUp), (404, GiveUp), (429, Retry), (500, Retry)],
)
def test_the_rule_of_retries(status: int, outcome: type) -> None:
    assert isinstance(after_answer(Answer(status, {}, b""), START), outcome)


@pytest.mark.parametrize(
    "url",
    [
        "http://agency.example/hook",
        "https://10.0.0.1/",
        "https://user:word@agency.example/",
        "ftp://agency.example/",
        "https://[::ffff:127.0.0.1]/",
        "nonsense",
        "https://" + "a" * 600,
    ],
)
async def test_an_address_that_may_never_be_called_is_not_kept(url: str, metro: Api) -> None:
    headers = {"authorization": f"Bearer {metro.key}"}
    answer = await metro.client.put("/api/v1/webhook", json={"url": url}, headers=headers)
    assert answer.status_code == 422
    with pytest.raises(Invalid):
        await set_endpoint(Actor.SYSTEM, "dshs", url, START, loopback=False)


async def test_an_agency_sets_and_removes_its_address(metro: Api) -> None:
    headers = {"authorization": f"Bearer {metro.key}"}
    url = "https://agency.example/hook"
    put = await metro.client.put("/api/v1/webhook", json={"url": url}, headers=headers)
    assert put.json()["url"] == url
    gone = await metro.client.delete("/api/v1/webhook", headers=headers)
    assert gone.json()["url"] is None


async def test_a_file_drop_takes_cases_in_only_when_they_are_on_disk(
    partner: Api, a_send: Sending, services: Services
) -> None:
    await partner.send(a_send(["orca_lift"]))
    row = _row("king_county_metro")
    blocked = services.settings.storage / "filedrop"
    blocked.parent.mkdir(parents=True, exist_ok=True)
    blocked.write_text("a file where the folder should be")
    assert isinstance(await filedrop.deliver(services, row), Retry)
    assert (await reconcile()).to_json()["outstanding"] == 1
    blocked.unlink()
    await db.execute("update leases set expires_at = ?", START)
    assert isinstance(await filedrop.deliver(services, row), Done)
    files = list(Path(blocked, "king_county_metro").iterdir())
    assert len(files) == 1
    assert json.loads(files[0].read_text())["program"] == "orca_lift"
    assert (await reconcile()).to_json()["acknowledged"] == 1


def _row(agency: str) -> Claimed:
    payload = {"agency": agency}
    return Claimed(uuid4(), uuid4(), "referral_filedrop", agency, "k", payload, 1, START)
