"""The one way to a row that belongs to somebody: not yours and not there are the same."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from service import db
from service.errors import NotFound

if TYPE_CHECKING:
    from service.actor import Actor

AGENCY_SIDE = frozenset({"caseworker", "supervisor", "agency_key"})


async def access_application(actor: Actor, application_id: UUID | str) -> db.Row:
    """The application's row for its resident, or for the partner that sent it. Else NotFound.

    Agencies have no way here: they hold what their referral was granted and nothing more.
    """
    wanted = as_id(application_id)
    if actor.kind == "resident":
        row = await db.fetch_one(
            "SELECT * FROM applications WHERE id = ? AND id = ?", wanted, as_id(actor.id)
        )
    elif actor.kind == "partner_key":
        row = await db.fetch_one(
            "SELECT * FROM applications WHERE id = ? AND partner = ?", wanted, actor.agency
        )
    else:
        row = None
    if row is None:
        raise NotFound
    return row


async def access_referral(actor: Actor, referral_id: UUID | str) -> db.Row:
    """The referral's row for its agency's people and keys, or for its resident. Else NotFound."""
    wanted = as_id(referral_id)
    if actor.kind in AGENCY_SIDE and actor.agency:
        row = await db.fetch_one(
            "SELECT * FROM referrals WHERE id = ? AND agency = ?", wanted, actor.agency
        )
    elif actor.kind == "resident":
        row = await db.fetch_one(
            "SELECT * FROM referrals WHERE id = ? AND application_id = ?", wanted, as_id(actor.id)
        )
    else:
        row = None
    if row is None:
        raise NotFound
    return row


def as_id(text: UUID | str) -> UUID:
    """An id from an address or a body; what is no id is simply not there."""
    if isinstance(text, UUID):
        return text
    try:
        parsed = UUID(text)
    except ValueError:
        raise NotFound from None
    # UUID() also takes braces, "urn:uuid:" and missing hyphens: one row, one address.
    if str(parsed) != text.lower():
        raise NotFound
    return parsed
