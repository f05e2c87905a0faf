"""Ballot links, and casting. No time, no log line and no audit row tells of a ballot.

A ballot link holds who may vote sealed under the vote's key, and how often that ballot was cast
when the link was asked for: an older link can never undo a newer ballot.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from petitions.protocol.canonical import NotWhatItSays
from petitions.protocol.choices import write_choice
from petitions.protocol.sealing import Receipt, receipt, seal
from service import db, many_rows
from service.errors import Conflict, Fault, Invalid, NotFound
from service.gathering import RUSH, Gathering, filled
from service.i18n import _
from service.queries.voice.votes import is_taking_ballots, vote_by_number
from service.voice.mixing import hold_vote
from service.voice.vote_keys import KeyGone, VoteKey, read_key

if TYPE_CHECKING:
    from service.queries.voice.votes import VoteRecord
    from service.services import Services

LINK_KEPT = timedelta(hours=24)
MOST_TOKEN = 600
NOT_OPEN = "not_open"
CLOSED = _("This vote takes no ballots now.")
USED = _(
    "This link was used, or a newer one was. If you have just cast your ballot, it is recorded. You"
    " saw no receipt, or want to change your vote? Ask for a new link and vote again."
)
ENDED = _("This link has ended. Ask for a new one.")

ROLL = {"p_hash": "varchar", "vote": "uuid", "tier": "varchar", "area": "varchar"}
INTO_BOX = """
insert into voice_box (s_hash, vote, sealed, n, fresh) {ballots}
on conflict (s_hash) do update set sealed = excluded.sealed, n = excluded.n, fresh = true
where voice_box.n = excluded.n - 1 returning s_hash
"""
ARRAYS = INTO_BOX.format(
    ballots="select *, true from unnest(?::varchar[], ?::uuid[], ?::bytea[], ?::int[])"
)


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a good link stands for: p, the tier and area for the counts, and how often this ballot
    had been cast."""

    roll: str
    tier: str
    area: str
    cast: int


# ---- links --------------------------------------------------------------------------------------


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


def key_of(services: Services, record: VoteRecord) -> VoteKey:
    """Raises Conflict where the vote's key is gone."""
    try:
        return read_key(services.settings, record.id)
    except KeyGone:
        raise Conflict("not_open", CLOSED) from None


async def times_cast(key: VoteKey, roll: str) -> int:
    """How often this voter's ballot was cast so far."""
    return await _counting(key.slot(roll))


async def _count_all(slots: Sequence[str]) -> Sequence[int]:
    """One look for all who ask at the same time."""
    wanted = filled(sorted(set(slots)))
    rows = await db.fetch(
        f"select s_hash, n from voice_box where s_hash in ({db.marks(wanted)})", *wanted
    )
    found = {row["s_hash"]: int(row["n"]) for row in rows}
    return [found.get(slot, 0) for slot in slots]


_counting: Gathering[str, int] = Gathering(_count_all)


# ---- casting ------------------------------------------------------------------------------------


async def check_ticket(services: Services, record: VoteRecord, token: str, now: datetime) -> Ticket:
    """Whether a link may still cast. Changes nothing. Raises Conflict with what to do."""
    if not await is_taking_ballots(record.id, services.clock):
        raise Conflict("not_open", CLOSED)
    return await _good_ticket(key_of(services, record), record, token, now)


async def _good_ticket(key: VoteKey, record: VoteRecord, token: str, now: datetime) -> Ticket:
    ticket = read_ticket(key, record.id, token, now)
    if ticket is None:
        raise Conflict("link_ended", ENDED)
    if await times_cast(key, ticket.roll) != ticket.cast:
        raise Conflict("ballot_newer", USED)
    return ticket


async def _look_at_all(
    asked: Sequence[tuple[Services, int]],
) -> Sequence[tuple[VoteRecord, bool] | None]:
    """The votes that are voted in now, each read once: its record, and whether it takes ballots."""
    found: dict[int, tuple[VoteRecord, bool]] = {}
    for number in sorted({number for _services, number in asked}):
        with suppress(NotFound):
            record = await vote_by_number(number)
            found[number] = record, await is_taking_ballots(record.id, asked[0][0].clock)
    return [found.get(number) for _services, number in asked]


