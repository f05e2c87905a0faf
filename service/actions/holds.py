"""Legal holds: an application that retention must leave alone, with who said so and why."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from service import db
from service.audit import unit_of_work
from service.errors import Fault, Invalid, NotFound
from service.i18n import _
from service.security.access import as_id
from service.security.blind_index import blind_indexes
from service.security.references import parse_reference

if TYPE_CHECKING:
    from service.actor import Actor
    from service.services import Services

# Codes, because the audit log names nobody and tells nothing of a case.
REASONS = {
    "lawsuit": _("A lawsuit, or one that is expected"),
    "records_request": _("A request for public records"),
    "hearing": _("A hearing or an appeal"),
    "audit": _("An audit"),
}
NO_SUCH = _("No application has this reference.")
NO_REASON = _("Choose why it is kept.")


async def place_hold(
    services: Services, actor: Actor, typed: str, reason: str, now: datetime
) -> None:
    """Keep the application of a reference until the hold is lifted. A second hold changes the
    reason and keeps the day. Raises Invalid for an unknown reference or reason."""
    faults = []
    if reason not in REASONS:
        faults.append(Fault("/reason", "unknown_reason", NO_REASON))
    application = await _application_of(services, typed)
    if application is None:
        faults.append(Fault("/reference", "unknown_reference", NO_SUCH))
    if faults or application is None:
        raise Invalid(faults)
    detail = {"reason": reason}
    async with unit_of_work(actor, "hold.placed", application, now, detail=detail):
        await db.execute(
            "update applications set hold = ?, held_at = coalesce(held_at, ?) where id = ?",
            reason,
            now,
            application,
        )


async def lift_hold(actor: Actor, application: str, now: datetime) -> None:
    """Let retention have it again. Raises NotFound where nothing is held."""
    wanted = as_id(application)
    async with unit_of_work(actor, "hold.lifted", wanted, now):
        changed = await db.execute(
            "update applications set hold = null, held_at = null where id = ? and hold is not null",
            wanted,
        )
        if changed != 1:
            raise NotFound


async def _application_of(services: Services, typed: str) -> UUID | None:
    plain = parse_reference(typed, services.city.reference_prefix)
    if plain is None:
        return None
    indexes = blind_indexes(services.keyring, "reference", plain)
    row = await db.fetch_one(
        f"select id from applications where reference_index in ({db.marks(indexes)})", *indexes
    )
    return None if row is None else row["id"]
