"""One case whole, as its agency may read it: answers, versions, questions, decisions, notes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from eligibility.grants import grant
from service import db
from service.audit import record_read
from service.security.access import access_referral
from service.security.keyring import SealBroken
from service.unturned import unturned

if TYPE_CHECKING:
    from eligibility import Program
    from service.actor import Actor
    from service.services import Services

VERSIONS = """
select s.id, s.number, s.facts, s.filed_at from submissions s
where s.application_id = ? and s.number in
  (select version from referral_events where referral_id = ? and state = 'queued')
order by s.number
"""
REQUESTS = """
select id, state, body, reply, due_on, asked_by, asked_at, answered_at
from information_requests where referral_id = ? order by asked_at, id
"""
DECISIONS = """
select id, number, version, outcome, reason, body, decided_by, decided_at
from decisions where referral_id = ? order by number
"""
OBJECTIONS = """
select id, decision_id, state, text, answer, made_at, answered_by, answered_at
from objections where referral_id = ? order by made_at, id
"""
NOTES = """
select id, text, written_by, written_at from case_notes where referral_id = ?
order by written_at, id
"""
EVENTS = "select state, version, at from referral_events where referral_id = ? order by at, id"
OPEN_OBJECTIONS = """
select o.id, o.referral_id, o.made_at, d.decided_by, d.outcome, r.program, r.granted
from objections o join decisions d on d.id = o.decision_id join referrals r on r.id = o.referral_id
where r.agency = ? and o.state = 'open' order by o.made_at, o.id limit 200
"""
COUNT_OBJECTIONS = """
select count(*) as open_count from objections o join referrals r on r.id = o.referral_id
where o.state = 'open' and r.agency = ?
"""
OBJECTION_CASE = """
select o.referral_id from objections o join referrals r on r.id = o.referral_id
where o.id = ? and r.agency = ?
"""


@dataclass(frozen=True, slots=True)
class Version:
    """What the agency was given with one version."""

    number: int
    filed_at: datetime
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class AskedFor:
    """A question to the resident and, if there is one, the reply in their own words."""

    id: UUID
    state: str
    items: Sequence[str]
    text: str
    due_on: date
    asked_at: datetime
    reply: str | None
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class DecisionMade:
    """One decision on the case."""

    id: UUID
    number: int
    outcome: str
    reason: str | None
    text: str
    amount: int | None
    effective_on: date | None
    decided_by: str
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class ObjectionMade:
    """A resident's objection in their own words, and its answer."""

    id: UUID
    decision: UUID
    state: str
    text: str
    answer: str | None
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Note:
    """A worker's remark."""

    text: str
    written_by: UUID
    written_at: datetime


@dataclass(frozen=True, slots=True)
class CaseFile:
    """Everything a case page shows. `granted` is what the agency received last."""

    id: UUID
    application: UUID
    program: str
    agency: str
    state: str
    version: int
    acknowledged_version: int
    waiting: bool
    urgent: bool
    filed_at: datetime
    due_on: date
    assigned_to: UUID | None
    granted: Mapping[str, Any]
    versions: Sequence[Version]
    requests: Sequence[AskedFor]
    decisions: Sequence[DecisionMade]
    objections: Sequence[ObjectionMade]
    notes: Sequence[Note]
    events: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class OpenObjection:
    """A line of the list of objections."""

    id: UUID
    case: UUID
    program: str
    name: str
    made_at: datetime
    decided_by: str


async def open_case(services: Services, actor: Actor, referral: UUID | str) -> CaseFile:
    """The case, and the note that it was read. Raises NotFound for another agency's."""
    row = await access_referral(actor, referral)
    await record_read(actor, "case.read", row["id"], services.clock.now())
    reader = _Reader(services, row["id"])
    granted = reader.opened(row, "referrals", "granted")
    versions = await db.fetch(VERSIONS, row["application_id"], row["id"])
    return CaseFile(
        id=row["id"],
        application=row["application_id"],
        program=row["program"],
        agency=row["agency"],
        state=row["state"],
        version=row["version"],
        acknowledged_version=row["acknowledged_version"],
        waiting=row["waiting"],
        urgent=row["urgent"],
        filed_at=row["filed_at"],
        due_on=row["due_on"],
        assigned_to=row["assigned_to"],
        granted=granted,
        versions=reader.versions(versions, row["program"], granted["consent"]),
        requests=[reader.request(each) for each in await db.fetch(REQUESTS, row["id"])],
        decisions=[reader.decision(each) for each in await db.fetch(DECISIONS, row["id"])],
        objections=[reader.objection(each) for each in await db.fetch(OBJECTIONS, row["id"])],
        notes=[reader.note(each) for each in await db.fetch(NOTES, row["id"])],
        events=await db.fetch(EVENTS, row["id"]),
    )


