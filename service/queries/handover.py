"""How many cases wait at each office: one count in the database, whatever the number of cases."""

from __future__ import annotations

from collections.abc import Iterable

from service import db


async def waiting_at(agencies: Iterable[str]) -> dict[str, int]:
    """Cases that were sent and whose receipt is not confirmed at their newest version, for these
    agencies and any other that has one."""
    rows = await db.fetch(
        "select agency, count(*) as waiting_count from referrals where waiting = true"
        " group by agency"
    )
    counts = {row["agency"]: int(row["waiting_count"]) for row in rows}
    return {agency: counts.get(agency, 0) for agency in sorted({*agencies, *counts})}
