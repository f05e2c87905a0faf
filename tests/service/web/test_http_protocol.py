"""Raw connections against the real server: slow, broken and hostile ones."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import socket
from collections.abc import AsyncIterator

import pytest

from service import http_protocol
from service.app import create_app
from service.security.headers import CONTENT_SECURITY_POLICY
from service.server import Server, bind, server_config
from service.services import Services

pytestmark = pytest.mark.once

PATIENCE = 60.0
HOST = b"Host: 127.0.0.1:8000\r\n"


@pytest.fixture
async def port(services: Services) -> AsyncIterator[int]:
    """The real server in this loop, on a free port."""
    app = create_app(services.settings, services.clock, services=services, opens_database=False)
    server = Server(server_config(app, services.settings), "")
    listening = bind("127.0.0.1", 0)
    running = asyncio.create_task(server.serve(sockets=[listening]))
    yield listening.getsockname()[1]
    server.stop()
    await running
    listening.close()


async def exchange(port: int, sent: bytes) -> bytes:
    """Everything that comes back until the server closes, or until the answer is whole."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    got = b""
    with contextlib.suppress(ConnectionError):
        writer.write(sent)
        async with asyncio.timeout(PATIENCE):
            while not whole(got) and (part := await reader.read(65_536)):
                got += part
    writer.close()
    return got


def whole(got: bytes) -> bool:
    """Whether all of an answer has come that leaves the connection open."""
    head, end, body = got.lower().partition(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", head)
    said = int(length[1]) if length else 0
    return bool(end) and b"connection: close" not in head and len(body) >= said


REFUSED = {
    "length and coding": b"POST / HTTP/1.1\r\n"
    + HOST
    + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "two lengths": b"POST / HTTP/1.1\r\n"
    + HOST
    + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
    "the same length twice": b"POST / HTTP/1.1\r\n"
    + HOST
    + b"Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
    "bare line feeds": b"GET / HTTP/1.1\nHost: 127.0.0.1:8000\n\n",
    "a folded header": b"GET / HTTP/1.1\r\n" + HOST + b"A: b\r\n c\r\n\r\n",
    "a space before the colon": b"GET / HTTP/1.1\r\nHost : 127.0.0.1:8000\r\n\r\n",
    "an unknown coding": b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: x\r\n\r\n",
    "gzip and chunked": b"POST / HTTP/1.1\r\n"
    + HOST
    + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "a negative length": b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: -1\r\n\r\n",
    "no HTTP at all": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    "one header too long": b"GET / HTTP/1.1\r\n" + HOST + b"A: " + b"x" * 40_000 + b"\r\n\r\n",
    "too many headers": b"GET / HTTP/1.1\r\n" + HOST + b"A: b\r\n" * 300 + b"\r\n",
    "a path of raw bytes": b"GET /\xff\xfe HTTP/1.1\r\n" + HOST + b"\r\n",
    "a tunnel": b"CONNECT a:1 HTTP/1.1\r\n" + HOST + b"\r\n",
    "no host": b"GET / HTTP/1.1\r\n\r\n",
    "another host": b"GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n",
}


@pytest.mark.parametrize("sent", REFUSED.values(), ids=REFUSED.keys())
async def test_a_request_two_servers_could_read_differently_is_refused(
    port: int, sent: bytes
) -> None:
    answer = await exchange(port, sent)
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 ")
    assert CONTENT_SECURITY_POLICY.encode() in head
    assert b"x-request-id: " in head
    assert b"uvicorn" not in head
    if b"problem+json" in head:
        assert json.loads(body)["status"] == 400


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"\r\n",
        b"GET / HT",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1:8000\r\nX-Slow: ",
        b"POST /language HTTP/1.1\r\n" + HOST + b"Content-Length: 100\r\n\r\nab",
    ],
)
async def test_a_client_that_never_finishes_is_cut(
    port: int, monkeypatch: pytest.MonkeyPatch, sent: bytes
) -> None:
    monkeypatch.setattr(http_protocol, "HEADER_SECONDS", 0.2)
    monkeypatch.setattr(http_protocol, "MESSAGE_SECONDS", 0.3)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent)
    with contextlib.suppress(ConnectionError):
        async with asyncio.timeout(PATIENCE):
            while await reader.read(4096):
                pass
    writer.close()


async def test_a_client_that_drips_is_cut_however_it_drips(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_protocol, "HEADER_SECONDS", 0.3)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET / HTTP/1.1\r\n" + HOST)
    lines = 0
    with contextlib.suppress(ConnectionError):
        while lines < 60 and not reader.at_eof():
            writer.write(b"X-A: b\r\n")
            await writer.drain()
            await asyncio.sleep(0.05)
            lines += 1
    assert lines < 60
    writer.close()


async def test_a_body_nobody_reads_cannot_hold_a_connection(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_protocol, "MESSAGE_SECONDS", 1.0)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /healthz HTTP/1.1\r\n" + HOST + b"Content-Length: 1000\r\n\r\n")
    assert (await reader.read(4096)).startswith(b"HTTP/1.1 200")
    with contextlib.suppress(ConnectionError):
        async with asyncio.timeout(PATIENCE):
            while await reader.read(4096):
                pass
    writer.close()


