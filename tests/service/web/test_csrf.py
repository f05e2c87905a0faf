"""A form counts only when our own page, in the same session or browser, sent it."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import httpx
import pytest

from service.app import create_app
from service.security import csrf
from service.security.roles import NO_DOOR, load_roles
from service.security.sessions import DOORS, Session, open_session
from service.services import Services
from tests.service.web.small_app import small_app
from tests.support.clock import StoppedClock

pytestmark = pytest.mark.once

HERE = "http://127.0.0.1:8000"
GOOD = {"origin": HERE, "sec-fetch-site": "same-origin"}


async def signed_in(services: Services, client: httpx.AsyncClient) -> Session:
    token, session = await open_session("benefits", uuid4(), "draft", services.clock.now())
    client.cookies.set("th_benefits", token, path="/benefits/")
    return session


async def token_of(client: httpx.AsyncClient, path: str) -> str:
    """The token in the form of a page."""
    return (await client.get(path)).text.split('_csrf" value="')[1].split('"')[0]


async def test_a_form_with_its_sessions_token_is_taken(services: Services) -> None:
    async with small_app(services) as client:
        session = await signed_in(services, client)
        form = {"_csrf": session.csrf}
        assert (await client.post("/benefits/own", data=form, headers=GOOD)).status_code == 200
        assert (await client.post("/benefits/own", data=form)).status_code == 200


@pytest.mark.parametrize("token", [None, "", "0" * 32, "é", "other"])
async def test_a_form_without_its_sessions_token_changes_nothing(
    services: Services, token: str | None
) -> None:
    async with small_app(services) as client:
        await signed_in(services, client)
        _cookie, other = await open_session("benefits", uuid4(), "draft", services.clock.now())
        sent = other.csrf if token == "other" else token
        form = {"x": "y"} if sent is None else {"_csrf": sent}
        answer = await client.post("/benefits/own", data=form, headers=GOOD)
        assert answer.status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": HERE + ".evil.example"},
        {"origin": "http://127.0.0.1:8001"},
        {"origin": "file://"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": HERE, "sec-fetch-site": "cross-site"},
    ],
)
async def test_a_good_token_from_another_site_is_refused(
    services: Services, headers: dict[str, str]
) -> None:
    async with small_app(services) as client:
        session = await signed_in(services, client)
        form = {"_csrf": session.csrf}
        answer = await client.post("/benefits/own", data=form, headers=headers)
        assert answer.status_code == 403


@pytest.mark.parametrize("kind", ["text/plain", "application/json"])
async def test_a_form_in_disguise_is_not_read(services: Services, kind: str) -> None:
    async with small_app(services) as client:
        session = await signed_in(services, client)
        answer = await client.post(
            "/benefits/own",
            content=f"_csrf={session.csrf}",
            headers={**GOOD, "content-type": kind},
        )
        assert answer.status_code == 415


@pytest.mark.parametrize("way", ["x-http-method-override", "_method"])
async def test_no_get_can_dress_up_as_a_change(services: Services, way: str) -> None:
    async with small_app(services) as client:
        await signed_in(services, client)
        headers = {way: "POST"} if "-" in way else {}
        answer = await client.get(f"/benefits/form?{way}=POST", headers=headers)
        assert answer.status_code == 405


async def test_before_any_session_the_form_cookie_holds_page_and_browser_together(
    services: Services, clock: StoppedClock
) -> None:
    async with small_app(services) as client, small_app(services) as stranger:
        token = await token_of(client, "/benefits/first")
        await stranger.get("/benefits/first")
        taken = await client.post("/benefits/begin", data={"_csrf": token}, headers=GOOD)
        foreign = await stranger.post("/benefits/begin", data={"_csrf": token}, headers=GOOD)
        assert (taken.status_code, foreign.status_code) == (200, 403)
        clock.forward(csrf.FORM_LIFE + timedelta(minutes=1))
        late = await client.post("/benefits/begin", data={"_csrf": token}, headers=GOOD)
        assert late.status_code == 403


async def test_where_nothing_was_typed_nothing_is_said_to_be_kept(services: Services) -> None:
    """A button alone: there is nothing to send again, only its page to open."""
    async with small_app(services) as client:
        form = {"_csrf": "0" * 32}
        answer = await client.post("/benefits/begin", data=form, headers=GOOD)
    assert answer.status_code == 403
    assert "Nothing you typed is lost" not in answer.text
    assert "Send it again" not in answer.text


OLD_TOKEN = {"_csrf": "0" * 32, "why": "An hour of typing"}


@pytest.mark.parametrize(
    ("door", "form", "headers", "kept"),
    [
        ("nobody's", OLD_TOKEN, GOOD, True),
        ("nobody's", OLD_TOKEN | {"password": "Luz"}, GOOD, False),
        ("nobody's", OLD_TOKEN, {"origin": "https://evil.example"}, False),
        ("nobody's", OLD_TOKEN, {}, False),
        ("somebody's", OLD_TOKEN, GOOD, False),
    ],
)
async def test_what_was_typed_comes_back_only_to_the_page_and_the_person_it_came_from(
    services: Services, door: str, form: dict[str, str], headers: dict[str, str], kept: bool
) -> None:
    """A form of another site, of a browser that does not say, or of somebody else's visit never."""
    async with small_app(services) as client:
        if door == "somebody's":
            await signed_in(services, client)
        path = "/benefits/own" if door == "somebody's" else "/benefits/begin"
        answer = await client.post(path, data=form, headers=headers)
        assert answer.status_code == 403
        assert ("An hour of typing" in answer.text) is kept
        if kept:
            assert OLD_TOKEN["_csrf"] not in answer.text


