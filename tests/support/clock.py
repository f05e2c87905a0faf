"""A clock that stands still until a test moves it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from service.clock import Clock

# The demonstration's day, in the morning in Seattle.
START = datetime(2026, 11, 22, 17, 0, tzinfo=UTC)


class StoppedClock(Clock):
    """Says the same time again and again, to Python and to the database alike."""

    def __init__(self, at: datetime = START) -> None:
        super().__init__()
        self.at = at

    def now(self) -> datetime:
        return self.at

    def forward(self, step: timedelta) -> datetime:
        """Move on, and say what time it is then."""
        self.at += step
        return self.at

    def later_sql(self, dialect: str, delay: timedelta) -> str:
        text = (self.at + delay).astimezone(UTC).isoformat(" ", "microseconds")
        return f"timestamptz '{text}'" if dialect == "postgres" else f"'{text}'"
