"""The audit log as auditors read it: by application, person and day. Ids, codes and counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from service import db
from service.actions.accounts import find_account
from service.audit import record_read
from service.errors import NotFound
from service.security.access import as_id
from service.security.blind_index import blind_indexes
from service.security.references import parse_reference

if TYPE_CHECKING:
    from service.actor import Actor
    from service.services import Services

PAGE = 100
MOST_IN_A_FILE = 50_000
LIST = """
select e.id, e.at, e.actor_kind, e.actor_id, e.action, e.subject, e.agency, e.detail, c.number
from audit_entries e left join audit_chain c on c.entry = e.id
where e.at >= ? and e.at < ?{subjects}{actor}{after}
order by e.at desc, e.id desc limit ?
"""
AFTER = " and (e.at, e.id) < (?, ?)"
BY_ACTOR = " and (e.actor_id = ? or e.actor_kind = ?)"
# Everything an entry about one application may name.
OF_AN_APPLICATION = """
select id from referrals where application_id = ?
union select i.lease_id from lease_items i join referrals r on r.id = i.referral_id
  where r.application_id = ?
union select q.id from information_requests q join referrals r on r.id = q.referral_id
  where r.application_id = ?
"""


@dataclass(frozen=True, slots=True)
class Search:
    """What an auditor asks for. `reference` and `actor` are as typed; empty ones ask for all."""

    since: datetime
    until: datetime
    reference: str = ""
    actor: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry. `number` is its link's in the sealed chain; None until it is sealed."""

    id: UUID
    at: datetime
    actor_kind: str
    actor_id: str
    action: str
    subject: str
    agency: str | None
    detail: str
    number: int | None

    @property
    def cursor(self) -> str:
        return f"{self.at.isoformat()}_{self.id}"


@dataclass(frozen=True, slots=True)
class Found:
    """One page of entries, the newest first, and where the next one begins."""

    entries: Sequence[Entry]
    next: str | None


async def search_log(
    services: Services, actor: Actor, search: Search, after: str = "", most: int = PAGE
) -> Found:
    """A page of what was asked for; the search itself is noted. Raises NotFound for a reference
    that is no application's."""
    values: list[object] = [search.since, search.until]
    subjects, about = "", "log"
    if search.reference.strip():
        ids = await _subjects(services, search.reference)
        subjects, about = f" and e.subject in ({db.marks(ids)})", ids[0]
        values += ids
    if search.actor.strip():
        who = await _actor_id(services, search.actor.strip())
        values += [who, who]
    if after:
        values += _cursor(after)
    sql = LIST.format(
        subjects=subjects,
        actor=BY_ACTOR if search.actor.strip() else "",
        after=AFTER if after else "",
    )
    rows = await db.fetch(sql, *values, most + 1)
    await record_read(actor, "log.searched", about, services.clock.now())
    entries = [Entry(**row) for row in rows[:most]]
    return Found(entries, entries[-1].cursor if len(rows) > most else None)


async def _subjects(services: Services, typed: str) -> list[str]:
    """The ids that entries about one application are under, the application's first."""
    plain = parse_reference(typed, services.city.reference_prefix)
    if plain is None:
        raise NotFound
    indexes = blind_indexes(services.keyring, "reference", plain)
    row = await db.fetch_one(
        f"select id from applications where reference_index in ({db.marks(indexes)})", *indexes
    )
    if row is None:
        raise NotFound
    others = await db.fetch(OF_AN_APPLICATION, row["id"], row["id"], row["id"])
    return [str(row["id"]), *(str(each["id"]) for each in others)]


async def _actor_id(services: Services, typed: str) -> str:
    """An account's id behind a mail address; anything else is an id or a kind as it stands."""
    if "@" not in typed:
        return typed
    try:
        return str((await find_account(services, typed))["id"])
    except NotFound:
        return typed


def _cursor(text: str) -> list[object]:
    at, _line, entry = text.partition("_")
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        raise NotFound from None
    # Ours are in UTC; the first or last day of all time has none in another zone.
    if moment.utcoffset() != timedelta():
        raise NotFound
    return [moment, as_id(entry)]
