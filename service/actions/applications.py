"""Handing an application in: one transaction for pages and partners alike."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from service import db
from service.actions import case_rows
from service.audit import Work, unit_of_work
from service.errors import Conflict, NotFound
from service.ids import time_ordered_id
from service.referrals.package import (
    SealedReferral,
    SealedSubmission,
    Signing,
    check,
    read_household,
    seal_referrals,
    seal_submission,
)
from service.referrals.request import Receipt, SendRequest, Sent
from service.referrals.states import State
from service.security.blind_index import blind_index, normal_mail, normal_phone
from service.security.references import new_reference, new_secret

if TYPE_CHECKING:
    from service.actor import Actor
    from service.security.idempotency import Record
    from service.services import Services

CREATED = 201
CLOSE_DRAFT = """
update applications set state = 'submitted', version = 1, revision = revision + 1, draft = null,
  contact = ?, language = ?, safe_to_write = ?, mail_index = ?, phone_index = ?,
  submitted_at = ?, updated_at = ?
where id = ? and state = 'draft' and revision = coalesce(?, revision)
"""
CREATE = """
insert into applications
  (id, state, revision, version, source, partner, language, safe_to_write, contact, mail_index,
   phone_index, reference, reference_index, secret_hash, created_at, updated_at, submitted_at)
