"""Every way to be one person: texts, letters and the city's own sign-in, each switched on alone."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from eligibility.findings import RulesError
from service import db
from service.actions.voice.own_signature import confirm, own_signature
from service.actions.voice.signing import Asked
from service.app import create_app
from service.errors import Invalid
from service.handlers import handlers
from service.services import Services
from service.settings import Settings, SettingsError
from service.voice.contacts import as_code
from service.voice.proofs import make_proof
from service.voice.reaching import LETTER_FOLDER, TEXT_FOLDER, sheet_of, waiting_letters
from service.voice.rules import SignIn, load_voice
from service.worker import Worker
from tests.service.voice.issuer import CLIENT, Issuer, issuing
from tests.service.voice.signers import Signers, new_petition
from tests.support.browsing import Browser
from tests.support.clock import StoppedClock

TIERS = ("mail", "phone", "address", "sign_in")
PHONES = ("206-555-0199", "(206) 555 0199", "+1 206.555.0199", "tel:2065550199", "1-206-555-0199")
HOME = "1234 5th Ave NE Apt 3\n98101"


@pytest.fixture
async def everybody(signers: Signers) -> Signers:
    """The same signers in a city that has switched everything on."""
    voice = replace(signers.services.voice, tiers=TIERS, household=2)
    return Signers(replace(signers.services, voice=voice), signers.petition)


async def work(services: Services, folder: str) -> list[dict[str, Any]]:
    """What the worker wrote in a folder of the storage."""
    await Worker(services, handlers(), jobs=()).run_until_idle()
    files = sorted((services.settings.storage / folder).glob("*.json"))
    return [json.loads(file.read_bytes()) for file in files]


async def test_one_number_is_one_voice_and_hears_by_text(everybody: Signers) -> None:
    services = everybody.services
    for spelling in PHONES:
        assert await everybody.ask(spelling, tier="phone", follow=True) == Asked()
    texts = await work(services, TEXT_FOLDER)
    (token,) = await everybody.tokens()
    assert [text["to"] for text in texts] == ["+12065550199"]
    assert f"/voice/signature/{token} " in texts[0]["text"]
    await confirm(services, token)
    assert await everybody.counted() == 1
    (row,) = await db.fetch("select tier, follow from voice_signatures")
    assert (row["tier"], row["follow"]) == ("phone", False)
    with pytest.raises(Invalid):
        await everybody.ask("555-0199", tier="phone")


async def test_texts_go_to_the_citys_gateway_and_wait_while_it_is_away(
    everybody: Signers,
) -> None:
    received: list[bytes] = []

    async def gateway(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        size = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
        received.append(head + await reader.readexactly(size))
        status = b"503 Busy" if len(received) == 1 else b"202 Taken"
        writer.write(b"HTTP/1.1 " + status + b"\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(gateway, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        settings = replace(
            everybody.services.settings, text_url=f"http://city:word@127.0.0.1:{port}/send"
        )
        services = replace(everybody.services, settings=settings)
        await everybody.ask(PHONES[0], tier="phone")
        assert await work(services, TEXT_FOLDER) == []
        await db.execute("update voice_outbox set next_at = ?", services.clock.now())
        await work(services, TEXT_FOLDER)
    assert len(received) == 2
    assert received[0].partition(b"\r\n\r\n")[2] == received[1].partition(b"\r\n\r\n")[2]
    assert b"authorization: basic" in received[1].lower()
    assert b'"+12065550199"' in received[1]
    (row,) = await db.fetch("select state from voice_outbox")
    assert row["state"] == "sent"


async def test_a_home_gets_a_letter_and_as_many_voices_as_people_may_live_there(
    everybody: Signers,
) -> None:
    services = everybody.services
    for name in ("Kim Home", "kim  HOME", "Lee Home"):
        await everybody.ask(HOME, name, tier="address")
        await everybody.ask("1234 Fifth Avenue NE #3, 98101", name, tier="address")
    tokens = await everybody.tokens()
    assert len(tokens) == 2
    letters = await work(services, LETTER_FOLDER)
    assert "Lee Home\n1234 5th Ave NE Apt 3\n98101" in [letter["to"] for letter in letters]
    typed = tokens[0].lower().replace("0", "o").replace("-", " ")
    assert as_code(typed) == tokens[0]
    for token in tokens:
        await confirm(services, token)
    await everybody.ask(HOME, "Third Home", tier="address")
    assert await everybody.tokens() == tokens
    assert await everybody.counted() == 2
    assert (await own_signature(services, tokens[0])).state == "confirmed"


async def test_letters_are_printed_once_and_forgotten(
    everybody: Signers, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from service.cli import main

    await everybody.ask(HOME, "<b>Kim</b>", tier="address")
    await work(everybody.services, LETTER_FOLDER)
    storage = everybody.services.settings.storage
    monkeypatch.setenv("THRESHOLD_STORAGE", str(storage))
    monkeypatch.setenv("THRESHOLD_DEMO", "1")
    assert "&lt;b&gt;Kim" in sheet_of(waiting_letters(storage / LETTER_FOLDER))
    page = tmp_path / "letters.html"
    assert main(["letters", str(page)]) == 0
    (token,) = await everybody.tokens()
    assert token in page.read_text(encoding="utf-8")
    assert waiting_letters(storage / LETTER_FOLDER) == []
    assert main(["letters", str(page)]) == 0, "nothing waits any more"


# ---- the city's own sign-in ---------------------------------------------------------------------


@pytest.fixture
async def issuer(clock: StoppedClock) -> AsyncIterator[Issuer]:
    async with issuing() as made:
        made.now = clock.now().timestamp()
        yield made


@pytest.fixture
async def visitor(everybody: Signers, issuer: Issuer) -> AsyncIterator[Browser]:
    sign_in = SignIn(issuer.url, CLIENT, "Seattle ID")
    voice = replace(everybody.services.voice, sign_in=sign_in)
    everybody.services = services = replace(everybody.services, voice=voice)
    app = create_app(services.settings, services.clock, services=services, opens_database=False)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=services.settings.base_url) as made:
        yield Browser(made)


async def leaves(visitor: Browser, everybody: Signers) -> str:
    """Fill in the form and press the sign-in's button; gives where the way leads."""
    number = (await everybody.row())["number"]
    form = (await visitor.get(f"/voice/petitions/{number}")).form(f"/voice/petitions/{number}")
    page = await form.fill(name="Kim", area="3").submit("Sign with Seattle ID")
    return page.link("Go on to Seattle ID")


