"""What moderators do to a petition: take hold, open, refuse with a second look, restore, redact,
hide. Each is one audited unit of work that names the revision its moderator saw, so of two who
press at once one wins and the other is told."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from petitions.petition import CAN_HIDE, State
from service import db
from service.actions.voice.petitions import open_petition
from service.audit import unit_of_work
from service.errors import Conflict, Fault, Invalid, NotFound
from service.i18n import _
from service.ids import time_ordered_id
from service.voice.mail import to_author
from service.voice.moving import add_event as note
from service.voice.people import open_author
from service.voice.speech import spoken_in

if TYPE_CHECKING:
    from datetime import datetime

    from service.actor import Actor
    from service.services import Services

HELD_FOR = timedelta(minutes=15)
HIDDEN_FROM = """
select detail from voice_events where subject = ? and kind = 'hidden' order by id desc limit 1
"""
LETTER = {"table": "voice_reviews", "column": "letter"}
LONGEST_NOTE = 1_000
PROPOSED, CONFIRMED, OVERTURNED = "proposed", "confirmed", "overturned"
TAKEN_OUT = "[…]"
SHORTEST_PASSAGE = 2
TAKEN = _("Somebody else has this petition in hand. Wait, or take it over.")
MOVED = _("Somebody changed this petition in the meantime. Look at it again.")
OWN_PROPOSAL = _("You proposed this refusal. Somebody else looks at it a second time.")
NO_REASON = _("Choose one of the published reasons.")
NOT_THERE = _("These words are not in the petition: “{words}”.")
NO_WORDS = _("Write the words to take out, a passage a line.")
RETRY = _(
    "You can change the words on your own page and send the petition again. The link is below."
)
# Refused petitions are listed too, each under its number.
NUMBER = """
update voice_petitions
set number = coalesce(number, (select coalesce(max(number), 0) + 1 from voice_petitions))
where id = ?
"""
REVIEW = """
insert into voice_reviews
  (id, subject, subject_kind, verdict, reason, letter, state, first_by, second_by, at, settled_at)
values (?, ?, 'petition', ?, ?, ?, ?, ?, ?, ?, ?)
"""
SETTLE = """
update voice_reviews set state = ?, second_by = ?, settled_at = ?
where id = ? and subject = ? and state = 'proposed' returning first_by, reason, letter
"""


@dataclass(frozen=True, slots=True)
class Seen:
    """A petition as a moderator had it before them."""

    petition: UUID
    revision: int


# ---- taking hold --------------------------------------------------------------------------------


async def take(
    services: Services, actor: Actor, petition: UUID, now: datetime, *, force: bool = False
) -> None:
    """Have it in hand for a quarter of an hour by the database's clock. `force` takes it from
    whoever has it, and the log says so. Raises Conflict(`locked`)."""
    until = services.clock.later_sql(db.dialect(), HELD_FOR)
    now_sql = db.now_sql(services.clock)
    action = "petition.taken_over" if force else "petition.taken"
    async with unit_of_work(actor, action, petition, now):
        changed = await db.execute(
            f"update voice_petitions set locked_by = ?, locked_until = {until} where id = ?"
            f" and (? or locked_by is null or locked_by = ? or locked_until <= {now_sql})",
            actor.account,
            petition,
            force,
            actor.account,
        )
        if changed != 1:
            raise Conflict("locked", TAKEN)


async def let_go(actor: Actor, petition: UUID, now: datetime) -> None:
    """Nobody has it in hand any more; somebody else's hold stays."""
    async with unit_of_work(actor, "petition.let_go", petition, now):
        await db.execute(
            "update voice_petitions set locked_by = null, locked_until = null"
            " where id = ? and locked_by = ?",
            petition,
            actor.account,
        )


# ---- judging ------------------------------------------------------------------------------------


async def approve(services: Services, actor: Actor, seen: Seen, now: datetime) -> int:
    """Open it for signatures; gives its number. A refusal that was only proposed is over."""
    async with unit_of_work(actor, "petition.opened", seen.petition, now) as work:
        await _change(services, actor, seen, (State.MODERATION,))
        await db.execute(
            "update voice_reviews set state = ?, second_by = ?, settled_at = ?"
            " where subject = ? and state = 'proposed'",
            OVERTURNED,
            actor.account,
            now,
            seen.petition,
        )
        await _review(actor, seen, "approve", "", None, CONFIRMED, now)
        work.rows.extend(await open_petition(services, seen.petition, now))
        row = await db.fetch_one("select number from voice_petitions where id = ?", seen.petition)
    return 0 if row is None else int(row["number"])


