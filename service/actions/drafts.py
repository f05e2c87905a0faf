"""Drafts: begun, saved page by page, given a way back, and wiped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from forms import Draft, Flow, only
from service import db
from service.actor import Actor
from service.audit import unit_of_work
from service.drafts import Held, open_draft, seal_draft, warm
from service.errors import Conflict, NotFound
from service.ids import time_ordered_id
from service.security.blind_index import blind_index
from service.security.references import new_reference, new_secret
from service.security.sessions import open_session

if TYPE_CHECKING:
    from service.services import Services

DRAFT, SUBMITTED = "draft", "submitted"
MOST_TRIES = 8
INSERT = """
insert into applications (id, state, revision, version, source, language, safe_to_write, draft,
  created_at, updated_at)
values (?, 'draft', 0, 0, 'page', ?, ?, ?, ?, ?)
"""
FIND = """
select id, state, revision, language, draft, reference is not null as has_reference
from applications where id = ?
"""
SAVE = """
update applications set draft = ?, revision = revision + 1, language = ?, updated_at = ?
where id = ? and state in ('draft', 'submitted') and draft is not null and revision = ?
"""
ISSUE = """
update applications set reference = ?, reference_index = ?, secret_hash = ?
where id = ? and state = 'draft' and reference is null
"""
RENEW = """
update applications set secret_hash = ? where id = ? and state = 'draft' and secret_hash = ?
"""
COUNT = """
insert into daily_counts (id, day, measure, program, count) values (?, ?, ?, ?, 1)
on conflict (day, measure, program) do update set count = daily_counts.count + 1
"""

Change = Callable[[Flow], Flow | None]


@dataclass(frozen=True, slots=True)
class NewSecret:
    """A secret in the plain, told once and kept nowhere, and what is stored for it."""

    plain: str
    stored: str


class _Stale(Exception):
    """Another window saved first."""


def resident(application: UUID) -> Actor:
    """Who acts on a draft or an application from its own pages."""
    return Actor("resident", str(application))


async def start(services: Services, program: str | None, language: str, now: datetime) -> str:
    """Begin a draft, for one program alone when it is named; the token of its session."""
    application = time_ordered_id()
    draft = only(Draft(), program)
    sealed = seal_draft(services, application, draft)
    day = services.city.calendar.day_of(now)
    async with unit_of_work(resident(application), "draft.started", application, now):
        await db.write(INSERT, application, language, False, sealed, now, now)
        await db.write(COUNT, time_ordered_id(), day, "started", program or "")
        token, _session = await open_session("benefits", application, "draft", now)
    return token


async def read(services: Services, application: UUID) -> Held | None:
    """The draft, or changes begun after sending; None where nothing waits to be sent.

    Raises NotFound when it is gone.
    """
    row = await db.fetch_one(FIND, application)
    if row is None:
        raise NotFound
    sent = row["state"] != DRAFT
    if row["draft"] is None or (sent and row["state"] != SUBMITTED):
        return None
    flow = open_draft(services, application, row["revision"], row["draft"])
    return Held(
        application, row["revision"], row["language"], bool(row["has_reference"]), flow, sent
    )


async def save(
    services: Services, held: Held, change: Change, language: str, now: datetime
) -> Held | None:
    """Store what `change` makes of the draft; None once it was sent.

    Where another window saved in the meantime, the change is made again on what it saved, so both
    keep their answers. Raises Conflict(`draft_changed`) where `change` no longer applies (None).
    """
    current: Held | None = held
    for _try in range(MOST_TRIES):
        if current is None:
            return None
        flow = change(current.flow)
        if flow is None:
            raise Conflict("draft_changed")
        try:
            return await _save(services, current, flow, language, now)
        except _Stale:
            current = await read(services, held.id)
    raise Conflict("draft_changed")


async def _save(services: Services, held: Held, flow: Flow, language: str, now: datetime) -> Held:
    sealed = seal_draft(services, held.id, flow.draft)
    async with unit_of_work(resident(held.id), "draft.saved", held.id, now):
        changed = await db.execute(SAVE, sealed, language, now, held.id, held.revision)
        if changed != 1:
            raise _Stale
    warm.put(held.id, held.revision + 1, flow)
    return Held(held.id, held.revision + 1, language, held.has_reference, flow, held.sent)


async def issue(services: Services, application: UUID, now: datetime) -> NewSecret | None:
    """Give a draft its reference and secret; None when it has them already."""
    reference, secret = new_reference(), await made_secret(services, application)
    keyring = services.keyring
    sealed = keyring.seal(
        reference.encode(), table="applications", column="reference", row_id=application
    )
    index = blind_index(keyring, "reference", reference)
    async with unit_of_work(resident(application), "reference.issued", application, now):
        changed = await db.execute(ISSUE, sealed, index, secret.stored, application)
    return secret if changed == 1 else None


async def renew_secret(services: Services, application: UUID, now: datetime) -> NewSecret | None:
    """A new secret for a draft, asked for by the one who is answering it; the old one is dead.
    None where another request made one at the same time."""
    row = await db.fetch_one("select secret_hash from applications where id = ?", application)
    if row is None or row["secret_hash"] is None:
        raise NotFound
    secret = await made_secret(services, application)
    try:
        async with unit_of_work(resident(application), "secret.renewed", application, now):
            if await db.execute(RENEW, secret.stored, application, row["secret_hash"]) != 1:
                raise _Stale
    except _Stale:
        return None
    return secret


async def made_secret(services: Services, application: UUID) -> NewSecret:
    """A new secret and what would be stored for it; nothing is stored yet."""
    secret = new_secret()
    return NewSecret(secret, await _hashed(services, application, secret))


async def reference_of(services: Services, application: UUID) -> str | None:
    """The nine characters of an application's reference, once it has one."""
    row = await db.fetch_one("select reference from applications where id = ?", application)
    if row is None or row["reference"] is None:
        return None
    return services.keyring.open(
        row["reference"], table="applications", column="reference", row_id=application
    ).decode()


async def wipe(application: UUID, now: datetime) -> bool:
    """Delete an unsent draft with every way to it; False when there is none, or when it is under a
    legal hold."""
    warm.forget(application)
    async with unit_of_work(resident(application), "draft.wiped", application, now):
        await db.execute(
            "delete from return_links where application_id = ? and exists"
            " (select 1 from applications where id = ? and state = 'draft' and hold is null)",
            application,
            application,
        )
        gone = await db.execute(
            "delete from applications where id = ? and state = 'draft' and hold is null",
            application,
        )
        if gone:
            await db.execute("delete from sessions where subject = ?", application)
    return gone == 1


async def is_stored(application: UUID) -> bool:
    """Whether there is an unsent draft under this id."""
    row = await db.fetch_one(
        "select id from applications where id = ? and state = 'draft'", application
    )
    return row is not None


async def _hashed(services: Services, application: UUID, secret: str) -> str:
    return await services.passwords.hash(
        secret, table="applications", column="secret_hash", row_id=application
    )
