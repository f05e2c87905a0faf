"""Calls to addresses others gave us: which are made, to where, and how much is read."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import httpx
import pytest

from service.referrals.outbound import ANSWER_LIMIT, Outbound, Refused, is_allowed

FORBIDDEN = [
    *("127.0.0.2", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254"),
    *("100.64.0.1", "192.0.0.8", "192.0.2.1", "192.88.99.1", "198.18.0.1", "224.0.0.1"),
    *("240.0.0.1", "255.255.255.255", "203.0.113.9", "198.51.100.7"),
    *("::", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "64:ff9b::7f00:1"),
    *("64:ff9b:1::a00:1", "2002:7f00:1::", "2002:a00:1::", "2001:0:4136:e378::1"),
    *("fc00::1", "fd12::1", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "2001:db8::1"),
    *("100::1", "2606:4700::5efe:7f00:1", "2606:4700::200:5efe:a00:1", "5f00::1", "3fff::1"),
    *("", "localhost", "example.org", "1.2.3", "0x7f000001"),
]


@pytest.mark.parametrize("address", FORBIDDEN)
def test_an_inner_or_disguised_address_is_never_called(address: str) -> None:
    assert not is_allowed(address, loopback=False)
    assert not is_allowed(address, loopback=True)


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111"])
def test_a_public_address_may_be_called(address: str) -> None:
    assert is_allowed(address, loopback=False)


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_loopback_may_be_called_in_the_demonstration_only(address: str) -> None:
    assert is_allowed(address, loopback=True)
    assert not is_allowed(address, loopback=False)


# Each of these reaches 127.0.0.1 on the system's resolver, or is not a web address at all.
DISGUISED = [
    *("http://127.0.0.1:{port}/", "http://localhost:{port}/", "http://2130706433:{port}/"),
    *("http://0177.0.0.1:{port}/", "http://0x7f000001:{port}/", "http://127.1:{port}/"),
    *(
        "http://１２７.０.０.１:{port}/",
        "http://[::1]:{port}/",
        "http://[::ffff:127.0.0.1]:{port}/",
    ),
    *("http://user:word@127.0.0.1:{port}/", "http://0.0.0.0:{port}/", "http://127.0.0.1.:{port}/"),
    *("ftp://127.0.0.1:{port}/", "file:///etc/passwd", "gopher://127.0.0.1:{port}/", "http:///"),
    *("//127.0.0.1:{port}/", "", "http://[64:ff9b::7f00:1]:{port}/", "http://127.0.0.1:0/"),
    *("http://[::1%25lo]:{port}/", "http://\u2488/", "http://127。0。0。1:{port}/"),
]


@asynccontextmanager
async def listener(
    answer: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
) -> AsyncIterator[int]:
    """A server on a loopback port that does whatever the test says with each connection."""
    handling: set[asyncio.Task[None]] = set()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        handling.add(task)
        with suppress(ConnectionError, asyncio.CancelledError):
            await answer(reader, writer)
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in handling:
            task.cancel()
        await asyncio.gather(*handling, return_exceptions=True)
        await server.wait_closed()


async def test_no_disguise_of_loopback_is_ever_connected_to() -> None:
    seen: list[object] = []

    async def count(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(writer.get_extra_info("peername"))

    async with listener(count) as port, Outbound(loopback=False) as outbound:
        for url in DISGUISED:
            with pytest.raises((Refused, httpx.HTTPError)):
                await outbound.post(url.format(port=port), b"{}", {})
    assert seen == []


async def test_the_address_that_was_checked_is_the_address_that_is_called() -> None:
    """A name whose answer changes after the check gains nothing: it is asked once only."""
    asked: list[str] = []

    async def changing(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["169.254.169.254"]

    async def say(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        assert b"host: agency.example" in head.lower()
        writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")

    async with listener(say) as port, Outbound(loopback=True, resolver=changing) as outbound:
        answer = await outbound.post(f"http://agency.example:{port}/hook", b"{}", {})
    assert (answer.status, asked) == (204, ["agency.example"])


async def test_one_forbidden_address_among_several_is_enough_to_refuse() -> None:
    async def mixed(host: str, port: int) -> list[str]:
        return ["8.8.8.8", "10.0.0.1"]

    async with Outbound(loopback=False, resolver=mixed) as outbound:
        with pytest.raises(Refused):
            await outbound.post("https://agency.example/", b"{}", {})


async def test_a_public_address_is_called_over_https_only() -> None:
    async def public(host: str, port: int) -> list[str]:
        return ["8.8.8.8"]

    async with Outbound(loopback=True, resolver=public) as outbound:
        with pytest.raises(Refused):
            await outbound.post("http://agency.example/", b"{}", {})


async def test_a_redirect_is_handed_back_and_never_followed() -> None:
    calls: list[bytes] = []

    async def redirect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        calls.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 302 Found\r\nlocation: /elsewhere\r\ncontent-length: 0\r\n\r\n")

    async with listener(redirect) as port, Outbound(loopback=True) as outbound:
        answer = await outbound.post(f"http://127.0.0.1:{port}/", b"{}", {})
    assert (answer.status, len(calls)) == (302, 1)


async def test_an_endless_answer_is_read_to_its_limit_and_no_further() -> None:
    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            writer.write(b"x" * 65536)
            await writer.drain()

    async with listener(endless) as port, Outbound(loopback=True) as outbound:
        answer = await outbound.post(f"http://127.0.0.1:{port}/", b"{}", {})
    assert len(answer.body) == ANSWER_LIMIT


async def test_a_server_that_trickles_is_left_at_the_deadline() -> None:
    async def trickle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n")
        while True:
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.02)

    async with listener(trickle) as port, Outbound(loopback=True, deadline=0.3) as outbound:
        with pytest.raises(TimeoutError):  # read to its end, it would be an answer
            await outbound.post(f"http://127.0.0.1:{port}/", b"{}", {})


async def test_proxies_of_the_environment_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    async def say(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")

    async with listener(say) as port, Outbound(loopback=True) as outbound:
        assert (await outbound.post(f"http://127.0.0.1:{port}/", b"{}", {})).body == b"ok"
