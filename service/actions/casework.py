"""Who works on a case, and what workers write to each other about it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from service import db
from service.actions.referrals import start_review, take_in
from service.audit import unit_of_work
from service.errors import Conflict, Fault, Invalid, NotFound
from service.i18n import _
from service.ids import time_ordered_id
from service.security.access import access_referral

if TYPE_CHECKING:
    from service.actor import Actor
    from service.services import Services

LONGEST_NOTE = 5000
TWICE = timedelta(minutes=1)
JUST_WRITTEN = """
select id, text from case_notes where referral_id = ? and written_by = ? and written_at > ?
"""
TAKEN = _("A colleague has this case already.")
BEING_FETCHED = _("Your office’s own system is fetching this case. Try again in a minute.")
NOTE_LENGTH = _("Write between 1 and 5,000 letters.")
NOT_COLLEAGUE = _("Choose somebody who works in your office.")


async def claim(services: Services, actor: Actor, referral: UUID, now: datetime) -> None:
    """Take a case: it is acknowledged, under review, and this worker's. Twice is fine.

    Raises NotFound for another agency's, Conflict(`taken`) for a colleague's.
    """
    row = await access_referral(actor, referral)
    if row["assigned_to"] not in (None, actor.account):
        raise Conflict("taken", TAKEN)
    await acknowledge_here(services, actor, row, now)
    async with unit_of_work(actor, "case.claimed", referral, now):
        changed = await db.execute(
            "update referrals set assigned_to = ? where id = ? and agency = ?"
            " and (assigned_to is null or assigned_to = ?)",
            actor.account,
            referral,
            actor.agency,
            actor.account,
        )
        if changed != 1:
            raise Conflict("taken", TAKEN)
    await start_review(services, actor, referral, now)


async def acknowledge_here(services: Services, actor: Actor, row: db.Row, now: datetime) -> None:
    """Take in what waits, so that the page's reader is known to hold this version.

    Raises Conflict(`being_fetched`) while the agency's own system has it in a lease.
    """
    if not row["waiting"] or actor.agency is None:
        return
    if not await take_in(services, actor, actor.agency, [row["id"]], now):
        after = await access_referral(actor, row["id"])
        if after["waiting"]:
            raise Conflict("being_fetched", BEING_FETCHED)


async def release(actor: Actor, referral: UUID, now: datetime) -> None:
    """Give a case back to everybody. A supervisor may give back a colleague's."""
    row = await access_referral(actor, referral)
    if row["assigned_to"] != actor.account and actor.kind != "supervisor":
        raise Conflict("taken", TAKEN)
    async with unit_of_work(actor, "case.released", referral, now):
        await db.execute(
            "update referrals set assigned_to = null where id = ? and agency = ?",
            referral,
            actor.agency,
        )


async def assign(actor: Actor, referral: UUID, worker: UUID, now: datetime) -> None:
    """A supervisor hands a case to somebody of the same office. Raises Invalid for anybody else."""
    await access_referral(actor, referral)
    async with unit_of_work(actor, "case.assigned", referral, now, detail={"to": str(worker)}):
        changed = await db.execute(
            "update referrals set assigned_to = ? where id = ? and agency = ? and exists"
            " (select 1 from staff_accounts where id = ? and agency = ? and active = ?)",
            worker,
            referral,
            actor.agency,
            worker,
            actor.agency,
            True,
        )
        if changed != 1:
            raise Invalid([Fault("/worker", "not_colleague", NOT_COLLEAGUE)])


async def write_note(
    services: Services, actor: Actor, referral: UUID, text: str, now: datetime
) -> UUID:
    """Add a remark for colleagues; residents never see it. The same words once more within a
    minute are a button pressed twice."""
    await access_referral(actor, referral)
    if actor.account is None:
        raise NotFound
    written = {"text": text.strip()}
    if not 0 < len(written["text"]) <= LONGEST_NOTE:
        raise Invalid([Fault("/note", "length", NOTE_LENGTH)])
    place = {"table": "case_notes", "column": "text"}
    just_now = (referral, actor.account, now - TWICE)
    for row in await db.fetch(JUST_WRITTEN, *just_now):
        if services.keyring.open_json(row["text"], **place, row_id=row["id"]) == written:
            before: UUID = row["id"]
            return before
    note = time_ordered_id()
    sealed = services.keyring.seal_json(written, **place, row_id=note)
    async with unit_of_work(actor, "case.noted", referral, now):
        await db.execute(
            "insert into case_notes (id, referral_id, text, written_by, written_at)"
            " values (?, ?, ?, ?, ?)",
            note,
            referral,
            sealed,
            actor.account,
            now,
        )
    return note
