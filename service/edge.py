"""The outermost layer: request ids, host names, proxies, deadlines, headers, and the last catch."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import os
import re
from functools import lru_cache, partial
from time import perf_counter
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import Response

from service.body import read_form
from service.db import DatabaseUnavailable
from service.db_config import patience
from service.error_pages import JSON_PLACES, error_response
from service.errors import AppError, Malformed, Unavailable, Unexpected
from service.logs import log_fault, log_request
from service.security.csrf import check_sender
from service.security.headers import Added, complete

if TYPE_CHECKING:
    from collections.abc import Callable
    from ipaddress import IPv4Network, IPv6Network

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from service.signposts import Signposts
    from service.web import Web

REQUEST_SECONDS = 25.0
# The first statement that takes longer ends the request: within five seconds there is an answer.
DATABASE_SECONDS = 4.0
# The body of a form usually came with its headers.
HOLD_SECONDS = 0.5
# Asked for by address by whoever watches the service; they answer nothing that depends on a name.
PROBES = frozenset({"/healthz", "/readyz", "/metrics"})
CONTROL = re.compile(r"[\x00-\x1f\x7f]")
REQUEST_ID_BYTES = 8
# The ASGI extension of our own server: `await whole(status, head, body)` sends a whole answer.
WHOLE = "threshold.whole_answer"


class Edge:
    """From the server to the page and back, in one hop. Nothing a client sends may get past it as
    an exception."""

    def __init__(self, signposts: Signposts, lifespan: ASGIApp, web: Web) -> None:
        """`lifespan` gets what is no request."""
        self.signposts = signposts
        self.lifespan = lifespan
        self.web = web
        self.added = Added(https=web.https)
        self.is_proxy = _test_of(web.proxies)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.lifespan(scope, receive, send)
            return
        if scope["type"] != "http":
            return
        started = perf_counter()
        request_id = os.urandom(REQUEST_ID_BYTES).hex()
        state = scope.setdefault("state", {})
        state.update(
            request_id=request_id, address="unknown", proxied=False, https=False, web=self.web
        )
        request = Request(scope, receive)
        answer = _Answer(scope, receive, send, self.added, request_id.encode())
        patience.set(DATABASE_SECONDS)
        try:
            self.receive_headers(scope)
            async with asyncio.timeout(REQUEST_SECONDS):
                await answer.send(await self.signposts.find(scope).endpoint(request))
        except Exception as fault:  # the outermost handler
            error = self.explain(fault, state)
            if answer.status:
                raise  # half an answer is out; only closing the connection says so
            if error.status == Unavailable.status:
                await hold_form(request)
            await answer.send(error_response(request, error))
        finally:
            seconds = perf_counter() - started
            self.web.metrics.observe(state.get("route"), scope["method"], answer.status, seconds)
            log_request(scope["method"], state, answer.status, seconds)

    def explain(self, fault: Exception, state: dict[str, object]) -> AppError:
        """What a person is told; what really happened goes to the log, without its values."""
        if isinstance(fault, AppError):
            return fault
        if isinstance(fault, DatabaseUnavailable | TimeoutError):
            log_fault("unavailable", fault, state)
            return Unavailable()
        log_fault("unexpected", fault, state)
        return Unexpected()

    def receive_headers(self, scope: Scope) -> None:
        """Read what decides before any route does, in one pass. Raises Malformed."""
        hosts: list[bytes] = []
        forwarded: list[bytes] = []
        proto = b""
        for name, value in scope["headers"]:
            if name == b"host":
                hosts.append(value)
            elif name == b"x-forwarded-for":
                forwarded.append(value)
            elif name == b"x-forwarded-proto":
                proto = value
            elif name == b"transfer-encoding" and value.lower() != b"chunked":
                raise Malformed("transfer_encoding")
        state = scope["state"]
        peer = scope["client"][0] if scope.get("client") else ""
        trusted = bool(self.web.proxies) and self.is_proxy(peer)
        state["address"] = network(self.caller(peer, forwarded) if trusted else peer)
        state["proxied"] = bool(forwarded)
        state["https"] = (proto == b"https") if trusted else scope["scheme"] == "https"
        if len(hosts) != 1 or not self.is_ours(hosts[0], scope["path"]):
            raise Malformed("host")
        if CONTROL.search(scope["path"]):
            raise Malformed("path")

    def is_ours(self, host: bytes, path: str) -> bool:
        return host.decode("latin-1").lower() in self.web.hosts or path in PROBES

    def caller(self, peer: str, forwarded: list[bytes]) -> str:
        """The nearest address that is not one of our proxies, read from the right."""
        chain = b",".join(forwarded).decode("latin-1").split(",")
        for entry in reversed([part.strip() for part in chain if part.strip()]):
            if not self.is_proxy(entry):
                return entry
        return peer


class _Answer:
    """What goes out for one request. `status` is 0 until something has."""

    __slots__ = ("_added", "_receive", "_request_id", "_scope", "_send", "status")

    def __init__(
        self, scope: Scope, receive: Receive, send: Send, added: Added, request_id: bytes
    ) -> None:
        self._scope = scope
        self._receive = receive
        self._send = send
        self._added = added
        self._request_id = request_id
        self.status = 0

    async def send(self, response: Response) -> None:
        """A page in one piece where the server takes one; what comes in parts, or ends its
        connection, as the messages of ASGI."""
        whole: Any = self._scope.get("extensions", {}).get(WHOLE)
        if whole is None or not _is_one_piece(response):
            await response(self._scope, self._receive, self._pass_on)
            return
        head = self._added.head(response.raw_headers, self._request_id)
        self.status = response.status_code
        await whole(self.status, head, response.body)

    async def _pass_on(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = complete(message["headers"], self._added.fixed, self._request_id)
            message["headers"] = headers
        await self._send(message)


def _is_one_piece(response: Response) -> bool:
    """Whether it is what Starlette sends as one head and one body, and nothing after that."""
    return (
        type(response).__call__ is Response.__call__
        and response.background is None
        and all(name != b"connection" for name, _value in response.raw_headers)
    )


async def hold_form(request: Request) -> None:
    """Read the form that cannot be taken now, so that its page can show it back. Whatever is wrong
    with it, the answer stays the same."""
    if request.method != "POST" or request.scope["path"].startswith(JSON_PLACES):
        return
    with contextlib.suppress(AppError, TimeoutError):
        async with asyncio.timeout(HOLD_SECONDS):
            check_sender(request)
            await read_form(request)


def _test_of(networks: tuple[IPv4Network | IPv6Network, ...]) -> Callable[[str], bool]:
    """Whether an address is one of our proxies. To read an address costs as much as the rest of the
    edge, and each visitor brings another: where a proxy is named by its own address, and not by its
    network, the text of an IPv4 address says enough, for it has only one."""
    # Kept by address alone: to look for the networks too took as long as to ask them.
    read = lru_cache(64)(partial(_is_within, networks=networks))
    if any(each.version == 4 and each.num_addresses > 1 for each in networks):
        return read
    alone = {str(each.network_address) for each in networks}
    return lambda address: address in alone if _is_plain(address) else read(address)


def _is_plain(address: str) -> bool:
    """Whether it is written as IPv4 addresses are."""
    return address.count(".") == 3 and address.replace(".", "").isdigit()


def _is_within(address: str, networks: tuple[IPv4Network | IPv6Network, ...]) -> bool:
    """Whether one of the networks holds an address; what is no address is in none. On a socket for
    both kinds, an IPv4 address comes in the clothes of the other."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    plain = parsed.ipv4_mapped if isinstance(parsed, ipaddress.IPv6Address) else None
    return any(parsed in each or (plain is not None and plain in each) for each in networks)


def network(address: str) -> str:
    """One caller for the limits. What is not an address counts as one caller together."""
    if _is_plain(address):
        return address
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False).network_address)
    return str(parsed)
