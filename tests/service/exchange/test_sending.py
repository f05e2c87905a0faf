"""Partner intake: one action, one application, whatever the network does."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from service import db
from service.services import Services
from tests.service.exchange.conftest import AGENCIES, PROGRAMS, Api, Sending, count_rows, facts


async def test_a_send_makes_one_referral_for_each_program(partner: Api, a_send: Sending) -> None:
    answer = await partner.send(a_send())
    assert answer.status_code == 201, answer.text
    receipt = answer.json()
    assert set(receipt) == {"reference", "secret", "referrals"}
    assert [each["program"] for each in receipt["referrals"]] == PROGRAMS
    assert [each["agency"] for each in receipt["referrals"]] == AGENCIES
    assert len(receipt["secret"]) == 16
    for table in ("applications", "submissions", "idempotency_keys"):
        assert await count_rows(table) == 1, table
    assert await count_rows("referrals") == 4


async def test_work_for_later_and_one_audit_entry_commit_with_the_send(
    partner: Api, a_send: Sending
) -> None:
    before = await count_rows("audit_entries")
    await partner.send(a_send())
    assert await count_rows("audit_entries") == before + 1
    topics = {row["topic"] for row in await db.fetch("select topic from outbox")}
    assert "notice" in topics


async def test_the_same_key_gives_the_same_answer_and_nothing_new(
    partner: Api, a_send: Sending
) -> None:
    first = await partner.send(a_send(), key="once")
    again = await partner.send(a_send(), key="once")
    assert (again.status_code, again.json()) == (201, first.json())
    assert await count_rows("applications") == 1


async def test_fifty_sends_at_once_are_one_application(partner: Api, a_send: Sending) -> None:
    answers = await asyncio.gather(*(partner.send(a_send(), key="fifty") for _ in range(50)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    assert await count_rows("applications") == 1
    assert await count_rows("referrals") == 4


async def test_the_same_key_with_another_body_is_refused(partner: Api, a_send: Sending) -> None:
    await partner.send(a_send(), key="once")
    other = await partner.send(a_send(language="en"), key="once")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


async def test_a_send_without_a_key_cannot_be_read(partner: Api, a_send: Sending) -> None:
    answer = await partner.post("/applications", a_send())
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_missing")


async def test_a_corrected_send_may_use_the_same_key(partner: Api, a_send: Sending) -> None:
    wrong = await partner.send(a_send(["orca_lift"], consents=[]), key="k")
    assert wrong.status_code == 422
    assert (await partner.send(a_send(), key="k")).status_code == 201


async def test_two_partners_may_use_the_same_key(
    partner: Api, other_partner: Api, a_send: Sending
) -> None:
    first = await partner.send(a_send(), key="k")
    second = await other_partner.send(a_send(), key="k")
    assert first.json()["reference"] != second.json()["reference"]


async def test_a_consent_that_names_fewer_facts_is_refused(
    partner: Api, a_send: Sending, services: Services
) -> None:
    fields = list(services.rules.programs["orca_lift"].fields)
    body = a_send(["orca_lift"], consents=[{"program": "orca_lift", "fields": fields[1:]}])
    answer = await partner.send(body)
    assert (answer.status_code, answer.json()["code"]) == (422, "consent_incomplete")
    assert await count_rows("applications") == 0


async def test_a_program_without_a_consent_is_refused(partner: Api, a_send: Sending) -> None:
    answer = await partner.send(a_send(["orca_lift"], consents=[]))
    assert (answer.status_code, answer.json()["code"]) == (422, "consent_incomplete")


@pytest.mark.parametrize(
    ("program", "code"),
    [("nowhere", "unknown_program"), ("wic", "not_routed"), ("school_meals", "not_routed")],
)
async def test_a_program_that_is_not_sent_from_here_is_refused(
    partner: Api, a_send: Sending, program: str, code: str
) -> None:
    body = a_send([]) | {"programs": [program], "consents": [{"program": program, "fields": []}]}
    answer = await partner.send(body)
    assert answer.status_code == 422
    assert code in {error["code"] for error in answer.json()["errors"]}


async def test_a_place_no_agency_serves_is_said_before_anything_is_stored(
    partner: Api, a_send: Sending
) -> None:
    address = {"line1": "1 Main St", "city": "Spokane", "state": "WA", "zip": "99201"}
    body = a_send(["liheap"], facts=facts(address=address, county="other"))
    answer = await partner.send(body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["code"] == "no_agency"


@pytest.mark.parametrize(
    "changes",
    [
        {"signature": {"name": ""}},
        {"signature": {"name": "   "}},
        {"contact": {"name": "Ana Reyes"}},
        {"contact": {"name": "Ana Reyes", "safe_to_write": "yes"}},
        {"programs": ["orca_lift", "orca_lift"]},
        {"programs": "orca_lift"},
        {"facts": []},
        {"facts": {"household": {"rent": "950"}}},
        {"facts": {"household": {"no_such_fact": 1}}},
        {"facts": {"people": [{"id": "p1", "birth_date": "1992-13-01"}]}},
        {"role": "admin"},
        {"language": "English please"},
    ],
)
async def test_what_will_not_do_is_pointed_at(
    partner: Api, a_send: Sending, changes: dict[str, Any]
) -> None:
    answer = await partner.send(a_send(["orca_lift"]) | changes)
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"]
    assert await count_rows("applications") == 0


async def test_nothing_personal_is_stored_in_the_clear(partner: Api, a_send: Sending) -> None:
    answer = await partner.send(a_send())
    secrets = ["Reyes", "ana@example.org", "600 4th Ave", "185000", answer.json()["reference"]]
    for table in ("applications", "submissions", "referrals", "outbox", "audit_entries"):
        for row in await db.fetch(f"select * from {table}"):
            shown = " ".join(str(value) for value in row.values())
            assert not [secret for secret in secrets if secret in shown], table


async def test_an_agency_key_cannot_send(metro: Api, a_send: Sending) -> None:
    assert (await metro.send(a_send())).status_code == 404


async def test_determinations_name_rules_that_are_stored_once(
    partner: Api, a_send: Sending, services: Services
) -> None:
    await partner.send(a_send())
    await partner.send(a_send())
    row = (await db.fetch("select id, screening from submissions order by id limit 1"))[0]
    made = services.keyring.open_json(
        row["screening"], table="submissions", column="screening", row_id=row["id"]
    )
    stored = {each["hash"] for each in await db.fetch("select hash from rule_sets")}
    assert {each["rules"] for each in made} == stored
