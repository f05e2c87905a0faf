"""The document is held to the routes, and the answers to the document."""

from __future__ import annotations

from typing import Any

import httpx

from service.api.v1.applications import ApplicationReceipt
from service.api.v1.operations import OPERATIONS
from service.api.v1.programs import ProgramList, ScreeningAnswer
from service.api.v1.referrals import AckAnswer, PullAnswer, ReferralAnswer
from service.security.roles import load_roles
from service.urls import routes
from tests.service.exchange.conftest import Api, Sending, facts

PROBLEM = {"type", "title", "status", "code", "request_id", "errors"}


async def test_every_machine_route_is_described_and_every_description_is_a_route(
    client: httpx.AsyncClient,
) -> None:
    answer = await client.get("/openapi.json")
    document = answer.json()
    assert document["openapi"] == "3.1.0"
    described = {
        (path, method.upper())
        for path, operations in document["paths"].items()
        for method in operations
    }
    served = {
        (route.path, method)
        for route in routes
        for method in (getattr(route, "methods", None) or set()) - {"HEAD"}
        if route.name.startswith("api.")
    }
    assert described == served


async def test_the_key_an_operation_names_is_the_audience_of_the_table_of_roles() -> None:
    rules = load_roles()
    for operation in OPERATIONS:
        audience = rules[operation.name].audiences[operation.method]
        wanted = {f"{operation.key}_key"} if operation.key else {"anyone"}
        assert wanted <= audience, operation.name
        assert operation.key is None or audience == wanted


async def test_no_reference_of_the_document_leads_nowhere(client: httpx.AsyncClient) -> None:
    document = (await client.get("/openapi.json")).json()
    known = set(document["components"]["schemas"])

    def references(value: Any) -> set[str]:
        if isinstance(value, dict):
            own = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
            return own.union(*(references(each) for each in value.values()), set())
        if isinstance(value, list):
            return set().union(*(references(each) for each in value), set())
        return set()

    found = {each.removeprefix("#/components/schemas/") for each in references(document)}
    assert found <= known


async def test_answers_are_what_the_document_says(
    partner: Api, metro: Api, client: httpx.AsyncClient, a_send: Sending
) -> None:
    programs = await client.get("/api/v1/programs")
    ProgramList.model_validate_json(programs.content)
    screened = await client.post("/api/v1/screenings", json=facts() | {"on": "2026-11-22"})
    ScreeningAnswer.model_validate_json(screened.content)
    sent = await partner.send(a_send(["orca_lift"]))
    ApplicationReceipt.model_validate_json(sent.content)
    pulled = await metro.pull()
    PullAnswer.model_validate(pulled.answer | {"referrals": []}, strict=False)
    raw = await metro.client.post(
        "/api/v1/referrals/pull", json={}, headers={"authorization": f"Bearer {metro.key}"}
    )
    PullAnswer.model_validate_json(raw.content)
    AckAnswer.model_validate_json((await pulled.ack()).content)
    ReferralAnswer.model_validate_json((await metro.get(f"/referrals/{pulled.ids[0]}")).content)


async def test_programs_tell_which_facts_a_consent_has_to_name(client: httpx.AsyncClient) -> None:
    items = (await client.get("/api/v1/programs")).json()["items"]
    by_id = {each["id"]: each for each in items}
    assert by_id["orca_lift"]["agency"] == "king_county_metro"
    assert by_id["orca_lift"]["apply"] == "routed"
    assert "person.incomes" in by_id["orca_lift"]["fields"]
    assert by_id["vehicle_fee_rebate"]["status"] == "closed"
    assert sum(each["apply"] == "routed" for each in items) >= 8


async def test_a_screening_stores_nothing_and_points_at_what_it_cannot_read(
    client: httpx.AsyncClient,
) -> None:
    good = await client.post("/api/v1/screenings", json=facts() | {"on": "2026-11-22"})
    assert good.status_code == 200
    assert good.json()["on"] == "2026-11-22"
    assert {each["outcome"] for each in good.json()["determinations"]} <= {
        "likely",
        "unlikely",
        "unclear",
    }
    bad = await client.post("/api/v1/screenings", json={"household": {"rent": "950"}})
    assert bad.status_code == 422
    assert set(bad.json()) == PROBLEM
    assert bad.json()["errors"][0]["pointer"].startswith("/household/rent")
