"""A ballot by pairs on the pages, without scripts, and what its result shows."""

from __future__ import annotations

import json
import re
from fractions import Fraction

from petitions.protocol.choices import read_choice
from petitions.protocol.pairs import shown_pair, turns
from petitions.protocol.sealing import unseal
from service import db
from service.actions.voice.vote_drafts import DraftOption
from service.actions.voice.votes import Opened
from service.queries.voice.votes import vote_by_id
from service.voice.comparing import redraw_due
from tests.service.staff.conftest import SignIn, new_browser, staff
from tests.service.voice.votes.conftest import AREAS, House, sizes
from tests.service.voice.votes.test_vote_pages import RECEIPT, ballot_of
from tests.support.browsing import Browser, PageSeen

__all__ = ["new_browser", "staff"]
QUESTION = "Which of these two first?"


async def picked(page: PageSeen, *picks: str) -> PageSeen:
    for pick in picks:
        assert page.heading == QUESTION
        page = await page.form().submit(f"pick={pick}")
    return page


def where(opened: Opened, more: str = "/ballot") -> str:
    return f"/voice/votes/{opened.number}{more}"


async def in_the_box(house: House, opened: Opened) -> list[list[str]]:
    spec = (await vote_by_id(opened.vote)).spec
    [row] = await db.fetch("select sealed from voice_box where vote = ?", opened.vote)
    ballot = unseal(bytes(row["sealed"]), house.trustee, spec)
    read_choice(ballot, spec)
    found: list[list[str]] = json.loads(ballot)["choice"]
    return found


def two(page: PageSeen) -> list[str]:
    """What the two large buttons say."""
    return re.findall(r'name="pick" value="[ab]">([^<]+)<', page.html)


def id_of(words: str) -> str:
    return words.lower().replace(" ", "-")


async def test_a_voter_answers_pairs_sees_them_all_and_casts(
    browser: Browser, house: House
) -> None:
    opened = await house.open("pairwise", pairs=3)
    page = await ballot_of(browser, house, opened, "ana@mail.test")
    assert "Pair 1 of 3" in page.text
    first = two(page)
    page = await picked(page, "b")
    assert "Pair 2 of 3" in page.text
    second = two(page)
    check = await picked(page, "a", "x")
    assert check.heading == "Check your ballot"
    assert f"{first[1]} before {first[0]}" in check.text
    assert "You decided 2 pairs." in check.text
    assert "Not decided:" in check.text
    assert await sizes(opened.vote) == (0, 0)
    done = await check.form(where(opened, "/cast")).submit()
    assert RECEIPT.search(done.text)
    assert await in_the_box(house, opened) == sorted(
        [[id_of(first[1]), id_of(first[0])], [id_of(second[0]), id_of(second[1])]]
    )
    twice = await check.form(where(opened, "/cast")).submit()
    assert twice.status == 409


async def test_one_goes_back_changes_and_goes_on(browser: Browser, house: House) -> None:
    opened = await house.open("pairwise", pairs=3, rank_depth=5)
    page = await ballot_of(browser, house, opened, "ana@mail.test")
    first = two(page)
    page = await picked(page, "a")
    back = await page.form().submit("Back to the pair before")
    assert two(back) == first
    assert f"You chose this before: {first[0]}" in back.text
    check = await picked(back, "b", "a", "a")
    again = await check.form(where(opened)).submit("_action=at-1")
    assert "Pair 2 of 3" in again.text
    check = await picked(again, "x")
    assert (check.heading, "You decided 2 pairs." in check.text) == ("Check your ballot", True)
    more = await browser.post(check.url, [*fields(check, opened), ("_action", "")])
    assert "Pair 4 of 5" in more.text
    stopped = await more.form().submit("Stop here and see my ballot")
    assert "You decided 2 pairs." in stopped.text
    check = await picked(more, "a", "a")
    assert "You decided 4 pairs." in check.text
    assert "Show me more pairs" not in check.text
    await check.form(where(opened, "/cast")).submit()
    assert len(await in_the_box(house, opened)) == 4
    assert [id_of(first[1]), id_of(first[0])] in await in_the_box(house, opened)


def fields(page: PageSeen, opened: Opened) -> list[tuple[str, str]]:
    return page.form(where(opened, "/cast")).successful()


async def test_a_language_switch_keeps_the_pair_and_the_answers(
    browser: Browser, house: House
) -> None:
    opened = await house.open("pairwise", pairs=3)
    page = await picked(await ballot_of(browser, house, opened, "ana@mail.test"), "a")
    spanish = await page.form().submit("_language=es")
    assert [f"{words} (es)" for words in two(page)] == two(spanish)
    assert spanish.form().values["picks"] == ["a"]


