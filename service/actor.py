"""Who acts: a person, a key or the service itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from uuid import UUID

KINDS = frozenset(
    {
        "anonymous",
        "resident",
        "helper",
        "caseworker",
        "supervisor",
        "moderator",
        "leader",
        "officer",
        "auditor",
        "admin",
        "agency_key",
        "partner_key",
        "system",
    }
)


@dataclass(frozen=True, slots=True)
class Actor:
    """`kind` is a role of the contracts, or `system` for the worker and the command line.

    `id` is what the audit log shows: an application, account or key id, never a name or address.
    """

    kind: str
    id: str
    agency: str | None = None
    account: UUID | None = None

    SYSTEM: ClassVar[Actor]
    ANONYMOUS: ClassVar[Actor]

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"{self.kind!r} is not a kind of actor")


Actor.SYSTEM = Actor("system", "service")
Actor.ANONYMOUS = Actor("anonymous", "anonymous")
