"""Proof that sent = acknowledged + outstanding, from tables that are written apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from service import db

# Sent: what the log of moves says was queued for an agency, at its newest version, and was not
# taken back before the agency had it. The state of the referral plays no part.
SENT = """
select r.agency, e.referral_id as id, max(e.version) as version
from referral_events e join referrals r on r.id = e.referral_id
where e.state = 'queued'
group by r.agency, e.referral_id
"""
WITHDRAWN = "select distinct referral_id as id from referral_events where state = 'withdrawn'"
# Acknowledged: the receipts of leases. The referral's own columns play no part.
RECEIPTS = """
select referral_id as id, max(version) as version from lease_items
where acknowledged_at is not null group by referral_id
"""
# Outstanding: what the next pulls will offer, or hold in a lease now.
OUTSTANDING = """
select agency, id, version, acknowledged_version, waiting, state from referrals
"""


@dataclass(frozen=True, slots=True)
class AgencyCount:
    """One agency's three counts, and the referrals on which the tables disagree."""

    id: str
    sent: int
    acknowledged: int
    outstanding: int
    differences: tuple[UUID, ...]

    def to_json(self) -> dict[str, Any]:
        """The contract's entry."""
        return {
            "id": self.id,
            "sent": self.sent,
            "acknowledged": self.acknowledged,
            "outstanding": self.outstanding,
            "differences": [str(each) for each in self.differences],
        }


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """All agencies. `holds` when every count adds up and nothing differs."""

    agencies: tuple[AgencyCount, ...]

    @property
    def holds(self) -> bool:
        return all(
            each.sent == each.acknowledged + each.outstanding and not each.differences
            for each in self.agencies
        )

    def to_json(self) -> dict[str, Any]:
        """The contract's object."""
        return {
            "agencies": [each.to_json() for each in self.agencies],
            "sent": sum(each.sent for each in self.agencies),
            "acknowledged": sum(each.acknowledged for each in self.agencies),
            "outstanding": sum(each.outstanding for each in self.agencies),
        }


async def reconcile(agencies: Iterable[str] = ()) -> Reconciliation:
    """Count each agency's cases three ways, in one view of the database.

    `agencies` are listed even when nothing was ever sent to them.
    """
    async with db.transaction():
        if db.dialect() == "postgres":
            # One snapshot for all four statements, so that work in between cannot look like loss.
            await db.execute("set transaction isolation level repeatable read, read only")
        sent = await db.fetch(SENT)
        withdrawn = {row["id"] for row in await db.fetch(WITHDRAWN)}
        receipts = {row["id"]: row["version"] for row in await db.fetch(RECEIPTS)}
        standing = {row["id"]: row for row in await db.fetch(OUTSTANDING)}
    names = {*agencies, *(row["agency"] for row in standing.values())}
    by_agency: dict[str, dict[UUID, int]] = {name: {} for name in names}
    for row in sent:
        by_agency[row["agency"]][row["id"]] = row["version"]
    for row in standing.values():
        # A referral without any move in the log is a difference too: sent version 0.
        by_agency[row["agency"]].setdefault(row["id"], 0)
    return Reconciliation(
        tuple(
            _count(name, by_agency[name], withdrawn, receipts, standing) for name in sorted(names)
        )
    )


def _count(
    agency: str,
    sent: Mapping[UUID, int],
    withdrawn: set[UUID],
    receipts: Mapping[UUID, int],
    standing: Mapping[UUID, db.Row],
) -> AgencyCount:
    count, acknowledged, outstanding = 0, 0, 0
    differences: list[UUID] = []
    for referral, version in sorted(sent.items()):
        row, received = standing[referral], receipts.get(referral, 0)
        agrees = row["version"] == version > 0 and row["acknowledged_version"] == received
        if referral in withdrawn:
            version = received  # what the agency never had is not sent any more
        count += bool(version)
        acknowledged += bool(version) and received == version
        outstanding += bool(row["waiting"])
        if not agrees or row["waiting"] != (received < version):
            differences.append(referral)
    return AgencyCount(agency, count, acknowledged, outstanding, tuple(differences))
