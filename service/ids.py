"""Row ids that sort by the moment they were made."""

from __future__ import annotations

import secrets
import time
from datetime import timedelta
from uuid import UUID

RANDOM_BITS = 74
# From one id to the next of the same millisecond: later, and still not to be guessed.
STEP_BITS = 48
_last = 0  # the newest one of this process


def time_ordered_id() -> UUID:
    """A version 7 UUID (RFC 9562) from the machine's own clock, never the demonstration's.

    New rows land at the end of the index, and the audit sealer can follow them by id. What one
    process makes sorts in the order of its making, also within a millisecond: what happened first
    is read first.
    """
    global _last
    made = time.time_ns() // 1_000_000 << RANDOM_BITS | secrets.randbits(RANDOM_BITS)
    if made >> RANDOM_BITS <= _last >> RANDOM_BITS:
        made = _last + 1 + secrets.randbits(STEP_BITS)
    _last = made
    return _version_7(made)


def earliest_id(before: timedelta, than: UUID) -> UUID:
    """The smallest id made `before` a given one: where a reader that may have been overtaken
    starts again."""
    milliseconds = (than.int >> 80) - before // timedelta(milliseconds=1)
    return _version_7(max(milliseconds, 0) << RANDOM_BITS)


def _version_7(made: int) -> UUID:
    """Milliseconds and what is random, with the bits that say which kind of id it is between."""
    first, last = made >> 62 & 0xFFF, made & (1 << 62) - 1
    return UUID(int=made >> RANDOM_BITS << 80 | 0x7 << 76 | first << 64 | 0x2 << 62 | last)
