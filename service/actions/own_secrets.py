"""A new secret that its owner asks for. Of requests at one time one makes it; a number that lost is
shown to nobody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING
from uuid import UUID

from service import db
from service.actions import contact_changes as changing
from service.actions.drafts import NewSecret, made_secret

if TYPE_CHECKING:
    from service.services import Services

NEWEST = """
select id from contact_changes where application_id = ? and kind = ?
order by asked_at desc, id desc limit 1
"""
# One at a time from here to the end of the transaction, also where a database lets many write.
IN_TURN = "update applications set updated_at = updated_at where id = ?"


@dataclass(frozen=True, slots=True)
class Standing:
    """A number that opens an application, at once or from a moment on."""

    works_from: datetime | None = None


class _Overtaken(Exception):
    """Another request asked for a new secret since this one came."""


async def renew(
    services: Services, application: UUID, now: datetime, *, confirmed: bool
) -> NewSecret | None:
    """A new secret for what was sent; None where another request made one at the same time."""
    before = await _newest(application)
    made = await made_secret(services, application)

    async def unless_overtaken() -> None:
        await db.execute(IN_TURN, application)
        if await _newest(application) != before:
            raise _Overtaken

    change = {"secret_hash": made.stored}
    try:
        await changing.ask(
            services,
            application,
            changing.SECRET,
            change,
            now,
            confirmed=confirmed,
            unless=unless_overtaken,
        )
    except _Overtaken:
        return None
    return made


def mark(secret: NewSecret) -> str:
    """Tells whether this very secret is stored: cheaper than trying it, no help in guessing."""
    return sha256(secret.stored.encode()).hexdigest()


async def standing(
    services: Services, application: UUID, secret: str, marked: str
) -> Standing | None:
    """How far a number that a browser carries opens the application; None for one that never will,
    because a newer one was made."""
    row = await db.fetch_one("select secret_hash from applications where id = ?", application)
    waiting = await changing.waiting_secret(services, application)
    numbers = [(row["secret_hash"], Standing())] if row and row["secret_hash"] else []
    if waiting:
        numbers.append((waiting[1], Standing(waiting[0])))
    for stored, found in numbers:
        if mark(NewSecret(secret, stored)) == marked:
            return found
    # Sealed anew under another key, it is the same secret still. Trying it takes long.
    for stored, found in numbers:
        if await services.passwords.verify(
            stored, secret, table="applications", column="secret_hash", row_id=application
        ):
            return found
    return None


async def _newest(application: UUID) -> UUID | None:
    row = await db.fetch_one(NEWEST, application, changing.SECRET)
    found: UUID | None = row["id"] if row else None
    return found
