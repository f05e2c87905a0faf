"""Sessions: who a cookie stands for, for how long, and when it stands for nobody."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from service import db
from service.security.sessions import (
    DOORS,
    end_all,
    end_session,
    find_session,
    open_session,
)
from service.services import Services
from tests.service.web.small_app import small_app
from tests.support.clock import StoppedClock

MINUTE = timedelta(minutes=1)


async def staff_account(services: Services, role: str, agency: str | None = None) -> UUID:
    account = uuid4()
    await db.execute(
        "INSERT INTO staff_accounts"
        " (id, mail, mail_index, password_hash, role, agency, active, created_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        account,
        b"sealed",
        account.hex,
        "none",
        role,
        agency,
        True,
        services.clock.now(),
    )
    return account


async def test_only_the_hash_of_a_token_is_stored(services: Services) -> None:
    token, session = await open_session("status", uuid4(), "link", services.clock.now())
    rows = await db.fetch("SELECT * FROM sessions")
    assert len(token) >= 43
    assert token not in str(rows)
    assert rows[0]["token_hash"] == session.token_hash


@pytest.mark.parametrize("door", list(DOORS))
async def test_a_session_opens_its_own_door_and_no_other(services: Services, door: str) -> None:
    now = services.clock.now()
    subject = await staff_account(services, "caseworker", "a")
    token, _session = await open_session(door, subject, "", now)
    for other in DOORS:
        found = await find_session(token, other, now)
        assert (found is not None) == (other == door)


@pytest.mark.parametrize("door", ["benefits", "status"])
async def test_a_session_that_rests_too_long_ends(
    services: Services, clock: StoppedClock, door: str
) -> None:
    token, _session = await open_session(door, uuid4(), "", clock.now())
    assert await find_session(token, door, clock.now() + DOORS[door].idle - MINUTE)
    clock.forward(DOORS[door].idle * 2)
    assert await find_session(token, door, clock.now()) is None


async def test_a_session_in_use_lasts_until_its_last_moment_and_not_beyond(
    services: Services, clock: StoppedClock
) -> None:
    token, session = await open_session("benefits", uuid4(), "", clock.now())
    while clock.forward(timedelta(minutes=20)) < session.expires_at:
        assert await find_session(token, "benefits", clock.now())
    assert await find_session(token, "benefits", clock.now()) is None


async def test_seen_is_written_at_most_once_a_minute(
    services: Services, clock: StoppedClock
) -> None:
    token, session = await open_session("benefits", uuid4(), "", clock.now())
    await find_session(token, "benefits", clock.forward(timedelta(seconds=30)))
    unchanged = await find_session(token, "benefits", clock.now())
    await find_session(token, "benefits", clock.forward(timedelta(seconds=40)))
    changed = await find_session(token, "benefits", clock.now())
    assert unchanged is not None
    assert unchanged.seen_at == session.seen_at
    assert changed is not None
    assert changed.seen_at == clock.now()


@pytest.mark.parametrize(
    "token", ["", "x", "' OR 1=1", "é" * 43, "a" * 43, "a" * 4000, "\x00" * 43]
)
async def test_a_token_nobody_was_given_opens_nothing(services: Services, token: str) -> None:
    assert await find_session(token, "staff", services.clock.now()) is None


async def test_an_ended_session_is_worth_nothing(services: Services) -> None:
    now, subject = services.clock.now(), uuid4()
    first, session = await open_session("status", subject, "secret", now)
    second, _session = await open_session("status", subject, "link", now)
    await end_session(session)
    assert await find_session(first, "status", now) is None
    assert await find_session(second, "status", now)
    assert await end_all(subject) == 1
    assert await find_session(second, "status", now) is None


async def test_suspension_and_another_role_count_at_the_next_request(services: Services) -> None:
    now = services.clock.now()
    account = await staff_account(services, "caseworker", "city_light")
    token, _session = await open_session("staff", account, "password", now)
    async with small_app(services) as client:
        client.cookies.set("th_staff", token)
        assert (await client.get("/staff/case")).json()["agency"] == "city_light"
        await db.execute("UPDATE staff_accounts SET role = 'leader' WHERE id = ?", account)
        assert (await client.get("/staff/case")).status_code == 404
        assert (await client.get("/staff/weekly")).json()["kind"] == "leader"
        await db.execute("UPDATE staff_accounts SET active = FALSE WHERE id = ?", account)
        refused = await client.get("/staff/weekly")
        assert (refused.status_code, refused.headers["location"]) == (303, "/staff/sign-in")


async def test_each_door_is_known_by_its_own_cookie(services: Services) -> None:
    now = services.clock.now()
    draft, _session = await open_session("benefits", uuid4(), "draft", now)
    status, _session = await open_session("status", uuid4(), "secret", now)
    async with small_app(services) as client:
        client.cookies.set("th_benefits", status)
        client.cookies.set("th_status", draft)
        for path in ("/benefits/own", "/benefits/status"):
            assert (await client.get(path)).status_code == 303
        client.cookies.set("th_benefits", draft)
        client.cookies.set("th_status", status)
        assert (await client.get("/benefits/own")).json()["proof"] == "draft"
        assert (await client.get("/benefits/status")).json()["proof"] == "secret"


def test_staff_rest_fifteen_minutes_and_nobody_stays_half_a_day() -> None:
    assert DOORS["staff"].idle == timedelta(minutes=15)
    assert DOORS["status"].idle == timedelta(minutes=30)
    assert all(door.absolute <= timedelta(hours=12) for door in DOORS.values())
