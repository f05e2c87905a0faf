"""Two requests for a new secret number at one moment: no number is shown that opens nothing."""

from __future__ import annotations

import asyncio
import base64
import json
import re
from datetime import timedelta
from typing import Any

import httpx
import pytest

from service import db
from service.actions.contact_changes import make_due
from service.actions.own_secrets import renew
from service.resident.questions import SECRET_NOTE
from service.services import Services
from tests.service.resident.test_contact_changes import by_mail
from tests.service.resident.test_returning import come_in, numbers
from tests.service.resident.walking import CONTACT, give
from tests.support.browsing import Browser, PageSeen
from tests.support.clock import StoppedClock
from tests.support.waiting import eventually

GET_NEW = "Get a new secret number"
NEWER = "A newer secret number was made"


WAITS_FOR_A_LOCK = """
select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
"""
Visit = tuple[Browser, str, str]
"""A browser, the page to ask for a new secret, and the reference."""


async def _at_draft(first: PageSeen, _other: Browser, _services: Services) -> Visit:
    page = await give(first, CONTACT)
    reference, _secret = numbers(page)
    await page.form().submit("Continue")
    return first.browser, "/benefits/reference", reference


async def _sent(first: PageSeen) -> tuple[str, str]:
    known = numbers(await give(first, CONTACT))
    page = await first.browser.get("/benefits/send-now")
    await page.form().fill(consent=["basic_food"], signature="Luz Prado").submit("Send")
    return known


async def _by_mail(first: PageSeen, other: Browser, services: Services) -> Visit:
    reference, _secret = await _sent(first)
    await by_mail(other, reference, services)
    return other, "/benefits/status/secret", reference


async def _by_secret(first: PageSeen, other: Browser, _services: Services) -> Visit:
    known = await _sent(first)
    await come_in(other, *known)
    return other, "/benefits/status/secret", known[0]


@pytest.mark.parametrize("visit", [_at_draft, _by_mail, _by_secret])
async def test_of_two_new_secrets_at_once_only_the_one_that_opens_is_shown(
    first: PageSeen,
    elsewhere: Browser,
    services: Services,
    clock: StoppedClock,
    monkeypatch: pytest.MonkeyPatch,
    visit: Any,
) -> None:
    browser, path, reference = await visit(first, elsewhere, services)
    both = asyncio.Barrier(2)
    hashed = services.passwords.hash

    async def meeting(*args: Any, **names: Any) -> str:
        """Neither request stores its number before the other has made its own."""
        made = await hashed(*args, **names)
        async with asyncio.timeout(60):
            await both.wait()
        return made

    windows = [browser, twin(browser)]
    forms = [(await each.get(path)).form() for each in windows]
    with monkeypatch.context() as patch:
        patch.setattr(services.passwords, "hash", meeting)
        pages = await asyncio.gather(*(form.submit(GET_NEW) for form in forms))
    won = [page for page in pages if NEWER not in page.text]
    lost = [page for page in pages if NEWER in page.text]
    assert (len(won), len(lost)) == (1, 1)
    assert not re.search(r"(?:\d{4} ){3}\d{4}", lost[0].text)
    clock.forward(timedelta(hours=73))
    await make_due(services)
    came = await come_in(twin(browser, cookies=False), reference, numbers(won[0])[1])
    assert came.status == 200
    assert came.url != "/benefits/return"


async def test_a_reload_shows_no_number_that_another_window_has_replaced(
    first: PageSeen, elsewhere: Browser, services: Services
) -> None:
    browser, path, _reference = await _by_mail(first, elsewhere, services)
    older, newer = browser, twin(browser)
    for window in (older, newer):
        page = await (await window.get(path)).form().submit(GET_NEW)
        assert numbers(page)
    again = await older.get(path)
    assert again.heading == NEWER
    assert numbers(await again.form().submit(GET_NEW))


async def test_a_page_knows_its_number_by_the_mark_without_trying_it(
    first: PageSeen, elsewhere: Browser, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also one that works only later, beside the older one that works until then."""
    browser, path, _reference = await _by_secret(first, elsewhere, services)
    page = await (await browser.get(path)).form().submit(GET_NEW)

    async def tried(*_about: Any, **_names: Any) -> bool:
        raise AssertionError("it takes long")

    monkeypatch.setattr(services.passwords, "verify", tried)
    assert numbers(await browser.get(page.url)) == numbers(page)


async def test_a_number_that_the_version_before_left_in_a_browser_is_shown_too(
    first: PageSeen, services: Services, clock: StoppedClock
) -> None:
    shown = numbers(await give(first, CONTACT))
    [row] = await db.fetch("select id from applications")
    until = clock.now() + timedelta(minutes=5)
    note = {"value": [str(row["id"]), shown[1].replace(" ", "")], "until": until.isoformat()}
    sealed = services.keyring.seal(
        json.dumps(note).encode(), table="cookies", column=SECRET_NOTE, row_id="once"
    )
    cookie = base64.urlsafe_b64encode(sealed).decode()
    for jar in first.browser.client.cookies.jar:
        if jar.name == SECRET_NOTE:
            jar.value = cookie
    assert numbers(await first.browser.get("/benefits/reference")) == shown


async def test_who_asks_for_a_secret_and_who_makes_one_do_not_wait_for_each_other_in_a_ring(
    first: PageSeen, elsewhere: Browser, services: Services, clock: StoppedClock
) -> None:
    if db.dialect() == "sqlite":
        return  # one writes at a time
    browser, path, _reference = await _by_secret(first, elsewhere, services)
    assert numbers(await (await browser.get(path)).form().submit(GET_NEW))
    [row] = await db.fetch("select id from applications")

    locked = asyncio.Event()

    async def ask() -> bool:
        await locked.wait()
        return await renew(services, row["id"], clock.now(), confirmed=False) is not None

    async def somebody_waits() -> bool:
        await db.fetch("select pg_stat_clear_snapshot()::text as nothing")
        return bool(await db.fetch(WAITS_FOR_A_LOCK))

    asking = asyncio.create_task(ask())
    async with db.transaction():
        await db.execute("update contact_changes set state = state")
        locked.set()
        await eventually(somebody_waits)
        await db.execute("update applications set updated_at = updated_at")
    assert await asking


def twin(browser: Browser, *, cookies: bool = True) -> Browser:
    """The same visit in another window, with a jar of its own so that neither waits for the other's
    cookies; or a browser that was never here."""
    made = httpx.AsyncClient(transport=browser.client._transport, base_url=browser.client.base_url)
    if cookies:
        made.cookies.update(browser.client.cookies)
    return Browser(made)
