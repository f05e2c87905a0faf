"""create_app: all wiring, nothing else."""

from __future__ import annotations

import ipaddress
from contextlib import asynccontextmanager
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from starlette.applications import Starlette

from service import db
from service.assets import Assets
from service.edge import Edge
from service.i18n import Language, Languages
from service.metrics import Metrics
from service.security.guard import guard_routes
from service.security.roles import load_roles
from service.services import load_services
from service.signposts import Signposts
from service.templating import Templates
from service.urls import routes
from service.web import Web

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from service.clock import Clock
    from service.security.roles import Rule
    from service.services import Services
    from service.settings import Settings

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


def create_app(
    settings: Settings,
    clock: Clock,
    *,
    services: Services | None = None,
    opens_database: bool = True,
) -> Starlette:
    """The whole web side. Raises RolesError where a route is not in the table of roles.

    `services` and `opens_database=False` are for a caller that holds both already.
    """
    web = wire(services or load_services(settings, clock), own_rules())
    return assemble(web, own_signposts(), opens_database=opens_database)


def assemble(web: Web, signposts: Signposts, *, opens_database: bool) -> Starlette:
    """An application of these guarded routes, all behind the edge.

    Of Starlette's own way to a route nothing is left but what it does at the start and the end."""
    app = Starlette(routes=signposts.routes, lifespan=database_lifespan if opens_database else None)
    app.middleware_stack = Edge(signposts, app.router, web)
    app.state.threshold = web.services
    app.state.web = web
    return app


def wire(services: Services, rules: Mapping[str, Rule]) -> Web:
    """Everything the web side holds besides the services."""
    settings, city = services.settings, services.city
    look = look_of(settings.city, city.languages, city.time_zone, settings.demo)
    return Web(
        services=services,
        languages=look.languages,
        assets=look.assets,
        templates=look,
        rules=rules,
        metrics=Metrics(),
        hosts=allowed_hosts(settings),
        proxies=tuple(ipaddress.ip_network(name) for name in settings.trusted_proxies),
        https=settings.base_url.startswith("https:"),
    )


@lru_cache(1)
def own_rules() -> dict[str, Rule]:
    """The table of roles: read once a process, however many applications it makes."""
    return load_roles()


@lru_cache(1)
def own_signposts() -> Signposts:
    """Our routes, each behind its rule, sorted once a process."""
    return Signposts(guard_routes(routes, own_rules()))


@lru_cache(4)
def look_of(folder: Path, offered: tuple[Language, ...], zone: str, demo: bool) -> Templates:
    """Catalogues, assets and templates: read once a process, however many applications it makes."""
    languages = Languages.load(offered, zone, pseudo=demo)
    return Templates(languages, Assets.load(folder / "theme.css"))


def allowed_hosts(settings: Settings) -> frozenset[str]:
    """The public name, and this machine's own names: nobody else's page can be called that."""
    public = urlsplit(settings.base_url).netloc.lower()
    names = {public, *LOOPBACK, *(f"{name}:{settings.port}" for name in LOOPBACK)}
    return frozenset(names)


@asynccontextmanager
async def database_lifespan(app: Starlette) -> AsyncIterator[dict[str, Any]]:
    """Open the database before the first request and close it after the last."""
    await db.open_database(app.state.threshold.settings)
    try:
        yield {}
    finally:
        await db.close_database()
