"""What people said of this service: the newest first, and how many said what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from service import db
from service.audit import record_read
from service.security.keyring import SealBroken

if TYPE_CHECKING:
    from service.actor import Actor
    from service.services import Services

PAGE = 50
COUNTED = timedelta(days=90)
NEWEST = "select id, given_at, language, ease, words from feedback order by id desc limit ?"
OLDER = """
select id, given_at, language, ease, words from feedback where id < ? order by id desc limit ?
"""


@dataclass(frozen=True, slots=True)
class Given:
    """One note. `words` is None where no key opens them."""

    id: UUID
    given_at: datetime
    language: str
    ease: str
    words: str | None


async def notes(
    services: Services, actor: Actor, after: UUID | None, now: datetime
) -> tuple[Sequence[Given], UUID | None]:
    """A page of notes and where the next begins; that they were read is noted."""
    asked = (NEWEST, PAGE + 1) if after is None else (OLDER, after, PAGE + 1)
    rows = await db.fetch(*asked)
    await record_read(actor, "feedback.read", "feedback", now)
    shown = rows[:PAGE]
    return [_given(services, row) for row in shown], shown[-1]["id"] if len(rows) > PAGE else None


async def counts(now: datetime) -> Mapping[str, int]:
    """How many chose each answer in the last ninety days."""
    rows = await db.fetch(
        "select ease, count(*) as n from feedback where given_at > ? group by ease", now - COUNTED
    )
    return {row["ease"]: row["n"] for row in rows}


def _given(services: Services, row: db.Row) -> Given:
    words: str | None = ""
    if row["words"] is not None:
        try:
            words = services.keyring.open(
                row["words"], table="feedback", column="words", row_id=row["id"]
            ).decode()
        except SealBroken:
            words = None
    return Given(row["id"], row["given_at"], row["language"], row["ease"], words)
