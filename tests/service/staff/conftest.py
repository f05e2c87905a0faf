"""Staff who are signed in, each in a browser of their own, and cases that were sent to them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any
from uuid import UUID

import httpx
import pytest
from starlette.applications import Starlette

from service import db
from service.actions.accounts import create_account
from service.actions.applications import submit
from service.actor import Actor
from service.referrals.request import Consent, Contact, Receipt, SendRequest
from service.services import Services
from tests.service.exchange.conftest import facts
from tests.support.browsing import Browser, PageSeen
from tests.support.pages import elements, text_of

PASSWORD = "seven quiet herons"
METRO, UTILITIES = "king_county_metro", "seattle_utilities"
SignIn = Callable[..., Awaitable[Browser]]
Send = Callable[..., Awaitable[Receipt]]


def case_of(receipt: Receipt, program: str) -> UUID:
    return next(each.id for each in receipt.referrals if each.program == program)


def table_rows(page: PageSeen) -> list[list[str]]:
    """The words of each cell of the page's tables, row by row, without the heads."""
    rows = (elements(body, "tr") for body in elements(page.tree, "tbody"))
    return [[text_of(cell) for cell in elements(row, "th", "td")] for body in rows for row in body]


async def application_of(case: UUID) -> UUID:
    row = await db.fetch_one("select application_id from referrals where id = ?", case)
    assert row is not None
    found: UUID = row["application_id"]
    return found


@pytest.fixture
async def new_browser(
    app: Starlette, services: Services
) -> AsyncIterator[Callable[[], Awaitable[Browser]]]:
    """Makes browsers that share nothing, as two people's do."""
    async with AsyncExitStack() as stack:

        async def make() -> Browser:
            transport = httpx.ASGITransport(app, raise_app_exceptions=False)
            client = httpx.AsyncClient(transport=transport, base_url=services.settings.base_url)
            return Browser(await stack.enter_async_context(client))

        yield make


@pytest.fixture
def staff(services: Services, new_browser: Callable[[], Awaitable[Browser]]) -> SignIn:
    """`await staff("casey", "caseworker", METRO)`: an account, and a browser signed in with it."""

    async def sign_in(name: str, role: str = "caseworker", agency: str | None = METRO) -> Browser:
        mail = f"{name}@example.org"
        place = (mail, role, agency)
        await create_account(
            services, Actor.SYSTEM, *place, PASSWORD, services.clock.now(), name=name.capitalize()
        )
        browser = await new_browser()
        page = await browser.get("/staff/sign-in")
        arrived = await page.form().fill(mail=mail, password=PASSWORD).submit()
        assert arrived.status == 200, arrived.text
        assert "sign-in" not in arrived.url
        return browser

    return sign_in


@pytest.fixture
def send(services: Services) -> Send:
    """Sends an application to some programs, as a partner does."""
    return sending(services)


def sending(services: Services) -> Send:
    """The same over an open database, for a test that opens it by itself."""

    async def make(
        *programs: str,
        name: str = "Ana Reyes",
        mail: str | None = "ana@example.org",
        safe: bool = True,
        language: str = "es",
        told: dict[str, Any] | None = None,
    ) -> Receipt:
        chosen = programs or ("orca_lift", "utility_discount")
        rules = services.rules.programs
        request = SendRequest(
            application=None,
            facts=told or facts(),
            programs=chosen,
            consents=tuple(Consent(each, rules[each].fields) for each in chosen),
            signature=name,
            contact=Contact(name, safe, mail, "206-555-0199", language),
            language=language,
        )
        partner = Actor("partner_key", "key", "food_bank")
        return await submit(services, partner, request, services.clock.now())

    return make
