"""What the city says and does about a petition or a vote: an answer, a promise with an owner and a
day, its delivery. Nothing is written over: a correction is a row of its own and an event that
everybody can read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from petitions.petition import State
from service import db
from service.audit import Work, unit_of_work
from service.errors import Conflict, Fault, Invalid, NotFound
from service.i18n import _
from service.ids import time_ordered_id
from service.voice.mail import to_followers
from service.voice.moving import add_event

if TYPE_CHECKING:
    from service.actor import Actor
    from service.services import Services

LONGEST, LONGEST_NAME = 8_000, 120
OUTCOMES = {
    "yes": _("The city does it"),
    "partly": _("The city does a part of it"),
    "looking": _("The city looks into it"),
    "no": _("The city does not do it"),
}
MOVED = _("Somebody changed this in the meantime. Look at it again.")
PAST = _("A promise is for a day to come.")
EMPTY = _("Write something here.")
CHOOSE = _("Choose what the city does.")
# Where a petition can be answered: signing may still go on, or be over.
ANSWERABLE = (State.OPEN, State.AWAITING, State.CLOSED)
SPOKEN = (State.ANSWERED, State.PROMISED, State.DELIVERED)
# A vote can be answered once its ballots are counted.
COUNTED = "counted"
ANSWER = """
insert into voice_answers (id, subject, text, office, outcome, replaces, at)
values (?, ?, ?, ?, ?, ?, ?)
"""
STANDS = """
select id, text, office, outcome from voice_answers where subject = ? order by id desc limit 1
"""
PROMISED = """
select id from voice_promises
where subject = ? and text = ? and owner = ? and due_on = ? and state = 'open'
"""
PROMISE = """
insert into voice_promises (id, subject, text, owner, due_on, state, note, made_at)
values (?, ?, ?, ?, ?, 'open', '', ?)
"""


@dataclass(frozen=True, slots=True)
class Reply:
    """The city's words, the office that speaks, and what it comes to (see OUTCOMES)."""

    text: str
    office: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Pledge:
    """What will be done, by whom, by which day."""

    text: str
    owner: str
    due_on: date


async def answer(
    services: Services, actor: Actor, subject: UUID, reply: Reply, now: datetime
) -> UUID:
    """Answer in public. A second answer corrects the first, and both stay; the very same one again,
    as by a second tap, is no correction. Raises Invalid, NotFound and Conflict."""
    _check({"text": reply.text, "office": reply.office})
    if reply.outcome not in OUTCOMES:
        raise Invalid([Fault("/outcome", "outcome", CHOOSE)])
    said = await db.fetch_one(STANDS, subject)
    if said and (said["text"], said["office"], said["outcome"]) == _words(reply):
        standing: UUID = said["id"]
        return standing
    made = time_ordered_id()
    async with unit_of_work(actor, "voice.answered", subject, now) as work:
        before = await db.fetch_one(
            "select id from voice_answers where subject = ? order by id desc limit 1", subject
        )
        await _move(subject, None if before else State.ANSWERED, now)
        replaces = before["id"] if before else None
        await db.execute(ANSWER, made, subject, *_words(reply), replaces, now)
        if before:
            work.detail["corrects"] = str(replaces)
            await add_event(subject, "corrected", now, detail={"answer": str(replaces)})
        else:
            await _tell(work, subject, "answered", now, {"outcome": reply.outcome})
    return made


def _words(reply: Reply) -> tuple[str, str, str]:
    return reply.text.strip(), reply.office.strip(), reply.outcome


async def promise(
    services: Services, actor: Actor, subject: UUID, pledge: Pledge, now: datetime
) -> UUID:
    """Say in public what will be done, by whom and by when. The very same promise again, as by a
    second tap, is that promise. Raises Invalid and Conflict."""
    made = time_ordered_id()
    _check_pledge(services, pledge, now)
    words = (pledge.text.strip(), pledge.owner.strip(), pledge.due_on)
    if same := await db.fetch_one(PROMISED, subject, *words):
        known: UUID = same["id"]
        return known
    async with unit_of_work(actor, "voice.promised", subject, now) as work:
        await _move(subject, State.PROMISED, now)
        await _write(made, subject, pledge, now)
        await _tell(work, subject, "promised", now, {"due": pledge.due_on.isoformat()})
    return made


