"""Asking to sign a petition. What comes of the link in the mail is in own_signature.py.

Whoever asks gets the same answer after the same work, signed already or not: what is true stands in
the mail alone. A signature is its own entry in the records; there is no audit row beside it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from service import db, many_rows, outbox
from service.errors import Conflict, Fault, Invalid, NotFound
from service.gathering import RUSH, Gathering, filled
from service.i18n import _
from service.security.blind_index import normal_name
from service.security.rate_limits import HOUR, Limit, limit
from service.security.tokens import new_token, token_hash
from service.voice import links
from service.voice.contacts import (
    ADDRESS,
    IN_PERSON,
    MAIL,
    PHONE,
    Contact,
    new_code,
    read_contact,
)
from service.voice.keys import (
    domain_hash,
    network_hash,
    open_person_key,
    person_hash,
    signature_id,
)
from service.voice.mail import to_asker
from service.voice.people import Reached, open_contact, open_name, seal_contact, seal_name

if TYPE_CHECKING:
    from service.services import Services

SIGNATURE, SPONSOR = "signature", "sponsor"
LONGEST_NAME = 100
LINK_IN_NAME = re.compile(r"https?:|www\.|\w\.(?:com|org|net)\b", re.IGNORECASE)
# Marks that names in Arabic letters are written with.
JOINERS = re.compile("[\u200c-\u200f]")
# What a spreadsheet would take for a formula.
FORMULA = ("=", "+", "-", "@", "\t")
CLOSED = _("This petition cannot be signed any more.")

COLUMNS = {
    "id": "uuid",
    "petition": "uuid",
    "person_hash": "varchar",
    "slot": "int4",
    "kind": "varchar",
    "tier": "varchar",
    "area": "varchar",
    "name": "bytea",
    "show_name": "bool",
    "contact": "bytea",
    "follow": "bool",
    "link_hash": "varchar",
    "network_hash": "varchar",
    "domain_hash": "varchar",
    "asked_at": "timestamptz",
}
AGAIN = """
on conflict (petition, person_hash, slot) do update set
  asked_at = excluded.asked_at,
  contact = coalesce(voice_signatures.contact, excluded.contact),
  link_hash = coalesce(voice_signatures.link_hash, excluded.link_hash),
  name = case when voice_signatures.state in ('pending', 'withdrawn')
    then excluded.name else voice_signatures.name end,
  area = case when voice_signatures.state in ('pending', 'withdrawn')
    then excluded.area else voice_signatures.area end,
  show_name = case when voice_signatures.state in ('pending', 'withdrawn')
    then excluded.show_name else voice_signatures.show_name end,
  follow = case when voice_signatures.state in ('pending', 'withdrawn')
    then excluded.follow else voice_signatures.follow end
"""
OF_ONE_CONTACT = """
select id, slot, name, area, show_name, follow from voice_signatures
where petition = ? and person_hash = ? order by slot
"""


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody filled in. `contact` is as typed; `tier` says what it is."""

    name: str
    contact: str
    area: str = ""
    show_name: bool = False
    follow: bool = False
    tier: str = MAIL
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Asked:
    """The answer to everybody. `link`: where to go on at once, for a contact that is proven."""

    link: str | None = None


@dataclass(frozen=True, slots=True)
class _Row:
    """One signature to be asked for, and its mail."""

    id: UUID
    values: tuple[object, ...]
    mail: outbox.NewRow | None


@dataclass(frozen=True, slots=True)
class _Asker:
    """Somebody who asks. `row` is made before the commit, but for contacts that some may share:
    which of them this is has to be looked up where nobody else does at the same time."""

    services: Services
    petition: UUID
    person: str
    kind: str
    wish: Wish
    contact: Contact
    network: str
    now: datetime
    row: _Row | None = None


# ---- asking -------------------------------------------------------------------------------------


