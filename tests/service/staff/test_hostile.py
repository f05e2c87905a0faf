"""Attacks on the pages of staff by somebody who did not write them: each was tried, some got in."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from dataclasses import replace
from types import MappingProxyType
from typing import Any
from uuid import UUID

import httpx
import pytest
from starlette.applications import Starlette

from service import db
from service.actions.referrals import take_in
from service.actions.withdrawals import withdraw
from service.actor import Actor
from service.app import create_app
from service.security.sessions import DOORS
from service.services import Services
from tests.service.exchange.conftest import facts
from tests.service.staff.conftest import (
    METRO,
    PASSWORD,
    Send,
    SignIn,
    application_of,
    case_of,
    table_rows,
)
from tests.service.staff.test_files import HEAD, upload
from tests.support.browsing import Browser, PageSeen
from tests.support.clock import StoppedClock

REVERSED = "\u202egnp.exe\u202c"
HEBREW = "שרה כהן"


async def taken_in(services: Services, send: Send, **told: Any) -> UUID:
    case = case_of(await send("orca_lift", **told), "orca_lift")
    worker = Actor("caseworker", "worker", METRO)
    await take_in(services, worker, METRO, [case], services.clock.now())
    return case


def decision(page: PageSeen, outcome: str, **fields: str) -> list[tuple[str, str]]:
    """The last step of a decision, as its button sends it."""
    sent = {"reason": "", "text": "", "amount": "", "version": "1", **fields, "outcome": outcome}
    token = page.form(page.url).values["_csrf"][0]
    return [("_csrf", token), ("_action", "decide"), *sent.items()]


async def test_two_workers_who_decide_at_once_make_one_decision(
    services: Services, send: Send, staff: SignIn
) -> None:
    case = await taken_in(services, send)
    path = f"/staff/cases/{case}/decide"
    casey, robin = await staff("casey"), await staff("robin")
    pages = [await casey.get(path), await robin.get(path)]
    sent = [decision(pages[0], "approved"), decision(pages[1], "denied", reason="over_income")]
    answers = await asyncio.gather(casey.post(path, sent[0]), robin.post(path, sent[1]))
    assert sorted(answer.status for answer in answers) == [200, 422]
    assert len(await db.fetch("select 1 from decisions")) == 1
    again = await casey.post(path, sent[0])
    assert again.status in (200, 422)
    assert len(await db.fetch("select 1 from decisions")) == 1


async def test_a_decision_on_an_older_version_is_stopped(
    services: Services, send: Send, staff: SignIn
) -> None:
    case = await taken_in(services, send)
    casey = await staff("casey")
    page = await casey.get(f"/staff/cases/{case}/decide")
    sent = decision(page, "approved")
    await db.execute("update referrals set version = 2, waiting = ? where id = ?", True, case)
    answer = await casey.post(f"/staff/cases/{case}/decide", sent)
    assert answer.status == 422
    for version in ("2", "0", "-1", "1e3", "9" * 30, ""):
        answer = await casey.post(
            f"/staff/cases/{case}/decide", decision(page, "approved", version=version)
        )
        assert answer.status in (409, 422), version
    assert await db.fetch("select 1 from decisions") == []


async def test_a_session_that_was_planted_is_not_the_one_that_opens(
    staff: SignIn, services: Services, new_browser: Any
) -> None:
    planted = "A" * 43
    victim = await new_browser()
    victim.client.cookies.set(DOORS["staff"].cookie, planted, path="/staff/")
    await staff("casey")
    page = await victim.get("/staff/sign-in")
    page = await page.form().fill(mail="casey@example.org", password=PASSWORD).submit()
    assert page.url == "/staff/cases"
    thief = await new_browser()
    thief.client.cookies.set(DOORS["staff"].cookie, planted, path="/staff/")
    assert (await thief.get("/staff/cases")).url == "/staff/sign-in"


async def test_a_sign_in_ends_the_session_that_was_open_in_the_browser(
    staff: SignIn, new_browser: Any
) -> None:
    casey = await staff("casey")
    old = casey.client.cookies.get("th_staff", path="/staff/")
    token = (await casey.get("/staff/cases")).form("/staff/sign-out").values["_csrf"][0]
    await casey.post(
        "/staff/sign-in", [("_csrf", token), ("mail", "casey@example.org"), ("password", PASSWORD)]
    )
    thief = await new_browser()
    thief.client.cookies.set("th_staff", old, path="/staff/")
    assert (await thief.get("/staff/cases")).url == "/staff/sign-in"


async def test_a_staff_session_opens_no_other_door(staff: SignIn, new_browser: Any) -> None:
    casey = await staff("casey")
    held = casey.client.cookies.get("th_staff", path="/staff/")
    other = await new_browser()
    for door in ("benefits", "status"):
        other.client.cookies.set(DOORS[door].cookie, held, path="/benefits/")
    for path in ("/benefits/status", "/benefits/results", "/benefits/check"):
        answer = await other.client.get(path)
        assert answer.status_code in (303, 404)


@pytest.mark.parametrize(
    "name",
    [
        HEBREW,
        REVERSED,
        "<script>alert(1)</script>",
        "{{ 7777*7777 }}",
        "=cmd|' /C calc'!A0",
        "%s%n",
        "a" * 90,
    ],
)
async def test_a_name_does_nothing_but_stand_there(
    services: Services, send: Send, staff: SignIn, name: str
) -> None:
    case = await taken_in(services, send, name=name)
    casey = await staff("casey")
    for path in ("", "/print", "/ask", "/decide"):
        page = await casey.get(f"/staff/cases/{case}{path}")
        assert page.status == 200
        assert "<script>alert" not in page.html
        assert "\u202e" not in page.html
    queue = await casey.get("/staff/cases")
    found = await queue.form("/staff/search").fill(q=name).submit()
    assert found.status == 200
    assert "60481729" not in queue.text


async def test_what_a_resident_wrote_runs_in_no_spreadsheet(send: Send, staff: SignIn) -> None:
    told = facts()
    told["people"][0]["name"] = "@SUM(1+1)"
    told["household"]["address"]["line1"] = " \t=1+1"
    await send("orca_lift", name="-2+3", told=told)
    casey = await staff("casey")
    for path in ("cases", "people"):
        answer = await casey.client.get(f"/staff/files/{path}.csv")
        text = answer.content.decode("utf-8-sig")
        rows = list(csv.reader(io.StringIO(text, newline="")))
        starts = {cell.lstrip(" \u00a0")[:1] for row in rows[1:] for cell in row if cell}
        assert not starts & set("=+-@\t\r\n＝＋－＠"), path


@pytest.mark.parametrize(
    "content",
    [
        (HEAD + "x,1,approved\r\n").encode("utf-16"),
        (HEAD + "é,1,approved\r\n").encode("latin-1"),
        HEAD.encode() + b'"' + b"a" * 140_000,
        HEAD.encode() + b'"x\r\n' * 900,
        b"\xef\xbb\xbf" + HEAD.encode(),
        b"\x00" * 100,
        HEAD.replace(",", ";").encode() + b"x;1;approved\r\n",
        b"id,id\r\na,b\r\n",
        b"id\r\n" + b",\r\n" * 5,
        HEAD.encode() + "١,١,approved,,,,١".encode() + b"\r\n",
        HEAD.encode() + b"x,1e9,approved,,,,1e400\r\n",
        HEAD.encode() + b"x,1_0,approved,,,9999-99-99,-5\r\n",
        HEAD.encode() + b"x,1,approved,,,," + b"9" * 400 + b"\r\n",
    ],
)
async def test_no_file_of_decisions_breaks_the_page(staff: SignIn, content: bytes) -> None:
    casey = await staff("casey")
    page = await upload(await casey.get("/staff/files"), content)
    assert page.status in (200, 422)
    assert page.heading == "Files"
    assert await db.fetch("select 1 from decisions") == []


async def test_pieces_made_by_hand_are_checked_like_a_file(staff: SignIn) -> None:
    casey = await staff("casey")
    page = await casey.get("/staff/files")
    token = page.form("/staff/files/decisions").values["_csrf"][0]
    for pieces in ([], [""], ["x"], [HEAD + "x,1,approved\r\n"] * 3, ["id\r\n" + "a\r\n" * 2000]):
        fields = [("_csrf", token), ("_action", "decide"), *(("piece", each) for each in pieces)]
        answer = await casey.post("/staff/files/decisions", fields)
        assert answer.status in (200, 422), pieces[:1]


@pytest.mark.parametrize(
    "query",
    [
        "view=all",
        "view=open&after=x",
        "view=open&after=2026-11-22",
        "view=open&after=0000-01-01.x",
        "view=open&after=9999-12-31.00000000-0000-0000-0000-000000000000",
        "view=open&view=mine",
        "view=%00",
        "after=2026-11-22.%F0%9F%98%80",
    ],
)
async def test_no_address_of_the_list_breaks_it(staff: SignIn, query: str) -> None:
    casey = await staff("casey")
    answer = await casey.client.get(f"/staff/cases?{query}")
    assert answer.status_code in (200, 400, 404), answer.text


async def test_a_case_of_a_program_that_left_the_rules_is_still_worked_to_its_end(
    services: Services, send: Send, staff: SignIn, new_browser: Any, clock: StoppedClock
) -> None:
    """A program is renamed or ends while cases of it are open: pages and the agency's own system
    answered with 500."""
    case = await taken_in(services, send)
    await staff("casey")
    left = {id: each for id, each in services.rules.programs.items() if id != "orca_lift"}
    rules = replace(services.rules, programs=MappingProxyType(left))
    later = replace(services, rules=rules)
    app: Starlette = create_app(later.settings, clock, services=later, opens_database=False)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=later.settings.base_url) as client:
        casey = Browser(client)
        page = await casey.get("/staff/sign-in")
        await page.form().fill(mail="casey@example.org", password=PASSWORD).submit()
        for path in ("", f"/{case}", f"/{case}/print", f"/{case}/ask", f"/{case}/decide"):
            assert (await casey.get(f"/staff/cases{path}")).status == 200, path
        assert (await client.get("/staff/files/cases.csv")).status_code == 200
        page = await casey.get(f"/staff/cases/{case}/decide")
        shown = await page.form().fill(outcome="denied", text="It has ended.").submit()
        assert "It has ended." in shown.text
        done = await shown.form(f"/staff/cases/{case}/decide").submit("_action=decide")
        assert done.status == 200
    row = await db.fetch_one("select state from referrals where id = ?", case)
    assert row is not None
    assert row["state"] == "denied"


async def test_long_and_odd_words_of_staff_are_kept_or_refused_never_broken(
    services: Services, send: Send, staff: SignIn
) -> None:
    case = await taken_in(services, send)
    casey = await staff("casey")
    page = await casey.get(f"/staff/cases/{case}")
    token = page.form(f"/staff/cases/{case}/notes").values["_csrf"][0]
    for note, status in (
        ("👩‍👩‍👧 \u202e" + HEBREW, 200),
        (" ", 422),
        ("x" * 5_001, 422),
        ("<b>" * 500, 200),
    ):
        answer = await casey.post(f"/staff/cases/{case}/notes", [("_csrf", token), ("note", note)])
        assert answer.status == status, note[:10]
    stored = await db.fetch("select id, text from case_notes order by id")
    assert len(stored) == 2
    opened = services.keyring.open_json(
        stored[0]["text"], table="case_notes", column="text", row_id=stored[0]["id"]
    )
    assert HEBREW in json.dumps(opened, ensure_ascii=False)


async def test_a_case_is_handed_to_no_closed_account(
    services: Services, send: Send, staff: SignIn
) -> None:
    case = await taken_in(services, send)
    sam = await staff("sam", "supervisor")
    await staff("robin")
    page = await sam.get(f"/staff/cases/{case}")
    form = page.form(f"/staff/cases/{case}/assign")
    await db.execute("update staff_accounts set active = ? where role = 'caseworker'", False)
    [robin] = await db.fetch("select id from staff_accounts where role = 'caseworker'")
    assert (await form.fill(worker=str(robin["id"])).submit()).status == 422


async def test_a_case_that_no_key_opens_takes_nobody_elses_away(send: Send, staff: SignIn) -> None:
    broken = case_of(await send("orca_lift", name="Zoe Broken"), "orca_lift")
    await send("orca_lift")
    casey = await staff("casey")
    await db.execute("update referrals set granted = ? where id = ?", b"\x01", broken)
    queue = await casey.get("/staff/cases")
    names = [row[0].partition("SEA-")[0] for row in table_rows(queue)]
    assert sorted(names) == ["?", "Ana Reyes"]
    answer = await casey.client.get("/staff/files/cases.csv")
    assert answer.text.count("\r\n") == 2
    assert (await casey.client.get("/staff/objections")).status_code == 200
    assert (await casey.client.get(f"/staff/cases/{broken}")).status_code == 500


async def test_each_line_of_a_decision_names_its_field(
    services: Services, send: Send, staff: SignIn
) -> None:
    casey, case = await staff("casey"), await taken_in(services, send)
    page = await casey.get(f"/staff/cases/{case}/decide")
    starts = {"starts-month": "1", "starts-day": "1", "starts-year": "1999"}
    page = await page.form().fill(amount="1.234,56", text="x" * 2001, **starts).submit()
    assert page.errors == [
        "Choose a decision.",
        "Your own words: Write at most 2,000 letters.",
        "First day: Write a year from 2020 on.",
        "Amount: Write dollars and cents with digits, like 1424.58.",
    ]


async def test_a_case_that_is_taken_back_while_it_is_decided_keeps_what_was_typed(
    services: Services, send: Send, staff: SignIn
) -> None:
    casey, case = await staff("casey"), await taken_in(services, send)
    page = await casey.get(f"/staff/cases/{case}/decide")
    typed = {"outcome": "denied", "reason": "over_income", "text": "Pay of May."}
    seen = await page.form().fill(typed).submit()
    ask = (await casey.get(f"/staff/cases/{case}/ask")).form().fill(more="A payslip")
    application = await application_of(case)
    actor = Actor("resident", str(application))
    await withdraw(services, actor, application, ["orca_lift"], services.clock.now())
    page = await seen.form().submit("_action=decide")
    assert (page.status, page.errors) == (422, ["The resident took this application back."])
    assert "Pay of May." in page.form().values["text"]
    assert (await page.click("Back")).url == f"/staff/cases/{case}"
    due = {"due-month": "12", "due-day": "9", "due-year": "2026"}
    page = await ask.fill(due).submit()
    assert (page.status, page.errors) == (422, ["This case is not being reviewed."])
    assert page.form().values["more"] == ["A payslip"]
