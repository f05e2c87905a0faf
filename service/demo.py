"""The demonstration's sign-ins and keys: made once, kept in one file, loaded into its database."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import secrets
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from service import db
from service.actions.accounts import create_account, one_time_password
from service.actions.api_keys import AGENCY, PARTNER, PREFIXES, keep_key
from service.actor import Actor
from service.commands import BadUse
from service.errors import Conflict
from service.security.tokens import new_token
from service.voice.unused import unused

if TYPE_CHECKING:
    from service.city import City
    from service.services import Services
    from service.settings import Settings

FILE = "demo.json"
DOMAIN = "demo.example.org"
DEMO_PARTNER = "demo_partner"
LABEL = "demonstration"
# Two caseworkers, because an objection is read by another one than decided.
AGENCY_STAFF = (("caseworker", "casey"), ("caseworker", "robin"), ("supervisor", "sam"))
# Two moderators, because a refusal is looked at by another one than wrote it.
CITY_STAFF = (
    ("leader", "leader"),
    ("admin", "admin"),
    ("auditor", "auditor"),
    ("moderator", "morgan"),
    ("moderator", "jules"),
    ("officer", "officer"),
)


@dataclass(frozen=True, slots=True)
class StaffAccess:
    """One sign-in."""

    email: str
    password: str
    role: str
    agency: str | None


@dataclass(frozen=True, slots=True)
class AgencyAccess:
    """An agency's key, and the programs whose cases it gets."""

    id: str
    api_key: str
    programs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DemoAccess:
    """Every way into the demonstration."""

    base_url: str
    staff: tuple[StaffAccess, ...]
    agencies: tuple[AgencyAccess, ...]
    partner_key: str

    def to_json(self) -> dict[str, Any]:
        """The contract's object."""
        return asdict(self)

    def lines(self) -> list[str]:
        """For a person: where to begin, each sign-in, each key."""
        width = max(len(each.email) for each in self.staff)
        return [
            f"Residents start at {self.base_url}/",
            f"Staff sign in at {self.base_url}/staff/sign-in",
            *(f"  {each.email:<{width}}  {each.password}  {each.role}" for each in self.staff),
            "Keys of agencies and of a partner: threshold demo --json",
        ]


async def prepare_demo(services: Services) -> DemoAccess:
    """The demonstration's access, loaded into the open database. Doing it again changes nothing."""
    settings = services.settings
    access = await asyncio.to_thread(kept_access, settings, services.city, at=settings.base_url)
    await load(services, access, services.clock.now())
    if await unused():
        from service.voice_demo import load_voice_demo

        await load_voice_demo(services)
    return access


def kept_access(settings: Settings, city: City, *, at: str | None = None) -> DemoAccess:
    """What the file says; written first if it is not there. `at` is where it is served now.

    Raises BadUse where the file is not what was written there.
    """
    path = settings.storage / FILE
    if not path.exists():
        keep(path, as_text(new_access(city, at or settings.base_url)))
    try:
        access = read_access(json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, KeyError, TypeError):
        raise BadUse([f"{path} cannot be read. Put back what it held, or remove it."]) from None
    if at is not None and access.base_url != at:
        access = replace(access, base_url=at)
        draft(path, as_text(access)).replace(path)
    return access


def new_access(city: City, at: str) -> DemoAccess:
    """Fresh passwords and keys for every agency that takes cases."""
    people = [
        StaffAccess(
            f"{name}@{agency.replace('_', '-')}.{DOMAIN}", one_time_password(), role, agency
        )
        for agency in city.agencies
        for role, name in AGENCY_STAFF
    ]
    citywide = [
        StaffAccess(f"{name}@{DOMAIN}", one_time_password(), role, None)
        for role, name in CITY_STAFF
    ]
    keys = tuple(
        AgencyAccess(each.id, PREFIXES[AGENCY] + new_token(), each.programs)
        for each in city.agencies.values()
    )
    return DemoAccess(at, (*people, *citywide), keys, PREFIXES[PARTNER] + new_token())


def read_access(told: dict[str, Any]) -> DemoAccess:
    """The stored object as a value."""
    return DemoAccess(
        base_url=told["base_url"],
        staff=tuple(StaffAccess(**each) for each in told["staff"]),
        agencies=tuple(
            AgencyAccess(each["id"], each["api_key"], tuple(each["programs"]))
            for each in told["agencies"]
        ),
        partner_key=told["partner_key"],
    )


async def load(services: Services, access: DemoAccess, now: datetime) -> None:
    """Make every account and key that the database does not have."""
    row = await db.fetch_one("select count(*) as total from staff_accounts")
    if row is None or row["total"] < len(access.staff):
        await asyncio.gather(*(_load_person(services, each, now) for each in access.staff))
    for agency in access.agencies:
        await keep_key(Actor.SYSTEM, AGENCY, agency.id, agency.api_key, LABEL, now)
    await keep_key(Actor.SYSTEM, PARTNER, DEMO_PARTNER, access.partner_key, LABEL, now)


async def _load_person(services: Services, person: StaffAccess, now: datetime) -> None:
    name = person.email.partition("@")[0].capitalize()
    place = (person.email, person.role, person.agency)
    with contextlib.suppress(Conflict):
        await create_account(services, Actor.SYSTEM, *place, person.password, now, name=name)


def as_text(access: DemoAccess) -> str:
    return json.dumps(access.to_json(), indent=2) + "\n"


def keep(path: Path, text: str) -> None:
    """Write the file unless another process was first; readable to us alone."""
    made = draft(path, text)
    with contextlib.suppress(FileExistsError):
        path.hardlink_to(made)
    made.unlink()


def draft(path: Path, text: str) -> Path:
    """The text beside its place, safely on disk."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    made = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return made
