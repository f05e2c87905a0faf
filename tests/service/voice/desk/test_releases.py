"""Who signed, as far as it may be shown: seldom, and never so fine that somebody shows."""

from __future__ import annotations

from datetime import timedelta

from petitions.results.release import release
from service import db
from service.actions.voice import merges
from service.actions.voice.releases import publish, publish_due
from service.queries.voice.released import last_release, read_release
from service.services import Services
from service.voice.counting import count_steps
from service.voice.population import load_population
from tests.service.voice.desk.conftest import Account, Ask, Sign
from tests.service.voice.desk.test_merges import carry_all
from tests.support.browsing import Browser
from tests.support.clock import StoppedClock


async def test_small_areas_are_kept_together_and_the_census_stands_beside_the_rest(
    services: Services, ask: Ask, sign: Sign, browser: Browser, clock: StoppedClock
) -> None:
    petition = await ask("Benches", state="open")
    closes_at = clock.now() + timedelta(days=90)
    await db.execute("update voice_petitions set closes_at = ?", closes_at)
    for area, people in (("1", 30), ("2", 14), ("3", 4), ("4", 8)):
        for n in range(people):
            await sign(petition, f"p{area}{n}@example.org", area=area)
    page = await browser.get("/voice/petitions/1/results")
    assert "The first figures come when so many have signed" in page.text
    clock.forward(timedelta(minutes=1))
    await count_steps(services)
    assert await publish_due(services) == 0
    await db.execute("update voice_petitions set threshold_at = ?", clock.now())
    assert await publish_due(services) == 1
    assert await publish_due(services) == 0
    told = await last_release(petition)
    assert told is not None
    assert (told.total, told.tiers.total) == (56, 56)
    assert dict(told.areas.shown) == {"1": 30, "2": 14}
    page = await browser.get("/voice/petitions/1/results")
    assert "Who is missing" not in page.text or "District 1" not in page.text.split("missing")[1]
    assert "2020 Census" in page.text
    assert "New figures come when twice as many have signed." in page.text
    assert "margin" not in page.text
    json = (await browser.client.get("/voice/petitions/1/results.json")).json()
    assert json["released"]["areas"] == {"shown": {"1": 30, "2": 14}, "rest": 12}
    rows = (await browser.client.get("/voice/petitions/1/results.csv")).text
    assert ("area,1,30,99698" in rows, "area,3" in rows) == (True, False)
    paper = await page.click("On one page, to print")
    assert "56 people signed until 22 November 2026." in paper.text
    assert "District 1: 30 signatures" in paper.text
    assert "District 3:" not in paper.text
    assert f"{services.settings.base_url}/voice/petitions/1" in paper.text
    for n in range(55):
        await sign(petition, f"late{n}@example.org", area="1")
    clock.forward(timedelta(days=1))
    await count_steps(services)
    assert await publish_due(services) == 0, "not yet twice as many"
    await sign(petition, "last@example.org", area="1")
    await count_steps(services)
    assert await publish_due(services) == 1
    again = await last_release(petition)
    assert again is not None
    assert (again.total, dict(again.areas.shown), again.areas.rest) == (112, {"1": 86, "2": 14}, 12)
    assert "seen" not in (await browser.client.get("/voice/petitions/1/results.json")).text


async def test_a_petition_that_never_came_so_far_has_its_figures_when_signing_is_over(
    services: Services, ask: Ask, sign: Sign, browser: Browser, clock: StoppedClock
) -> None:
    petition = await ask("Benches", state="open")
    closes_at = clock.now() + timedelta(days=1)
    await db.execute("update voice_petitions set closes_at = ?", closes_at)
    for n in range(23):
        await sign(petition, f"p{n}@example.org", area="1" if n < 12 else "")
    await count_steps(services)
    for hours, published in ((24, 0), (24, 0), (2, 1), (48, 0)):
        clock.forward(timedelta(hours=hours))
        assert await publish_due(services) == published
    told = await last_release(petition)
    assert told is not None
    assert dict(told.areas.shown) == {"1": 12, "": 11}
    page = await browser.get("/voice/petitions/1/results")
    assert "New figures" not in page.text
    assert "All others, and those who told no area11 " in page.text


async def test_whom_another_petition_told_of_already_are_told_of_in_no_second_table(
    services: Services,
    ask: Ask,
    sign: Sign,
    moderator: Account,
    browser: Browser,
    clock: StoppedClock,
) -> None:
    """Else the few who signed the other one since would be one table less the other."""
    reached = clock.now()
    source, target, apart = [
        await ask(words, state="open", threshold_at=reached) for words in ("One", "Two", "Three")
    ]
    for petition, people in ((source, 30), (apart, 30), (target, 3)):
        for n in range(people):
            await sign(petition, f"p{petition}{n}@example.org", area="1")
    await count_steps(services)
    assert await publish(services, source, reached) == 1
    merge = await merges.propose(services, await moderator("mo"), source, target, reached)
    for side in (merges.SOURCE, merges.TARGET):
        await merges.agree(services, merges.token_of(services.keyring, merge, side), reached)
    await carry_all(services)
    await count_steps(services)
    page = await browser.get("/voice/petitions/1/results")
    assert "30 people signed" in page.text
    assert "New figures come" not in page.text, "nobody signs it any more"
    assert await publish(services, target, reached) == await publish(services, apart, reached) == 1
    told = [await last_release(petition) for petition in (source, target, apart)]
    assert [dict(one.areas.shown) for one in told if one] == [{"1": 30}, {}, {"1": 30}]
    assert [one.total for one in told if one] == [30, 33, 30]


def test_a_publication_that_kept_nothing_to_subtract_is_followed_by_none_with_groups() -> None:
    old = read_release({"shown": {"north": 40}, "rest": 0, "within": ["south"]})
    assert not release({"north": 43, "south": 60}, old).shown


def test_a_city_that_supplies_no_figures_compares_nothing(services: Services) -> None:
    assert load_population(services.settings.storage).people == {}
    known = load_population(services.settings.city)
    assert sum(known.people.values()) == 737_015
