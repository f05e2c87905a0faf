"""Changes after sending as one draft: begun, kept page by page, and sent as the next version."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from forms import Draft, Flow, amended_facts, choose, draft_of, hidden, resumed, sendable_facts
from forms import unhidden as without_masks
from service import db
from service.actions import case_rows
from service.actions.amendments import OFFER_AGAIN, offered_again
from service.actions.drafts import resident
from service.audit import unit_of_work
from service.drafts import flow_of, seal_draft
from service.errors import Conflict
from service.queries.own_application import sent_facts
from service.referrals.package import (
    Signing,
    check,
    read_household,
    seal_referrals,
    seal_version,
)
from service.referrals.request import Consent, Contact, SendRequest
from service.referrals.states import State

if TYPE_CHECKING:
    from service.drafts import Held
    from service.queries.own_application import OwnApplication
    from service.services import Services

INCOME_STANDS = timedelta(days=30)
BEGIN = """
update applications set draft = ?, revision = revision + 1, updated_at = ?
where id = ? and state = 'submitted' returning revision
"""
DROP = """
update applications set draft = null, revision = revision + 1
where id = ? and state = 'submitted' and draft is not null
"""
SEND = """
update applications set version = version + 1, draft = null, revision = revision + 1,
  updated_at = ?
where id = ? and state = 'submitted' and draft is not null and revision = ? returning version
"""


@dataclass(frozen=True, slots=True)
class Changes:
    """What exactly is signed: new programs with their consents, and who hears of the rest."""

    programs: tuple[str, ...]
    tell: tuple[str, ...]  # programs whose offices have the case and get this version
    signature: str
    revision: int


async def begin(
    services: Services,
    own: OwnApplication,
    now: datetime,
    *,
    masked: bool,
    adding: Collection[str] = (),
) -> None:
    """Open what was sent for changes, and for more programs where some are named.

    `masked`: the names and answers of before are not to be shown. Raises Conflict(`withdrawn`)
    once the whole application was taken back.
    """
    facts = await sent_facts(services, own.id) or {}
    on = services.city.calendar.day_of(now)
    flow = flow_of(services, _sent_draft(own, facts), on)
    old = bool(adding) and await _income_is_old(services, own.id, now)
    draft = resumed(flow, adding, ask_income_again=old).draft
    draft = hidden(draft) if masked else draft
    sealed = seal_draft(services, own.id, draft)
    async with unit_of_work(resident(own.id), "changes.begun", own.id, now):
        if not await db.fetch(BEGIN, sealed, now, own.id):
            raise Conflict("withdrawn", "This application was taken back.")


async def drop(application: UUID, now: datetime) -> None:
    """Throw changes away that were not sent."""
    async with unit_of_work(resident(application), "changes.dropped", application, now):
        await db.execute(DROP, application)


def facts_to_send(
    services: Services, own: OwnApplication, old: Mapping[str, Any], flow: Flow, chosen: list[str]
) -> dict[str, Any]:
    """The whole facts with the changes in them; names that were masked stand in full again."""
    clear = without_masks(flow.draft, _sent_draft(own, old))
    # What only programs not applied for would ask was told once, and stays.
    whole = flow.with_draft(choose(replace(clear, wanted=None), chosen))
    return amended_facts(services.form, old, sendable_facts(whole))


async def send(
    services: Services, own: OwnApplication, held: Held, changes: Changes, now: datetime
) -> int:
    """Store the changes as the next version and hand it to whom it was signed for; its number.

    A new program makes a new case with its own consent and filing date. Raises Invalid, and
    Conflict(`draft_changed`) when the draft is not the one that was signed, or was sent already.
    """
    old = await sent_facts(services, own.id) or {}
    open_now = [case.program for case in own.referrals if case.state != State.WITHDRAWN]
    facts = facts_to_send(services, own, old, held.flow, [*open_now, *changes.programs])
    household = read_household(services, facts, "/facts")
    contact = Contact.from_json(own.contact)
    signing = Signing(own.reference, own.language, contact, changes.signature, now)
    agencies = _agencies(services, own, changes, facts, contact, now)
    signature = {"name": changes.signature, "signed_at": now.isoformat()}
    sealed = seal_version(services, facts, household, signature, now)
    cases = seal_referrals(services, facts, agencies, signing)
    again = await offered_again(services, own.id, facts, changes.tell, now) if changes.tell else []
    told = [*agencies.values(), *(each.agency for each in again)]
    topics = await case_rows.hinted_agencies(services, told) if told else {}
    missing = await case_rows.missing_rules(sealed.rules)
    async with unit_of_work(resident(own.id), "application.amended", own.id, now) as work:
        rows = await db.fetch(SEND, now, own.id, changes.revision)
        if not rows:
            raise Conflict("draft_changed")
        version: int = rows[0]["version"]
        await case_rows.insert_rules(services, missing, now)
        await case_rows.insert_submission(own.id, version, sealed, _hash(facts, changes), now)
        if cases:
            await case_rows.insert_referrals(own.id, version, cases, now)
        given = [
            each.id
            for each in again
            if await db.execute(OFFER_AGAIN, version, each.granted, each.id)
        ]
        moved = [*(each.sent.id for each in cases), *given]
        await case_rows.insert_events([(each, State.QUEUED, version) for each in moved], now)
        case_rows.tell_agencies(work, topics, own.id, version)
        case_rows.tell_resident(work, own.id, "received", f"{own.id}:{version}")
        work.detail.update(version=version, referrals=[str(each) for each in moved])
    return version


def _agencies(
    services: Services,
    own: OwnApplication,
    changes: Changes,
    facts: Mapping[str, Any],
    contact: Contact,
    now: datetime,
) -> dict[str, str]:
    """The agency of each new program, under the same checks as a first send."""
    if not changes.programs:
        return {}
    programs = services.rules.programs
    request = SendRequest(
        application=own.id,
        facts=facts,
        programs=changes.programs,
        consents=tuple(Consent(each, programs[each].fields) for each in changes.programs),
        signature=changes.signature,
        contact=contact,
        language=own.language,
    )
    return check(services, request, services.city.calendar.day_of(now))


def _sent_draft(own: OwnApplication, facts: Mapping[str, Any]) -> Draft:
    open_now = [case.program for case in own.referrals if case.state != State.WITHDRAWN]
    return draft_of(facts, own.contact, open_now)


async def _income_is_old(services: Services, application: UUID, now: datetime) -> bool:
    """Whether the money coming in was told, as it stands, more than thirty days ago."""
    rows = await db.fetch(
        "select id, facts, filed_at from submissions where application_id = ? order by number",
        application,
    )
    told_at, before = now, None
    for row in rows:
        facts = services.keyring.open_json(
            row["facts"], table="submissions", column="facts", row_id=row["id"]
        )
        money = [person.get("incomes") for person in facts.get("people", [])]
        if before is None or money != before:
            told_at, before = row["filed_at"], money
    return now - told_at > INCOME_STANDS


def _hash(facts: Mapping[str, Any], changes: Changes) -> str:
    content = {"facts": facts, "programs": sorted([*changes.programs, *changes.tell])}
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
