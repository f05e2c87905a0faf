"""Calls to addresses that others gave us: checked after resolution, bounded in size and time."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from types import TracebackType

import httpx

ANSWER_LIMIT = 64 * 1024
DEADLINE_SECONDS = 20.0
PORTS = range(1, 65536)

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolver = Callable[[str, int], Awaitable[list[str]]]

# Ranges that carry another address inside, or that some Python releases call global.
FORBIDDEN = tuple(
    ipaddress.ip_network(text)
    for text in (
        "0.0.0.0/8",
        "100.64.0.0/10",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/3",
        "::/96",
        "::ffff:0:0/96",
        "::ffff:0:0:0/96",
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "100::/64",
        "2001::/23",
        "2001:db8::/32",
        "2002::/16",
        "3fff::/20",
        "5f00::/16",
        "fc00::/7",
        "fe80::/10",
        "fec0::/10",
        "ff00::/8",
    )
)
# ISATAP writes an IPv4 address behind this interface identifier, in any prefix.
ISATAP = (0x00005EFE, 0x02005EFE)


class Refused(Exception):
    """The address may not be called. The data stays queued; a person must mend the setting."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the status, lower-case headers, and at most 64 KB of the body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


async def resolve(host: str, port: int) -> list[str]:
    """Every address the system's resolver gives for a host, in its order."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def is_allowed(text: str, *, loopback: bool) -> bool:
    """True for a plain public address; loopback only where the demonstration allows it."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False  # a scoped address (fe80::1%eth0) or no address at all
    if address in (ipaddress.IPv4Address("127.0.0.1"), ipaddress.IPv6Address("::1")):
        return loopback
    if any(address.version == network.version and address in network for network in FORBIDDEN):
        return False
    if isinstance(address, ipaddress.IPv6Address) and (int(address) >> 32) & 0xFFFFFFFF in ISATAP:
        return False
    return address.is_global and not address.is_multicast


def may_be_called(url: str, *, loopback: bool) -> bool:
    """Whether an address is worth keeping; the check that counts is made at every call."""
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, UnicodeError):
        return False
    if parsed.scheme not in ("http", "https") or not parsed.host or parsed.userinfo:
        return False
    try:
        ipaddress.ip_address(parsed.host)
    except ValueError:
        return parsed.scheme == "https" or (loopback and parsed.host == "localhost")
    near = parsed.host in ("127.0.0.1", "::1")
    return is_allowed(parsed.host, loopback=loopback) and (parsed.scheme == "https" or near)


class GuardedTransport(httpx.AsyncBaseTransport):
    """Resolves once, checks every address found, and connects to a checked one.

    The connection goes to the very address that was checked, so an answer of the name server that
    changes between check and connect has no effect. Connections are never reused: a pool keyed by
    address would skip the certificate check of a second host behind it.
    """

    def __init__(
        self, *, loopback: bool, resolver: Resolver = resolve, context: ssl.SSLContext | None = None
    ) -> None:
        self._loopback = loopback
        self._resolver = resolver
        self._inner = httpx.AsyncHTTPTransport(
            verify=context or ssl.create_default_context(),
            trust_env=False,
            limits=httpx.Limits(max_keepalive_connections=0),
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request to a checked address, keeping the host's name for TLS and Host."""
        host = request.url.host
        if request.url.scheme not in ("http", "https") or not host or request.url.userinfo:
            raise Refused("the address is not a plain http or https address")
        port = request.url.port or (443 if request.url.scheme == "https" else 80)
        if port not in PORTS:
            raise Refused("the port is out of range")
        address = await self._checked_address(host, port)
        if request.url.scheme != "https" and not ipaddress.ip_address(address).is_loopback:
            raise Refused("the address does not use https")
        direct = httpx.Request(
            request.method,
            request.url.copy_with(host=address),
            headers=request.headers,  # Host was set from the name when the request was built
            stream=request.stream,
            extensions={**request.extensions, "sni_hostname": host},
        )
        return await self._inner.handle_async_request(direct)

    async def _checked_address(self, host: str, port: int) -> str:
        try:
            found = await self._resolver(host, port)
        except (OSError, UnicodeError) as error:
            raise httpx.ConnectError("the host has no address") from error
        if not found:
            raise httpx.ConnectError("the host has no address")
        # One forbidden address is enough: a mixed answer is how a rebinding name looks.
        if not all(is_allowed(text, loopback=self._loopback) for text in found):
            raise Refused("the host has an address that may not be called")
        return found[0]

    async def aclose(self) -> None:
        """Close whatever is still open."""
        await self._inner.aclose()


class Outbound:
    """A client for hints: no redirects, no proxies from the environment, bounded answers."""

    def __init__(
        self,
        *,
        loopback: bool,
        resolver: Resolver = resolve,
        deadline: float = DEADLINE_SECONDS,
    ) -> None:
        self._deadline = deadline
        self._client = httpx.AsyncClient(
            transport=GuardedTransport(loopback=loopback, resolver=resolver),
            trust_env=False,
            follow_redirects=False,
            timeout=httpx.Timeout(deadline),
        )

    async def __aenter__(self) -> Outbound:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._client.aclose()

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """One attempt. Raises Refused, httpx.HTTPError or TimeoutError; never waits past the limit.

        The answer is read raw and only up to 64 KB, so neither a compressed nor an endless one
        fills the memory.
        """
        sent = {**headers, "accept-encoding": "identity", "content-type": "application/json"}
        try:
            request = self._client.build_request("POST", url, content=body, headers=sent)
        except (httpx.InvalidURL, UnicodeError) as error:
            raise Refused("the address cannot be read") from error
        async with asyncio.timeout(self._deadline):
            response = await self._client.send(request, stream=True)
            try:
                return Answer(response.status_code, response.headers, await _read(response))
            finally:
                await response.aclose()


async def _read(response: httpx.Response) -> bytes:
    kept = bytearray()
    async for chunk in response.aiter_raw():
        kept += chunk[: ANSWER_LIMIT - len(kept)]
        if len(kept) >= ANSWER_LIMIT:
            break
    return bytes(kept)
