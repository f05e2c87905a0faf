"""Whether the process lives, whether it can serve, and its figures."""

from __future__ import annotations

import asyncio
import ipaddress
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from service import db
from service.errors import NotFound
from service.metrics import CONTENT_TYPE
from service.migrator import migrations_current
from service.web import now_of, web_of

if TYPE_CHECKING:
    from datetime import datetime

    from starlette.requests import Request

READY_SECONDS = 1.5
OUTBOX_IS_OLD = timedelta(minutes=5)
WORKER_IS_LATE = timedelta(seconds=60)
UNSEALED_SINCE = timedelta(hours=1)

OUTBOX = (
    "SELECT sum(CASE WHEN state = 'waiting' THEN 1 ELSE 0 END) AS waiting,"
    " sum(CASE WHEN state = 'needs_attention' THEN 1 ELSE 0 END) AS needs_attention,"
    " min(CASE WHEN state = 'waiting' THEN next_at END) AS oldest_at"
    " FROM outbox WHERE state <> 'sent'"
)
# The worker seals the audit log every few seconds, so an old unsealed entry means it stands still.
UNSEALED = (
    "SELECT e.id FROM audit_entries e LEFT JOIN audit_chain c ON c.entry = e.id"
    " WHERE c.entry IS NULL AND e.at > ? AND e.at < ? LIMIT 1"
)


async def process(_request: Request) -> Response:
    """The process answers; nothing else is asked."""
    return JSONResponse({"status": "ok"})


async def ready(request: Request) -> Response:
    """200 `ok` or `degraded` with reasons; 503 where the database is away or not migrated."""
    now = now_of(request)
    try:
        async with asyncio.timeout(READY_SECONDS):
            if not await migrations_current():
                return unavailable("migrations")
            reasons = await degraded(now)
    except (db.DatabaseError, db.DatabaseUnavailable, TimeoutError):
        return unavailable("database")
    return JSONResponse({"status": "degraded" if reasons else "ok", "reasons": reasons})


def unavailable(reason: str) -> Response:
    return JSONResponse(
        {"status": "unavailable", "reasons": [reason]},
        status_code=503,
        headers={"Retry-After": "5"},
    )


async def degraded(now: datetime) -> list[str]:
    reasons = []
    outbox = await outbox_figures(now)
    if outbox["outbox_oldest_seconds"] > OUTBOX_IS_OLD.total_seconds():
        reasons.append("outbox_old")
    if await db.fetch(UNSEALED, now - UNSEALED_SINCE, now - WORKER_IS_LATE):
        reasons.append("worker_late")
    return reasons


async def outbox_figures(now: datetime) -> dict[str, float]:
    row: dict[str, Any] = (await db.fetch(OUTBOX))[0]
    oldest = row["oldest_at"]
    return {
        "outbox_waiting": row["waiting"] or 0,
        "outbox_needs_attention": row["needs_attention"] or 0,
        "outbox_oldest_seconds": max(0.0, (now - oldest).total_seconds()) if oldest else 0.0,
    }


async def figures(request: Request) -> Response:
    """Prometheus text, only to a caller on this machine that came without a proxy."""
    if not is_loopback(request) or request.state.proxied:
        raise NotFound
    return Response(
        web_of(request).metrics.text(await outbox_figures(now_of(request))),
        media_type=CONTENT_TYPE,
    )


def is_loopback(request: Request) -> bool:
    try:
        return ipaddress.ip_address(request.client.host if request.client else "").is_loopback
    except ValueError:
        return False


routes = [
    Route("/healthz", process, name="health.process"),
    Route("/readyz", ready, name="health.ready"),
    Route("/metrics", figures, name="health.metrics"),
]
