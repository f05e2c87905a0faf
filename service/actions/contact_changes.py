"""Changes that could take an application away from its owner: they wait for the old contact.

How somebody is reached, the secret, and taking an application back are asked for here. Whoever
came by a link in their own mail has confirmed it already. Anybody else's wish is written to the
mail that is known. It happens when that is answered with yes, or after 72 hours without a no.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from service import db
from service.actions.amendments import amend_newest
from service.actions.case_rows import NOTICE, NOTICE_LANE
from service.actions.drafts import resident
from service.actions.withdrawals import withdraw
from service.audit import Work, unit_of_work
from service.errors import AppError, Conflict, Invalid, NotFound
from service.ids import time_ordered_id
from service.security.blind_index import blind_index, normal_mail, normal_phone
from service.security.keyring import SealBroken
from service.security.rate_limits import CHANGE_ASKED, limit
from service.security.sessions import end_all
from service.security.tokens import new_token, token_hash

if TYPE_CHECKING:
    from service.actor import Actor
    from service.services import Services

log = logging.getLogger("threshold.changes")

CONTACT, ADDRESS, SECRET, WITHDRAW = "contact", "address", "secret", "withdraw"
# A secret that an office gave out at its desk: good for one visit.
GIVEN = "given"
HELD = timedelta(hours=72)
LOCKED = timedelta(days=3650)
INSERT = """
insert into contact_changes
  (id, application_id, kind, change, token_hash, state, asked_at, due_at)
values (?, ?, ?, ?, ?, 'waiting', ?, ?)
"""
END = "update contact_changes set state = ?, token_hash = null where id = ? and state = 'waiting'"
SUPERSEDE = """
update contact_changes set state = 'replaced', token_hash = null
where application_id = ? and kind = ? and state = 'waiting'
"""
STOP = """
update contact_changes set state = 'stopped', token_hash = null
where application_id = ? and state = 'waiting'
"""
PUT_CONTACT = """
update applications set contact = ?, language = ?, safe_to_write = ?, mail_index = ?,
  phone_index = ?, updated_at = ?
where id = ? and state <> 'draft'
"""
PUT_SECRET = """
update applications set secret_hash = ?, secret_given_at = ?, secret_locked_until = null,
  updated_at = ?
where id = ? and state <> 'draft'
"""
LOCK = "update applications set secret_locked_until = ? where id = ?"

End = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A change that was asked for and has not happened yet."""

    id: UUID
    application: UUID
    kind: str
    asked_at: datetime
    due_at: datetime


class _Gone(Exception):
    """The change was stopped, replaced or made by somebody else meanwhile."""


async def ask(
    services: Services,
    application: UUID,
    kind: str,
    change: Mapping[str, Any],
    now: datetime,
    *,
    confirmed: bool,
    office: Actor | None = None,
    detail: Mapping[str, str] | None = None,
    unless: End | None = None,
) -> Waiting | None:
    """Ask for a change; None when it was confirmed and has happened.

    The old contact is told either way. A later wish of the same kind takes the place of one that
    still waits; the very same one, as by a second tap, is that one and tells nobody again. `office`
    is who asks for the resident, with `detail` for the audit log. `unless` is done in the same
    transaction; what it raises undoes it. Raises TooMany when somebody asks again and again.
    """
    if not confirmed and (same := await _same_wish(services, application, kind, change)):
        return same
    # Counted apart: who has a lost secret does not use up the tries of its owner.
    asker = "office" if office else str(confirmed)
    await limit(services, CHANGE_ASKED, f"{application}|{asker}", now)
    waiting = Waiting(time_ordered_id(), application, kind, now, now + HELD)
    token = None if confirmed else new_token()
    mail = await _mail_now(services, application)
    sealed = services.keyring.seal_json(
        {**change, "told": mail}, table="contact_changes", column="change", row_id=waiting.id
    )
    actor = office or resident(application)
    async with unit_of_work(actor, "change.asked", application, now, detail=detail) as work:
        # The wishes are locked before their application, as `make` does it: the other way round,
        # who asks and who makes would wait for each other.
        await db.execute(SUPERSEDE, application, kind)
        if unless is not None:
            await unless()
        hashed = token_hash(token) if token else None
        await db.execute(INSERT, waiting.id, application, kind, sealed, hashed, now, waiting.due_at)
        _tell(work, waiting, token)
        work.detail.update(kind=kind, confirmed=confirmed)
    if not confirmed:
        return waiting
    await make(services, waiting, now)
    return None


