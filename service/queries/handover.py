"""What was handed to each office, counted in the database, whatever the number of cases."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from service import db

# The same counts as those of service.queries.reconciliation, which also names what differs.
COUNTS = """
with told as (select referral_id, max(version) as version from referral_events
    where state = 'queued' group by referral_id),
  back as (select distinct referral_id from referral_events where state = 'withdrawn'),
  had as (select referral_id, max(version) as version from lease_items
    where acknowledged_at is not null group by referral_id),
  seen as (select r.agency, r.waiting, r.version, r.acknowledged_version,
    coalesce(told.version, 0) as told, coalesce(had.version, 0) as had,
    case when back.referral_id is null then coalesce(told.version, 0)
      else coalesce(had.version, 0) end as due
    from referrals r left join told on told.referral_id = r.id
    left join back on back.referral_id = r.id left join had on had.referral_id = r.id)
select agency,
  sum(case when due > 0 then 1 else 0 end) as sent_count,
  sum(case when due > 0 and had = due then 1 else 0 end) as acknowledged_count,
  sum(case when waiting then 1 else 0 end) as outstanding_count,
  sum(case when version = told and told > 0 and acknowledged_version = had
    and waiting = (had < due) then 0 else 1 end) as difference_count
from seen group by agency
"""


@dataclass(frozen=True, slots=True)
class Counted:
    """One office's cases, and how many of them the tables tell differently."""

    agency: str
    sent: int = 0
    acknowledged: int = 0
    outstanding: int = 0
    differences: int = 0

    @property
    def holds(self) -> bool:
        return self.sent == self.acknowledged + self.outstanding and not self.differences


async def counted_at(agencies: Iterable[str]) -> Sequence[Counted]:
    """The counts of these agencies, and of any other that has a case."""
    found = {agency: Counted(agency) for agency in agencies}
    for row in await db.fetch(COUNTS):
        found[row["agency"]] = Counted(
            row["agency"],
            int(row["sent_count"]),
            int(row["acknowledged_count"]),
            int(row["outstanding_count"]),
            int(row["difference_count"]),
        )
    return [found[agency] for agency in sorted(found)]


async def waiting_at(agencies: Iterable[str]) -> dict[str, int]:
    """Cases that were sent and whose receipt is not confirmed at their newest version, for these
    agencies and any other that has one."""
    rows = await db.fetch(
        "select agency, count(*) as waiting_count from referrals where waiting = true"
        " group by agency"
    )
    counts = {row["agency"]: int(row["waiting_count"]) for row in rows}
    return {agency: counts.get(agency, 0) for agency in sorted({*agencies, *counts})}
