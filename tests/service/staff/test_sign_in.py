"""Coming in: one way, the same answer to every mistake, and out at once when something changes."""

from __future__ import annotations

import base64
import io
import json
import stat
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from statistics import median

import pytest

from service import db
from service.actions.accounts import (
    ONE_TIME_KEPT,
    change_role,
    check_password,
    close_account,
    create_account,
    one_time_password,
    prove,
    reset_password,
)
from service.actor import Actor
from service.cli import main
from service.demo import FILE, kept_access, load, prepare_demo
from service.errors import Conflict, Invalid
from service.services import Services
from service.settings import Settings
from tests.service.staff.conftest import METRO, PASSWORD, UTILITIES, SignIn
from tests.support.browsing import Browser
from tests.support.clock import StoppedClock

MAIL = "casey@example.org"


async def test_a_wrong_password_and_an_unknown_mail_get_the_same_page(
    staff: SignIn, new_browser: Callable[[], Awaitable[Browser]]
) -> None:
    await staff("casey")
    pages = []
    for mail in (MAIL, "nobody@example.org"):
        page = await (await new_browser()).get("/staff/sign-in")
        pages.append(await page.form().fill(mail=mail, password="not it at all").submit())
    assert {page.status for page in pages} == {422}
    assert pages[0].text == pages[1].text
    assert pages[0].errors == ["This mail address and password do not go together. Check both."]
    assert "not it at all" not in pages[0].html


async def test_an_unknown_mail_costs_as_much_time_as_a_known_one(
    staff: SignIn, services: Services, clock: StoppedClock
) -> None:
    await staff("casey")
    spent: dict[str, list[float]] = {MAIL: [], "nobody@example.org": []}
    for _try in range(7):
        for mail, times in spent.items():
            begun = time.process_time()  # of this process alone, however busy the machine is
            assert await prove(services, mail, "wrong", clock.now()) is None
            times.append(time.process_time() - begun)
    known, unknown = (median(times) for times in spent.values())
    assert 0.6 < known / unknown < 1.7


async def test_many_wrong_tries_wait_and_nobody_is_locked_out_for_good(
    staff: SignIn,
    new_browser: Callable[[], Awaitable[Browser]],
    clock: StoppedClock,
) -> None:
    await staff("casey")
    page = await (await new_browser()).get("/staff/sign-in")
    statuses = [
        (await page.form().fill(mail=f" {MAIL.upper()} ", password=f"wrong {n}").submit()).status
        for n in range(12)
    ]
    assert statuses[0] == 422
    assert statuses[-1] == 429
    right = await page.form().fill(mail=MAIL, password=PASSWORD).submit()
    assert right.status == 429
    clock.forward(timedelta(minutes=16))
    page = await (await new_browser()).get("/staff/sign-in")
    right = await page.form().fill(mail=MAIL, password=PASSWORD).submit()
    assert right.url == "/staff/cases"


async def test_a_session_ends_by_rest_by_sign_out_and_after_twelve_hours(
    staff: SignIn, clock: StoppedClock
) -> None:
    casey = await staff("casey")
    for _hour in range(4):
        clock.forward(timedelta(minutes=14))
        assert (await casey.get("/staff/cases")).url == "/staff/cases"
    clock.forward(timedelta(minutes=16))
    assert (await casey.get("/staff/cases")).url == "/staff/sign-in"
    robin = await staff("robin")
    page = await robin.get("/staff/cases")
    assert (await page.form("/staff/sign-out").submit()).url == "/staff/sign-in"
    assert (await robin.get("/staff/cases")).url == "/staff/sign-in"
    sam = await staff("sam")
    for _quarter in range(52):
        clock.forward(timedelta(minutes=14))
        last = await sam.get("/staff/cases")
    assert last.url == "/staff/sign-in"


async def test_another_role_or_a_closed_account_ends_what_was_open(
    staff: SignIn, services: Services, clock: StoppedClock
) -> None:
    casey = await staff("casey")
    now = clock.now()
    assert await change_role(services, Actor.SYSTEM, MAIL, "caseworker", UTILITIES, now) == 1
    assert (await casey.get("/staff/cases")).url == "/staff/sign-in"
    robin = await staff("robin")
    assert await close_account(services, Actor.SYSTEM, "robin@example.org", now) == 1
    assert (await robin.get("/staff/cases")).url == "/staff/sign-in"
    page = await robin.get("/staff/sign-in")
    page = await page.form().fill(mail="robin@example.org", password=PASSWORD).submit()
    assert page.status == 422