def way_back(href: str, code: str, **more: str) -> str:
    state = more.get("state", parse_qs(urlsplit(href).query)["state"][0])
    return f"/voice/sign-in?state={state}&code={code}"


async def test_who_signs_in_with_the_city_is_one_voice(
    visitor: Browser, everybody: Signers, issuer: Issuer
) -> None:
    for _time in range(2):
        href = await leaves(visitor, everybody)
        page = await visitor.get(way_back(href, issuer.sign_in(href)))
        assert page.url.startswith("/voice/signature/")
    await page.form(page.url.partition("?")[0]).submit()
    assert await everybody.counted() == 1
    issuer.person = "resident-2"
    href = await leaves(visitor, everybody)
    page = await visitor.get(way_back(href, issuer.sign_in(href)))
    await page.form(page.url.partition("?")[0]).submit()
    assert await everybody.counted() == 2
    (row, _other) = await db.fetch("select tier, area from voice_signatures")
    assert (row["tier"], row["area"]) == ("sign_in", "3")


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://other.example"},
        {"aud": "somebody-else"},
        {"aud": [CLIENT, "somebody-else"]},
        {"nonce": "another"},
        {"exp": 1_000_000},
        {"iat": 9_999_999_999},
        {"sub": ""},
        {"sub": None},
    ],
)
async def test_a_word_that_is_not_for_this_question_signs_nothing(
    visitor: Browser, everybody: Signers, issuer: Issuer, claims: dict[str, Any]
) -> None:
    issuer.claims = claims
    href = await leaves(visitor, everybody)
    page = await visitor.get(way_back(href, issuer.sign_in(href)))
    assert (page.status, page.heading) == (409, "The sign-in did not work this time")
    assert await db.fetch("select 1 from voice_signatures") == []


