"""What a resident may see of their own application after it was sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from service import db

if TYPE_CHECKING:
    from service.services import Services

APPLICATION = """
select id, state, version, language, contact, reference, submitted_at, opened_before_at
from applications where id = ? and state <> 'draft'
"""
REFERRALS = """
select id, program, agency, state, filed_at, due_on, acknowledged_at, decided_at
from referrals where application_id = ? order by id
"""
REQUESTS = """
select q.id, q.referral_id, q.state, q.body, q.due_on, q.asked_at, q.answered_at
from information_requests q join referrals r on r.id = q.referral_id
where r.application_id = ? order by q.id
"""
DECISIONS = """
select d.id, d.referral_id, d.outcome, d.reason, d.body, d.decided_at, o.id as objection,
  o.state as objection_state, o.answer, o.made_at, o.answered_at
from decisions d join referrals r on r.id = d.referral_id
left join objections o on o.decision_id = d.id
where r.application_id = ? order by d.number
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """An office's question, in its own words."""

    id: UUID
    state: str
    items: Sequence[str]
    text: str
    due_on: date
    asked_at: datetime
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class Objected:
    """An objection and, once another worker read it, the answer."""

    id: UUID
    state: str
    made_at: datetime
    answered_at: datetime | None
    answer: str


@dataclass(frozen=True, slots=True)
class Decided:
    """An office's decision."""

    id: UUID
    outcome: str
    reason: str | None
    text: str
    effective_on: date | None
    amount: Mapping[str, Any] | int | None
    decided_at: datetime
    objection: Objected | None


@dataclass(frozen=True, slots=True)
class OwnReferral:
    """One program's case at one office."""

    id: UUID
    program: str
    agency: str
    state: str
    filed_at: datetime
    due_on: date
    acknowledged_at: datetime | None
    decided_at: datetime | None
    requests: Sequence[Asked]
    decisions: Sequence[Decided]

    @property
    def open_request(self) -> Asked | None:
        return next((each for each in self.requests if each.state == "open"), None)

    @property
    def decision(self) -> Decided | None:
        """The newest one."""
        return self.decisions[-1] if self.decisions else None


@dataclass(frozen=True, slots=True)
class OwnApplication:
    """Everything the status page is made of."""

    id: UUID
    state: str
    version: int
    language: str
    reference: str
    contact: Mapping[str, Any]
    submitted_at: datetime
    opened_before_at: datetime | None
    referrals: Sequence[OwnReferral]

    def referral(self, program: str) -> OwnReferral | None:
        return next((each for each in self.referrals if each.program == program), None)


async def own_application(services: Services, application: UUID) -> OwnApplication | None:
    """The application with all its cases; None for a draft or for none."""
    row = await db.fetch_one(APPLICATION, application)
    if row is None:
        return None
    keyring = services.keyring
    referrals = await db.fetch(REFERRALS, application)
    asked = [_asked(services, each) for each in await db.fetch(REQUESTS, application)]
    decided = [_decided(services, each) for each in await db.fetch(DECISIONS, application)]
    return OwnApplication(
        id=row["id"],
        state=row["state"],
        version=row["version"],
        language=row["language"],
        reference=keyring.open(
            row["reference"], table="applications", column="reference", row_id=application
        ).decode(),
        contact=keyring.open_json(
            row["contact"], table="applications", column="contact", row_id=application
        ),
        submitted_at=row["submitted_at"],
        opened_before_at=row["opened_before_at"],
        referrals=[
            OwnReferral(
                **each,
                requests=[found for owner, found in asked if owner == each["id"]],
                decisions=[found for owner, found in decided if owner == each["id"]],
            )
            for each in referrals
        ],
    )


async def sent_facts(services: Services, application: UUID) -> Mapping[str, Any] | None:
    """The newest facts that were sent, as they were frozen."""
    newest = await sent_version(services, application)
    return None if newest is None else newest[1]


async def sent_version(
    services: Services, application: UUID
) -> tuple[int, Mapping[str, Any]] | None:
    """The number of the newest version and its facts; None where nothing was sent."""
    row = await db.fetch_one(
        "select id, number, facts from submissions"
        " where application_id = ? order by number desc limit 1",
        application,
    )
    if row is None:
        return None
    facts: Mapping[str, Any] = services.keyring.open_json(
        row["facts"], table="submissions", column="facts", row_id=row["id"]
    )
    return row["number"], facts


def _asked(services: Services, row: db.Row) -> tuple[UUID, Asked]:
    body = services.keyring.open_json(
        row["body"], table="information_requests", column="body", row_id=row["id"]
    )
    return row["referral_id"], Asked(
        row["id"],
        row["state"],
        body["items"],
        body["text"],
        row["due_on"],
        row["asked_at"],
        row["answered_at"],
    )


def _decided(services: Services, row: db.Row) -> tuple[UUID, Decided]:
    body: Mapping[str, Any] = {}
    if row["body"] is not None:
        body = services.keyring.open_json(
            row["body"], table="decisions", column="body", row_id=row["id"]
        )
    effective = body.get("effective_on")
    return row["referral_id"], Decided(
        row["id"],
        row["outcome"],
        row["reason"],
        body.get("text") or "",
        date.fromisoformat(effective) if effective else None,
        body.get("amount"),
        row["decided_at"],
        _objected(services, row) if row["objection"] is not None else None,
    )


def _objected(services: Services, row: db.Row) -> Objected:
    answer = ""
    if row["answer"] is not None:
        opened = services.keyring.open_json(
            row["answer"], table="objections", column="answer", row_id=row["objection"]
        )
        answer = opened["text"]
    return Objected(
        row["objection"], row["objection_state"], row["made_at"], row["answered_at"], answer
    )
