"""The public ledger: what residents asked or voted for, what the city answered, promised and did.
What is late is told from the days themselves; nobody marks it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID

from petitions.response import Clock, Story, response_clock
from service import db
from service.queries.voice.votes import VoteRecord, public_votes, vote_by_id

if TYPE_CHECKING:
    from service.services import Services

PETITIONS = """
select id, number, state, ask, language, topic, area, count, threshold_at, answer_due_on,
  answered_at from voice_petitions
where number is not null and state in ('awaiting', 'answered', 'promised', 'delivered')
order by coalesce(threshold_at, answered_at) desc, id desc
"""
ANSWERS = "select subject, text, office, outcome, at from voice_answers order by id"
PROMISES = """
select id, subject, text, owner, due_on, state, note, made_at, settled_on from voice_promises
where state <> 'replaced' order by due_on, id
"""
# What was said first and then otherwise stays in the ledger.
CHANGES = """
select subject, kind, at, detail from voice_events
where public = true and kind in ('corrected', 'promise_changed', 'reopened') order by id
"""
COUNTED = """
select vote, at from voice_publications where name = 'result.json'
"""


class Kind(StrEnum):
    """What was asked by signing, and what was asked of everybody and voted on."""

    PETITION = "petition"
    VOTE = "vote"


class Stage(StrEnum):
    """How far it has come."""

    ASKED = "asked"
    ANSWERED = "answered"
    PROMISED = "promised"
    DELIVERED = "delivered"


@dataclass(frozen=True, slots=True)
class Said:
    """The city's answer as it stands now."""

    text: str
    office: str
    outcome: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Pledged:
    """One promise. `late`: its day has passed and it is not done."""

    id: UUID
    text: str
    owner: str
    due_on: date
    delivered: bool
    note: str
    settled_on: date | None
    late: bool


@dataclass(frozen=True, slots=True)
class Change:
    """What the city said otherwise later: an answer `corrected`, a promise that got another day
    (`promise_changed`, with both days), or one that was not done after all (`reopened`)."""

    kind: str
    on: date
    was_due: date | None = None
    due: date | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """What the city said of one petition or vote so far."""

    said: Said | None = None
    promises: Sequence[Pledged] = ()
    changes: Sequence[Change] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the ledger. `clock` is what the city owes next. `count` is how many signed or
    voted, `reached_on` the day from which an answer is owed."""

    kind: Kind
    id: UUID
    number: int
    ask: str
    language: str
    topic: str
    area: str
    count: int
    stage: Stage
    reached_on: date | None
    said: Said | None
    promises: Sequence[Pledged]
    changes: Sequence[Change]
    clock: Clock


async def ledger(
    services: Services,
    today: date,
    *,
    stage: str = "",
    topic: str = "",
    kind: str = "",
    late: bool = False,
    language: str = "en",
) -> list[Entry]:
    """Every petition that reached its threshold or was answered and every vote that was counted,
    the latest first. A vote is told in `language` where its words are there in it."""
    told, nothing = await _told(services, today), Told()
    found = [
        _entry(services, row, told.get(row["id"], nothing), today)
        for row in await db.fetch(PETITIONS)
    ]
    counted = {row["vote"]: row["at"] for row in await db.fetch(COUNTED)}
    found += [
        _voted(
            services,
            each,
            counted[each.id],
            told.get(each.id, nothing),
            today,
            language,
        )
        for each in await public_votes()
        if each.id in counted
    ]
    found.sort(key=lambda each: each.reached_on or date.min, reverse=True)
    return [
        each
        for each in found
        if (not stage or each.stage == stage)
        and (not topic or each.topic == topic)
        and (not kind or each.kind == kind)
        and (not late or each.clock.late)
    ]


async def _told(services: Services, today: date) -> dict[UUID, Told]:
    said, promised, changes = await _answers(), await _promises(today), await _changes(services)
    return {
        subject: Told(said.get(subject), promised.get(subject, ()), changes.get(subject, ()))
        for subject in {*said, *promised, *changes}
    }


async def _changes(services: Services) -> dict[UUID, list[Change]]:
    found: dict[UUID, list[Change]] = {}
    for row in await db.fetch(CHANGES):
        days = json.loads(row["detail"])
        was_due, due = (
            date.fromisoformat(days[name]) if name in days else None for name in ("was_due", "due")
        )
        on = services.city.calendar.day_of(row["at"])
        found.setdefault(row["subject"], []).append(Change(row["kind"], on, was_due, due))
    return found


async def _answers() -> dict[UUID, Said]:
    return {
        row["subject"]: Said(row["text"], row["office"], row["outcome"], row["at"])
        for row in await db.fetch(ANSWERS)
    }


async def _promises(today: date) -> dict[UUID, list[Pledged]]:
    found: dict[UUID, list[Pledged]] = {}
    for row in await db.fetch(PROMISES):
        found.setdefault(row["subject"], []).append(_pledged(row, today))
    return found


async def entry_of(
    services: Services, subject: UUID, today: date, language: str = "en"
) -> Entry | None:
    """One petition's or vote's line, a petition's also before it has one of its own."""
    told = (await _told(services, today)).get(subject, Told())
    row = await db.fetch_one(
        "select id, number, state, ask, language, topic, area, count, threshold_at,"
        " answer_due_on, answered_at from voice_petitions where id = ? and number is not null",
        subject,
    )
    if row is not None:
        return _entry(services, row, told, today)
    counted = await db.fetch_one(f"{COUNTED} and vote = ?", subject)
    if counted is None:
        return None
    record = await vote_by_id(subject)
    return _voted(services, record, counted["at"], told, today, language)


