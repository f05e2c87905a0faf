"""Coming back without an account: by reference and secret, or by a link of one use."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from service import db
from service.actions.case_rows import NOTICE, NOTICE_LANE
from service.actions.drafts import DRAFT, NewSecret, made_secret, resident
from service.actor import Actor
from service.audit import unit_of_work
from service.drafts import open_draft
from service.ids import time_ordered_id
from service.security.blind_index import blind_indexes
from service.security.rate_limits import (
    LINK_EVERYBODY,
    LINK_NETWORK,
    LINK_OPENED_NETWORK,
    LINK_REFERENCE,
    SECRET_EVERYBODY,
    SECRET_NETWORK,
    SECRET_REFERENCE,
    SECRET_REFERENCE_DAY,
    forgive,
    limit,
    unsay,
)
from service.security.references import parse_reference, parse_secret
from service.security.sessions import open_session
from service.security.tokens import new_token, token_hash
from service.worker import Done

if TYPE_CHECKING:
    from service.outbox import Claimed
    from service.services import Services
    from service.worker import Outcome

LINK = "link"
LINK_LIFE = timedelta(minutes=20)
# A number that an office gave out is used within days, or it is lost as well.
GIVEN_LIFE = timedelta(days=14)
NOBODY = UUID(int=0)
FIND = """
select id, state, revision, draft, contact, secret_hash, secret_given_at, secret_locked_until,
  language
from applications where reference_index in ({marks})
"""
OPENED = "update applications set opened_before_at = opened_at, opened_at = ? where id = ?"
USE_GIVEN = """
update applications set secret_hash = ?, secret_given_at = null
where id = ? and secret_hash = ? and secret_given_at is not null
"""
USE_LINK = """
update return_links set used_at = ?
where token_hash = ? and used_at is null and expires_at > ?
returning application_id
"""


@dataclass(frozen=True, slots=True)
class Entered:
    """Who came back: through which door, with which session token. `secret` is a new one, where an
    office's number has just been used up."""

    application: UUID
    door: str
    token: str
    secret: NewSecret | None = None


async def by_secret(
    services: Services, reference: str, secret: str, network: str, now: datetime
) -> Entered | None:
    """Come in by reference and secret; None for any mistake, in the same time.

    Raises TooMany after too many tries, for a reference that exists and for one that does not.
    """
    plain = parse_reference(reference, services.city.reference_prefix)
    typed = parse_secret(secret)
    named = plain or reference[:64].casefold().strip()
    await limit(services, SECRET_EVERYBODY, "", now)
    await limit(services, SECRET_NETWORK, network, now)
    await limit(services, SECRET_REFERENCE_DAY, named, now)
    await limit(services, SECRET_REFERENCE, named, now)
    row = await _find(services, plain)
    locked = row is not None and ((row["secret_locked_until"] or now) > now or _too_old(row, now))
    right = await services.passwords.verify(
        row["secret_hash"] if row and not locked else None,
        typed or "-",
        table="applications",
        column="secret_hash",
        row_id=row["id"] if row else NOBODY,
    )
    if not right or row is None:
        return None
    await unsay(services, SECRET_NETWORK, network, now)
    await unsay(services, SECRET_EVERYBODY, "", now)
    await forgive(services, SECRET_REFERENCE, named, now)
    await forgive(services, SECRET_REFERENCE_DAY, named, now)
    if row["secret_given_at"] is not None:
        return await _use_up(services, row, now)
    return await enter(row["id"], row["state"], "secret", now)


def _too_old(row: db.Row, now: datetime) -> bool:
    given_at: datetime | None = row["secret_given_at"]
    return given_at is not None and given_at + GIVEN_LIFE < now


async def _use_up(services: Services, row: db.Row, now: datetime) -> Entered | None:
    """Come in by an office's number. Somebody at the office has seen it, so that it ends here and
    its owner gets a secret of their own; None where it was used meanwhile."""
    application: UUID = row["id"]
    secret = await made_secret(services, application)
    async with unit_of_work(resident(application), "secret.renewed", application, now):
        changed = await db.execute(USE_GIVEN, secret.stored, application, row["secret_hash"])
    if changed != 1:
        return None
    return replace(await enter(application, row["state"], "secret", now), secret=secret)


async def enter(application: UUID, state: str, proof: str, now: datetime) -> Entered:
    """Open a session at the draft or at the status page, and note that somebody came."""
    door = "benefits" if state == DRAFT else "status"
    async with unit_of_work(resident(application), "application.opened", application, now) as work:
        token, _session = await open_session(door, application, proof, now)
        await db.execute(OPENED, now, application)
        work.detail["proof"] = proof
    return Entered(application, door, token)


async def send_link(services: Services, reference: str, network: str, now: datetime) -> None:
    """Have the worker write a link to the mail of an application, if there is one.

    Nobody is looked up here: a reference that exists, one that does not and one that cannot be read
    take the same statements and so the same time, and have the same answer.
    """
    plain = parse_reference(reference, services.city.reference_prefix)
    await limit(services, LINK_EVERYBODY, "", now)
    await limit(services, LINK_NETWORK, network, now)
    await limit(services, LINK_REFERENCE, plain or reference[:64].casefold().strip(), now)
    async with unit_of_work(Actor.ANONYMOUS, "link.asked", "unknown", now) as work:
        work.later(LINK, NOTICE_LANE, f"link:{time_ordered_id()}", {"reference": plain or "-"})


async def write_link(services: Services, row: Claimed) -> Outcome:
    """The worker's part: a link of one use, where it is safe to write. A second try of the same row
    may make a second link, and writes one mail."""
    found = await _find(services, row.payload["reference"])
    contact = _contact(services, found) if found else {}
    if found is None or not contact.get("mail") or contact.get("safe_to_write") is not True:
        return Done()
    application, now = found["id"], services.clock.now()
    token, link = new_token(), time_ordered_id()
    async with unit_of_work(resident(application), "link.sent", application, now) as work:
        await db.execute(
            "insert into return_links (id, token_hash, application_id, created_at, expires_at)"
            " values (?, ?, ?, ?, ?)",
            link,
            token_hash(token),
            application,
            now,
            now + LINK_LIFE,
        )
        payload = {
            "application": str(application),
            "kind": "link",
            "link": f"/benefits/link/{token}",
        }
        work.later(NOTICE, NOTICE_LANE, f"notice:link:{row.id}", payload)
    return Done()


async def by_link(services: Services, token: str, network: str, now: datetime) -> Entered | None:
    """Come in by a link; it works once. None for one that is used, too old, or none of ours."""
    await limit(services, LINK_OPENED_NETWORK, network, now)
    rows = await db.fetch(USE_LINK, now, token_hash(token), now)
    if not rows:
        return None
    application: UUID = rows[0]["application_id"]
    row = await db.fetch_one("select state from applications where id = ?", application)
    return None if row is None else await enter(application, row["state"], "link", now)


async def _find(services: Services, reference: str | None) -> db.Row | None:
    indexes = blind_indexes(services.keyring, "reference", reference or "-")
    return await db.fetch_one(FIND.format(marks=db.marks(indexes)), *indexes)


def _contact(services: Services, row: db.Row) -> dict[str, object]:
    if row["state"] == DRAFT:
        flow = open_draft(services, row["id"], row["revision"], row["draft"])
        return dict(flow.draft.contact)
    found: dict[str, object] = services.keyring.open_json(
        row["contact"], table="applications", column="contact", row_id=row["id"]
    )
    return found
