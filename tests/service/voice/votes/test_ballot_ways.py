"""A ballot by text, by letter, with a card and with the city's sign-in: one voice for each person
of the one kind that the vote's rule names, and the same answer for everybody."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from service import db
from service.actions.voice.ballots import LINK_KEPT, Ticket, cast, seal_ticket
from service.actions.voice.settling import flag_voter
from service.actions.voice.votes import Opened
from service.app import create_app
from service.errors import Invalid
from service.handlers import handlers
from service.queries.voice.votes import vote_by_id
from service.voice.contacts import new_codes
from service.voice.reaching import LETTER_FOLDER, TEXT_FOLDER
from service.voice.rules import SignIn
from service.voice.vote_keys import read_key
from service.voice.voters import voter
from service.worker import Worker
from tests.service.voice.issuer import CLIENT, Issuer, issuing
from tests.service.voice.test_equal_work import every_statement
from tests.service.voice.votes.conftest import OFFICER, House, sizes
from tests.service.voice.votes.test_vote_pages import RECEIPT
from tests.support.browsing import Browser, PageSeen
from tests.support.clock import StoppedClock

TIERS = ("mail", "phone", "address", "in_person", "sign_in")
PHONES = ("206-555-0199", "(206) 555 0199", "+1 206.555.0199")
HOME = {"contact": "1234 5th Ave NE Apt 3", "postcode": "98101"}


@pytest.fixture
async def issuer(clock: StoppedClock) -> AsyncIterator[Issuer]:
    async with issuing() as made:
        made.now = clock.now().timestamp()
        yield made


@pytest.fixture
def everybody(house: House) -> House:
    """A city that has switched everything on."""
    voice = replace(house.services.voice, tiers=TIERS, household=2)
    services = replace(house.services, voice=voice)
    made = House(services, house.clock)
    made.trustee = house.trustee
    return made


@pytest.fixture
async def visitor(everybody: House, issuer: Issuer) -> AsyncIterator[Browser]:
    services = everybody.services
    sign_in = SignIn(issuer.url, CLIENT, "Seattle ID")
    everybody.services = replace(services, voice=replace(services.voice, sign_in=sign_in))
    app = create_app(
        services.settings, services.clock, services=everybody.services, opens_database=False
    )
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=services.settings.base_url) as made:
        yield Browser(made)


def here(opened: Opened, more: str) -> str:
    return f"/voice/votes/{opened.number}{more}"


async def asks(visitor: Browser, opened: Opened, **typed: str) -> PageSeen:
    page = await visitor.get(here(opened, "/ask"))
    return await page.form(here(opened, "/ask")).fill(dict(typed)).submit()


async def written(house: House, folder: str) -> list[dict[str, Any]]:
    """What the worker wrote since it was last looked at."""
    await Worker(house.services, handlers(), jobs=()).run_until_idle()
    files = sorted((house.services.settings.storage / folder).glob("*.json"))
    found = [json.loads(file.read_bytes()) for file in files]
    for file in files:
        file.unlink()
    return found


async def casts(page: PageSeen, opened: Opened, option: str = "a-book-bus") -> None:
    assert page.heading == "What should the city build next?"
    check = await page.form().fill(choice=option).submit()
    done = await check.form(here(opened, "/cast")).submit()
    assert RECEIPT.search(done.text)


async def tier_of(opened: Opened) -> list[tuple[str, str]]:
    rows = await db.fetch("select tier, area from voice_roll where vote = ?", opened.vote)
    return [(row["tier"], row["area"]) for row in rows]


# ---- by text ------------------------------------------------------------------------------------


async def link_in_text(house: House) -> str:
    (text,) = await written(house, TEXT_FOLDER)
    assert text["to"] == "+12065550199"
    (link,) = [word for word in text["text"].split() if "/ballot?t=" in word]
    return str(link)


async def test_one_number_is_one_voice_and_gets_its_ballot_by_text(
    visitor: Browser, everybody: House
) -> None:
    opened = await everybody.open("single", identifier="phone", tier="phone")
    for spelling in PHONES:
        page = await asks(visitor, opened, contact=spelling, area="north")
        assert page.heading == "Look at your phone"
        await casts(await visitor.get(await link_in_text(everybody)), opened)
    assert await sizes(opened.vote) == (1, 1)
    assert await tier_of(opened) == [("phone", "north")]
    wrong = await asks(visitor, opened, contact="ana@mail.test")
    assert wrong.status == 422


async def test_whoever_asks_too_often_is_told_the_same_and_nothing_is_sent(
    visitor: Browser, everybody: House
) -> None:
    opened = await everybody.open("single", identifier="phone", tier="phone")
    pages = [await asks(visitor, opened, contact=PHONES[0]) for _time in range(5)]
    assert len({page.text for page in pages}) == 1
    assert len(await written(everybody, TEXT_FOLDER)) == 3


@pytest.mark.parametrize("kind", ["mail", "phone", "address"])
async def test_voted_or_not_the_answer_and_the_work_are_the_same(
    visitor: Browser, everybody: House, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    opened = await everybody.open("single", identifier=kind, tier=kind)
    typed = {
        "mail": {"contact": "ana@mail.test"},
        "phone": {"contact": PHONES[0]},
        "address": {"name": "Kim Home", **HOME},
    }[kind]
    told = []
    for _time in ("nobody asked", "asked before", "voted before"):
        page = await visitor.get(here(opened, "/ask"))
        form = page.form(here(opened, "/ask")).fill(dict(typed))
        with every_statement(monkeypatch) as statements:
            told.append(((await form.submit()).text, statements))
        if len(told) == 2:
            given = "\n".join(typed[one] for one in ("contact", "postcode") if one in typed)
            contact = voter(
                everybody.services, await vote_by_id(opened.vote), given, typed.get("name", "")
            )
            key = read_key(everybody.services.settings, opened.vote)
            ticket = Ticket(key.roll(kind, contact.canonical), kind, "", 0)
            now = everybody.clock.now()
            token = seal_ticket(key, opened.vote, ticket, now + LINK_KEPT)
            await cast(everybody.services, opened.number, token, ["a-book-bus"], now)
    assert told[0] == told[1] == told[2]
    assert await sizes(opened.vote) == (1, 1)


# ---- by letter ----------------------------------------------------------------------------------


async def letter_to(visitor: Browser, house: House, opened: Opened, name: str) -> str:
    """Ask for a letter; gives its code."""
    page = await asks(visitor, opened, name=name, **HOME)
    assert page.heading == "Look in your mailbox at home"
    (letter,) = await written(house, LETTER_FOLDER)
    (line,) = [line for line in letter["lines"] if "this code: " in line]
    assert letter["to"].startswith(name)
    return str(line.partition("this code: ")[2].partition(". It")[0])


async def types(visitor: Browser, opened: Opened, name: str, code: str, **more: str) -> PageSeen:
    page = await visitor.get(here(opened, "/code"))
    typed = {**HOME, "name": name, "code": code, **more}
    return await page.form(here(opened, "/code")).fill(dict(typed)).submit()


async def test_a_letters_code_typed_with_its_name_and_address_gives_the_ballot(
    visitor: Browser, everybody: House
) -> None:
    opened = await everybody.open("single", identifier="address", tier="address")
    code = await letter_to(visitor, everybody, opened, "Kim Home")
    for name, typed, more in (
        ("Lee Home", code, {}),
        ("Kim Home", "0000-0000-0000-0000", {}),
        ("Kim Home", "", {}),
        ("Kim Home", code, {"contact": "1235 5th Ave NE Apt 3"}),
    ):
        wrong = await types(visitor, opened, name, typed, **more)
        assert wrong.status == 422
        assert wrong.errors[0].startswith("This code does not go with this name and address")
    spelled = code.lower().replace("-", " ").replace("0", "o")
    other = {"contact": "1234 Fifth Avenue NE #3"}
    page = await types(visitor, opened, "kím  HOME", spelled, area="south", **other)
    await casts(page, opened)
    assert await tier_of(opened) == [("address", "south")]
    again = await types(visitor, opened, "Kim Home", code)
    assert again.status == 422, "a code is good for one ballot"
    everybody.clock.forward(timedelta(days=1))
    newer = await letter_to(visitor, everybody, opened, "Kim Home")
    await casts(await types(visitor, opened, "Kim Home", newer), opened, "more-street-trees")
    assert await sizes(opened.vote) == (1, 1)


async def test_a_code_is_good_for_two_weeks_and_for_one_vote(
    visitor: Browser, everybody: House
) -> None:
    later = (everybody.clock.now() + timedelta(days=60)).isoformat()
    letters = {"identifier": "address", "tier": "address", "closes_at": later}
    opened = await everybody.open("single", **letters)
    other = await everybody.open("single", **letters)
    code = await letter_to(visitor, everybody, opened, "Kim Home")
    assert (await types(visitor, other, "Kim Home", code)).status == 422
    everybody.clock.forward(timedelta(days=14))
    assert (await types(visitor, opened, "Kim Home", code)).status == 200
    everybody.clock.forward(timedelta(days=8))
    assert (await types(visitor, opened, "Kim Home", code)).status == 422


async def test_no_more_vote_from_a_home_than_the_city_thinks_live_there(
    visitor: Browser, everybody: House
) -> None:
    opened = await everybody.open("single", identifier="address", tier="address")
    codes = {}
    for name in ("Kim Home", "Lee Home", "Third Home"):
        codes[name] = await letter_to(visitor, everybody, opened, name)
        everybody.clock.forward(timedelta(days=1))
    for name in ("Kim Home", "Lee Home"):
        await casts(await types(visitor, opened, name, codes[name]), opened)
    full = await types(visitor, opened, "Third Home", codes["Third Home"])
    assert (full.status, "More names came from this address" in full.text) == (409, True)
    newer = await letter_to(visitor, everybody, opened, "Kim Home")
    await casts(await types(visitor, opened, "Kim Home", newer), opened)
    assert await sizes(opened.vote) == (2, 2)
    await everybody.close(opened)
    await everybody.reduce(opened)
    assert await db.fetch("select 1 from voice_homes") == []


async def test_one_home_gets_few_letters_a_day_and_nobody_is_told(
    visitor: Browser, everybody: House
) -> None:
    opened = await everybody.open("single", identifier="address", tier="address")
    for name in ("Kim Home", "kim HOME", "Lee Home", "Third Home"):
        assert (await asks(visitor, opened, name=name, **HOME)).status == 200
    to = {letter["to"].split("\n")[0] for letter in await written(everybody, LETTER_FOLDER)}
    assert to == {"Kim Home", "Lee Home"}


# ---- with a card, and with the city's sign-in ---------------------------------------------------


async def test_a_card_gives_the_ballot_at_once(visitor: Browser, everybody: House) -> None:
    opened = await everybody.open("single", identifier="in_person", tier="in_person")
    (code,) = new_codes(everybody.services.keyring, str(opened.vote), 1)
    for _time in range(2):
        await casts(await asks(visitor, opened, contact=code.lower()), opened)
    assert await sizes(opened.vote) == (1, 1)
    assert await tier_of(opened) == [("in_person", "")]


async def signed_in(visitor: Browser, opened: Opened, issuer: Issuer, **typed: str) -> PageSeen:
    href = (await asks(visitor, opened, **typed)).link("Go on to Seattle ID")
    state = parse_qs(urlsplit(href).query)["state"][0]
    return await visitor.get(f"/voice/sign-in?state={state}&code={issuer.sign_in(href)}")


async def test_who_signs_in_with_the_city_gets_the_ballot_and_is_one_voice(
    visitor: Browser, everybody: House, issuer: Issuer
) -> None:
    opened = await everybody.open("single", identifier="sign_in", tier="sign_in")
    for person, sums in (("resident-1", 1), ("resident-1", 1), ("resident-2", 2)):
        issuer.person = person
        page = await signed_in(visitor, opened, issuer, area="east")
        assert page.url.startswith(here(opened, "/ballot?t="))
        await casts(page, opened)
        assert await sizes(opened.vote) == (sums, sums)
    assert await tier_of(opened) == [("sign_in", "east")] * 2


async def test_a_sign_in_that_went_wrong_leads_back_to_the_vote(
    visitor: Browser, everybody: House, issuer: Issuer
) -> None:
    opened = await everybody.open("single", identifier="sign_in", tier="sign_in")
    issuer.claims = {"aud": "somebody-else"}
    page = await signed_in(visitor, opened, issuer)
    assert (page.status, page.heading) == (409, "The sign-in did not work this time")
    assert page.link("Back to the vote") == here(opened, "")
    assert await sizes(opened.vote) == (0, 0)


# ---- what the city decides ----------------------------------------------------------------------


async def test_a_way_that_is_not_switched_on_opens_no_vote(house: House) -> None:
    with pytest.raises(Invalid) as refused:
        await house.open("single", identifier="phone", tier="phone")
    assert [fault.pointer for fault in refused.value.faults] == ["/identifier"]


@pytest.mark.parametrize(
    ("kind", "known"),
    [
        ("phone", "206 555 0199"),
        ("address", "Kim Home\n1234 5th Ave NE Apt 3\n98101"),
        ("sign_in", "resident-1"),
    ],
)
async def test_the_desk_names_a_voter_as_the_voter_is_known(
    visitor: Browser, everybody: House, issuer: Issuer, kind: str, known: str
) -> None:
    opened = await everybody.open("single", identifier=kind, tier=kind)
    if kind == "phone":
        await asks(visitor, opened, contact=PHONES[0])
        await casts(await visitor.get(await link_in_text(everybody)), opened)
    elif kind == "address":
        code = await letter_to(visitor, everybody, opened, "Kim Home")
        await casts(await types(visitor, opened, "Kim Home", code), opened)
    else:
        await casts(await signed_in(visitor, opened, issuer), opened)
    await everybody.close(opened)
    now = everybody.clock.now()
    await flag_voter(everybody.services, OFFICER, opened.vote, known, "asked", now)
    [row] = await db.fetch(
        "select 1 from voice_disputes d join voice_roll r on r.p_hash = d.p_hash"
    )
    assert row
