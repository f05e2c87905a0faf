"""A petition in a rush: one page for all in a second, each with a token of their own."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from service import db
from service.actions.voice.own_signature import own_signature
from service.public_voice import rush
from tests.service.voice.signers import Signers
from tests.service.voice.test_equal_work import every_statement
from tests.support.browsing import Browser


@pytest.fixture
async def crowd(signers: Signers, app: object) -> list[Browser]:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)  # type: ignore[arg-type]
    base = signers.services.settings.base_url
    return [
        Browser(httpx.AsyncClient(transport=transport, base_url=base), language)
        for language in ["en"] * (rush.ANEW + 4) + ["es"]
    ]


async def test_a_page_kept_for_a_second_signs_for_everybody_in_their_own_name(
    signers: Signers, crowd: list[Browser], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rush, "SECONDS", 3_600.0)
    path = f"/voice/petitions/{(await signers.row())['number']}"
    first = await crowd[0].get(path)
    for visitor in crowd[1 : rush.ANEW + 1]:
        await visitor.get(path)
    await db.execute("update voice_petitions set ask = 'Something newer' where number > 0")
    kept = [await visitor.get(path) for visitor in crowd[rush.ANEW + 1 : -1]]
    assert {page.heading for page in kept} == {first.heading}, "a second old at most"
    assert (await crowd[-1].get(path)).heading == "Something newer", "another language, not kept"
    tokens = {page.form(path).values["_csrf"][0] for page in [first, *kept]}
    assert len(tokens) == 1 + len(kept)
    for at, page in enumerate(kept):
        sent = await page.form(path).fill(name="Sam", mail=f"s{at}@one.example.net").submit()
        assert sent.heading == "Look in your mail"
    stolen = await crowd[-1].post(path, [("_csrf", tokens.pop()), ("name", "Sam")])
    assert stolen.status == 403
    monkeypatch.setattr(rush, "SECONDS", 0.0)
    for visitor in crowd:
        await visitor.client.aclose()


async def test_while_one_page_of_a_rush_is_made_the_others_wait_for_it(
    signers: Signers, crowd: list[Browser], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rush, "SECONDS", 3_600.0)
    monkeypatch.setattr(rush, "ANEW", 0)
    path = f"/voice/petitions/{(await signers.row())['number']}"
    with every_statement(monkeypatch) as alone:
        await crowd[-1].get(path)
    with every_statement(monkeypatch) as together:
        pages = await asyncio.gather(*(visitor.get(path) for visitor in crowd[:-1]))
    assert together == alone
    assert len({page.form(path).values["_csrf"][0] for page in pages}) == len(pages)
    monkeypatch.setattr(rush, "SECONDS", 0.0)
    for visitor in crowd:
        await visitor.client.aclose()


async def test_where_the_first_try_at_a_page_fails_nobody_else_waits_in_vain(
    signers: Signers, crowd: list[Browser], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rush, "SECONDS", 3_600.0)
    monkeypatch.setattr(rush, "ANEW", 0)
    path = f"/voice/petitions/{(await signers.row())['number']}"
    real, tries = db.fetch_one, 0

    async def away_at_first(sql: str, *values: object) -> db.Row | None:
        nonlocal tries
        tries += 1
        if tries > 1:
            return await real(sql, *values)
        await asyncio.sleep(0.05)  # the others have come and wait
        raise db.DatabaseUnavailable

    with monkeypatch.context() as inside:
        inside.setattr(db, "fetch_one", away_at_first)
        answers = await asyncio.gather(*(one.client.get(path) for one in crowd))
    assert sorted(answer.status_code for answer in answers) == [200] * (len(crowd) - 1) + [503]
    monkeypatch.setattr(rush, "SECONDS", 0.0)
    for visitor in crowd:
        await visitor.client.aclose()


async def test_a_page_is_made_anew_while_few_ask_for_it(signers: Signers, browser: Browser) -> None:
    path = f"/voice/petitions/{(await signers.row())['number']}"
    for number in range(3):
        await db.execute("update voice_petitions set ask = ? where number > 0", f"Ask {number}")
        assert (await browser.get(path)).heading == f"Ask {number}"


async def test_links_of_mails_that_are_opened_in_a_rush_sign_each_for_their_own_person(
    signers: Signers, crowd: list[Browser], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rush, "ANEW", 1)
    monkeypatch.setattr(rush, "SECONDS", 3_600.0)
    for at in range(4):
        await signers.ask(f"s{at}@one.example.net", f"Signer {at}")
    tokens = await signers.tokens()
    paths = [f"/voice/signature/{token}" for token in tokens]
    pages = [await crowd[at].get(path) for at, path in enumerate(paths)]
    for at, (page, path) in enumerate(zip(pages, paths, strict=True)):
        others = [token for token in tokens if token != tokens[at]]
        assert not any(token in page.html for token in others)
        assert len(set(page.form(path).values["_csrf"])) == 1
    assert (
        len({page.form(path).values["_csrf"][0] for page, path in zip(pages, paths, strict=True)})
        == 4
    )
    await pages[3].form(paths[3]).submit()
    states = [(await own_signature(signers.services, token)).state for token in tokens]
    assert states == ["pending", "pending", "pending", "confirmed"]
    assert (await crowd[0].get(paths[3])).heading == "Your signature counts"
    monkeypatch.setattr(rush, "SECONDS", 0.0)
    for visitor in crowd:
        await visitor.client.aclose()