async def test_a_one_time_password_opens_only_the_choice_of_ones_own(
    services: Services, clock: StoppedClock, browser: Browser
) -> None:
    once, now = one_time_password(), clock.now()
    place = (MAIL, "caseworker", METRO)
    await create_account(services, Actor.SYSTEM, *place, once, now, until=now + ONE_TIME_KEPT)
    page = await browser.get("/staff/sign-in")
    page = await page.form().fill(mail=MAIL, password=once).submit()
    assert page.url == "/staff/choose-password"
    assert (await browser.get("/staff/cases")).url == "/staff/sign-in"
    page = await browser.get("/staff/choose-password")
    for wrong, told in (
        (("short", "short"), "Choose a password of at least 15 letters."),
        (("password password", "password password"), "That password is easy to guess."),
        (("four slow brown cows", "four slow brown hens"), "The two new passwords"),
    ):
        form = page.form().fill(mail=MAIL, password=once, new=wrong[0], again=wrong[1])
        refused = await form.submit()
        assert refused.status == 422
        assert told in refused.errors[0]
    own = "four slow brown cows"
    done = await page.form().fill(mail=MAIL, password=once, new=own, again=own).submit()
    assert done.url == "/staff/sign-in"
    assert await prove(services, MAIL, once, now) is None
    page = await done.form().fill(mail=MAIL, password=own).submit()
    assert page.url == "/staff/cases"
    await reset_password(services, Actor.SYSTEM, MAIL, once, now)
    assert (await browser.get("/staff/cases")).url == "/staff/sign-in"
    clock.forward(ONE_TIME_KEPT + timedelta(minutes=1))
    assert await prove(services, MAIL, once, clock.now()) is None


async def test_the_language_switch_of_the_sign_in_page_keeps_what_was_typed(
    browser: Browser,
) -> None:
    page = await browser.get("/staff/sign-in")
    page = await page.form().fill(mail=MAIL).submit("_language=es")
    assert page.tree.get("lang") == "es"
    assert page.form().values["mail"] == [MAIL]


async def test_a_form_from_another_site_or_without_its_token_is_refused(
    browser: Browser, staff: SignIn
) -> None:
    await staff("casey")
    await browser.get("/staff/sign-in")
    page = await browser.post("/staff/sign-in", [("mail", MAIL), ("password", PASSWORD)])
    assert page.status == 403


@pytest.mark.parametrize(
    "chosen",
    ["", "x" * 14, "aaaaaaaaaaaaaaaaaaaa", "abababababababab", "casey caseworker 1", "x" * 300],
)
def test_a_password_that_anybody_would_try_is_refused(chosen: str) -> None:
    with pytest.raises(Invalid):
        check_password(chosen, MAIL)


@pytest.mark.parametrize(
    "chosen", ["gruñe la gata mía", "k8#Vq!z0Lw2$Xr5", "日本語のとても長い合言葉です今日も"]
)
def test_any_long_password_will_do_in_any_script(chosen: str) -> None:
    check_password(chosen, MAIL)


async def test_a_role_and_an_agency_go_together(services: Services, clock: StoppedClock) -> None:
    now = clock.now()
    for role, agency in (
        ("caseworker", None),
        ("caseworker", "no_such_office"),
        ("leader", METRO),
        ("king", None),
    ):
        with pytest.raises(Invalid):
            await create_account(
                services, Actor.SYSTEM, MAIL, role, agency, PASSWORD, now, name="x"
            )
    await create_account(services, Actor.SYSTEM, MAIL, "leader", None, PASSWORD, now)
    with pytest.raises(Conflict):
        await create_account(
            services, Actor.SYSTEM, f" {MAIL.upper()}", "leader", None, PASSWORD, now
        )