async def ask_to_sign(
    services: Services,
    petition: UUID,
    wish: Wish,
    network: str,
    now: datetime,
    *,
    kind: str = SIGNATURE,
) -> Asked:
    """Note the wish and write to the contact. `kind` is SPONSOR for one who came by the sponsors'
    link. Raises Invalid for what was typed, Conflict `closed`, and NotFound."""
    check_wish(services, wish)
    if wish.tier == IN_PERSON:
        tries = Limit("voice-code/network", services.voice.limits["code"], HOUR)
        await limit(services, tries, network, now)
    contact = read_contact(services, wish.tier, str(petition), wish.contact)
    key = await _signable(services, petition, kind)
    person = person_hash(key, petition, contact)
    asker = _Asker(services, petition, person, kind, wish, contact, network, now)
    if services.voice.places(contact.kind) == 1:
        asker = replace(asker, row=_row_of(asker, 0))
    signature = await _asking(asker)
    return Asked(await _own_link(services, signature)) if contact.proven else Asked()


def check_wish(services: Services, wish: Wish) -> None:
    """Raises Invalid with every fault of what was typed, but for the contact."""
    faults = []
    name = wish.name.strip()
    if not name or len(name) > LONGEST_NAME or not JOINERS.sub("", name).isprintable():
        faults.append(Fault("/name", "name", _("Enter your name, in up to 100 letters.")))
    elif LINK_IN_NAME.search(name) or name.startswith(FORMULA):
        faults.append(Fault("/name", "name", _("Enter a name without links or signs.")))
    if wish.area and wish.area not in services.voice.areas:
        faults.append(Fault("/area", "area", _("Choose one of the areas.")))
    if faults:
        raise Invalid(faults)


async def _signable(services: Services, petition: UUID, kind: str) -> bytes:
    """The petition's key, while it can be signed by the database's clock."""
    found = await _looking((services, petition))
    if found is None:
        raise NotFound
    row, key = found
    signable = row["signable"] if kind == SIGNATURE else row["state"] == "sponsors"
    if not signable:
        raise Conflict("closed", CLOSED)
    return key


async def _look_up_all(
    items: Sequence[tuple[Services, UUID]],
) -> Sequence[tuple[db.Row, bytes] | None]:
    """The petitions that are asked for now, each read and its key opened once."""
    services = items[0][0]
    wanted = filled(sorted({petition for _services, petition in items}))
    now = db.now_sql(services.clock)
    rows = await db.fetch(
        "select id, state, person_key, case when state in ('open', 'awaiting')"
        f" and closes_at > {now} then 1 else 0 end as signable"
        f" from voice_petitions where id in ({db.marks(wanted)}) and person_key is not null",
        *wanted,
    )
    found = {
        row["id"]: (row, open_person_key(services.keyring, row["id"], row["person_key"]))
        for row in rows
    }
    return [found.get(petition) for _services, petition in items]


_looking: Gathering[tuple[Services, UUID], tuple[db.Row, bytes] | None] = Gathering(_look_up_all)


def _row_of(asker: _Asker, slot: int) -> _Row:
    keyring, contact = asker.services.keyring, asker.contact
    petition, wish = asker.petition, asker.wish
    row_id = signature_id(asker.person, slot)
    # What comes on paper or by phone has to be typed.
    token = new_code() if contact.kind in (PHONE, ADDRESS) else new_token()
    reached = Reached(contact.kind, contact.given, contact.canonical, wish.language, token)
    domain = domain_hash(keyring, petition, contact.domain) if contact.domain else None
    values = (
        *(row_id, petition, asker.person, slot, asker.kind, contact.kind, wish.area),
        seal_name(keyring, row_id, wish.name.strip()),
        wish.show_name,
        seal_contact(keyring, row_id, reached),
        wish.follow and contact.kind == MAIL,
        token_hash(token),
        network_hash(keyring, petition, asker.network),
        None if contact.domain in asker.services.voice.large_domains else domain,
        asker.now,
    )
    mail = None if contact.proven else to_asker(row_id, contact.kind, contact.given, asker.now)
    return _Row(row_id, values, mail)


