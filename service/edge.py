"""The outermost layer: request ids, host names, proxies, deadlines, headers, and the last catch."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import re
import secrets
from functools import lru_cache, partial
from time import perf_counter
from typing import TYPE_CHECKING

from starlette.requests import Request

from service.body import read_form
from service.db import DatabaseUnavailable
from service.db_config import patience
from service.errors import AppError, Malformed, Unavailable, Unexpected
from service.logs import log_fault, log_request
from service.rendering import JSON_PLACES, error_response
from service.security.csrf import check_sender
from service.security.headers import complete, security_headers

if TYPE_CHECKING:
    from ipaddress import IPv4Network, IPv6Network

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from service.web import Web

REQUEST_SECONDS = 25.0
# The first statement that takes longer ends the request: within five seconds there is an answer.
DATABASE_SECONDS = 4.0
# The body of a form usually came with its headers.
HOLD_SECONDS = 0.5
# Asked for by address by whoever watches the service; they answer nothing that depends on a name.
PROBES = frozenset({"/healthz", "/readyz", "/metrics"})
CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class Edge:
    """ASGI middleware. Nothing a client sends may get past it as an exception."""

    def __init__(self, app: ASGIApp, web: Web) -> None:
        self.app = app
        self.web = web
        self.fixed = security_headers(https=web.https)
        # Kept by address alone: to look for the networks too took as long as to ask them.
        self.is_proxy = lru_cache(64)(partial(_is_within, networks=web.proxies))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":
            return
        started = perf_counter()
        request_id = secrets.token_hex(8)
        raw_id = request_id.encode()
        state = scope.setdefault("state", {})
        state.update(
            request_id=request_id, address="unknown", proxied=False, https=False, web=self.web
        )
        status = 0
        patience.set(DATABASE_SECONDS)

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = complete(message["headers"], self.fixed, raw_id)
            await send(message)

        try:
            self.receive_headers(scope)
            async with asyncio.timeout(REQUEST_SECONDS):
                await self.app(scope, receive, answer)
        except Exception as fault:  # the outermost handler
            error = self.explain(fault, state)
            if status:
                raise  # half an answer is out; only closing the connection says so
            request = Request(scope, receive)
            if error.status == Unavailable.status:
                await hold_form(request)
            await error_response(request, error)(scope, receive, answer)
        finally:
            seconds = perf_counter() - started
            self.web.metrics.observe(state.get("route"), scope["method"], status, seconds)
            log_request(scope["method"], state, status, seconds)

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


async def hold_form(request: Request) -> None:
    """Read the form that cannot be taken now, so that its page can show it back. Whatever is wrong
    with it, the answer stays the same."""
    if request.method != "POST" or request.scope["path"].startswith(JSON_PLACES):
        return
    with contextlib.suppress(AppError, TimeoutError):
        async with asyncio.timeout(HOLD_SECONDS):
            check_sender(request)
            await read_form(request)


def _is_within(address: str, networks: tuple[IPv4Network | IPv6Network, ...]) -> bool:
    """Whether one of the networks holds an address; what is no address is in none."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(parsed in each for each in networks)


def network(address: str) -> str:
    """One caller for the limits. What is not an address counts as one caller together."""
    if address.count(".") == 3 and address.replace(".", "").isdigit():
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
