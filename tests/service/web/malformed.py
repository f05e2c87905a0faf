"""A thousand requests no honest client sends, made from the application's own routes.

`python -m tests.service.web.malformed` sends them on the back end of THRESHOLD_TEST_DATABASE and
prints what came back, so that the answers of two back ends can be held against each other.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

import httpx
from starlette.applications import Starlette
from starlette.routing import Route

from service import db
from service.app import create_app
from service.security.roles import ANYONE, load_roles
from service.security.sessions import DOORS
from service.services import load_services
from tests.service.web.callers import Caller, House, a_house
from tests.support.clock import StoppedClock
from tests.support.databases import databases, settings_for
from tests.support.hashing import cheap

COUNT = 1_000
SEED = 20261122
FORM = "application/x-www-form-urlencoded"
BROKEN_JSON = (
    b"", b"{", b"[", b"nul", b"\xff\xfe", b'{"a":NaN}', b'{"a":1e999}', b'{"a":1,"a":2}',
    b'{"a":"\\u0000"}', b'{"a":"\\ud800"}', b"[" * 5_000, b'{"a":' * 60 + b"1" + b"}" * 60,
    b'{"a":' + b"9" * 400 + b"}", b"1_000", b'"\xed\xa0\x80"', b" " * (1024 * 1024 + 1),
)  # fmt: skip
ODD_VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 2**31, 2**53, -(2**53), 0.5, 1.5e300, "", " ", "1_000", "１２", "٣",
    "NaN", "a" * 20_000, "'; DROP TABLE referrals; --", "{{7*7}}", "\u202e", "\r\nX: y", [], [[]],
    {}, {"between": [2, 1]}, {"unknown": "x"}, ["x"] * 500, {"a": {"b": {"c": []}}}, "20260101",
    "2026-02-30", "9999-12-31", "0001-01-01", "../../etc/passwd", "\U0001f600" * 50,
)  # fmt: skip
NAMES = (
    "facts", "programs", "consents", "signature", "contact", "language", "limit", "lease_seconds",
    "lease", "ids", "count", "sha256", "version", "outcome", "reason", "text", "effective_on",
    "amount", "items", "due_on", "id", "on", "people", "household", "people_complete", "name",
    "status", "role", "agency", "is_admin", "contact_name", "contact_mail", "safe_to_write", "rent",
    "rent-period", "birth_date-year", "birth_date-month", "birth_date-day", "people-more",
    "people-name", "income_kinds", "consent", "mode", "revision", "choose", "_action", "_remove",
)  # fmt: skip
# What stands in the addresses of real pages and people.
REAL_PARTS = {
    "key": ("contact", "people", "birth_date", "income_kinds/p1", "where", "tenure", "rent"),
    "person": ("p1",),
    "program": ("orca_lift", "wic"),
}
BROKEN_FORMS = (
    b"a=%00", b"a=%ff", b"a=%ed%a0%80", b"=", b"&&&", b"a=1&a=2", b"a=" + b"x" * 40_000,
    b"&".join(b"f%d=1" % n for n in range(1_100)), b"_language=xx", b"_language=es&_language=en",
    b"a=%", b"a=%zz", b"x" * 300_000,
)  # fmt: skip
ODD_PARTS = (
    "0",
    "-1",
    "9" * 40,
    "%00",
    "..",
    "%2e%2e",
    "' OR 1=1",
    "{{7*7}}",
    "é",
    "%ff",
    "a" * 900,
)


@dataclass(frozen=True, slots=True)
class Sent:
    """One request, ready to send."""

    method: str
    path: str
    headers: dict[str, str]
    content: bytes | None


def malformed(app: Starlette, house: House, count: int = COUNT) -> list[Sent]:
    """The same requests each time for the same routes; callers and ids come from the house."""
    chance = random.Random(SEED)
    rules = load_roles()
    routes = [route for route in app.routes if isinstance(route, Route)]
    places = [
        (route, method, rules[route.name])
        for route in routes
        for method in sorted((route.methods or set()) - {"HEAD"})
        # What takes a body can be sent more nonsense.
        for _ in range(1 if method == "GET" else 5)
    ]
    sent: list[Sent] = []
    while len(sent) < count:
        route, method, rule = places[len(sent) % len(places)]
        audience = rule.audiences[method]
        able = [c for c in house.callers if c.door == rule.door and c.kind in audience]
        caller = chance.choice(able) if able else house.callers[0]
        if able or ANYONE in audience or chance.random() < 0.3:
            sent.append(one(chance, route, method, rule.door, caller, house))
        else:
            sent.append(one(chance, route, method, rule.door, house.callers[0], house))
    return sent


def one(
    chance: random.Random, route: Route, method: str, door: str, caller: Caller, house: House
) -> Sent:
    path = route.path
    for name in route.param_convertors:
        real = REAL_PARTS.get(name, (str(house.referral),))
        odd = (*ODD_PARTS, str(UUID(int=chance.getrandbits(128))))
        part = chance.choice(real if chance.random() < 0.6 else odd)
        path = path.replace(f"{{{name}}}", part).replace(f"{{{name}:path}}", part)
    if chance.random() < 0.3:
        path += chance.choice(
            ("?a=1&a=2", "?a=%00", "?a=%ff", "?cursor=%27", "?limit=1_0", "?on=x")
        )
    headers = {"idempotency-key": str(UUID(int=chance.getrandbits(128)))}
    if caller.key:
        headers["authorization"] = f"Bearer {caller.key}"
    if caller.cookie:
        headers["cookie"] = f"{DOORS[caller.door].cookie}={caller.cookie}"
    if method == "GET":
        return Sent(method, path, headers, None)
    if door == "api":
        headers["content-type"] = chance.choice(("application/json",) * 9 + ("text/plain",))
        return Sent(method, path, headers, json_body(chance))
    headers["content-type"] = FORM
    token = f"_csrf={caller.csrf}&".encode() if chance.random() < 0.9 else b""
    return Sent(method, path, headers, token + form_body(chance))


def json_body(chance: random.Random) -> bytes:
    if chance.random() < 0.35:
        return chance.choice(BROKEN_JSON)
    if chance.random() < 0.1:
        return json.dumps(chance.choice(ODD_VALUES)).encode()
    chosen = chance.sample(NAMES, chance.randint(1, 12))
    return json.dumps({name: chance.choice(ODD_VALUES) for name in chosen}).encode()


def form_body(chance: random.Random) -> bytes:
    if chance.random() < 0.5:
        return chance.choice(BROKEN_FORMS)
    chosen = chance.sample(NAMES, chance.randint(1, 8))
    pairs = [(name, str(chance.choice(ODD_VALUES))) for name in chosen]
    return urlencode(pairs).encode()


@dataclass(frozen=True, slots=True)
class Kept:
    """The rows that let a request in. Some requests log out or delete a draft, which must not
    spare the thousand that follow them."""

    rows: tuple[tuple[str, list[db.Row]], ...]

    @classmethod
    async def now(cls) -> Kept:
        drafts = await db.fetch("select * from applications where state = 'draft'")
        return cls(
            (("applications", drafts), ("sessions", await db.fetch("select * from sessions")))
        )

    async def put_back(self) -> None:
        for table, rows in self.rows:
            names = list(rows[0])
            await db.execute_many(
                f"insert into {table} ({', '.join(names)}) values ({db.marks(names)})"
                " on conflict do nothing",
                [[row[name] for name in names] for row in rows],
            )


async def answers(app: Starlette, house: House, base_url: str) -> list[list[Any]]:
    """Method, path, status and code of each answer, and the whole text of what must not be."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    got: list[list[Any]] = []
    async with httpx.AsyncClient(transport=transport, base_url=base_url) as client:
        kept = await Kept.now()
        for request in malformed(app, house):
            client.cookies.clear()
            await kept.put_back()
            answer = await client.request(
                request.method, request.path, headers=request.headers, content=request.content
            )
            place = request.path.replace(str(house.referral), "REFERRAL")
            got.append([request.method, place, answer.status_code, code_of(answer)])
            text = answer.text
            assert "Traceback" not in text, place
            assert "sqlite" not in text.lower(), place
    return got


def code_of(answer: httpx.Response) -> list[str]:
    if "problem+json" not in answer.headers.get("content-type", ""):
        return []
    body = answer.json()
    return [body["code"], *(f"{error['pointer']} {error['code']}" for error in body["errors"])]


async def run(url: str, storage: Path) -> list[list[Any]]:
    settings = settings_for(url, storage)
    await db.open_database(settings)
    try:
        clock = StoppedClock()
        services = cheap(load_services(settings, clock))
        app = create_app(settings, clock, services=services, opens_database=False)
        house = await a_house(services)
        # The other resident has not sent anything yet, so the pages of the form are open to them.
        await db.execute(
            "update applications set state = 'draft', version = 0, submitted_at = null"
            " where id <> ?",
            house.application,
        )
        return await answers(app, house, settings.base_url)
    finally:
        await db.close_database()


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "made").mkdir()
        (folder / "fresh").mkdir()
        with databases(folder / "made") as maker:
            url = maker.fresh(folder / "fresh")
            json.dump(asyncio.run(run(url, folder / str(uuid4()))), sys.stdout)


if __name__ == "__main__":
    main()
