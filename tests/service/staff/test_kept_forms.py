"""What staff typed before their session ended is there again for them, and for nobody else."""

from __future__ import annotations

from datetime import timedelta

import pytest

from service import db
from service.services import Services
from tests.service.staff.conftest import PASSWORD, Send, SignIn, case_of
from tests.service.voice.desk.conftest import Ask
from tests.service.voice.desk.conftest import ask as ask
from tests.support.browsing import Browser, FormSeen, PageSeen
from tests.support.clock import StoppedClock
from tests.support.pages import elements

RESTED = timedelta(minutes=16)
WORDS = "Ana called twice about her pay slips"


async def signs_in(browser: Browser, name: str) -> PageSeen:
    page = await browser.get("/staff/sign-in")
    form = page.form("/staff/sign-in").fill(mail=f"{name}@example.org", password=PASSWORD)
    return await form.submit()


@pytest.fixture
async def casey(staff: SignIn) -> Browser:
    return await staff("casey")


@pytest.fixture
async def case(send: Send, casey: Browser) -> str:
    """The address of a case that Casey took."""
    address = f"/staff/cases/{case_of(await send(), 'orca_lift')}"
    page = await casey.get(address)
    await page.form(f"{address}/claim").submit()
    return address


async def note_too_late(casey: Browser, case: str, clock: StoppedClock) -> PageSeen:
    page = await casey.get(case)
    form = page.form(f"{case}/notes").fill(note=WORDS)
    clock.forward(RESTED)
    return await form.submit()


def form_named(page: PageSeen, id: str) -> FormSeen:
    return next(FormSeen.read(page, f) for f in elements(page.tree, "form") if f.get("id") == id)


async def stored_rows() -> list[int]:
    """How much there is of everything that the forms below make or change."""
    voice = ("voice_answers", "voice_reviews", "voice_questions", "voice_votes")
    tables = ("staff_accounts", "api_keys", *voice)
    counts = [await db.fetch_one(f"select count(*) as n from {each}") for each in tables]
    return [(row or {})["n"] for row in counts]


async def test_a_note_sent_too_late_waits_behind_the_sign_in_and_is_gone_on_with(
    casey: Browser, case: str, clock: StoppedClock
) -> None:
    ended = await note_too_late(casey, case, clock)
    assert ended.url == "/staff/sign-in"
    assert WORDS not in ended.html
    back = await signs_in(casey, "casey")
    assert back.url == "/staff/kept"
    assert WORDS in back.text
    page = await back.form(f"{case}/notes").submit("Go on with this")
    assert page.form(f"{case}/notes").values["note"] == [WORDS]
    assert await db.fetch("select id from case_notes") == []
    page = await page.form(f"{case}/notes").submit()
    assert WORDS in page.text
    assert (await casey.get("/staff/kept")).url == "/staff/cases"


async def test_a_decision_pressed_too_late_is_not_made_by_going_on(
    casey: Browser, case: str, clock: StoppedClock
) -> None:
    form = (await casey.get(f"{case}/decide")).form()
    form.fill(outcome="denied", reason="over_income", text=WORDS)
    preview = await form.submit()
    clock.forward(RESTED)
    await preview.form().submit("_action=decide")
    back = await signs_in(casey, "casey")
    page = await back.form(f"{case}/decide").submit("Go on with this")
    assert page.form().values["text"] == [WORDS]
    assert page.form().values["outcome"] == ["denied"]
    assert await db.fetch("select id from decisions") == []


async def test_a_colleague_at_the_same_desk_does_not_meet_it(
    casey: Browser, case: str, staff: SignIn, clock: StoppedClock
) -> None:
    await staff("robin")
    await note_too_late(casey, case, clock)
    page = await signs_in(casey, "robin")
    assert page.url == "/staff/cases"
    assert (await casey.get("/staff/kept")).url == "/staff/cases"


