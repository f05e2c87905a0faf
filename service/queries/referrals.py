"""An agency's own referrals: one case's standing, and cases for a file."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from service import db
from service.audit import record_read
from service.errors import NotFound
from service.ids import earliest_id

if TYPE_CHECKING:
    from service.actor import Actor
    from service.security.keyring import Keyring
    from service.services import Services

FIND = """
select id, program, state, version, acknowledged_version, filed_at, due_on
from referrals where id = ? and agency = ?
"""
REQUESTS = """
select id, state, body, reply, due_on, asked_at, answered_at
from information_requests where referral_id = ? order by asked_at, id
"""
# Only what the agency may have seen: a case taken back before any pull never was there for it.
TAKEN_BACK = """
select e.id as event, e.at, r.id, r.program, r.version from referral_events e
join referrals r on r.id = e.referral_id
where r.agency = ? and r.state = 'withdrawn' and e.state = 'withdrawn'
  and r.offered_at is not null and e.id > ?
order by e.id limit ?
"""
# A reader who has seen everything starts a little earlier next time: what was committed late has an
# earlier id.
OVERLAP = timedelta(minutes=1)
NEW_CASES = """
select id, version, program, state, filed_at, due_on, granted from referrals
where agency = ? and waiting = true order by due_on, filed_at, id limit ?
"""


async def case_of_agency(services: Services, actor: Actor, referral: UUID) -> dict[str, Any]:
    """Where a case stands, with its questions and replies; NotFound for another agency's."""
    row = await db.fetch_one(FIND, referral, actor.agency)
    if row is None:
        raise NotFound
    asked = await db.fetch(REQUESTS, referral)
    if any(each["reply"] is not None for each in asked):  # all else here is the agency's own
        await record_read(actor, "replies.read", referral, services.clock.now())
    return {
        "id": str(row["id"]),
        "program": row["program"],
        "state": row["state"],
        "version": row["version"],
        "acknowledged_version": row["acknowledged_version"],
        "filed_at": row["filed_at"].isoformat(),
        "due_on": row["due_on"].isoformat(),
        "requests": [_question(services.keyring, each) for each in asked],
    }


async def new_cases(
    services: Services, actor: Actor, agency: str, limit: int = 1000
) -> list[dict[str, Any]]:
    """What an agency has not taken in yet, opened, the oldest due first; for CSV and print."""
    rows = await db.fetch(NEW_CASES, agency, limit)
    await record_read(actor, "referrals.listed", agency, services.clock.now(), agency)
    return open_cases(services.keyring, rows)


def open_cases(keyring: Keyring, rows: Sequence[db.Row]) -> list[dict[str, Any]]:
    """Referral rows with what their agency was granted."""
    return [
        {
            "id": str(row["id"]),
            "version": row["version"],
            "program": row["program"],
            "state": row["state"],
            "filed_at": row["filed_at"].isoformat(),
            "due_on": row["due_on"].isoformat(),
            **keyring.open_json(
                row["granted"], table="referrals", column="granted", row_id=row["id"]
            ),
        }
        for row in rows
    ]


def _question(keyring: Keyring, row: db.Row) -> dict[str, Any]:
    def opened(column: str) -> dict[str, Any]:
        found: dict[str, Any] = keyring.open_json(
            row[column], table="information_requests", column=column, row_id=row["id"]
        )
        return found

    body = opened("body")
    return {
        "id": str(row["id"]),
        "state": row["state"],
        "items": body["items"],
        "text": body["text"],
        "due_on": row["due_on"].isoformat(),
        "asked_at": row["asked_at"].isoformat(),
        "reply": opened("reply")["text"] if row["reply"] is not None else None,
        "answered_at": row["answered_at"].isoformat() if row["answered_at"] is not None else None,
    }


async def taken_back(
    agency: str, after: UUID | None, limit: int = 1000
) -> tuple[list[dict[str, Any]], UUID | None]:
    """The agency's cases that residents took back, the earliest first, and where to go on.

    Going on from there, a case may be told a second time and none is left out.
    """
    rows = await db.fetch(TAKEN_BACK, agency, after or UUID(int=0), limit)
    items = [
        {
            "id": str(row["id"]),
            "program": row["program"],
            "version": row["version"],
            "withdrawn_at": row["at"].isoformat(),
        }
        for row in rows
    ]
    if not rows:
        return items, after
    last: UUID = rows[-1]["event"]
    return items, last if len(rows) == limit else earliest_id(OVERLAP, last)


async def count_waiting(agency: str) -> int:
    """How many referrals an agency has not acknowledged."""
    row = await db.fetch_one(
        "select count(*) as waiting_count from referrals where agency = ? and waiting = true",
        agency,
    )
    return 0 if row is None else int(row["waiting_count"])
