"""Administrators: accounts, keys, addresses and holds, and no way into a case."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import uuid4

import pytest

from service import db, retention
from service.actions.accounts import create_account
from service.actions.referrals import take_in
from service.actions.withdrawals import withdraw
from service.actor import Actor
from service.queries.endpoints import endpoint_of
from service.queries.handover import counted_at
from service.queries.reconciliation import reconcile
from service.security.tokens import token_hash
from service.services import Services
from tests.service.database.test_retention import a_whole_day
from tests.service.staff.conftest import (
    METRO,
    PASSWORD,
    UTILITIES,
    Send,
    SignIn,
    case_of,
    table_rows,
)
from tests.support.browsing import Browser, PageSeen
from tests.support.clock import StoppedClock

ONE_TIME = re.compile(r"\b[a-z2-9]{5}(?:-[a-z2-9]{5}){3}\b")
KEY = re.compile(r"\bth[ap]_[A-Za-z0-9_-]{43}")
NewBrowser = Callable[[], Awaitable[Browser]]


@pytest.fixture
async def ada(staff: SignIn) -> Browser:
    return await staff("ada", "admin", None)


async def pressed(page: PageSeen, action: str, **fields: str) -> PageSeen:
    """Send the page's address a form with one action, as its own button does."""
    token = page.form(page.url).values["_csrf"][0]
    return await page.browser.post(
        page.url, [("_csrf", token), ("_action", action), *fields.items()]
    )


async def page_of(ada: Browser, name: str) -> PageSeen:
    return await (await ada.get("/staff/accounts")).click(name)


async def audited(action: str) -> int:
    return len(await db.fetch("select 1 from audit_entries where action = ?", action))


async def test_an_account_is_made_helped_closed_and_opened(
    ada: Browser, new_browser: NewBrowser
) -> None:
    page = await ada.get("/staff/accounts")
    assert page.url == (await ada.get("/staff/")).url
    form = page.form("/staff/accounts").fill(
        mail="casey@example.org", name="Casey", role="caseworker", agency=METRO
    )
    [once] = ONE_TIME.findall((await form.submit()).text)
    casey = await new_browser()
    typed = (await casey.get("/staff/sign-in")).form().fill(mail="casey@example.org", password=once)
    assert (await typed.submit()).url == "/staff/choose-password"
    again = await form.submit()
    assert (again.status, again.errors) == (422, ["This mail has an account."])
    page = await page_of(ada, "Casey")
    [second] = ONE_TIME.findall((await pressed(page, "reset")).text)
    assert second != once
    choose = (await casey.get("/staff/choose-password")).form()
    choose.fill(mail="casey@example.org", password=second, new=PASSWORD, again=PASSWORD)
    done = await choose.submit()
    assert done.url == "/staff/sign-in"
    signed_in = done.form().fill(mail="casey@example.org", password=PASSWORD)
    assert (await signed_in.submit()).url == "/staff/cases"
    assert "Closed" in (await pressed(page, "close")).text
    assert (await casey.get("/staff/cases")).url == "/staff/sign-in"
    assert (await signed_in.submit()).status == 422
    assert "Open this account again" not in (await pressed(page, "open")).text
    assert (await signed_in.submit()).url == "/staff/cases"
    moved = await pressed(page, "role", role="leader", agency="")
    assert "Leader" in moved.text
    assert (await casey.get("/staff/cases")).url == "/staff/sign-in"
    for action in ("created", "password_reset", "closed", "opened", "role_changed"):
        assert await audited(f"account.{action}") >= 1, action


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ({"mail": "no mail"}, "Give a mail address."),
        ({"mail": "=cmd|x@example.org\n"}, None),
        ({"role": "king"}, "Choose a role."),
        ({"role": ""}, "Choose a role."),
        ({"agency": ""}, "Caseworkers and supervisors need an office; the others have none."),
        ({"agency": "elsewhere"}, "Caseworkers and supervisors need an office; the others have no"),
        ({"role": "admin"}, "Caseworkers and supervisors need an office; the others have none."),
    ],
)
async def test_what_will_not_do_is_said_beside_its_field(
    ada: Browser, typed: dict[str, str], problem: str | None
) -> None:
    page = await ada.get("/staff/accounts")
    token = page.form("/staff/accounts").values["_csrf"][0]
    usual = {"mail": "x@example.org", "name": "X", "role": "caseworker", "agency": METRO}
    answer = await ada.post("/staff/accounts", [("_csrf", token), *{**usual, **typed}.items()])
    if problem is None:
        assert answer.status == 200
        return
    assert answer.status == 422
    assert answer.errors[0].startswith(problem)
    assert len(await db.fetch("select 1 from staff_accounts")) == 1


