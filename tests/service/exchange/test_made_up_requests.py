"""Requests made up from the OpenAPI document: each is answered as documented, none is our fault."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings

from service import db
from service.actions.api_keys import create_key
from service.actor import Actor
from service.api.v1.operations import OPERATIONS, openapi_document
from service.app import create_app
from service.openapi import Operation
from service.services import Services
from tests.support.clock import START, StoppedClock
from tests.support.databases import PostgresDatabases, SqliteDatabases, settings_for

pytestmark = pytest.mark.once

EXAMPLES = 30
SCHEMA = schemathesis.openapi.from_dict(openapi_document())


@dataclass
class Caller:
    """The application with a database of its own, and a key of each kind."""

    loop: asyncio.AbstractEventLoop
    client: httpx.AsyncClient
    keys: dict[str, str]

    def call(self, case: schemathesis.Case, key: str | None) -> httpx.Response:
        made = case.as_transport_kwargs(base_url=str(self.client.base_url))
        headers = dict(made.get("headers") or {})
        if key is not None:
            headers["authorization"] = f"Bearer {self.keys[key]}"
        content: Any = made.get("data")
        if made.get("json") is not None:
            content = json.dumps(made["json"]).encode()
            headers.setdefault("content-type", "application/json")
        request = self.client.request(
            case.method,
            made["url"],
            params=made.get("params"),
            content=content,
            headers=headers,
        )
        return self.loop.run_until_complete(request)


@pytest.fixture(scope="module")
def caller(
    database_maker: SqliteDatabases | PostgresDatabases,
    loaded_services: Services,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Caller]:
    folder = tmp_path_factory.mktemp("made-up")
    config = settings_for(database_maker.fresh(folder), folder / "storage")
    services = replace(loaded_services, settings=config, clock=StoppedClock())
    loop = asyncio.new_event_loop()
    loop.run_until_complete(db.open_database(config))
    app = create_app(config, services.clock, services=services, opens_database=False)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    client = httpx.AsyncClient(transport=transport, base_url=config.base_url)
    keys = {
        kind: loop.run_until_complete(create_key(Actor.SYSTEM, kind, holder, "", START))
        for kind, holder in (("agency", "king_county_metro"), ("partner", "food_bank"))
    }
    try:
        yield Caller(loop, client, keys)
    finally:
        loop.run_until_complete(client.aclose())
        loop.run_until_complete(db.close_database())
        loop.close()


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: each.name)
def test_every_made_up_request_is_answered_as_the_document_says(
    caller: Caller, operation: Operation
) -> None:
    described = SCHEMA[operation.path][operation.method]
    documented = {int(status) for status in described.definition.raw["responses"]}

    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
    @given(case=described.as_strategy())
    def run(case: schemathesis.Case) -> None:
        answer = caller.call(case, operation.key)
        assert answer.status_code in documented, answer.text
        if answer.status_code >= 400:
            assert answer.headers["content-type"].startswith("application/problem+json")
            assert answer.json()["request_id"]

    run()
