"""The city's clock: what it owes on a petition, by when, and whether it is late."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class Owed(StrEnum):
    NOTHING = "nothing"
    ANSWER = "answer"
    DELIVERY = "delivery"


@dataclass(frozen=True, slots=True)
class Clock:
    """What is owed, by which day; `days` left, below zero when late."""

    owed: Owed
    due: date | None = None
    days: int | None = None

    @property
    def late(self) -> bool:
        return self.days is not None and self.days < 0


@dataclass(frozen=True, slots=True)
class Story:
    """The days of one petition that the clock reads; None is not yet."""

    reached: date | None = None
    answered: date | None = None
    promised_for: date | None = None
    delivered: date | None = None


def response_clock(story: Story, today: date, answer_days: int) -> Clock:
    """An answer is owed from the threshold on, a promise by its day. The last day is in time."""
    if story.delivered is not None or story.reached is None:
        return Clock(Owed.NOTHING)
    if story.answered is None:
        return _until(Owed.ANSWER, story.reached + timedelta(days=answer_days), today)
    if story.promised_for is not None:
        return _until(Owed.DELIVERY, story.promised_for, today)
    return Clock(Owed.NOTHING)


def _until(owed: Owed, due: date, today: date) -> Clock:
    return Clock(owed, due, (due - today).days)
