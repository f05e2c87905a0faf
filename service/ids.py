"""Row ids that sort by the moment they were made."""

from __future__ import annotations

import os
import time
from datetime import timedelta
from uuid import UUID

RANDOM_BYTES = 10


def time_ordered_id() -> UUID:
    """A version 7 UUID (RFC 9562) from the machine's own clock, never the demonstration's.

    New rows land at the end of the index, and the audit sealer can follow them by id.
    """
    return _version_7(time.time_ns() // 1_000_000, os.urandom(RANDOM_BYTES))


def earliest_id(before: timedelta, than: UUID) -> UUID:
    """The smallest id made `before` a given one: where a reader that may have been overtaken
    starts again."""
    milliseconds = (than.int >> 80) - before // timedelta(milliseconds=1)
    return _version_7(max(milliseconds, 0), bytes(RANDOM_BYTES))


def _version_7(milliseconds: int, random: bytes) -> UUID:
    value = (milliseconds & (1 << 48) - 1) << 80 | int.from_bytes(random)
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return UUID(int=value)
