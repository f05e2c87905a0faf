"""Decisions back: singly, in batch, by CSV; and questions, replies and objections."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from service import db
from service.actions import amending, drafts, objections, requests
from service.actions.withdrawals import withdraw
from service.actor import Actor
from service.errors import Conflict, NotFound
from service.queries.own_application import own_application
from service.services import Services
from tests.service.exchange.conftest import Api, Sending, count_rows, facts
from tests.support.clock import StoppedClock

APPROVED = {"version": 1, "outcome": "approved", "amount": 1200, "effective_on": "2026-12-01"}
DENIED = {"version": 1, "outcome": "denied", "reason": "over_income", "text": "Above the limit."}
WAITLISTED = {"version": 1, "outcome": "waitlisted", "reason": "over_income"}


@pytest.fixture
async def case(partner: Api, metro: Api, a_send: Sending) -> dict[str, Any]:
    """One acknowledged ORCA LIFT case."""
    await partner.send(a_send(["orca_lift"]))
    pulled = await metro.pull()
    await pulled.ack()
    return pulled.cases[0]


async def state_of(case: dict[str, Any]) -> str:
    rows = await db.fetch("select state from referrals where id = ?", UUID(case["id"]))
    found: str = rows[0]["state"]
    return found


async def decide(api: Api, case: dict[str, Any], body: Any) -> tuple[int, str]:
    answer = await api.post(f"/referrals/{case['id']}/decision", body)
    return answer.status_code, answer.json().get("code", answer.json().get("state"))


async def test_the_same_decision_again_is_fine_and_another_is_refused(
    metro: Api, case: dict[str, Any]
) -> None:
    assert await decide(metro, case, APPROVED) == (200, "approved")
    assert await decide(metro, case, APPROVED) == (200, "approved")
    assert await decide(metro, case, DENIED) == (409, "already_decided")
    assert await decide(metro, case, APPROVED | {"amount": 1300}) == (409, "already_decided")
    assert await count_rows("decisions") == 1


async def test_twenty_equal_decisions_at_once_are_one(metro: Api, case: dict[str, Any]) -> None:
    answers = await asyncio.gather(*(decide(metro, case, APPROVED) for _ in range(20)))
    assert set(answers) == {(200, "approved")}
    assert await count_rows("decisions") == 1


async def test_of_two_different_decisions_at_once_one_wins(
    metro: Api, case: dict[str, Any]
) -> None:
    answers = await asyncio.gather(
        *(decide(metro, case, each) for each in (APPROVED, DENIED) for _ in range(5))
    )
    assert len({code for status, code in answers if status == 200}) == 1
    assert {code for status, code in answers if status != 200} == {"already_decided"}


async def test_a_waiting_list_is_followed_by_yes_or_no(metro: Api, case: dict[str, Any]) -> None:
    assert await decide(metro, case, WAITLISTED) == (200, "waitlisted")
    assert await decide(metro, case, WAITLISTED) == (200, "waitlisted")
    assert await decide(metro, case, DENIED) == (200, "denied")


@pytest.mark.parametrize(
    "body",
    [
        {"version": 1, "outcome": "denied"},
        {"version": 1, "outcome": "waitlisted"},
        {"version": 1, "outcome": "denied", "reason": "bad_mood"},
        {"version": 1, "outcome": "approved", "reason": "bad_mood"},
        {"version": 1, "outcome": "maybe"},
        {"version": "1", "outcome": "approved"},
        {"version": 2, "outcome": "approved"},
        {"version": 0, "outcome": "approved"},
        {"version": 2**40, "outcome": "approved"},
        {"version": 1, "outcome": "approved", "amount": 12.5},
        {"version": 1, "outcome": "approved", "amount": -1},
        {"version": 1, "outcome": "approved", "effective_on": "20261201"},
        {"version": 1, "outcome": "approved", "effective_on": "2026-02-30"},
        {"version": 1, "outcome": "approved", "state": "denied"},
    ],
)
async def test_a_decision_that_will_not_do_changes_nothing(
    metro: Api, case: dict[str, Any], body: dict[str, Any]
) -> None:
    assert (await decide(metro, case, body))[0] == 422
    assert await state_of(case) == "acknowledged"


async def test_nothing_is_decided_before_it_is_acknowledged(
    partner: Api, metro: Api, a_send: Sending
) -> None:
    await partner.send(a_send(["orca_lift"]))
    offered = (await metro.pull()).cases[0]
    assert await decide(metro, offered, APPROVED) == (409, "not_acknowledged")


async def test_a_foreign_case_and_one_that_is_not_there_look_the_same(
    utilities: Api, case: dict[str, Any]
) -> None:
    for path in ("decision", "requests"):
        bodies = []
        for referral in (case["id"], str(uuid4()), "nonsense"):
            body = (
                APPROVED
                if path == "decision"
                else {"items": [], "due_on": "2026-12-24", "text": "Why?"}
            )
            answer = await utilities.post(f"/referrals/{referral}/{path}", body)
            assert answer.status_code == 404
            bodies.append({k: v for k, v in answer.json().items() if k != "request_id"})
        assert bodies[0] == bodies[1] == bodies[2]
    assert (await utilities.get(f"/referrals/{case['id']}")).status_code == 404


async def test_an_amendment_comes_again_under_the_same_id_and_the_old_version_is_stale(
    partner: Api, metro: Api, case: dict[str, Any]
) -> None:
    answer = await partner.post(
        f"/applications/{case['reference']}/amendments",
        {"facts": facts(language="so")},
        **{"idempotency-key": "change-1"},
    )
    assert (answer.status_code, answer.json()) == (201, {"version": 2})
    assert await decide(metro, case, APPROVED) == (409, "newer_version")
    pulled = await metro.pull()
    assert [(each["id"], each["version"]) for each in pulled.cases] == [(case["id"], 2)]
    assert pulled.cases[0]["due_on"] == case["due_on"]
    assert pulled.cases[0]["filed_at"] == case["filed_at"]
    newer = APPROVED | {"version": 2}
    assert await decide(metro, case, newer) == (409, "not_acknowledged")
    await pulled.ack()
    assert await decide(metro, case, newer) == (200, "approved")


async def test_an_amendment_between_offer_and_receipt_is_offered_after_it(
    partner: Api, metro: Api, a_send: Sending
) -> None:
    reference = (await partner.send(a_send(["orca_lift"]))).json()["reference"]
    pulled = await metro.pull()
    await partner.post(
        f"/applications/{reference}/amendments",
        {"facts": facts()},
        **{"idempotency-key": "change"},
    )
    assert (await pulled.ack()).status_code == 200
    assert [each["version"] for each in (await metro.pull()).cases] == [2]


async def test_an_amendment_is_its_senders_alone(
    other_partner: Api, partner: Api, case: dict[str, Any]
) -> None:
    for api, reference in ((other_partner, case["reference"]), (partner, "00000000Z")):
        answer = await api.post(
            f"/applications/{reference}/amendments",
            {"facts": facts()},
            **{"idempotency-key": "change"},
        )
        assert answer.status_code == 404


async def test_the_same_amendment_key_is_one_version(partner: Api, case: dict[str, Any]) -> None:
    path = f"/applications/{case['reference']}/amendments"
    body = {"facts": facts(language="so")}
    answers = await asyncio.gather(
        *(partner.post(path, body, **{"idempotency-key": "same"}) for _ in range(10))
    )
    assert {(each.status_code, each.text) for each in answers} == {(201, '{"version":2}')}
    assert await count_rows("submissions") == 2


async def test_a_batch_answers_each_row_and_a_dry_run_changes_nothing(
    metro: Api, utilities: Api, partner: Api, a_send: Sending
) -> None:
    for _ in range(3):
        await partner.send(a_send(["orca_lift", "utility_discount"]))
    pulled, foreign = await metro.pull(), await utilities.pull()
    await pulled.ack()
    await foreign.ack()
    first, second, third = pulled.ids
    rows = [
        {"id": first, **APPROVED},
        {"id": second, **DENIED},
        {"id": third, "version": 1, "outcome": "denied", "reason": "bad_mood"},
        {"id": third, "version": 9, "outcome": "approved"},
        {"id": foreign.ids[0], **APPROVED},
        {"id": "nonsense", **APPROVED},
        {"outcome": "approved"},
        7,
    ]
    dry = await metro.post("/decisions?dry_run=true", {"items": rows})
    assert dry.status_code == 200, dry.text
    assert await count_rows("decisions") == 0
    assert [(each["status"], each["code"]) for each in dry.json()["items"][:3]] == [
        (200, "would_decide"),
        (200, "would_decide"),
        (422, "unknown_reason"),
    ]
    real = (await metro.post("/decisions", {"items": rows})).json()["items"]
    assert [each["status"] for each in real] == [200, 200, 422, 422, 404, 404, 422, 422]
    assert real[0] == {"id": first, "status": 200, "code": "decided"}
    again = (await metro.post("/decisions", rows)).json()["items"]
    assert [each["code"] for each in again[:2]] == ["already_so", "already_so"]
    assert await count_rows("decisions") == 2


async def test_decisions_come_back_by_csv_with_a_dry_run(metro: Api, case: dict[str, Any]) -> None:
    text = (
        "id,version,outcome,reason,text,effective_on,amount\r\n"
        f'{case["id"]},1,denied,over_income,"Above, by a little",2026-12-01,\r\n'
        f"{uuid4()},1,approved,,,,500\r\n"
        f"{case['id']},one,approved,,,,\r\n"
    )
    headers = {"authorization": f"Bearer {metro.key}", "content-type": "text/csv"}

    async def post(query: str) -> list[tuple[int, str]]:
        answer = await metro.client.post(
            f"/api/v1/decisions{query}", content=text.encode(), headers=headers
        )
        assert answer.status_code == 200, answer.text
        return [(each["status"], each["code"]) for each in answer.json()["items"]]

    dry = await post("?dry_run=1")
    assert [status for status, _ in dry] == [200, 404, 422]
    assert await state_of(case) == "acknowledged"
    assert [status for status, _ in await post("")] == [200, 404, 422]
    assert await state_of(case) == "denied"


async def test_a_question_becomes_the_residents_task_and_the_reply_the_agencys_turn(
    metro: Api, case: dict[str, Any], services: Services
) -> None:
    body = {"items": ["Pay stubs"], "due_on": "2026-12-10", "text": "Please send two pay stubs."}
    asked = await metro.post(f"/referrals/{case['id']}/requests", body)
    assert asked.status_code == 201, asked.text
    same = await metro.post(f"/referrals/{case['id']}/requests", body)
    assert same.json() == asked.json()
    other = await metro.post(f"/referrals/{case['id']}/requests", body | {"text": "And more."})
    assert (other.status_code, other.json()["code"]) == (409, "request_open")
    assert await state_of(case) == "information_requested"
    application = (await db.fetch("select id from applications"))[0]["id"]
    resident = Actor("resident", str(application))
    now = services.clock.now()
    request = UUID(asked.json()["id"])
    with pytest.raises(NotFound):
        await requests.reply(services, resident, uuid4(), request, "Here.", now)
    await requests.reply(services, resident, application, request, "I sent them by mail.", now)
    with pytest.raises(Conflict):
        await requests.reply(services, resident, application, request, "Again.", now)
    standing = (await metro.get(f"/referrals/{case['id']}")).json()
    assert standing["state"] == "in_review"
    assert standing["requests"][0]["reply"] == "I sent them by mail."


@pytest.mark.parametrize("due_on", ["2026-11-21", "1999-01-01", "2026-13-01", "tomorrow"])
async def test_a_question_needs_a_day_that_is_still_to_come(
    metro: Api, case: dict[str, Any], due_on: str
) -> None:
    body = {"items": [], "due_on": due_on, "text": "Please write."}
    assert (await metro.post(f"/referrals/{case['id']}/requests", body)).status_code == 422


async def test_an_objection_is_read_by_another_worker_and_may_reopen_the_case(
    metro: Api, case: dict[str, Any], services: Services
) -> None:
    await decide(metro, case, DENIED)
    row = (
        await db.fetch(
            "select d.id, d.decided_by, r.application_id from decisions d join"
            " referrals r on r.id = d.referral_id"
        )
    )[0]
    application, now = row["application_id"], services.clock.now()
    resident = Actor("resident", str(application))
    with pytest.raises(NotFound):
        await objections.object_(services, resident, uuid4(), row["id"], "No.", now)
    objection = await objections.object_(
        services, resident, application, row["id"], "My pay was counted twice.", now
    )
    with pytest.raises(Conflict):
        await objections.object_(services, resident, application, row["id"], "Again.", now)
    decider = Actor("caseworker", row["decided_by"], metro.agency)
    with pytest.raises(Conflict, match="same_worker"):
        await objections.answer(services, decider, objection, "changed", "You are right.", now)
    foreign = Actor("caseworker", str(uuid4()), "seattle_utilities")
    with pytest.raises(NotFound):
        await objections.answer(services, foreign, objection, "changed", "You are right.", now)
    other = Actor("caseworker", str(uuid4()), metro.agency)
    await objections.answer(services, other, objection, "changed", "You are right.", now)
    assert await state_of(case) == "reopened"
    assert await decide(metro, case, APPROVED) == (200, "approved")
    events = await db.fetch("select state from referral_events order by at, id")
    assert [each["state"] for each in events][-3:] == ["reopened", "in_review", "approved"]


async def test_a_withdrawn_case_is_not_offered_and_not_decided(
    partner: Api, metro: Api, case: dict[str, Any], a_send: Sending, services: Services
) -> None:
    await partner.send(a_send(["orca_lift"]))
    now = services.clock.now()
    for row in await db.fetch("select id from applications"):
        actor = Actor("resident", str(row["id"]))
        assert await withdraw(services, actor, row["id"], None, now) == 1
        with pytest.raises(Conflict):
            await withdraw(services, actor, row["id"], None, now)
    assert (await metro.pull()).answer["count"] == 0
    assert await decide(metro, case, APPROVED) == (409, "withdrawn")


async def test_new_cases_come_as_csv_that_no_spreadsheet_runs(
    partner: Api, metro: Api, a_send: Sending, clock: StoppedClock
) -> None:
    body = a_send(["orca_lift"])
    body["contact"]["name"] = '=HYPERLINK("http://example.org")'
    await partner.send(body)
    clock.forward(timedelta(seconds=1))
    answer = await metro.get("/referrals/new.csv")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    text = answer.content.decode("utf-8-sig")
    assert "'=HYPERLINK" in text
    assert ",=HYPERLINK" not in text
    assert (await metro.pull()).answer["count"] == 1


async def test_a_partners_amendment_reaches_no_program_that_its_applicant_added_alone(
    partner: Api, metro: Api, a_send: Sending, services: Services
) -> None:
    sent = (await partner.send(a_send(["orca_lift"]))).json()
    [row] = await db.fetch("select id from applications")
    own = await own_application(services, row["id"])
    assert own is not None
    now = services.clock.now()
    await amending.begin(services, own, now, masked=False, adding=["fresh_bucks"])
    held = await drafts.read(services, own.id)
    assert held is not None
    signed = amending.Changes(("fresh_bucks",), (), "Ana Reyes", held.revision)
    assert await amending.send(services, own, held, signed, now) == 2
    answer = await partner.post(
        f"/applications/{sent['reference']}/amendments",
        {"facts": facts(language="so")},
        **{"idempotency-key": "change"},
    )
    assert answer.json() == {"version": 3}
    rows = await db.fetch("select program, version from referrals")
    assert {each["program"]: each["version"] for each in rows} == {"orca_lift": 3, "fresh_bucks": 2}
    assert [each["version"] for each in (await metro.pull()).cases] == [3]
