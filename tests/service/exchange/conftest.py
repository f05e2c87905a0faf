"""Agencies and partners with keys, and one household that can be sent to several programs."""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import httpx
import pytest

from service import db
from service.actions.api_keys import create_key
from service.actor import Actor
from service.services import Services

PROGRAMS = ["orca_lift", "utility_discount", "fresh_bucks", "basic_food"]
AGENCIES = ["king_county_metro", "seattle_utilities", "seattle_environment", "dshs"]
FACTS: dict[str, Any] = {
    "people_complete": True,
    "household": {
        "address": {"line1": "600 4th Ave", "city": "Seattle", "state": "WA", "zip": "98104"},
        "county": "king",
        "lives_in_city": True,
        "rent": {"amount": 185000, "period": "month"},
        "heating_paid": True,
        "utility_account": True,
        "shared_meter": False,
        "receives": [],
    },
    "people": [
        {
            "id": "p1",
            "name": "Ana Reyes",
            "birth_date": "1985-03-04",
            "applies_for": ["orca_lift", "basic_food"],
            "incomes_complete": True,
            "incomes": [
                {"kind": "wages", "period": "week", "amounts": [61200, 65500, 59000, 64000]}
            ],
        }
    ],
}


@dataclass
class Api:
    """One caller of the interface: its key, and a fresh Idempotency-Key for each send."""

    client: httpx.AsyncClient
    key: str
    agency: str
    _keys: Any = field(default_factory=lambda: count(1))

    async def post(self, path: str, body: Any, **headers: str) -> httpx.Response:
        sent = {"authorization": f"Bearer {self.key}", **headers}
        return await self.client.post(f"/api/v1{path}", json=body, headers=sent)

    async def get(self, path: str) -> httpx.Response:
        return await self.client.get(
            f"/api/v1{path}", headers={"authorization": f"Bearer {self.key}"}
        )

    async def send(self, body: dict[str, Any], key: str = "") -> httpx.Response:
        key = key or f"key-{next(self._keys)}"
        return await self.post("/applications", body, **{"idempotency-key": key})

    async def pull(self, limit: int = 100, lease_seconds: int = 60) -> Pulled:
        answer = await self.post(
            "/referrals/pull", {"limit": limit, "lease_seconds": lease_seconds}
        )
        assert answer.status_code == 200, answer.text
        return Pulled(self, answer.json(), hashlib.sha256(answer.content).hexdigest())


@dataclass
class Pulled:
    """One pull as the agency got it."""

    api: Api
    answer: dict[str, Any]
    sha256: str

    @property
    def cases(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.answer["referrals"]
        return found

    @property
    def ids(self) -> list[str]:
        return [case["id"] for case in self.cases]

    async def ack(self, **changes: Any) -> httpx.Response:
        receipt = {
            "lease": self.answer["lease"],
            "ids": self.ids,
            "count": self.answer["count"],
            "sha256": self.sha256,
        }
        return await self.api.post("/referrals/ack", {**receipt, **changes})


def facts(**household: Any) -> dict[str, Any]:
    made = copy.deepcopy(FACTS)
    made["household"].update(household)
    return made


Sending = Callable[..., dict[str, Any]]


@pytest.fixture
def a_send(services: Services) -> Sending:
    """The body of a send, complete in its consents; keywords change parts of it."""

    def make(programs: list[str] | None = None, **changes: Any) -> dict[str, Any]:
        chosen = PROGRAMS if programs is None else programs
        body: dict[str, Any] = {
            "facts": facts(),
            "programs": chosen,
            "consents": [
                {"program": each, "fields": list(services.rules.programs[each].fields)}
                for each in chosen
            ],
            "signature": {"name": "Ana Reyes"},
            "contact": {"name": "Ana Reyes", "mail": "ana@example.org", "safe_to_write": True},
            "language": "es",
        }
        return {**body, **changes}

    return make


@pytest.fixture
async def partner(client: httpx.AsyncClient, services: Services) -> Api:
    key = await create_key(Actor.SYSTEM, "partner", "food_bank", "", services.clock.now())
    return Api(client, key, "food_bank")


@pytest.fixture
async def other_partner(client: httpx.AsyncClient, services: Services) -> Api:
    key = await create_key(Actor.SYSTEM, "partner", "clinic", "", services.clock.now())
    return Api(client, key, "clinic")


@pytest.fixture
def agency(client: httpx.AsyncClient, services: Services) -> Callable[[str], Awaitable[Api]]:
    async def make(name: str) -> Api:
        key = await create_key(Actor.SYSTEM, "agency", name, "", services.clock.now())
        return Api(client, key, name)

    return make


@pytest.fixture
async def metro(agency: Callable[[str], Awaitable[Api]]) -> Api:
    return await agency("king_county_metro")


@pytest.fixture
async def utilities(agency: Callable[[str], Awaitable[Api]]) -> Api:
    return await agency("seattle_utilities")


async def count_rows(table: str) -> int:
    rows = await db.fetch(f"select count(*) as total from {table}")
    total: int = rows[0]["total"]
    return total
