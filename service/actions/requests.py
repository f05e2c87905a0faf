"""An agency's question to a resident, and the resident's reply."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from service import db
from service.actions.case_rows import (
    hinted_agencies,
    insert_events,
    tell_agencies,
    tell_resident,
)
from service.audit import unit_of_work
from service.errors import Conflict, Fault, Invalid, NotFound
from service.ids import time_ordered_id
from service.referrals.states import State

if TYPE_CHECKING:
    from service.actor import Actor
    from service.services import Services

LONGEST_REPLY = 5000
ASKABLE = (State.ACKNOWLEDGED, State.IN_REVIEW, State.REOPENED)
INSERT = """
insert into information_requests (id, referral_id, state, body, due_on, asked_by, asked_at)
values (?, ?, 'open', ?, ?, ?, ?)
"""
FIND_OPEN = """
select q.id, q.referral_id, q.state, r.application_id, r.agency, r.version
from information_requests q join referrals r on r.id = q.referral_id
where q.id = ? and r.application_id = ?
"""


@dataclass(frozen=True, slots=True)
class Question:
    """What an agency still needs, by when, in its own words."""

    items: tuple[str, ...]
    due_on: date
    text: str

    def to_json(self) -> dict[str, object]:
        """What is sealed."""
        return {"items": list(self.items), "text": self.text}


async def ask(
    services: Services, actor: Actor, referral: UUID, question: Question, now: datetime
) -> UUID:
    """Open the resident's task; the id of the request.

    The same question while it is open is the same request. Raises NotFound for another agency's
    referral, Conflict(`request_open`) while another question is open and Conflict(`not_in_review`)
    where nobody works on the case.
    """
    row = await db.fetch_one(
        "select id, application_id, state, version from referrals where id = ? and agency = ?",
        referral,
        actor.agency,
    )
    if row is None:
        raise NotFound
    if question.due_on < services.city.calendar.day_of(now):
        raise Invalid([Fault("/due_on", "past", "Give a day that is still to come.")])
    known = await _open_request(services, referral, question)
    if known is not None:
        return known
    if State(row["state"]) not in ASKABLE:
        raise Conflict("not_in_review", "This case is not being reviewed.")
    request = time_ordered_id()
    sealed = services.keyring.seal_json(
        question.to_json(), table="information_requests", column="body", row_id=request
    )
    try:
        async with unit_of_work(actor, "request.opened", referral, now) as work:
            await _take_turn(row, State.INFORMATION_REQUESTED)
            await db.execute(INSERT, request, referral, sealed, question.due_on, actor.id, now)
            # The table has one way in: what was only acknowledged is under review from now on.
            steps = [State.IN_REVIEW] if row["state"] != State.IN_REVIEW else []
            steps.append(State.INFORMATION_REQUESTED)
            await insert_events([(referral, step, row["version"]) for step in steps], now)
            tell_resident(work, row["application_id"], "your_turn", request, referral)
            work.detail["request"] = str(request)
    except Conflict:
        # Pressed twice: the other press has just opened this very question.
        known = await _open_request(services, referral, question)
        if known is None:
            raise
        return known
    return request


async def reply(
    services: Services,
    actor: Actor,
    application: UUID,
    request: UUID,
    text: str,
    now: datetime,
) -> None:
    """The resident's written reply: the case is the agency's turn again.

    Raises NotFound for another application's request, Conflict(`request_closed`) once it was
    answered or is no longer asked.
    """
    row = await db.fetch_one(FIND_OPEN, request, application)
    if row is None:
        raise NotFound
    if not 0 < len(text.strip()) <= LONGEST_REPLY:
        raise Invalid([Fault("/text", "length", "Write between 1 and 5,000 letters.")])
    sealed = services.keyring.seal_json(
        {"text": text}, table="information_requests", column="reply", row_id=request
    )
    topics = await hinted_agencies(services, [row["agency"]])
    async with unit_of_work(
        actor, "request.answered", row["referral_id"], now, agency=row["agency"]
    ) as work:
        changed = await db.execute(
            "update information_requests set state = 'answered', reply = ?, answered_at = ?"
            " where id = ? and state = 'open'",
            sealed,
            now,
            request,
        )
        if changed != 1:
            raise Conflict("request_closed", "This question is closed.")
        moved = await db.execute(
            "update referrals set state = 'in_review' where id = ?"
            " and state = 'information_requested'",
            row["referral_id"],
        )
        if moved:
            await insert_events([(row["referral_id"], State.IN_REVIEW, row["version"])], now)
        tell_agencies(work, topics, request, row["version"])


async def was_replied(services: Services, request: UUID, text: str) -> bool:
    """Whether this very text is the reply that stands."""
    row = await db.fetch_one("select reply from information_requests where id = ?", request)
    if row is None or row["reply"] is None:
        return False
    opened = services.keyring.open_json(
        row["reply"], table="information_requests", column="reply", row_id=request
    )
    return bool(opened["text"] == text)


async def _open_request(services: Services, referral: UUID, question: Question) -> UUID | None:
    """The id of this very question when it is open already; a different open one is a Conflict."""
    row = await db.fetch_one(
        "select id, body, due_on from information_requests"
        " where referral_id = ? and state = 'open'",
        referral,
    )
    if row is None:
        return None
    asked = services.keyring.open_json(
        row["body"], table="information_requests", column="body", row_id=row["id"]
    )
    if asked != question.to_json() or row["due_on"] != question.due_on:
        raise Conflict("request_open", "Another question to the resident is still open.")
    found: UUID = row["id"]
    return found


async def _take_turn(row: db.Row, to: State) -> None:
    changed = await db.execute(
        "update referrals set state = ? where id = ? and state = ?", to, row["id"], row["state"]
    )
    if changed != 1:
        raise Conflict("not_in_review", "This case has moved on; look at it again.")
