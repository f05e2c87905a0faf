"""The public ledger: what residents asked, what the city answered, promised and did. What is late
is told from the days themselves; nobody marks it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID

from petitions.response import Clock, Story, response_clock
from service import db

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
class Entry:
    """One line of the ledger. `clock` is what the city owes next."""

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
    clock: Clock


async def ledger(
    services: Services, today: date, *, stage: str = "", topic: str = "", late: bool = False
) -> list[Entry]:
    """Every petition that reached its threshold or was answered, the latest first."""
    answers: dict[UUID, Said] = {}
    for row in await db.fetch(ANSWERS):
        answers[row["subject"]] = Said(row["text"], row["office"], row["outcome"], row["at"])
    promises: dict[UUID, list[Pledged]] = {}
    for row in await db.fetch(PROMISES):
        promises.setdefault(row["subject"], []).append(_pledged(row, today))
    found = [
        _entry(services, row, answers.get(row["id"]), promises.get(row["id"], []), today)
        for row in await db.fetch(PETITIONS)
    ]
    return [
        each
        for each in found
        if (not stage or each.stage == stage)
        and (not topic or each.topic == topic)
        and (not late or each.clock.late)
    ]


async def entry_of(services: Services, petition: UUID, today: date) -> Entry | None:
    """One petition's line, also before it has one of its own."""
    row = await db.fetch_one(
        "select id, number, state, ask, language, topic, area, count, threshold_at,"
        " answer_due_on, answered_at from voice_petitions where id = ? and number is not null",
        petition,
    )
    if row is None:
        return None
    said = [
        Said(each["text"], each["office"], each["outcome"], each["at"])
        for each in await db.fetch(ANSWERS)
        if each["subject"] == petition
    ]
    made = [_pledged(one, today) for one in await db.fetch(PROMISES) if one["subject"] == petition]
    return _entry(services, row, said[-1] if said else None, made, today)


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


def _entry(
    services: Services,
    row: db.Row,
    said: Said | None,
    promises: Sequence[Pledged],
    today: date,
) -> Entry:
    calendar = services.city.calendar
    reached = calendar.day_of(row["threshold_at"]) if row["threshold_at"] else None
    open_until = [each.due_on for each in promises if not each.delivered]
    stage = Stage.ASKED if said is None else Stage.ANSWERED
    if promises:
        stage = Stage.PROMISED if open_until else Stage.DELIVERED
    # The day that was told when the threshold was reached holds, whatever the rules say today.
    days = services.voice.answer_days
    if reached and row["answer_due_on"]:
        days = (row["answer_due_on"] - reached).days
    answered = calendar.day_of(said.at) if said else None
    story = Story(
        reached or answered,
        answered,
        min(open_until, default=None),
        today if stage is Stage.DELIVERED else None,
    )
    return Entry(
        id=row["id"],
        number=row["number"],
        ask=row["ask"],
        language=row["language"],
        topic=row["topic"],
        area=row["area"],
        count=row["count"],
        stage=stage,
        reached_on=reached,
        said=said,
        promises=promises,
        clock=response_clock(story, today, days),
    )
