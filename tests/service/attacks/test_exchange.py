"""Attacks on the interface of agencies and partners."""

from __future__ import annotations

import asyncio
import copy
from typing import Any
from uuid import uuid4

import httpx
import pytest

from service import db
from service.actions.amendments import amend
from service.actions.withdrawals import withdraw
from service.actor import Actor
from service.queries.reconciliation import reconcile
from service.security.rate_limits import LARGE_SCREENING_NETWORK
from service.services import Services
from tests.service.exchange.conftest import Api, Sending, count_rows, facts

HOSTILE = ('=HYPERLINK("http://x")', "+1", "-1", "@x", "\t=1", "＝1", " =1", "=1\n=2")


async def test_a_receipt_of_nothing_for_a_lease_that_holds_something_is_checked_all_the_same(
    partner: Api, metro: Api, a_send: Sending
) -> None:
    await partner.send(a_send(["orca_lift"]))
    pulled = await metro.pull()
    wrong = await pulled.ack(ids=[], count=0)
    assert (wrong.status_code, wrong.json()["code"]) == (409, "receipt_mismatch")
    assert (await pulled.ack(ids=[])).status_code == 200
    assert (await count_rows("lease_items where acknowledged_at is not null")) == 0


async def test_a_bare_dry_run_is_never_taken_for_a_real_one(
    partner: Api, metro: Api, a_send: Sending
) -> None:
    await partner.send(a_send(["orca_lift"]))
    pulled = await metro.pull()
    await pulled.ack()
    rows = {"items": [{"id": pulled.ids[0], "version": 1, "outcome": "approved"}]}
    for query in ("?dry_run", "?dry_run=", "?dry_run=perhaps", "?dry_run=1&dry_run=0"):
        assert (await metro.post(f"/decisions{query}", rows)).status_code == 400
    assert await count_rows("decisions") == 0
    for query in ("?dry_run=YES", "?dry_run=true"):
        answer = await metro.post(f"/decisions{query}", rows)
        assert answer.json()["items"][0]["code"] == "would_decide"
    assert await count_rows("decisions") == 0


async def test_a_key_belongs_to_one_route(
    partner: Api, other_partner: Api, a_send: Sending
) -> None:
    body = a_send(["orca_lift"])
    first = await partner.send(body, "same")
    reference = first.json()["reference"]
    path = f"/applications/{reference}/amendments"
    amended = await partner.post(path, {"facts": body["facts"]}, **{"idempotency-key": "same"})
    assert (amended.status_code, amended.json()) == (201, {"version": 2})
    assert (await partner.send(body, "same")).json() == first.json()
    foreign = await other_partner.post(
        path, {"facts": body["facts"]}, **{"idempotency-key": "same"}
    )
    missing = await other_partner.post(
        "/applications/00000000X/amendments",
        {"facts": body["facts"]},
        **{"idempotency-key": "same"},
    )
    assert foreign.status_code == missing.status_code == 404
    assert foreign.json() | {"request_id": ""} == missing.json() | {"request_id": ""}


async def test_an_application_with_every_case_taken_back_can_still_be_amended(
    services: Services, partner: Api, a_send: Sending
) -> None:
    body = a_send(["orca_lift", "fresh_bucks"])
    receipt = (await partner.send(body)).json()
    application = (await db.fetch("select id from applications"))[0]["id"]
    resident, now = Actor("resident", str(application)), services.clock.now()
    for program in body["programs"]:
        await withdraw(services, resident, application, [program], now)
    path = f"/applications/{receipt['reference']}/amendments"
    answer = await partner.post(path, {"facts": body["facts"]}, **{"idempotency-key": "a"})
    assert answer.status_code == 201, answer.text
    assert (await reconcile()).holds


async def test_a_case_taken_back_while_a_change_is_on_its_way_still_adds_up(
    services: Services, partner: Api, metro: Api, a_send: Sending, monkeypatch: pytest.MonkeyPatch
) -> None:
    await partner.send(a_send(["orca_lift", "fresh_bucks"]))
    assert (await (await metro.pull()).ack()).status_code == 200
    application = (await db.fetch("select id from applications"))[0]["id"]
    resident, now = Actor("resident", str(application)), services.clock.now()
    from service.actions import amendments

    prepared = amendments.missing_rules

    async def taken_back_meanwhile(rules: Any) -> dict[str, str]:
        await withdraw(services, resident, application, ["orca_lift"], now)
        return await prepared(rules)

    monkeypatch.setattr(amendments, "missing_rules", taken_back_meanwhile)
    await amend(services, resident, application, facts(rent={"unknown": "declined"}), now)
    found = await reconcile()
    assert found.holds, found.to_json()


