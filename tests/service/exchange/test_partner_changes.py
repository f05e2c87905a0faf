"""A partner changes what it told; what the applicant said since stands, where it stood."""

from __future__ import annotations

from typing import Any

import pytest

from service import db
from service.actions.amendments import amend_newest
from service.actions.partner_facts import put_upon
from service.errors import Conflict
from service.queries.own_application import sent_facts
from service.services import Services
from tests.service.exchange.conftest import Api, Sending, facts

ANA: dict[str, Any] = {"id": "p1", "name": "Ana", "incomes": [{"kind": "wages", "amount": 100}]}
LEO: dict[str, Any] = {"id": "p2", "name": "Leo", "ties": [{"kind": "parent_of", "to": "p1"}]}
SOL: dict[str, Any] = {"id": "p3", "name": "Sol"}
OLD: dict[str, Any] = {"people_complete": True, "household": {"rent": 1}, "people": [ANA, LEO]}


def put(now: dict[str, Any], stands: dict[str, Any]) -> dict[str, Any]:
    return put_upon(OLD, {**OLD, **now}, {**OLD, **stands})


def test_only_what_the_partner_changed_is_changed() -> None:
    told = {"household": {"rent": 2}, "people": [{**ANA, "language": "es"}, LEO]}
    since = {"household": {"rent": 1, "pets": True}, "people": [{**ANA, "incomes": []}, LEO, SOL]}
    merged = put(told, since)
    assert merged["household"] == {"rent": 2, "pets": True}
    assert merged["people"] == [{**ANA, "incomes": [], "language": "es"}, LEO, SOL]
    assert put({}, since) == {**OLD, **since}
    assert put(told, {}) == {**OLD, **told}


def test_who_moved_out_stays_out_and_who_the_partner_takes_off_goes_with_their_ties() -> None:
    assert put({}, {"people": [ANA]})["people"] == [ANA]
    merged = put({"people": [{k: v for k, v in LEO.items() if k != "ties"}]}, {})
    assert merged["people"] == [{"id": "p2", "name": "Leo"}]
    assert put({"people": [LEO]}, {})["people"] == [{**LEO, "ties": []}]


def test_two_people_added_under_one_id_are_not_made_into_one() -> None:
    with pytest.raises(Conflict):
        put({"people": [ANA, LEO, {"id": "p3", "name": "Rui"}]}, {"people": [ANA, LEO, SOL]})
    both = put({"people": [ANA, LEO, SOL]}, {"people": [ANA, LEO, {**SOL, "language": "es"}]})
    assert both["people"] == [ANA, LEO, {**SOL, "language": "es"}]


async def test_a_partners_change_neither_undoes_nor_spreads_what_the_resident_told_since(
    partner: Api, metro: Api, utilities: Api, a_send: Sending, services: Services
) -> None:
    sent = (await partner.send(a_send(["orca_lift", "utility_discount"]))).json()
    [row] = await db.fetch("select id from applications")
    moved = {**facts()["household"]["address"], "line1": "9 Pine St"}

    def move(told: Any) -> dict[str, Any]:
        return {**told, "household": {**told["household"], "address": moved}}

    now = services.clock.now()
    await amend_newest(services, row["id"], move, now, programs=["utility_discount"])
    for version, language in ((3, "so"), (4, "vi")):
        answer = await partner.post(
            f"/applications/{sent['reference']}/amendments",
            {"facts": facts(language=language)},
            **{"idempotency-key": language},
        )
        assert answer.json() == {"version": version}
    newest = await sent_facts(services, row["id"])
    assert newest is not None
    assert newest["household"]["address"] == moved
    assert newest["household"]["language"] == "vi"
    lines = {}
    for agency in (metro, utilities):
        [case] = (await agency.pull()).cases
        lines[case["program"]] = case["facts"]["household"]["address"]["line1"]
    assert lines == {"orca_lift": "600 4th Ave", "utility_discount": "9 Pine St"}
