"""After sending: who lives here changes, a program is added; each office hears what was ticked."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from service import db
from service.services import Services
from tests.service.resident.test_returning import come_in, numbers
from tests.service.resident.walking import (
    CONTACT,
    FAMILY,
    SINGLE,
    Answers,
    born,
    give,
    key_of,
    place,
    walk,
)
from tests.support.browsing import Browser, PageSeen
from tests.support.clock import StoppedClock

HOME: Answers = {
    "address-line1": "600 4th Ave",
    "address-city": "Seattle",
    "address-state": "WA",
    "address-zip": "98104",
}


async def send_family(browser: Browser, services: Services, programs: list[str]) -> PageSeen:
    page = await place(browser, services, FAMILY)
    page = await page.form().fill(choose=programs).submit("Continue with")
    page = await walk(page, {"address": HOME}, until="/benefits/check")
    page = await page.form("/benefits/check").submit()
    return await page.form().fill(consent=programs, signature="Luz Prado").submit("Send")


async def open_changes(page: PageSeen, button: str) -> PageSeen:
    page = await page.browser.get("/benefits/status/change")
    return await page.form("/benefits/status/amend").submit(button)


async def to_check(page: PageSeen, answers: dict[str, Any]) -> tuple[PageSeen, list[str]]:
    """Answer what is asked until the check page; which pages were asked."""
    asked = []
    while page.url.startswith("/benefits/apply/"):
        key = key_of(page)
        asked.append(key)
        if key in answers:
            page = await give(page, answers[key])
            assert page.status == 200, page.errors
        else:
            page = await page.form().submit("_action=dont_know")
    assert page.url == "/benefits/check", page.url
    return page, asked


async def granted(services: Services) -> dict[str, tuple[int, dict[str, Any]]]:
    found = {}
    for row in await db.fetch("select id, program, version, granted from referrals"):
        opened = services.keyring.open_json(
            row["granted"], table="referrals", column="granted", row_id=row["id"]
        )
        found[row["program"]] = (row["version"], opened)
    return found


async def test_somebody_moves_in_and_only_the_ticked_office_hears_of_it(
    browser: Browser, services: Services
) -> None:
    page = await send_family(browser, services, ["orca_lift", "fresh_bucks"])
    page = await open_changes(page, "Change who lives with you")
    assert page.url.startswith("/benefits/apply/people")
    page = await give(page, {"people-more": "yes", "people-name": "Teo"})
    page = await give(page, {"people-more": "no"})
    page, asked = await to_check(page, {"birth_date": born(2025, 1, 2, "p5")})
    assert asked[0] == "birth_date"
    assert not any(key.endswith(("/p1", "/p2", "/i1")) for key in asked)
    page = await page.form("/benefits/check").submit("Go on to consent")
    nobody = await page.form().fill(signature="Luz Prado").submit("Send to the offices")
    assert nobody.errors == ["Tick at least one office, or go back."]
    signed = page.form().fill(signature="Luz Prado", office=["king_county_metro"])
    done = await signed.submit("Send to the offices")
    assert "Your change is sent" in done.text
    cases = await granted(services)
    assert [len(cases[p][1]["facts"]["people"]) for p in ("orca_lift", "fresh_bucks")] == [5, 4]
    assert (cases["orca_lift"][0], cases["fresh_bucks"][0]) == (2, 1)
    again = await signed.submit("Send to the offices")
    assert again.url.startswith("/benefits/status?done=changed")
    assert len(await db.fetch("select id from submissions")) == 2


async def test_somebody_moves_out(browser: Browser, services: Services) -> None:
    page = await send_family(browser, services, ["orca_lift"])
    page = await open_changes(page, "Change who lives with you")
    page = await page.form().submit("_remove=p4")
    page = await page.form().submit("Yes, take Sol off")
    page = await give(page, {"people-more": "no"})
    page, _asked = await to_check(page, {})
    page = await page.form("/benefits/check").submit("Go on to consent")
    await page.form().fill(signature="L. P.", office=["king_county_metro"]).submit("Send to")
    facts = (await granted(services))["orca_lift"][1]["facts"]
    assert [person["id"] for person in facts["people"]] == ["p1", "p2", "p3"]


async def test_a_program_added_asks_only_what_is_missing_and_has_its_own_date(
    browser: Browser, services: Services, clock: StoppedClock
) -> None:
    page = await send_family(browser, services, ["orca_lift"])
    clock.forward(timedelta(minutes=20))
    page = await page.browser.get("/benefits/status/add")
    assert "orca_lift" not in page.form().options("choose")
    assert (await page.form().submit("Continue with")).errors == [
        "Choose at least one program to apply for."
    ]
    page = await page.form().fill(choose=["basic_food"]).submit("Continue with")
    page, asked = await to_check(page, {"address": HOME})
    assert not {"rent", "income_kinds/p1", "pay/p1/i1", "birth_date", "people"} & set(asked)
    assert "What you apply for" not in page.text
    page = await page.form("/benefits/check").submit("Go on to consent")
    signed = page.form().fill(consent=["basic_food"], signature="Luz Prado")
    await signed.submit("Send to the offices")
    rows = {row["program"]: row for row in await db.fetch("select * from referrals")}
    later = rows["basic_food"]["filed_at"] - rows["orca_lift"]["filed_at"]
    assert later == timedelta(minutes=20)
    cases = await granted(services)
    assert (cases["orca_lift"][0], cases["basic_food"][0]) == (1, 2)
    assert cases["basic_food"][1]["facts"]["household"]["rent"]["amount"] == 185000
    assert cases["basic_food"][1]["consent"]["program"] == "basic_food"
    status = await browser.get("/benefits/status")
    assert services.city.agencies["dshs"].name in status.text


async def test_money_told_more_than_thirty_days_ago_is_asked_again_for_a_new_program(
    first: PageSeen, elsewhere: Browser, services: Services, clock: StoppedClock
) -> None:
    await place(first.browser, services, FAMILY)
    page = await send_family(first.browser, services, ["orca_lift"])
    reference, _secret = numbers_of(page)
    clock.forward(timedelta(days=31))
    page = await come_back(elsewhere, services, reference)
    page = await elsewhere.get("/benefits/status/add")
    page = await page.form().fill(choose=["basic_food"]).submit("Continue with")
    _page, asked = await to_check(page, {**FAMILY, "address": HOME})
    assert {"income_kinds/p1", "pay/p1/i1", "income_kinds/p2", "own_work/p2/i2"} <= set(asked)
    assert "rent" not in asked
    assert "birth_date" not in asked


def numbers_of(page: PageSeen) -> tuple[str, str]:
    import re

    found = re.search(r"SEA-[0-9A-Z]{4}-[0-9A-Z]{5}", page.text)
    assert found
    return found[0], ""


async def come_back(browser: Browser, services: Services, reference: str) -> PageSeen:
    from tests.service.resident.test_contact_changes import by_mail

    return await by_mail(browser, reference, services)


@pytest.fixture
async def alone(first: PageSeen) -> tuple[str, str]:
    """Reference and secret of a sent application with a job and somebody else in the home."""
    reference, secret = numbers(await give(first, CONTACT))
    page = await first.browser.get("/benefits/apply/people")
    page = await give(page, {"people-more": "yes", "people-name": "Zebedee"})
    page = await give(page, {"people-more": "no"})
    answers: dict[str, Answers | list[Answers]] = {
        "birth_date": {**born(1985, 3, 4), **born(1987, 5, 6, "p2")},
        "helps_wanted": SINGLE["helps_wanted"],
        "applicants": {"applicants": "everyone"},
        "income_kinds/p1": {"income_kinds": ["wages"]},
        "job/p1/i1": {"employer": "Cafe Sol", "pay_period": "week", "pay_told": "same"},
        "pay/p1/i1": {"pay_same": "612", "steady": "yes"},
        "more_income/p1": {"more_income-more": "no"},
        "rent": {"rent": "1850", "rent-period": "month"},
    }
    page = await walk(page, answers)
    page = await page.form().fill(choose=["orca_lift"]).submit("Continue with")
    page = await walk(page, {"address": HOME}, until="/benefits/check")
    page = await page.form("/benefits/check").submit()
    await page.form().fill(consent=["orca_lift"], signature="Luz Prado").submit("Send")
    return reference, secret


HIDDEN = ("Zebedee", "Cafe Sol", "612", "600 4th Ave", "1985", "Luz Prado", "luz@example.org")


async def test_the_secret_alone_changes_everything_and_shows_nothing_of_before(
    alone: tuple[str, str], elsewhere: Browser, services: Services
) -> None:
    await come_in(elsewhere, *alone)
    page = await open_changes(await elsewhere.get("/benefits/status"), "Look at all answers")
    assert page.url == "/benefits/check"
    assert "As you told us before" in page.text
    links = {
        (a.get("href") or "") for a in page.tree.iter("a") if "/apply/" in (a.get("href") or "")
    }
    seen = [page, *[await elsewhere.get(link) for link in sorted(links)]]
    for path in ("results", "print/wic", "saved", "sign", "reference", "people/p2"):
        seen.append(await elsewhere.get(f"/benefits/{path}"))
    for each in seen:
        assert [told for told in HIDDEN if told in each.html] == [], each.url
    page = await elsewhere.get("/benefits/apply/birth_date")
    page, _asked = await to_check(await give(page, born(1990, 1, 2, "p2")), {})
    assert "2 January 1990" in page.text
    page = await page.form("/benefits/check").submit("Go on to consent")
    signed = page.form().fill(signature="Luz Prado", office=["king_county_metro"])
    page = await signed.submit("Send to the offices")
    assert "luz@example.org" not in page.html
    assert (await elsewhere.get("/benefits/copy")).status == 404
    version, case = (await granted(services))["orca_lift"]
    people = case["facts"]["people"]
    assert version == 2
    assert [person.get("name") for person in people] == ["Luz Prado", "Zebedee"]
    assert people[1]["birth_date"] == "1990-01-02"
    assert people[0]["incomes"][0]["amount"] == 61200


async def test_changes_begun_by_mail_are_not_shown_to_a_visit_by_secret(
    alone: tuple[str, str], first: PageSeen, elsewhere: Browser, services: Services
) -> None:
    await come_in(elsewhere, *alone)
    await open_changes(await elsewhere.get("/benefits/status"), "Look at all answers")
    own = await open_changes(await first.browser.get("/benefits/status"), "Look at all answers")
    assert "Zebedee" in own.text
    hidden = await elsewhere.get("/benefits/check")
    assert hidden.url == "/benefits/status"
    page = await open_changes(await elsewhere.get("/benefits/status"), "Look at all answers")
    assert "Zebedee" not in page.html


async def test_changes_can_be_thrown_away(browser: Browser, services: Services) -> None:
    page = await send_family(browser, services, ["orca_lift"])
    page = await open_changes(page, "Look at all answers")
    page = await page.form("/benefits/check").submit("Throw these changes away")
    assert "Nothing was sent" in page.text
    assert (await browser.get("/benefits/check")).url == "/benefits/status"
    assert len(await db.fetch("select id from submissions")) == 1


async def test_two_windows_add_the_same_program_once(browser: Browser, services: Services) -> None:
    page = await send_family(browser, services, ["orca_lift"])
    page = await browser.get("/benefits/status/add")
    page = await page.form().fill(choose=["fresh_bucks"]).submit("Continue with")
    page, _asked = await to_check(page, {"address": HOME})
    page = await page.form("/benefits/check").submit("Go on to consent")
    filled = page.form().fill(consent=["fresh_bucks"], signature="Luz Prado")
    await filled.submit("Send to the offices")
    await filled.submit("Send to the offices")
    rows = await db.fetch("select program from referrals order by program")
    assert [row["program"] for row in rows] == ["fresh_bucks", "orca_lift"]


async def test_fourteen_people_with_long_and_arabic_names_and_no_birth_dates_are_amended(
    browser: Browser, services: Services
) -> None:
    names = [*("ا" * 59 + letter for letter in "ابتثجحخدذرز"), "W" * 60]
    home: dict[str, Any] = {
        "contact": CONTACT,
        "people": [{"people-more": "yes", "people-name": name} for name in names]
        + [{"people-more": "no"}],
        "helps_wanted": SINGLE["helps_wanted"],
        "applicants": {"applicants": "everyone"},
    }
    page = await place(browser, services, home)
    page = await page.form().fill(choose=["orca_lift"]).submit("Continue with")
    page = await walk(page, {"address": HOME}, until="/benefits/check")
    page = await page.form("/benefits/check").submit()
    page = await page.form().fill(consent=["orca_lift"], signature="Luz Prado").submit("Send")
    page = await open_changes(page, "Change who lives with you")
    page = await give(page, {"people-more": "yes", "people-name": "X"})
    page = await give(page, {"people-more": "no"})
    page, _asked = await to_check(page, {})
    page = await page.form("/benefits/check").submit("Go on to consent")
    signed = page.form().fill(signature="Luz Prado", office=["king_county_metro"])
    await signed.submit("Send to the offices")
    people = (await granted(services))["orca_lift"][1]["facts"]["people"]
    assert [person.get("name") for person in people[1:]] == [*names, "X"]


async def test_an_application_a_partner_sent_can_be_amended_too(
    elsewhere: Browser, services: Services
) -> None:
    """Its people have the partner's own ids, which stay."""
    from service.actions.applications import submit
    from service.actor import Actor
    from service.referrals.request import Consent, Contact, SendRequest

    fields = services.rules.programs["orca_lift"].fields
    facts = {
        "people_complete": True,
        "household": {"lives_in_city": True, "county": "king"},
        "people": [
            {"id": "x", "name": "Bo Lind", "birth_date": "1980", "applies_for": ["orca_lift"]},
            {"id": "y", "name": "Zebedee", "birth_date": "1990", "applies_for": ["orca_lift"]},
        ],
    }
    request = SendRequest(
        application=None,
        facts=facts,
        programs=("orca_lift",),
        consents=(Consent("orca_lift", fields),),
        signature="Bo Lind",
        contact=Contact("Bo Lind", safe_to_write=False),
        language="en",
    )
    partner = Actor("partner_key", "1", "library")
    receipt = await submit(services, partner, request, services.clock.now())
    assert receipt.secret is not None
    await come_in(elsewhere, receipt.reference, receipt.secret)
    page = await open_changes(await elsewhere.get("/benefits/status"), "Look at all answers")
    page = await elsewhere.get("/benefits/apply/birth_date")
    page, _asked = await to_check(await give(page, born(1991, person="p2")), {})
    page = await page.form("/benefits/check").submit("Go on to consent")
    signed = page.form().fill(signature="Bo Lind", office=["king_county_metro"])
    await signed.submit("Send to the offices")
    people = (await granted(services))["orca_lift"][1]["facts"]["people"]
    assert [(p["id"], p.get("name"), p["birth_date"]) for p in people] == [
        ("x", "Bo Lind", "1980"),
        ("y", "Zebedee", "1991"),
    ]
