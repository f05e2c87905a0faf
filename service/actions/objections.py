"""A resident's objection to a decision, read and answered by another worker."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from service import db
from service.actions.case_rows import insert_events, tell_resident
from service.audit import unit_of_work
from service.errors import Conflict, Fault, Invalid, NotFound
from service.ids import time_ordered_id
from service.referrals.states import State

if TYPE_CHECKING:
    from service.actor import Actor
    from service.services import Services

LONGEST = 5000
UPHELD, CHANGED = "upheld", "changed"
FIND_DECISION = """
select d.id, d.referral_id, d.outcome, d.decided_by, r.state, r.agency, r.version
from decisions d join referrals r on r.id = d.referral_id
where d.id = ? and r.application_id = ?
  and d.number = (select max(number) from decisions where referral_id = d.referral_id)
"""
FIND = """
select o.id, o.state, o.referral_id, d.id as decision, d.decided_by, d.outcome,
  r.application_id, r.version
from objections o join decisions d on d.id = o.decision_id join referrals r on r.id = o.referral_id
where o.id = ? and r.agency = ?
"""


async def object_(
    services: Services,
    actor: Actor,
    application: UUID,
    decision: UUID,
    text: str,
    now: datetime,
) -> UUID:
    """Object to the newest decision of one's own case; the id of the objection.

    Raises NotFound for another's decision and Conflict(`objection_made`) the second time.
    """
    row = await db.fetch_one(FIND_DECISION, decision, application)
    if row is None:
        raise NotFound
    _check_length(text)
    if row["state"] != row["outcome"]:
        raise Conflict("not_decided", "This case is being looked at again already.")
    objection = time_ordered_id()
    sealed = services.keyring.seal_json(
        {"text": text}, table="objections", column="text", row_id=objection
    )
    async with unit_of_work(
        actor, "decision.objected", row["referral_id"], now, agency=row["agency"]
    ) as work:
        added = await db.execute(
            "insert into objections (id, decision_id, referral_id, state, text, made_at)"
            " values (?, ?, ?, 'open', ?, ?) on conflict (decision_id) do nothing",
            objection,
            decision,
            row["referral_id"],
            sealed,
            now,
        )
        if added != 1:
            raise Conflict("objection_made", "You objected to this decision before.")
        work.detail["objection"] = str(objection)
    return objection


async def was_made(services: Services, decision: UUID, text: str) -> bool:
    """Whether this very text is the objection to a decision."""
    row = await db.fetch_one("select id, text from objections where decision_id = ?", decision)
    if row is None or row["text"] is None:
        return False
    opened = services.keyring.open_json(
        row["text"], table="objections", column="text", row_id=row["id"]
    )
    return bool(opened["text"] == text)


async def answer(
    services: Services,
    actor: Actor,
    objection: UUID,
    outcome: str,
    text: str,
    now: datetime,
) -> None:
    """Answer as another worker than the one who decided: `upheld`, or `changed`, which reopens.

    Raises NotFound for another agency's, Conflict(`same_worker`) for the decider, and
    Conflict(`objection_closed`) once it was answered.
    """
    row = await db.fetch_one(FIND, objection, actor.agency)
    if row is None:
        raise NotFound
    _check_length(text)
    if outcome not in (UPHELD, CHANGED):
        raise Invalid([Fault("/outcome", "unknown", "Choose upheld or changed.")])
    if row["decided_by"] == actor.id:
        raise Conflict("same_worker", "Another worker reads an objection.")
    sealed = services.keyring.seal_json(
        {"text": text}, table="objections", column="answer", row_id=objection
    )
    async with unit_of_work(actor, "objection.answered", row["referral_id"], now) as work:
        closed = await db.execute(
            "update objections set state = ?, answer = ?, answered_by = ?, answered_at = ?"
            " where id = ? and state = 'open'",
            outcome,
            sealed,
            actor.id,
            now,
            objection,
        )
        if closed != 1:
            raise Conflict("objection_closed", "This objection was answered before.")
        # A place on a waiting list is still open: the agency decides it without reopening.
        if outcome == CHANGED and row["outcome"] in (State.APPROVED, State.DENIED):
            await _reopen(row, now)
        tell_resident(work, row["application_id"], "objection", objection, row["referral_id"])
        work.detail["outcome"] = outcome


async def _reopen(row: db.Row, now: datetime) -> None:
    reopened = await db.execute(
        "update referrals set state = 'reopened' where id = ? and state = ?",
        row["referral_id"],
        row["outcome"],
    )
    if reopened != 1:
        raise Conflict("not_decided", "This case is being looked at again already.")
    await insert_events([(row["referral_id"], State.REOPENED, row["version"])], now)


def _check_length(text: str) -> None:
    if not 0 < len(text.strip()) <= LONGEST:
        raise Invalid([Fault("/text", "length", "Write between 1 and 5,000 letters.")])
