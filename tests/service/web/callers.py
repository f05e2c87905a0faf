"""One caller of every kind, and how each of them asks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx

from service.models import ApiKey, Application, Referral, StaffAccount
from service.security.sessions import DOORS, open_session
from service.security.tokens import new_token, token_hash
from service.services import Services
from tests.support.rows import stored

STAFF_ROLES = ("caseworker", "supervisor", "moderator", "leader", "officer", "auditor", "admin")
FIRST, SECOND = "seattle_utilities", "king_county_metro"
FORM = "application/x-www-form-urlencoded"
CONTACT = {"name": "Test Person", "mail": None, "phone": None, "safe_to_write": False}
DRAFT: dict[str, Any] = {
    "facts": {"household": {}, "people": [{"id": "p1", "name": "Test Person"}]},
    "asked": {},
    "wanted": None,
    "chosen": ["orca_lift"],
    "only": None,
    "contact": CONTACT,
    "typed": {},
}
GRANTED: dict[str, Any] = {
    "facts": DRAFT["facts"],
    "consent": {"fields": []},
    "signature": {"name": "Test Person", "signed_at": "2026-11-22T17:00:00Z"},
    "contact": CONTACT,
    "language": "en",
    "reference": "7K4M2QX9C",
    "screening": [],
}


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks. `cookie` or `key` is what they show; `door` the one it opens."""

    name: str
    kind: str
    door: str = ""
    cookie: str = ""
    key: str = ""
    csrf: str = ""


@dataclass(frozen=True, slots=True)
class House:
    """The callers, and the rows of the first agency and the first resident."""

    callers: tuple[Caller, ...]
    application: UUID
    referral: UUID

    def of(self, *names: str) -> list[Caller]:
        return [caller for caller in self.callers if caller.name in names]


async def a_house(services: Services) -> House:
    """One caller of every kind, two agencies, two residents, and one case of the first of each."""
    application, stranger = uuid4(), uuid4()
    for each in (application, stranger):
        await stored_application(services, each)
    referral = await stored_referral(services, application)
    callers = [Caller("stranger", "anonymous")]
    for door in ("benefits", "status"):
        callers.append(await resident(services, f"resident {door}", door, application))
        callers.append(await resident(services, f"other resident {door}", door, stranger))
    for role in STAFF_ROLES:
        callers.append(await staff(services, role, role, FIRST))
    callers.append(await staff(services, "caseworker elsewhere", "caseworker", SECOND))
    callers.append(await staff(services, "supervisor elsewhere", "supervisor", SECOND))
    callers.append(await staff(services, "suspended", "caseworker", FIRST, active=False))
    callers.append(await staff(services, "expired", "caseworker", FIRST, since=timedelta(hours=13)))
    callers.append(await machine(services, "agency key", "agency", FIRST))
    callers.append(await machine(services, "agency key elsewhere", "agency", SECOND))
    callers.append(await machine(services, "partner key", "partner", "clinic"))
    callers.append(await machine(services, "revoked key", "agency", FIRST, revoked=True))
    return House(tuple(callers), application, referral)


async def stored_application(services: Services, application: UUID) -> None:
    now, seal = services.clock.now(), services.keyring.seal_json
    place: Any = {"table": "applications", "row_id": application}
    reference = application.hex[:9].upper()
    await stored(
        Application,
        id=application,
        state="submitted",
        version=1,
        draft=seal(DRAFT, column="draft", **place),
        contact=seal(DRAFT["contact"], column="contact", **place),
        reference=seal(reference, column="reference", **place),
        reference_index=application.hex,
        created_at=now,
        updated_at=now,
        submitted_at=now,
    )


async def stored_referral(services: Services, application: UUID) -> UUID:
    """A case of the first agency that its own people and keys can open."""
    referral, now = uuid4(), services.clock.now()
    await stored(
        Referral,
        id=referral,
        application_id=application,
        program="orca_lift",
        agency=FIRST,
        granted=services.keyring.seal_json(
            GRANTED, table="referrals", column="granted", row_id=referral
        ),
        filed_at=now,
        due_on=date(2026, 12, 22),
    )
    return referral


async def resident(services: Services, name: str, door: str, application: UUID) -> Caller:
    cookie, session = await open_session(door, application, "secret", services.clock.now())
    return Caller(name, "resident", door, cookie=cookie, csrf=session.csrf)


async def staff(
    services: Services,
    name: str,
    role: str,
    agency: str,
    *,
    active: bool = True,
    since: timedelta = timedelta(),
) -> Caller:
    now, row_id = services.clock.now(), uuid4()
    place: Any = {"table": "staff_accounts", "column": "mail", "row_id": row_id}
    account = await stored(
        StaffAccount,
        id=row_id,
        mail=services.keyring.seal(name.encode(), **place),
        mail_index=uuid4().hex,
        password_hash="none",
        role=role,
        agency=agency,
        active=active,
        created_at=now,
    )
    cookie, session = await open_session("staff", account.id, "password", now - since)
    good = active and not since
    return Caller(name, role if good else "anonymous", "staff", cookie=cookie, csrf=session.csrf)


async def machine(
    services: Services, name: str, kind: str, subject: str, *, revoked: bool = False
) -> Caller:
    key, now = new_token(), services.clock.now()
    await stored(
        ApiKey,
        id=uuid4(),
        key_hash=token_hash(key),
        kind=kind,
        subject=subject,
        created_at=now,
        revoked_at=now if revoked else None,
    )
    return Caller(name, "anonymous" if revoked else f"{kind}_key", "api", key=key)


async def ask(
    client: httpx.AsyncClient, caller: Caller, method: str, path: str, door: str
) -> httpx.Response:
    """As this caller's browser or program would, with a good token where they have one."""
    headers = {"idempotency-key": uuid4().hex}
    if caller.key:
        headers["authorization"] = f"Bearer {caller.key}"
    if caller.cookie:
        headers["cookie"] = f"{DOORS[caller.door].cookie}={caller.cookie}"
    content = None
    if method != "GET":
        content = "{}" if door == "api" else f"_csrf={caller.csrf}"
        headers["content-type"] = "application/json" if door == "api" else FORM
    client.cookies.clear()
    return await client.request(method, path, headers=headers, content=content)