async def test_the_demonstrations_access_is_made_once_and_opens_every_door(
    services: Services, browser: Browser
) -> None:
    access = await prepare_demo(services)
    path = services.settings.storage / FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    told = json.loads(path.read_text(encoding="utf-8"))
    assert set(told) == {"base_url", "staff", "agencies", "partner_key"}
    assert set(told["staff"][0]) == {"email", "password", "role", "agency"}
    assert set(told["agencies"][0]) == {"id", "api_key", "programs"}
    assert {each["id"] for each in told["agencies"]} == set(services.city.agencies)
    for agency in services.city.agencies:
        roles = sorted(each["role"] for each in told["staff"] if each["agency"] == agency)
        assert roles == ["caseworker", "caseworker", "supervisor"]
    before = await db.fetch("select count(*) as total from audit_entries")
    assert await prepare_demo(services) == access
    assert await db.fetch("select count(*) as total from audit_entries") == before
    person = access.staff[0]
    page = await browser.get("/staff/sign-in")
    page = await page.form().fill(mail=person.email, password=person.password).submit()
    assert page.url == "/staff/cases"
    headers = {"authorization": f"Bearer {access.agencies[0].api_key}"}
    answer = await browser.client.post(
        "/api/v1/referrals/pull", json={"limit": 1, "lease_seconds": 60}, headers=headers
    )
    assert answer.status_code == 200


async def test_a_database_made_anew_gets_the_same_access(
    services: Services, clock: StoppedClock
) -> None:
    settings, city = services.settings, services.city
    access = kept_access(settings, city, at=settings.base_url)
    await load(services, access, clock.now())
    person = access.staff[-1]
    assert await prove(services, person.email, person.password, clock.now()) is not None
    moved = kept_access(settings, city, at="http://127.0.0.1:9999")
    assert moved.base_url == "http://127.0.0.1:9999"
    assert moved.staff == access.staff
    assert kept_access(settings, city) == moved


@dataclass
class Ran:
    """What a command said and how it ended."""

    status: int
    out: str
    err: str


Command = Callable[..., Ran]


@pytest.fixture
def command(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Command:
    """Runs `threshold …` over this test's database."""
    monkeypatch.setenv("THRESHOLD_DEMO", "1")
    monkeypatch.setenv("THRESHOLD_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("THRESHOLD_STORAGE", str(settings.storage))
    key = base64.b64encode(settings.secret_keys[0]).decode()
    monkeypatch.setenv("THRESHOLD_SECRET_KEYS", key)

    def run(*arguments: str, given: str = "") -> Ran:
        monkeypatch.setattr(sys, "stdin", io.StringIO(given))
        status = main(arguments)
        said = capsys.readouterr()
        return Ran(status, said.out, said.err)

    return run


def test_the_staff_command_makes_lists_changes_and_closes_accounts(command: Command) -> None:
    made = command("staff", "add", MAIL, "--role", "caseworker", "--agency", METRO)
    assert made.status == 0, made.err
    assert len(made.out.strip()) == 23
    again = command("staff", "add", MAIL, "--role", "caseworker", "--agency", METRO)
    assert again.status == 2
    assert "has an account" in again.err
    assert command("staff", "list").out == f"{MAIL}  caseworker  {METRO}\n"
    assert command("staff", "role", MAIL, "--role", "leader", "--agency", METRO).status == 2
    assert command("staff", "role", MAIL, "--role", "leader").status == 0
    given = command("staff", "reset", MAIL, "--password-stdin", given="given by hand\n")
    assert (given.status, given.out) == (0, "")
    assert command("staff", "reset", MAIL, "--password-stdin", given="short\n").status == 2
    assert command("staff", "disable", MAIL).status == 0
    assert "closed" in command("staff", "list").out
    nobody = command("staff", "disable", "nobody@example.org")
    assert nobody.status == 2
    assert "no account" in nobody.err


def test_the_demo_command_prints_the_contracts_object(
    command: Command, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    printed = command("demo", "--json")
    assert printed.status == 0, printed.err
    told = json.loads(printed.out)
    assert told == json.loads((settings.storage / FILE).read_text(encoding="utf-8"))
    words = command("demo").out
    assert told["staff"][0]["password"] in words
    assert told["partner_key"] not in words
    monkeypatch.setenv("THRESHOLD_DEMO", "0")
    monkeypatch.setenv("THRESHOLD_BASE_URL", "https://apply.example.gov")
    assert command("demo").status == 2
