"""Where an agency wants its hints: set, removed, and paused when the endpoint says it is gone."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from service import db
from service.audit import unit_of_work
from service.errors import Fault, Invalid

if TYPE_CHECKING:
    from service.actor import Actor

LONGEST_URL = 500


async def set_endpoint(
    actor: Actor, agency: str, url: str, now: datetime, *, loopback: bool
) -> None:
    """Send hints to this address from now on. Raises Invalid for one that can never be called."""
    from service.referrals.outbound import may_be_called  # slow to import, and seldom needed

    if len(url) > LONGEST_URL or not may_be_called(url, loopback=loopback):
        raise Invalid([Fault("/url", "url", "Give a public https address.")])
    async with unit_of_work(actor, "endpoint.set", agency, now, agency=agency):
        await db.execute(
            "insert into agency_endpoints (agency, url, set_at) values (?, ?, ?)"
            " on conflict (agency) do update set url = excluded.url, set_at = excluded.set_at,"
            " paused_at = null",
            agency,
            url,
            now,
        )


async def remove_endpoint(actor: Actor, agency: str, now: datetime) -> None:
    """No more hints; the agency only pulls."""
    async with unit_of_work(actor, "endpoint.removed", agency, now, agency=agency):
        await db.execute("delete from agency_endpoints where agency = ?", agency)


async def pause_endpoint(actor: Actor, agency: str, url: str, now: datetime) -> None:
    """The address answered that it is gone: call it no more until it is set again."""
    async with unit_of_work(actor, "endpoint.paused", agency, now, agency=agency):
        await db.execute(
            "update agency_endpoints set paused_at = ? where agency = ? and url = ?",
            now,
            agency,
            url,
        )