def due_first(entries: Sequence[Entry]) -> list[Entry]:
    """The leaders' order: what is owed soonest comes first, what is done last."""
    owed = [each for each in entries if each.clock.due is not None]
    rest = [each for each in entries if each.clock.due is None]
    return [*sorted(owed, key=lambda each: (each.clock.due, each.number)), *rest]


def _pledged(row: db.Row, today: date) -> Pledged:
    done = row["state"] == "delivered"
    late = not done and row["due_on"] < today
    return Pledged(
        row["id"],
        row["text"],
        row["owner"],
        row["due_on"],
        done,
        row["note"],
        row["settled_on"],
        late,
    )


def _entry(services: Services, row: db.Row, told: Told, today: date) -> Entry:
    calendar = services.city.calendar
    reached = calendar.day_of(row["threshold_at"]) if row["threshold_at"] else None
    # The day that was told when the threshold was reached holds, whatever the rules say today.
    days = services.voice.answer_days
    if reached and row["answer_due_on"]:
        days = (row["answer_due_on"] - reached).days
    stage, clock = _stands(services, reached, told, today, days)
    return Entry(
        kind=Kind.PETITION,
        id=row["id"],
        number=row["number"],
        ask=row["ask"],
        language=row["language"],
        topic=row["topic"],
        area=row["area"],
        count=row["count"],
        stage=stage,
        reached_on=reached,
        said=told.said,
        promises=told.promises,
        changes=told.changes,
        clock=clock,
    )


def _voted(
    services: Services,
    record: VoteRecord,
    counted: datetime,
    told: Told,
    today: date,
    language: str,
) -> Entry:
    """A vote is owed an answer from the day its ballots were counted."""
    reached = services.city.calendar.day_of(counted)
    days = services.voice.answer_days
    stage, clock = _stands(services, reached, told, today, days)
    return Entry(
        kind=Kind.VOTE,
        id=record.id,
        number=record.number or 0,
        ask=record.question(language),
        language=record.language_of(language),
        topic="",
        area="",
        count=record.turnout,
        stage=stage,
        reached_on=reached,
        said=told.said,
        promises=told.promises,
        changes=told.changes,
        clock=clock,
    )


def _stands(
    services: Services, reached: date | None, told: Told, today: date, days: int
) -> tuple[Stage, Clock]:
    """How far it has come, and what is owed next."""
    said, promises = told.said, told.promises
    open_until = [each.due_on for each in promises if not each.delivered]
    stage = Stage.ASKED if said is None else Stage.ANSWERED
    if promises:
        stage = Stage.PROMISED if open_until else Stage.DELIVERED
    answered = services.city.calendar.day_of(said.at) if said else None
    story = Story(
        reached or answered,
        answered,
        min(open_until, default=None),
        today if stage is Stage.DELIVERED else None,
    )
    return stage, response_clock(story, today, days)
