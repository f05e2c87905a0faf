"""Why a case's screening came out so, as its caseworker reads it: replayed, and noted as a read."""

from __future__ import annotations

from service import db
from tests.service.exchange.test_reasons import a_home
from tests.service.staff.conftest import METRO, Send, SignIn, case_of
from tests.support.pages import elements, text_of

OFFICE = "seattle_environment"


async def test_a_worker_opens_the_fewest_answers_behind_the_screening_from_the_case(
    staff: SignIn, send: Send
) -> None:
    case = case_of(await send("fresh_bucks", told=a_home()), "fresh_bucks")
    worker = await staff("flora", "caseworker", OFFICE)
    page = await worker.get(f"/staff/cases/{case}")
    why = await page.click("See which answers decide this")
    assert (why.url, why.heading) == (f"/staff/cases/{case}/why", "Why the screening says so")
    told = [text_of(each) for each in elements(why.tree, "dt")]
    assert told == ["Pay and other money", "Everyone in the home is listed"]
    assert "Eva" not in why.text or "$9,000" in why.text
    assert "Own figure: " in why.text
    assert "Limit: " in why.text
    reads = await db.fetch("select 1 from audit_entries where action = 'case.read'")
    assert len(reads) == 2


async def test_another_offices_worker_finds_no_such_page(staff: SignIn, send: Send) -> None:
    case = case_of(await send("fresh_bucks", told=a_home()), "fresh_bucks")
    other = await staff("casey", "caseworker", METRO)
    assert (await other.get(f"/staff/cases/{case}/why")).status == 404
