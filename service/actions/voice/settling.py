"""A vote after its close: disputes, the end of roll, box and key, the trustees' opening."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from petitions.protocol.canonical import NotWhatItSays
from petitions.protocol.publishing import (
    BALLOTS,
    RESULT,
    Files,
    Removal,
    publish_final,
    publish_result,
)
from petitions.protocol.sealing import Receipt, leaf
from petitions.protocol.shares import Share, join
from petitions.protocol.spec import FEWEST_SHOWN
from petitions.results.release import shown_counts
from service import db
from service.actions.voice.vote_drafts import CHANGED
from service.actions.voice.votes import publish, written
from service.actor import Actor
from service.audit import unit_of_work
from service.errors import Conflict, Fault, Invalid, NotFound
from service.i18n import _
from service.ids import time_ordered_id
from service.queries.voice.votes import OTHERS, stored_file, vote_by_id
from service.voice.comparing import counted_otherwise
from service.voice.mixing import forget_old_copies, hold_vote
from service.voice.vote_keys import (
    destroy_key,
    destroy_tie_secret,
    read_key,
    read_tie_secret,
)
from service.voice.voters import known_voter

if TYPE_CHECKING:
    from service.queries.voice.votes import VoteRecord
    from service.services import Services

# What is published of a removal. Nobody has seen the ballot.
REASONS = {
    "twice": _("One person voted with two contacts"),
    "not_a_person": _("The contact belongs to no person"),
    "bought": _("The link was sold or given away"),
    "asked": _("The voter asked for it"),
}
NOT_NOW = _("This can be done only while people look for their ballots.")
TOO_EARLY = _("Voters still have time to look for their ballots.")
STILL_OPEN = _("A dispute is not settled yet.")
TWO_PEOPLE = _("Somebody else has to confirm this.")
NOT_COUNTABLE = _("The ballots of this vote cannot be opened now.")
TWO_AUDITORS = _("Name two auditors: they answer for the opening.")


@dataclass(frozen=True, slots=True)
class Reduced:
    """Roll, box and key are gone; what stays is published or sealed to the trustees."""

    vote: UUID
    leaves: int
    removed: int


# ---- the dispute window -------------------------------------------------------------------------


async def _in_window(services: Services, vote: UUID) -> bool:
    now = db.now_sql(services.clock)
    found = await db.fetch(
        f"select 1 as open from voice_votes where id = ? and state = 'disputed'"
        f" and dispute_until > {now}",
        vote,
    )
    return bool(found)


async def dispute_receipt(
    services: Services, record: VoteRecord, receipt: Receipt, now: datetime
) -> bool:
    """Somebody holds a signed receipt whose ballot is not in the list: the strongest proof there
    is that something went wrong. True where it was put on record, False where the ballot is there.
    Raises Conflict outside the window."""
    if not await _in_window(services, record.id):
        raise Conflict("not_now", NOT_NOW)
    listed = (await stored_file(record.id, "leaves.txt")).decode().split()
    if receipt.leaf in listed:
        return False
    known = await db.fetch(
        "select 1 as known from voice_disputes where vote = ? and leaf = ?",
        record.id,
        receipt.leaf,
    )
    if not known:
        await _insert_dispute(record.id, "receipt", receipt.leaf, None, "missing", None)
    return True


async def flag_voter(
    services: Services, actor: Actor, vote: UUID, typed: str, reason: str, now: datetime
) -> None:
    """Propose to take out the ballot of one contact. Nobody learns what is in it. The same answer
    whether or not this contact voted: it shows only in what is published. Raises Invalid."""
    record = await vote_by_id(vote)
    if not await _in_window(services, vote):
        raise Conflict("not_now", NOT_NOW)
    if reason not in REASONS:
        raise Invalid([Fault("/reason", "unknown_reason", _("Choose a reason."))])
    contact = known_voter(services, record, typed)
    roll = read_key(services.settings, vote).roll(contact.kind, contact.canonical)
    async with unit_of_work(actor, "vote.voter_flagged", vote, now, detail={"reason": reason}):
        await _insert_dispute(vote, "roll", None, roll, reason, actor.account)


async def _insert_dispute(
    vote: UUID, kind: str, leaf: str | None, roll: str | None, reason: str, by: UUID | None
) -> None:
    await db.execute(
        "insert into voice_disputes (id, vote, kind, leaf, p_hash, reason, state, first_by)"
        " values (?, ?, ?, ?, ?, ?, 'open', ?)",
        time_ordered_id(),
        vote,
        kind,
        leaf,
        roll,
        reason,
        by,
    )


async def settle_dispute(
    actor: Actor, dispute: UUID, outcome: str, now: datetime, day: object
) -> None:
    """The second person's word: "removed" for a voter, "kept", or "answered" for a receipt. The one
    who proposed it cannot confirm it; a receipt's complaint needs two as well. Raises Conflict."""
    row = await db.fetch_one(
        "select d.id, d.vote, d.kind, d.first_by, v.state from voice_disputes d"
        " join voice_votes v on v.id = d.vote where d.id = ? and d.state = 'open'",
        dispute,
    )
    if row is None:
        raise NotFound
    allowed = ("removed", "kept") if row["kind"] == "roll" else ("answered",)
    if row["state"] != "disputed" or outcome not in allowed or actor.account is None:
        raise Conflict("not_now", NOT_NOW)
    detail = {"dispute": str(dispute), "outcome": outcome}
    async with unit_of_work(actor, "vote.dispute_settled", row["vote"], now, detail=detail):
        if row["first_by"] is None:
            changed = await db.execute(
                "update voice_disputes set first_by = ? where id = ? and first_by is null",
                actor.account,
                dispute,
            )
        elif row["first_by"] == actor.account:
            raise Conflict("two_people", TWO_PEOPLE)
        else:
            changed = await db.execute(
                "update voice_disputes set state = ?, second_by = ?, settled_on = ?"
                " where id = ? and state = 'open'",
                outcome,
                actor.account,
                day,
                dispute,
            )
        if changed != 1:
            raise Conflict("newer_version", CHANGED)