async def test_it_is_stored_sealed_thrown_away_when_asked_and_shown_for_four_hours(
    casey: Browser, case: str, clock: StoppedClock
) -> None:
    await note_too_late(casey, case, clock)
    [row] = await db.fetch("select * from kept_forms")
    assert b"pay slips" not in bytes(row["typed"])
    assert row["path"] == f"{case}/notes"
    clock.forward(timedelta(hours=4))
    assert (await signs_in(casey, "casey")).url == "/staff/cases"
    await note_too_late(casey, case, clock)
    page = await signs_in(casey, "casey")
    assert (await page.form("/staff/kept").submit("Throw it away")).url == "/staff/cases"
    assert await db.fetch("select id from kept_forms") == []


async def test_a_form_of_another_site_or_with_another_token_leaves_nothing_behind(
    casey: Browser, case: str, clock: StoppedClock
) -> None:
    clock.forward(RESTED)
    kind = {"content-type": "application/x-www-form-urlencoded"}
    for headers in ({"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-origin"}):
        await casey.client.post(
            f"{case}/notes", content="note=Mallory+was+here", headers={**kind, **headers}
        )
    assert await db.fetch("select id from kept_forms") == []


async def test_a_page_left_open_while_signing_in_again_still_counts_until_signing_out(
    casey: Browser, case: str, staff: SignIn, clock: StoppedClock
) -> None:
    left_open = (await casey.get(case)).form(f"{case}/notes").fill(note=WORDS)
    clock.forward(RESTED)
    await signs_in(casey, "casey")
    assert (await left_open.submit()).status == 200
    assert len(await db.fetch("select id from case_notes")) == 1
    robin = await staff("robin")
    assert (await robin.post(left_open.action, left_open.successful())).status == 403
    page = await casey.get(case)
    form = page.form(f"{case}/notes").fill(note=WORDS)
    await page.form("/staff/sign-out").submit()
    await signs_in(casey, "casey")
    assert (await form.submit()).status == 403


async def test_what_opens_a_vote_or_an_account_is_never_kept(
    services: Services, casey: Browser, case: str, clock: StoppedClock
) -> None:
    page = await casey.get(case)
    token = page.form(f"{case}/notes").values["_csrf"][0]
    clock.forward(RESTED)
    for name in ("shares", "password"):
        await casey.post(f"{case}/notes", [("_csrf", token), ("note", WORDS), (name, "1-abc")])
    assert await db.fetch("select id from kept_forms") == []


@pytest.mark.parametrize(
    ("role", "path", "form_id", "typed"),
    [
        ("moderator", "/staff/voice/petitions/{petition}", "refuse", {"note": WORDS}),
        ("moderator", "/staff/voice/questions", "ask", {"prompt-en": WORDS, "due-day": "4"}),
        ("leader", "/staff/voice/answers/{petition}", "answer", {"text": WORDS, "office": "Roads"}),
        ("officer", "/staff/voice/votes/draft", "draft", {"question": WORDS, "electorate": "All"}),
        ("admin", "/staff/accounts", "new", {"mail": "new@example.org", "name": WORDS}),
        ("admin", "/staff/keys", "make", {"label": WORDS, "partner": "food_bank"}),
        ("admin", "/staff/holds", "hold", {"reference": WORDS}),
    ],
)
async def test_every_role_goes_on_with_what_it_typed_and_nothing_is_done_by_that(
    staff: SignIn,
    ask: Ask,
    clock: StoppedClock,
    role: str,
    path: str,
    form_id: str,
    typed: dict[str, str],
) -> None:
    waits = {"state": "awaiting", "threshold_at": clock.now()} if role == "leader" else {}
    robin = await staff("robin", role, None)
    path = path.format(petition=await ask("Benches at bus stops", **waits))
    form = form_named(await robin.get(path), form_id).fill(dict(typed))
    clock.forward(RESTED)
    await form.submit()
    before = await stored_rows()
    back = await signs_in(robin, "robin")
    assert WORDS in back.text
    page = await back.form(path).submit("Go on with this")
    shown = form_named(page, form_id).values
    assert {name: shown[name][0] for name in typed} == typed
    assert await stored_rows() == before