async def test_nothing_a_browser_carries_joins_a_visit_to_benefits_to_a_visit_to_voice(
    services: Services,
) -> None:
    async with small_app(services) as client:
        tokens = [await token_of(client, f"/{door}/first") for door in ("benefits", "voice")]
        await client.get("/words")
        kept = {(cookie.name, cookie.path): cookie.value for cookie in client.cookies.jar}
        assert set(kept) == {("th_form", "/benefits/"), ("th_form", "/voice/")}
        assert len({*kept.values(), *tokens}) == 4
        for door, other in (("benefits", 1), ("voice", 0)):
            sent = client.build_request("GET", f"/{door}/first").headers["cookie"]
            assert sent == f"th_form={kept['th_form', f'/{door}/']}"
            answer = await client.post(
                f"/{door}/begin", data={"_csrf": tokens[other]}, headers=GOOD
            )
            assert answer.status_code == 403


async def test_a_page_where_nothing_is_begun_leaves_no_cookie(services: Services) -> None:
    app = create_app(services.settings, services.clock, services=services, opens_database=False)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=HERE) as client:
        assert "set-cookie" not in (await client.get("/")).headers
        switched = {"_language": "es", "next": "/"}
        foreign = {"origin": "https://evil.example"}
        refused = await client.post("/language", data=switched, headers=foreign)
        assert (refused.status_code, len(client.cookies)) == (403, 0)
        await client.post("/language", data=switched, headers=GOOD)
        assert dict(client.cookies) == {"th_lang": "es"}


@pytest.mark.parametrize("cookie", ["", "1.2", "x." + "0" * 32, "9" * 40 + "." + "0" * 32, "٣.a"])
async def test_a_made_up_form_cookie_is_replaced_and_never_believed(
    services: Services, cookie: str
) -> None:
    made_up = csrf.form_token(services.keyring, cookie)
    async with small_app(services) as client:
        headers = {"cookie": f"th_form={cookie}".encode()}
        page = await client.get("/benefits/first", headers=headers)  # type: ignore[arg-type]
        assert "th_form" in page.headers["set-cookie"]
        client.cookies.clear()
        answer = await client.post("/benefits/begin", data={"_csrf": made_up}, headers=headers)  # type: ignore[arg-type]
        assert answer.status_code == 403


async def test_every_page_route_that_changes_something_refuses_a_form_without_a_token(
    services: Services,
) -> None:
    """Generated from the application's own routes, so a new page cannot be forgotten."""
    app = create_app(services.settings, services.clock, services=services, opens_database=False)
    rules = load_roles()
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    tried = 0
    async with httpx.AsyncClient(transport=transport, base_url=HERE) as client:
        for route in app.routes:
            rule = rules[route.name]  # type: ignore[attr-defined]
            methods = set(rule.audiences) - {"GET"}
            # Which language a browser is shown is no change anybody else could wish for.
            if rule.door == "api" or not methods or route.name == "public.language":  # type: ignore[attr-defined]
                continue
            if rule.door != NO_DOOR:
                token, _session = await open_session(
                    rule.door, uuid4(), "link", services.clock.now()
                )
                client.cookies.set(DOORS[rule.door].cookie, token)
            path = route.path.replace("{", "").replace("}", "")  # type: ignore[attr-defined]
            for method in methods:
                answer = await client.request(method, path, data={"x": "y"}, headers=GOOD)
                # 303: a door nobody came through; 404: an address that names no row.
                assert answer.status_code in (303, 403, 404), f"{method} {path}"
                tried += 1
    assert tried
