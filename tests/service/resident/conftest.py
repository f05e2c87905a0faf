"""Residents at the point where a test begins: at the first question, or after sending."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette

from service.services import Services
from tests.service.resident.walking import SINGLE, begin, place, walk
from tests.support.browsing import Browser, PageSeen


@pytest.fixture
async def first(browser: Browser) -> PageSeen:
    """The first question of a new application."""
    return await begin(browser)


@pytest.fixture
async def sent(browser: Browser, services: Services) -> PageSeen:
    """The receipt of one person's application for ORCA LIFT and Fresh Bucks."""
    page = await place(browser, services, SINGLE)
    page = await page.form().fill(choose=["orca_lift", "fresh_bucks"]).submit("Continue with")
    page = await walk(page, {}, until="/benefits/check")
    page = await page.form("/benefits/check").submit()
    signed = page.form().fill(consent=["orca_lift", "fresh_bucks"], signature="Luz Prado")
    return await signed.submit("Send")


@pytest.fixture
async def elsewhere(app: Starlette, services: Services) -> AsyncIterator[Browser]:
    """A browser on another device: no cookies of the first."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False, client=("203.0.113.9", 1))
    async with httpx.AsyncClient(transport=transport, base_url=services.settings.base_url) as made:
        yield Browser(made)
