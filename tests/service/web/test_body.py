"""Bodies and queries that must be refused, and how; the same on both databases."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator

import httpx
import pytest

from service.body import FORM_BYTES, JSON_BYTES, parse_json
from service.errors import Malformed
from service.services import Services
from tests.service.web.small_app import small_app

pytestmark = pytest.mark.once

JSON = {"content-type": "application/json"}


@pytest.fixture
async def small(services: Services) -> AsyncIterator[httpx.AsyncClient]:
    async with small_app(services) as client:
        yield client


BAD_JSON = [
    (b"", "not_json"),
    (b"nul", "not_json"),
    (b"{", "not_json"),
    (b"1_000", "not_json"),
    (b'{"a":1,}', "not_json"),
    (b"\xff", "not_utf8"),
    (b'{"a":"\xed\xa0\x80"}', "not_utf8"),
    (b'{"a":NaN}', "not_a_number"),
    (b'{"a":Infinity}', "not_a_number"),
    (b'{"a":-Infinity}', "not_a_number"),
    (b'{"a":1e999}', "number_too_large"),
    (b'{"a":9007199254740993}', "number_too_large"),
    (b'{"a":' + b"9" * 5000 + b"}", "number_too_large"),
    (b'{"a":1,"a":2}', "repeated_key"),
    (b'{"a":{"b":1,"b":1}}', "repeated_key"),
    (b'{"a":"\\u0000"}', "nul_character"),
    (b'{"a\\u0000":1}', "nul_character"),
    (b'{"a":"\\ud800"}', "lone_surrogate"),
    (b'{"\\udc00":1}', "lone_surrogate"),
    (b"[" * 33 + b"]" * 33, "too_deep"),
    (b"[" * 100_000, "too_deep"),
    (b'{"a":' * 40 + b"1" + b"}" * 40, "too_deep"),
]


@pytest.mark.parametrize(("body", "code"), BAD_JSON)
async def test_json_that_a_database_or_reader_could_trip_over_is_malformed(
    small: httpx.AsyncClient, body: bytes, code: str
) -> None:
    answer = await small.post("/api/json", content=body, headers=JSON)
    assert (answer.status_code, answer.json()["code"]) == (400, code)


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b'{"a":"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["}', {"a": "[" * 36}),
        (b"[" * 32 + b"]" * 32, None),
        (b'{"a":9007199254740992}', {"a": 2**53}),
        (b'"\\ud83d\\ude00"', "\N{GRINNING FACE}"),
        ('{"a":"José"}'.encode(), {"a": "José"}),
    ],
)
async def test_sound_json_comes_through_unchanged(
    small: httpx.AsyncClient, body: bytes, value: object
) -> None:
    answer = await small.post("/api/json", content=body, headers=JSON)
    assert answer.status_code == 200
    assert value is None or answer.json()["got"] == value


@pytest.mark.parametrize("kind", ["text/plain", "", "application/json; charset=latin-1", "a/b"])
async def test_json_under_another_name_is_not_read(small: httpx.AsyncClient, kind: str) -> None:
    answer = await small.post("/api/json", content=b"{}", headers={"content-type": kind})
    assert answer.status_code == 415


async def test_a_body_over_the_limit_is_refused_by_its_length_or_while_it_comes(
    small: httpx.AsyncClient,
) -> None:
    async def drip() -> AsyncIterator[bytes]:
        for _ in range(JSON_BYTES // 65_536 + 2):
            yield b" " * 65_536

    declared = await small.post("/api/json", content=b" " * (JSON_BYTES + 1), headers=JSON)
    undeclared = await small.post("/api/json", content=drip(), headers=JSON)
    assert (declared.status_code, undeclared.status_code) == (413, 413)
    assert declared.headers["connection"] == "close"


@pytest.mark.parametrize("body", [b'"' * 200_000, b'"\\"' * 80_000 + b"[" * 50, b"[{" * 90_000])
def test_hostile_nesting_costs_no_more_than_one_pass(body: bytes) -> None:
    started = time.process_time()  # of this process alone, however busy the machine is
    with pytest.raises(Malformed):
        parse_json(body)
    assert time.process_time() - started < 0.5


async def with_token(small: httpx.AsyncClient, rest: bytes) -> bytes:
    """A form body that our own page could have sent, with `rest` behind its token."""
    page = (await small.get("/benefits/first")).text
    token = page.split('name="_csrf" value="')[1].split('"')[0]
    return b"_csrf=" + token.encode() + b"&" + rest


FORM = {"content-type": "application/x-www-form-urlencoded"}
BAD_FORMS = [
    (b"name=a&name=b", 400, "repeated_parameter"),
    (b"name=a%00b", 400, "nul_character"),
    (b"na%00me=a", 400, "nul_character"),
    (b"name=%ff", 400, "not_utf8"),
    (b"name=%ed%a0%80", 400, "not_utf8"),
    (b"name=" + b"x" * 40_000, 413, "field_too_long"),
    (b"&".join(b"f%d=1" % n for n in range(1_001)), 413, "too_many_fields"),
    (b"name=" + b"x" * FORM_BYTES, 413, "too_large"),
]


@pytest.mark.parametrize(("rest", "status", "code"), BAD_FORMS)
async def test_a_form_that_no_page_of_ours_sends_is_refused(
    small: httpx.AsyncClient, rest: bytes, status: int, code: str
) -> None:
    answer = await small.post("/benefits/form", content=await with_token(small, rest), headers=FORM)
    assert answer.status_code == status, code
    assert "<h1>" in answer.text


async def test_a_sound_form_comes_through_with_its_lists(small: httpx.AsyncClient) -> None:
    body = await with_token(small, b"name=Jos%C3%A9+P.&boxes=1&boxes=2&;=3")
    answer = await small.post("/benefits/form", content=body, headers=FORM)
    assert answer.json() == {"name": "José P.", "boxes": ["1", "2"]}


async def test_a_file_is_taken_only_where_the_route_says_so(small: httpx.AsyncClient) -> None:
    page = (await small.get("/benefits/first")).text
    token = page.split('name="_csrf" value="')[1].split('"')[0]
    files = {"rows": ("rows.csv", b"id,outcome\n1,approved\n", "text/csv")}
    taken = await small.post("/benefits/upload", data={"_csrf": token}, files=files)
    refused = await small.post("/benefits/form", data={"_csrf": token}, files=files)
    assert taken.json() == {"rows": 22}
    assert refused.status_code == 415


@pytest.mark.parametrize(
    "body",
    [b"", b"--x", b"--x\r\n\r\n", b"--x\r\nContent-Disposition: form-data\r\n\r\na\r\n--x--\r\n"],
)
async def test_a_broken_multipart_body_is_malformed(small: httpx.AsyncClient, body: bytes) -> None:
    headers = {"content-type": "multipart/form-data; boundary=x"}
    answer = await small.post("/benefits/upload", content=body, headers=headers)
    assert answer.status_code in (400, 403)


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("a=1&b=2", 200),
        ("a=1&a=2", 400),
        ("a=%00", 400),
        ("a=%ff", 400),
        ("&".join(f"f{n}=1" for n in range(60)), 413),
    ],
)
async def test_a_query_is_read_as_strictly_as_a_form(
    small: httpx.AsyncClient, query: str, status: int
) -> None:
    assert (await small.get(f"/query?{query}")).status_code == status


@pytest.mark.parametrize("length", ["-1", "1_0", "٣", "9" * 30, "0x10"])
async def test_a_length_that_is_no_number_is_refused(small: httpx.AsyncClient, length: str) -> None:
    headers = [(b"content-type", b"application/json"), (b"content-length", length.encode())]
    answer = await small.post("/api/json", content=b"{}", headers=headers)
    assert answer.status_code in (400, 413)
