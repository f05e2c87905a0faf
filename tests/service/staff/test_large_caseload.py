"""Ten thousand open cases: each page of the list comes in its time, and pages do not overlap."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, timedelta
from statistics import median

import pytest

from service import db
from service.ids import time_ordered_id
from service.services import Services
from tests.service.staff.conftest import METRO, Send, SignIn, case_of
from tests.support.browsing import Browser, PageSeen
from tests.support.pages import elements, text_of
from tests.support.waiting import Stopwatch

CASES = 10_000
# The field research's figure for the list of cases; the rest is this machine under its tests.
ALLOWED_SECONDS, ROUNDS = 0.3, 5
COLUMNS = (
    "id, application_id, program, agency, state, version, acknowledged_version, waiting, granted,"
    " urgent, filed_at, due_on, applicant_index"
)


@pytest.fixture
async def caseload(services: Services, send: Send) -> AsyncIterator[None]:
    """Copies of one real case, due over half a year; gone before all of the database is read."""
    row = await db.fetch_one(
        "select * from referrals where id = ?", case_of(await send("orca_lift"), "orca_lift")
    )
    assert row is not None
    place = {"table": "referrals", "column": "granted"}
    granted = services.keyring.open(row["granted"], **place, row_id=row["id"])
    applications, referrals = [], []
    now = services.clock.now()
    for number in range(CASES - 1):
        case, application = time_ordered_id(), time_ordered_id()
        applications.append((application, now, now))
        sealed = services.keyring.seal(granted, **place, row_id=case)
        state = ("queued", "in_review", "information_requested")[number % 3]
        due = date(2026, 11, 20) + timedelta(days=number * 7 % 180)
        values = (case, application, "orca_lift", METRO, state, 1, 0, state == "queued", sealed)
        referrals.append((*values, False, now, due, row["applicant_index"]))
    await db.execute_many(
        "insert into applications (id, state, revision, version, source, language, safe_to_write,"
        " created_at, updated_at) values (?, 'submitted', 0, 1, 'page', 'en', false, ?, ?)",
        applications,
    )
    marks = ", ".join("?" * 13)
    await db.execute_many(f"insert into referrals ({COLUMNS}) values ({marks})", referrals)
    yield
    await db.execute("delete from referrals where id <> ?", row["id"])
    await db.execute("delete from applications where id <> ?", row["application_id"])


async def timed(browser: Browser, url: str) -> tuple[float, PageSeen]:
    watch = Stopwatch()
    answer = await browser.client.get(url)
    return watch.seconds(), PageSeen(browser, answer)


@pytest.mark.slow
@pytest.mark.timing
async def test_ten_thousand_open_cases_are_listed_filtered_and_paged_in_time(
    caseload: None, staff: SignIn
) -> None:
    casey = await staff("casey")
    seen: list[str] = []
    url, times = "/staff/cases", []
    for _page in range(5):
        spent, page = await timed(casey, url)
        times.append(spent)
        lines = page.tree.findall(".//tbody/tr")
        seen += [(elements(line, "a")[0].get("href") or "") for line in lines]
        url = page.link("Next")
    assert "10,000" in page.text
    assert len(seen) == len(set(seen)) == 250
    due = [text_of(elements(line, "td")[0]) for line in lines]
    assert len(due) == 50
    for _round in range(ROUNDS):  # a machine that was busy for a moment is asked again
        for view in ("new", "mine", "resident", "soon"):
            times.append((await timed(casey, f"/staff/cases?view={view}"))[0])
        if median(times) < ALLOWED_SECONDS:
            return
    raise AssertionError(f"slow after {ROUNDS} rounds: {times}")
