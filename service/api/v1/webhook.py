"""An agency's own webhook address: where hints go, and the key that checks them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from service.actions.endpoints import remove_endpoint, set_endpoint
from service.api.v1.edge import actor_of, agency_of, answer, read_model
from service.api.v1.shapes import Strict
from service.queries.endpoints import endpoint_of
from service.referrals.webhook_keys import public_keys
from service.web import now_of, services_of


class WebhookBody(Strict):
    """The https address that hints are posted to."""

    url: Annotated[str, Field(min_length=1, max_length=500)]


class WebhookAnswer(Strict):
    """`keys` check the signature (Standard Webhooks, ed25519); any one of them is enough."""

    url: str | None
    paused_at: datetime | None
    keys: list[str]


async def show(request: Request) -> Response:
    """The address as it is set, and the keys."""
    services = services_of(request)
    found = await endpoint_of(agency_of(request))
    paused = found.paused_at if found else None
    return answer(
        {
            "url": found.url if found else None,
            "paused_at": paused.isoformat() if paused else None,
            "keys": public_keys(services.keyring, agency_of(request)),
        }
    )


async def put(request: Request) -> Response:
    """Set the address; a paused one runs again."""
    body = await read_model(request, WebhookBody)
    await set_endpoint(
        actor_of(request),
        agency_of(request),
        body.url,
        now_of(request),
        loopback=services_of(request).settings.demo,
    )
    return await show(request)


async def delete(request: Request) -> Response:
    """Send no more hints."""
    await remove_endpoint(actor_of(request), agency_of(request), now_of(request))
    return await show(request)
