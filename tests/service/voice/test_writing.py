"""Writing a petition in a browser without scripts, from the first page to the people behind it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from service import db
from service.actions.voice.own_signature import confirm
from service.actions.voice.petitions import close_due, open_petition, sponsor_token
from service.actor import Actor
from service.audit import unit_of_work
from service.security.sessions import DOORS
from service.services import Services
from service.voice.counting import count_steps
from service.voice.people import open_author, open_contact
from tests.service.voice.signers import Signers, new_petition
from tests.service.voice.test_signing import mails_of
from tests.support.browsing import Browser, PageSeen
from tests.support.clock import StoppedClock
from tests.support.pages import elements, text_of
from tests.support.reading import grade

ASK = "Run the night bus on route 7 until 2 AM"
WHY = "Nurses and cleaners finish after midnight.\n\nThey walk home for an hour."


async def begin(browser: Browser) -> PageSeen:
    page = await browser.get("/voice/start")
    return await page.form("/voice/start").submit("Start writing")


async def written(browser: Browser, mail: str = "luz@example.org") -> PageSeen:
    """The page to check, everything filled in."""
    page = await begin(browser)
    page = await page.form().fill(ask=ASK).submit("Continue")
    if page.url == "/voice/start/similar":
        page = await page.form().submit("Mine is different")
    page = await page.form().fill(why=WHY, topic="transit", area="2").submit("Continue")
    return await page.form().fill(name="Rosa Ibarra", show_name="yes", mail=mail).submit("Continue")


async def author_token(services: Services) -> str:
    row = await db.fetch_one("select id, author from voice_petitions where author is not null")
    assert row is not None
    return open_author(services.keyring, row["id"], row["author"]).token


@pytest.mark.parametrize("why", ["the visit ended", "the browser forgot its cookie"])
async def test_a_page_that_stood_open_for_too_long_keeps_what_was_typed(
    browser: Browser, clock: StoppedClock, why: str
) -> None:
    """After an hour of writing, or when the browser was closed and opened again with its pages."""
    page = await begin(browser)
    page = await page.form().fill(ask=ASK).submit("Continue")
    if page.url == "/voice/start/similar":
        page = await page.form().submit("Mine is different")
    if why == "the visit ended":
        clock.forward(DOORS["voice"].idle)
    else:
        browser.client.cookies.clear()
    late = await page.form().fill(why=WHY, topic="transit", area="2").submit("Continue")
    assert (late.status, "Nothing you typed is lost" in late.text) == (403, True)
    page = await late.form("/voice/start/why").submit("Send it again")
    page = await page.form().fill(name="Rosa Ibarra", mail="l@example.org").submit("Continue")
    assert page.heading == "Is it all as you want it?"
    assert "They walk home for an hour." in page.text
    # Words of the pages before are with a visit that the browser still knows.
    assert (ASK in page.text) is (why == "the visit ended")


async def test_words_that_go_on_in_a_new_draft_stay_in_their_language(
    browser: Browser, clock: StoppedClock
) -> None:
    page = await begin(browser)
    page = await page.form().fill(ask="حافلة ليلية حتى الساعة الثانية").submit("Continue")
    if page.url == "/voice/start/similar":
        page = await page.form().submit("Mine is different")
    clock.forward(DOORS["voice"].idle)
    late = await page.form().fill(why=WHY, topic="transit", area="2").submit("Continue")
    await late.form("/voice/start/why").submit("Send it again")
    drafts = await db.fetch("select language from voice_petitions where why <> ''")
    assert [each["language"] for each in drafts] == ["und-Arab"]


async def test_who_wrote_is_not_told_to_whoever_sends_the_page_again(
    browser: Browser, clock: StoppedClock
) -> None:
    page = await written(browser, "rosa@example.org")
    page = await browser.get("/voice/start/why")
    clock.forward(DOORS["voice"].idle)
    late = await page.form().submit("Continue")
    page = await late.form("/voice/start/why").submit("Send it again")
    assert "Rosa" not in page.response.text
    assert "rosa@" not in page.response.text


async def stand_behind(browser: Browser, services: Services, token: str, number: int) -> PageSeen:
    page = await browser.get(f"/voice/sponsor/{sponsor_token(token)}")
    mail = f"friend{number}@example.org"
    await page.form().fill(name=f"Friend {number}", mail=mail).submit("Stand behind it")
    rows = await db.fetch("select id, contact from voice_signatures where state = 'pending'")
    own = open_contact(services.keyring, rows[0]["id"], rows[0]["contact"]).token
    confirm = await browser.get(f"/voice/signature/{own}")
    return await confirm.form().submit("Yes, I sign this")


async def test_a_petition_is_written_confirmed_supported_and_opened(
    browser: Browser, services: Services, clock: StoppedClock
) -> None:
    page = await written(browser)
    assert page.heading == "Is it all as you want it?"
    assert "Buses and trains" in page.text
    assert "District 2" in page.text
    page = await page.form("/voice/start/check").submit("Send me my link")
    assert "luz@example.org" in page.text
    assert len(await db.fetch("select topic from voice_outbox")) == 1
    token = await author_token(services)

    mine = await browser.get(f"/voice/mine/{token}")
    assert mine.heading == ASK
    mine = await mine.form().submit("Yes, begin my petition")
    assert f"/voice/sponsor/{sponsor_token(token)}" in mine.text
    assert "0 of 5 people stand behind it" in mine.text
    for number in range(5):
        page = await stand_behind(browser, services, token, number)
        assert "Your signature counts" in page.heading
        await count_steps(services)
    mine = await browser.get(f"/voice/mine/{token}")
    assert "Somebody at the city reads it now" in mine.text

    row = await db.fetch_one("select * from voice_petitions")
    assert row is not None
    assert (row["state"], row["number"]) == ("moderation", 1)
    assert row["threshold"] == services.voice.threshold_of("transit")
    moderator = Actor("system", "test")
    async with unit_of_work(moderator, "petition.opened", row["id"], clock.now()) as work:
        work.rows.extend(await open_petition(services, row["id"], clock.now()))
    public = await browser.get("/voice/petitions/1")
    assert public.heading == ASK
    assert f"5 of {row['threshold']:,} signatures" in public.text
    assert "Written by Rosa Ibarra" in public.text


async def test_words_in_another_writing_than_the_page_s_say_so(
    browser: Browser, services: Services, clock: StoppedClock
) -> None:
    """Somebody writes in Arabic on the English page. A voice that reads aloud is told, the words
    run from the right, and a mark that would turn the page around is gone."""
    page = await begin(browser)
    page = await page.form().fill(ask="أضيئوا المسار\u202e حول البحيرة").submit("Continue")
    row = await db.fetch_one("select ask, language from voice_petitions")
    assert row == {"ask": "أضيئوا المسار حول البحيرة", "language": "und-Arab"}
    await db.execute(
        "update voice_petitions set state = 'open', number = 1, opened_at = ?, closes_at = ?,"
        " threshold = 10, why = 'النساء يخفن من الظلام'",
        clock.now(),
        clock.now() + timedelta(days=30),
    )
    for path, tag in (("/voice/petitions/1", "h1"), ("/voice/petitions", "a")):
        seen = await browser.get(path)
        [words] = [each for each in elements(seen.tree, tag) if text_of(each).startswith("أضيئوا")]
        assert (words.get("lang"), words.get("dir")) == ("und-Arab", "auto")


async def test_each_step_says_what_is_missing(browser: Browser) -> None:
    page = await begin(browser)
    page = await page.form().fill(ask="Buses").submit("Continue")
    assert (page.status, page.errors) == (422, ["Write what the city should do, in a few words."])
    page = await page.form().fill(ask="See https://spam.example.com now").submit("Continue")
    assert page.errors == ["Write it without a link."]
    page = await page.form().fill(ask=ASK).submit("Continue")
    page = await page.form().submit("Continue")
    assert len(page.errors) == 3
    page = await page.form().fill(why=WHY, topic="transit", area="all").submit("Continue")
    page = await page.form().fill(name="", mail="nowhere").submit("Continue")
    assert len(page.errors) == 2


async def test_typed_words_survive_the_switch_of_language(browser: Browser) -> None:
    page = await begin(browser)
    page = await page.form().fill(ask=ASK).submit("Español")
    assert page.tree.get("lang") == "es"
    assert page.form().values["ask"] == [ASK]


async def test_similar_petitions_are_shown_first_whatever_their_language(
    browser: Browser, services: Services, clock: StoppedClock
) -> None:
    until = clock.now() + timedelta(days=30)
    for number, (language, ask) in enumerate(
        [
            ("es", "Autobuses nocturnos para quienes salen tarde"),
            ("en", "Plant trees on Rainier Avenue"),
            ("en", "Open the library on Sundays"),
        ],
        1,
    ):
        await new_petition(services, until, ask=ask, language=language, number=number)
    page = await begin(browser)
    page = await page.form().fill(ask=ASK).submit("Continue")
    assert page.url == "/voice/start/similar"
    assert "Autobuses nocturnos" in page.text
    assert "Open the library" not in page.text
    page = await page.form().submit("Mine is different")
    assert page.url == "/voice/start/why"


async def test_looking_at_a_link_changes_nothing(browser: Browser, services: Services) -> None:
    page = await written(browser)
    await page.form("/voice/start/check").submit("Send me my link")
    token = await author_token(services)
    before = await db.fetch("select * from voice_petitions")
    for path in (f"/voice/mine/{token}", f"/voice/sponsor/{sponsor_token(token)}"):
        await browser.get(path)
    assert await db.fetch("select * from voice_petitions") == before


async def test_an_author_who_lost_the_mail_gets_the_link_again_and_nobody_else_learns_of_it(
    browser: Browser, services: Services, clock: StoppedClock
) -> None:
    page = await written(browser)
    await page.form("/voice/start/check").submit("Send me my link")
    token = await author_token(services)
    assert len(await mails_of(services)) == 1
    browser.client.cookies.clear()
    lost = await new_petition(services, clock.now() + timedelta(days=1))
    await db.execute(
        "update voice_petitions set author = ? where id = ?", b"what no key opens", lost
    )
    clock.forward(timedelta(minutes=16))
    answers = []
    for mail in ("someone.else@example.org", " LUZ@example.org", "luz@example.org"):
        page = await (await browser.get("/voice/start")).click("Get its link again")
        answers.append((await page.form().fill(mail=mail).submit("Send me my link")).text)
    assert len(set(answers)) == 1
    mails = await mails_of(services)
    assert [f"/voice/mine/{token}" in mail for mail in mails] == [True, True]
    wrong = await browser.get("/voice/mine/mistyped")
    page = await (await wrong.click("Get the link again")).form().submit("Send me my link")
    assert (page.status, len(page.errors)) == (422, 1)


async def test_the_sponsors_link_does_not_lead_to_the_authors_page(
    browser: Browser, services: Services
) -> None:
    page = await written(browser)
    await page.form("/voice/start/check").submit("Send me my link")
    token = await author_token(services)
    assert (await browser.get(f"/voice/mine/{sponsor_token(token)}")).status == 404
    # And nobody can stand behind what its author has not confirmed.
    assert (await browser.get(f"/voice/sponsor/{sponsor_token(token)}")).status == 404


async def test_a_draft_can_be_thrown_away(browser: Browser) -> None:
    page = await written(browser)
    page = await page.form("/voice/clear").submit()
    assert page.url == "/voice/"
    assert await db.fetch("select 1 from voice_petitions") == []
    assert await db.fetch("select 1 from voice_sessions") == []


async def test_without_a_draft_a_step_leads_to_the_start(browser: Browser) -> None:
    for step in ("ask", "similar", "why", "you", "check", "sent"):
        assert (await browser.get(f"/voice/start/{step}")).url == "/voice/start"


async def test_the_author_takes_it_back_and_writes_on_from_the_mail(
    browser: Browser, services: Services
) -> None:
    page = await written(browser)
    await page.form("/voice/start/check").submit("Send me my link")
    token = await author_token(services)
    browser.client.cookies.clear()
    mine = await browser.get(f"/voice/mine/{token}")
    again = await mine.form().submit("Change something first")
    assert again.url == "/voice/start/check"
    mine = await (await browser.get(f"/voice/mine/{token}")).form().submit("Yes, begin")
    mine = await mine.form().submit("Take my petition back")
    assert "You took it back" in mine.text
    assert (await browser.get(f"/voice/sponsor/{sponsor_token(token)}")).status == 404


async def test_what_is_refused_can_be_mended_and_sent_again(
    browser: Browser, services: Services, clock: StoppedClock
) -> None:
    page = await written(browser)
    await page.form("/voice/start/check").submit("Send me my link")
    token = await author_token(services)
    await db.execute("update voice_petitions set state = 'refused', number = 4")
    mine = await browser.get(f"/voice/mine/{token}")
    page = await mine.click("Change the words")
    page = await page.form().fill(ask="Too short", why="No").submit("Send it again")
    assert len(page.errors) == 2
    page = await page.form().fill(ask=f"{ASK} on weekends", why=WHY).submit("Send it again")
    assert "Somebody at the city reads it now" in page.text
    row = await db.fetch_one("select ask, submitted_at from voice_petitions")
    assert row == {"ask": f"{ASK} on weekends", "submitted_at": clock.now()}


async def test_a_petition_closes_when_its_hours_of_grace_are_over(
    services: Services, clock: StoppedClock
) -> None:
    petition = await new_petition(services, clock.now() + timedelta(days=1))
    clock.forward(timedelta(days=1, hours=23))
    assert await close_due(services) == 0
    clock.forward(timedelta(hours=2))
    assert await close_due(services) == 1
    assert await close_due(services) == 0
    row = await db.fetch_one("select state from voice_petitions where id = ?", petition)
    assert row == {"state": "closed"}
    assert len(await db.fetch("select 1 from voice_events where kind = 'closed'")) == 1


async def test_the_last_signature_in_time_counts_though_the_worker_stood_still(
    services: Services, clock: StoppedClock
) -> None:
    """Confirmed within the grace, counted days later: the threshold is reached all the same."""
    petition = await new_petition(services, clock.now() + timedelta(days=1), threshold=2)
    signers = Signers(services, petition)
    await signers.sign("one@one.example.net")
    await signers.ask("two@one.example.net")
    clock.forward(timedelta(days=1, hours=23))
    await confirm(services, await signers.token_of("two@one.example.net"))
    clock.forward(timedelta(days=3))
    assert await close_due(services) == 0, "two steps are not counted yet"
    assert await signers.counted() == 2
    assert await close_due(services) == 0
    assert (await signers.row())["state"] == "awaiting"


@pytest.mark.parametrize(
    "path", ["/voice/", "/voice/start", "/voice/again", "/voice/petitions", "/voice/refused"]
)
async def test_the_words_of_these_pages_are_easy(browser: Browser, path: str) -> None:
    main = (await browser.get(path)).tree.find(".//main")
    assert main is not None
    lines = [text_of(part) for part in elements(main, "h1", "h2", "h3", "p", "li")]
    assert grade("\n".join(lines)) <= 6
