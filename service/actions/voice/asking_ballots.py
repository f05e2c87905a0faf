"""Asking for a ballot, by whichever kind of contact the vote's rule names.

Whoever asks gets the same answer after the same work, whether or not they asked or voted before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from service import db, outbox
from service.actions.voice.ballots import (
    CLOSED,
    LINK_KEPT,
    Ticket,
    key_of,
    seal_ticket,
    times_cast,
)
from service.errors import Conflict, Fault, Invalid, TooMany
from service.i18n import _
from service.queries.voice.votes import is_taking_ballots, vote_by_number
from service.security.rate_limits import DAY, HOUR, Limit, limit
from service.voice.contacts import ADDRESS, IN_PERSON, MAIL, PHONE
from service.voice.mail import to_address
from service.voice.voters import home_of, is_letter_code, letter_code, voter

if TYPE_CHECKING:
    from datetime import datetime

    from service.queries.voice.votes import VoteRecord
    from service.services import Services
    from service.voice.contacts import Contact
    from service.voice.vote_keys import VoteKey

BALLOT = "/voice/votes/{number}/ballot?t={token}"
CODE_PAGE = "/voice/votes/{number}/code"
# What others may send to somebody in their name.
ASK_CONTACT = {
    MAIL: Limit("ballot/contact", 5, HOUR),
    PHONE: Limit("ballot/phone", 3, DAY),
    ADDRESS: Limit("ballot/letter", 1, DAY),
}
HOME_IS_FULL = _(
    "More names came from this address than the city thinks can live there. Ask the city."
)
NOT_THIS_CODE = _(
    "This code does not go with this name and address, or it is too old. Look at the letter again,"
    " or ask for a new one."
)


async def ask_for_ballot(
    services: Services,
    number: int,
    typed: str,
    area: str,
    language: str,
    network: str,
    now: datetime,
    *,
    name: str = "",
) -> str | None:
    """Send a link, or a letter with a code, to whoever may vote with this contact; the answer and
    the work are the same whether or not they asked or voted already. For a contact that proves
    itself, such as a card's code, the token is given back instead. Raises Invalid, Conflict or
    TooMany."""
    record = await _taking(services, number, area)
    if record.spec.identifier == IN_PERSON:
        await limit(services, _code_tries(services), network, now)
    contact = voter(services, record, typed, name)
    tries = services.voice.limits["ballot"]
    await limit(services, Limit("ballot/network", tries, HOUR, fails_open=True), network, now)
    key = key_of(services, record)
    roll = key.roll(contact.kind, contact.canonical)
    cast_before = await times_cast(key, roll)
    if contact.proven:
        return _token(key, record, roll, area, cast_before, now)
    # Whoever was written to often enough gets a row that is sent to nobody: the same work.
    to = "" if await _is_enough(services, record, contact, now) else contact.given
    words = {"title": record.question(language)}
    if contact.kind == ADDRESS:
        link = CODE_PAGE.format(number=number)
        words |= {"name": name.strip(), "code": letter_code(key, roll, cast_before, now)}
    else:
        token = _token(key, record, roll, area, cast_before, now)
        link = BALLOT.format(number=number, token=token)
    key_of_mail = f"ballot:{uuid4()}"
    mail = to_address("ballot", to, language, link, key_of_mail, now, contact=contact.kind, **words)
    async with db.transaction() as transaction:
        await outbox.add_many(transaction, outbox.VOICE, [mail])
    return None


async def use_letter_code(
    services: Services,
    number: int,
    typed: str,
    name: str,
    code: str,
    area: str,
    network: str,
    now: datetime,
) -> str:
    """The token for a code that came in a letter, typed beside the name and address to which it
    went. Whatever does not fit is refused in one sentence. Raises Invalid, Conflict or TooMany."""
    record = await _taking(services, number, area)
    await limit(services, _code_tries(services), network, now)
    contact = voter(services, record, typed, name)
    key = key_of(services, record)
    roll = key.roll(contact.kind, contact.canonical)
    cast_before = await times_cast(key, roll)
    if contact.kind != ADDRESS or not is_letter_code(key, roll, cast_before, code, now):
        raise Invalid([Fault("/code", "not_this_code", NOT_THIS_CODE)])
    home = key.roll("address", home_of(contact))
    if not await _has_a_place(record.id, home, roll, services.voice.household):
        raise Conflict("home_is_full", HOME_IS_FULL)
    return _token(key, record, roll, area, cast_before, now)


def _code_tries(services: Services) -> Limit:
    return Limit("voice-code/network", services.voice.limits["code"], HOUR)


async def _has_a_place(vote: UUID, home: str, roll: str, places: int) -> bool:
    """Whether this one belongs to the first so many names that came with a code from one home."""
    for _try in range(places + 1):
        rows = await db.fetch(
            "select p_hash from voice_homes where vote = ? and home_hash = ?", vote, home
        )
        if roll in {row["p_hash"] for row in rows}:
            return True
        if len(rows) >= places:
            return False
        # Of two that come at once for one place, the other looks again.
        await db.execute(
            "insert into voice_homes (p_hash, vote, home_hash, place) values (?, ?, ?, ?)"
            " on conflict do nothing",
            *(roll, vote, home, len(rows)),
        )
    return False


async def _taking(services: Services, number: int, area: str) -> VoteRecord:
    record = await vote_by_number(number)
    if not await is_taking_ballots(record.id, services.clock):
        raise Conflict("not_open", CLOSED)
    if area and area not in services.voice.areas:
        raise Invalid([Fault("/area", "unknown_area", _("Choose an area of the list."))])
    return record


async def _is_enough(
    services: Services, record: VoteRecord, contact: Contact, now: datetime
) -> bool:
    """Whether this contact was written to often enough. Whoever asks is not told: it would say that
    somebody asked before."""
    who = f"{record.id}|{contact.canonical}"
    enough = not await _within(services, ASK_CONTACT[contact.kind], who, now)
    if contact.kind != ADDRESS:
        return enough
    # A home gets a letter a day for each that may live there. One name's second try of a day is
    # counted apart, so that it takes no letter from the others.
    home = who if enough else f"{record.id}|{home_of(contact)}"
    letters = Limit("ballot/home", services.voice.household, DAY)
    return not await _within(services, letters, home, now) or enough


async def _within(services: Services, rule: Limit, identity: str, now: datetime) -> bool:
    try:
        await limit(services, rule, identity, now)
    except TooMany:
        return False
    return True


def _token(
    key: VoteKey, record: VoteRecord, roll: str, area: str, cast_before: int, now: datetime
) -> str:
    ticket = Ticket(roll, record.spec.tier, area, cast_before)
    return seal_ticket(key, record.id, ticket, now + LINK_KEPT)
