"""Auditors: who did what, found by application, person and day, and whether the log is whole."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta

import pytest

from service import db
from service.actions.referrals import take_in
from service.actor import Actor
from service.audit import record_read
from service.audit_chain import chain_head, seal
from service.services import Services
from tests.service.staff.conftest import METRO, Send, SignIn, application_of, case_of, table_rows
from tests.support.browsing import Browser, PageSeen
from tests.support.clock import StoppedClock


@pytest.fixture
async def otto(staff: SignIn) -> Browser:
    return await staff("otto", "auditor", None)


async def asked(otto: Browser, action: str = "", **fields: str) -> PageSeen:
    page = await otto.get("/staff/audit")
    sent = page.form("/staff/audit").fill({k: v for k, v in fields.items() if k != "after"})
    values = [(name, value) for name, values in sent.values.items() for value in values]
    extra = [("_action", action), ("after", fields.get("after", ""))]
    return await otto.post("/staff/audit", [*values, *(each for each in extra if each[1])])


async def test_the_log_of_one_application_is_found_by_its_reference(
    otto: Browser, send: Send, services: Services, clock: StoppedClock
) -> None:
    assert (await otto.get("/staff/")).url == "/staff/audit"
    receipt = await send("orca_lift")
    await send("orca_lift", name="Somebody Else")
    case = case_of(receipt, "orca_lift")
    worker = Actor("caseworker", "worker", METRO)
    await take_in(services, worker, METRO, [case], clock.now())
    page = await asked(otto, reference=f"sea-{receipt.reference.lower()}")
    assert "application.submitted" in page.text
    assert "referrals.taken_in" in page.text
    assert page.text.count("application.submitted") == 1
    assert str(await application_of(case)) in page.text
    refused = await asked(otto, reference="SEA-0000-00000")
    assert (refused.status, refused.errors) == (422, ["No application has this reference."])
    searches = "select subject from audit_entries where action = 'log.searched' and subject <> ?"
    assert len(await db.fetch(searches, "log")) == 1


async def test_no_answer_no_name_and_no_contact_stands_in_the_log(
    otto: Browser, send: Send
) -> None:
    await send("orca_lift", name="Zebedee Quillfeather", mail="zebedee@example.org")
    page = await otto.get("/staff/audit")
    assert "application.submitted" in page.text
    for words in ("Zebedee", "Quillfeather", "zebedee@", "206-555-0199"):
        assert words not in page.text


async def test_a_person_is_found_by_mail_and_shown_by_name(otto: Browser, staff: SignIn) -> None:
    await staff("casey")
    page = await asked(otto, actor="casey@example.org")
    assert {row[1] for row in table_rows(page)} == {"Caseworker Casey"}
    assert "account.signed_in" in [row[2] for row in table_rows(page)]
    page = await asked(otto, actor="auditor")
    assert ["Auditor Otto", "account.signed_in"] in [row[1:3] for row in table_rows(page)]
    assert "Nothing was found." in (await asked(otto, actor="nobody@example.org")).text


async def test_days_are_the_citys_and_a_search_has_an_end(
    otto: Browser, clock: StoppedClock
) -> None:
    first = {"since-day": "22", "since-month": "11", "since-year": "2026"}
    last = {"until-day": "22", "until-month": "11", "until-year": "2026"}
    assert "account.signed_in" in (await asked(otto, **first, **last)).text
    before = {**first, "since-day": "20", **last, "until-day": "21"}
    assert "account.signed_in" not in (await asked(otto, **before)).text
    for days, problem in (
        ({**first, "since-day": "23", **last}, "The first day is after the last one."),
        ({**first, "since-year": "2024", **last}, "Search at most a year at a time."),
        ({**first, "since-day": "32", **last}, ""),
    ):
        refused = await asked(otto, **days)
        assert refused.status == 422
        assert refused.errors[0].startswith(problem)


async def test_older_entries_follow_without_a_gap_or_a_repeat(
    otto: Browser, services: Services, clock: StoppedClock
) -> None:
    for number in range(230):  # many at the same moment: the order must still be whole
        moment = clock.at + timedelta(seconds=number // 100)
        await record_read(Actor.SYSTEM, "test.read", f"n{number:03}x", moment)
    page, seen = await asked(otto, actor="system"), []
    for _page in range(3):
        seen += [row[3] for row in table_rows(page) if row[2].startswith("test.read")]
        forms = [form for form in page.html.split("<form") if 'name="after"' in form]
        if not forms:
            break
        after = forms[0].split('name="after" value="')[1].split('"')[0]
        page = await asked(otto, actor="system", after=after)
    assert sorted(seen) == [f"n{number:03}x" for number in range(230)]
    for wrong in ("x", "2026-11-22_x", "2026-11-22T00:00:00_00000000-0000-0000-0000-000000000000"):
        assert (await asked(otto, after=wrong)).status == 422


async def test_the_file_holds_what_is_stored_and_runs_nothing(otto: Browser, send: Send) -> None:
    receipt = await send("orca_lift")
    await db.execute("update audit_entries set detail = '=1+1' where action = 'account.created'")
    page = await otto.get("/staff/audit")
    token = page.form("/staff/audit").values["_csrf"][0]
    headers = {"sec-fetch-site": "same-origin"}
    answer = await otto.client.post("/staff/audit.csv", data={"_csrf": token}, headers=headers)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
    assert {"application.submitted", "account.signed_in"} <= {row["action"] for row in rows}
    assert {row["detail"] for row in rows if row["action"] == "account.created"} == {"'=1+1"}
    data = {"_csrf": token, "reference": receipt.reference}
    answer = await otto.client.post("/staff/audit.csv", data=data, headers=headers)
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
    assert [row["action"] for row in rows] == ["application.submitted"]
    data["reference"] = "nobody's"
    answer = await otto.client.post("/staff/audit.csv", data=data, headers=headers)
    assert answer.status_code == 422


async def test_the_whole_log_is_walked_and_a_changed_entry_shows(otto: Browser, send: Send) -> None:
    await send("orca_lift")
    await seal(everything=True)
    head = await chain_head()
    page = await asked(otto, "verify")
    assert "Every entry is as it was sealed." in page.text
    assert f"{head.number}:{head.hash}" in page.text
    await db.execute(
        "update audit_entries set detail = ? where action = 'application.submitted'",
        json.dumps({"programs": []}),
    )
    page = await asked(otto, "verify")
    assert "The log was changed after it was sealed." in page.text
    assert "the entry was changed" in page.text


async def test_nobody_but_auditors_reads_the_log(staff: SignIn) -> None:
    for name, role, agency in (
        ("ada", "admin", None),
        ("lee", "leader", None),
        ("sam", "supervisor", METRO),
    ):
        browser = await staff(name, role, agency)
        assert (await browser.client.get("/staff/audit")).status_code == 404
