"""The signatures of a merge: carried over so that nobody counts twice, and taken back exactly.

A person has another id in each petition, so each contact is opened, and its id under the other
petition's key decides: who is there already is not added. `via` names the merge on each row that
came this way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import UUID

from service import db, outbox
from service.security.tokens import new_token, token_hash
from service.voice.contacts import IN_PERSON, Contact
from service.voice.keys import domain_hash, open_person_key, person_hash, signature_id
from service.voice.mail import to_author
from service.voice.people import open_contact, open_name, seal_contact, seal_name
from service.voice.steps import add_steps
from service.worker import Done, Outcome

if TYPE_CHECKING:
    from datetime import datetime

    from service.services import Services
    from service.worker import Handler

TOPIC, LANE = "voice_merge", "voice-merge"
AT_ONCE = 200
COLUMNS = (
    "id, petition, person_hash, slot, state, kind, tier, area, name, show_name, contact, follow,"
    " link_hash, domain_hash, marked, via, asked_at, confirmed_at"
)
PLACE = f"({', '.join('?' * len(COLUMNS.split(',')))})"
ADD = """
insert into voice_signatures ({columns}) values {places} on conflict do nothing
returning id, petition, tier, area
"""
NEXT = """
select * from voice_signatures where petition = ? and state = 'confirmed' and contact is not null
and id > ? order by id limit ?
"""
TAKE_BACK = """
delete from voice_signatures where via = ? and petition = ?
returning id, petition, person_hash, slot, tier, area, state
"""
OWN = "select id, contact, slot from voice_signatures where petition = ? and state = 'confirmed'"
END = """
update voice_signatures set state = ?, ended_at = ? where id = ? and state = 'confirmed'
returning id, petition, tier, area
"""


def begin(merge: UUID, now: datetime, after: UUID | None = None) -> outbox.NewRow:
    """The worker's next piece of a merge."""
    payload = {"merge": str(merge), "after": str(after or "")}
    key = f"merge:{merge}:{after or 'first'}"
    return outbox.new_row(TOPIC, LANE, key, payload, now, now, outbox.VOICE)


async def carry(services: Services, row: outbox.Claimed) -> Outcome:
    """A few hundred signatures in one commit, and a row for the rest. Again adds nothing."""
    merge, now = UUID(row.payload["merge"]), services.clock.now()
    after = UUID(row.payload["after"]) if row.payload["after"] else UUID(int=0)
    pair = await db.fetch_one("select source, target from voice_merges where id = ?", merge)
    if pair is None:
        return Done()
    found = await db.fetch(NEXT, pair["source"], after, AT_ONCE)
    key = await _key(services, pair["target"])
    copies = [_copy(services, key, pair["target"], merge, each) for each in found]
    async with db.transaction() as transaction:
        # Whoever takes the merge back meanwhile waits here, or has done it.
        moving = await db.execute(
            "update voice_merges set state = 'moving' where id = ? and state = 'moving'", merge
        )
        if moving != 1:
            return Done()
        await _add(services, copies)
        if len(found) == AT_ONCE:
            outbox.add(transaction, [begin(merge, now, found[-1]["id"])])
        else:
            outbox.add(transaction, await _finish(merge, pair["source"], pair["target"], now))
    return Done()


async def _finish(merge: UUID, source: UUID, target: UUID, now: datetime) -> list[outbox.NewRow]:
    await db.execute("update voice_merges set state = 'done', done_at = ? where id = ?", now, merge)
    rows = await db.fetch("select id, ask from voice_petitions where id in (?, ?)", source, target)
    asks = {row["id"]: row["ask"] for row in rows}
    return [
        to_author("merged", own, f"merged:{merge}:{own}", now, other=asks[other])
        for own, other in ((source, target), (target, source))
    ]


async def take_back(
    services: Services, merge: UUID, source: UUID, target: UUID, now: datetime
) -> int:
    """Inside the caller's unit of work: the rows that came this way go, and what their people or
    the desk ended meanwhile ends where it came from too. Gives how many were counted."""
    gone = await db.fetch(TAKE_BACK, merge, target)
    counted = [row for row in gone if row["state"] == "confirmed"]
    await add_steps(services.clock, counted, -1)
    ended = {
        (row["person_hash"], row["slot"]): row["state"]
        for row in gone
        if row["state"] in ("withdrawn", "invalid")
    }
    if ended:
        await _end_at_home(services, source, target, ended, now)
    return len(counted)


async def _end_at_home(
    services: Services,
    source: UUID,
    target: UUID,
    ended: Mapping[tuple[str, int], str],
    now: datetime,
) -> None:
    key = await _key(services, target)
    for row in await db.fetch(OWN, source):
        if row["contact"] is None:
            continue
        contact = open_contact(services.keyring, row["id"], row["contact"])
        there = (person_hash(key, target, _contact(contact.kind, contact.canonical, source)),)
        state = ended.get((*there, row["slot"]))
        if state is not None:
            await add_steps(services.clock, await db.fetch(END, state, now, row["id"]), -1)


async def _key(services: Services, petition: UUID) -> bytes:
    row = await db.fetch_one("select person_key from voice_petitions where id = ?", petition)
    if row is None or row["person_key"] is None:
        raise LookupError(f"the petition {petition} has no key any more")
    return open_person_key(services.keyring, petition, row["person_key"])


def _contact(kind: str, canonical: str, source: UUID) -> Contact:
    """A code from a card is good for one petition: the same number is somebody else in another."""
    told = f"{source}/{canonical}" if kind == IN_PERSON else canonical
    return Contact(kind, told, "")


def _copy(
    services: Services, key: bytes, target: UUID, merge: UUID, row: db.Row
) -> tuple[object, ...]:
    """The same person's row in the other petition, with a link of its own."""
    keyring = services.keyring
    contact = open_contact(keyring, row["id"], row["contact"])
    stands_for = _contact(contact.kind, contact.canonical, row["petition"])
    person = person_hash(key, target, stands_for)
    copy, token = signature_id(person, row["slot"]), new_token()
    name = open_name(keyring, row["id"], row["name"])
    domain = domain_hash(keyring, target, stands_for.domain) if row["domain_hash"] else None
    return (
        *(copy, target, person, row["slot"], "confirmed", "signature", row["tier"], row["area"]),
        seal_name(keyring, copy, name) if name else None,
        row["show_name"],
        seal_contact(keyring, copy, replace(contact, token=token)),
        row["follow"],
        token_hash(token),
        *(domain, row["marked"], merge, row["asked_at"], row["confirmed_at"]),
    )


async def _add(services: Services, copies: Sequence[tuple[object, ...]]) -> None:
    """A step only for who was really added."""
    if not copies:
        return
    ordered = sorted(copies, key=lambda copy: str(copy[0]))
    sql = ADD.format(columns=COLUMNS, places=", ".join([PLACE] * len(ordered)))
    added = await db.fetch(sql, *(value for copy in ordered for value in copy))
    await add_steps(services.clock, added, 1)


HANDLERS: Mapping[str, Handler] = {TOPIC: carry}
