"""Where its counts take a petition: to the moderators, or to the city for an answer. Each once."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID
from zoneinfo import ZoneInfo

from petitions.petition import State, next_on_count
from service import db, outbox
from service.ids import time_ordered_id
from service.voice.mail import to_author, to_followers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from service.services import Services

FIND = """
select state, count, sponsors, sponsors_needed, threshold, threshold_at from voice_petitions
where id = ?
"""
SPONSORS = """
select count(*) as n from voice_signatures
where petition = ? and state = 'confirmed' and kind = 'sponsor'
"""
EVENT = """
insert into voice_events (id, subject, kind, once, at, public, detail) values (?, ?, ?, ?, ?, ?, ?)
on conflict (once) do nothing
"""


async def move_on(services: Services, transaction: db.Transaction, petition: UUID) -> None:
    """Look at the counts of this transaction and move the petition if they say so."""
    row = await db.fetch_one(FIND, petition)
    if row is None:
        return
    state, now = State(row["state"]), services.clock.now()
    sponsors = row["sponsors"]
    if state is State.SPONSORS:
        sponsors = await _count_sponsors(petition, sponsors)
    needs = (row["sponsors_needed"], row["threshold"])
    match next_on_count(state, sponsors, row["count"], needs):
        case State.MODERATION if state is State.SPONSORS:
            await _to_moderators(transaction, petition, now)
        case State.AWAITING if state is State.OPEN:
            await _to_the_city(services, transaction, petition, row, now)
        case _:
            pass


async def _count_sponsors(petition: UUID, known: int) -> int:
    row = await db.fetch_one(SPONSORS, petition)
    sponsors = row["n"] if row else 0
    if sponsors != known:
        await db.execute("update voice_petitions set sponsors = ? where id = ?", sponsors, petition)
    return int(sponsors)


async def _to_moderators(transaction: db.Transaction, petition: UUID, now: datetime) -> None:
    await db.execute(
        "update voice_petitions set state = 'moderation', revision = revision + 1,"
        " submitted_at = coalesce(submitted_at, ?) where id = ?",
        now,
        petition,
    )
    event = await add_event(petition, "sponsored", now, once=True, public=False)
    if event is not None:
        outbox.add(transaction, [to_author("sponsored", petition, f"{event}:author", now)])


async def _to_the_city(
    services: Services,
    transaction: db.Transaction,
    petition: UUID,
    row: Mapping[str, object],
    now: datetime,
) -> None:
    """The answer's clock starts when the threshold is first reached, and never again."""
    zone = ZoneInfo(services.city.time_zone)
    due = now.astimezone(zone).date() + timedelta(days=services.voice.answer_days)
    await db.execute(
        "update voice_petitions set state = 'awaiting', revision = revision + 1,"
        " threshold_at = coalesce(threshold_at, ?), answer_due_on = coalesce(answer_due_on, ?)"
        " where id = ?",
        now,
        due,
        petition,
    )
    detail = {"count": row["count"], "threshold": row["threshold"]}
    event = await add_event(petition, "threshold_reached", now, once=True, detail=detail)
    if event is not None:
        outbox.add(transaction, [to_followers("threshold", petition, event, now)])


async def add_event(
    subject: UUID,
    kind: str,
    now: datetime,
    *,
    once: bool = False,
    public: bool = True,
    detail: Mapping[str, object] | None = None,
) -> UUID | None:
    """Note what happened. `once`: this kind happens to a subject once for ever; None when it had
    happened already."""
    event = time_ordered_id()
    added = await db.execute(
        EVENT,
        event,
        subject,
        kind,
        f"{subject}:{kind}" if once else None,
        now,
        public,
        json.dumps(detail or {}, separators=(",", ":"), sort_keys=True),
    )
    return event if added else None
