"""Bearer keys of agencies and partners: made once, shown once, stored as a hash."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from service import db
from service.audit import unit_of_work
from service.errors import NotFound
from service.ids import time_ordered_id
from service.security.tokens import new_token, token_hash

if TYPE_CHECKING:
    from service.actor import Actor

AGENCY, PARTNER = "agency", "partner"
PREFIXES = {AGENCY: "tha_", PARTNER: "thp_"}


async def create_key(actor: Actor, kind: str, subject: str, label: str, now: datetime) -> str:
    """A new key for an agency or partner; older ones keep working until they are revoked.

    The prefix lets a person, and a scanner for lost keys, tell what it is.
    """
    key = PREFIXES[kind] + new_token()
    await keep_key(actor, kind, subject, key, label, now)
    return key


async def keep_key(
    actor: Actor, kind: str, subject: str, key: str, label: str, now: datetime
) -> None:
    """Take a key that was made elsewhere; one that is known already changes nothing."""
    digest, row_id = token_hash(key), time_ordered_id()
    if await db.fetch("select id from api_keys where key_hash = ?", digest):
        return
    async with unit_of_work(actor, "key.created", row_id, now, detail={"kind": kind}) as work:
        await db.execute(
            "insert into api_keys (id, key_hash, kind, subject, label, created_at)"
            " values (?, ?, ?, ?, ?, ?) on conflict (key_hash) do nothing",
            row_id,
            digest,
            kind,
            subject,
            label,
            now,
        )
        work.detail["subject"] = subject


async def revoke_keys(actor: Actor, kind: str, subject: str, now: datetime) -> int:
    """End every key of an agency or partner at once; says how many."""
    async with unit_of_work(actor, "keys.revoked", subject, now, detail={"kind": kind}) as work:
        ended = await db.execute(
            "update api_keys set revoked_at = ?"
            " where kind = ? and subject = ? and revoked_at is null",
            now,
            kind,
            subject,
        )
        work.detail["count"] = ended
    return ended


async def revoke_key(actor: Actor, key: UUID, now: datetime) -> None:
    """End one key. One that is ended already stays so. Raises NotFound."""
    row = await db.fetch_one("select kind, subject from api_keys where id = ?", key)
    if row is None:
        raise NotFound
    detail = {"kind": row["kind"], "subject": row["subject"]}
    async with unit_of_work(actor, "key.revoked", key, now, detail=detail):
        await db.execute(
            "update api_keys set revoked_at = ? where id = ? and revoked_at is null", now, key
        )