# ---- reducing -----------------------------------------------------------------------------------


async def reduce(services: Services, actor: Actor, vote: UUID, now: datetime) -> Reduced:
    """After the dispute window: fix the final list, copy the sealed ballots in its order, and
    destroy roll, box and key. Nothing can be removed or undone after this. Raises Conflict."""
    record = await vote_by_id(vote)
    if record.state == "reduced":  # stopped after the commit: what is left to do is done again
        await _destroy(services, vote)
        raise Conflict("newer_version", CHANGED)
    if record.state != "disputed":
        raise Conflict("not_now", NOT_NOW)
    key = read_key(services.settings, vote)
    async with unit_of_work(actor, "vote.reduced", vote, now) as work:
        await hold_vote(vote, alone=True)
        await _may_reduce(services, vote)
        removals = await _removals(vote, key.slot)
        box = await db.fetch("delete from voice_box where vote = ? returning sealed", vote)
        gone = {one.leaf for one in removals}
        sealed = sorted((bytes(row["sealed"]) for row in box), key=leaf)
        leaves = [leaf(one) for one in sealed]
        kept = [one for one in sealed if leaf(one) not in gone]
        voters = await _voters(vote, len(kept))
        files = publish_final(record.spec, leaves, removals, voters, written(now), key.signing)
        lines = "".join(f"{b64encode(one).decode()}\n" for one in kept)
        await publish(vote, {**files, BALLOTS: lines.encode()}, now)
        for table in ("voice_roll", "voice_homes"):
            await db.execute(f"delete from {db.identifier(table)} where vote = ?", vote)
        await db.execute(
            "update voice_disputes set leaf = null, p_hash = null where vote = ?", vote
        )
        work.detail.update(leaves=len(kept), removed=len(removals))
    await _destroy(services, vote)
    return Reduced(vote, len(kept), len(removals))