values (?, 'submitted', 0, 1, 'partner', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""


class _DraftTaken(Exception):
    """Another send closed this draft first, or the draft is no longer the one that was signed."""


@dataclass(frozen=True, slots=True)
class _Applicant:
    """The application a send belongs to, and its columns about the person."""

    id: UUID
    reference: str
    contact: bytes
    mail_index: str | None
    phone_index: str | None
    secret: str | None = None
    secret_hash: str | None = None


@dataclass(frozen=True, slots=True)
class _Ready:
    """A send with all its work done but the writing."""

    request: SendRequest
    request_hash: str
    applicant: _Applicant
    submission: SealedSubmission
    referrals: tuple[SealedReferral, ...]
    topics: Mapping[str, str]
    missing_rules: Mapping[str, str]


async def submit(
    services: Services,
    actor: Actor,
    request: SendRequest,
    now: datetime,
    record: Record | None = None,
    also: Callable[[], Awaitable[None]] | None = None,
) -> Receipt:
    """Hand an application in and make its referrals; all of it is stored, or nothing.

    The same send again, however often and however many at a time, gives the first one's receipt.
    Raises Invalid, Conflict("already_sent") when something else was sent before, and
    Conflict("draft_changed") when the draft is not the one that was signed. `record` is called with
    a partner's answer inside the transaction, so a retried key always finds it; `also` runs there
    too, for the first send alone.
    """
    digest = request.hash()
    stored = None
    if request.application is not None:
        stored = await _stored(request.application)
        before = await _sent_before(services, request.application, digest, stored)
        if before is not None:
            return before
    ready = await _prepare(services, request, digest, stored, now)
    receipt = Receipt(
        ready.applicant.id,
        ready.applicant.reference,
        now,
        tuple(each.sent for each in ready.referrals),
        ready.applicant.secret,
    )
    try:
        async with unit_of_work(actor, "application.submitted", ready.applicant.id, now) as work:
            await _write(services, actor, ready, work, now)
            if record is not None:
                await record(CREATED, receipt.to_json(), receipt.application)
            if also is not None:
                await also()
    except _DraftTaken:
        stored = await _stored(ready.applicant.id)
        taken = await _sent_before(services, ready.applicant.id, digest, stored)
        if taken is None:
            raise Conflict("draft_changed") from None
        return taken
    return receipt


async def _prepare(
    services: Services, request: SendRequest, digest: str, stored: db.Row | None, now: datetime
) -> _Ready:
    """Everything slow: screening and sealing happen before the transaction, never inside it."""
    agencies = check(services, request, services.city.calendar.day_of(now))
    household = read_household(services, request.facts, "/facts")
    applicant = await _applicant(services, request, stored)
    signing = Signing(
        applicant.reference,
        request.language,
        request.contact,
        request.signature,
        now,
    )
    submission = seal_submission(services, request.facts, household, signing)
    return _Ready(
        request,
        digest,
        applicant,
        submission,
        tuple(seal_referrals(services, request.facts, agencies, signing)),
        await case_rows.hinted_agencies(services, agencies.values()),
        await case_rows.missing_rules(submission.rules),
    )


async def _write(
    services: Services, actor: Actor, ready: _Ready, work: Work, now: datetime
) -> None:
    """The statements of the one transaction. Raises _DraftTaken when the draft is not ours."""
    applicant = ready.applicant
    if ready.request.application is None:
        await _create(services, actor, ready, now)
    elif await _close_draft(ready, now) != 1:
        raise _DraftTaken
    await case_rows.insert_rules(services, ready.missing_rules, now)
    await case_rows.insert_submission(applicant.id, 1, ready.submission, ready.request_hash, now)
    await case_rows.insert_referrals(applicant.id, 1, ready.referrals, now)
    await case_rows.insert_events(
        [(each.sent.id, State.QUEUED, 1) for each in ready.referrals], now
    )
    case_rows.tell_agencies(work, ready.topics, applicant.id, 1)
    case_rows.tell_resident(work, applicant.id, "received", applicant.id)
    work.detail["programs"] = [each.sent.program for each in ready.referrals]


async def _close_draft(ready: _Ready, now: datetime) -> int:
    applicant, request = ready.applicant, ready.request
    return await db.execute(
        CLOSE_DRAFT,
        applicant.contact,
        request.language,
        request.contact.safe_to_write,
        applicant.mail_index,
        applicant.phone_index,
        now,
        now,
        applicant.id,
        request.revision,
    )


async def _create(services: Services, actor: Actor, ready: _Ready, now: datetime) -> None:
    applicant, request = ready.applicant, ready.request
    keyring = services.keyring
    sealed_reference = keyring.seal(
        applicant.reference.encode(), table="applications", column="reference", row_id=applicant.id
    )
    await db.write(
        CREATE,
        applicant.id,
        actor.agency,
        request.language,
        request.contact.safe_to_write,
        applicant.contact,
        applicant.mail_index,
        applicant.phone_index,
        sealed_reference,
        blind_index(keyring, "reference", applicant.reference),
        applicant.secret_hash,
        now,
        now,
        now,
    )


async def _applicant(services: Services, request: SendRequest, stored: db.Row | None) -> _Applicant:
    """The draft's own id and reference, or new ones with a secret for a partner's applicant."""
    if request.application is not None and stored is not None:
        if stored["reference"] is None:
            raise NotFound
        reference = _opened_reference(services, request.application, stored)
        return _with_contact(services, request, request.application, reference)
    application, secret = time_ordered_id(), new_secret()
    hashed = await services.passwords.hash(
        secret, table="applications", column="secret_hash", row_id=application
    )
    made = _with_contact(services, request, application, await _unused_reference(services))
    return replace(made, secret=secret, secret_hash=hashed)


def _with_contact(
    services: Services, request: SendRequest, application: UUID, reference: str
) -> _Applicant:
    keyring, contact = services.keyring, request.contact
    sealed = keyring.seal_json(
        contact.to_json(), table="applications", column="contact", row_id=application
    )
    mail, phone = normal_mail(contact.mail or ""), normal_phone(contact.phone or "")
    return _Applicant(
        application,
        reference,
        sealed,
        blind_index(keyring, "mail", mail) if mail else None,
        blind_index(keyring, "phone", phone) if phone else None,
    )


async def _unused_reference(services: Services) -> str:
    """One in a million million is taken; the unique column is what decides in the end."""
    while True:
        reference = new_reference()
        index = blind_index(services.keyring, "reference", reference)
        if not await db.fetch("select id from applications where reference_index = ?", index):
            return reference


async def _stored(application: UUID) -> db.Row:
    """What stands in the database of an application that is to be sent."""
    row = await db.fetch_one(
        "select a.state, a.reference, s.request_hash, s.filed_at from applications a"
        " left join submissions s on s.application_id = a.id and s.number = 1 where a.id = ?",
        application,
    )
    if row is None:
        raise NotFound
    return row


async def _sent_before(
    services: Services, application: UUID, digest: str, stored: db.Row
) -> Receipt | None:
    """The receipt of the first send; None while the application is still a draft."""
    if stored["state"] == "draft":
        return None
    if stored["request_hash"] != digest:
        raise Conflict("already_sent")
    rows = await db.fetch(
        "select id, program, agency, due_on from referrals"
        " where application_id = ? and filed_at = ? order by id",
        application,
        stored["filed_at"],
    )
    sent = tuple(Sent(r["id"], r["program"], r["agency"], r["due_on"]) for r in rows)
    reference = _opened_reference(services, application, stored)
    return Receipt(application, reference, stored["filed_at"], sent)


def _opened_reference(services: Services, application: UUID, stored: db.Row) -> str:
    opened = services.keyring.open(
        stored["reference"], table="applications", column="reference", row_id=application
    )
    return opened.decode()
