"""Why a program seems to fit or not: a page of its own, worked out when somebody opens it."""

from __future__ import annotations

from typing import Any

import pytest

from eligibility import Household, screen
from service.deciding_rows import Deciding
from service.services import Services
from tests.eligibility.packs import city_rules
from tests.eligibility.test_laws import only
from tests.service.exchange.test_reasons import a_home
from tests.service.pages.rendering import templates
from tests.service.resident.walking import FAMILY, SINGLE, place
from tests.support.browsing import Browser, PageSeen
from tests.support.pages import elements, text_of


def answers_of(page: PageSeen) -> list[tuple[str, str]]:
    """Each answer that decides, by its name."""
    names, told = elements(page.tree, "dt"), elements(page.tree, "dd")
    return [(text_of(name), text_of(value)) for name, value in zip(names, told, strict=True)]


async def test_the_page_names_the_answers_that_decide_with_whose_they_are(
    browser: Browser, services: Services
) -> None:
    page = await place(browser, services, FAMILY)
    assert "Without any one of these" not in page.text  # worked out where somebody looks
    assert "/benefits/why/liheap" in page.html
    why = await browser.get("/benefits/why/liheap")
    assert why.heading == "Why we say this: Help paying for heat (LIHEAP)"
    pay, *rest = answers_of(why)
    assert pay[0] == "Pay and other money"
    assert pay[1].startswith("You: Job · Cafe Sol · every week · $612, $655, $590, $640")
    assert rest == [
        ("Everyone in the home is listed", "Yes"),
        ("All money is listed", "Everyone: Yes"),
    ]
    assert "is within it. That is at least $599 under the limit." in why.text
    assert "Without any one of these we could not tell." in why.text


async def test_people_with_the_same_result_for_the_same_reason_stand_together(
    browser: Browser, services: Services
) -> None:
    await place(browser, services, FAMILY)
    why = await browser.get("/benefits/why/wic")
    cards = [text_of(each) for each in elements(why.tree, "article")]
    assert [card.partition(" ")[0] for card in cards] == ["Likely", "May"]
    assert "You, Ana, and Leo" in cards[1]
    assert "You, Ana, and Leo: No" in cards[1]  # pregnant


async def test_where_it_is_not_clear_the_page_says_what_would_make_it_clear(
    browser: Browser, services: Services
) -> None:
    await place(browser, services, SINGLE)
    why = await browser.get("/benefits/why/liheap")
    assert "Not clear yet" in why.text
    assert "What would make it clear" in why.text
    assert answers_of(why) == []
    assert "Without any one of these" not in why.text


async def test_once_it_is_sent_there_is_no_such_page(sent: PageSeen) -> None:
    after = await sent.browser.get("/benefits/why/orca_lift")
    assert after.url == "/benefits/status"


@pytest.mark.parametrize("program", ["moon", "vehicle_fee_rebate"])
async def test_there_is_no_such_page_for_what_is_closed_or_unknown(
    browser: Browser, services: Services, program: str
) -> None:
    await place(browser, services, FAMILY)
    assert (await browser.get(f"/benefits/why/{program}")).status == 404


@pytest.mark.parametrize("program", ["liheap", "fresh_bucks", "working_connections"])
def test_what_the_page_shows_is_enough_and_not_one_answer_too_many(
    services: Services, program: str
) -> None:
    rules, told = city_rules(), a_home() | {"on": "2026-11-22"}

    def outcome(facts: dict[str, Any]) -> str:
        household = Household.from_facts(facts | {"on": told["on"]}, rules.facts)
        return {one.person: one.outcome for one in screen(household, rules, None, [program])}[who]

    made = [
        one.to_json()
        for one in screen(
            Household.from_facts(told, rules.facts), rules, None, [program], minimal=True
        )
    ]
    words = templates().languages["en"]
    for one in made:
        who = one["person"]
        draw = Deciding(rules.programs[program], told, services, words, "en", "Your household", str)
        (shown,) = draw.results([one])
        paths = {path for reason in one["because"] for path in reason["facts"]}
        if one["outcome"] == "unclear":
            assert (shown.answers, bool(shown.open)) == ([], True)
            continue
        assert sum(len(row.lines) for row in shown.answers) == len(paths)
        assert outcome(only(told, paths)) == one["outcome"]
        assert {outcome(only(told, paths - {path})) for path in paths} <= {"unclear"}
