"""The doors to rows: yours, or not there; and the table of who may knock."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from service import db
from service.actor import Actor
from service.errors import NotFound
from service.models import Application, Referral
from service.security.access import access_application, access_referral, as_id
from service.security.guard import guard_routes
from service.security.roles import RolesError, Rule, load_roles
from service.security.tokens import new_token, token_hash
from service.services import Services
from tests.service.web.small_app import small_app
from tests.support.rows import stored

EVERY_OTHER_KIND = ("anonymous", "helper", "moderator", "leader", "officer", "auditor", "admin")


async def stored_application(services: Services, partner: str | None = None) -> UUID:
    now = services.clock.now()
    made = await stored(
        Application, id=uuid4(), state="submitted", partner=partner, created_at=now, updated_at=now
    )
    return made.id


async def stored_referral(services: Services, application: UUID, agency: str) -> UUID:
    made = await stored(
        Referral,
        id=uuid4(),
        application_id=application,
        program="orca_lift",
        agency=agency,
        granted=b"sealed",
        filed_at=services.clock.now(),
        due_on=date(2026, 12, 22),
    )
    return made.id


async def can_reach(actor: Actor, application: UUID, referral: UUID) -> tuple[bool, bool]:
    reached = []
    for door, wanted in ((access_application, application), (access_referral, referral)):
        try:
            reached.append((await door(actor, wanted))["id"] == wanted)
        except NotFound:
            reached.append(False)
    return reached[0], reached[1]


async def test_each_actor_reaches_its_own_rows_and_nothing_else(services: Services) -> None:
    mine = await stored_application(services, partner="clinic")
    other = await stored_application(services)
    referral = await stored_referral(services, mine, "metro")
    cells = {
        Actor("resident", str(mine)): (True, True),
        Actor("resident", str(other)): (False, False),
        Actor("resident", str(uuid4())): (False, False),
        Actor("partner_key", "k", "clinic"): (True, False),
        Actor("partner_key", "k", "library"): (False, False),
        Actor("partner_key", "k", None): (False, False),
        Actor("agency_key", "k", "metro"): (False, True),
        Actor("agency_key", "k", "city_light"): (False, False),
        Actor("caseworker", "c", "metro"): (False, True),
        Actor("caseworker", "c", "city_light"): (False, False),
        Actor("caseworker", "c", None): (False, False),
        Actor("supervisor", "s", "metro"): (False, True),
        Actor("supervisor", "s", "city_light"): (False, False),
        # A partner with an agency's name is no agency, and the other way round.
        Actor("partner_key", "k", "metro"): (False, False),
        Actor("agency_key", "k", "clinic"): (False, False),
        **{Actor(kind, "x", "metro"): (False, False) for kind in EVERY_OTHER_KIND},
        Actor.SYSTEM: (False, False),
    }
    for actor, expected in cells.items():
        assert await can_reach(actor, mine, referral) == expected, actor


@pytest.mark.parametrize(
    "text", ["", "1", "{%s}", "urn:uuid:%s", "x" * 40, "%s0", "\x00", "9" * 33, "%s\n"]
)
def test_what_is_not_exactly_an_id_is_not_there(text: str) -> None:
    with pytest.raises(NotFound):
        as_id(text.replace("%s", str(uuid4())))


async def key_for(services: Services, kind: str, subject: str, *, revoked: bool = False) -> str:
    key = new_token()
    now = services.clock.now()
    await db.execute(
        "INSERT INTO api_keys (id, key_hash, kind, subject, label, created_at, revoked_at)"
        " VALUES (?, ?, ?, ?, '', ?, ?)",
        uuid4(),
        token_hash(key),
        kind,
        subject,
        now,
        now if revoked else None,
    )
    return key


async def test_an_unknown_or_revoked_key_is_401_and_a_key_for_elsewhere_is_404(
    services: Services,
) -> None:
    agency = await key_for(services, "agency", "metro")
    partner = await key_for(services, "partner", "clinic")
    revoked = await key_for(services, "agency", "metro", revoked=True)
    cells = {
        ("/api/agency", agency): 200,
        ("/api/agency", partner): 404,
        ("/api/agency", revoked): 401,
        ("/api/agency", "nobody"): 401,
        ("/api/agency", ""): 401,
        ("/api/agency", "x" * 5_000): 401,
        ("/api/partner", partner): 200,
        ("/api/partner", agency): 404,
    }
    async with small_app(services) as client:
        for (path, key), status in cells.items():
            answer = await client.get(path, headers={"authorization": f"Bearer {key}"})
            assert answer.status_code == status, (path, key[:8])
        missing = await client.get("/api/nothing", headers={"authorization": f"Bearer {agency}"})
        denied = await client.get("/api/partner", headers={"authorization": f"Bearer {agency}"})
        assert {**missing.json(), "request_id": ""} == {**denied.json(), "request_id": ""}
        basic = await client.get("/api/agency", headers={"authorization": f"Basic {agency}"})
        assert basic.status_code == 401


async def page(_request: Request) -> Response:
    return Response("")


def test_a_route_or_method_the_table_does_not_list_keeps_the_service_from_starting() -> None:
    rules = {"known": Rule("none", "public", {"GET": frozenset({"anyone"})})}
    routes = [
        Route("/a", page, name="known", methods=["GET", "POST"]),
        Route("/b", page, name="forgotten"),
    ]
    with pytest.raises(RolesError) as refused:
        guard_routes(routes, rules)
    assert refused.value.problems == (
        "roles.yaml: known does not list POST.",
        "roles.yaml: the route forgotten is not listed.",
    )


def test_every_fault_of_the_table_is_told_at_once(tmp_path: Path) -> None:
    table = tmp_path / "roles.yaml"
    table.write_text(
        "a: {door: window, rows: public, GET: [anyone]}\n"
        "b: {door: none, rows: public, GET: [stranger], FETCH: [anyone]}\n"
        "c: {door: none, rows: secrets}\n"
    )
    with pytest.raises(RolesError) as refused:
        load_roles(table)
    assert len(refused.value.problems) == 5
