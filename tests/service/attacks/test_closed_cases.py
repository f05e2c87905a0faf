"""A closed application goes with everything of it when its time has come, and nothing else does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from service import db
from service.actions.objections import object_
from service.actions.withdrawals import withdraw
from service.actor import Actor
from service.queries.reconciliation import reconcile
from service.retention import months_before
from service.services import Services
from tests.service.database.test_retention import a_whole_day
from tests.service.exchange.conftest import Api, Sending
from tests.support.clock import StoppedClock

LONG = timedelta(days=800)
# What stays: no person is in it.
STAY = {"audit_entries", "audit_chain", "api_keys", "rule_sets", "daily_counts"}


async def decided(metro: Api, outcome: str = "approved") -> str:
    """The one waiting case, taken in and decided."""
    pulled = await metro.pull()
    assert (await pulled.ack()).status_code == 200
    [case] = pulled.cases
    body: dict[str, Any] = {"version": case["version"], "outcome": outcome}
    if outcome != "approved":
        body["reason"] = "over_income"
    answer = await metro.post(f"/referrals/{case['id']}/decision", body)
    assert answer.status_code == 200, answer.text
    return str(case["id"])


async def much_later(services: Services, clock: StoppedClock, step: timedelta = LONG) -> None:
    clock.forward(step)
    await a_whole_day(services, clock)


async def left() -> dict[str, int]:
    tables = await tables_of_cases()
    counts = {t: len(await db.fetch(f"select 1 from {db.identifier(t)}")) for t in tables}
    return {table: count for table, count in counts.items() if count}


async def tables_of_cases() -> list[str]:
    from service.schema import every_model

    return sorted({str(model._meta.db_table) for model in every_model()} - STAY)


async def test_a_decided_case_goes_with_everything_of_it_and_leaves_a_count(
    services: Services, clock: StoppedClock, partner: Api, metro: Api, a_send: Sending
) -> None:
    assert (await partner.send(a_send(["orca_lift"]))).status_code == 201
    await decided(metro)
    await db.execute("update outbox set state = 'sent', done_at = ?", clock.now())
    await much_later(services, clock)
    assert await left() == {}
    rows = await db.fetch("select detail from audit_entries where action = 'retention.cases'")
    assert [row["detail"] for row in rows] == ['{"applications":1,"months":24}']
    assert (await reconcile()).holds


@pytest.mark.parametrize("state", ["never fetched", "acknowledged", "waitlisted", "amended"])
async def test_what_is_not_closed_stays_however_old(
    services: Services, clock: StoppedClock, partner: Api, metro: Api, a_send: Sending, state: str
) -> None:
    body = a_send(["orca_lift"])
    receipt = (await partner.send(body)).json()
    if state == "acknowledged":
        assert (await (await metro.pull()).ack()).status_code == 200
    elif state != "never fetched":
        await decided(metro, "waitlisted" if state == "waitlisted" else "approved")
    if state == "amended":
        path = f"/applications/{receipt['reference']}/amendments"
        answer = await partner.post(path, {"facts": body["facts"]}, **{"idempotency-key": "a"})
        assert answer.status_code == 201
    await much_later(services, clock)
    assert (await left())["applications"] == 1
    assert (await left())["idempotency_keys"] >= 1


async def test_an_objection_keeps_the_case_until_it_was_answered(
    services: Services, clock: StoppedClock, partner: Api, metro: Api, a_send: Sending
) -> None:
    await partner.send(a_send(["orca_lift"]))
    await decided(metro)
    row = (await db.fetch("select id, application_id from referrals"))[0]
    decision: UUID = (await db.fetch("select id from decisions"))[0]["id"]
    resident = Actor("resident", str(row["application_id"]))
    await object_(services, resident, row["application_id"], decision, "Look again", clock.now())
    await much_later(services, clock)
    assert (await left())["applications"] == 1


async def test_a_withdrawn_application_goes_too(
    services: Services, clock: StoppedClock, partner: Api, a_send: Sending
) -> None:
    await partner.send(a_send(["orca_lift"]))
    application = (await db.fetch("select id from applications"))[0]["id"]
    resident = Actor("resident", str(application))
    await withdraw(services, resident, application, None, clock.now())
    await much_later(services, clock, timedelta(days=700))
    assert (await left())["applications"] == 1
    await much_later(services, clock, timedelta(days=60))
    assert "applications" not in await left()


async def test_receipts_of_agencies_outlive_their_leases(
    services: Services, clock: StoppedClock, partner: Api, metro: Api, a_send: Sending
) -> None:
    await partner.send(a_send(["orca_lift"]))
    assert (await (await metro.pull()).ack()).status_code == 200
    await much_later(services, clock, timedelta(days=40))
    found = await reconcile()
    assert found.holds, found.to_json()
    assert found.to_json()["acknowledged"] == 1


@pytest.mark.parametrize(
    ("day", "months", "before"),
    [
        ((2026, 11, 22), 24, (2024, 11, 22)),
        ((2026, 1, 31), 1, (2025, 12, 31)),
        ((2026, 3, 31), 1, (2026, 3, 3)),
        ((2024, 2, 29), 12, (2023, 3, 1)),
    ],
)
def test_months_are_counted_by_the_calendar(
    day: tuple[int, int, int], months: int, before: tuple[int, int, int]
) -> None:
    assert months_before(datetime(*day, tzinfo=UTC), months) == datetime(*before, tzinfo=UTC)
