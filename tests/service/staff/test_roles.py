"""Roles × routes × agencies: each staff route tried as everybody, with foreign and guessed ids.

The table of roles.yaml is the rule; this holds every page to it over HTTP. A leak is an answer
other than 404 (or the way to sign in), or one letter of another agency's case anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID, uuid4

import httpx
import pytest
from starlette.routing import Route

from service import db
from service.actions.decisions import DecisionRequest, decide
from service.actions.objections import object_
from service.actions.referrals import take_in
from service.actor import Actor
from service.security.roles import ANYONE, load_roles
from service.security.tokens import token_hash
from service.services import Services
from service.urls import routes
from tests.service.staff.conftest import (
    METRO,
    PASSWORD,
    UTILITIES,
    Send,
    SignIn,
    application_of,
    case_of,
)
from tests.support.browsing import Browser
from tests.support.clock import StoppedClock
from tests.support.rows import every_row

STAFF = {name: rule for name, rule in load_roles().items() if rule.door == "staff"}
PATHS = {
    route.name: route.path for route in routes if isinstance(route, Route) and route.name in STAFF
}
SECRETS = ("Zebedee", "Quillfeather", "zebedee@example.org", "No es justo")
EVERYBODY = (
    "anonymous",
    "caseworker",
    "supervisor",
    "leader",
    "auditor",
    "admin",
    "moderator",
    "officer",
)
# What a try may change: who was here, and that they looked.
NOTED = ("sessions", "rate_limits", "audit_entries", "audit_chain")
REQUEST_ID = re.compile(r"\b[0-9a-f]{16}\b")


@dataclass(frozen=True)
class Foreign:
    """A case of another agency, its objection, and its reference."""

    case: UUID
    objection: UUID
    reference: str


@pytest.fixture
async def foreign(services: Services, send: Send, clock: StoppedClock) -> Foreign:
    """A decided and objected case of the utilities, full of words that must not get out."""
    receipt = await send("utility_discount", name="Zebedee Quillfeather", mail=SECRETS[2])
    case, now = case_of(receipt, "utility_discount"), clock.now()
    worker = Actor("caseworker", "worker", UTILITIES)
    await take_in(services, worker, UTILITIES, [case], now)
    await decide(services, worker, case, DecisionRequest(1, "denied", "no_bill"), now)
    application = await application_of(case)
    decision = (await db.fetch("select id from decisions"))[0]["id"]
    resident = Actor("resident", str(application))
    objection = await object_(services, resident, application, decision, "No es justo.", now)
    await send("utility_discount", name="Zebedee Quillfeather")
    return Foreign(case, objection, receipt.reference)


@pytest.fixture
def anybody(
    staff: SignIn, new_browser: Callable[[], Awaitable[Browser]]
) -> Callable[[str], Awaitable[Browser]]:
    """A browser of any kind of staff, also of kinds that no command makes yet."""

    async def make(role: str) -> Browser:
        if role == "anonymous":
            return await new_browser()
        if role in ("caseworker", "supervisor"):
            return await staff(role, role, METRO)
        browser = await staff(role, "leader", None)
        await db.execute("update staff_accounts set role = ? where role = 'leader'", role)
        return browser

    return make


async def token_of(browser: Browser) -> str:
    """The token of this session's forms, or this browser's own."""
    held = browser.client.cookies.get("th_staff", path="/staff/")
    if held is None:
        return (await browser.get("/staff/sign-in")).form().values["_csrf"][0]
    row = await db.fetch_one("select csrf from sessions where token_hash = ?", token_hash(held))
    assert row is not None
    return str(row["csrf"])


def path_with(path: str, name: str, wanted: Foreign | None) -> str:
    if wanted is None:
        return path.replace("{id}", str(uuid4()))
    return path.replace(
        "{id}", str(wanted.objection if name.startswith("staff.objection") else wanted.case)
    )


async def tried(
    browser: Browser, method: str, path: str, token: str, found: Foreign
) -> httpx.Response:
    """One bare request, with a body that would do harm where it was let in."""
    if method == "GET":
        return await browser.client.get(path)
    fields = {
        "_csrf": token,
        "case": str(found.case),
        "worker": str(uuid4()),
        "note": "mine now",
        "outcome": "upheld" if "objection" in path else "approved",
        "text": "mine now",
        "version": "1",
        "_action": "decide",
        "more": "everything",
        "due-day": "1",
        "due-month": "12",
        "due-year": "2026",
        "q": "Nobody At All",
        "mail": "nobody@example.org",
        "password": "x",
        "piece": f"id,version,outcome\n{found.case},1,approved\n",
    }
    return await browser.client.post(path, data=fields, headers={"sec-fetch-site": "same-origin"})


async def stored() -> dict[str, list[db.Row]]:
    return {table: rows for table, rows in (await every_row()).items() if table not in NOTED}


@pytest.mark.parametrize("role", EVERYBODY)
async def test_no_staff_route_gives_a_foreign_case_to_anybody(
    role: str,
    anybody: Callable[[str], Awaitable[Browser]],
    foreign: Foreign,
) -> None:
    browser = await anybody(role)
    token = await token_of(browser)
    before, leaks = await stored(), []
    for name, rule in STAFF.items():
        for method, audience in rule.audiences.items():
            if name == "staff.sign_out":
                continue  # it ends the session; tried below
            for wanted in (foreign, None):
                path = path_with(PATHS[name], name, wanted)
                answer = await tried(browser, method, path, token, foreign)
                place = f"{role} {method} {path}"
                words = answer.text
                status = answer.status_code
                told = [each for each in (*SECRETS, foreign.reference) if each in words]
                leaks += [f"{place} tells {each}" for each in told if each not in path]
                meant = ANYONE in audience or role in audience
                if role == "anonymous" and not meant:
                    good = status == 303 and answer.headers["location"] == "/staff/sign-in"
                elif not meant or "{" in PATHS[name]:
                    good = status == 404
                else:
                    good = status in (200, 303, 400, 409, 422)
                leaks += [] if good else [f"{place} answers {status}"]
    assert leaks == []
    assert await stored() == before


async def test_a_foreign_id_and_a_guessed_one_are_the_same_page_to_the_letter(
    staff: SignIn, foreign: Foreign
) -> None:
    casey = await staff("casey")
    for path in ("/staff/cases/{}", "/staff/cases/{}/print", "/staff/objections/{}"):
        pages = []
        assert (await casey.client.get(path.format("x"))).status_code == 404
        for id in (foreign.case, foreign.objection, uuid4()):
            answer = await casey.client.get(path.format(id))
            assert answer.status_code == 404
            pages.append(REQUEST_ID.sub("", answer.text).replace(str(id), ""))
        assert len({re.sub(r"value=\"[^\"]*\"", "", page) for page in pages}) == 1


async def test_searching_counting_and_filing_see_the_own_agency_alone(
    staff: SignIn, send: Send, foreign: Foreign
) -> None:
    casey = await staff("casey")
    queue = await casey.get("/staff/cases")
    assert "All open 0" in queue.text
    for words in ("Zebedee Quillfeather", foreign.reference, f"SEA-{foreign.reference}"):
        found = await queue.form("/staff/search").fill(q=words).submit()
        nothing = await queue.form("/staff/search").fill(q="Nobody At All").submit()
        assert "No case of yours has this." in found.text
        assert found.text.replace(words, "") == nothing.text.replace("Nobody At All", "")
    for path in ("/staff/files/cases.csv", "/staff/files/people.csv"):
        assert len((await casey.client.get(path)).text.strip().splitlines()) == 1
    assert "No new case waits." in (await casey.get("/staff/files")).text
    assert "Zebedee" not in (await casey.get("/staff/objections")).text


async def test_one_applicants_cases_at_two_agencies_know_nothing_of_each_other(
    staff: SignIn, send: Send
) -> None:
    receipt = await send("orca_lift", "utility_discount")
    casey = await staff("casey")
    page = await casey.get(f"/staff/cases/{case_of(receipt, 'orca_lift')}")
    assert "Seattle City Light" not in page.text
    assert "bill" not in page.text.lower()
    assert str(case_of(receipt, "utility_discount")) not in page.html


async def test_a_supervisor_hands_cases_to_nobody_outside_the_office(
    staff: SignIn, send: Send
) -> None:
    case = case_of(await send("orca_lift"), "orca_lift")
    sam = await staff("sam", "supervisor")
    await staff("una", agency=UTILITIES)
    outsider = (await db.fetch("select id from staff_accounts where agency = ?", UTILITIES))[0]
    page = await sam.get(f"/staff/cases/{case}")
    token = page.form(f"/staff/cases/{case}/assign").values["_csrf"][0]
    for worker in (str(outsider["id"]), str(uuid4())):
        fields = [("_csrf", token), ("worker", worker)]
        refused = await sam.post(f"/staff/cases/{case}/assign", fields)
        assert refused.status == 422
    row = await db.fetch_one("select assigned_to from referrals where id = ?", case)
    assert row is not None
    assert row["assigned_to"] is None


async def test_the_way_out_is_open_to_every_kind_of_staff(
    anybody: Callable[[str], Awaitable[Browser]],
) -> None:
    for role in ("caseworker", "leader"):
        browser = await anybody(role)
        page = await browser.get("/staff/")
        out = await page.form("/staff/sign-out").submit()
        assert out.url == "/staff/sign-in"
        again = await out.form().fill(mail=f"{role}@example.org", password=PASSWORD).submit()
        assert again.status == 200


def test_every_staff_route_keeps_to_its_agency_or_names_nobody() -> None:
    """Whoever looks after the service sees no case; whoever sees a case, only the office's own."""
    meant = {
        "agency": {"caseworker", "supervisor"},
        "offices": {"admin"},
        "log": {"auditor"},
        "feedback": {"leader", "admin"},
    }
    for name, rule in STAFF.items():
        assert rule.rows in (*meant, "account", "figures", "public", "voice"), name
        for audience in rule.audiences.values():
            assert rule.rows not in meant or audience <= meant[rule.rows], name
