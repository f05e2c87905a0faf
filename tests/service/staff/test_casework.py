"""A case from the list to its decision, and the objection another worker reads."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from service import db
from service.actions.amendments import amend
from service.actions.objections import object_
from service.actions.requests import reply
from service.actor import Actor
from service.services import Services
from tests.service.exchange.conftest import facts
from tests.service.staff.conftest import METRO, UTILITIES, Send, SignIn, application_of, case_of
from tests.support.browsing import Browser
from tests.support.clock import StoppedClock


async def audited(action: str) -> list[db.Row]:
    return await db.fetch("select * from audit_entries where action = ? order by id", action)


async def state_of(case: object) -> str:
    row = await db.fetch_one("select state from referrals where id = ?", case)
    assert row is not None
    return str(row["state"])


async def open_new_case(staff: SignIn, send: Send) -> tuple[Browser, Any, Any]:
    receipt = await send()
    casey = await staff("casey")
    queue = await casey.get("/staff/cases")
    return casey, receipt, await queue.click("Ana Reyes")


async def test_a_case_is_found_taken_and_decided_with_the_message_seen_first(
    staff: SignIn, send: Send, services: Services
) -> None:
    _casey, receipt, page = await open_new_case(staff, send)
    case = case_of(receipt, "orca_lift")
    assert page.heading == "Ana Reyes"
    assert "$612, $655, $590, $640" in page.text
    assert "4 March 1985" in page.text
    assert "Screening is a guess; your decision needs no reason for differing." in page.text
    page = await page.form(f"/staff/cases/{case}/claim").submit()
    assert await state_of(case) == "in_review"
    assert "Casey" in page.text
    form = (await page.click("Decide")).form()
    form.fill(
        {
            "outcome": "denied",
            "reason": "over_income",
            "text": "Call us if your pay goes down.",
            "starts-day": "1",
            "starts-month": "12",
            "starts-year": "2026",
        }
    )
    preview = await form.submit()
    assert preview.status == 200
    assert await state_of(case) == "in_review"
    assert "Your income is over the limit for your home." in preview.text
    spanish = services.rules.programs["orca_lift"].reasons["over_income"]
    assert "Dijeron que no" in preview.text or spanish in preview.text
    assert "Call us if your pay goes down." in preview.text
    after = await preview.form().submit("_action=decide")
    assert after.url == f"/staff/cases/{case}"
    assert await state_of(case) == "denied"
    assert "Not approved" in after.text
    assert len(await audited("referral.decided")) == 1


async def test_the_queue_counts_and_filters_by_what_a_case_needs(
    staff: SignIn, send: Send, clock: StoppedClock
) -> None:
    await send(name="Ana Reyes")
    clock.forward(timedelta(days=14))
    await send(name="Bo Lind")
    casey = await staff("casey")
    queue = await casey.get("/staff/cases")
    assert queue.text.index("Ana Reyes") < queue.text.index("Bo Lind")
    assert "All open 2" in queue.text
    assert "Mine 0" in queue.text
    soon = await casey.get("/staff/cases?view=soon")
    assert "Ana Reyes" in soon.text
    assert "Bo Lind" not in soon.text
    clock.forward(timedelta(days=5))
    casey = await staff("late")
    assert "late" in (await casey.get("/staff/cases?view=soon")).text
    assert (await casey.get("/staff/cases?view=secret")).status == 404


async def test_cases_are_found_by_whole_name_and_reference_whatever_the_spelling(
    staff: SignIn, send: Send
) -> None:
    receipt = await send(name="José Ñandú")
    casey = await staff("casey")
    queue = await casey.get("/staff/cases")
    for words in ("jose  nandu", "José Ñandú", f"sea {receipt.reference.lower()}"):
        found = await queue.form("/staff/search").fill(q=words).submit()
        assert "José Ñandú" in found.text, words
    for words in ("José", "SEA-123", "' or 1=1 --", ""):
        found = await queue.form("/staff/search").fill(q=words).submit()
        assert "José Ñandú" not in found.text, words


async def test_a_question_becomes_the_residents_task_and_the_reply_comes_back_in_their_words(
    staff: SignIn, send: Send, services: Services, clock: StoppedClock
) -> None:
    casey, receipt, page = await open_new_case(staff, send)
    case = case_of(receipt, "orca_lift")
    page = await page.form(f"/staff/cases/{case}/claim").submit()
    form = (await page.click("Ask the resident")).form()
    wrong = await form.fill({"due-day": "1", "due-month": "1", "due-year": "2026"}).submit()
    assert wrong.status == 422
    assert "Say what you need: tick a box, or write a line." in wrong.errors
    form = wrong.form().fill(
        {
            "proofs": ["0"],
            "more": "A photo of your face",
            "text": "Thank you.",
            "due-day": "4",
            "due-month": "12",
            "due-year": "2026",
        }
    )
    page = await form.submit()
    assert await state_of(case) == "information_requested"
    assert "A photo ID" in page.text
    assert "4 December 2026" in page.text
    waiting = await casey.get("/staff/cases?view=resident")
    assert "Ana Reyes" in waiting.text
    request = (await db.fetch("select id from information_requests"))[0]["id"]
    application = await application_of(case)
    resident = Actor("resident", str(application))
    await reply(services, resident, application, request, "Aquí está mi carta.", clock.now())
    page = await casey.get(f"/staff/cases/{case}")
    quote = page.tree.find(".//blockquote")
    assert quote is not None
    assert quote.get("lang") == "es"
    assert quote.text == "Aquí está mi carta."


async def test_what_a_resident_changed_is_shown_beside_what_they_told_before(
    staff: SignIn, send: Send, services: Services, clock: StoppedClock
) -> None:
    casey, receipt, page = await open_new_case(staff, send)
    case = case_of(receipt, "orca_lift")
    await page.form(f"/staff/cases/{case}/claim").submit()
    told = facts(rent={"amount": 200000, "period": "month"})
    told["people"][0]["incomes"][0]["amounts"] = [50000]
    application = await application_of(case)
    await amend(services, Actor("partner_key", "k", "food_bank"), application, told, clock.now())
    queue = await casey.get("/staff/cases?view=new")
    assert "changed by the resident" in queue.text
    page = await casey.get(f"/staff/cases/{case}")
    assert "What the resident changed" in page.text
    table = page.tree.find(".//main//table")
    assert table is not None
    assert "$612" in page.text
    assert "$500" in page.text
    # The rent is not among what this program is given, and so is not among its changes.
    assert "2,000" not in page.text
    assert "Rent" not in page.text
    assert page.text.count("Decide") == 0 or "Take this case" in page.text
    page = await page.form(f"/staff/cases/{case}/claim").submit()
    assert "Decide" in page.text


async def decide_at_once(browser: Browser, case: object) -> None:
    page = await browser.get(f"/staff/cases/{case}")
    await page.form(f"/staff/cases/{case}/claim").submit()
    page = await browser.get(f"/staff/cases/{case}/decide")
    form = page.form().fill(outcome="denied", reason="over_income")
    await (await form.submit()).form().submit("_action=decide")


async def test_an_objection_is_answered_by_another_worker_only(
    staff: SignIn, send: Send, services: Services, clock: StoppedClock
) -> None:
    receipt = await send()
    case = case_of(receipt, "orca_lift")
    casey, robin = await staff("casey"), await staff("robin")
    await decide_at_once(casey, case)
    application = await application_of(case)
    decision = (await db.fetch("select id from decisions"))[0]["id"]
    await object_(
        services,
        Actor("resident", str(application)),
        application,
        decision,
        "No es justo.",
        clock.now(),
    )
    queue = await casey.get("/staff/cases")
    assert "1 objection waits for another worker" in queue.text
    mine = await casey.get("/staff/objections")
    assert "You decided this one" in mine.text
    objection = (await db.fetch("select id from objections"))[0]["id"]
    own = await casey.get(f"/staff/objections/{objection}")
    assert "a colleague reads the objection" in own.text
    assert own.tree.find(".//form[@id='answer']") is None
    # Sent by hand all the same, it changes nothing.
    token = own.tree.find(".//input[@name='_csrf']")
    assert token is not None
    refused = await casey.post(
        f"/staff/objections/{objection}",
        [("_csrf", token.get("value") or ""), ("outcome", "upheld"), ("text", "No.")],
    )
    assert refused.status == 409
    page = await (await robin.get("/staff/objections")).click("Ana Reyes")
    assert "No es justo." in page.text
    empty = await page.form("/staff/objections/" + str(objection)).submit()
    assert empty.status == 422
    assert len(empty.errors) == 2
    form = empty.form("/staff/objections/" + str(objection))
    after = await form.fill(outcome="changed", text="We counted wrongly.").submit()
    assert await state_of(case) == "reopened"
    assert "We counted wrongly." in after.text
    assert (await form.submit()).url == after.url  # a second tap
    assert (await form.fill(text="Once more.").submit()).status == 409


async def test_notes_are_for_the_office_and_supervisors_hand_cases_over(
    staff: SignIn, send: Send
) -> None:
    casey, receipt, page = await open_new_case(staff, send)
    case = case_of(receipt, "orca_lift")
    page = await page.form(f"/staff/cases/{case}/claim").submit()
    form = page.form(f"/staff/cases/{case}/notes")
    assert (await form.submit()).status == 422
    page = await page.form(f"/staff/cases/{case}/notes").fill(note="Called;\nno answer").submit()
    assert "Called; no answer" in page.text
    robin = await staff("robin")
    theirs = await robin.get(f"/staff/cases/{case}")
    assert "Take this case" not in theirs.text
    assert "Hand the case to" not in theirs.text
    sam = await staff("sam", "supervisor")
    page = await sam.get(f"/staff/cases/{case}")
    form = page.form(f"/staff/cases/{case}/assign")
    names = {"Robin", "Sam"}
    assert {n for n in names if n in page.text} == names
    row = await db.fetch_one("select id from staff_accounts where role = 'supervisor'")
    assert row is not None
    page = await form.fill(worker=str(row["id"])).submit()
    assert "Mine 1" in (await sam.get("/staff/cases")).text
    page = await sam.get(f"/staff/cases/{case}")
    await page.form(f"/staff/cases/{case}/release").submit()
    assert "Mine 0" in (await sam.get("/staff/cases")).text
    assert "Mine 0" in (await casey.get("/staff/cases")).text


async def test_every_read_of_a_case_is_an_audit_row_that_names_who_and_which(
    staff: SignIn, send: Send
) -> None:
    casey, receipt, _page = await open_new_case(staff, send)
    case = case_of(receipt, "orca_lift")
    await casey.get(f"/staff/cases/{case}/print")
    rows = await audited("case.read")
    assert [row["subject"] for row in rows] == [str(case)] * 2
    assert {row["agency"] for row in rows} == {METRO}
    account = (await db.fetch("select id from staff_accounts"))[0]["id"]
    assert {row["actor_id"] for row in rows} == {str(account)}
    assert len(await audited("cases.listed")) >= 1


async def test_the_print_of_a_case_has_its_answers_and_no_notes(staff: SignIn, send: Send) -> None:
    casey, receipt, page = await open_new_case(staff, send)
    case = case_of(receipt, "orca_lift")
    await page.form(f"/staff/cases/{case}/notes").fill(note="For us alone").submit()
    paper = await casey.get(f"/staff/cases/{case}/print")
    assert "$612, $655, $590, $640" in paper.text
    assert "For us alone" not in paper.text
    assert "screening" not in paper.text.lower()


async def test_a_case_the_office_s_own_system_is_fetching_says_so(
    staff: SignIn, send: Send, services: Services, clock: StoppedClock
) -> None:
    from service.actions.referrals import pull

    receipt = await send()
    case = case_of(receipt, "utility_discount")
    key = Actor("agency_key", "key", UTILITIES)
    await pull(services, key, UTILITIES, 10, timedelta(minutes=5), clock.now())
    una = await staff("una", agency=UTILITIES)
    page = await una.get(f"/staff/cases/{case}")
    answer = await page.form(f"/staff/cases/{case}/claim").submit()
    assert answer.status == 409
    assert "own system is fetching this case" in answer.text
