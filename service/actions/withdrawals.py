"""Taking an application back, whole or for some programs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from service import db
from service.actions.case_rows import hinted_agencies, insert_events
from service.audit import Work, unit_of_work
from service.errors import Conflict, NotFound
from service.referrals.states import State, sources_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from service.actor import Actor
    from service.services import Services

OPEN = sources_of(State.WITHDRAWN)
HINT = "withdrawal_hint"


async def withdraw(
    services: Services,
    actor: Actor,
    application: UUID,
    programs: Collection[str] | None,
    now: datetime,
    *,
    also: Callable[[], Awaitable[None]] | None = None,
) -> int:
    """Withdraw every open referral, or those of some programs; says how many.

    A referral an agency is just fetching can still be acknowledged: it then knows what was taken
    back. Once nothing open is left of a wholly withdrawn application, it is closed for amendments.
    Agencies that were offered a case are told: those with an address by a hint, all by the list of
    what was taken back. `also` runs inside the transaction. Raises NotFound for a draft and
    Conflict(`nothing_open`) where no case is open.
    """
    row = await db.fetch_one("select state from applications where id = ?", application)
    if row is None or row["state"] == "draft":
        raise NotFound
    told = await _agencies_to_tell(services, application)
    async with unit_of_work(actor, "application.withdrawn", application, now) as work:
        rows = await _close(application, programs)
        if not rows:
            raise Conflict("nothing_open", "No case of this application is open.")
        ids = [each["id"] for each in rows]
        await db.execute(
            "update information_requests set state = 'cancelled'"
            f" where state = 'open' and referral_id in ({db.marks(ids)})",
            *ids,
        )
        await insert_events([(each["id"], State.WITHDRAWN, each["version"]) for each in rows], now)
        if programs is None:
            await db.execute(
                "update applications set state = 'withdrawn', draft = null, updated_at = ?"
                " where id = ?",
                now,
                application,
            )
        _hint(work, rows, told)
        work.detail["referrals"] = [str(each) for each in ids]
        if also is not None:
            await also()
    return len(rows)


async def _close(application: UUID, programs: Collection[str] | None) -> Sequence[db.Row]:
    wanted = () if programs is None else tuple(programs)
    only = "" if programs is None else f" and program in ({db.marks(wanted)})"
    return await db.fetch(
        "update referrals set state = 'withdrawn', waiting = false"
        f" where application_id = ? and state in ({db.marks(OPEN)}){only}"
        " returning id, version, agency, offered_at",
        application,
        *OPEN,
        *wanted,
    )


async def _agencies_to_tell(services: Services, application: UUID) -> frozenset[str]:
    """The agencies with an address for hints; the others look at their list."""
    rows = await db.fetch(
        "select distinct agency from referrals where application_id = ?", application
    )
    agencies = [row["agency"] for row in rows]
    topics = await hinted_agencies(services, agencies)
    return frozenset(agency for agency, topic in topics.items() if topic == "referral_hint")


def _hint(work: Work, rows: Sequence[db.Row], told: frozenset[str]) -> None:
    """One hint an agency. What it was never offered, it need not hear of."""
    known = {row["agency"] for row in rows if row["offered_at"] is not None}
    for agency in sorted(known & told):
        key = f"{HINT}:{agency}:{rows[0]['id']}"
        work.later(HINT, f"agency/{agency}", key, {"agency": agency})