async def change_promise(
    services: Services, actor: Actor, promise_id: UUID, pledge: Pledge, now: datetime
) -> UUID:
    """Another day, owner or wording. The first promise stays to be read, with its day."""
    made = time_ordered_id()
    _check_pledge(services, pledge, now)
    async with unit_of_work(actor, "voice.promise_changed", promise_id, now):
        row = await _settle(promise_id, "replaced", "", None)
        await _write(made, row["subject"], pledge, now)
        days = {"was_due": row["due_on"].isoformat(), "due": pledge.due_on.isoformat()}
        await add_event(row["subject"], "promise_changed", now, detail=days)
    return made


async def deliver(
    services: Services, actor: Actor, promise_id: UUID, note: str, now: datetime
) -> None:
    """It is done, and where it can be seen. With the last open promise, all of it is delivered."""
    _check({"note": note})
    today = services.city.calendar.day_of(now)
    async with unit_of_work(actor, "voice.delivered", promise_id, now) as work:
        row = await _settle(promise_id, "delivered", note.strip(), today)
        left = await db.fetch_one(
            "select 1 as one from voice_promises where subject = ? and state = 'open'",
            row["subject"],
        )
        if left is None:
            await _move(row["subject"], State.DELIVERED, now)
        await _tell(work, row["subject"], "delivered", now, {"promise": str(promise_id)})


async def reopen(actor: Actor, promise_id: UUID, now: datetime) -> None:
    """It was not done after all: the promise is owed again, and its day counts."""
    async with unit_of_work(actor, "voice.reopened", promise_id, now):
        row = await _settle(promise_id, "open", "", None, before="delivered")
        await _move(row["subject"], State.PROMISED, now)
        await add_event(row["subject"], "reopened", now, detail={"promise": str(promise_id)})


# ---- shared -------------------------------------------------------------------------------------


def _check(words: Mapping[str, str]) -> None:
    faults = [
        Fault(f"/{name}", name, EMPTY)
        for name, text in words.items()
        if not text.strip()
        or len(text) > (LONGEST_NAME if name in ("office", "owner") else LONGEST)
    ]
    if faults:
        raise Invalid(faults)


def _check_pledge(services: Services, pledge: Pledge, now: datetime) -> None:
    _check({"text": pledge.text, "owner": pledge.owner})
    if pledge.due_on < services.city.calendar.day_of(now):
        raise Invalid([Fault("/due", "due", PAST)])


async def _write(made: UUID, subject: UUID, pledge: Pledge, now: datetime) -> None:
    values = (pledge.text.strip(), pledge.owner.strip(), pledge.due_on, now)
    await db.execute(PROMISE, made, subject, *values)


async def _settle(
    promise_id: UUID, state: str, note: str, settled: date | None, before: str = "open"
) -> db.Row:
    rows = await db.fetch(
        "update voice_promises set state = ?, note = ?, settled_on = ?"
        " where id = ? and state = ? returning subject, due_on",
        state,
        note,
        settled,
        promise_id,
        before,
    )
    if not rows:
        raise Conflict("moved_on", MOVED)
    return rows[0]


async def _move(subject: UUID, to: State | None, now: datetime) -> None:
    """Take a petition on, from where this may happen; a vote has its counts and stays."""
    row = await db.fetch_one("select state from voice_petitions where id = ?", subject)
    if row is None:
        vote = await db.fetch_one("select state from voice_votes where id = ?", subject)
        if vote is None:
            raise NotFound
        if vote["state"] != COUNTED:
            raise Conflict("moved_on", MOVED)
        return
    if to is None:
        return
    states = ANSWERABLE if to is State.ANSWERED else SPOKEN
    changed = await db.execute(
        "update voice_petitions set state = ?, revision = revision + 1,"
        " answered_at = coalesce(answered_at, ?)"
        f" where id = ? and state in ({db.marks(states)})",
        to.value,
        now,
        subject,
        *(state.value for state in states),
    )
    if changed != 1:
        raise Conflict("moved_on", MOVED)


async def _tell(
    work: Work, subject: UUID, kind: str, now: datetime, detail: Mapping[str, object]
) -> None:
    """The event, and the mail to each who follows it, once."""
    event = await add_event(subject, kind, now, detail=detail)
    if event is not None:
        work.rows.append(to_followers(kind, subject, event, now))
