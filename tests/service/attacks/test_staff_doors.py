"""Attacks on the ways in of staff, and on what auditors search by."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from forms import Draft
from service import db
from service.actions.accounts import create_account, one_time_password, reset_password
from service.actions.second_factors import offer
from service.actor import Actor
from service.drafts import flow_of
from service.i18n import Languages
from service.outbox import Claimed
from service.referrals.channels.email import deliver
from service.resident import consents, reach
from service.security.rate_limits import SIGN_IN_NETWORK, bucket, limit
from service.services import Services
from service.worker import GiveUp
from tests.service.staff.conftest import PASSWORD
from tests.support.browsing import Browser
from tests.support.clock import StoppedClock

AUDITOR = "otto@example.org"
NOBODY = "00000000-0000-0000-0000-000000000000"


async def test_a_right_sign_in_leaves_the_wrong_tries_of_its_network_counted(
    services: Services, browser: Browser, clock: StoppedClock
) -> None:
    now = clock.now()
    await create_account(services, Actor.SYSTEM, AUDITOR, "auditor", None, PASSWORD, now)
    for _try in range(SIGN_IN_NETWORK.tries - 1):
        await limit(services, SIGN_IN_NETWORK, "127.0.0.1", now)
    page = await browser.get("/staff/sign-in")
    page = await page.form().fill(mail=AUDITOR, password=PASSWORD).submit()
    assert page.url == "/staff/audit"
    rows = await db.fetch(
        "select count from rate_limits where bucket = ?",
        bucket(services, SIGN_IN_NETWORK, "127.0.0.1"),
    )
    assert [row["count"] for row in rows] == [SIGN_IN_NETWORK.tries - 1]


async def test_an_app_offered_to_who_had_the_old_password_is_not_offered_to_its_owner(
    services: Services, clock: StoppedClock
) -> None:
    now = clock.now()
    services = replace(services, settings=replace(services.settings, demo=False))
    account = await create_account(services, Actor.SYSTEM, AUDITOR, "admin", None, PASSWORD, now)
    actor = Actor("admin", str(account), None, account)
    seen = await offer(services, actor, account, now)
    assert await offer(services, actor, account, now) == seen
    await reset_password(services, Actor.SYSTEM, account, one_time_password(), now)
    assert await offer(services, actor, account, now) != seen


@pytest.mark.parametrize(
    "after",
    [
        f"0001-01-01T00:00:00+14:00_{NOBODY}",
        f"9999-12-31T23:59:59-14:00_{NOBODY}",
        f"2026-11-22T00:00:00_{NOBODY}",
        "2026-11-22T00:00:00+00:00_",
        "_",
        "' or 1 = 1 --",
    ],
)
async def test_a_made_up_place_in_the_log_is_not_there(
    services: Services, staff: Callable[..., Awaitable[Browser]], after: str
) -> None:
    otto = await staff("otto", "auditor", None)
    page = await otto.get("/staff/audit")
    values = page.form("/staff/audit").values
    fields = [(name, value) for name, each in values.items() for value in each]
    answer = await otto.post("/staff/audit", [*fields, ("after", after)])
    assert answer.status in (200, 400, 404, 422)


async def test_an_office_that_left_the_city_breaks_neither_its_mail_nor_a_page(
    services: Services,
) -> None:
    city = services.city
    emptied = replace(services, city=replace(city, agencies={}))
    payload = {"agency": "old_office"}
    row = Claimed(UUID(int=1), UUID(int=2), "", "", "k", payload, 1, datetime.now(UTC))
    assert isinstance(await deliver(emptied, row), GiveUp)
    words = Languages.load(city.languages, city.time_zone)["en"]
    shown = consents.consent_view(emptied, "orca_lift", "old_office", (), words)
    assert shown.agency == "old_office"
    flow = flow_of(emptied, Draft(), city.calendar.day_of(services.clock.now()))
    for step in flow.steps:
        assert reach.seen_by(emptied, flow, step, words)