async def _same_wish(
    services: Services, application: UUID, kind: str, change: Mapping[str, Any]
) -> Waiting | None:
    for each in await waiting_of(application):
        if each.kind == kind:
            found = await _opened(services, each.id) or {}
            if {name: value for name, value in found.items() if name != "told"} == change:
                return each
    return None


async def make(services: Services, waiting: Waiting, now: datetime) -> bool:
    """Make a change that waits; False when it was stopped, replaced or made meanwhile."""
    change = await _opened(services, waiting.id)
    if change is None:
        return False

    async def end() -> None:
        if await db.execute(END, "made", waiting.id) != 1:
            raise _Gone

    try:
        await MAKERS[waiting.kind](services, waiting.application, change, end, now)
    except _Gone:
        return False
    except (Conflict, NotFound, Invalid):
        # Decided or taken back in the meantime, or never to be taken: nothing is left to change.
        await db.execute(END, "stopped", waiting.id)
        return False
    return True


async def make_due(services: Services) -> int:
    """Make every change nobody said no to in its 72 hours; says how many. One that breaks waits
    for the next round and holds up no other."""
    now, done = services.clock.now(), 0
    rows = await db.fetch(
        "select id, application_id, kind, asked_at, due_at from contact_changes"
        " where state = 'waiting' and due_at <= ? order by due_at, id limit 100",
        now,
    )
    for row in rows:
        try:
            done += await make(services, _waiting(row), now)
        except (AppError, SealBroken):
            log.exception("a held change broke")
    return done


async def stop_all(application: UUID, now: datetime) -> None:
    """ "This was not me": nothing that waits happens, the secret opens nothing, all visits end."""
    async with unit_of_work(resident(application), "secret.locked", application, now):
        await db.execute(STOP, application)
        await db.execute(LOCK, now + LOCKED, application)
        await end_all(application)


async def stop(application: UUID, change: UUID, now: datetime) -> bool:
    """Take back one wish of one's own; False when it does not wait (any more)."""
    async with unit_of_work(resident(application), "change.stopped", application, now):
        stopped = await db.execute(
            "update contact_changes set state = 'stopped', token_hash = null"
            " where id = ? and application_id = ? and state = 'waiting'",
            change,
            application,
        )
    return stopped == 1


async def waiting_of(application: UUID) -> list[Waiting]:
    """What was asked for and has not happened yet, the oldest first."""
    rows = await db.fetch(
        "select id, application_id, kind, asked_at, due_at from contact_changes"
        " where application_id = ? and state = 'waiting' order by asked_at, id",
        application,
    )
    return [_waiting(row) for row in rows]


async def by_token(token: str) -> Waiting | None:
    """The change whose notice carried this token, while it waits."""
    row = await db.fetch_one(
        "select id, application_id, kind, asked_at, due_at from contact_changes"
        " where token_hash = ? and state = 'waiting'",
        token_hash(token),
    )
    return None if row is None else _waiting(row)


async def told_mail(services: Services, change: UUID) -> str | None:
    """The mail address that was known when a change was asked for: its notice goes there."""
    opened = await _opened(services, change)
    return None if opened is None else opened["told"]


async def waiting_secret(services: Services, application: UUID) -> tuple[datetime, str] | None:
    """From when a new secret works that waits, and what would be stored for it."""
    for each in await waiting_of(application):
        if each.kind == SECRET and (change := await _opened(services, each.id)):
            return each.due_at, change["secret_hash"]
    return None


async def _opened(services: Services, change: UUID) -> dict[str, Any] | None:
    row = await db.fetch_one("select change from contact_changes where id = ?", change)
    if row is None:
        return None
    opened: dict[str, Any] = services.keyring.open_json(
        row["change"], table="contact_changes", column="change", row_id=change
    )
    return opened


def _waiting(row: db.Row) -> Waiting:
    return Waiting(row["id"], row["application_id"], row["kind"], row["asked_at"], row["due_at"])


