"""Whoever asks to sign, signed already or not: the same answer after the same statements."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from service import db
from service.actions.voice.own_signature import confirm, withdraw
from service.security.csrf import FIELD
from tests.service.voice.signers import Signers
from tests.support.browsing import Browser
from tests.support.clock import StoppedClock

Told = tuple[int, bytes, list[tuple[str, str]]]


@contextmanager
def every_statement(patch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What runs on either engine, in its order and without its values."""
    found: list[str] = []

    def noting(real: Callable[..., Any]) -> Callable[..., Any]:
        async def note(sql: str, *more: Any) -> Any:
            found.append(" ".join(sql.split()))
            return await real(sql, *more)

        return note

    with patch.context() as inside:
        for name in ("fetch", "execute", "execute_many"):
            inside.setattr(db, name, noting(getattr(db, name)))
        yield found


async def asked(browser: Browser, number: int, mail: str) -> Told:
    page = await browser.get(f"/voice/petitions/{number}")
    form = page.form(f"/voice/petitions/{number}").fill(name="Sam Signer", mail=mail)
    assert FIELD in dict(form.successful())
    url = str(browser.client.base_url)
    answer: httpx.Response = await browser.client.post(
        f"{url}/voice/petitions/{number}",
        data=dict(form.successful()),
        headers={"origin": url.rstrip("/")},
    )
    kept = [(name, value) for name, value in answer.headers.items() if name != "x-request-id"]
    return answer.status_code, answer.content, kept


@pytest.mark.parametrize("shared", [False, True])
async def test_signed_or_not_the_answer_and_the_work_are_the_same(
    signers: Signers,
    browser: Browser,
    clock: StoppedClock,
    monkeypatch: pytest.MonkeyPatch,
    shared: bool,
) -> None:
    number = (await signers.row())["number"]
    object.__setattr__(signers.services.voice, "shared_address", shared)
    try:
        await signers.sign("signed@one.example.net")
        await signers.ask("waiting@one.example.net")
        await signers.sign("taken@one.example.net")
        token = await signers.token_of("taken@one.example.net")
        await withdraw(signers.services, token, clock.now())
        told, work = [], []
        for mail in ("new", "signed", "waiting", "taken", "new"):
            with every_statement(monkeypatch) as statements:
                told.append(await asked(browser, number, f"{mail}@one.example.net"))
            work.append(list(statements))
    finally:
        object.__setattr__(signers.services.voice, "shared_address", False)
    assert [each == told[0] for each in told] == [True] * 5
    assert told[0][0] == 303
    assert [each == work[0] for each in work] == [True] * 5
    assert len(work[0]) >= 4


async def test_the_link_s_page_is_found_with_the_same_work_before_and_after(
    signers: Signers, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    await signers.ask("kim@one.example.net")
    token = await signers.token_of("kim@one.example.net")
    work = []
    for _time in range(2):
        with every_statement(monkeypatch) as statements:
            await browser.get(f"/voice/signature/{token}")
        work.append(list(statements))
        await confirm(signers.services, token)
    assert work[0] == work[1]
