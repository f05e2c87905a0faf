"""What a try at delivery comes to. When the next one is due is the worker's schedule."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from service.worker import Done, GiveUp, Outcome, Retry

if TYPE_CHECKING:
    from service.referrals.outbound import Answer

LONGEST_PAUSE = timedelta(days=1)
TOO_MANY, GONE = 429, 410


def after_answer(answer: Answer, now: datetime) -> Outcome:
    """2xx is delivered; 429 and 5xx are tried again; anything else needs a person."""
    if 200 <= answer.status < 300:
        return Done()
    why = f"answered {answer.status}"
    if answer.status == TOO_MANY or answer.status >= 500:
        return Retry(why, retry_after(answer.headers.get("retry-after"), now))
    return GiveUp(why)


def retry_after(text: str | None, now: datetime) -> timedelta | None:
    """The pause an endpoint asks for, in seconds or as a date; at most a day, None if unclear."""
    if not text:
        return None
    if text.isascii() and text.isdigit():
        asked = timedelta(seconds=int(text[:9]))
    else:
        try:
            moment = parsedate_to_datetime(text)
        except ValueError:
            return None
        asked = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now
    return min(max(asked, timedelta()), LONGEST_PAUSE)