async def test_ones_own_account_keeps_its_role_and_stays_open(ada: Browser) -> None:
    page = await page_of(ada, "Ada")
    assert "Another administrator can change it." in page.text
    for action in ("close", "role", "factor", "open"):
        refused = await pressed(page, action, role="leader", agency="")
        assert refused.status == 409
    [row] = await db.fetch("select role, active from staff_accounts")
    assert (row["role"], row["active"]) == ("admin", True)


async def test_an_account_that_is_not_there_is_not_found(ada: Browser) -> None:
    for id in (str(uuid4()), "x", "0" * 32):
        assert (await ada.client.get(f"/staff/accounts/{id}")).status_code == 404


async def test_a_value_no_key_opens_takes_no_list_away(
    ada: Browser, staff: SignIn, send: Send
) -> None:
    """One broken row of colleagues once took the whole queue with it."""
    casey = await staff("casey")
    robin = await staff("robin")
    await send("orca_lift")
    await db.execute("update staff_accounts set name = ?, mail = ?", b"\x01broken", b"")
    assert (await ada.get("/staff/accounts")).status == 200
    queue = await casey.get("/staff/cases")
    assert queue.status == 200
    assert (await (await robin.get("/staff/cases")).click("Ana Reyes")).status == 200


async def test_a_key_is_shown_once_and_ends_at_once(ada: Browser) -> None:
    for holder, partner in ((METRO, ""), ("", "food_bank")):
        page = await ada.get("/staff/keys")
        shown = await pressed(page, "make", holder=holder, partner=partner, label="new office")
        [key] = KEY.findall(shown.text)
        assert key[:4] == ("tha_" if holder else "thp_")
        body = {"limit": 1, "lease_seconds": 60}
        headers = {"authorization": f"Bearer {key}"}
        pull = ("/api/v1/referrals/pull",)
        answer = await ada.client.post(*pull, json=body, headers=headers)
        assert answer.status_code == (200 if holder else 404)
        page = await ada.get("/staff/keys")
        assert key not in page.html
        row = await db.fetch_one("select id from api_keys where key_hash = ?", token_hash(key))
        assert row is not None
        assert (await pressed(page, "end", key=str(row["id"]))).url == "/staff/keys"
        answer = await ada.client.post(*pull, json=body, headers=headers)
        assert answer.status_code == 401
    assert (await pressed(page, "end", key=str(uuid4()))).status == 404


@pytest.mark.parametrize(
    ("holder", "partner"),
    [("", ""), (METRO, "food_bank"), ("elsewhere", ""), ("", "Food Bank"), ("", METRO)],
)
async def test_a_key_has_exactly_one_holder(ada: Browser, holder: str, partner: str) -> None:
    page = await ada.get("/staff/keys")
    refused = await pressed(page, "make", holder=holder, partner=partner)
    assert (refused.status, len(refused.errors)) == (422, 1)
    assert await db.fetch("select 1 from api_keys") == []


async def test_an_offices_address_is_set_and_taken_away(ada: Browser) -> None:
    page = await ada.get("/staff/keys")
    for url in ("ftp://example.org", "https://10.0.0.1/", "javascript:alert(1)", ""):
        assert (await pressed(page, "set", agency=METRO, url=url)).status == 422
    assert (await pressed(page, "set", agency="elsewhere", url="https://a.org/")).status == 422
    page = await pressed(page, "set", agency=METRO, url="https://agency.example.org/hints")
    assert "https://agency.example.org/hints" in page.text
    page = await pressed(page, "take", agency=METRO)
    assert "agency.example.org" not in page.text
    assert await endpoint_of(METRO) is None
    assert (await pressed(page, "take", agency="elsewhere")).status == 404