async def _may_reduce(services: Services, vote: UUID) -> None:
    changed = await db.execute(
        f"update voice_votes set state = 'reduced', revision = revision + 1 where id = ?"
        f" and state = 'disputed' and dispute_until <= {db.now_sql(services.clock)}",
        vote,
    )
    if changed != 1:
        raise Conflict("too_early", TOO_EARLY)
    if await db.fetch("select 1 from voice_disputes where vote = ? and state = 'open'", vote):
        raise Conflict("dispute_open", STILL_OPEN)


async def _removals(vote: UUID, slot_of: Callable[[str], str]) -> list[Removal]:
    """The leaves of the voters that two people took out; they leave the roll as well."""
    rows = await db.fetch(
        "select p_hash, reason from voice_disputes"
        " where vote = ? and state = 'removed' order by id",
        vote,
    )
    removals: dict[str, Removal] = {}
    for row in rows:
        box = await db.fetch_one(
            "select sealed from voice_box where s_hash = ?", slot_of(row["p_hash"])
        )
        if box is not None:
            found = Removal(leaf(bytes(box["sealed"])), row["reason"])
            removals.setdefault(found.leaf, found)
            await db.execute("delete from voice_roll where p_hash = ?", row["p_hash"])
    return list(removals.values())


async def _voters(vote: UUID, ballots: int) -> dict[str, dict[str, int]]:
    """Counts by tier and by area, small ones together. Few ballots: nothing but their number."""
    if ballots < FEWEST_SHOWN:
        return {}
    rows = await db.fetch("select tier, area from voice_roll where vote = ?", vote)
    found = {}
    for group in ("tier", "area"):
        found[group] = shown_counts(Counter(row[group] or "none" for row in rows))
    return found


async def _destroy(services: Services, vote: UUID) -> None:
    destroy_key(services.settings, vote)
    await forget_old_copies(whole=True)


# ---- opening ------------------------------------------------------------------------------------


def trustee_key(shares: Sequence[str]) -> X25519PrivateKey:
    """The private key joined from trustees' shares. Raises Invalid with a sentence."""
    try:
        return X25519PrivateKey.from_private_bytes(join([Share.parse(one) for one in shares]))
    except (NotWhatItSays, IndexError, ValueError) as refused:
        words = str(refused) if isinstance(refused, NotWhatItSays) else "This is not a share."
        raise Invalid([Fault("/shares", "not_shares", words)]) from None


async def open_ballots(
    services: Services,
    actor: Actor,
    vote: UUID,
    trustee: X25519PrivateKey,
    auditors: Sequence[str],
    now: datetime,
) -> Files:
    """The trustees' opening: count, publish what the mode says, and keep no sealed ballot that is
    not published. Raises Conflict before roll and box are destroyed, Invalid for another key."""
    record = await vote_by_id(vote)
    if record.state != "reduced":
        raise Conflict("not_now", NOT_COUNTABLE)
    spec = record.spec
    if trustee.public_key().public_bytes_raw().hex() != spec.trustee_key:
        text = _("These shares belong to another vote’s key.")
        raise Invalid([Fault("/shares", "other_key", text)])
    named = [name.strip() for name in auditors if name.strip()]
    if spec.mode == "quiet" and len(set(named)) < 2:
        raise Invalid([Fault("/auditors", "auditors", TWO_AUDITORS)])
    lines = (await stored_file(vote, BALLOTS)).decode().split()
    secret = read_tie_secret(services.settings, vote)
    sealed = [b64decode(line) for line in lines]
    files = publish_result(spec, sealed, trustee, secret, named)
    files[OTHERS] = counted_otherwise(spec, sealed, trustee, files[RESULT])
    async with unit_of_work(actor, "vote.opened_by_trustees", vote, now) as work:
        changed = await db.execute(
            "update voice_votes set state = 'counted', revision = revision + 1, result = ?"
            " where id = ? and state = 'reduced'",
            files[RESULT].decode(),
            vote,
        )
        if changed != 1:
            raise Conflict("newer_version", CHANGED)
        await db.execute(
            "delete from voice_publications where vote = ? and name = ?", vote, BALLOTS
        )
        await publish(vote, files, now)
        work.detail["ballots"] = len(lines)
    destroy_tie_secret(services.settings, vote)
    return files
