"""The question pages: errors, quiet ways out, lists of people, two windows, two languages."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta

from service import db
from service.services import Services
from tests.service.resident.walking import CONTACT, FAMILY, SINGLE, begin, give, walk
from tests.support.browsing import Browser, PageSeen
from tests.support.clock import StoppedClock
from tests.support.pages import elements

MOST_BYTES = 60_000


async def test_an_empty_page_names_each_field_and_keeps_what_was_typed(first: PageSeen) -> None:
    page = await first.form().fill(contact_mail="not a mail").submit("Continue")
    assert page.status == 422
    assert len(page.errors) == 3
    summary = page.tree.find(".//*[@id='errors']")
    assert summary is not None
    for link in elements(summary, "a"):
        target = page.tree.find(f".//*[@id='{(link.get('href') or '')[1:]}']")
        assert target is not None
        assert target.tag == "input"
    for line in page.errors:
        assert page.text.count(line) == 2, "the same words in the summary and beside the field"
    assert page.form().values["contact_mail"] == ["not a mail"]


async def test_the_title_is_the_question_the_section_and_the_service(first: PageSeen) -> None:
    title = elements(first.tree, "title")[0].text or ""
    assert title.startswith(f"{first.heading} – About you – Threshold")


async def test_writing_is_not_safe_until_somebody_says_so(first: PageSeen) -> None:
    assert first.form().values["safe_to_write"] == ["no"]


async def test_every_page_can_be_left_at_once_and_back_shows_no_answer(first: PageSeen) -> None:
    page = await give(first, CONTACT)
    away = page.link("Leave this page now")
    client = first.browser.client
    for ahead in ({"sec-purpose": "prefetch"}, {"sec-fetch-site": "cross-site"}):
        await client.get(away, headers=ahead)
    assert (await first.browser.get("/benefits/apply/contact")).url == "/benefits/apply/contact"
    answer = await client.get(away, headers={"sec-fetch-site": "same-origin"})
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("https://")
    assert not [name for name in client.cookies if name in ("th_benefits", "th_secret")]
    back = await first.browser.get("/benefits/apply/contact")
    assert back.url == "/benefits/return"
    assert "Luz Prado" not in back.html


async def test_a_change_of_language_keeps_what_was_typed_and_stores_nothing(
    first: PageSeen,
) -> None:
    page = await first.form().fill(contact_name="Luz", contact_mail="x").submit("_language=es")
    assert page.status == 200
    assert page.tree.get("lang") == "es"
    assert page.form().values["contact_name"] == ["Luz"]
    assert page.form().values["contact_mail"] == ["x"]
    assert page.errors == []
    again = await page.browser.get(page.url)
    assert again.tree.get("lang") == "es"
    assert again.form().values["contact_name"] == [""]


async def test_the_secret_is_shown_once_and_a_reload_is_not_a_loss(first: PageSeen) -> None:
    page = await give(first, CONTACT)
    assert page.url == "/benefits/reference"
    assert "SEA-" in page.text
    shown = page.text
    assert (await page.browser.get(page.url)).text == shown
    await page.form().submit("Continue")
    later = await page.browser.get(page.url)
    assert "We showed it once" in later.text
    renewed = await later.form().submit("_action=new")
    assert "We show the secret number only now" in renewed.text
    assert renewed.text != shown


async def test_saving_the_first_page_or_tapping_twice_still_shows_the_way_back(
    first: PageSeen,
) -> None:
    form = first.form().fill({name: str(value) for name, value in CONTACT.items()})
    saved = await form.submit("_action=save")
    assert saved.url == "/benefits/reference"
    assert re.search(r"(\d{4}\s?){4}", saved.text)
    assert (await form.submit()).url == "/benefits/reference"


async def test_a_person_is_added_renamed_and_removed_by_name(first: PageSeen) -> None:
    browser = first.browser
    page = await (await give(first, CONTACT)).form().submit("Continue")
    page = await give(page, {"people-more": "yes", "people-name": "Leo"})
    page = await give(page, {"people-more": "yes", "people-name": "Ana"})
    page = await page.click("Change Leo")
    page = await page.form().fill(name="Leon").submit("Save")
    assert "Leon" in page.text
    page = await page.form().submit("_remove=p3")
    assert page.heading == "Take Ana off the list?"
    kept = await page.click("No, keep Ana")
    assert "Ana" in kept.text
    page = await page.form().submit("Yes, take Ana off")
    assert "Ana" not in page.text
    # Another window may show her still: its links lead to the list, and not to a missing page.
    for path in ("people/p3", "people/p3/remove", "incomes/p3/i1/remove", "people/nobody"):
        page = await browser.get(f"/benefits/{path}")
        assert (page.status, page.url) == (200, "/benefits/apply/people"), path
    # Nor does another language, whatever an address names.
    told = [("_csrf", page.form().values["_csrf"][0]), ("_language", "es")]
    for path in ("people/a%20b/remove", "incomes/a%20b/i1/remove"):
        page = await browser.post(f"/benefits/{path}", told)
        assert (page.status, page.url) == (200, "/benefits/apply/people"), path


async def test_a_second_click_adds_no_twin(first: PageSeen) -> None:
    page = await (await give(first, CONTACT)).form().submit("Continue")
    form = page.form().fill({"people-more": "yes", "people-name": "Leo"})
    await form.submit("Continue")
    page = await form.submit("Continue")
    assert len(page.tree.findall(".//*[@class='th-people__person']")) == 2


async def test_two_windows_both_keep_their_answers(first: PageSeen) -> None:
    page = await (await give(first, CONTACT)).form().submit("Continue")
    page = await give(page, {"people-more": "no"})
    birth = page.form().fill(dict(SINGLE["birth_date"]))  # type: ignore[arg-type]
    other = await page.browser.get("/benefits/apply/helps_wanted")
    both = await asyncio.gather(
        birth.submit("Continue"),
        other.form().fill(helps_wanted=["food"]).submit("Continue"),
    )
    assert [page.status for page in both] == [200, 200]
    page = await page.browser.get("/benefits/check")
    assert "4 March 1985" in page.text
    assert "Food" in page.text


async def test_the_pays_are_summed_on_the_page_before_they_are_stored(browser: Browser) -> None:
    page = await walk(await begin(browser), FAMILY, until="/benefits/apply/pay/")
    pays = {"pays-1": "612", "pays-2": "655", "pays-3": "590", "pays-4": "640"}
    page = await page.form().fill({**pays, "pays-4": ""}).submit("_action=sum")
    (wrong,) = page.tree.findall(".//*[@id='errors']//a")
    assert (page.status, wrong.get("href")) == (422, "#pays-4")
    page = await page.form().fill(pays).submit("_action=sum")
    assert page.status == 200, "a sum needs the pays and no other answer"
    assert "$2,704.00 a month" in page.text or "$2,705.08 a month" in page.text
    stored = await page.browser.get(page.url)
    assert stored.form().values["pays-1"] == [""]


async def test_a_page_left_with_save_keeps_what_can_be_read(first: PageSeen) -> None:
    page = await (await give(first, CONTACT)).form().submit("Continue")
    page = await give(page, {"people-more": "no"})
    page = await page.form().fill({"birth_date-p1-year": "1985"}).submit("_action=save")
    assert page.heading == "Your answers are saved"
    assert "21 January 2027" in page.text
    page = await page.click("Go on with my answers")
    assert page.url == "/benefits/apply/birth_date"
    assert page.form().values["birth_date-p1-year"] == ["1985"]


async def test_a_page_that_does_not_apply_leads_on_and_one_that_never_was_is_not_there(
    first: PageSeen,
) -> None:
    assert (await first.browser.get("/benefits/apply/rent")).url.startswith("/benefits/apply/")
    assert (await first.browser.get("/benefits/apply/income_kinds/p9")).status == 200
    gone = await first.browser.get("/benefits/apply/nothing")
    assert (gone.status, gone.heading) == (404, "We do not ask this question")
    assert (await gone.click("Go on with my answers")).url == first.url


async def test_answering_one_program_alone_asks_less(browser: Browser) -> None:
    page = await walk(await begin(browser, "orca_lift"), SINGLE)
    assert [h.text for h in elements(page.tree, "h3")] == [
        "Lower fares on buses and trains (ORCA LIFT)"
    ]
    everything = await page.form().submit("_action=everything")
    assert len(elements(everything.tree, "h3")) > 10


async def test_no_question_page_is_heavy_and_none_asks_for_a_script(browser: Browser) -> None:
    style = await browser.client.get(
        (await browser.get("/")).html.partition('stylesheet" href="')[2].partition('"')[0]
    )
    script = await browser.client.get(
        (await browser.get("/")).html.partition('script src="')[2].partition('"')[0]
    )
    page = await walk(await begin(browser), FAMILY, until="/benefits/apply/income_kinds")
    assert len(page.response.content) + len(style.content) + len(script.content) < MOST_BYTES


async def test_a_draft_is_sealed_where_it_is_stored(first: PageSeen, services: Services) -> None:
    await give(first, CONTACT)
    row = await db.fetch_one("select draft from applications")
    assert row is not None
    assert b"Luz" not in bytes(row["draft"])


async def test_a_visit_that_ended_says_so_and_loses_nothing(
    first: PageSeen, clock: StoppedClock
) -> None:

    clock.forward(timedelta(hours=2))
    page = await first.browser.get("/benefits/apply/people")
    assert page.url == "/benefits/return"
    assert "Your visit has ended" in page.text


async def test_a_form_without_its_cookie_says_so_and_leads_back_to_its_own_page(
    browser: Browser,
) -> None:
    page = await browser.get("/benefits/start")
    host = str(browser.client.base_url).rstrip("/")
    for referer, way in ((f"{host}/benefits/start?only=", "/benefits/start?only="), ("x://[", "/")):
        browser.client.cookies.clear()
        browser.headers["referer"] = referer
        # A browser that does not say which site sent the form: what was in it is not shown again.
        answer = await browser.client.post(
            "/benefits/start", data={"only": ""}, headers=browser.headers
        )
        refused = PageSeen(browser, answer)
        assert refused.status == 403
        assert "Allow cookies" in refused.text
        words = "Try again" if way != "/" else "Go to the first page"
        assert refused.link(words) == way
    refused = await page.form("/benefits/start").submit()
    assert (await refused.form("/benefits/start").submit("Send it again")).status == 200


async def test_a_page_of_an_earlier_application_in_this_browser_changes_none(
    browser: Browser,
) -> None:
    earlier, later = await begin(browser), await begin(browser)
    refused = await give(earlier, CONTACT)
    assert refused.status == 403
    assert "another visit was begun in this browser" in refused.text
    assert (await give(later, CONTACT)).url == "/benefits/reference"
