"""What each stored column holds and how long it is kept."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

F = TypeVar("F")


class Sensitivity(StrEnum):
    """How much harm a leaked column does; the order is from none to most."""

    PUBLIC = "public"
    INTERNAL = "internal"
    PERSONAL = "personal"
    SENSITIVE = "sensitive"
    SECRET = "secret"


class Retention(StrEnum):
    """When a column's rows are removed. The job in `service/retention.py` acts on these names."""

    PERMANENT = "permanent"  # public or structural, kept as long as the service
    CASE = "case"  # with the application: until its retention date
    DRAFT = "draft"  # unsent drafts: 60 days after the last change
    SESSION = "session"  # until the session, link or lease ends
    DELIVERY = "delivery"  # 90 days after the row reached its last state
    ACCOUNT = "account"  # as long as the staff account or key exists
    AUDIT = "audit"  # seven years
    FEEDBACK = "feedback"  # a year after it was given
    VOICE = "voice"  # names and contacts of signers: six months after the petition closed
    BALLOT = "ballot"  # roll and box: until the trustees open the ballots


@dataclass(frozen=True, slots=True)
class ColumnClass:
    """Sensitivity and retention of one column."""

    sensitivity: Sensitivity
    retention: Retention


def classed(field: F, sensitivity: Sensitivity, retention: Retention) -> F:
    """Attach a class to a Tortoise field; the data inventory is generated from these."""
    holder: Any = field
    holder.column_class = ColumnClass(sensitivity, retention)
    return field
