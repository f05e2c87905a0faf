"""Probes: the process, whether it can serve, and its figures."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import httpx
import pytest

from service import db
from service.services import Services
from tests.support.clock import StoppedClock


async def test_a_fresh_service_is_alive_and_ready(client: httpx.AsyncClient) -> None:
    assert (await client.get("/healthz")).json() == {"status": "ok"}
    ready = await client.get("/readyz")
    assert (ready.status_code, ready.json()) == (200, {"status": "ok", "reasons": []})


async def test_a_probe_may_ask_by_any_name(client: httpx.AsyncClient) -> None:
    for path in ("/healthz", "/readyz"):
        assert (await client.get(path, headers={"host": "10.1.2.3"})).status_code == 200


async def test_a_worker_that_stands_still_and_an_old_outbox_are_degraded(
    services: Services, client: httpx.AsyncClient, clock: StoppedClock
) -> None:
    now = clock.now()
    await db.execute(
        "INSERT INTO audit_entries (id, at, actor_kind, actor_id, action, subject, detail)"
        " VALUES (?, ?, 'system', 's', 'x', 'y', '{}')",
        uuid4(),
        now,
    )
    await db.execute(
        "INSERT INTO outbox (id, topic, lane, key, payload, state, attempts, next_at, created_at)"
        " VALUES (?, 'notice', 'mail', 'k', ?, 'waiting', 0, ?, ?)",
        uuid4(),
        b"sealed",
        now,
        now,
    )
    assert (await client.get("/readyz")).json()["reasons"] == []
    clock.forward(timedelta(minutes=6))
    ready = await client.get("/readyz")
    assert ready.status_code == 200
    assert ready.json() == {"status": "degraded", "reasons": ["outbox_old", "worker_late"]}


async def test_a_database_of_another_version_is_not_ready(client: httpx.AsyncClient) -> None:
    await db.execute("UPDATE tortoise_migrations SET name = 'x' || name")
    try:
        ready = await client.get("/readyz")
        assert (ready.status_code, ready.json()["reasons"]) == (503, ["migrations"])
        assert ready.headers["retry-after"] == "5"
    finally:
        await db.execute("UPDATE tortoise_migrations SET name = substr(name, 2)")


async def test_without_a_database_the_process_lives_and_is_not_ready(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object) -> None:
        raise db.DatabaseUnavailable("stopped")

    monkeypatch.setattr(db, "fetch", away)
    ready = await client.get("/readyz")
    assert (ready.status_code, ready.json()["reasons"]) == (503, ["database"])
    assert (await client.get("/healthz")).status_code == 200


async def test_the_figures_are_for_this_machine_alone(
    client: httpx.AsyncClient, app: object
) -> None:
    here = await client.get("/metrics")
    assert here.status_code == 200
    assert "threshold_outbox_waiting 0.0" in here.text
    proxied = await client.get("/metrics", headers={"x-forwarded-for": "127.0.0.1"})
    assert proxied.status_code == 404
    away = httpx.ASGITransport(app, client=("203.0.113.9", 1))  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=away, base_url=client.base_url) as stranger:
        assert (await stranger.get("/metrics")).status_code == 404


async def test_a_method_nobody_defined_makes_no_new_label(client: httpx.AsyncClient) -> None:
    for number in range(5):
        await client.request(f"M{number}", "/healthz")
    assert 'method="M1"' not in (await client.get("/metrics")).text
