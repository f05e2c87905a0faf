"""The signed hint: there is something to pull, and nothing else."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import httpx

from service.actions.endpoints import pause_endpoint
from service.actions.hints import cover, others_waiting, postpone_waiting
from service.actor import Actor
from service.queries.endpoints import endpoint_of
from service.queries.referrals import count_waiting
from service.referrals.channels.base import GONE, after_answer
from service.referrals.outbound import Outbound, Refused
from service.referrals.webhook_keys import signing_keys
from service.referrals.webhooks import sign
from service.worker import Done, GiveUp, Outcome, Retry, pause_before

if TYPE_CHECKING:
    from service.outbox import Claimed
    from service.services import Services

HINT_TYPE = "referrals.available"
WITHDRAWAL, WITHDRAWAL_TYPE = "withdrawal_hint", "referrals.withdrawn"


async def deliver(services: Services, row: Claimed) -> Outcome:
    """Post one hint. One that arrives speaks for every hint of the agency that still waits."""
    agency = row.payload["agency"]
    endpoint = await endpoint_of(agency)
    if endpoint is None or endpoint.paused_at is not None:
        return Done()
    begun = services.clock.now()
    others = await others_waiting(row)
    said = await _news(row.topic, agency)
    if said is None:
        return Done()
    body = json.dumps(said, separators=(",", ":")).encode()
    headers = sign(f"msg_{row.id.hex}", begun, body, signing_keys(services.keyring, agency))
    result = await _post(services, row, endpoint.url, body, headers)
    if isinstance(result, Done):
        await cover(row, others, begun)
    elif isinstance(result, Retry):
        pause = result.after or pause_before(row.attempt + 1, 0.5)
        if pause is not None:
            await postpone_waiting(row, services.clock.now() + pause)
    return result


async def _news(topic: str, agency: str) -> dict[str, object] | None:
    """What there is to tell; None where it was all fetched meanwhile."""
    if topic == WITHDRAWAL:
        return {"type": WITHDRAWAL_TYPE}
    count = await count_waiting(agency)
    return {"type": HINT_TYPE, "count": count} if count else None


async def _post(
    services: Services, row: Claimed, url: str, body: bytes, headers: dict[str, str]
) -> Outcome:
    try:
        async with Outbound(loopback=services.settings.demo) as outbound:
            answer = await outbound.post(url, body, headers)
    except Refused as refused:
        return GiveUp(str(refused))
    except (httpx.HTTPError, TimeoutError) as error:
        return Retry(type(error).__name__)
    if answer.status == GONE:
        agency, now = row.payload["agency"], services.clock.now()
        await pause_endpoint(Actor.SYSTEM, agency, url, now)
    return after_answer(answer, services.clock.now())
