"""A partner that sends one application after another and never sends one twice by itself."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from tests.support.servers import PLAIN_HTTP

PROGRAMS = {
    "orca_lift": "king_county_metro",
    "utility_discount": "seattle_utilities",
    "fresh_bucks": "seattle_environment",
    "basic_food": "dshs",
}
LONGEST_ANSWER = 60.0


@dataclass(frozen=True, slots=True)
class Parcel:
    """One send: the key stays with the body over every retry."""

    key: str
    programs: tuple[str, ...]
    body: bytes


@dataclass(frozen=True, slots=True)
class Partner:
    """Who sends: where to, with which key, and what each program's consent has to name."""

    url: str
    key: str
    fields: dict[str, list[str]]

    @classmethod
    async def at(cls, url: str, key: str) -> Partner:
        """A partner that has read the list of programs."""
        async with httpx.AsyncClient(
            trust_env=False, timeout=LONGEST_ANSWER, verify=PLAIN_HTTP
        ) as client:
            listed = (await client.get(f"{url}/api/v1/programs")).raise_for_status().json()
        return cls(url, key, {each["id"]: each["fields"] for each in listed["items"]})

    def client(self) -> httpx.AsyncClient:
        """A client with its own connections."""
        headers = {"authorization": f"Bearer {self.key}", "content-type": "application/json"}
        return httpx.AsyncClient(
            base_url=self.url,
            headers=headers,
            trust_env=False,
            timeout=LONGEST_ANSWER,
            verify=PLAIN_HTTP,
        )

    def parcel(self, key: str, programs: Sequence[str]) -> Parcel:
        """A renter who lives alone on a small wage, to be sent to these programs."""
        name = f"Ana {key}"
        body = {
            "facts": facts(name, programs),
            "programs": list(programs),
            "consents": [{"program": each, "fields": self.fields[each]} for each in programs],
            "signature": {"name": name},
            "contact": {"name": name, "mail": f"{key}@example.org", "safe_to_write": True},
            "language": "es",
        }
        return Parcel(key, tuple(programs), json.dumps(body).encode())


async def post(client: httpx.AsyncClient, parcel: Parcel) -> httpx.Response:
    """Send it once."""
    return await client.post(
        "/api/v1/applications", content=parcel.body, headers={"idempotency-key": parcel.key}
    )


def facts(name: str, programs: Sequence[str]) -> dict[str, Any]:
    return {
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
                "name": name,
                "birth_date": "1985-03-04",
                "applies_for": list(programs),
                "incomes_complete": True,
                "incomes": [
                    {"kind": "wages", "period": "week", "amounts": [61200, 65500, 59000, 64000]}
                ],
            }
        ],
    }