async def open_objections(services: Services, actor: Actor) -> list[OpenObjection]:
    """The agency's objections that wait for an answer, the oldest first; noted as a read."""
    rows = await db.fetch(OPEN_OBJECTIONS, actor.agency)
    await record_read(actor, "objections.listed", actor.agency or "", services.clock.now())
    found = []
    for row in rows:
        try:
            granted = services.keyring.open_json(
                row["granted"], table="referrals", column="granted", row_id=row["referral_id"]
            )
            name = str(unturned(granted["contact"]["name"]))
        except SealBroken:  # it stays in the list, so that somebody sees it
            name = "?"
        found.append(
            OpenObjection(
                row["id"],
                row["referral_id"],
                row["program"],
                name,
                row["made_at"],
                row["decided_by"],
            )
        )
    return found


async def count_objections(actor: Actor) -> int:
    """How many objections of the agency wait for an answer."""
    row = await db.fetch_one(COUNT_OBJECTIONS, actor.agency)
    return int(row["open_count"]) if row else 0


async def case_of_objection(actor: Actor, objection: UUID) -> UUID | None:
    """The case an objection belongs to, if it is the agency's own."""
    row = await db.fetch_one(OBJECTION_CASE, objection, actor.agency)
    return None if row is None else row["referral_id"]


@dataclass(frozen=True, slots=True)
class _Reader:
    """Opens the sealed parts of one case."""

    services: Services
    case: UUID

    def opened(self, row: Mapping[str, Any], table: str, column: str) -> dict[str, Any]:
        found: dict[str, Any] = unturned(
            self.services.keyring.open_json(
                row[column], table=table, column=column, row_id=row["id"]
            )
        )
        return found

    def versions(
        self, rows: Sequence[db.Row], program: str, consent: Mapping[str, Any]
    ) -> list[Version]:
        """Versions reduced to what the resident consented to give this agency. None where the city
        no longer has the program: what it may be given is not known any more."""
        known = self.services.rules.programs.get(program)
        return [] if known is None else [self.version(row, known, consent) for row in rows]

    def version(self, row: db.Row, program: Program, consent: Mapping[str, Any]) -> Version:
        facts = self.opened(row, "submissions", "facts")
        granted = grant(facts, program, self.services.rules.facts)
        return Version(row["number"], row["filed_at"], consented(granted, consent["fields"]))

    def request(self, row: db.Row) -> AskedFor:
        body = self.opened(row, "information_requests", "body")
        reply = self.opened(row, "information_requests", "reply") if row["reply"] else None
        return AskedFor(
            row["id"],
            row["state"],
            body["items"],
            body["text"],
            row["due_on"],
            row["asked_at"],
            reply["text"] if reply else None,
            row["answered_at"],
        )

    def decision(self, row: db.Row) -> DecisionMade:
        body = self.opened(row, "decisions", "body") if row["body"] else {}
        starts = body.get("effective_on")
        return DecisionMade(
            row["id"],
            row["number"],
            row["outcome"],
            row["reason"],
            body.get("text") or "",
            body.get("amount"),
            date.fromisoformat(starts) if starts else None,
            row["decided_by"],
            row["decided_at"],
        )

    def objection(self, row: db.Row) -> ObjectionMade:
        text = self.opened(row, "objections", "text")["text"]
        answer = self.opened(row, "objections", "answer")["text"] if row["answer"] else None
        return ObjectionMade(
            row["id"], row["decision_id"], row["state"], text, answer, row["made_at"]
        )

    def note(self, row: db.Row) -> Note:
        text = self.opened(row, "case_notes", "text")["text"]
        return Note(text, row["written_by"], row["written_at"])


def consented(granted: Mapping[str, Any], fields: Sequence[str]) -> dict[str, Any]:
    """Granted facts without any that the consent, given under older rules, did not name."""
    named = frozenset(fields)
    kept: dict[str, Any] = {
        "household": {
            name: value
            for name, value in (granted.get("household") or {}).items()
            if f"household.{name}" in named
        }
    }
    kept["people"] = [
        {name: value for name, value in person.items() if name == "id" or f"person.{name}" in named}
        for person in granted.get("people") or []
    ]
    if "people_complete" in granted and "people_complete" in named:
        kept["people_complete"] = granted["people_complete"]
    return kept
