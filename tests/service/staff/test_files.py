"""Cases out and decisions in as files: fixed columns, nothing a spreadsheet runs, a dry run."""

from __future__ import annotations

import csv
import io
from typing import Any

from service import db
from service.actions.referrals import take_in
from service.actor import Actor
from service.services import Services
from tests.service.exchange.conftest import facts
from tests.service.staff.conftest import METRO, UTILITIES, Send, SignIn, case_of
from tests.support.browsing import Browser, PageSeen
from tests.support.clock import StoppedClock

HEAD = "id,version,outcome,reason,text,effective_on,amount\r\n"


async def table(browser: Browser, path: str) -> list[dict[str, str]]:
    answer = await browser.client.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer.headers["content-disposition"]
    assert answer.content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


async def states() -> list[str]:
    rows = await db.fetch("select state from referrals where agency = ? order by id", METRO)
    return [row["state"] for row in rows]


async def upload(page: PageSeen, content: bytes | None) -> PageSeen:
    form = page.form("/staff/files/decisions")
    files: dict[str, Any] = {"file": ("decisions.csv", content or b"", "text/csv")}
    answer = await page.browser.client.post(
        form.action,
        data={"_csrf": form.values["_csrf"][0]},
        files=files,
        headers={"sec-fetch-site": "same-origin"},
    )
    return PageSeen(page.browser, answer)


async def test_new_cases_and_their_people_have_the_same_columns_whatever_was_told(
    staff: SignIn, send: Send
) -> None:
    casey = await staff("casey")
    assert "No new case waits." in (await casey.get("/staff/files")).text
    await send("orca_lift")
    told = facts()
    told["people"].append({"id": "p2", "name": "Leo", "birth_date": {"unknown": "dont_know"}})
    told["people"][0]["incomes"] = []
    del told["household"]["address"]
    await send("orca_lift", name="=HYPERLINK(1)", told=told)
    cases = await table(casey, "/staff/files/cases.csv")
    assert len(cases) == 2
    first = next(case for case in cases if case["contact_name"] == "Ana Reyes")
    assert first["address_line1"] == "600 4th Ave"
    assert first["program"] == "orca_lift"
    assert "rent" not in first
    second = next(case for case in cases if case is not first)
    assert second["contact_name"] == "'=HYPERLINK(1)"
    assert second["address_line1"] == ""
    assert list(first) == list(second)
    people = await table(casey, "/staff/files/people.csv")
    assert {person["id"] for person in people} == {case["id"] for case in cases}
    ana = next(person for person in people if person["incomes"])
    assert ana["incomes"] == "wages, week, 612.00, 655.00, 590.00, 640.00"
    leo = next(person for person in people if person["name"] == "Leo")
    assert leo["birth_date"] == "dont_know"
    assert await states() == ["queued", "queued"]


async def test_only_the_cases_that_were_named_are_taken_in(
    staff: SignIn, send: Send, services: Services
) -> None:
    casey = await staff("casey")
    await send("orca_lift")
    page = await casey.get("/staff/files")
    assert "1 case waits to be taken in." in page.text
    await send("orca_lift")
    page = await page.form("/staff/files/taken").submit()
    assert sorted(await states()) == ["acknowledged", "queued"]
    assert len(await table(casey, "/staff/files/cases.csv")) == 1
    other = case_of(await send("utility_discount"), "utility_discount")
    form = page.form("/staff/files/taken")
    sent = [("_csrf", form.values["_csrf"][0]), ("case", str(other)), ("case", "no id")]
    await casey.post("/staff/files/taken", sent)
    row = await db.fetch_one("select state from referrals where id = ?", other)
    assert row is not None
    assert row["state"] == "queued"


async def test_decisions_are_checked_first_and_entered_only_then(
    staff: SignIn, send: Send, services: Services, clock: StoppedClock
) -> None:
    casey = await staff("casey")
    cases = [case_of(await send("orca_lift"), "orca_lift") for _each in range(3)]
    other = case_of(await send("utility_discount"), "utility_discount")
    worker = Actor("caseworker", "worker", METRO)
    await take_in(services, worker, METRO, cases[:2], clock.now())
    rows = [
        f'{cases[0]},1,approved,,"Well done,\nAna",2026-12-01,4500',
        f"{cases[1]},1,denied,because,,,",
        f"{cases[2]},1,denied,over_income,,,",
        f"{other},1,denied,over_income,,,",
        f"{cases[1]},1,denied,over_income,,not a day,",
        "x,1,approved,,,,",
    ]
    page = await upload(await casey.get("/staff/files"), (HEAD + "\r\n".join(rows)).encode())
    assert page.status == 200
    for told in (
        "Ready to enter",
        "This reason is not one of the program’s",
        "Take in this case first",
        "No case of yours has this id",
        "A value in this row cannot be read",
        "Nothing is entered yet.",
    ):
        assert told in page.text
    assert page.text.count("No case of yours has this id") == 2
    assert "approved" not in await states()
    done = await page.form("/staff/files/decisions").submit("_action=decide")
    assert "1 decision stands now." in done.text
    assert (await states()).count("approved") == 1
    decision = (await db.fetch("select count(*) as total from decisions"))[0]
    assert decision["total"] == 1
    case = await casey.get(f"/staff/cases/{cases[0]}")
    assert "Amount: $45." in case.text
    assert "Well done, Ana" in case.text


async def test_a_file_that_is_no_table_of_decisions_says_why(staff: SignIn) -> None:
    casey = await staff("casey")
    page = await casey.get("/staff/files")
    for content, told in (
        (b"", "Choose a file."),
        (b"\xff\xfe\x00", "This file is not text in UTF-8."),
        (b"a,b\r\n1,2\r\n", "Only id is always needed."),
        (HEAD.encode() + b"x," * 10 + b'"open', "This file is not a CSV table."),
        (HEAD.encode() + b"x\r\n" * 1001, "A file holds at most 1,000 decisions."),
        (HEAD.encode() + b"x" * 600_000, "This file is too big."),
    ):
        refused = await upload(page, content)
        assert refused.status == 422, told
        assert told in refused.text
        assert refused.errors


async def test_a_long_file_comes_back_whole_from_its_check(
    staff: SignIn, send: Send, services: Services, clock: StoppedClock
) -> None:
    una = await staff("una", agency=UTILITIES)
    cases = [case_of(await send("utility_discount"), "utility_discount") for _each in range(12)]
    await take_in(services, Actor("caseworker", "w", UTILITIES), UTILITIES, cases, clock.now())
    long = "Sí. " * 900
    rows = [f'{case},1,waitlisted,no_bill,"{long}{n}",,' for n, case in enumerate(cases)]
    page = await upload(await una.get("/staff/files"), (HEAD + "\r\n".join(rows)).encode())
    assert page.text.count("Ready to enter") == 12
    done = await page.form("/staff/files/decisions").submit("_action=decide")
    assert "12 decisions stand now." in done.text