async def propose_refusal(
    services: Services, actor: Actor, seen: Seen, reason: str, words: str, now: datetime
) -> UUID:
    """Say no, with a published reason; nothing happens before somebody else says so too.
    Raises Invalid for a reason that is not listed."""
    if reason not in services.voice.refusals:
        raise Invalid([Fault("/reason", "reason", NO_REASON)])
    letter = (await letter_of(services, seen.petition, reason, words)).encode()
    async with unit_of_work(
        actor, "petition.refusal_proposed", seen.petition, now, detail={"reason": reason}
    ):
        await _change(services, actor, seen, (State.MODERATION,))
        waiting = await db.fetch_one(
            "select id from voice_reviews where subject = ? and state = 'proposed'", seen.petition
        )
        if waiting is not None:
            raise Conflict("moved_on", MOVED)
        return await _review(actor, seen, "refuse", reason, (services, letter), PROPOSED, now)


async def confirm_refusal(
    services: Services, actor: Actor, seen: Seen, review: UUID, now: datetime
) -> None:
    """The second look agrees: the author gets the letter, everybody the reason.
    Raises Conflict(`second_look`) for the one who proposed it."""
    async with unit_of_work(actor, "petition.refused", seen.petition, now) as work:
        await _change(services, actor, seen, (State.MODERATION,), State.REFUSED)
        settled = await _settle(actor, seen, review, CONFIRMED, now)
        if settled["first_by"] == actor.account:
            raise Conflict("second_look", OWN_PROPOSAL)
        work.detail["reason"] = settled["reason"]
        await db.execute(NUMBER, seen.petition)
        await note(seen.petition, "refused", now, detail={"reason": settled["reason"]})
        letter = services.keyring.open(bytes(settled["letter"]), **LETTER, row_id=review).decode()
        key = f"refused:{review}"
        work.rows.append(to_author("refused", seen.petition, key, now, letter=letter))


async def overturn_refusal(
    services: Services, actor: Actor, seen: Seen, review: UUID, now: datetime
) -> None:
    """The second look does not agree, or the first thought again: it waits as before."""
    async with unit_of_work(actor, "petition.refusal_overturned", seen.petition, now):
        await _change(services, actor, seen, (State.MODERATION,))
        await _settle(actor, seen, review, OVERTURNED, now)


async def restore(services: Services, actor: Actor, seen: Seen, now: datetime) -> None:
    """A refusal was wrong: the petition comes to the desk once more."""
    async with unit_of_work(actor, "petition.restored", seen.petition, now):
        await _change(services, actor, seen, (State.REFUSED,), State.MODERATION)
        await note(seen.petition, "restored", now, public=False)


async def letter_of(services: Services, petition: UUID, reason: str, words: str) -> str:
    """What the author would read, in their own language: the published sentence, the moderator's
    own words, and how to try again. Raises NotFound."""
    row = await db.fetch_one("select language, author from voice_petitions where id = ?", petition)
    if row is None:
        raise NotFound
    author = row["author"]
    language = (
        open_author(services.keyring, petition, author).language if author else row["language"]
    )
    speech = spoken_in(services, language)
    sentence = speech.gettext(services.voice.refusals[reason].sentence)
    return "\n\n".join(part for part in (sentence, words, speech.gettext(RETRY)) if part)


# ---- protecting people --------------------------------------------------------------------------


async def redact(
    services: Services, actor: Actor, seen: Seen, passages: Sequence[str], now: datetime
) -> int:
    """Take passages out of the words for good; a mark stands in their place. Gives how many places.
    Raises Invalid for no words, Conflict for words that are not there."""
    wanted = sorted({one.strip() for one in passages if one.strip()}, key=len, reverse=True)
    if not wanted or any(len(one) < SHORTEST_PASSAGE for one in wanted):
        raise Invalid([Fault("/passages", "passages", NO_WORDS)])
    async with unit_of_work(actor, "petition.redacted", seen.petition, now) as work:
        await _change(services, actor, seen, tuple(State))
        row = await db.fetch_one(
            "select ask, why, author_name from voice_petitions where id = ?", seen.petition
        )
        words, places = _without(row or {}, wanted)
        await db.execute(
            "update voice_petitions set ask = ?, why = ?, author_name = ? where id = ?",
            *words,
            seen.petition,
        )
        work.detail["places"] = places
        await note(seen.petition, "redacted", now, detail={"places": places})
    return places


