"""Cases out and decisions in as files: fixed columns, nothing a spreadsheet runs, a dry run."""

from __future__ import annotations

import csv
import io
from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from service import db
from service.actions.referrals import take_in
from service.actor import Actor
from service.caseworker.decision_files import decoded, read_file
from service.services import Services
from tests.service.exchange.conftest import facts
from tests.service.staff.conftest import METRO, UTILITIES, Send, SignIn, case_of
from tests.support.browsing import Browser, PageSeen
from tests.support.clock import StoppedClock
from tests.support.pages import elements, text_of

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
    paper = await (await casey.get("/staff/files")).click("All of them on paper")
    assert [text_of(h) for h in elements(paper.tree, "h2")].count("Answers") == 2
    assert "Ana Reyes" in paper.text
    assert "600 4th Ave" in paper.text
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
        f"{cases[1]},1,denied,because,,,",
        f"{other},1,denied,over_income,,,",
        f"{uuid4()},1,denied,over_income,,not a day,",
        "x,1,approved,,,,",
    ]
    page = await upload(await casey.get("/staff/files"), (HEAD + "\r\n".join(rows)).encode())
    assert page.status == 200
    for told in (
        "Ready to enter",
        "This reason is not one of the program’s",
        "Take in this case first",
        "No case of yours has this id",
        "What stands under effective_on cannot be read.",
        "The same as row 3",
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
        (b"\xff\xfe\x00", "This file is not text."),
        (b"PK\x03\x04\x14\x00", "This is a workbook."),
        (b"a,b\r\n1,2\r\n", "Missing columns: id, version, outcome."),
        (b"id,version,outcome,id\r\n1,2,,3\r\n", "These columns are there twice: id."),
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


ORDER, LATEST = ("month", "day", "year"), date(2028, 11, 22)
SHEET = (
    "id;version;Outcome;Reason;text;Effective on;dollars;name\r\n"
    "c1;1.0;Approved;;Sí;12/1/2026;$1,291.5;Ana\r\n"
)


@pytest.mark.parametrize(
    "saved",
    [
        SHEET.encode("utf-8-sig"),
        SHEET.encode("cp1252"),
        SHEET.replace("1,291.5", "1291.5").replace(";", "\t").encode("utf-16"),
        b"sep=;\r\n" + SHEET.encode(),
        SHEET.replace("\r\n", "\n").encode() + b";;;;;;;\n\n",
        SHEET.replace("$1,291.5", '"$1,291.5"').replace(";", ",").encode(),
    ],
)
def test_a_sheet_is_read_however_a_spreadsheet_saved_it(saved: bytes) -> None:
    read = read_file(decoded(saved), ORDER, LATEST)
    [row] = read.rows
    assert row.problem is None
    assert row.cells == {
        "id": "c1",
        "version": 1,
        "outcome": "approved",
        "text": "Sí",
        "effective_on": "2026-12-01",
        "amount": 129150,
    }
    assert read.unread == []


@pytest.mark.parametrize(
    ("rows", "problems"),
    [
        ("c1,1,approved,,\nc1,1,approved,,", [None, ("again", "2")]),
        ("c1,1,approved,,\nC1,1,denied,,", [("twice", "2"), ("twice", "2")]),
        ("c1,1,,,\nc2,1,approved,,", [None]),
        ("c1,1,approved,46357,", [None]),
        ("c1,1,approved,31/12/2026,", [("unread", "effective_on")]),
        ("c1,1,approved,12/1/26,", [None]),
        ("c1,1,approved,,12 or so", [("unread", "dollars")]),
        ("c1,1,approved,,1,2", [("more_cells", "")]),
    ],
)
def test_what_a_hurried_hand_makes_of_a_sheet_is_told_by_row_and_column(
    rows: str, problems: list[object]
) -> None:
    read = read_file(f"id,version,outcome,effective_on,dollars\n{rows}\n", ORDER, LATEST)
    assert [row.problem for row in read.rows] == problems


async def test_the_sheet_of_open_cases_comes_back_filled_in(
    staff: SignIn, send: Send, services: Services, clock: StoppedClock
) -> None:
    casey = await staff("casey")
    cases = [case_of(await send("orca_lift"), "orca_lift") for _each in range(3)]
    await take_in(services, Actor("caseworker", "w", METRO), METRO, cases[:2], clock.now())
    sheet = await table(casey, "/staff/files/decisions.csv")
    assert {row["id"] for row in sheet} == {str(case) for case in cases[:2]}
    sheet[0] |= {"outcome": "Denied", "reason": "over_income", "effective_on": "12/1/2026"}
    out = io.StringIO()
    writer = csv.DictWriter(out, list(sheet[0]), delimiter=";")
    writer.writeheader()
    writer.writerows(sheet)
    page = await upload(await casey.get("/staff/files"), out.getvalue().encode("cp1252"))
    assert "1 December 2026" in page.text
    assert page.text.count("Ready to enter") == 1
    done = await page.form("/staff/files/decisions").submit("_action=decide")
    assert "1 decision stands now." in done.text
    assert len(await table(casey, "/staff/files/decisions.csv")) == 1