async def test_two_decisions_and_a_withdrawal_at_once_leave_one_truth(
    services: Services, partner: Api, metro: Api, a_send: Sending
) -> None:
    await partner.send(a_send(["orca_lift"]))
    pulled = await metro.pull()
    await pulled.ack()
    [case] = pulled.ids
    application = (await db.fetch("select id from applications"))[0]["id"]
    yes = {"version": 1, "outcome": "approved"}
    no = {"version": 1, "outcome": "denied", "reason": "over_income"}
    resident = Actor("resident", str(application))
    answers = await asyncio.gather(
        *(metro.post(f"/referrals/{case}/decision", body) for body in (yes, no) * 5),
        withdraw(services, resident, application, None, services.clock.now()),
        return_exceptions=True,
    )
    codes = {a.status_code for a in answers if isinstance(a, httpx.Response)}
    assert codes <= {200, 409}
    decisions = await db.fetch("select outcome from decisions")
    state = (await db.fetch("select state from referrals"))[0]["state"]
    assert [row["outcome"] for row in decisions] in ([state], [])
    events = await db.fetch("select state from referral_events where state in"
                            " ('approved', 'denied', 'withdrawn')")  # fmt: skip
    assert [row["state"] for row in events] == [state]


@pytest.mark.parametrize("words", HOSTILE)
async def test_no_cell_of_a_file_starts_a_formula(
    partner: Api, metro: Api, a_send: Sending, words: str
) -> None:
    import csv
    import io

    body = copy.deepcopy(a_send(["orca_lift"]))
    body["contact"]["name"] = body["signature"]["name"] = words
    body["facts"]["people"][0]["name"] = words
    assert (await partner.send(body)).status_code == 201
    told = (await metro.get("/referrals/new.csv")).content.decode("utf-8-sig")
    cells = [cell for line in csv.reader(io.StringIO(told, newline="")) for cell in line]
    assert any(words in cell for cell in cells)
    starts = tuple("=+-@\t\r\n＝＋－＠")
    assert [cell for cell in cells if cell.strip(" \u00a0").startswith(starts)] == []


async def test_names_of_columns_in_a_body_change_nothing(
    partner: Api, metro: Api, a_send: Sending
) -> None:
    """Mass assignment: every body refuses what it does not declare, and stores none of it."""
    names = ("id", "state", "agency", "partner", "version", "waiting", "role", "secret_hash")
    for name in names:
        for body in (
            {**a_send(["orca_lift"]), name: "x"},
            {**a_send(["orca_lift"]), "contact": {"name": "A", "safe_to_write": True, name: "x"}},
            {**a_send(["orca_lift"]), "signature": {"name": "A", name: "x"}},
        ):
            if name == "version" and "version" not in body:
                continue
            assert (await partner.send(body)).status_code == 422
    assert await count_rows("applications") == 0
    for name in names:
        assert (await metro.post("/referrals/pull", {name: "x"})).status_code == 422


async def test_large_households_are_screened_now_and_then_only(
    client: httpx.AsyncClient, services: Services
) -> None:
    small = {"people": [{"id": "p1"}]}
    large = {"people": [{"id": f"p{n}"} for n in range(11)]}
    from service.security.rate_limits import limit

    for _ in range(LARGE_SCREENING_NETWORK.tries):
        await limit(services, LARGE_SCREENING_NETWORK, "127.0.0.1", services.clock.now())
    refused = await client.post("/api/v1/screenings", json=large)
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) >= 1
    assert (await client.post("/api/v1/screenings", json=small)).status_code == 200
    absurd = {"people": [{"id": f"p{n}"} for n in range(1000)]}
    assert (await client.post("/api/v1/screenings", json=absurd)).status_code == 422


@pytest.mark.parametrize(
    "part",
    [
        {"rent": {"amount": 10**15, "period": "month"}},
        {"rent": {"amount": -1, "period": "month"}},
        {"rent": {"amount": True, "period": "month"}},
        {"rent": {"between": [5, 1]}},
        {"rent": {"between": [None, None], "amount": 5}},
        {"receives": ["no_such_program"] * 40},
        {"receives": {"basic_food": "yes"}},
        {"address": "600 Pine"},
        {"nonsense": 1},
    ],
)
async def test_facts_that_make_no_sense_are_pointed_at_and_never_repeated(
    partner: Api, a_send: Sending, part: dict[str, Any]
) -> None:
    body = a_send(["orca_lift"], facts=facts(**part))
    answer = await partner.send(body)
    assert answer.status_code == 422, answer.text
    assert all(fault["pointer"].startswith("/facts") for fault in answer.json()["errors"])
    assert await count_rows("applications") == 0


async def test_a_referral_is_reached_by_no_other_agency_whatever_is_asked(
    partner: Api, metro: Api, utilities: Api, a_send: Sending
) -> None:
    await partner.send(a_send(["orca_lift"]))
    pulled = await metro.pull()
    await pulled.ack()
    mine, guessed = pulled.ids[0], str(uuid4())
    decision = {"version": 1, "outcome": "approved"}
    question = {"items": [], "due_on": "2027-01-04", "text": "Send a paystub."}

    async def seen(case: str) -> list[Any]:
        batch = await utilities.post("/decisions", {"items": [{"id": case, **decision}]})
        answers = [
            await utilities.get(f"/referrals/{case}"),
            await utilities.post(f"/referrals/{case}/decision", decision),
            await utilities.post(f"/referrals/{case}/requests", question),
        ]
        told = [(a.status_code, a.json() | {"request_id": ""}) for a in answers]
        items = [{**item, "id": ""} for item in batch.json()["items"]]
        return [*told, items]

    assert await seen(mine) == await seen(guessed)
    assert (await utilities.pull()).cases == []
    assert mine not in (await utilities.get("/referrals/new.csv")).text
    assert await count_rows("decisions") == 0
