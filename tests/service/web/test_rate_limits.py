"""Limits are counted in the database, so two processes share them and a restart forgets none."""

from __future__ import annotations

import asyncio
import dataclasses
from datetime import timedelta

import pytest

from service import db
from service.errors import TooMany, Unavailable
from service.security.rate_limits import (
    SECRET_REFERENCE,
    SEND_NETWORK,
    SIGN_IN_ACCOUNT,
    UNKNOWN_KEY,
    Limit,
    forgive,
    limit,
)
from service.services import Services
from tests.service.web.small_app import small_app
from tests.support.clock import StoppedClock

THREE = Limit("test/three", 3, 60)


async def test_one_try_too_many_is_told_how_long_to_wait(
    services: Services, clock: StoppedClock
) -> None:
    for _ in range(3):
        await limit(services, THREE, "a", clock.now())
    clock.forward(timedelta(seconds=20))
    with pytest.raises(TooMany) as refused:
        await limit(services, THREE, "a", clock.now())
    assert refused.value.headers["Retry-After"] == "40"
    await limit(services, THREE, "b", clock.now())
    await limit(services, THREE, "a", clock.forward(timedelta(seconds=40)))


async def test_tries_at_once_are_all_counted(services: Services) -> None:
    tries = [limit(services, THREE, "a", services.clock.now()) for _ in range(20)]
    results = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(result is None for result in results) == 3
    assert all(result is None or isinstance(result, TooMany) for result in results)


async def test_a_right_try_takes_the_wrong_ones_back(services: Services) -> None:
    now = services.clock.now()
    for _ in range(3):
        await limit(services, THREE, "a", now)
    await forgive(services, THREE, "a", now)
    await limit(services, THREE, "a", now)


async def test_the_table_shows_no_address(services: Services) -> None:
    await limit(services, THREE, "203.0.113.9", services.clock.now())
    rows = await db.fetch("SELECT * FROM rate_limits")
    assert "203.0.113.9" not in str(rows)


async def test_two_processes_share_one_count(services: Services) -> None:
    headers = {"authorization": "Bearer nobody"}
    async with small_app(services) as first, small_app(services) as second:
        for _ in range(UNKNOWN_KEY.tries // 2):
            assert (await first.get("/api/agency", headers=headers)).status_code == 401
            assert (await second.get("/api/agency", headers=headers)).status_code == 401
        for client in (first, second):
            refused = await client.get("/api/agency", headers=headers)
            assert (refused.status_code, refused.json()["code"]) == (429, "too_many")
            assert int(refused.headers["retry-after"]) >= 1


async def test_without_a_count_sign_in_stays_shut_and_sending_stays_open(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object) -> None:
        raise db.DatabaseUnavailable("stopped")

    monkeypatch.setattr(db, "fetch", away)
    now = services.clock.now()
    for rule in (SIGN_IN_ACCOUNT, SECRET_REFERENCE, UNKNOWN_KEY):
        with pytest.raises(Unavailable):
            await limit(services, rule, "a", now)
    await limit(services, SEND_NETWORK, "a", now)


def test_the_published_limits_are_the_ones_in_force() -> None:
    told = dataclasses.asdict(SECRET_REFERENCE)
    assert (told["tries"], told["seconds"]) == (5, 15 * 60)
