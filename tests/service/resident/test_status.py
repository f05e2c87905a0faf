"""After sending: whose turn it is, a reply, an objection, taking back, telling a change."""

from __future__ import annotations

from datetime import date, timedelta

from service import db
from service.actions.decisions import DecisionRequest, decide
from service.actions.objections import answer
from service.actions.referrals import take_in
from service.actions.requests import Question, ask
from service.actor import Actor
from service.fact_rows import fact_groups
from service.ids import time_ordered_id
from service.services import Services
from tests.service.pages.rendering import templates
from tests.support.browsing import PageSeen
from tests.support.pages import elements, text_of

METRO = Actor("caseworker", str(time_ordered_id()), "king_county_metro")
COLLEAGUE = Actor("caseworker", str(time_ordered_id()), "king_county_metro")


async def case(program: str) -> db.Row:
    row = await db.fetch_one("select * from referrals where program = ?", program)
    assert row is not None
    return row


async def taken_in(services: Services) -> db.Row:
    row = await case("orca_lift")
    await take_in(services, METRO, "king_county_metro", [row["id"]], services.clock.now())
    return row


async def denied(services: Services) -> None:
    row = await taken_in(services)
    reason = next(iter(services.rules.programs["orca_lift"].reasons))
    request = DecisionRequest(row["version"], "denied", reason, "Your pay was higher in May.")
    await decide(services, METRO, row["id"], request, services.clock.now())


def cards(page: PageSeen) -> list[str]:
    return [text_of(each) for each in elements(page.tree, "article")]


async def test_a_question_of_an_office_is_the_residents_turn_and_stands_first(
    sent: PageSeen, services: Services
) -> None:
    row = await taken_in(services)
    question = Question(("A payslip of October",), date(2026, 12, 2), "Tell us your pay in words.")
    await ask(services, METRO, row["id"], question, services.clock.now())
    page = await sent.browser.get("/benefits/status")
    assert cards(page)[0].startswith("Your turn")
    assert "2 December 2026" in cards(page)[0]
    assert "A payslip of October" in cards(page)[0]
    page = await page.click("Write your reply")
    empty = await page.form().submit("Send my reply")
    assert empty.status == 422
    assert empty.errors == ["Write something first."]
    page = await page.form().fill(text="I was paid $1,200.").submit("Send my reply")
    assert "Your reply is sent" in page.text
    assert (await case("orca_lift"))["state"] == "in_review"
    assert not cards(page)[0].startswith("Your turn")


async def test_a_decision_is_told_with_its_reason_and_another_worker_reads_the_objection(
    sent: PageSeen, services: Services
) -> None:
    await denied(services)
    page = await sent.browser.get("/benefits/status")
    assert "Not approved" in page.text
    assert "Your pay was higher in May." in page.text
    page = await page.click("I do not agree")
    page = await page.form().fill(text="That was one month only.").submit("Send my objection")
    assert "Another worker reads it" in page.text
    row = await db.fetch_one("select id from objections")
    assert row is not None
    now = services.clock.now()
    await answer(services, COLLEAGUE, row["id"], "changed", "You are right.", now)
    page = await sent.browser.get("/benefits/status")
    assert "You are right." in page.text
    assert "I do not agree" not in page.text


async def test_the_steps_have_their_dates(sent: PageSeen, services: Services) -> None:
    await taken_in(services)
    page = await sent.browser.get("/benefits/status")
    text = next(card for card in cards(page) if "ORCA" in card)
    assert "Sent 22 Nov 2026" in text
    assert "Received by King County Metro 22 Nov 2026" in text
    assert "They must decide by" in text


async def test_one_case_is_taken_back_and_the_other_goes_on(sent: PageSeen) -> None:
    page = await sent.browser.get("/benefits/status/withdraw")
    assert (await page.form().submit("Take back")).status == 422
    page = await page.form().fill(program=["fresh_bucks"]).submit("Take back")
    assert "You took it back" in page.text
    assert (await case("fresh_bucks"))["state"] == "withdrawn"
    assert (await case("orca_lift"))["state"] == "queued"


