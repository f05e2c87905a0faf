"""A change to what was sent: version n + 1 of the application, offered again to its agencies."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from service import db
from service.actions.applications import CREATED
from service.actions.case_rows import (
    hinted_agencies,
    insert_events,
    insert_rules,
    insert_submission,
    missing_rules,
    tell_agencies,
)
from service.actions.drafts import resident
from service.actions.partner_facts import keep_told, put_upon, told_last
from service.audit import unit_of_work
from service.errors import Conflict, Fault, Invalid, NotFound
from service.queries.own_application import sent_version
from service.referrals.grants import share
from service.referrals.package import read_household, seal_version
from service.referrals.states import State
from service.security.blind_index import blind_indexes
from service.security.references import parse_reference

if TYPE_CHECKING:
    from service.actor import Actor
    from service.referrals.package import SealedSubmission
    from service.security.idempotency import Record
    from service.services import Services

# Changes that were begun and not sent are made on the version before: sent later, they would undo
# this one, so they end here.
NEXT_VERSION = """
update applications set version = version + 1, draft = null, revision = revision + 1, updated_at = ?
where id = ? and state = 'submitted' returning version
"""
OFFER_AGAIN = """
update referrals set version = ?, waiting = true, granted = ? where id = ? and state <> 'withdrawn'
"""

Regrant = Callable[[Mapping[str, Any]], Mapping[str, Any]]
MOST_TRIES = 8


class _Overtaken(Exception):
    """Another amendment came between reading the newest facts and storing the changed ones."""


class _SameAgain(Exception):
    """The newest version holds these very facts."""


@dataclass(frozen=True, slots=True)
class _Offered:
    """One referral that gets the new version."""

    id: UUID
    agency: str
    granted: bytes


async def amend(
    services: Services,
    actor: Actor,
    application: UUID,
    facts: Mapping[str, Any],
    now: datetime,
    *,
    programs: Collection[str] | None = None,
    contact: Mapping[str, Any] | None = None,
    also: Callable[[], Awaitable[None]] | None = None,
    record: Record | None = None,
    over: int | None = None,
    regrant: Regrant | None = None,
) -> int:
    """Store the whole changed facts as the next version; its number.

    The agencies of `programs` (all of the application's when None) get their part of it, under the
    consent and signature they have; each case keeps its id, clock and state. `contact` is a new way
    to reach the applicant; `also` runs inside the transaction. The same change twice in a row is
    one version, except for a partner, whose key tells. `over` is the version the facts were made
    from. `regrant` makes an agency's new facts from those it has, where it is not to get all of
    the version. Raises NotFound for a draft, and Invalid(`consent_incomplete`) when a program now
    needs more than was consented to.
    """
    household = read_household(services, facts, "/facts")
    before = await _signature(services, application)
    sealed = seal_version(services, facts, household, before, now)
    offered = await offered_again(services, application, facts, programs, now, contact, regrant)
    topics = await hinted_agencies(services, [each.agency for each in offered])
    missing = await missing_rules(sealed.rules)
    digest = _hash(facts, programs)
    keyed = record is not None or also is not None
    try:
        async with unit_of_work(actor, "application.amended", application, now) as work:
            version = await _next_version(application, digest, now, keyed=keyed)
            if over is not None and version != over + 1:
                raise _Overtaken
            await insert_rules(services, missing, now)
            await _store(application, version, sealed, digest, offered, now)
            tell_agencies(work, topics, application, version)
            work.detail.update(version=version, referrals=[str(each.id) for each in offered])
            if also is not None:
                await also()
            if record is not None:
                await record(CREATED, {"version": version}, application)
    except _SameAgain:
        return await _newest(application)
    return version


async def amend_newest(
    services: Services,
    application: UUID,
    change: Callable[[Mapping[str, Any]], Mapping[str, Any]],
    now: datetime,
    *,
    programs: Collection[str],
    contact: Mapping[str, Any] | None = None,
    also: Callable[[], Awaitable[None]] | None = None,
) -> int:
    """A resident's `change` of the newest facts. Where another one came between, it is made again
    on what that stored, so both stand. Raises what `amend` does."""
    for _try in range(MOST_TRIES):
        newest = await sent_version(services, application)
        if newest is None:
            raise NotFound
        number, facts = newest
        with suppress(_Overtaken):
            return await amend(
                services,
                resident(application),
                application,
                change(facts),
                now,
                programs=programs,
                contact=contact,
                also=also,
                over=number,
            )
    raise Conflict("newer_version")


async def amend_for_partner(
    services: Services,
    actor: Actor,
    application: UUID,
    facts: Mapping[str, Any],
    now: datetime,
    record: Record,
) -> int:
    """A partner's whole facts as they are now: what is told otherwise than it told before is
    changed, in the newest version and in what each office of its own send has. What the applicant
    said since stays, and goes to no office by this. Raises what `amend` does."""
    read_household(services, facts, "/facts")
    # What its applicant asked for later, at the pages, is none of the partner's business.
    programs = await sent_at_first(application)
    for _try in range(MOST_TRIES):
        newest = await sent_version(services, application)
        if newest is None:
            raise NotFound
        change = partial(put_upon, await told_last(services, application), facts)
        with suppress(_Overtaken):
            return await amend(
                services,
                actor,
                application,
                change(newest[1]),
                now,
                programs=programs,
                also=partial(keep_told, services, application, facts),
                record=record,
                over=newest[0],
                regrant=change,
            )
    raise Conflict("newer_version")


async def find_sent_by(services: Services, partner: str, reference: str) -> UUID:
    """The application a partner sent under a reference; NotFound for anything else."""
    plain = parse_reference(reference, services.city.reference_prefix)
    if plain is None:
        raise NotFound
    indexes = blind_indexes(services.keyring, "reference", plain)
    row = await db.fetch_one(
        f"select id from applications where partner = ? and reference_index in ({db.marks(indexes)})",  # noqa: E501
        partner,
        *indexes,
    )
    if row is None:
        raise NotFound
    found: UUID = row["id"]
    return found


async def sent_at_first(application: UUID) -> list[str]:
    """The programs of the first send, and none that was added since."""
    rows = await db.fetch(
        "select r.program from referrals r where r.application_id = ? and exists"
        " (select 1 from referral_events e where e.referral_id = r.id and e.version = 1)",
        application,
    )
    return [row["program"] for row in rows]


async def _signature(services: Services, application: UUID) -> Mapping[str, Any]:
    row = await db.fetch_one(
        "select s.id, s.signature from submissions s join applications a on a.id = s.application_id"
        " where a.id = ? and a.state = 'submitted' and s.number = 1",
        application,
    )
    if row is None:
        raise NotFound
    signature: Mapping[str, Any] = services.keyring.open_json(
        row["signature"], table="submissions", column="signature", row_id=row["id"]
    )
    return signature


async def offered_again(
    services: Services,
    application: UUID,
    facts: Mapping[str, Any],
    programs: Collection[str] | None,
    now: datetime,
    contact: Mapping[str, Any] | None = None,
    regrant: Regrant | None = None,
) -> list[_Offered]:
    """Each referral's new grant: its own facts and screening, all else as it was signed."""
    rows = await db.fetch(
        "select id, program, agency, granted from referrals"
        " where application_id = ? and state <> 'withdrawn' order by id",
        application,
    )
    on = services.city.calendar.day_of(now)
    offered = []
    for row in rows:
        program, row_id = row["program"], row["id"]
        if program not in services.rules.programs or not (programs is None or program in programs):
            continue
        place = {"table": "referrals", "column": "granted", "row_id": row_id}
        old = services.keyring.open_json(row["granted"], **place)
        _check_consent(services, program, old["consent"])
        shared = share(regrant(old["facts"]) if regrant else facts, program, services.rules, on)
        new = {
            **old,
            "facts": dict(shared.facts),
            "screening": shared.screening,
            "amended_at": now.isoformat(),
        }
        if contact is not None:
            new["contact"] = dict(contact)
        offered.append(_Offered(row_id, row["agency"], services.keyring.seal_json(new, **place)))
    return offered


def _check_consent(services: Services, program: str, consent: Mapping[str, Any]) -> None:
    missing = set(services.rules.programs[program].fields) - set(consent["fields"])
    if missing:
        words = f"The consent for {program} does not name {', '.join(sorted(missing))}."
        fault = Fault("/consents", "consent_incomplete", words)
        raise Invalid([fault], code="consent_incomplete")


async def _next_version(application: UUID, digest: str, now: datetime, *, keyed: bool) -> int:
    rows = await db.fetch(NEXT_VERSION, now, application)
    if not rows:
        raise Conflict("withdrawn", "This application was taken back.")
    version: int = rows[0]["version"]
    if not keyed:
        newest = await db.fetch_one(
            "select request_hash from submissions where application_id = ? and number = ?",
            application,
            version - 1,
        )
        if newest is not None and newest["request_hash"] == digest:
            raise _SameAgain
    return version


async def _store(
    application: UUID,
    version: int,
    sealed: SealedSubmission,
    digest: str,
    offered: list[_Offered],
    now: datetime,
) -> None:
    await insert_submission(application, version, sealed, digest, now)
    given = [
        each
        for each in offered
        if await db.execute(OFFER_AGAIN, version, each.granted, each.id)  # else withdrawn meanwhile
    ]
    # A new version is queued for its agency whatever the state of the case.
    await insert_events([(each.id, State.QUEUED, version) for each in given], now)


async def _newest(application: UUID) -> int:
    row = await db.fetch_one("select version from applications where id = ?", application)
    return 0 if row is None else int(row["version"])


def _hash(facts: Mapping[str, Any], programs: Collection[str] | None) -> str:
    content = {"facts": facts, "programs": None if programs is None else sorted(programs)}
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
