"""Asking to sign a petition. What comes of the link in the mail is in own_signature.py.

Whoever asks gets the same answer after the same work, signed already or not: what is true stands in
the mail alone. A signature is its own entry in the records; there is no audit row beside it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from service import db, outbox
from service.errors import Conflict, Fault, Invalid, NotFound
from service.gathering import Gathering
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
# What a spreadsheet would take for a formula.
FORMULA = ("=", "+", "-", "@", "\t")
CLOSED = _("This petition cannot be signed any more.")

FIND_PETITION = "select id, state, person_key, {open} as signable from voice_petitions where id = ?"
ASK = """
insert into voice_signatures (id, petition, person_hash, slot, state, kind, tier, area, name,
  show_name, contact, follow, link_hash, network_hash, domain_hash, asked_at)
values (?, ?, ?, ?, 'pending', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
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
    slot = await slot_of(services, petition, person, wish.name, contact.kind)
    row = _row_of(services, petition, (person, slot, kind), wish, contact, network, now)
    await _asking(row)
    if not contact.proven:
        return Asked()
    return Asked(await _own_link(services, row.id))


def check_wish(services: Services, wish: Wish) -> None:
    """Raises Invalid with every fault of what was typed, but for the contact."""
    faults = []
    name = wish.name.strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        faults.append(Fault("/name", "name", _("Enter your name, in up to 100 letters.")))
    elif LINK_IN_NAME.search(name) or name.startswith(FORMULA):
        faults.append(Fault("/name", "name", _("Enter a name without links or signs.")))
    if wish.area and wish.area not in services.voice.areas:
        faults.append(Fault("/area", "area", _("Choose one of the areas.")))
    if faults:
        raise Invalid(faults)


async def _signable(services: Services, petition: UUID, kind: str) -> bytes:
    """The petition's key, while it can be signed by the database's clock."""
    row = await db.fetch_one(_petition_sql(services), petition)
    if row is None or row["person_key"] is None:
        raise NotFound
    signable = row["signable"] if kind == SIGNATURE else row["state"] == "sponsors"
    if not signable:
        raise Conflict("closed", CLOSED)
    return open_person_key(services.keyring, petition, row["person_key"])


def _petition_sql(services: Services) -> str:
    now = db.now_sql(services.clock)
    return FIND_PETITION.format(
        open=f"case when state in ('open', 'awaiting') and closes_at > {now} then 1 else 0 end"
    )


async def slot_of(services: Services, petition: UUID, person: str, name: str, kind: str) -> int:
    """Which of the people with one contact this is: told by name, where a city lets some share."""
    places = services.voice.places(kind)
    if places == 1:
        return 0
    rows = await db.fetch(
        "select id, slot, name from voice_signatures where petition = ? and person_hash = ?",
        petition,
        person,
    )
    said = normal_name(name)
    taken = {
        row["slot"]: normal_name(open_name(services.keyring, row["id"], row["name"]))
        for row in rows
    }
    known = [slot for slot, other in taken.items() if other == said]
    free = [slot for slot in range(places) if slot not in taken]
    return (known or free or [0])[0]


def _row_of(
    services: Services,
    petition: UUID,
    place: tuple[str, int, str],
    wish: Wish,
    contact: Contact,
    network: str,
    now: datetime,
) -> _Row:
    person, slot, kind = place
    keyring, row_id = services.keyring, signature_id(person, slot)
    # What comes on paper or by phone has to be typed.
    token = new_code() if contact.kind in (PHONE, ADDRESS) else new_token()
    reached = Reached(contact.kind, contact.given, contact.canonical, wish.language, token)
    domain = domain_hash(keyring, petition, contact.domain) if contact.domain else None
    values = (
        *(row_id, petition, person, slot, kind, contact.kind, wish.area),
        seal_name(keyring, row_id, wish.name.strip()),
        wish.show_name,
        seal_contact(keyring, row_id, reached),
        wish.follow and contact.kind == MAIL,
        token_hash(token),
        network_hash(keyring, petition, network),
        None if contact.domain in services.voice.large_domains else domain,
        now,
    )
    mail = None if contact.proven else to_asker(row_id, contact.kind, contact.given, now)
    return _Row(row_id, values, mail)


async def _ask_all(rows: Sequence[_Row]) -> Sequence[None]:
    """All of them in one commit. In the order of their keys, so that two processes that write the
    same rows never wait for each other in a ring."""
    ordered = sorted({row.id: row for row in rows}.values(), key=lambda row: row.id)
    async with db.transaction() as transaction:
        await db.execute_many(ASK, [row.values for row in ordered])
        mails = [row.mail for row in ordered if row.mail is not None]
        await outbox.add_many(transaction, outbox.VOICE, mails)
    return [None] * len(rows)


_asking: Gathering[_Row, None] = Gathering(_ask_all)


async def _own_link(services: Services, signature: UUID) -> str:
    row = await db.fetch_one("select contact from voice_signatures where id = ?", signature)
    if row is None or row["contact"] is None:
        raise NotFound
    token = open_contact(services.keyring, signature, row["contact"]).token
    return links.SIGNATURE.format(token=token)