async def test_who_decides_nothing_casts_a_blank_ballot(browser: Browser, house: House) -> None:
    opened = await house.open("pairwise", pairs=2)
    page = await ballot_of(browser, house, opened, "ana@mail.test")
    check = await picked(page, "x", "x")
    assert "Your ballot is blank" in check.text
    await check.form(where(opened, "/cast")).submit()
    assert await in_the_box(house, opened) == []


async def test_what_no_page_of_ours_wrote_is_no_answer(browser: Browser, house: House) -> None:
    opened = await house.open("pairwise", pairs=2)
    page = await ballot_of(browser, house, opened, "ana@mail.test")
    usual = dict(page.form().successful())
    for picks, at in (("aaaaaaaaaaaaaaaaaaa", "9"), ("zz", "-1"), ("", "999"), ("a", "x")):
        sent = {**usual, "picks": picks, "at": at, "turn": "99999"}
        odd = await browser.post(where(opened), list(sent.items()))
        assert (odd.status, odd.heading) == (200, QUESTION)


async def test_the_two_begin_elsewhere_for_each_ballot(browser: Browser, house: House) -> None:
    opened = await house.open("pairwise", pairs=3)
    page = await ballot_of(browser, house, opened, "ana@mail.test")
    seen = {tuple(two(await browser.get(page.url))) for _ in range(40)}
    assert len(seen) > 4


async def a_counted_vote(house: House, voters: int = 60) -> Opened:
    """Sixty people of whom all like the options in the listed order."""
    options = [DraftOption({"en": f"Fix number {n}"}) for n in range(1, 13)]
    opened = await house.open("pairwise", pairs=6, seats=3, mode="quiet", options=options)
    spec = (await vote_by_id(opened.vote)).spec
    ids = [option.id for option in spec.options]
    for at in range(voters):
        run = [sorted(shown_pair(spec, at * 7 % turns(spec), place)) for place in range(6)]
        choice = sorted([ids[better], ids[other]] for better, other in run)
        await house.vote(opened, f"v{at}@mail.test", choice if at % 10 else [], AREAS[at % 3])
    await house.result(opened)
    return opened


async def test_the_result_says_how_often_each_is_chosen(browser: Browser, house: House) -> None:
    opened = await a_counted_vote(house)
    assert await redraw_due(house.services) == 1
    page = await browser.get(where(opened, "/result"))
    assert page.heading == "Fix number 1, Fix number 2, and Fix number 3"
    assert "60 ballots. 6 of them are blank. People chose 324 times." in page.text
    assert re.search(r"Fix number 1 Chosen ?chosen \d\d% of the time", page.text)
    assert "Each two options compared (Schulze)" in page.text
    assert "(Bradley-Terry)" in page.text
    assert "We drew the answers again at random 200 times." in page.text
    told = (await browser.client.get(where(opened, "/result.json"))).json()["result"]
    assert sum(Fraction(score) for score in told["exact"].values()) == 6
    plain = (await browser.client.get(where(opened, "/files/plain.txt"))).text
    assert len(plain.splitlines()) == 324 + 6
    rows = (await browser.client.get(where(opened, "/result.csv"))).text
    assert "score,,fix-number-1,Fix number 1,0." in rows
    paper = await browser.get(where(opened, "/print"))
    assert "% of the time" in paper.text


async def test_of_few_ballots_by_pairs_the_page_tells_the_order(
    browser: Browser, house: House
) -> None:
    opened = await a_counted_vote(house, voters=9)
    page = await browser.get(where(opened, "/result"))
    assert (page.status, "Fewer than 50 people voted" in page.text) == (200, True)
    assert "The order" in page.text
    assert "of the time" not in page.text


async def test_an_officer_sets_a_vote_by_pairs_up(house: House, staff: SignIn) -> None:
    olga = await staff("olga", "officer", None)
    page = await olga.get("/staff/voice/votes/draft")
    typed: dict[str, str | list[str]] = {
        "question": "Which fixes first?",
        "options": "\n".join(f"Fix number {n}" for n in range(1, 81)),
        "method": "pairwise",
        "pairs": "0",
        "seats": "5",
        "closes": "2026-12-06",
        "trustee_key": house.draft().trustee_key,
    }
    wrong = await page.form("/staff/voice/votes/draft").fill(typed).submit("Keep the draft")
    assert wrong.errors == ["Say how many pairs everybody is asked: 1 to 30."]
    form = wrong.form("/staff/voice/votes/draft").fill(pairs="15")
    opened = await form.submit("Open the vote now")
    assert "Two at a time" in opened.text
    [row] = await db.fetch("select id from voice_votes")
    spec = (await vote_by_id(row["id"])).spec
    assert (spec.pairs, spec.rank_depth, spec.seats, len(spec.options)) == (15, 45, 5, 80)