def _without(row: db.Row, wanted: Sequence[str]) -> tuple[tuple[str, str, str], int]:
    ask, why, name = row["ask"], row["why"], row["author_name"]
    places = 0
    for passage in wanted:
        found = ask.count(passage) + why.count(passage) + name.count(passage)
        if not found:
            raise Conflict("not_there", NOT_THERE, words=passage)
        places += found
        ask, why = ask.replace(passage, TAKEN_OUT), why.replace(passage, TAKEN_OUT)
        name = "" if passage in name else name
    return (ask, why, name), places


async def hide(services: Services, actor: Actor, seen: Seen, now: datetime) -> None:
    """Off every page at once, whoever has it in hand. It goes back to where it was with `show`."""
    async with unit_of_work(actor, "petition.hidden", seen.petition, now):
        row = await db.fetch_one("select state from voice_petitions where id = ?", seen.petition)
        if row is None:
            raise NotFound
        changed = await db.execute(
            "update voice_petitions set state = 'hidden', revision = revision + 1,"
            " locked_by = null, locked_until = null where id = ? and revision = ? and state = ?",
            seen.petition,
            seen.revision,
            row["state"],
        )
        if changed != 1 or row["state"] not in CAN_HIDE:
            raise Conflict("moved_on", MOVED)
        detail = {"before": row["state"]}
        await note(seen.petition, "hidden", now, public=False, detail=detail)


async def show(services: Services, actor: Actor, seen: Seen, now: datetime) -> None:
    """Back on its pages, as it was before it was hidden."""
    async with unit_of_work(actor, "petition.shown", seen.petition, now):
        hidden = await db.fetch_one(HIDDEN_FROM, seen.petition)
        if hidden is None:
            raise NotFound
        before = State(json.loads(hidden["detail"])["before"])
        await _change(services, actor, seen, (State.HIDDEN,), before)
        await note(seen.petition, "shown", now, public=False)


# ---- the guard ----------------------------------------------------------------------------------


async def _change(
    services: Services,
    actor: Actor,
    seen: Seen,
    states: tuple[State, ...],
    to: State | None = None,
) -> None:
    """The petition as it was seen, in one of these states and in nobody else's hand, moves on; the
    hold ends. Raises Conflict(`locked` or `moved_on`)."""
    now = db.now_sql(services.clock)
    changed = await db.execute(
        "update voice_petitions set revision = revision + 1, state = coalesce(?, state),"
        " locked_by = null, locked_until = null where id = ? and revision = ?"
        f" and state in ({db.marks(states)})"
        f" and (locked_by is null or locked_by = ? or locked_until <= {now})",
        to.value if to else None,
        seen.petition,
        seen.revision,
        *(state.value for state in states),
        actor.account,
    )
    if changed == 1:
        return
    row = await db.fetch_one("select revision from voice_petitions where id = ?", seen.petition)
    if row is not None and row["revision"] == seen.revision:
        raise Conflict("locked", TAKEN)
    raise Conflict("moved_on", MOVED)


async def _review(
    actor: Actor,
    seen: Seen,
    verdict: str,
    reason: str,
    letter: tuple[Services, bytes] | None,
    state: str,
    now: datetime,
) -> UUID:
    review = time_ordered_id()
    sealed = letter and letter[0].keyring.seal(letter[1], **LETTER, row_id=review)
    settled = now if state == CONFIRMED else None
    place = (review, seen.petition, verdict, reason, sealed, state)
    await db.execute(REVIEW, *place, actor.account, None, now, settled)
    return review


async def _settle(
    actor: Actor, seen: Seen, review: UUID, state: str, now: datetime
) -> dict[str, Any]:
    rows = await db.fetch(SETTLE, state, actor.account, now, review, seen.petition)
    if not rows:
        raise Conflict("moved_on", MOVED)
    return rows[0]
