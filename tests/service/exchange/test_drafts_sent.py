"""Sending from the pages: the same action, closing a draft that is there already."""

from __future__ import annotations

import asyncio
from uuid import UUID, uuid4

import pytest

from service import db
from service.actions.amendments import amend
from service.actions.applications import submit
from service.actor import Actor
from service.errors import Conflict, NotFound
from service.ids import time_ordered_id
from service.referrals.request import Consent, Contact, SendRequest
from service.security.blind_index import blind_index
from service.security.references import new_reference
from service.services import Services
from tests.service.exchange.conftest import PROGRAMS, count_rows, facts


async def a_draft(services: Services) -> UUID:
    """An application as the contact page leaves it: a reference, no submission."""
    row_id, reference, now = time_ordered_id(), new_reference(), services.clock.now()
    sealed = services.keyring.seal(
        reference.encode(), table="applications", column="reference", row_id=row_id
    )
    await db.execute(
        "insert into applications (id, state, revision, version, source, language, safe_to_write,"
        " created_at, updated_at, reference, reference_index)"
        " values (?, 'draft', 7, 0, 'page', 'es', ?, ?, ?, ?, ?)",
        row_id,
        False,
        now,
        now,
        sealed,
        blind_index(services.keyring, "reference", reference),
    )
    return row_id


def a_request(services: Services, draft: UUID, revision: int = 7, name: str = "Ana") -> SendRequest:
    fields = {each: services.rules.programs[each].fields for each in PROGRAMS}
    return SendRequest(
        application=draft,
        facts=facts(),
        programs=tuple(PROGRAMS),
        consents=tuple(Consent(each, fields[each]) for each in PROGRAMS),
        signature=name,
        contact=Contact("Ana Reyes", safe_to_write=False),
        language="es",
        revision=revision,
    )


async def test_fifty_sends_of_one_draft_are_one_application_and_one_receipt(
    services: Services,
) -> None:
    draft = await a_draft(services)
    actor, request = Actor("resident", str(draft)), a_request(services, draft)
    receipts = await asyncio.gather(
        *(submit(services, actor, request, services.clock.now()) for _ in range(50))
    )
    assert len(set(receipts)) == 1
    assert len(receipts[0].referrals) == len(PROGRAMS)
    assert await count_rows("submissions") == 1
    assert await count_rows("referrals") == len(PROGRAMS)
    rows = await db.fetch("select id from audit_entries where action = 'application.submitted'")
    assert len(rows) == 1


async def test_another_content_after_the_send_is_refused(services: Services) -> None:
    draft = await a_draft(services)
    actor, now = Actor("resident", str(draft)), services.clock.now()
    await submit(services, actor, a_request(services, draft), now)
    with pytest.raises(Conflict, match="already_sent"):
        await submit(services, actor, a_request(services, draft, name="Bea"), now)


async def test_a_draft_that_changed_after_it_was_shown_is_not_sent(services: Services) -> None:
    draft = await a_draft(services)
    actor = Actor("resident", str(draft))
    with pytest.raises(Conflict, match="draft_changed"):
        await submit(services, actor, a_request(services, draft, 6), services.clock.now())
    row = (await db.fetch("select state, version from applications"))[0]
    assert row == {"state": "draft", "version": 0}
    for table in ("submissions", "referrals", "outbox", "audit_entries"):
        assert await count_rows(table) == 0


async def test_an_application_that_is_not_there_is_not_sent(services: Services) -> None:
    stranger = uuid4()
    with pytest.raises(NotFound):
        await submit(
            services,
            Actor("resident", str(stranger)),
            a_request(services, stranger),
            services.clock.now(),
        )


async def test_a_page_sent_twice_is_one_amendment_and_only_ticked_agencies_get_it(
    services: Services,
) -> None:
    draft = await a_draft(services)
    actor, now = Actor("resident", str(draft)), services.clock.now()
    with pytest.raises(NotFound):
        await amend(services, actor, draft, facts(), now)
    await submit(services, actor, a_request(services, draft), now)
    changed = facts(language="so")
    versions = await asyncio.gather(
        *(amend(services, actor, draft, changed, now, programs=["fresh_bucks"]) for _ in range(5))
    )
    assert set(versions) == {2}
    rows = await db.fetch("select program, version from referrals where version > 1")
    assert rows == [{"program": "fresh_bucks", "version": 2}]
