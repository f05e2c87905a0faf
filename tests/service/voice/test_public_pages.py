"""What everybody may read and sign: the list, one petition, refusals, sharing, the interface."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta

import httpx
import pytest

from service import db
from service.ids import time_ordered_id
from service.models import Answer, Promise, Review
from service.services import Services
from service.voice.counting import count_steps
from service.voice.people import open_contact
from service.voice.signature_log import seal_log
from tests.service.voice.signers import new_petition
from tests.support.browsing import Browser, PageSeen
from tests.support.clock import StoppedClock
from tests.support.pages import elements, text_of
from tests.support.rows import stored

MONTH = timedelta(days=30)


@pytest.fixture
async def three(services: Services, clock: StoppedClock) -> None:
    """An open petition in Spanish, one that waits for an answer, one that was refused."""
    until = clock.now() + MONTH
    await new_petition(
        services,
        until,
        number=1,
        ask="Más árboles en la Avenida Rainier",
        why="No hay sombra en las paradas.",
        language="es",
        topic="parks",
        area="2",
        count=312,
    )
    await new_petition(
        services,
        until,
        "awaiting",
        number=2,
        ask="Run the night bus on route 7",
        topic="transit",
        area="all",
        count=1_020,
        threshold_at=clock.now(),
        answer_due_on=date(2026, 12, 22),
    )
    refused = await new_petition(
        services, until, "refused", number=3, ask="Buy my cousin's boat", topic="other", area="all"
    )
    await db.execute("update voice_petitions set opened_at = null where id = ?", refused)
    await stored(
        Review,
        id=time_ordered_id(),
        subject=refused,
        subject_kind="petition",
        verdict="refuse",
        reason="unclear",
        state="confirmed",
        first_by=time_ordered_id(),
        at=clock.now(),
        settled_at=clock.now(),
    )


async def token_of_latest(services: Services) -> str:
    rows = await db.fetch("select id, contact from voice_signatures order by asked_at desc, id")
    return open_contact(services.keyring, rows[0]["id"], rows[0]["contact"]).token


async def ask_to_sign(browser: Browser, mail: str, **more: str) -> PageSeen:
    page = await browser.get("/voice/petitions/1")
    typed: dict[str, str | list[str]] = {"name": "Sam Signer", "mail": mail, **more}
    return await page.form("/voice/petitions/1").fill(typed).submit()


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize(
    "path",
    [
        "/voice/",
        "/voice/petitions",
        "/voice/petitions/1",
        "/voice/petitions/2",
        "/voice/petitions/1/share",
        "/voice/petitions/1/sheet",
        "/voice/petitions/1/results",
        "/voice/petitions/1/print",
        "/voice/refused",
        "/voice/look",
        "/voice/votes/how",
    ],
)
async def test_a_page_is_sound_in_both_languages(
    client: httpx.AsyncClient, path: str, language: str
) -> None:
    page = await Browser(client, language).get(path)
    assert page.status == 200
    assert page.tree.get("lang") == language
    assert len(page.response.content) < 40_000


async def test_the_first_page_leads_to_every_way_to_be_heard(browser: Browser) -> None:
    page = await browser.get("/voice/")
    links = {link.get("href") for link in elements(page.tree, "a")}
    parts = ("start", "petitions", "votes", "questions", "ledger", "refused")
    assert links >= {f"/voice/{part}" for part in parts}


async def test_the_page_says_what_a_vote_can_show_and_what_it_cannot(browser: Browser) -> None:
    page = await browser.get("/voice/votes/how")
    assert (
        "We can show the count matches the recorded ballots. We cannot prove the server recorded"
        " what you tapped, that each voter is a different real person, or that nobody watched or"
        " paid."
    ) in page.text


@pytest.mark.usefixtures("three")
async def test_the_list_is_searched_without_accents_and_narrowed(browser: Browser) -> None:
    page = await browser.get("/voice/petitions")
    assert "2 petitions" in page.text
    assert "boat" not in page.text
    found = await page.form("/voice/petitions").fill(words="ARBOLES rainier").submit("Show")
    assert "1 petition" in found.text
    assert "Más árboles" in found.text
    narrowed = await browser.get("/voice/petitions?state=awaiting&topic=transit&sort=signed")
    assert "night bus" in narrowed.text
    assert "Más árboles" not in narrowed.text
    assert "0 petitions" in (await browser.get("/voice/petitions?words=zebra")).text
    # One goes and another comes: as many petitions, as often changed, and other words.
    await db.execute("update voice_petitions set state = 'hidden' where number = 1")
    await db.execute(
        "update voice_petitions set state = 'open', opened_at = created_at where number = 3"
    )
    assert "1 petition" in (await browser.get("/voice/petitions?words=cousin")).text


async def test_a_long_list_is_read_page_by_page(
    browser: Browser, services: Services, clock: StoppedClock
) -> None:
    for number in range(1, 23):
        ask = f"Mend pothole number {number} now"
        await new_petition(services, clock.now() + MONTH, number=number, ask=ask, topic="streets")
    first = await browser.get("/voice/petitions?topic=streets&words=pothole")
    second = await first.click("Next")
    assert second.url == "/voice/petitions?words=pothole&topic=streets&page=2"
    numbers = {
        link.get("href")
        for page in (first, second)
        for link in elements(page.tree, "a")
        if "/voice/petitions/" in (link.get("href") or "")
    }
    assert len(numbers) == 22
    assert (await second.click("Previous")).url == first.url.replace(
        "topic=streets&words=pothole", "words=pothole&topic=streets"
    )


@pytest.mark.usefixtures("three")
async def test_a_petition_tells_its_way_to_the_threshold(browser: Browser) -> None:
    page = await browser.get("/voice/petitions/1")
    assert "312 of 1,000 signatures" in page.text
    assert "688 more by 22 December 2026, and the city must answer" in page.text
    assert page.tree.find(".//h1[@lang='es']") is not None
    waiting = await browser.get("/voice/petitions/2")
    assert "The city must answer by 22 December 2026" in waiting.text


@pytest.mark.usefixtures("three")
async def test_the_answer_and_the_promise_stand_on_the_page_and_run_late_by_themselves(
    browser: Browser, clock: StoppedClock
) -> None:
    row = await db.fetch_one("select id from voice_petitions where number = 2")
    assert row is not None
    now = clock.now()
    await db.execute(
        "update voice_petitions set state = 'promised', answered_at = ? where id = ?",
        now,
        row["id"],
    )
    words = "We will run it from 1 March."
    await stored(
        Answer,
        id=time_ordered_id(),
        subject=row["id"],
        text=words,
        office="Metro",
        outcome="yes",
        at=now,
    )
    await stored(
        Promise,
        id=time_ordered_id(),
        subject=row["id"],
        text="Late buses on route 7",
        owner="Metro",
        due_on=date(2027, 3, 1),
        made_at=now,
    )
    page = await browser.get("/voice/petitions/2")
    assert words in page.text
    assert "Late buses on route 7" in page.text
    assert "Promised" in page.text
    clock.forward(timedelta(days=120))
    assert (
        "Late" in (await browser.get("/voice/petitions/2")).text.split("What the city promised")[1]
    )


@pytest.mark.usefixtures("three")
async def test_signing_is_confirmed_from_the_mail_and_the_name_shown_as_chosen(
    browser: Browser, services: Services
) -> None:
    page = await ask_to_sign(browser, "sam@example.org", area="2", show_name="yes", follow="yes")
    assert (page.url, page.heading) == ("/voice/look", "Look in your mail")
    assert "Sam Signer" not in (await browser.get("/voice/petitions/1")).text
    link = f"/voice/signature/{await token_of_latest(services)}"
    before = await db.fetch("select state from voice_signatures")
    page = await browser.get(link)
    assert await db.fetch("select state from voice_signatures") == before
    page = await page.form().submit("Yes, I sign this")
    assert page.heading == "Your signature counts"
    await count_steps(services)
    await seal_log(services)
    log = (await browser.client.get("/voice/petitions/1/log.csv")).text
    assert log.split()[-1].rpartition(",")[2] in page.text, (
        "one's own line is told by one's own link"
    )
    shown = await browser.get("/voice/petitions/1")
    assert "313 of 1,000" in shown.text
    assert "Sam Signer" in shown.text
    stopped = await (await browser.get(link)).form().submit("Stop the mails")
    assert "We write to you no more" in stopped.text
    gone = await (await browser.get(link)).form().submit("Take my signature back")
    assert gone.heading == "Your signature is taken back"
    await count_steps(services)
    assert "312 of 1,000" in (await browser.get("/voice/petitions/1")).text
    assert (await browser.get(link)).status == 404


@pytest.mark.usefixtures("three")
async def test_a_campus_behind_one_address_opens_its_mails_and_a_guesser_is_stopped(
    browser: Browser, services: Services
) -> None:
    await ask_to_sign(browser, "sam@example.org")
    link = f"/voice/signature/{await token_of_latest(services)}"
    guesses = [await browser.client.get(f"/voice/signature/{'x' * 43}") for _each in range(61)]
    assert [answer.status_code for answer in guesses[-2:]] == [404, 429]
    assert (await browser.client.get(link)).status_code == 200
    await db.execute("delete from rate_limits")
    opened = [await browser.client.get(link) for _each in range(61)]
    assert {answer.status_code for answer in opened} == {200}


@pytest.mark.usefixtures("three")
async def test_who_signed_already_sees_the_very_same_page(
    browser: Browser, services: Services
) -> None:
    first = await ask_to_sign(browser, "sam@example.org")
    page = await browser.get(f"/voice/signature/{await token_of_latest(services)}")
    await page.form().submit("Yes, I sign this")
    again = await ask_to_sign(browser, "Sam+news@example.org")
    assert (again.html, again.url) == (first.html, first.url)
    assert len(await db.fetch("select 1 from voice_signatures")) == 1


@pytest.mark.usefixtures("three")
async def test_what_will_not_do_is_said_beside_its_field(browser: Browser) -> None:
    page = await ask_to_sign(browser, "nowhere")
    assert (page.status, len(page.errors)) == (422, 1)
    assert page.form("/voice/petitions/1").values["name"] == ["Sam Signer"]
    page = await page.form("/voice/petitions/1").fill(code="ABCD").submit()
    assert page.errors == ["Enter the code from your card. It has 16 letters and digits."]
    page = await page.form("/voice/petitions/1").submit("Español")
    assert page.form("/voice/petitions/1").values["name"] == ["Sam Signer"]


@pytest.mark.usefixtures("three")
async def test_after_its_day_a_petition_has_no_form_and_says_until_when_one_may_confirm(
    browser: Browser, clock: StoppedClock
) -> None:
    page = await browser.get("/voice/petitions/1")
    form = page.form("/voice/petitions/1").fill(name="Sam Signer", mail="sam@example.org")
    clock.forward(MONTH + timedelta(hours=1))
    over = await browser.get("/voice/petitions/1")
    assert "Who asked in time can still confirm" in over.text
    assert 'id="sign"' not in over.html
    expired = await form.submit()
    assert expired.status in (403, 409)


@pytest.mark.usefixtures("three")
async def test_refusals_are_listed_by_reason_and_lead_nowhere_else(browser: Browser) -> None:
    page = await browser.get("/voice/refused")
    assert "Buy my cousin's boat" in page.text
    page = await page.click("We could not tell what the city is asked to do")
    assert "Buy my cousin's boat" in page.text
    page = await browser.get("/voice/refused?reason=hate")
    assert "boat" not in page.text
    assert (await browser.get("/voice/petitions/3")).status == 404
    await db.execute("update voice_reviews set reason = 'names_people'")
    assert "boat" not in (await browser.get("/voice/refused")).text


@pytest.mark.usefixtures("three")
async def test_a_petition_is_shared_by_link_code_and_paper(
    browser: Browser, client: httpx.AsyncClient, services: Services
) -> None:
    page = await browser.get("/voice/petitions/1/share")
    assert f"{services.settings.base_url}/voice/petitions/1" in page.text
    code = await client.get("/voice/petitions/1/qr.svg")
    assert code.headers["content-type"] == "image/svg+xml"
    assert code.text.startswith("<svg")
    sheet = await page.click("Sheet to print")
    assert len(elements(sheet.tree, "tr")) == 13
    asked = [text_of(cell) for cell in elements(sheet.tree, "th")][:6]
    # What the desk types from it: without the home nobody could be told from another.
    assert asked[1:5] == ["Name", "House number and street", "Postal code", "Part of the city"]


@pytest.mark.usefixtures("three")
async def test_machines_read_the_same_petitions(client: httpx.AsyncClient) -> None:
    listed = (await client.get("/api/v1/petitions?state=open")).json()
    [item] = listed["items"]
    assert (item["number"], item["signatures"], listed["next"]) == (1, 312, None)
    one = (await client.get("/api/v1/petitions/2")).json()
    assert one["petition"]["answer_due_on"] == "2026-12-22"
    assert (await client.get("/api/v1/petitions/3")).status_code == 404
    assert (await client.get("/api/v1/petitions?state=draft")).status_code == 400
    await db.execute("update voice_petitions set ask = '=1+1 more buses' where number = 2")
    text = (await client.get("/api/v1/petitions.csv")).content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["number"] for row in rows] == ["1", "2"]
    assert rows[1]["ask"] == "'=1+1 more buses"
    assert "mail" not in rows[0]


@pytest.mark.parametrize("number", ["0", "01", "999", "x", "9999999999", "-1", "%00"])
async def test_a_number_that_is_none_of_ours_is_no_page(browser: Browser, number: str) -> None:
    assert (await browser.get(f"/voice/petitions/{number}")).status in (400, 404)
