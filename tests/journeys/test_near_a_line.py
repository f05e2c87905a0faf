"""The same family near a line: its weekly pay raised until a limit is crossed, to the cent.

The first three pays stay 612, 655 and 590, together 1,857. Energy help (LIHEAP) takes 4,125 a month
for four: 33,000 x 150% / 12. With 820 from own work that leaves 3,305.00 of pay, and a month of pay
lies between four weeks and 52/12 weeks:

    52/12 x 3,050.76 / 4 = 3,304.99    all of it under the line      likely
    52/12 x 3,050.77 / 4 = 3,305.0008  part of it over the line      unclear
        4 x 3,305.00 / 4 = 3,305.00    the least still at the line   unclear
        4 x 3,305.01 / 4 = 3,305.01    all of it over the line       unlikely

The last pay is what is told of the four together, less 1,857.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx
import pytest

from tests.journeys import family
from tests.journeys.telling import cards, running_service, spoken
from tests.journeys.walker import Walker
from tests.programs.story import paid
from tests.support.browser import open_browser

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LIHEAP = [
    ("1193.76", "Likely"),
    ("1193.77", "Not clear yet"),
    ("1448.00", "Not clear yet"),
    ("1448.01", "May not fit"),
]
# Four pays together in cents, program, whose, outcome. Each line is worked out in
# tests/programs/test_story_household.py.
OVER_HTTP = [
    (254307, "school_meals", "p3", "likely", "income"),
    (254308, "school_meals", "p3", "likely", "would_get_food"),
    (279962, "apple_health_adults", "p1", "likely", "income"),
    (279963, "apple_health_adults", "p1", "unclear", "income"),
    (303293, "apple_health_adults", "p1", "unclear", "income"),
    (303294, "apple_health_adults", "p1", "unlikely", "income"),
    (432000, "basic_food", None, "likely", "state_limit"),
    (432001, "basic_food", None, "unclear", "state_limit"),
    (652075, "working_connections", "p4", "unclear", "income"),
    (652076, "working_connections", "p4", "unlikely", "income"),
    (1103107, "child_care_assistance", "p4", "likely", "income"),
    (1103108, "child_care_assistance", "p4", "unclear", "income"),
    (1195034, "child_care_assistance", "p4", "unlikely", "income"),
]


def test_one_cent_more_in_the_last_pay_crosses_the_line_on_the_pages(tmp_path: Path) -> None:
    assert asyncio.run(liheap_by_last_pay(tmp_path)) == LIHEAP


async def liheap_by_last_pay(folder: Path) -> list[tuple[str, str]]:
    """What the results page says of LIHEAP after each change of the last pay."""
    words, found = spoken("es"), []
    outcomes = {words.gettext(each): each for _pay, each in LIHEAP}
    async with (
        running_service(folder) as service,
        open_browser() as browser,
        Walker.at(browser, words, service.url) as walker,
    ):
        first, *others = [pay for pay, _outcome in LIHEAP]
        await family.tells_everything(walker, (*family.WEEKLY_PAYS[:3], first))
        for pay in (first, *others):
            if pay != first:
                await family.changes_the_last_pay(walker, pay)
            card = (await cards(walker))["liheap"]
            found.append((pay, next(outcomes[each] for each in outcomes if each in card)))
    return found


@pytest.fixture(scope="module")
def screened(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, set[str]]]:
    """The outcome and the deciding tests of each row, asked over HTTP of one running service."""
    return asyncio.run(screened_over_http(tmp_path_factory.mktemp("line")))


async def screened_over_http(folder: Path) -> list[tuple[str, set[str]]]:
    found = []
    async with (
        running_service(folder) as service,
        httpx.AsyncClient(base_url=service.url, trust_env=False) as client,
    ):
        for four_pays, program, person, _outcome, _test in OVER_HTTP:
            answer = await client.post("/api/v1/screenings", json=paid(four_pays))
            made = answer.raise_for_status().json()["determinations"]
            one = next(d for d in made if (d["program"], d["person"]) == (program, person))
            found.append((one["outcome"], {reason["test"] for reason in one["because"]}))
    return found


@pytest.mark.parametrize("row", range(len(OVER_HTTP)))
def test_one_cent_more_in_the_last_pay_crosses_the_line_over_http(
    screened: list[tuple[str, set[str]]], row: int
) -> None:
    *_told, outcome, deciding = OVER_HTTP[row]
    found, tests = screened[row]
    assert found == outcome
    assert any(test.startswith(deciding) for test in tests)