@pytest.mark.parametrize(
    ("sent", "answered", "after"),
    [
        (b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n", b"200", b"\r\n"),
        (b"GET /nowhere HTTP/1.1\r\n" + HOST + b"Content-Length: 2\r\n\r\n", b"404", b"ab"),
    ],
    ids=["an empty line", "a body nobody reads"],
)
async def test_what_follows_an_answer_is_waited_for_no_longer_than_a_request(
    port: int, monkeypatch: pytest.MonkeyPatch, sent: bytes, answered: bytes, after: bytes
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent)
    assert answered in await reader.readuntil(b"\r\n")
    monkeypatch.setattr(http_protocol, "HEADER_SECONDS", 0.2)
    writer.write(after)
    with contextlib.suppress(ConnectionError):
        async with asyncio.timeout(PATIENCE):
            while await reader.read(4096):
                pass
    writer.close()


@pytest.mark.parametrize("connection", [b"keep-alive", b"close"])
async def test_a_client_that_takes_no_answer_is_cut(
    port: int, monkeypatch: pytest.MonkeyPatch, connection: bytes
) -> None:
    """It asks for more than the two machines hold on the way, and reads none of it."""
    monkeypatch.setattr(http_protocol, "STUCK_SECONDS", 0.2)
    one = b"GET /openapi.json HTTP/1.1\r\n" + HOST
    sent = (one + b"\r\n") * 90 + one + b"Connection: " + connection + b"\r\n\r\n"
    with socket.socket() as asking:
        asking.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        asking.setblocking(False)
        await asyncio.get_running_loop().sock_connect(asking, ("127.0.0.1", port))
        await asyncio.get_running_loop().sock_sendall(asking, sent)
        async with asyncio.timeout(PATIENCE):
            await until_cut(asking)


async def until_cut(asking: socket.socket) -> None:
    """Whoever does not read is told that nobody listens any more when they next say something."""
    with contextlib.suppress(ConnectionError):
        while True:
            await asyncio.get_running_loop().sock_sendall(asking, b"\r\n")
            await asyncio.sleep(0.05)


async def test_a_declared_gigabyte_is_refused_before_it_is_sent(port: int) -> None:
    answer = await exchange(
        port,
        b"POST /language HTTP/1.1\r\n"
        + HOST
        + b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000000000\r\n\r\na",
    )
    assert answer.startswith(b"HTTP/1.1 413 ")


async def test_an_upgrade_is_not_followed(port: int) -> None:
    answer = await exchange(
        port,
        b"GET /healthz HTTP/1.1\r\n" + HOST + b"Upgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
    )
    assert answer.startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize(
    ("request_line", "starts", "ends"),
    [
        (b"GET /healthz HTTP/1.1", b"HTTP/1.1 200 ", b'\r\n\r\n{"status":"ok"}'),
        (b"HEAD /healthz HTTP/1.1", b"HTTP/1.1 200 ", b"\r\n\r\n"),
        (b"GET /healthz HTTP/1.0", b"HTTP/1.1 200 ", b'\r\n\r\n{"status":"ok"}'),
    ],
)
async def test_a_whole_answer_says_its_length_and_when_it_was_made(
    port: int, request_line: bytes, starts: bytes, ends: bytes
) -> None:
    answer = await exchange(port, request_line + b"\r\n" + HOST + b"Connection: close\r\n\r\n")
    head = answer.partition(b"\r\n\r\n")[0].lower()
    assert answer.startswith(starts)
    assert answer.endswith(ends)
    assert b"\r\ncontent-length: 15" in head
    assert b"\r\ndate: " in head
    assert head.count(b"\r\nconnection: close") == 1


async def test_two_requests_sent_together_are_answered_in_their_order(port: int) -> None:
    sent = b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\nGET /nowhere HTTP/1.1\r\n" + HOST
    answer = await exchange(port, sent + b"Connection: close\r\n\r\n")
    assert re.findall(rb"HTTP/1\.1 (\d+)", answer) == [b"200", b"404"]


async def test_a_long_form_is_not_taken_for_the_headers_of_what_follows_it(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    form = b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 40000\r\n\r\n"
    fields = b"a=" + b"x" * 19_997 + b"&b=" + b"x" * 19_998
    writer.write(b"POST /language HTTP/1.1\r\n" + HOST + form + fields + b"GET /healthz HT")
    await writer.drain()
    async with asyncio.timeout(PATIENCE):
        got = await reader.readuntil(b"\r\n\r\n")
        writer.write(b"TP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n")
        got += await reader.read()
    writer.close()
    assert re.findall(rb"HTTP/1\.1 (\d+)", got)[1:] == [b"200"]


async def test_more_requests_than_anybody_waits_for_are_not_kept(port: int) -> None:
    """Each that waits for its turn takes memory, and a client need not read what it asks for."""
    one = b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n"
    assert b"HTTP/1.1 400 " in await exchange(port, one * (http_protocol.MOST_QUEUED + 2))


async def test_what_comes_after_a_body_is_no_header_of_its_request(port: int) -> None:
    form = b"Content-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n"
    trailers = b"Host: evil.example\r\n" + b"A: b\r\n" * 300
    sent = b"POST /language HTTP/1.1\r\n" + HOST + form + b"\r\n0\r\n" + trailers + b"\r\n"
    assert (await exchange(port, sent)).startswith(b"HTTP/1.1 303 ")
