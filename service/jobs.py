"""What comes round by the clock, in one list."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from service import audit_chain, retention

if TYPE_CHECKING:
    from service.services import Services


@dataclass(frozen=True, slots=True)
class Job:
    """Something done again `every` so often. Several workers may do it at once: each job sees to
    it that this is the same as doing it once."""

    name: str
    every: timedelta
    run: Callable[[Services], Awaitable[object]]


async def _seal(_services: Services) -> None:
    await audit_chain.seal()


async def _sweep(_services: Services) -> None:
    await audit_chain.seal(everything=True)


async def _lapse_leases(services: Services) -> None:
    from service.actions.referrals import lapse_leases

    await lapse_leases(services)


JOBS: tuple[Job, ...] = (
    Job("audit seal", timedelta(seconds=2), _seal),
    Job("audit sweep", timedelta(hours=1), _sweep),
    Job("lapsed leases", timedelta(seconds=5), _lapse_leases),
    Job("retention", timedelta(hours=1), retention.run),
)
