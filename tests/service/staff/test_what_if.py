"""What would change a case, as its caseworker sees it: its own answers alone, nothing kept."""

from __future__ import annotations

from service import db
from tests.service.staff.conftest import METRO, UTILITIES, Send, SignIn, case_of, table_rows

TABLES = ("applications", "submissions", "referrals", "case_notes", "outbox")


async def stored() -> list[list[dict[str, object]]]:
    return [[dict(row) for row in await db.fetch(f"select * from {each}")] for each in TABLES]


async def test_a_worker_sees_the_nearest_changes_and_tries_one_that_is_not_kept(
    staff: SignIn, send: Send
) -> None:
    case = case_of(await send(), "orca_lift")
    casey = await staff("casey", "caseworker", METRO)
    before = await stored()
    page = await (await casey.get(f"/staff/cases/{case}")).click("What would change this")
    rows = table_rows(page)
    pay = next(row for row in rows if row[1] == "Job")
    assert pay[2].endswith("a week")
    assert "→" in pay[4]
    assert "$" in pay[3]
    number = page.form(f"/staff/cases/{case}/what-if").fill(
        what="income.amount p1 0", value="3,000.00"
    )
    tried = await number.submit("Try this amount")
    assert tried.status == 200
    assert "?" not in tried.url
    assert "With this change" in tried.text
    assert "Job: every week: $3,000" in tried.text
    assert "May not fit" in tried.text
    assert await stored() == before


async def test_an_amount_that_cannot_be_read_and_a_change_there_is_not_are_said(
    staff: SignIn, send: Send
) -> None:
    case = case_of(await send(), "orca_lift")
    casey = await staff("casey", "caseworker", METRO)
    page = await casey.get(f"/staff/cases/{case}/what-if")
    wrong = await page.form(f"/staff/cases/{case}/what-if").fill(value="a lot").submit("Try this")
    assert wrong.status == 422
    form = page.form(f"/staff/cases/{case}/what-if")
    stranger = [*form.successful(), ("_action", "other"), ("other", "x")]
    none = await casey.post(form.action, stranger)
    assert none.status == 422
    assert "Choose an answer." in none.errors


async def test_another_agencys_worker_finds_no_such_page(staff: SignIn, send: Send) -> None:
    case = case_of(await send(), "orca_lift")
    other = await staff("uma", "caseworker", UTILITIES)
    assert (await other.get(f"/staff/cases/{case}/what-if")).status == 404
    assert (await other.post(f"/staff/cases/{case}/what-if", [])).status in (403, 404)
