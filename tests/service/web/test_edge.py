"""What stands before every route: hosts, proxies, ids, headers, refusals and the last catch."""

from __future__ import annotations

import dataclasses
import json

import httpx
import pytest
from starlette.applications import Starlette

from service.app import create_app, wire
from service.edge import Edge, network
from service.security.headers import CONTENT_SECURITY_POLICY
from service.services import Services
from service.signposts import Signposts
from tests.service.web.small_app import small_app
from tests.support.pages import check_page

pytestmark = pytest.mark.once

EXPECTED = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
}


def behind(services: Services, base_url: str, *proxies: str) -> Services:
    settings = dataclasses.replace(services.settings, base_url=base_url, trusted_proxies=proxies)
    return dataclasses.replace(services, settings=settings)


def test_the_policy_allows_nothing_inline_and_nothing_from_elsewhere() -> None:
    policy = dict(part.strip().split(" ", 1) for part in CONTENT_SECURITY_POLICY.split(";"))
    assert "unsafe" not in CONTENT_SECURITY_POLICY
    assert policy["default-src"] == policy["form-action"] == "'self'"
    assert policy["object-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"


async def test_every_answer_of_every_route_carries_the_headers(
    services: Services, client: httpx.AsyncClient
) -> None:
    """Found, missing, refused, redirected: whatever the routes answer to a stranger."""
    app = create_app(services.settings, services.clock, services=services, opens_database=False)
    paths = {route.path.replace("{", "").replace("}", "") for route in app.routes}  # type: ignore[attr-defined]
    for path in [*sorted(paths), "/nowhere", "/static/nothing", "/%00", "/benefits/%2e%2e/x"]:
        for method in ("GET", "POST", "DELETE", "OPTIONS", "TRACE"):
            answer = await client.request(method, path)
            assert answer.status_code < 500, f"{method} {path}"
            for name, value in EXPECTED.items():
                assert answer.headers[name] == value, f"{name} of {method} {path}"
            assert len(answer.headers["x-request-id"]) == 16
            assert "access-control-allow-origin" not in answer.headers
            cached = answer.headers["cache-control"]
            assert cached == "no-store" or answer.is_success, f"{method} {path}"
            kind = answer.headers.get("content-type", "")
            # JSON is UTF-8 by its own standard.
            assert "charset=utf-8" in kind or kind in ("application/json", ""), f"{method} {path}"
            assert kind or not answer.content, f"{method} {path}"


@pytest.mark.parametrize(
    ("base_url", "sent"), [("http://127.0.0.1:8000", False), ("https://apply.example.gov", True)]
)
async def test_only_an_https_service_asks_browsers_to_insist_on_https(
    services: Services, base_url: str, *, sent: bool
) -> None:
    async with small_app(behind(services, base_url)) as client:
        answer = await client.get("/benefits/first")
        assert ("strict-transport-security" in answer.headers) == sent
        assert ("Secure" in answer.headers["set-cookie"]) == sent
        assert "HttpOnly" in answer.headers["set-cookie"]
        assert "SameSite=lax" in answer.headers["set-cookie"]


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1:8000@evil", "evil/admin?x", "127.0.0.1.evil", "", "é"]
)
async def test_a_name_that_is_not_ours_is_refused_and_never_repeated(
    services: Services, host: str
) -> None:
    async with small_app(services) as client:
        answer = await client.get("/words", headers=[(b"host", host.encode())])
        assert answer.status_code == 400
        assert "evil" not in answer.text
        assert "evil" not in str(answer.headers)


async def test_two_host_headers_are_refused(services: Services) -> None:
    async with small_app(services) as client:
        request = client.build_request("GET", "/words")
        request.headers = httpx.Headers([("host", "127.0.0.1:8000"), ("host", "127.0.0.1:8000")])
        assert (await client.send(request)).status_code == 400


@pytest.mark.parametrize("coding", ["gzip", "gzip, chunked", "identity", "xchunked"])
async def test_a_transfer_coding_nobody_agreed_on_is_refused(
    services: Services, coding: str
) -> None:
    async with small_app(services) as client:
        answer = await client.post("/api/json", headers={"transfer-encoding": coding})
        assert answer.status_code == 400


async def test_a_fault_of_ours_says_nothing_of_its_cause(
    services: Services, capsys: pytest.CaptureFixture[str]
) -> None:
    async with small_app(services) as client:
        page = await client.get("/breaks")
        problem = await client.get("/api/breaks")
    lines = capsys.readouterr().err
    assert (page.status_code, problem.status_code) == (500, 500)
    for text in (page.text, problem.text, lines):
        assert "Canary" not in text
        assert "Elm" not in text
    assert "Traceback" not in page.text + problem.text
    assert page.headers["x-request-id"] in page.text
    told = [json.loads(line) for line in lines.splitlines() if '"unexpected"' in line]
    assert told[0]["fault"] == "ValueError"
    assert told[0]["request_id"] == page.headers["x-request-id"]
    check_page(page.text)