async def test_what_is_held_outlives_its_time_and_goes_when_the_hold_is_lifted(
    ada: Browser, send: Send, services: Services, clock: StoppedClock
) -> None:
    receipt = await send("orca_lift")
    await send("orca_lift", name="Somebody Else")
    await db.execute("update referrals set state = 'withdrawn', waiting = ?", False)
    page = await ada.get("/staff/holds")
    for reference, reason in ((receipt.reference, "whim"), ("SEA-0000-00000", "lawsuit"), ("", "")):
        assert (await pressed(page, "place", reference=reference, reason=reason)).status == 422
    form = page.form("/staff/holds").fill(reference=receipt.reference, reason="lawsuit")
    assert "A lawsuit, or one that is expected" in (await form.submit()).text
    clock.forward(timedelta(days=800))
    await a_whole_day(services, clock)
    [left] = await db.fetch("select id, hold from applications")
    assert left["hold"] == "lawsuit"
    ada.client.cookies.clear()
    page = (
        await (await ada.get("/staff/sign-in"))
        .form()
        .fill(mail="ada@example.org", password=PASSWORD)
        .submit()
    )
    page = await pressed(await ada.get("/staff/holds"), "lift", application=str(left["id"]))
    assert "Nothing is held." in page.text
    assert (await pressed(page, "lift", application=str(left["id"]))).status == 404
    await retention.run(services)
    assert await db.fetch("select 1 from applications") == []
    held = await db.fetch("select actor_id, detail from audit_entries where action = 'hold.placed'")
    assert [row["detail"] for row in held] == ['{"reason":"lawsuit"}']
    assert held[0]["actor_id"] != "service"


async def test_people_of_an_office_that_left_the_city_still_have_their_files(
    services: Services, new_browser: NewBrowser, clock: StoppedClock, send: Send, staff: SignIn
) -> None:
    casey = await staff("casey")
    await send("orca_lift")
    await db.execute("update staff_accounts set agency = 'old_office'")
    await db.execute("update referrals set agency = 'old_office'")
    for path in ("cases", "files", "objections", "files/cases.csv", "files/people.csv"):
        answer = await casey.client.get(f"/staff/{path}")
        assert answer.status_code == 200, path
    assert "Ana Reyes" in (await casey.client.get("/staff/files/cases.csv")).text


async def test_what_waits_at_each_office_is_told_and_nothing_under_ten_to_leaders(
    ada: Browser, staff: SignIn, send: Send
) -> None:
    await send("orca_lift", "utility_discount")
    page = await ada.get("/staff/handover")
    assert "Everything adds up" in page.text
    assert ["King County Metro", "1", "1", "0", "0"] in table_rows(page)
    lee = await staff("lee", "leader", None)
    page = await lee.get("/staff/handover")
    assert ["King County Metro", "under 10"] in table_rows(page)
    assert "Acknowledged" not in page.text
    for _each in range(9):
        await send("orca_lift")
    assert ["King County Metro", "10"] in table_rows(await lee.get("/staff/handover"))
    await db.execute("update referrals set version = 7 where agency = ?", UTILITIES)
    assert "Some cases differ." in (await ada.get("/staff/handover")).text
    casey = await staff("casey")
    assert (await casey.client.get("/staff/handover")).status_code == 404


async def test_the_counts_of_the_page_are_those_of_the_reconciliation(
    services: Services, send: Send, clock: StoppedClock
) -> None:
    worker = Actor("caseworker", "worker", METRO)
    sent = [await send("orca_lift", "utility_discount") for _each in range(6)]
    cases = [case_of(each, "orca_lift") for each in sent]
    await take_in(services, worker, METRO, cases[:3], clock.now())
    person = Actor("resident", str(sent[0].application))
    await withdraw(services, person, sent[0].application, None, clock.now())
    await withdraw(services, person, sent[5].application, ["orca_lift"], clock.now())
    await db.execute("update referrals set version = 7 where id = ?", cases[1])
    await db.execute("update referrals set waiting = ? where id = ?", False, cases[3])
    await db.execute("delete from referral_events where referral_id = ?", cases[4])
    told = [
        (each.id, each.sent, each.acknowledged, each.outstanding, len(each.differences))
        for each in (await reconcile(services.city.agencies)).agencies
    ]
    counted = await counted_at(services.city.agencies)
    shown = [(c.agency, c.sent, c.acknowledged, c.outstanding, c.differences) for c in counted]
    assert shown == told
    assert [each.holds for each in counted if each.agency == METRO] == [False]


async def test_a_chart_without_numbers_says_so_in_words(staff: SignIn) -> None:
    page = await (await staff("lee", "leader", None)).get("/staff/weekly")
    assert "so there is nothing to draw" in page.text
    assert '<svg class="th-chart"' not in page.html


async def test_an_administrator_who_is_made_by_hand_has_no_name_to_break(
    services: Services, clock: StoppedClock, ada: Browser
) -> None:
    await create_account(
        services, Actor.SYSTEM, "מנהל@example.org", "auditor", None, PASSWORD, clock.now()
    )
    page = await ada.get("/staff/accounts")
    assert "מנהל@example.org" in page.text
