"""Petitions that wait on the desk, and people who work there, each in a browser of their own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from service import db
from service.actions.accounts import create_account
from service.actor import Actor
from service.ids import time_ordered_id
from service.models.voice_petitions import Petition
from service.models.voice_signatures import Signature
from service.security.tokens import new_token, token_hash
from service.services import Services
from service.voice.contacts import MAIL, Contact
from service.voice.keys import new_person_key, open_person_key, person_hash, signature_id
from service.voice.people import Reached, seal_author, seal_contact, seal_name
from service.voice.steps import add_steps
from tests.service.staff.conftest import new_browser as new_browser
from tests.service.staff.conftest import staff as staff
from tests.support.rows import stored

Ask = Callable[..., Awaitable[UUID]]
Sign = Callable[..., Awaitable[UUID]]
Account = Callable[..., Awaitable[Actor]]


@pytest.fixture
def ask(services: Services) -> Ask:
    """`await ask("Benches at bus stops")`: a petition that waits on the desk."""

    async def make(
        words: str,
        *,
        state: str = "moderation",
        language: str = "en",
        why: str = "Older people need to sit.",
        mail: str = "author@example.org",
        days: int = 1,
        threshold: int = 1000,
        author_name: str = "Ana",
        **values: object,
    ) -> UUID:
        now, petition, token = services.clock.now(), time_ordered_id(), new_token()
        author = Reached(MAIL, mail, mail, language, token, author_name)
        opened = now - timedelta(days=days) if state not in ("moderation", "refused") else None
        number = None
        if opened is not None:
            row = await db.fetch_one("select coalesce(max(number), 0) as n from voice_petitions")
            number = (row or {})["n"] + 1
        told: dict[str, object] = {
            "number": number,
            "closes_at": None if opened is None else now + timedelta(days=100),
            "opened_at": opened,
        }
        await stored(
            Petition,
            id=petition,
            state=state,
            language=language,
            ask=words,
            why=why,
            topic="streets",
            area="all",
            author=seal_author(services.keyring, petition, author),
            author_name=author_name,
            person_key=new_person_key(services.keyring, petition),
            author_link_hash=token_hash(token),
            sponsors=5,
            threshold=threshold,
            created_at=now - timedelta(days=days),
            submitted_at=now - timedelta(days=days),
            **{**told, **values},
        )
        return petition

    return make


@pytest.fixture
def sign(services: Services) -> Sign:
    """`await sign(petition, "ana@example.org")`: a confirmed signature and its step."""

    async def make(
        petition: UUID,
        mail: str,
        *,
        area: str = "1",
        follow: bool = False,
        state: str = "confirmed",
    ) -> UUID:
        now: datetime = services.clock.now()
        row = await db.fetch_one("select person_key from voice_petitions where id = ?", petition)
        assert row is not None
        key = open_person_key(services.keyring, petition, row["person_key"])
        person = person_hash(key, petition, Contact(MAIL, mail, mail))
        signature, token = signature_id(person, 0), new_token()
        await stored(
            Signature,
            id=signature,
            petition=petition,
            person_hash=person,
            state=state,
            tier=MAIL,
            area=area,
            name=seal_name(services.keyring, signature, mail.split("@")[0]),
            contact=seal_contact(
                services.keyring, signature, Reached(MAIL, mail, mail, "en", token)
            ),
            follow=follow,
            link_hash=token_hash(token),
            asked_at=now,
            confirmed_at=now if state == "confirmed" else None,
        )
        if state == "confirmed":
            told = {"id": signature, "petition": petition, "tier": MAIL, "area": area}
            await add_steps(services.clock, [told], 1)
        return signature

    return make


@pytest.fixture
def moderator(services: Services) -> Account:
    """`await moderator("mo")`: an account that judges, as it acts."""

    async def make(name: str, role: str = "moderator") -> Actor:
        account = await create_account(
            services,
            Actor.SYSTEM,
            f"{name}@example.org",
            role,
            None,
            "seven quiet herons",
            services.clock.now(),
            name=name.capitalize(),
        )
        return Actor(role, str(account), None, account)

    return make


async def state_of(petition: UUID) -> str:
    row = await db.fetch_one("select state from voice_petitions where id = ?", petition)
    assert row is not None
    return str(row["state"])


async def steps_of(petition: UUID) -> int:
    """The count that the steps say."""
    row = await db.fetch_one(
        "select coalesce(sum(step), 0) as n from voice_signature_steps where petition = ?", petition
    )
    return int((row or {})["n"])


async def audited(action: str) -> int:
    return len(await db.fetch("select 1 from audit_entries where action = ?", action))