async def test_a_problem_has_the_one_shape(services: Services) -> None:
    async with small_app(services) as client:
        answers = [
            await client.get("/api/nothing"),
            await client.get("/api/json"),
            await client.get("/api/agency"),
            await client.post("/api/json", content=b"{", headers={"content-type": "a/b"}),
        ]
    assert [answer.status_code for answer in answers] == [404, 405, 401, 415]
    for answer in answers:
        body = answer.json()
        assert answer.headers["content-type"].startswith("application/problem+json")
        assert set(body) == {"type", "title", "status", "code", "request_id", "errors"}
        assert body["status"] == answer.status_code
        assert body["request_id"] == answer.headers["x-request-id"]
    assert answers[1].headers["allow"] == "POST"
    assert answers[2].headers["www-authenticate"].startswith("Bearer")


async def test_error_pages_speak_the_persons_language_and_are_sound(
    client: httpx.AsyncClient,
) -> None:
    english = await client.get("/nowhere")
    spanish = await client.get("/nowhere", headers={"accept-language": "es-MX,es;q=0.9"})
    for answer, language in ((english, "en"), (spanish, "es")):
        assert answer.status_code == 404
        assert check_page(answer.text).get("lang") == language


async def test_a_request_line_names_the_route_and_never_the_address(
    services: Services, capsys: pytest.CaptureFixture[str]
) -> None:
    async with small_app(services) as client:
        await client.get("/query?name=Canary&token=s3cret")
    lines = capsys.readouterr().err
    assert '"route": "test.query"' in lines
    assert "Canary" not in lines
    assert "s3cret" not in lines


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        ("10.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("10.0.0.1", "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        ("10.0.0.1", "203.0.113.9, 10.0.0.7", "203.0.113.9"),
        ("10.0.0.1", "garbage", "unknown"),
        ("10.0.0.1", None, "10.0.0.1"),
        ("192.0.2.5", "203.0.113.9", "192.0.2.5"),
    ],
)
async def test_a_forwarded_address_counts_only_from_our_proxy(
    services: Services, peer: str, forwarded: str | None, expected: str
) -> None:
    """Read through the limit on unknown keys, which is the address's own."""
    headers = {"authorization": "Bearer nobody"}
    if forwarded is not None:
        headers["x-forwarded-for"] = forwarded
    known = behind(services, services.settings.base_url, "10.0.0.0/8")
    async with small_app(known, address=peer) as client, small_app(known) as direct:
        for _ in range(60):
            await client.get("/api/agency", headers=headers)
        assert (await client.get("/api/agency", headers=headers)).status_code == 429
        assert (await direct.get("/api/agency", headers=headers)).status_code == 401
    async with small_app(known, address=expected) as same:
        again = await same.get("/api/agency", headers={"authorization": "Bearer nobody"})
        assert again.status_code == 429


@pytest.mark.parametrize(
    ("proxies", "address", "ours"),
    [
        (["10.0.0.1"], "10.0.0.1", True),
        (["10.0.0.1/32"], "::ffff:10.0.0.1", True),
        (["::ffff:10.0.0.1"], "::ffff:10.0.0.1", True),
        (["10.0.0.1"], "10.0.0.2", False),
        (["10.0.0.1"], "010.0.0.1", False),
        (["10.0.0.1"], "10.0.1", False),
        (["10.0.0.0/8"], "10.1.2.3", True),
        (["10.0.0.0/8"], "::ffff:10.1.2.3", True),
        (["10.0.0.0/8"], "11.1.2.3", False),
        (["10.0.0.1", "2001:db8::/32"], "2001:DB8:0::5", True),
        (["10.0.0.1", "2001:db8::/32"], "2001:db9::5", False),
        (["2001:db8::1"], "10.0.0.1", False),
        (["10.0.0.1"], "", False),
        (["10.0.0.1"], "proxy", False),
    ],
)
async def test_a_proxy_is_known_however_its_address_is_written(
    services: Services, proxies: list[str], address: str, *, ours: bool
) -> None:
    web = wire(behind(services, services.settings.base_url, *proxies), {})
    assert Edge(Signposts([]), Starlette(), web).is_proxy(address) is ours


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("fe80::1%eth0", "fe80::"),
        ("", "unknown"),
        ("testclient", "unknown"),
    ],
)
def test_a_home_is_one_caller_however_many_addresses_it_has(address: str, expected: str) -> None:
    assert network(address) == expected


async def test_a_key_sent_without_encryption_is_refused_and_not_redirected(
    services: Services,
) -> None:
    public = behind(services, "https://apply.example.gov", "127.0.0.1/32")
    headers = {"authorization": "Bearer x"}
    async with small_app(public) as client:
        plain = await client.get("/api/agency", headers={**headers, "x-forwarded-proto": "http"})
        encrypted = await client.get(
            "/api/agency", headers={**headers, "x-forwarded-proto": "https"}
        )
    assert (plain.status_code, plain.json()["code"]) == (403, "https_needed")
    assert encrypted.status_code == 401
