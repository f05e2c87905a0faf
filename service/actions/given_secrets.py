"""A new way in for somebody at an office's desk: a number for one visit, after their papers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from service import db
from service.actions import contact_changes as changing
from service.actions.drafts import made_secret, reference_of
from service.errors import Fault, Invalid, NotFound
from service.i18n import _
from service.security.access import access_referral
from service.security.rate_limits import GIVEN_ACCOUNT, limit

if TYPE_CHECKING:
    from service.actor import Actor
    from service.services import Services

# What a worker has looked at. What somebody knows (a birth date, an address) is no proof of who
# they are: others at home know it too.
CHECKS: Mapping[str, str] = {
    "photo": _("A photo ID with the name on the case"),
    "papers": _("Two papers with the name on the case, from two different places"),
    "vouched": _("A helper who knows them is here too, and showed a work ID"),
}
CHOOSE = _("Choose what you looked at.")
NOT_HERE = _("Make a number only for somebody who is here with you.")


@dataclass(frozen=True, slots=True)
class Given:
    """The number in the plain, told once; `waits_until` where the old contact may still say no."""

    reference: str
    secret: str
    waits_until: datetime | None


async def give(
    services: Services, actor: Actor, referral: UUID, checked: str, here: bool, now: datetime
) -> Given:
    """Make a number that lets in once. Where a mail or phone is known it waits 72 hours for a no.

    Raises NotFound for a case of another office, Invalid unless papers were looked at, and TooMany
    for a worker who makes one after the other.
    """
    row = await access_referral(actor, referral)
    faults = [] if checked in CHECKS else [Fault("/checked", "choose", CHOOSE)]
    if not here:
        faults.append(Fault("/here", "not_here", NOT_HERE))
    if faults:
        raise Invalid(faults)
    application: UUID = row["application_id"]
    reference = await reference_of(services, application)
    if reference is None:
        raise NotFound
    await limit(services, GIVEN_ACCOUNT, actor.id, now)
    secret = await made_secret(services, application)
    waiting = await changing.ask(
        services,
        application,
        changing.GIVEN,
        {"secret_hash": secret.stored},
        now,
        confirmed=not await _reachable(services, application),
        office=actor,
        detail={"checked": checked, "referral": str(referral)},
    )
    return Given(reference, secret.plain, waiting.due_at if waiting else None)


async def _reachable(services: Services, application: UUID) -> bool:
    """Whether there is a mail or a phone: then its owner has time to say that it was not them."""
    row = await db.fetch_one("select contact from applications where id = ?", application)
    if row is None or row["contact"] is None:
        raise NotFound
    contact = services.keyring.open_json(
        row["contact"], table="applications", column="contact", row_id=application
    )
    return bool(contact.get("mail") or contact.get("phone"))