def _tell(work: Work, waiting: Waiting, token: str | None) -> None:
    """The notice names the change, never an address: who is told is read from the sealed row."""
    payload = {
        "application": str(waiting.application),
        "kind": "change_asked" if token else "contact_changed",
        "change": str(waiting.id),
    }
    if token:
        payload["link"] = f"/benefits/confirm/{token}"
    work.later(NOTICE, NOTICE_LANE, f"notice:change:{waiting.id}", payload)


async def _mail_now(services: Services, application: UUID) -> str | None:
    """Where a notice may go: nowhere unless it was said to be safe."""
    row = await db.fetch_one("select contact from applications where id = ?", application)
    if row is None or row["contact"] is None:
        return None
    contact = services.keyring.open_json(
        row["contact"], table="applications", column="contact", row_id=application
    )
    return contact.get("mail") if contact.get("safe_to_write") is True else None


Maker = Callable[["Services", UUID, Mapping[str, Any], End, datetime], Awaitable[None]]


async def _put_contact(
    services: Services, application: UUID, change: Mapping[str, Any], end: End, now: datetime
) -> None:
    contact = change["contact"]

    async def put() -> None:
        await end()
        await db.execute(PUT_CONTACT, *_columns(services, application, contact, now), application)

    programs = change["programs"]
    if not programs:
        async with unit_of_work(resident(application), "contact.changed", application, now):
            await put()
        return
    try:
        await amend_newest(
            services,
            application,
            lambda facts: facts,
            now,
            programs=programs,
            contact=contact,
            also=put,
        )
    except (Conflict, NotFound, Invalid):
        # No office can be given it any more; it is still how to reach somebody.
        async with unit_of_work(resident(application), "contact.changed", application, now):
            await put()


def _columns(
    services: Services, application: UUID, contact: Mapping[str, Any], now: datetime
) -> tuple[object, ...]:
    keyring = services.keyring
    mail, phone = normal_mail(contact.get("mail") or ""), normal_phone(contact.get("phone") or "")
    return (
        keyring.seal_json(contact, table="applications", column="contact", row_id=application),
        contact.get("language") or services.city.languages[0].code,
        contact.get("safe_to_write") is True,
        blind_index(keyring, "mail", mail) if mail else None,
        blind_index(keyring, "phone", phone) if phone else None,
        now,
    )


async def _put_address(
    services: Services, application: UUID, change: Mapping[str, Any], end: End, now: datetime
) -> None:
    def moved(facts: Mapping[str, Any]) -> dict[str, Any]:
        told = {**facts.get("household", {}), **change["household"]}
        return {**facts, "household": {name: v for name, v in told.items() if v is not None}}

    await amend_newest(services, application, moved, now, programs=change["programs"], also=end)


async def _put_secret(
    _services: Services,
    application: UUID,
    change: Mapping[str, Any],
    end: End,
    now: datetime,
    given_at: datetime | None = None,
) -> None:
    action = "secret.given" if given_at else "secret.renewed"
    async with unit_of_work(resident(application), action, application, now):
        await end()
        await db.execute(PUT_SECRET, change["secret_hash"], given_at, now, application)
        # Changes that such a visit has begun are a session of their own.
        await db.execute(
            "delete from sessions where subject = ? and proof in ('secret', 'change-secret')",
            application,
        )


async def _put_given(
    services: Services, application: UUID, change: Mapping[str, Any], end: End, now: datetime
) -> None:
    await _put_secret(services, application, change, end, now, given_at=now)


async def _take_back(
    services: Services, application: UUID, change: Mapping[str, Any], end: End, now: datetime
) -> None:
    # What was ticked when it was asked for, and nothing that was applied for since.
    rows = await db.fetch("select program from referrals where application_id = ?", application)
    whole = {row["program"] for row in rows} <= set(change["programs"])
    programs = None if whole else change["programs"]
    await withdraw(services, resident(application), application, programs, now, also=end)


MAKERS: Mapping[str, Maker] = {
    CONTACT: _put_contact,
    ADDRESS: _put_address,
    SECRET: _put_secret,
    GIVEN: _put_given,
    WITHDRAW: _take_back,
}
