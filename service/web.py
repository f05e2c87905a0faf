"""What the web side adds to the services, and how a request finds its way to either."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ipaddress import IPv4Network, IPv6Network

    from starlette.requests import Request

    from service.assets import Assets
    from service.i18n import Languages
    from service.metrics import Metrics
    from service.security.roles import Rule
    from service.services import Services
    from service.templating import Templates


@dataclass(frozen=True, slots=True)
class Web:
    """Made once by create_app, never changed; holds no truth that a second process would miss."""

    services: Services
    languages: Languages
    assets: Assets
    templates: Templates
    rules: Mapping[str, Rule]
    metrics: Metrics
    hosts: frozenset[str]
    proxies: tuple[IPv4Network | IPv6Network, ...]
    https: bool


def web_of(request: Request) -> Web:
    """What the edge gave this request along: a dictionary's word, where the application's own state
    takes ten times as long to ask, some ten times a page."""
    web: Web = request.scope["state"]["web"]
    return web


def services_of(request: Request) -> Services:
    return web_of(request).services


def now_of(request: Request) -> datetime:
    """The service's time at this moment; aware, UTC, shifted in the demonstration."""
    return services_of(request).clock.now()


def address_of(request: Request) -> str:
    """The caller's network, for limits: an IPv4 address, or the /64 an IPv6 home is given."""
    address: str = request.scope["state"]["address"]
    return address
