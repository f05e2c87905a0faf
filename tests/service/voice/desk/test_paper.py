"""Signatures on paper: typed by two people, counted where both read the same, each person once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from service import db
from service.actions.voice.own_signature import confirm
from service.actions.voice.paper import LINES, Typed, lines_of, mend_line, type_sheet
from service.actor import Actor
from service.errors import Conflict, Invalid, NotFound
from service.services import Services
from service.voice.counting import count_steps
from tests.service.voice.desk.conftest import audited
from tests.service.voice.signers import Signers, new_petition
from tests.support.browsing import Browser
from tests.support.clock import StoppedClock

ONE, TWO, THIRD = (Actor("moderator", str(n), None, UUID(int=n)) for n in (1, 2, 3))
KIM = Typed("Kim Lee", "12 Pine Street", "98101", "3")
LEE = Typed("Lee Roe", "12 Pine St.", "98101", "3")
BLURRED = Typed("Lou Doe", "", "98101", "")


def sheet(*lines: Typed) -> list[Typed]:
    return [*lines, *[Typed()] * (LINES - len(lines))]


@pytest.fixture
async def signers(services: Services, clock: StoppedClock) -> Signers:
    voice = replace(services.voice, tiers=("mail", "address"), household=2)
    services = replace(services, voice=voice)
    return Signers(services, await new_petition(services, clock.now() + timedelta(days=30)))


async def typed(signers: Signers, actor: Actor, *lines: Typed, name: str = "12") -> None:
    now = signers.services.clock.now()
    await type_sheet(signers.services, actor, signers.petition, name, sheet(*lines), now)


async def states(signers: Signers, name: str = "12") -> list[str]:
    found = await lines_of(signers.services, signers.petition, name)
    return [line.state for line in found if line.state != "empty"]


async def test_only_what_two_people_read_alike_counts(signers: Signers) -> None:
    wrong = replace(LEE, name="Lea Roe")
    await typed(signers, ONE, KIM, LEE, BLURRED)
    assert await signers.counted() == 0
    same = replace(KIM, name="kim  LEE", street="12 pine st")
    await typed(signers, TWO, same, wrong, BLURRED)
    assert await states(signers) == ["counted", "differs", "unclear"]
    assert await signers.counted() == 1
    (_kim, differs, *_rest) = await lines_of(signers.services, signers.petition, "12")
    now = signers.services.clock.now()
    for actor in (THIRD, Actor.SYSTEM):
        with pytest.raises(NotFound):
            await mend_line(signers.services, actor, signers.petition, differs.id, LEE, now)
    await mend_line(signers.services, TWO, signers.petition, differs.id, LEE, now)
    assert await states(signers) == ["counted", "counted", "unclear"]
    assert await signers.counted() == 2
    assert await signers.three_counts() == (2, 2, 2)
    with pytest.raises(NotFound):
        await mend_line(signers.services, TWO, signers.petition, differs.id, KIM, now)
    assert (await audited("voice.paper.typed"), await audited("voice.paper.mended")) == (2, 1)


async def test_nobody_types_a_sheet_twice_or_a_third_time(signers: Signers) -> None:
    await typed(signers, ONE, KIM)
    with pytest.raises(Conflict) as refused:
        await typed(signers, ONE, KIM)
    assert refused.value.code == "same_person"
    await typed(signers, TWO, KIM)
    with pytest.raises(Conflict) as refused:
        await typed(signers, THIRD, KIM)
    assert refused.value.code == "typed_twice"
    assert await signers.counted() == 1


async def test_one_person_counts_once_on_all_sheets_and_by_letter(signers: Signers) -> None:
    await signers.ask("12 Pine St\n98101", "Kim Lee", tier="address")
    for name in ("1", "2"):
        for actor in (ONE, TWO):
            await typed(signers, actor, KIM, KIM, name=name)
    assert await states(signers, "1") == ["counted", "duplicate"], "the paper confirms the letter"
    assert await states(signers, "2") == ["duplicate", "duplicate"]
    (token,) = await signers.tokens()
    await confirm(signers.services, token)
    assert await signers.counted() == 1
    (row,) = await db.fetch("select tier, state from voice_signatures")
    assert (row["tier"], row["state"]) == ("paper", "confirmed")


async def test_more_names_than_may_live_at_an_address_are_marked(signers: Signers) -> None:
    crowd = [replace(KIM, name=name) for name in ("Ada A", "Ben B", "Cem C")]
    for actor in (ONE, TWO):
        await typed(signers, actor, *crowd)
    assert await states(signers) == ["counted", "counted", "full"]
    assert await signers.counted() == 2


async def test_paper_ends_with_the_petition_and_wrong_sheets_are_refused(
    signers: Signers, clock: StoppedClock
) -> None:
    with pytest.raises(Invalid):
        await typed(signers, ONE, KIM, name="../12")
    with pytest.raises(Invalid):
        await typed(signers, ONE, replace(KIM, area="99"))
    await typed(signers, ONE, KIM)
    clock.forward(timedelta(days=32))
    with pytest.raises(Conflict):
        await typed(signers, TWO, KIM)
    stored = str(await db.fetch("select * from voice_paper_lines"))
    assert "Kim Lee" not in stored
    assert "12 Pine" not in stored


async def test_two_people_at_the_desk_type_compare_and_mend(
    services: Services,
    clock: StoppedClock,
    staff: Callable[..., Awaitable[Browser]],
) -> None:
    petition = await new_petition(services, clock.now() + timedelta(days=30), number=7)
    one, two = await staff("mo", "moderator", None), await staff("may", "moderator", None)
    page = await one.get("/staff/voice/paper")
    choose = await page.click("Light the path by the lake")
    refused = await choose.form().fill(sheet="no/12").submit()
    assert refused.errors == ["Write it in letters and digits."]
    blank = await refused.form().fill(sheet="12").submit()
    fields: dict[str, str | list[str]] = {
        "name-1": "Kim Lee",
        "street-1": "12 Pine Street",
        "postcode-1": "98101",
    }
    waits = await blank.form().fill(fields).submit()
    assert "Somebody else types it now" in waits.text
    other = await two.get("/staff/voice/paper/7/12")
    assert "Kim Lee" not in other.html
    compared = await other.form().fill({**fields, "name-1": "Kim Leigh"}).submit()
    assert "Typed in two ways" in compared.text
    done = await compared.form().fill(name="Kim Lee").submit()
    assert "Counts" in done.text
    await count_steps(services)
    row = await db.fetch_one("select count from voice_petitions where id = ?", petition)
    assert row == {"count": 1}
