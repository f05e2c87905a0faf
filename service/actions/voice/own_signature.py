"""What the link in a signer's mail does: confirm, take back, stop the news. Each is a button."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from uuid import UUID

from petitions.signature_log import mark_of
from service import db
from service.errors import NotFound
from service.gathering import RUSH, Gathering, filled
from service.security.tokens import token_hash
from service.voice.people import open_name
from service.voice.steps import add_steps

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from service.services import Services

FIND = """
select s.id, s.petition, s.state, s.kind, s.name, s.show_name, s.follow, s.area, s.tier,
  s.link_hash, p.number, p.ask, p.language
from voice_signatures s join voice_petitions p on p.id = s.petition where s.link_hash in ({links})
"""
# Its name, contact and link go at once; the row stays, so that nobody counts twice.
TAKE_BACK = """
update voice_signatures set state = ?, ended_at = ?, name = null, contact = null,
  link_hash = null, follow = false, show_name = false
where link_hash = ? and state = ? returning id, petition, tier, area
"""


@dataclass(frozen=True, slots=True)
class OwnSignature:
    """A signature as its own link shows it. `state`: pending, confirmed, withdrawn, late.
    `shared`: others may sign with the same contact; `mark`: its line in the public log."""

    petition: UUID
    number: int | None
    title: str
    language: str
    state: str
    name: str
    show_name: bool
    follow: bool
    area: str
    kind: str
    shared: bool
    mark: str


async def own_signature(services: Services, token: str) -> OwnSignature:
    """What the link's page shows. Changes nothing. Raises NotFound."""
    return await _shown(services, token_hash(token))


async def confirm(services: Services, token: str) -> OwnSignature:
    """Count the signature, once. Raises NotFound for a link that is none of ours. After the end and
    its grace the signature stays as it was, and `state` is `late`."""
    hashed = token_hash(token)
    shown = _as_shown(services, await _confirming((services, hashed)))
    return replace(shown, state="late") if shown.state in ("pending", "withdrawn") else shown


async def withdraw(services: Services, token: str, now: datetime) -> OwnSignature:
    """Take the signature back, and with it the name, the contact and this link. Raises NotFound."""
    hashed = token_hash(token)
    shown = await _shown(services, hashed)
    async with db.transaction():
        gone = await db.fetch(TAKE_BACK, "withdrawn", now, hashed, "confirmed")
        await add_steps(services.clock, gone, -1)
        if not gone:
            await db.fetch(TAKE_BACK, "withdrawn", now, hashed, "pending")
            await db.fetch(TAKE_BACK, "invalid", now, hashed, "invalid")
    return replace(shown, state="withdrawn", name="", show_name=False, follow=False)


async def set_follow(services: Services, token: str, *, follow: bool) -> OwnSignature:
    """Begin or stop the news of this petition; the signature stays. Raises NotFound."""
    hashed = token_hash(token)
    await db.execute("update voice_signatures set follow = ? where link_hash = ?", follow, hashed)
    return await _shown(services, hashed)


async def _shown(services: Services, hashed: str) -> OwnSignature:
    return _as_shown(services, await _reading(hashed))


async def _read_all(hashes: Sequence[str]) -> Sequence[db.Row | None]:
    """What stands behind these links: one look for all who look at the same time."""
    links = filled(sorted(set(hashes)))
    rows = await db.fetch(FIND.format(links=db.marks(links)), *links)
    found = {row["link_hash"]: row for row in rows}
    return [found.get(hashed) for hashed in hashes]


_reading: Gathering[str, db.Row | None] = Gathering(_read_all)


def _as_shown(services: Services, row: db.Row | None) -> OwnSignature:
    if row is None:
        raise NotFound
    # Found invalid by people, who may take that back: nothing here tells whoever sent it.
    state = "confirmed" if row["state"] == "invalid" else row["state"]
    return OwnSignature(
        petition=row["petition"],
        number=row["number"],
        title=row["ask"],
        language=row["language"],
        state=state,
        name=open_name(services.keyring, row["id"], row["name"]),
        show_name=row["show_name"],
        follow=row["follow"],
        area=row["area"],
        kind=row["kind"],
        mark=mark_of(str(row["id"])),
        shared=services.voice.places(row["tier"]) > 1,
    )


async def _confirm_all(items: Sequence[tuple[Services, str]]) -> Sequence[db.Row | None]:
    """One commit for all; gives each row as it is then. Each changes at most once, so its step is
    written at most once."""
    services = items[0][0]
    hashes = filled(sorted({hashed for _services, hashed in items}))
    async with db.transaction():
        confirmed = await db.fetch(_confirm_sql(services, hashes), *hashes)
        await add_steps(services.clock, confirmed, 1)
        return await _read_all([hashed for _services, hashed in items])


_confirming: Gathering[tuple[Services, str], db.Row | None] = Gathering(_confirm_all, RUSH)


def _confirm_sql(services: Services, hashes: list[str]) -> str:
    """Open by the database's clock, and for a while after the end: the mail may have been slow."""
    clock, dialect = services.clock, db.dialect()
    now = clock.sql(dialect)
    ended = clock.later_sql(dialect, -services.voice.grace)
    return (
        f"update voice_signatures set state = 'confirmed', confirmed_at = {now}, ended_at = null"
        f" where link_hash in ({db.marks(hashes)}) and state in ('pending', 'withdrawn')"
        " and exists (select 1 from voice_petitions p where p.id = voice_signatures.petition"
        f" and (p.closes_at is null or p.closes_at > {ended})"
        " and (p.state in ('open', 'awaiting', 'closed')"
        " or (p.state in ('sponsors', 'moderation') and voice_signatures.kind = 'sponsor')))"
        " returning id, petition, tier, area"
    )
