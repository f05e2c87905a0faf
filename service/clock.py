"""The one source of time: the machine's clock plus the demonstration's fixed offset."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

MICROSECONDS_PER_SECOND = 1_000_000


class Clock:
    """Aware UTC time. Every process of one service has the same offset, so their times compare."""

    def __init__(self, offset: timedelta = timedelta()) -> None:
        self.offset = offset

    def now(self) -> datetime:
        return datetime.now(UTC) + self.offset

    def sql(self, dialect: str) -> str:
        """The database's own now plus the offset, as an SQL expression.

        Statements that decide (is this lease over?) compare with this and not with a parameter, so
        a web process whose clock is wrong cannot take what another one holds.
        """
        return self.later_sql(dialect, timedelta())

    def later_sql(self, dialect: str, delay: timedelta) -> str:
        """The same, `delay` from now."""
        shift = (self.offset + delay) // timedelta(microseconds=1)
        if dialect == "postgres":
            return f"(now() + interval '{shift} microseconds')" if shift else "now()"
        seconds = shift / MICROSECONDS_PER_SECOND
        return f"(strftime('%Y-%m-%d %H:%M:%f', 'now', '{seconds:+.3f} seconds') || '000+00:00')"
