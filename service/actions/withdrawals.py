"""Taking an application back, whole or for one program."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from service import db
from service.actions.case_rows import insert_events
from service.audit import unit_of_work
from service.errors import Conflict, NotFound
from service.referrals.states import State, sources_of

if TYPE_CHECKING:
    from service.actor import Actor

OPEN = sources_of(State.WITHDRAWN)


async def withdraw(actor: Actor, application: UUID, program: str | None, now: datetime) -> int:
    """Withdraw every open referral, or the one of a program; says how many.

    A referral an agency is just fetching can still be acknowledged: it then knows what was taken
    back. Once nothing open is left of a wholly withdrawn application, it is closed for amendments.
    Raises NotFound for a draft and Conflict(`nothing_open`) where no case is open.
    """
    row = await db.fetch_one("select state from applications where id = ?", application)
    if row is None or row["state"] == "draft":
        raise NotFound
    async with unit_of_work(actor, "application.withdrawn", application, now) as work:
        rows = await db.fetch(
            "update referrals set state = 'withdrawn', waiting = false"
            f" where application_id = ? and state in ({db.marks(OPEN)})"
            " and program = coalesce(?, program) returning id, version",
            application,
            *OPEN,
            program,
        )
        if not rows:
            raise Conflict("nothing_open", "No case of this application is open.")
        ids = [each["id"] for each in rows]
        await db.execute(
            "update information_requests set state = 'cancelled'"
            f" where state = 'open' and referral_id in ({db.marks(ids)})",
            *ids,
        )
        await insert_events([(each["id"], State.WITHDRAWN, each["version"]) for each in rows], now)
        if program is None:
            await db.execute(
                "update applications set state = 'withdrawn', updated_at = ? where id = ?",
                now,
                application,
            )
        work.detail["referrals"] = [str(each) for each in ids]
    return len(rows)