_looking: Gathering[tuple[Services, int], tuple[VoteRecord, bool] | None] = Gathering(_look_at_all)


async def cast(
    services: Services, number: int, token: str, choice: object, now: datetime
) -> Receipt:
    """Record a ballot, or a new one in place of the old. The receipt is for the caller's eyes only
    and is stored nowhere. Raises Conflict where the link or the vote has ended, Invalid for what
    the vote does not offer."""
    found = await _looking((services, number))
    if found is None:
        raise NotFound
    record, taking = found
    if not taking:
        raise Conflict("not_open", CLOSED)
    key, spec = key_of(services, record), record.spec
    ticket = await _good_ticket(key, record, token, now)
    try:
        sealed = seal(write_choice(choice, spec), spec)
    except NotWhatItSays:
        raise Invalid([Fault("/choice", "not_offered", _("Look at your choice again."))]) from None
    day = services.city.calendar.day_of(now).isoformat()
    given = receipt(sealed, str(record.id), day, key.signing)
    refusal = await _casting(_Ballot(services, record.id, ticket, key.slot(ticket.roll), sealed))
    if refusal:
        raise Conflict(refusal, CLOSED if refusal == NOT_OPEN else USED)
    return given


@dataclass(frozen=True, slots=True)
class _Ballot:
    """One ballot on its way into the box."""

    services: Services
    vote: UUID
    ticket: Ticket
    slot: str
    sealed: bytes

    @property
    def row(self) -> tuple[object, ...]:
        return self.slot, self.vote, self.sealed, self.ticket.cast + 1


async def _cast_all(ballots: Sequence[_Ballot]) -> Sequence[str]:
    """Those that come together share a commit, each table in the order of its own keys. Says for
    each why it was refused, if it was."""
    told = [""] * len(ballots)
    async with db.transaction():
        for vote in sorted({ballot.vote for ballot in ballots}):
            mine = [at for at, ballot in enumerate(ballots) if ballot.vote == vote]
            clock = ballots[mine[0]].services.clock
            await hold_vote(vote, alone=False)
            if not await is_taking_ballots(vote, clock):
                told = [NOT_OPEN if at in mine else why for at, why in enumerate(told)]
                continue
            # Of two that come for one slot at once, the first is cast and the other is older.
            first = {ballots[at].slot: at for at in reversed(mine)}
            recorded = await _into_both(sorted(first), [ballots[first[s]] for s in sorted(first)])
            for at in mine:
                if first[ballots[at].slot] != at or ballots[at].slot not in recorded:
                    told[at] = "ballot_newer"
    return told


_casting: Gathering[_Ballot, str] = Gathering(_cast_all, RUSH)


async def _into_both(slots: Sequence[str], ballots: Sequence[_Ballot]) -> set[str]:
    """The slots that took their ballot; whoever was not in the roll is put there."""
    rows = [ballot.row for ballot in ballots]
    if db.dialect() == "postgres":
        taken = await db.fetch(ARRAYS, *(list(column) for column in zip(*rows, strict=True)))
    else:
        values = "values " + ", ".join(["(?, ?, ?, ?, true)"] * len(rows))
        taken = await db.fetch(
            INTO_BOX.format(ballots=values), *(one for row in rows for one in row)
        )
    recorded = {row["s_hash"] for row in taken}
    voters = [
        (ballot.ticket.roll, ballot.vote, ballot.ticket.tier, ballot.ticket.area)
        for slot, ballot in zip(slots, ballots, strict=True)
        if slot in recorded
    ]
    await put_in_roll(sorted(voters))
    return recorded


async def put_in_roll(voters: Sequence[tuple[str, UUID, str, str]]) -> None:
    """Inside a unit of work: p, vote, tier and area of each, in the order of p. Who stands there
    already stays as they are."""
    again, fixed = "on conflict (p_hash) do nothing", {"flag": "''", "fresh": "true"}
    await many_rows.insert("voice_roll", ROLL, voters, again, fixed)


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
