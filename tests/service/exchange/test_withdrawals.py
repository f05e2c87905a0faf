"""What a resident took back: told by a hint, listed for the agency alone, and by nothing else."""

from __future__ import annotations

from datetime import timedelta

from service import db
from service.actions.endpoints import set_endpoint
from service.actions.withdrawals import withdraw
from service.actor import Actor
from service.referrals.channels import HANDLERS
from service.services import Services
from service.worker import Done, Worker
from tests.service.exchange.conftest import Api, Sending
from tests.service.exchange.listening import Listener, listening
from tests.support.clock import StoppedClock


async def take_back(services: Services, programs: list[str] | None = None) -> None:
    row = await db.fetch_one("select id from applications")
    assert row is not None
    actor = Actor("resident", str(row["id"]))
    await withdraw(services, actor, row["id"], programs, services.clock.now())


async def test_an_agency_sees_what_was_taken_back_of_what_it_was_offered(
    partner: Api, metro: Api, a_send: Sending, services: Services, clock: StoppedClock
) -> None:
    await partner.send(a_send(["orca_lift"]))
    pulled = await metro.pull()
    await pulled.ack()
    assert (await metro.get("/referrals/withdrawn")).json() == {"items": [], "next": None}
    clock.forward(timedelta(minutes=5))
    await take_back(services)
    found = (await metro.get("/referrals/withdrawn")).json()
    assert [item["id"] for item in found["items"]] == pulled.ids
    assert set(found["items"][0]) == {"id", "program", "version", "withdrawn_at"}
    again = (await metro.get(f"/referrals/withdrawn?after={found['next']}")).json()
    assert again == found  # told twice rather than never


async def test_what_was_never_offered_and_what_is_anothers_is_not_in_the_list(
    partner: Api, metro: Api, a_send: Sending, services: Services
) -> None:
    await partner.send(a_send(["orca_lift", "fresh_bucks"]))
    await take_back(services)
    assert (await metro.get("/referrals/withdrawn")).json()["items"] == []


async def test_a_place_in_the_list_that_is_none_is_refused(metro: Api) -> None:
    assert (await metro.get("/referrals/withdrawn?after=x")).status_code == 400


async def test_a_hint_says_that_something_was_taken_back_and_nothing_more(
    partner: Api, metro: Api, a_send: Sending, services: Services
) -> None:
    await partner.send(a_send(["orca_lift"]))
    await (await metro.pull()).ack()
    async with listening(Listener(204)) as listener:
        now = services.clock.now()
        await set_endpoint(Actor.SYSTEM, "king_county_metro", listener.url, now, loopback=True)
        await take_back(services, ["orca_lift"])
        await Worker(services, {**HANDLERS, "notice": _arrived}, jobs=()).run_until_idle()
    assert [body for _headers, body in listener.heard] == [b'{"type":"referrals.withdrawn"}']


async def _arrived(_services: Services, _row: object) -> Done:
    return Done()


async def test_a_case_with_almost_no_money_behind_it_is_urgent_with_its_own_date(
    partner: Api, a_send: Sending, services: Services
) -> None:
    body = a_send(["basic_food", "orca_lift"])
    body["facts"]["household"]["liquid_assets"] = 0
    body["facts"]["people"][0]["incomes"] = []
    body["facts"]["people"][0]["child_support_paid"] = {"amount": 0, "period": "month"}
    body["facts"]["people"][0]["college_student"] = "no"
    answer = await partner.send(body)
    assert answer.status_code == 201, answer.text
    rows = {row["program"]: row for row in await db.fetch("select * from referrals")}
    assert (rows["basic_food"]["urgent"], rows["orca_lift"]["urgent"]) == (True, False)
    today = services.city.calendar.day_of(services.clock.now())
    assert rows["basic_food"]["due_on"] == services.city.calendar.after(today, 5)
