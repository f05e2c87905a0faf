"""Who signed, as far as it may be shown: seldom, and never so fine that somebody shows."""

from __future__ import annotations

from datetime import timedelta

from service import db
from service.actions.voice.releases import publish_due
from service.queries.voice.released import last_release
from service.services import Services
from service.voice.counting import count_steps
from service.voice.population import load_population
from tests.service.voice.desk.conftest import Ask, Sign
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
    for n in range(12):
        await sign(petition, f"p{n}@example.org", area="1")
    await count_steps(services)
    for hours, published in ((24, 0), (24, 0), (2, 1), (48, 0)):
        clock.forward(timedelta(hours=hours))
        assert await publish_due(services) == published
    told = await last_release(petition)
    assert told is not None
    assert dict(told.areas.shown) == {"1": 12}
    assert "New figures" not in (await browser.get("/voice/petitions/1/results")).text


def test_a_city_that_supplies_no_figures_compares_nothing(services: Services) -> None:
    assert load_population(services.settings.storage).people == {}
    known = load_population(services.settings.city)
    assert sum(known.people.values()) == 737_015
