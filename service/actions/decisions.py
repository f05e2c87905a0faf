"""An agency's decision on a referral: by its key or a caseworker, one at a time or many."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from service import db
from service.actions.case_rows import insert_events, tell_resident
from service.audit import unit_of_work
from service.errors import Conflict, Fault, Invalid, NotFound
from service.ids import time_ordered_id
from service.referrals.states import MOVES, State

if TYPE_CHECKING:
    from service.actor import Actor
    from service.services import Services

FIND = """
select r.id, r.application_id, r.program, r.state, r.version, r.acknowledged_version,
  d.id as decision, d.number, d.request_hash, d.outcome
from referrals r left join decisions d on d.referral_id = r.id
where r.id = ? and r.agency = ? order by d.number desc limit 1
"""
SETTLE = """
update referrals set state = ?, decided_at = ?
where id = ? and agency = ? and state = ? and version = ?
"""
INSERT = """
insert into decisions
  (id, referral_id, number, version, outcome, reason, body, request_hash, decided_by, decided_at)
values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
TRIES = 3


class _Moved(Exception):
    """The referral changed between looking and writing; look again."""


@dataclass(frozen=True, slots=True)
class DecisionRequest:
    """What an agency decided on one version. `amount` is in cents."""

    version: int
    outcome: str
    reason: str | None = None
    text: str | None = None
    effective_on: date | None = None
    amount: int | None = None

    def hash(self) -> str:
        """Tells the same decision again from another one."""
        text = json.dumps(asdict(self), sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Decided:
    """The decision as it stands. `repeated` when it was known already."""

    referral: UUID
    decision: UUID | None
    outcome: str
    version: int
    repeated: bool


async def decide(
    services: Services,
    actor: Actor,
    referral: UUID,
    request: DecisionRequest,
    now: datetime,
    *,
    dry_run: bool = False,
) -> Decided:
    """Store a decision and tell the resident. The same one again changes nothing.

    Raises NotFound for another agency's referral, Invalid for a reason the program does not
    publish, and Conflict: `newer_version` (pull again first), `already_decided`,
    `not_acknowledged`, `withdrawn`. A dry run checks all of it and stores nothing.
    """
    for _ in range(TRIES):
        row = await _find(actor, referral)
        _check_reason(services, row["program"], request)
        if row["request_hash"] == request.hash() and row["state"] == row["outcome"]:
            return Decided(referral, row["decision"], request.outcome, request.version, True)
        _check_state(row, request)
        if dry_run:
            return Decided(referral, None, request.outcome, request.version, False)
        try:
            return await _store(services, actor, row, request, now)
        except _Moved:
            continue
    raise Conflict("already_decided")


async def _find(actor: Actor, referral: UUID) -> db.Row:
    row = await db.fetch_one(FIND, referral, actor.agency)
    if row is None:
        raise NotFound
    return row


def _check_reason(services: Services, program: str, request: DecisionRequest) -> None:
    published = published_reasons(services, program)
    if request.reason is None and request.outcome != State.APPROVED and published:
        raise Invalid([Fault("/reason", "missing", "Give one of the program's reasons.")])
    if request.reason is not None and request.reason not in published:
        words = f"The reasons of {program} are {', '.join(published) or 'none'}."
        raise Invalid([Fault("/reason", "unknown_reason", words)])


def published_reasons(services: Services, program: str) -> Mapping[str, str]:
    """The reasons a program publishes; none for one that the city no longer has. Its cases can
    still be decided, then without one."""
    known = services.rules.programs.get(program)
    return known.reasons if known else {}


def _check_state(row: db.Row, request: DecisionRequest) -> None:
    if request.version < row["version"]:
        raise Conflict("newer_version", "There is a newer version of this case; pull it first.")
    if request.version > row["version"]:
        raise Invalid([Fault("/version", "unknown_version", "There is no such version yet.")])
    state = State(row["state"])
    if state is State.WITHDRAWN:
        raise Conflict("withdrawn", "The resident took this application back.")
    if row["acknowledged_version"] < request.version:
        raise Conflict("not_acknowledged", "Acknowledge this version before deciding on it.")
    if state is not State.REOPENED and State(request.outcome) not in MOVES[state]:
        raise Conflict("already_decided", "This case has another decision.")


async def _store(
    services: Services, actor: Actor, row: db.Row, request: DecisionRequest, now: datetime
) -> Decided:
    referral, decision, number = row["id"], time_ordered_id(), (row["number"] or 0) + 1
    body = {"text": request.text, "amount": request.amount, "effective_on": _iso(request)}
    sealed = services.keyring.seal_json(body, table="decisions", column="body", row_id=decision)
    outcome = State(request.outcome)
    async with unit_of_work(actor, "referral.decided", referral, now) as work:
        changed = await db.execute(
            SETTLE, outcome, now, referral, actor.agency, row["state"], request.version
        )
        if changed != 1:
            raise _Moved
        await db.execute(
            INSERT,
            decision,
            referral,
            number,
            request.version,
            outcome,
            request.reason,
            sealed,
            request.hash(),
            actor.id,
            now,
        )
        await db.execute(
            "update information_requests set state = 'cancelled'"
            " where referral_id = ? and state = 'open'",
            referral,
        )
        # A reopened case is reviewed before it is decided, even when both come in one call.
        steps = [State.IN_REVIEW, outcome] if row["state"] == State.REOPENED else [outcome]
        await insert_events([(referral, step, request.version) for step in steps], now)
        tell_resident(work, row["application_id"], "decided", decision, referral)
        work.detail.update(outcome=outcome, version=request.version)
    return Decided(referral, decision, request.outcome, request.version, False)


def _iso(request: DecisionRequest) -> str | None:
    return None if request.effective_on is None else request.effective_on.isoformat()
