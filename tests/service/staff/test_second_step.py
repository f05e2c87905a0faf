"""The second step: published vectors, one use of each code, and no way round it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from service import db
from service.actions.accounts import Proven, create_account, one_time_password, reset_password
from service.actions.second_factors import make_half, read_half, remove, sign_in_with_code
from service.actor import Actor
from service.security.totp import as_typed, code_at, matching_step, step_of
from service.services import Services
from service.settings import Settings
from tests.service.staff.conftest import METRO, PASSWORD
from tests.support.browsing import Browser, PageSeen
from tests.support.clock import StoppedClock

# RFC 4226, appendix D, and RFC 6238, appendix B (SHA-1, eight digits).
SECRET = b"12345678901234567890"
HOTP = [
    "755224",
    "287082",
    "359152",
    "969429",
    "338314",
    "254676",
    "287922",
    "162583",
    "399871",
    "520489",
]
TOTP = {
    59: "94287082",
    1_111_111_109: "07081804",
    1_111_111_111: "14050471",
    1_234_567_890: "89005924",
    2_000_000_000: "69279037",
    20_000_000_000: "65353130",
}
RECOVERY = re.compile(r"[a-z2-9]{4}(?:-[a-z2-9]{4}){3}")
MAIL = "admin@example.org"
NewBrowser = Callable[[], Awaitable[Browser]]


@pytest.fixture
def services(loaded_services: Services, database: Settings, clock: StoppedClock) -> Services:
    """A real city's, not the demonstration's: there nobody is asked for a second step."""
    return replace(loaded_services, settings=replace(database, demo=False), clock=clock)


@pytest.fixture
async def admin(services: Services, clock: StoppedClock) -> Actor:
    account = await create_account(
        services, Actor.SYSTEM, MAIL, "admin", None, PASSWORD, clock.now(), name="Ada"
    )
    return Actor("admin", str(account), None, account)


async def password_typed(browser: Browser, mail: str = MAIL) -> PageSeen:
    page = await browser.get("/staff/sign-in")
    return await page.form().fill(mail=mail, password=PASSWORD).submit()


async def secret_of(account: Actor, services: Services) -> bytes:
    row = await db.fetch_one("select secret from second_factors where account = ?", account.account)
    assert row is not None
    return services.keyring.open(
        row["secret"], table="second_factors", column="secret", row_id=account.id
    )


async def set_up(browser: Browser, admin: Actor, services: Services) -> tuple[bytes, list[str]]:
    """Sign in for the first time; the secret, and the recovery codes."""
    page = await password_typed(browser)
    secret = await secret_of(admin, services)
    code = code_at(secret, step_of(services.clock.now()))
    page = await page.form().fill(code=code).submit()
    codes = RECOVERY.findall(page.text)
    return secret, codes


@pytest.mark.parametrize(("counter", "code"), list(enumerate(HOTP)))
def test_codes_are_those_of_rfc_4226(counter: int, code: str) -> None:
    assert code_at(SECRET, counter) == code


@pytest.mark.parametrize(("second", "code"), list(TOTP.items()))
def test_codes_are_those_of_rfc_6238(second: int, code: str) -> None:
    at = datetime.fromtimestamp(second, UTC)
    assert code_at(SECRET, step_of(at), digits=8) == code
    assert matching_step(SECRET, code[2:], at, after=0) == second // 30


@pytest.mark.parametrize(
    ("late", "fits"), [(-61, False), (-30, True), (0, True), (30, True), (61, False)]
)
def test_a_phone_may_be_half_a_minute_off(late: int, fits: bool) -> None:
    now = datetime.fromtimestamp(1_234_567_890, UTC)
    code = code_at(SECRET, step_of(now + timedelta(seconds=late)))
    assert (matching_step(SECRET, f" {code[:3]} {code[3:]}", now, after=0) is not None) == fits


@pytest.mark.parametrize(
    "typed", ["", "12345", "1234567", "12345a", "１２３４５６", "-12345", "+12345"]
)
def test_what_is_no_code_is_none(typed: str) -> None:
    assert matching_step(SECRET, typed, datetime.now(UTC), after=0) is None


async def test_an_administrator_sets_up_an_app_before_anything_else(
    services: Services, browser: Browser, admin: Actor
) -> None:
    page = await password_typed(browser)
    assert page.heading == "Set up your second step"
    secret = await secret_of(admin, services)
    assert as_typed(secret) in page.text
    assert (await browser.get("/staff/accounts")).url == "/staff/sign-in"
    refused = await page.form().fill(code="000000").submit()
    assert refused.status == 422
    assert as_typed(secret) in refused.text
    code = code_at(secret, step_of(services.clock.now()))
    codes = await refused.form().fill(code=code).submit()
    assert codes.heading == "Your recovery codes"
    assert len(set(RECOVERY.findall(codes.text))) == 10
    assert (await browser.get("/staff/accounts")).url == "/staff/accounts"


async def test_the_code_of_the_app_is_asked_for_and_counts_once(
    services: Services, new_browser: NewBrowser, admin: Actor, clock: StoppedClock
) -> None:
    secret, _codes = await set_up(await new_browser(), admin, services)
    first = await new_browser()
    page = await password_typed(first)
    assert page.heading == "Your second step"
    spent = code_at(secret, step_of(clock.now()))
    assert (await page.form().fill(code=spent).submit()).status == 422
    clock.forward(timedelta(seconds=30))
    fresh = code_at(secret, step_of(clock.now()))
    arrived = await page.form().fill(code=fresh).submit()
    assert arrived.url == "/staff/accounts"
    second = await new_browser()
    page = await password_typed(second)
    assert (await page.form().fill(code=fresh).submit()).status == 422
    assert (await second.get("/staff/accounts")).url == "/staff/sign-in"


async def test_one_code_sent_twice_at_once_opens_one_session(
    services: Services, browser: Browser, admin: Actor, clock: StoppedClock
) -> None:
    secret, _codes = await set_up(browser, admin, services)
    now = clock.forward(timedelta(minutes=1))
    assert admin.account is not None
    proven = Proven(admin.account, "admin", None, once=False)
    code = code_at(secret, step_of(now))
    tried = [sign_in_with_code(services, proven, code, now, now) for _each in range(5)]
    assert sum(token is not None for token in await asyncio.gather(*tried)) == 1


async def test_a_recovery_code_counts_once_and_only_for_its_account(
    services: Services, new_browser: NewBrowser, admin: Actor
) -> None:
    _secret, codes = await set_up(await new_browser(), admin, services)
    for code, status in (
        (codes[0].upper().replace("-", " "), 200),
        (codes[0], 422),
        ("x" * 16, 422),
    ):
        page = await password_typed(await new_browser())
        assert (await page.form().fill(code=code).submit()).status == status
    stored = await db.fetch("select code_hash, used_at from recovery_codes")
    assert sum(row["used_at"] is not None for row in stored) == 1
    assert not {row["code_hash"] for row in stored} & set(codes)


async def test_wrong_codes_wait_and_a_right_one_does_not_wipe_them_out(
    services: Services, new_browser: NewBrowser, admin: Actor, clock: StoppedClock
) -> None:
    secret, _codes = await set_up(await new_browser(), admin, services)
    tries = []
    for _each in range(6):
        page = await password_typed(await new_browser())
        tries.append((await page.form().fill(code="000000").submit()).status)
    assert tries == [422] * 5 + [429]
    clock.forward(timedelta(minutes=16))
    page = await password_typed(await new_browser())
    code = code_at(secret, step_of(clock.now()))
    assert (await page.form().fill(code=code).submit()).url == "/staff/accounts"
    for _quarter in range(4):
        clock.forward(timedelta(minutes=16))
        page = await password_typed(await new_browser())
        for _each in range(4):
            last = await page.form().fill(code="000000").submit()
    assert last.status == 429


async def test_what_carries_the_password_over_ends_with_it(
    services: Services, admin: Actor, clock: StoppedClock
) -> None:
    now = clock.now()
    assert admin.account is not None
    row = await db.fetch_one("select password_hash from staff_accounts")
    assert row is not None
    half = make_half(
        services, Proven(admin.account, "admin", None, once=False), row["password_hash"], now
    )
    assert await read_half(services, half, now) is not None
    later = now + timedelta(minutes=6)
    changed = half[:-4] + ("AAAA" if half[-4:] != "AAAA" else "BBBB")
    for text, when in (
        (half, later),
        (half, now - timedelta(seconds=1)),
        (changed, now),
        ("", now),
    ):
        assert await read_half(services, text, when) is None
    await reset_password(services, Actor.SYSTEM, MAIL, one_time_password(), now)
    assert await read_half(services, half, now) is None


async def test_a_made_up_or_missing_half_leads_back_to_the_password(
    browser: Browser, services: Services
) -> None:
    page = await browser.get("/staff/sign-in")
    token = page.form().values["_csrf"][0]
    for half in ("", "x", "AAAA", "é"):
        for action in ("", "confirm"):
            fields = [("_csrf", token), ("half", half), ("code", "123456"), ("_action", action)]
            assert (await browser.post("/staff/second-step", fields)).url == "/staff/sign-in"
    assert (await browser.get("/staff/second-step")).url == "/staff/sign-in"


async def test_a_secret_that_no_key_opens_lets_nobody_in(
    services: Services, new_browser: NewBrowser, admin: Actor
) -> None:
    await set_up(await new_browser(), admin, services)
    await db.execute("update second_factors set secret = ?", b"\x01 not sealed")
    page = await password_typed(await new_browser())
    assert page.status == 500
    assert page.browser.client.cookies.get("th_staff", path="/staff/") is None


async def test_the_language_switch_keeps_the_password_step(
    services: Services, new_browser: NewBrowser, admin: Actor
) -> None:
    await set_up(await new_browser(), admin, services)
    page = await password_typed(await new_browser())
    half = page.form().values["half"]
    page = await page.form().submit("_language=es")
    assert page.tree.get("lang") == "es"
    assert page.form().values["half"] == half


async def test_a_caseworker_turns_it_on_and_off_and_an_administrators_stays(
    services: Services, new_browser: NewBrowser, admin: Actor, clock: StoppedClock
) -> None:
    place = ("casey@example.org", "caseworker", METRO, PASSWORD, clock.now())
    account = await create_account(services, Actor.SYSTEM, *place, name="Casey")
    casey = await new_browser()
    assert (await password_typed(casey, place[0])).url == "/staff/cases"
    page = await (await casey.get("/staff/account")).form().submit("Set up an app")
    secret = await secret_of(Actor("caseworker", str(account), METRO, account), services)
    code = code_at(secret, step_of(clock.now()))
    page = await page.form().fill(code=code).submit()
    assert page.heading == "Your recovery codes"
    page = await casey.get("/staff/account")
    assert "10 recovery codes are left." in page.text
    clock.forward(timedelta(seconds=30))
    code = code_at(secret, step_of(clock.now()))
    wrong = await _pressed(page, "remove", "111111")
    assert (wrong.status, wrong.errors[0][:26]) == (422, "This code does not fit. Wa")
    page = await _pressed(page, "remove", code)
    assert page.url == "/staff/account"
    assert "Set up an app" in page.text
    ada = await new_browser()
    secret, _codes = await set_up(ada, admin, services)
    clock.forward(timedelta(seconds=30))
    page = await ada.get("/staff/account")
    assert "Sign in without the app" not in page.text
    refused = await _pressed(page, "remove", code_at(secret, step_of(clock.now())))
    assert refused.status == 422
    assert "so it stays" in refused.text
    assert await remove(Actor.SYSTEM, account, clock.now()) is False


async def _pressed(page: PageSeen, action: str, code: str) -> PageSeen:
    """Send the account page's form for one action."""
    token = page.form("/staff/account").values["_csrf"][0]
    fields = [("_csrf", token), ("_action", action), ("code", code)]
    return await page.browser.post("/staff/account", fields)


