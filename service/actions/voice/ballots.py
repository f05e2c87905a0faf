"""Asking for a ballot and casting it. No time, no log line and no audit row tells of a ballot.

A ballot link holds who may vote sealed under the vote's key, and how often that ballot was cast
when the link was asked for: an older link can never undo a newer ballot.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from petitions.protocol.canonical import NotWhatItSays
from petitions.protocol.choices import write_choice
from petitions.protocol.sealing import Receipt, receipt, seal
from service import db, outbox
from service.errors import Conflict, Fault, Invalid
from service.i18n import _
from service.queries.voice.votes import is_taking_ballots, vote_by_number
from service.security.rate_limits import HOUR, Limit, limit
from service.voice.contacts import read_contact
from service.voice.mail import to_address
from service.voice.mixing import hold_vote
from service.voice.vote_keys import KeyGone, VoteKey, read_key

if TYPE_CHECKING:
    from service.queries.voice.votes import VoteRecord
    from service.services import Services

BALLOT = "/voice/votes/{number}/ballot?t={token}"
LINK_KEPT = timedelta(hours=24)
ASK_CONTACT = Limit("ballot/contact", 5, HOUR)
ASK_NETWORK = Limit("ballot/network", 60, HOUR, fails_open=True)
MOST_TOKEN = 600
CLOSED = _("This vote takes no ballots now.")
USED = _("This link was used, or a newer one was. Ask for a new link to change your vote.")
ENDED = _("This link has ended. Ask for a new one.")

INTO_ROLL = """
insert into voice_roll (p_hash, vote, tier, area, flag, fresh) values (?, ?, ?, ?, '', true)
on conflict (p_hash) do nothing
"""
INTO_BOX = """
insert into voice_box (s_hash, vote, sealed, n, fresh) values (?, ?, ?, ?, true)
on conflict (s_hash) do update set sealed = excluded.sealed, n = excluded.n, fresh = true
where voice_box.n = excluded.n - 1
"""


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a good link stands for: p, the tier and area for the counts, and how often this ballot
    had been cast."""

    roll: str
    tier: str
    area: str
    cast: int


# ---- asking -------------------------------------------------------------------------------------


async def ask_for_ballot(
    services: Services,
    number: int,
    typed: str,
    area: str,
    language: str,
    network: str,
    now: datetime,
) -> str | None:
    """Send a link to whoever may vote with this contact; the answer and the work are the same
    whether or not they voted already. For a contact that proves itself, such as a card's code, the
    token is given back instead. Raises Invalid, Conflict or TooMany."""
    record = await vote_by_number(number)
    if not await is_taking_ballots(record.id, services.clock):
        raise Conflict("not_open", CLOSED)
    spec = record.spec
    contact = read_contact(services, spec.identifier, str(record.id), typed)
    if area and area not in services.voice.areas:
        raise Invalid([Fault("/area", "unknown_area", _("Choose an area of the list."))])
    await limit(services, ASK_NETWORK, network, now)
    await limit(services, ASK_CONTACT, f"{record.id}|{contact.canonical}", now)
    key = _key(services, record)
    roll = key.roll(contact.kind, contact.canonical)
    row = await db.fetch_one("select n from voice_box where s_hash = ?", key.slot(roll))
    ticket = Ticket(roll, spec.tier, area, row["n"] if row else 0)
    token = seal_ticket(key, record.id, ticket, now + LINK_KEPT)
    if contact.proven:
        return token
    link = BALLOT.format(number=number, token=token)
    title = record.question(language)
    mail = to_address(
        "ballot", contact.given, language, link, f"ballot:{uuid4()}", now, title=title
    )
    async with db.transaction() as transaction:
        await outbox.add_many(transaction, outbox.VOICE, [mail])
    return None


def seal_ticket(key: VoteKey, vote: UUID, ticket: Ticket, until: datetime) -> str:
    parts = [str(vote), ticket.roll, ticket.tier, ticket.area, ticket.cast, int(until.timestamp())]
    sealed = key.seal_token(json.dumps(parts).encode())
    return urlsafe_b64encode(sealed).decode().rstrip("=")


def read_ticket(key: VoteKey, vote: UUID, token: str, now: datetime) -> Ticket | None:
    """The ticket of a token made for this vote, or None for anything else or too old."""
    if len(token) > MOST_TOKEN or not token.isascii():
        return None
    try:
        sealed = urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except ValueError:
        return None
    opened = key.open_token(sealed)
    if opened is None:
        return None
    named, roll, tier, area, cast_before, until = json.loads(opened)
    if named != str(vote) or until <= now.timestamp():
        return None
    return Ticket(roll, tier, area, cast_before)


def _key(services: Services, record: VoteRecord) -> VoteKey:
    try:
        return read_key(services.settings, record.id)
    except KeyGone:
        raise Conflict("not_open", CLOSED) from None


# ---- casting ------------------------------------------------------------------------------------


async def check_ticket(services: Services, record: VoteRecord, token: str, now: datetime) -> Ticket:
    """Whether a link may still cast. Changes nothing. Raises Conflict with what to do."""
    if not await is_taking_ballots(record.id, services.clock):
        raise Conflict("not_open", CLOSED)
    key = _key(services, record)
    ticket = read_ticket(key, record.id, token, now)
    if ticket is None:
        raise Conflict("link_ended", ENDED)
    row = await db.fetch_one("select n from voice_box where s_hash = ?", key.slot(ticket.roll))
    if (row["n"] if row else 0) != ticket.cast:
        raise Conflict("ballot_newer", USED)
    return ticket


async def cast(
    services: Services, number: int, token: str, choice: object, now: datetime
) -> Receipt:
    """Record a ballot, or a new one in place of the old. The receipt is for the caller's eyes only
    and is stored nowhere. Raises Conflict where the link or the vote has ended, Invalid for what
    the vote does not offer."""
    record = await vote_by_number(number)
    ticket = await check_ticket(services, record, token, now)
    key, spec = _key(services, record), record.spec
    try:
        sealed = seal(write_choice(choice, spec), spec)
    except NotWhatItSays:
        raise Invalid([Fault("/choice", "not_offered", _("Look at your choice again."))]) from None
    day = services.city.calendar.day_of(now).isoformat()
    given = receipt(sealed, str(record.id), day, key.signing)
    async with db.transaction():
        await hold_vote(record.id, alone=False)
        if not await is_taking_ballots(record.id, services.clock):
            raise Conflict("not_open", CLOSED)
        await db.execute(INTO_ROLL, ticket.roll, record.id, ticket.tier, ticket.area)
        slot = key.slot(ticket.roll)
        if await db.execute(INTO_BOX, slot, record.id, sealed, ticket.cast + 1) != 1:
            raise Conflict("ballot_newer", USED)
    return given


async def checked_receipt(number: int, typed: str) -> Receipt:
    """A receipt as a person pasted it. Raises Invalid for what is none of this vote's."""
    record = await vote_by_number(number)
    words = typed.split()
    if record.number is None or len(words) != 3:
        raise Invalid([Fault("/receipt", "not_a_receipt", NOT_RECEIPT)])
    found = Receipt(str(record.id), words[0].lower(), words[1], words[2].lower())
    if not found.holds(record.spec):
        raise Invalid([Fault("/receipt", "not_a_receipt", NOT_RECEIPT)])
    return found


NOT_RECEIPT = _("This is not a whole receipt of this vote. Copy all of it.")