async def test_nothing_forged_stolen_or_repeated_signs(
    visitor: Browser, everybody: Signers, issuer: Issuer
) -> None:
    href = await leaves(visitor, everybody)
    code = issuer.sign_in(href)
    for wrong in (
        way_back(href, "another-code"),
        way_back(href, code, state="another-state"),
        "/voice/sign-in",
        "/voice/sign-in?state=&code=",
        "/voice/sign-in?error=access_denied",
    ):
        assert (await visitor.get(wrong)).status == 409
    for header in ({"alg": "none"}, {"alg": "HS256"}, {"alg": "RS256"}, {"kid": "other"}):
        issuer.header = header
        href = await leaves(visitor, everybody)
        assert (await visitor.get(way_back(href, issuer.sign_in(href)))).status == 409
    issuer.header = {}
    href = await leaves(visitor, everybody)
    answer = way_back(href, issuer.sign_in(href))
    kept = dict(visitor.client.cookies)
    visitor.client.cookies.clear()
    assert (await visitor.get(answer)).status == 409, "another browser did not ask"
    visitor.client.cookies.update(kept)
    assert (await visitor.get(answer)).status == 200
    assert (await visitor.get(answer)).status == 409, "an answer is good once"
    assert len(await db.fetch("select 1 from voice_signatures")) == 1


async def test_a_proof_of_ours_is_for_one_petition_and_for_minutes(
    visitor: Browser, everybody: Signers, clock: StoppedClock
) -> None:
    services = everybody.services
    other = await new_petition(services, clock.now() + timedelta(days=1))
    proof = make_proof(services.keyring, str(everybody.petition), "resident-1", clock.now())
    for wrong in ("", "x", "ñ", proof[:-6] + "AAAA==", "A" * 3_000):
        with pytest.raises(Invalid):
            await everybody.ask(wrong, tier="sign_in")
    with pytest.raises(Invalid):
        await Signers(services, other).ask(proof, tier="sign_in")
    assert (await everybody.ask(proof, tier="sign_in")).link is not None
    clock.forward(timedelta(minutes=11))
    with pytest.raises(Invalid):
        await everybody.ask(proof, tier="sign_in")


# ---- what a city writes -------------------------------------------------------------------------


def test_a_city_switches_ways_on_and_sets_its_limits(tmp_path: Path) -> None:
    (tmp_path / "voice.yaml").write_text(
        "tiers: [mail, phone, address, sign_in]\nphone_country: '44'\nhousehold: 4\n"
        "sign_in: {issuer: 'https://id.example.gov/', client: threshold, name: City ID}\n"
        "limits: {reply: 5}\n"
    )
    voice = load_voice(tmp_path)
    assert voice.tiers == ("mail", "phone", "address", "sign_in")
    assert voice.sign_in == SignIn("https://id.example.gov", "threshold", "City ID")
    assert (voice.places("address"), voice.places("mail")) == (4, 1)
    assert (voice.limits["reply"], voice.limits["sign"]) == (5, 600)


@pytest.mark.parametrize(
    "text",
    [
        "sign_in: {issuer: 'http://id.example.gov', client: x, name: y}",
        "sign_in: {issuer: 'https://id.example.gov'}",
        "limits: {other: 5}",
        "limits: {reply: 0}",
        "household: 0",
    ],
)
def test_a_citys_mistakes_are_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "voice.yaml").write_text(text + "\n")
    with pytest.raises(RulesError):
        load_voice(tmp_path)


def test_a_gateway_is_reached_safely(tmp_path: Path) -> None:
    env = {"THRESHOLD_DEMO": "1", "THRESHOLD_STORAGE": str(tmp_path)}
    assert Settings.from_env(env).text_url is None
    with pytest.raises(SettingsError, match="TEXT_URL"):
        Settings.from_env({**env, "THRESHOLD_TEXT_URL": "http://text.example.org/send"})
