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


async def _make_held_changes(services: Services) -> None:
    from service.actions.contact_changes import make_due

    await make_due(services)


async def _count_signatures(services: Services) -> None:
    from service.voice.counting import count_steps

    await count_steps(services)


async def _recount_signatures(services: Services) -> None:
    from service.voice.counting import recount_nightly

    await recount_nightly(services)


async def _seal_signatures(services: Services) -> None:
    from service.voice.signature_log import seal_log

    await seal_log(services)


async def _look_for_bursts(services: Services) -> None:
    from service.voice.bursts import look_for_bursts

    await look_for_bursts(services)


async def _work_off_batches(services: Services) -> None:
    from service.actions.voice.batches import work_off

    await work_off(services)


async def _close_petitions(services: Services) -> None:
    from service.actions.voice.petitions import close_due

    await close_due(services)


async def _publish_counts(services: Services) -> None:
    from service.actions.voice.releases import publish_due

    await publish_due(services)


async def _tend_votes(services: Services) -> None:
    from service.actions.voice.votes import tend

    await tend(services)


async def _redraw_votes(services: Services) -> None:
    from service.voice.comparing import redraw_due

    await redraw_due(services)


async def _load_demo_votes(services: Services) -> None:
    if services.settings.demo_votes:
        from service.voice_demo_votes import load_demo_votes

        await load_demo_votes(services)


JOBS: tuple[Job, ...] = (
    Job("audit seal", timedelta(seconds=2), _seal),
    Job("audit sweep", timedelta(hours=1), _sweep),
    Job("lapsed leases", timedelta(seconds=5), _lapse_leases),
    Job("held changes", timedelta(minutes=1), _make_held_changes),
    Job("signatures", timedelta(seconds=1), _count_signatures),
    Job("petitions that end", timedelta(minutes=1), _close_petitions),
    Job("signature recount", timedelta(minutes=10), _recount_signatures),
    Job("signature log", timedelta(minutes=1), _seal_signatures),
    Job("signature bursts", timedelta(seconds=30), _look_for_bursts),
    Job("signature batches", timedelta(seconds=2), _work_off_batches),
    Job("signature releases", timedelta(minutes=10), _publish_counts),
    Job("votes", timedelta(seconds=20), _tend_votes),
    Job("firmness of results", timedelta(seconds=10), _redraw_votes),
    Job("votes of the demonstration", timedelta(minutes=5), _load_demo_votes),
    Job("retention", timedelta(hours=1), retention.run),
)