async def _ask_all(askers: Sequence[_Asker]) -> Sequence[UUID]:
    """All of them in one commit; gives the row of each. In the order of their keys, so that two
    processes that write the same rows never wait for each other in a ring."""
    async with db.transaction() as transaction:
        seated = iter(await _seated([asker for asker in askers if asker.row is None]))
        rows = [asker.row or next(seated) for asker in askers]
        ordered = sorted({row.id: row for row in rows}.values(), key=lambda row: row.id)
        wanted = [row.values for row in ordered]
        await many_rows.insert(
            "voice_signatures", COLUMNS, wanted, AGAIN, fixed={"state": "'pending'"}
        )
        mails = [row.mail for row in rows if row.mail is not None]
        await outbox.add_many(transaction, outbox.VOICE, mails)
    return [row.id for row in rows]


_asking: Gathering[_Asker, UUID] = Gathering(_ask_all, RUSH)


# ---- people who share a contact -----------------------------------------------------------------


async def _seated(askers: Sequence[_Asker]) -> list[_Row]:
    """The rows of people with contacts that some may share, each in a place of their own. Nobody
    takes the place of another name, also of one that came a moment before."""
    rows: list[_Row] = []
    places: dict[tuple[UUID, str], list[_Place]] = {}
    for petition, person in sorted({(asker.petition, asker.person) for asker in askers}):
        await _hold_contact(person)
        places[petition, person] = await _places(askers[0].services, petition, person)
    for asker in askers:
        there = places[asker.petition, asker.person]
        most = asker.services.voice.places(asker.contact.kind)
        slot = _slot(there, asker.wish.name, most)
        held = next((place for place in there if place.slot == slot), None)
        if held is not None and held.name and not held.is_of(asker.wish.name):
            # All places are taken. What their people filled in stays as it was.
            asker = replace(asker, wish=held.as_it_was(asker.wish))
        else:
            there[:] = [place for place in there if place is not held]
            there.append(_Place.of(slot, asker.wish))
        rows.append(_row_of(asker, slot))
    return rows


@dataclass(frozen=True, slots=True)
class _Place:
    """One of the people with a contact that some may share."""

    slot: int
    name: str
    area: str
    show_name: bool
    follow: bool

    @classmethod
    def of(cls, slot: int, wish: Wish) -> _Place:
        return cls(slot, wish.name.strip(), wish.area, wish.show_name, wish.follow)

    def is_of(self, name: str) -> bool:
        return normal_name(self.name) == normal_name(name)

    def as_it_was(self, wish: Wish) -> Wish:
        return replace(
            wish, name=self.name, area=self.area, show_name=self.show_name, follow=self.follow
        )


async def _hold_contact(person: str) -> None:
    """Until the commit. SQLite has one writer anyway."""
    if db.dialect() == "postgres":
        number = int.from_bytes(bytes.fromhex(person)[:8], "big", signed=True)
        await db.fetch("select pg_advisory_xact_lock(?)", number)


async def _places(services: Services, petition: UUID, person: str) -> list[_Place]:
    return [
        _Place(
            row["slot"],
            open_name(services.keyring, row["id"], row["name"]),
            row["area"],
            row["show_name"],
            row["follow"],
        )
        for row in await db.fetch(OF_ONE_CONTACT, petition, person)
    ]


def _slot(there: Sequence[_Place], name: str, most: int) -> int:
    """The place of this name; a free one; one whose person took it back; or, where all are taken,
    the first."""
    known = [place.slot for place in there if place.is_of(name)]
    free = sorted(set(range(most)) - {place.slot for place in there})
    nameless = [place.slot for place in there if not place.name]
    return [*known, *free, *nameless, 0][0]


async def slot_of(services: Services, petition: UUID, person: str, name: str, kind: str) -> int:
    """Which of the people with one contact this is: told by name, where a city lets some share."""
    most = services.voice.places(kind)
    return 0 if most == 1 else _slot(await _places(services, petition, person), name, most)


async def _own_link(services: Services, signature: UUID) -> str:
    row = await db.fetch_one("select contact from voice_signatures where id = ?", signature)
    if row is None or row["contact"] is None:
        raise NotFound
    token = open_contact(services.keyring, signature, row["contact"]).token
    return links.SIGNATURE.format(token=token)
