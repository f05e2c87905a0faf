"""The web application over a test's own database, and a browser to walk through it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette

from service.app import create_app
from service.services import Services
from tests.support.browsing import Browser


@pytest.fixture
def app(services: Services) -> Starlette:
    """The whole application; the test holds the database, so there is no start-up to run."""
    return create_app(services.settings, services.clock, services=services, opens_database=False)


@pytest.fixture
async def client(app: Starlette, services: Services) -> AsyncIterator[httpx.AsyncClient]:
    """A client with its own cookies. A fault inside the application is its 500, as in real life."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=services.settings.base_url) as made:
        yield made


@pytest.fixture
def browser(client: httpx.AsyncClient) -> Browser:
    return Browser(client)