async def test_taking_the_app_away_ends_every_session(
    services: Services, browser: Browser, admin: Actor, clock: StoppedClock
) -> None:
    await set_up(browser, admin, services)
    assert admin.account is not None
    assert await remove(Actor.SYSTEM, admin.account, clock.now()) is True
    assert (await browser.get("/staff/accounts")).url == "/staff/sign-in"
    assert await db.fetch("select 1 from recovery_codes") == []


async def test_a_city_may_ask_everybody(
    services: Services, clock: StoppedClock, settings: Settings
) -> None:
    from service.caseworker.second_step import needs_second

    everybody = replace(services, city=replace(services.city, second_step="everybody"))
    demonstration = replace(everybody, settings=replace(services.settings, demo=True))
    assert [needs_second(each, "caseworker") for each in (services, everybody)] == [False, True]
    assert [needs_second(each, "admin") for each in (services, demonstration)] == [True, False]


async def test_a_stolen_password_alone_changes_no_password(
    services: Services, new_browser: NewBrowser, admin: Actor, clock: StoppedClock
) -> None:
    secret, _codes = await set_up(await new_browser(), admin, services)
    clock.forward(timedelta(minutes=1))
    own = "four slow brown cows"
    page = await (await new_browser()).get("/staff/choose-password")
    form = page.form().fill(mail=MAIL, password=PASSWORD, new=own, again=own)
    refused = await form.submit()
    assert (refused.status, len(refused.errors)) == (422, 1)
    code = code_at(secret, step_of(clock.now()))
    assert (await form.fill(code=code).submit()).url == "/staff/sign-in"
