"""What people say of this service itself: taken without an account, tied to no application."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from service import db
from service.actor import Actor
from service.audit import unit_of_work
from service.errors import Fault, Invalid
from service.i18n import _
from service.ids import time_ordered_id
from service.security.rate_limits import FEEDBACK_EVERYBODY, FEEDBACK_NETWORK, limit

if TYPE_CHECKING:
    from service.services import Services

LONGEST = 2_000
EASE: Mapping[str, str] = {
    "easy": _("It was easy"),
    "hard": _("Some of it was hard"),
    "stuck": _("I could not do what I came for"),
}
NOTHING = _("Your note: Choose one answer, or write something.")
TOO_LONG = _("Your note: Make it shorter, 2,000 letters at most.")
INSERT = """
insert into feedback (id, form, given_at, language, ease, words) values (?, ?, ?, ?, ?, ?)
on conflict (form) do nothing
"""


class _NothingDone(Exception):
    """A second tap: what it asks for is so already, and the audit log need not say it twice."""


@dataclass(frozen=True, slots=True)
class Note:
    """What somebody typed. `form` is of the page they typed it on."""

    form: UUID
    ease: str
    words: str
    language: str


async def give(services: Services, note: Note, network: str, now: datetime) -> None:
    """Keep a note. The same page sent twice is one note.

    Raises Invalid for one that says nothing or too much, and TooMany.
    """
    words = note.words.strip()
    if note.ease not in EASE and not words:
        raise Invalid([Fault("/ease", "nothing", NOTHING)])
    if len(words) > LONGEST:
        raise Invalid([Fault("/words", "too_long", TOO_LONG)])
    # What one network sends beyond its own limit uses up nobody else's.
    await limit(services, FEEDBACK_NETWORK, network, now)
    await limit(services, FEEDBACK_EVERYBODY, "", now)
    kept = time_ordered_id()
    sealed = services.keyring.seal(words.encode(), table="feedback", column="words", row_id=kept)
    ease = note.ease if note.ease in EASE else ""
    row = (kept, note.form, now, note.language, ease, sealed if words else None)
    with suppress(_NothingDone):
        async with unit_of_work(Actor.ANONYMOUS, "feedback.given", kept, now):
            if not await db.execute(INSERT, *row):
                raise _NothingDone


async def remove(actor: Actor, note: UUID, now: datetime) -> None:
    """Take away a note that holds what it should not; a second time is no fault."""
    with suppress(_NothingDone):
        async with unit_of_work(actor, "feedback.removed", note, now):
            if not await db.execute("delete from feedback where id = ?", note):
                raise _NothingDone
