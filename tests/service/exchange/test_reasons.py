"""The fewest facts behind a result, for who asks: none can be left out, and they are enough."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any
from uuid import UUID

import httpx
import pytest

from eligibility import Household, screen
from service import db
from service.deciding import explained
from service.services import Services
from tests.eligibility.test_laws import only
from tests.service.exchange.conftest import Api, Sending, facts

ON = "2026-11-22"
PROGRAMS = ("liheap", "fresh_bucks", "working_connections")
ASKED = "&".join(f"program={each}" for each in PROGRAMS)
SCREEN = "/api/v1/screenings"
KEPT = ("program", "person", "outcome", "amount", "rules")
Results = dict[tuple[str, str | None], dict[str, Any]]


def a_home() -> dict[str, Any]:
    """Ana, who is paid too much for most, with Eva and little Leo: nobody gets anything yet."""
    told = facts(receives=[])
    (ana,) = told["people"]
    ana |= {"receives": [], "college_student": "no"}
    pay = {"kind": "wages", "period": "month", "amounts": [900_000]}
    same = {"incomes_complete": True, "receives": []}
    leo = {"id": "p2", "birth_date": "2023-02-01", "incomes": [], **same}
    eva = {"id": "p3", "birth_date": "1990-02-01", "incomes": [pay], **same}
    return {**told, "people": [ana, leo, eva]}


async def screened(client: httpx.AsyncClient, told: dict[str, Any], query: str) -> Results:
    found = await client.post(f"{SCREEN}?{query}", json=told | {"on": ON})
    assert found.status_code == 200, found.text
    return {(one["program"], one["person"]): one for one in found.json()["determinations"]}


def named(determination: dict[str, Any]) -> set[str]:
    return {path for reason in determination["because"] for path in reason["facts"]}


async def test_the_fewest_facts_alone_give_the_same_and_without_any_of_them_it_is_unclear(
    client: httpx.AsyncClient,
) -> None:
    told = a_home()
    usual = await screened(client, told, ASKED)
    fewest = await screened(client, told, f"{ASKED}&explain=fewest")
    assert usual.keys() == fewest.keys()
    assert {program for program, _ in usual} == set(PROGRAMS)
    settled = {key: one for key, one in fewest.items() if one["outcome"] != "unclear"}
    assert len(settled) > 2
    for key, one in settled.items():
        assert one["outcome"] == usual[key]["outcome"]
        alone = await screened(client, only(told, named(one)), f"program={key[0]}")
        assert alone[key]["outcome"] == one["outcome"], key
        for path in named(one):
            fewer = await screened(client, only(told, named(one) - {path}), f"program={key[0]}")
            assert fewer[key]["outcome"] == "unclear", (key, path)


@pytest.mark.parametrize("query", ["explain=most", "program=moon", "explain=all&explain=fewest"])
async def test_a_question_it_does_not_know_is_refused(
    client: httpx.AsyncClient, query: str
) -> None:
    refused = await client.post(f"{SCREEN}?{query}", json=facts() | {"on": ON})
    assert refused.status_code == 400


LARGE = (
    [{"id": f"p{n}"} for n in range(16)],
    [{"id": f"p{n}", "incomes": [{}] * 14} for n in range(3)],
)


@pytest.mark.parametrize("people", LARGE, ids=["people", "incomes"])
async def test_a_home_too_large_for_the_search_is_told_so_or_told_all(
    client: httpx.AsyncClient, services: Services, people: list[dict[str, Any]]
) -> None:
    many = {"household": {}, "people": people, "on": ON}
    refused = await client.post(f"{SCREEN}?explain=fewest", json=many)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["code"] == "too_many"
    household = Household.from_facts(many, services.rules.facts)
    usual = screen(household, services.rules, None, ["wic"])
    asked = await explained(household, services.rules, date(2026, 11, 22), ["wic"])
    assert [each.to_json() for each in asked] == [each.to_json() for each in usual]


@pytest.mark.parametrize(
    ("people", "incomes", "apart"), [(3, 1, False), (2, 4, True), (9, 0, True)]
)
async def test_a_search_that_takes_long_keeps_nobody_else_waiting(
    services: Services, people: int, incomes: int, apart: bool
) -> None:
    """Each income is an answer of its own. What runs beside comes to its turn meanwhile."""
    told = [{"id": f"p{n}", "incomes": [{}] * incomes} for n in range(people)]
    household = Household.from_facts({"household": {}, "people": told}, services.rules.facts)
    meanwhile = asyncio.create_task(asyncio.sleep(0))
    await explained(household, services.rules, date(2026, 11, 22), ["lifeline"])
    assert meanwhile.done() is apart
    await meanwhile


async def test_an_agency_asks_why_a_case_came_out_so_and_gets_the_fewest_of_its_own_facts(
    partner: Api, agency: Callable[[str], Awaitable[Api]], metro: Api, a_send: Sending
) -> None:
    office = await agency("seattle_environment")
    await partner.send(a_send(["fresh_bucks"], facts=a_home()))
    (case,) = (await office.pull()).cases
    why = (await office.get(f"/referrals/{case['id']}/reasons")).json()
    assert (why["version"], why["explained"]) == (case["version"], "fewest")
    (before,), (after,) = case["screening"], why["determinations"]
    assert [before[key] for key in KEPT] == [after[key] for key in KEPT]
    assert 0 < len(named(after)) < len(named(before))
    reads = "select subject from audit_entries where action = 'case.read'"
    assert [str(row["subject"]) for row in await db.fetch(reads)] == [case["id"]]
    assert (await metro.get(f"/referrals/{case['id']}/reasons")).status_code == 404


async def test_a_case_whose_rules_cannot_be_read_any_more_keeps_the_reasons_it_came_with(
    partner: Api, metro: Api, a_send: Sending, services: Services
) -> None:
    await partner.send(a_send(["orca_lift"]))
    (case,) = (await metro.pull()).cases
    row = await db.fetch_one("select granted from referrals where id = ?", UUID(case["id"]))
    assert row is not None
    place: dict[str, Any] = {"table": "referrals", "column": "granted", "row_id": UUID(case["id"])}
    granted = services.keyring.open_json(row["granted"], **place)
    for each in granted["screening"]:
        each["rules"] = "0" * 64
    sealed = services.keyring.seal(json.dumps(granted).encode(), **place)
    await db.execute("update referrals set granted = ? where id = ?", sealed, UUID(case["id"]))
    why = (await metro.get(f"/referrals/{case['id']}/reasons")).json()
    assert (why["explained"], why["determinations"]) == ("stored", granted["screening"])