async def test_a_change_goes_to_the_offices_and_old_answers_are_not_shown(
    sent: PageSeen, services: Services
) -> None:
    page = await (await sent.browser.get("/benefits/status")).click("Tell the offices")
    page = await page.click("What is your address?")
    assert page.form().values["address-line1"] == [""]
    wrong = await page.form().submit("Send this change")
    assert wrong.status == 422
    filled = page.form().fill(
        {"address-line1": "1 Pine Street", "address-city": "Seattle", "address-zip": "98101"}
    )
    page = await filled.fill(office=["king_county_metro"]).submit("Send this change")
    assert "Your change is sent" in page.text
    row = await case("orca_lift")
    assert (row["version"], row["waiting"]) == (2, True)
    granted = services.keyring.open_json(
        row["granted"], table="referrals", column="granted", row_id=row["id"]
    )
    assert granted["facts"]["household"]["address"]["line1"] == "1 Pine Street"


async def test_a_copy_holds_what_was_sent(sent: PageSeen) -> None:
    page = await sent.click("Print or save a copy")
    assert "4 March 1985" in page.text


def test_a_copy_calls_a_language_by_its_own_name(services: Services) -> None:
    told = {"household": {"language": "es"}}
    (household,) = fact_groups(told, services, templates().languages["en"], "en")
    assert [row.lines for row in household.rows] == [["Español"]]


async def test_nobody_reaches_anothers_question_or_decision(
    sent: PageSeen, services: Services
) -> None:
    await denied(services)
    for path in ("requests", "decisions"):
        url = f"/benefits/status/{path}/{time_ordered_id()}"
        assert (await sent.browser.get(url)).status == 404


async def test_when_every_office_said_no_the_change_pages_say_so_and_lead_on(
    sent: PageSeen,
) -> None:
    await db.execute("update referrals set state = 'denied'")
    page = await sent.browser.get("/benefits/status/change/rent")
    assert page.url == "/benefits/status/change"
    assert "none can use a change" in page.text
    assert page.link("Apply for another program") == "/benefits/status/add"
    assert page.tree.find(".//main//form") is None


async def test_a_second_tap_on_a_reply_an_objection_or_taking_back_is_no_mistake(
    sent: PageSeen, services: Services
) -> None:
    browser = sent.browser
    row = await taken_in(services)
    question = Question(("a pay slip",), services.clock.now().date() + timedelta(days=9), "")
    asked = await ask(services, METRO, row["id"], question, services.clock.now())
    page = await browser.get(f"/benefits/status/requests/{asked}")
    form = page.form().fill(text="Here it is.")
    assert (await form.submit()).url == (await form.submit()).url == "/benefits/status?done=replied"
    other = await form.fill(text="And one more thing.").submit()
    assert other.status == 422
    assert other.form().values["text"] == ["And one more thing."]
    assert (await browser.get(page.url)).url == "/benefits/status"

    reason = next(iter(services.rules.programs["orca_lift"].reasons))
    no = DecisionRequest(row["version"], "denied", reason, "Your pay was higher in May.")
    await decide(services, METRO, row["id"], no, services.clock.now())
    page = await (await browser.get("/benefits/status")).click("I do not agree")
    form = page.form().fill(text="My hours were cut.")
    ends = {(await form.submit()).url, (await form.submit()).url}
    assert ends == {"/benefits/status?done=objected"}
    assert (await form.fill(text="Another one.").submit()).status == 422
    assert (await browser.get(page.url)).url == "/benefits/status"

    page = await browser.get("/benefits/status/withdraw")
    form = page.form().fill(program=["fresh_bucks"])
    ends = {(await form.submit()).url, (await form.submit()).url}
    assert ends == {"/benefits/status?done=withdrawn"}


async def test_after_everything_was_taken_back_no_page_is_a_dead_end(sent: PageSeen) -> None:
    browser = sent.browser
    page = await browser.get("/benefits/status/withdraw")
    await page.form().fill(program=["orca_lift", "fresh_bucks"]).submit()
    for path in ("change", "add", "what-if", "what-if/tenure", "withdraw", "contact", "secret"):
        page = await browser.get(f"/benefits/status/{path}")
        assert (page.status, page.url.startswith("/benefits/status")) == (200, True), path
