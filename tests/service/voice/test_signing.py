"""One voice for one contact, and nobody learns from a page who has signed."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy

import pytest

from service import db
from service.actions.voice.own_signature import (
    OwnSignature,
    confirm,
    own_signature,
    set_follow,
    withdraw,
)
from service.actions.voice.signing import SPONSOR, Asked
from service.errors import Conflict, Invalid, NotFound
from service.handlers import handlers
from service.services import Services
from service.voice.contacts import new_codes
from service.worker import Worker
from tests.service.voice.signers import Signers, new_petition
from tests.support.clock import StoppedClock

SPELLINGS = (
    "ana.diaz@gmail.com",
    "anadiaz@gmail.com",
    "AnaDiaz@gmail.com",
    "a.n.a.d.i.a.z@gmail.com",
    "anadiaz+city@gmail.com",
    "anadiaz@googlemail.com",
    "  anadiaz@GMAIL.com ",
    "anаdiaz@gmail.com",
)


async def mails_of(services: Services) -> list[str]:
    await Worker(services, handlers(), jobs=()).run_until_idle()
    folder = services.settings.storage / "voice-mail"
    files = sorted(folder.glob("*.eml")) if folder.exists() else []
    return [
        message_from_bytes(file.read_bytes(), policy=policy.default).get_content() for file in files
    ]


async def test_a_signature_counts_once_it_is_confirmed_from_the_mail(
    signers: Signers, services: Services
) -> None:
    await signers.ask("kim@one.example.net", "Kim", area="3", follow=True)
    assert await signers.counted() == 0
    (mail,) = await mails_of(services)
    token = await signers.token_of("kim@one.example.net")
    assert f"/voice/signature/{token}" in mail
    assert (await own_signature(services, token)).state == "pending"
    shown = await confirm(services, token)
    assert (shown.state, shown.name, shown.area) == ("confirmed", "Kim", "3")
    assert await signers.counted() == 1
    await confirm(services, token)
    assert await signers.three_counts() == (1, 1, 1)


async def test_many_spellings_of_one_contact_are_one_voice(signers: Signers) -> None:
    for mail in SPELLINGS:
        assert await signers.ask(mail) == Asked()
    (token,) = await signers.tokens()
    await confirm(signers.services, token)
    for mail in SPELLINGS:
        assert await signers.ask(mail) == Asked()
    assert await signers.counted() == 1


async def test_a_thousand_attempts_of_ten_people_at_once_count_ten(signers: Signers) -> None:
    await asyncio.gather(
        *(signers.ask(f"ten{number % 10}@one.example.net") for number in range(1_000))
    )
    tokens = await signers.tokens()
    assert len(tokens) == 10
    await asyncio.gather(*(confirm(signers.services, token) for token in tokens * 20))
    assert await signers.counted() == 10
    assert await signers.three_counts() == (10, 10, 10)


async def test_asking_again_tells_the_page_nothing_and_the_owner_everything(
    signers: Signers, services: Services, clock: StoppedClock
) -> None:
    await signers.ask("kim@one.example.net")
    assert len(await mails_of(services)) == 1
    await confirm(services, await signers.token_of("kim@one.example.net"))
    clock.forward(timedelta(hours=1))
    assert await signers.ask("kim@one.example.net", "Somebody Else") == Asked()
    mails = await mails_of(services)
    assert sum("nothing changed" in mail for mail in mails) == 1
    shown = await own_signature(services, await signers.token_of("kim@one.example.net"))
    assert (shown.state, shown.name) == ("confirmed", "Sam Signer")


async def test_nobody_is_flooded_with_mail(
    signers: Signers, services: Services, clock: StoppedClock
) -> None:
    for _hour in range(12):
        await signers.ask("kim@one.example.net")
        await signers.ask("kim@one.example.net")
        clock.forward(timedelta(hours=1))
    assert len(await mails_of(services)) == 5


async def test_a_signature_is_taken_back_with_its_name_and_may_be_given_again(
    signers: Signers, services: Services, clock: StoppedClock
) -> None:
    await signers.sign("kim@one.example.net", area="2")
    token = await signers.token_of("kim@one.example.net")
    assert await signers.counted() == 1
    assert (await withdraw(services, token, clock.now())).state == "withdrawn"
    assert await signers.counted() == 0
    (row,) = await db.fetch("select name, contact, link_hash, follow from voice_signatures")
    assert (row["name"], row["contact"], row["link_hash"], row["follow"]) == (None,) * 3 + (False,)
    with pytest.raises(NotFound):
        await own_signature(services, token)
    await signers.sign("kim@one.example.net", area="5")
    assert await signers.counted() == 1
    assert await signers.three_counts() == (1, 1, 1)


async def test_news_stop_and_the_signature_stays(signers: Signers, services: Services) -> None:
    await signers.sign("kim@one.example.net", follow=True)
    token = await signers.token_of("kim@one.example.net")
    assert (await own_signature(services, token)).follow
    assert not (await set_follow(services, token, follow=False)).follow
    assert await signers.counted() == 1


async def test_signing_ends_by_the_clock_and_confirming_a_day_later(
    signers: Signers, services: Services, clock: StoppedClock
) -> None:
    await signers.ask("early@one.example.net")
    await signers.ask("slow@one.example.net")
    clock.forward(timedelta(days=30, hours=1))
    with pytest.raises(Conflict, match="closed"):
        await signers.ask("late@one.example.net")
    early = await confirm(services, await signers.token_of("early@one.example.net"))
    clock.forward(timedelta(hours=24))
    slow = await confirm(services, await signers.token_of("slow@one.example.net"))
    assert (early.state, slow.state) == ("confirmed", "late")
    assert await signers.counted() == 1


async def test_what_was_typed_is_looked_at(signers: Signers) -> None:
    for wish in (
        {"contact": "kim", "name": "Kim"},
        # A list of addresses or a comment would make one box many people.
        {"contact": "one,kim@one.example.net"},
        {"contact": "kim(one)@one.example.net"},
        {"contact": '"one"kim@one.example.net'},
        {"contact": "<kim@one.example.net>"},
        {"contact": "kim@one.example.net", "name": " "},
        {"contact": "kim@one.example.net", "name": "=1+1"},
        {"contact": "kim@one.example.net", "name": "see http://x.test"},
        {"contact": "kim@one.example.net", "area": "99"},
        {"contact": "kim@one.example.net\nBcc: x@one.example.net"},
    ):
        with pytest.raises(Invalid):
            await signers.ask(**wish)
    with pytest.raises(NotFound):
        await signers.ask("206-555-0100", tier="phone")


async def test_names_of_any_writing_are_taken_and_none_that_turns_the_page_around(
    signers: Signers,
) -> None:
    for number, name in enumerate(("علی\u200cرضا", "Đặng Thị Hồng", "ዘነበ", "José-María O’Neill")):
        own = await signers.sign(f"kim{number}@one.example.net", name=name)
        assert own.name == name
    with pytest.raises(Invalid):
        await signers.ask("kim@one.example.net", name="Ann\u202e eilA")


async def test_two_people_share_an_address_where_the_city_lets_them(
    signers: Signers, services: Services
) -> None:
    city = replace(services, voice=replace(services.voice, shared_address=True))
    couple = Signers(city, signers.petition)
    for name in ("Kim Home", "Lee Home", "kim  home", "Third Home"):
        await couple.ask("home@one.example.net", name)
    tokens = await couple.tokens()
    for token in tokens:
        await confirm(city, token)
    assert await couple.counted() == len(tokens) == 2


async def test_people_at_one_address_never_take_each_other_s_place_or_name(
    signers: Signers, services: Services
) -> None:
    city = replace(services, voice=replace(services.voice, shared_address=True))
    home = Signers(city, signers.petition)
    names = ("Kim Home", "Lee Home", "Third Home")
    await asyncio.gather(*(home.ask("home@one.example.net", name) for name in names[:2]))
    await home.ask("home@one.example.net", names[2], show_name=True, follow=True)
    there = await signed_as(home)
    assert {own.name for own in there} == {"Kim Home", "Lee Home"}
    assert not any(own.show_name or own.follow for own in there), "as the two had filled it in"
    kim = (await home.tokens())[[own.name for own in there].index("Kim Home")]
    await confirm(city, kim)
    await withdraw(city, kim, services.clock.now())
    await home.ask("home@one.example.net", names[2])
    assert {own.name for own in await signed_as(home)} == {"Lee Home", "Third Home"}


async def signed_as(home: Signers) -> list[OwnSignature]:
    return [await own_signature(home.services, token) for token in await home.tokens()]


async def test_a_code_from_an_office_is_a_voice_of_its_own_and_good_once(
    signers: Signers, services: Services, clock: StoppedClock
) -> None:
    code, other = new_codes(services.keyring, str(signers.petition), 2)
    first = await signers.ask(code.lower().replace("-", " "), tier="in_person")
    assert first.link is not None
    again = await signers.ask(code, "Another Name", tier="in_person")
    assert again.link == first.link
    await confirm(services, first.link.rpartition("/")[2])
    assert await signers.counted() == 1
    elsewhere = await new_petition(services, clock.now() + timedelta(days=1))
    for wrong in (code[:-1] + ("0" if code[-1] != "0" else "1"), "", "x" * 16):
        with pytest.raises(Invalid):
            await signers.ask(wrong, tier="in_person")
    with pytest.raises(Invalid):
        await Signers(services, elsewhere).ask(other, tier="in_person")


async def test_the_same_contact_is_another_person_in_another_petition(
    signers: Signers, services: Services, clock: StoppedClock
) -> None:
    other = Signers(services, await new_petition(services, clock.now() + timedelta(days=1)))
    for each in (signers, other):
        await each.ask("kim@one.example.net")
    rows = await db.fetch("select person_hash, network_hash, domain_hash from voice_signatures")
    for column in ("person_hash", "network_hash", "domain_hash"):
        assert rows[0][column] != rows[1][column]


async def test_five_sponsors_bring_a_petition_to_the_moderators_once(
    services: Services, database: object, clock: StoppedClock
) -> None:
    closes = clock.now() + timedelta(days=30)
    petition = await new_petition(services, closes, "sponsors", sponsors_needed=5)
    signers = Signers(services, petition)
    with pytest.raises(Conflict):
        await signers.ask("one@one.example.net")
    for number in range(5):
        assert (await signers.row())["state"] == "sponsors"
        await signers.sign(f"s{number}@one.example.net", kind=SPONSOR)
        await signers.counted()
    row = await signers.row()
    assert (row["state"], row["sponsors"], row["count"]) == ("moderation", 5, 5)
    assert sum("reads it now" in mail for mail in await mails_of(services)) == 1


async def test_a_wrong_spelling_typed_first_does_not_keep_the_owner_out(
    signers: Signers, services: Services
) -> None:
    await signers.ask("kim+nobody@one.example.net")
    await signers.ask("kim@one.example.net")
    mails = await mails_of(services)
    token = (await signers.tokens())[0]
    assert len(mails) == 2
    assert all(token in mail for mail in mails)


async def test_a_look_alike_letter_is_written_to_as_the_letter_it_stands_for(
    signers: Signers, services: Services
) -> None:
    await signers.ask("kіm@one.example.net")
    await mails_of(services)
    (file,) = (services.settings.storage / "voice-mail").glob("*.eml")
    assert b"To: kim@one.example.net" in file.read_bytes()
