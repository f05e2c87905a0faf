"""Every change is one unit of work: one transaction, one audit entry, its later work beside it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from service import db, outbox
from service.ids import time_ordered_id

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from types import TracebackType
    from uuid import UUID

    from service.actor import Actor

INSERT = """
insert into audit_entries (id, at, actor_kind, actor_id, action, subject, agency, detail)
values (?, ?, ?, ?, ?, ?, ?, ?)
"""


@dataclass(slots=True)
class Work:
    """What one action leaves behind besides its own rows.

    `subject` and `detail` may be filled in while it runs. `detail` holds ids, codes and counts,
    never a name, an address or an answer: the audit log is not sealed.
    """

    subject: str
    now: datetime
    detail: dict[str, Any]
    rows: list[outbox.NewRow] = field(default_factory=list)

    def later(
        self,
        topic: str,
        lane: str,
        key: str,
        payload: Mapping[str, Any],
        at: datetime | None = None,
    ) -> None:
        """Have the worker do this after the commit, once for each `key` ever.

        `lane` is the recipient whose trouble must not slow anybody else's.
        """
        self.rows.append(outbox.new_row(topic, lane, key, payload, self.now, at or self.now))


class unit_of_work:  # noqa: N801 - used as a statement
    """`async with unit_of_work(actor, "application.submitted", id, now) as work:`

    Commits the statements inside, exactly one audit entry and the outbox rows together, or none of
    them. Refuses to nest. Await nothing inside but the database.
    """

    __slots__ = ("_action", "_actor", "_agency", "_open", "_transaction", "_work")

    def __init__(
        self,
        actor: Actor,
        action: str,
        subject: str | UUID,
        now: datetime,
        *,
        agency: str | None = None,
        detail: Mapping[str, Any] | None = None,
    ) -> None:
        self._actor = actor
        self._action = action
        self._agency = agency if agency is not None else actor.agency
        self._work = Work(str(subject), now, dict(detail or {}))
        self._transaction = db.transaction()

    async def __aenter__(self) -> Work:
        self._open = await self._transaction.__aenter__()
        return self._work

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            work = self._work
            self._open.finally_(
                INSERT,
                *_entry(
                    self._actor, self._action, work.subject, work.now, self._agency, work.detail
                ),
            )
            outbox.add(self._open, work.rows)
        await self._transaction.__aexit__(kind, error, trace)


async def record_read(
    actor: Actor, what: str, subject: str | UUID, now: datetime, agency: str | None = None
) -> None:
    """Note that somebody saw personal data. Joins the open unit of work if there is one."""
    await db.execute(
        INSERT, *_entry(actor, what, str(subject), now, agency or actor.agency, {"read": True})
    )


def _entry(
    actor: Actor,
    action: str,
    subject: str,
    now: datetime,
    agency: str | None,
    detail: Mapping[str, Any],
) -> tuple[object, ...]:
    text = json.dumps(detail, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return time_ordered_id(), now, actor.kind, actor.id, action, subject, agency, text
