"""A voter's way through the pages, without scripts, and an officer's."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from petitions.protocol.shares import split
from service import db
from service.actions.voice.votes import Opened, tend
from service.voice.comparing import redraw_due
from tests.service.staff.conftest import SignIn, new_browser, staff
from tests.service.voice.votes.conftest import House, sizes
from tests.support.browsing import Browser, PageSeen

__all__ = ["new_browser", "staff"]
MARKED: dict[str, dict[str, str | list[str]]] = {
    "single": {"choice": "a-book-bus"},
    "approval": {"choice": ["a-book-bus", "a-safer-crossing"]},
    "score": {"score-a-book-bus": "5", "score-a-safer-crossing": "0"},
    "irv": {"rank-a-book-bus": "1", "rank-a-safer-crossing": "3"},
    "stv": {"rank-a-book-bus": "2"},
    "schulze": {"rank-a-book-bus": "1"},
    "greedy": {"choice": ["a-book-bus"]},
    "equal-shares": {"choice": ["a-book-bus"]},
}
DISTRICTS = {str(number): f"District {number}" for number in range(1, 8)}
RECEIPT = re.compile(r"[0-9a-f]{64} \d{4}-\d\d-\d\d [0-9a-f]{128}")


async def link_in_mail(house: House) -> str:
    rows = await db.fetch("select id, payload from voice_outbox order by created_at desc, id desc")
    payload = house.services.keyring.open_json(
        rows[0]["payload"], table="voice_outbox", column="payload", row_id=rows[0]["id"]
    )
    return str(payload["link"])


async def ballot_of(browser: Browser, house: House, opened: Opened, mail: str) -> PageSeen:
    page = await browser.get(f"/voice/votes/{opened.number}")
    asked = await (await page.click("Get your ballot")).form().fill(contact=mail).submit()
    assert asked.heading == "Look at your mail"
    return await browser.get(await link_in_mail(house))


@pytest.mark.parametrize("method", MARKED)
async def test_a_voter_marks_checks_casts_and_keeps_a_receipt(
    browser: Browser, house: House, method: str
) -> None:
    opened = await house.open(method)
    page = await ballot_of(browser, house, opened, "ana@mail.test")
    assert page.heading == "What should the city build next?"
    check = await page.form().fill(MARKED[method]).submit()
    assert check.heading == "Check your ballot"
    assert "A book bus" in check.text
    assert await sizes(opened.vote) == (0, 0)
    again = await check.form(f"/voice/votes/{opened.number}/ballot").submit("Change it")
    for name, value in MARKED[method].items():
        assert sorted(again.form().values[name]) == sorted(
            [value] if isinstance(value, str) else value
        )
    for seen in (page, check, again):
        assert seen.response.headers["cache-control"] == "private, no-cache", "for the way back"
    done = await check.form(f"/voice/votes/{opened.number}/cast").submit()
    assert done.heading == "Your ballot is recorded"
    assert done.response.headers["cache-control"] == "no-store"
    assert done.response.headers["clear-site-data"] == '"cache"', "no copy of a choice stays"
    assert RECEIPT.search(done.text)
    assert await sizes(opened.vote) == (1, 1)
    twice = await check.form(f"/voice/votes/{opened.number}/cast").submit()
    assert (twice.status, twice.heading) == (409, "This did not change anything")
    assert await sizes(opened.vote) == (1, 1)


async def test_what_was_marked_wrongly_is_said_beside_it(browser: Browser, house: House) -> None:
    opened = await house.open("irv")
    page = await ballot_of(browser, house, opened, "ana@mail.test")
    form = page.form().fill({"rank-a-book-bus": "1", "rank-a-safer-crossing": "1"})
    wrong = await form.submit()
    assert (wrong.status, wrong.errors) == (
        422,
        ["Two options have place 1. Give each its own."],
    )
    assert wrong.form().values["rank-a-book-bus"] == ["1"]
    blank = await page.form().submit()
    assert "Your ballot is blank" in blank.text


async def test_the_list_begins_elsewhere_and_stays_so_for_one_voter(
    browser: Browser, house: House
) -> None:
    opened = await house.open("single")
    page = await ballot_of(browser, house, opened, "ana@mail.test")
    firsts = set()
    for _ in range(30):
        again = await browser.get(page.url)
        firsts.add(again.form().options("choice")[0])
    assert len(firsts) > 1
    turned = page.form().options("choice")
    check = await page.form().fill(choice=turned[0]).submit()
    back = await check.form(f"/voice/votes/{opened.number}/ballot").submit("Change it")
    assert back.form().options("choice") == turned


async def test_the_pages_speak_spanish_and_a_switch_keeps_what_was_marked(
    browser: Browser, house: House
) -> None:
    opened = await house.open("single")
    page = await ballot_of(browser, house, opened, "ana@mail.test")
    spanish = await page.form().fill(choice="a-book-bus").submit("_language=es")
    assert spanish.heading == "¿Qué construir?"
    assert spanish.form().values["choice"] == ["a-book-bus"]
    assert "A book bus (es)" in spanish.text


async def test_a_receipt_is_looked_for_and_a_missing_one_is_put_on_record(
    browser: Browser, house: House
) -> None:
    opened = await house.open("single")
    page = await ballot_of(browser, house, opened, "ana@mail.test")
    check = await page.form().fill(choice="a-book-bus").submit()
    done = await check.form(f"/voice/votes/{opened.number}/cast").submit()
    [receipt] = RECEIPT.findall(done.text)
    where = f"/voice/votes/{opened.number}/receipt"
    before = await (await browser.get(where)).form(where).fill(receipt=receipt).submit()
    assert "we signed it" in before.text
    nonsense = await (await browser.get(where)).form(where).fill(receipt="a b").submit()
    assert nonsense.status == 422
    old = receipt
    page = await ballot_of(browser, house, opened, "ANA@mail.test")
    check = await page.form().submit()
    done = await check.form(f"/voice/votes/{opened.number}/cast").submit()
    [receipt] = RECEIPT.findall(done.text)
    await house.close(opened)
    there = await (await browser.get(where)).form(where).fill(receipt=receipt).submit()
    assert "Your ballot is in the list." in there.text
    gone = await (await browser.get(where)).form(where).fill(receipt=old).submit()
    assert "not in the list" in gone.text
    said = await gone.form(where).submit("Put it on record")
    assert said.heading == "This is on record"
    assert len(await db.fetch("select 1 from voice_disputes")) == 1


@pytest.mark.parametrize("method", MARKED)
async def test_a_result_shows_its_rule_its_steps_and_its_files(
    browser: Browser, house: House, method: str
) -> None:
    rich = {"budget": 9_000} if method == "equal-shares" else {}
    opened = await house.open(method, mode="quiet", **rich)
    choices: dict[str, list[object]] = {
        "score": [["a-book-bus", 4]],
        "irv": ["a-book-bus", "a-safer-crossing"],
    }
    for at in range(52):
        choice = choices.get(method, ["a-book-bus"]) if at % 4 else []
        await house.vote(opened, f"v{at}@mail.test", choice, "north" if at % 2 else "south")
    assert (await browser.get(f"/voice/votes/{opened.number}/result")).status == 404
    await house.result(opened)
    listed = await browser.get("/voice/votes")
    page = await listed.click("What should the city build next?")
    assert page.url == f"/voice/votes/{opened.number}/result"
    assert "A book bus" in page.heading
    assert "52 ballots. 13 of them are blank." in page.text
    assert "26" in page.text
    files = await browser.client.get(f"/voice/votes/{opened.number}/files/all.zip")
    assert files.content[:2] == b"PK"
    for name in ("plain.txt", "leaves.txt", "result.json"):
        answer = await browser.client.get(f"/voice/votes/{opened.number}/files/{name}")
        assert answer.status_code == 200
    for name in ("ballots.txt", "secret", "..%2Fkey"):
        answer = await browser.client.get(f"/voice/votes/{opened.number}/files/{name}")
        assert answer.status_code == 404
    csv = await browser.client.get(f"/voice/votes/{opened.number}/result.csv")
    assert csv.text.startswith("\ufefftable,round,group")


async def test_a_result_says_what_another_count_would_give_and_who_is_missing(
    browser: Browser, house: House
) -> None:
    services = replace(house.services, voice=replace(house.services.voice, areas=DISTRICTS))
    house = House(services, house.clock)
    opened = await house.open("irv", mode="quiet")
    for at in range(60):
        choice = ["a-book-bus", "a-safer-crossing"] if at % 3 else ["a-safer-crossing"]
        await house.vote(opened, f"v{at}@mail.test", choice, "1" if at < 48 else "2")
    await house.result(opened)
    assert await redraw_due(services) == 1
    assert await redraw_due(services) == 0
    where = f"/voice/votes/{opened.number}"
    page = await browser.get(f"{where}/result")
    assert "Round 1. Chosen: A book bus." in page.text
    assert "Each two options compared (Schulze)A book bus. The same." in page.text
    assert "We drew the ballots again at random 200 times." in page.text
    assert "margin" not in page.text
    assert "80% of voters" in page.text
    assert "2020 Census" in page.text
    told = (await browser.client.get(f"{where}/result.json")).json()
    drawn = told["stability"]
    assert (drawn["times"], drawn["chosen"]["a-book-bus"]) == (200, drawn["same"])
    assert told["voters"]["area"] == {"1": 48, "2": 12}
    assert told["residents"]["area"]["2"] == 99_163
    rows = (await browser.client.get(f"{where}/result.csv")).text
    assert "voters,,1,,48,area" in rows
    paper = await browser.get(f"{where}/print")
    assert ("A book bus" in paper.text, "Number of the rule" in paper.text) == (True, True)


async def test_a_leader_answers_a_vote_and_its_page_and_the_ledger_say_so(
    browser: Browser, house: House, staff: SignIn
) -> None:
    opened = await house.open("single")
    await house.vote(opened, "ana@mail.test", ["a-book-bus"])
    await house.result(opened)
    lee = await staff("lee", "leader", None)
    desk = await (await lee.get("/staff/voice/answers")).click("What should the city build next?")
    form = desk.form(desk.url).fill(text="It comes in May.", office="Libraries", outcome="yes")
    desk = await form.submit()
    due = house.services.city.calendar.day_of(house.clock.now()) + timedelta(days=40)
    token = desk.form(desk.url).values["_csrf"][0]
    promise = [
        ("_csrf", token),
        ("_action", "promise"),
        ("what", "Buy the bus"),
        ("owner", "Fleet"),
    ]
    days = zip(("due-day", "due-month", "due-year"), (due.day, due.month, due.year), strict=True)
    desk = await lee.post(desk.url, [*promise, *((name, str(part)) for name, part in days)])
    assert "Buy the bus" in desk.text
    page = await browser.get(f"/voice/votes/{opened.number}/result")
    assert "The city’s answer: The city does it · Libraries" in page.text
    assert "Promised: Buy the bus Fleet · by" in page.text
    spanish = Browser(browser.client, "es")
    for where in (page.url, "/voice/ledger?kind=vote"):
        assert 'lang="en" dir="auto">Buy the bus' in (await spanish.get(where)).html, where
    listed = await browser.get("/voice/ledger?kind=vote")
    assert "1 person voted · counted on" in listed.text
    assert (await browser.get("/voice/ledger?kind=petition")).text.count("1 person voted") == 0
    house.clock.forward(timedelta(days=41))
    late = (await browser.client.get("/voice/ledger.json?stage=late")).json()["entries"]
    assert [(each["kind"], each["late"]) for each in late] == [("vote", True)]


async def test_few_ballots_say_nothing_of_who_cast_them(browser: Browser, house: House) -> None:
    opened = await house.open("single")
    for at in range(3):
        await house.vote(opened, f"v{at}@mail.test", ["a-book-bus"], "north")
    await house.result(opened)
    page = await browser.get(f"/voice/votes/{opened.number}/result")
    assert "Fewer than 50 people voted" in page.text
    assert "north" not in page.text


async def test_addresses_that_are_no_vote_are_not_found(browser: Browser, house: House) -> None:
    opened = await house.open("single")
    for bad in ("0", "9", "99999999999999999999", "x", "１", "-1"):
        for more in ("", "/ask", "/ballot?t=x", "/receipt", "/result", "/files/spec.json"):
            assert (await browser.client.get(f"/voice/votes/{bad}{more}")).status_code == 404
    page = await browser.get(f"/voice/votes/{opened.number}/ballot?t=nonsense")
    assert (page.status, "Ask for a new one." in page.text) == (409, True)
    assert (await browser.get("/voice/votes/how")).status == 200


async def test_an_officer_drafts_opens_closes_and_counts(
    house: House, staff: SignIn, browser: Browser
) -> None:
    trustee = X25519PrivateKey.generate()
    public = trustee.public_key().public_bytes_raw().hex()
    shares = split(trustee.private_bytes_raw(), public[:8])
    olga, otto = await staff("olga", "officer", None), await staff("otto", "auditor", None)
    page = await (await olga.get("/staff/voice/votes")).click("Write a vote")
    typed: dict[str, str | list[str]] = {
        "question": "Which bench?",
        "question_es": "¿Qué banco?",
        "options": "Red bench | Banco rojo | 300\nBlue bench | 200\n",
        "method": "greedy",
        "budget": "400",
        "electorate": "Everyone who lives here",
        "closes": "2026-12-06",
        "trustee_key": "x",
    }
    wrong = await page.form("/staff/voice/votes/draft").fill(typed).submit("Keep the draft")
    assert wrong.status == 422
    assert wrong.form("/staff/voice/votes/draft").values["options"][0].startswith("Red bench")
    kept = await wrong.form("/staff/voice/votes/draft").fill(trustee_key=public).submit("Keep")
    form = kept.form("/staff/voice/votes/draft")
    assert form.values["options"][0].split("\n")[0].strip() == "Red bench | Banco rojo | 300"
    opened = await form.submit("Open the vote now")
    assert "Open for votes" in opened.text
    assert (await otto.get("/staff/voice/votes/draft")).status == 404
    row = await db.fetch_one("select id, number, spec_hash from voice_votes")
    assert row is not None
    vote = Opened(row["id"], row["number"], row["spec_hash"])
    for name in "abc":
        await house.vote(vote, f"{name}@mail.test", ["blue-bench"])
    house.clock.forward(timedelta(days=15))
    await tend(house.services)
    olga = await staff("olga2", "officer", None)
    otto = await staff("otto2", "auditor", None)
    where = f"/staff/voice/votes/{vote.vote}"
    page = await olga.get(where)
    token = page.form(where).values["_csrf"][0]
    flag = [("_csrf", token), ("_action", "flag"), ("contact", "a@mail.test"), ("reason", "asked")]
    mine = await olga.post(where, flag)
    assert "Somebody else has to confirm this." in mine.text
    await (await otto.get(where)).form(where).submit("Take the ballot out")
    house.clock.forward(timedelta(hours=73))
    olga = await staff("olga3", "officer", None)
    reduced = await olga.get(where)
    token = reduced.form(where).values["_csrf"][0]
    reduced = await olga.post(where, [("_csrf", token), ("_action", "reduce")])
    assert await sizes(vote.vote) == (0, 0)
    form = reduced.form(where)
    count = [
        ("_csrf", token),
        ("_action", "count"),
        ("shares", "\n".join(map(str, shares[1:]))),
        ("auditors", "Ada A\nOtto O"),
    ]
    assert (
        await olga.post(where, [*count[:2], ("shares", str(shares[0])), count[3]])
    ).status == 422
    await olga.post(where, count)
    result = await browser.get(f"/voice/votes/{vote.number}/result")
    assert result.heading == "Blue bench"
    assert "The voter asked for it: 1 ballot" in result.text


async def test_a_votes_question_keeps_its_own_direction_on_pages_of_the_other(
    browser: Browser, house: House
) -> None:
    """Else its question mark stands at the wrong end."""
    opened = await house.open("single")
    apart = re.compile(r'(<bdi>|dir="auto">)What should the city build next\?<')
    for more in ("", "/ask", "/receipt"):
        page = await browser.get(f"/voice/votes/{opened.number}{more}")
        assert apart.search(page.html), more
    await house.vote(opened, "ana@mail.test", ["a-book-bus"], "north")
    await house.result(opened)
    for more in ("/result", "/print"):
        page = await browser.get(f"/voice/votes/{opened.number}{more}")
        assert apart.search(page.html), more
    pairs = await house.open("pairwise", pairs=3)
    assert apart.search((await ballot_of(browser, house, pairs, "ben@mail.test")).html)
