"""A few routes of a test's own behind the real edge, guard and handlers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from service.app import assemble, wire
from service.body import FormRules, read_form, read_json, read_query
from service.rendering import render
from service.resident.start import BeginView
from service.security.guard import guard_routes, takes_form
from service.security.roles import Rule
from service.services import Services
from service.signposts import Signposts

ANYONE = frozenset({"anyone"})


@dataclass(frozen=True, slots=True)
class WordsView:
    """Fits the error page, which needs no more than a heading and some words."""

    heading: str
    message: str
    status: int = 200
    request_id: str = "test"
    again: str | None = None
    typed: tuple[tuple[str, str], ...] = ()


async def who(request: Request) -> Response:
    """Says who the caller was taken for."""
    actor = request.state.actor
    session = request.state.session
    return JSONResponse(
        {"kind": actor.kind, "agency": actor.agency, "proof": session.proof if session else None}
    )


async def echo_json(request: Request) -> Response:
    return JSONResponse({"got": await read_json(request)})


async def echo_form(request: Request) -> Response:
    form = await read_form(request)
    return JSONResponse({"name": form.get("name"), "boxes": form.all("boxes")})


@takes_form(FormRules(max_bytes=100_000, files=True))
async def echo_upload(request: Request) -> Response:
    form = await read_form(request)
    return JSONResponse({name: len(upload.body) for name, upload in form.uploads.items()})


async def echo_query(request: Request) -> Response:
    return JSONResponse(read_query(request).multi())


async def words(request: Request) -> Response:
    return render(request, "errors/error.html", WordsView("Hello", "Words."))


async def begins(request: Request) -> Response:
    """A page with a form, shown before any session."""
    return render(request, "resident/begin.html", BeginView("Hello", None, "", None))


async def breaks(_request: Request) -> Response:
    raise ValueError("Maria Canary, 12 Elm Street")


@dataclass(frozen=True, slots=True)
class At:
    """One route and its rule."""

    path: str
    endpoint: object
    door: str = "none"
    methods: Mapping[str, frozenset[str]] | None = None

    @property
    def name(self) -> str:
        return f"test{self.path.replace('/', '.')}"

    @property
    def audiences(self) -> Mapping[str, frozenset[str]]:
        return self.methods or {"GET": ANYONE, "POST": ANYONE}


EVERYTHING = (
    At("/who", who),
    At("/words", words, methods={"GET": ANYONE}),
    At("/benefits/first", begins, methods={"GET": ANYONE}),
    At("/voice/first", begins, methods={"GET": ANYONE}),
    At("/voice/begin", who, methods={"POST": ANYONE}),
    At("/benefits/form", echo_form, methods={"POST": ANYONE}),
    At("/benefits/upload", echo_upload, methods={"POST": ANYONE}),
    At("/query", echo_query),
    At("/breaks", breaks),
    At("/api/json", echo_json, "api", {"POST": ANYONE}),
    At("/api/breaks", breaks, "api", {"GET": ANYONE}),
    At("/api/agency", who, "api", {"GET": frozenset({"agency_key"})}),
    At("/api/partner", who, "api", {"GET": frozenset({"partner_key"})}),
    At("/benefits/own", who, "benefits", {m: frozenset({"resident"}) for m in ("GET", "POST")}),
    At("/benefits/begin", who, "benefits", {m: frozenset({"anonymous"}) for m in ("GET", "POST")}),
    At("/benefits/status", who, "status", {m: frozenset({"resident"}) for m in ("GET", "POST")}),
    At("/staff/case", who, "staff", {m: frozenset({"caseworker"}) for m in ("GET", "POST")}),
    At("/staff/weekly", who, "staff", {"GET": frozenset({"leader"})}),
)


@asynccontextmanager
async def small_app(
    services: Services, places: Iterable[At] = EVERYTHING, address: str = "127.0.0.1"
) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an application with these routes; two of them are two processes' worth."""
    chosen = list(places)
    rules = {place.name: Rule(place.door, "public", place.audiences) for place in chosen}
    routes = [
        Route(place.path, place.endpoint, methods=list(place.audiences), name=place.name)  # type: ignore[arg-type]
        for place in chosen
    ]
    signposts = Signposts(guard_routes(routes, rules))
    app = assemble(wire(services, rules), signposts, opens_database=False)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False, client=(address, 40_000))
    async with httpx.AsyncClient(transport=transport, base_url=services.settings.base_url) as made:
        yield made
