"""Notices: in the resident's language, once, only where it is safe, with nothing personal."""

from __future__ import annotations

import asyncio
import email
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from email import policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import UnthreadedController

from service import db
from service.actions.decisions import DecisionRequest, decide
from service.actions.referrals import take_in
from service.actions.requests import Question, ask
from service.actor import Actor
from service.audit import unit_of_work
from service.handlers import handlers
from service.i18n import Languages
from service.notices.words import WORDINGS, body_of, subject_of
from service.services import Services
from service.worker import Worker
from tests.service.staff.conftest import METRO, Send, application_of, case_of
from tests.support.clock import StoppedClock


def mails(services: Services) -> list[EmailMessage]:
    folder = services.settings.storage / "mail"
    files = sorted(folder.glob("*"))
    found = [email.message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]
    return [mail for mail in found if isinstance(mail, EmailMessage)]


async def work(services: Services) -> None:
    await Worker(services, handlers()).run_until_idle()


async def outbox_states() -> list[tuple[str, str | None]]:
    rows = await db.fetch("select state, last_error from outbox where topic = 'notice' order by id")
    return [(row["state"], row["last_error"]) for row in rows]


async def test_received_your_turn_and_decided_are_each_written_once_in_spanish(
    services: Services, send: Send, clock: StoppedClock
) -> None:
    receipt = await send(name="Ana Reyes")
    case, now = case_of(receipt, "orca_lift"), clock.now()
    worker = Actor("caseworker", "worker", METRO)
    await take_in(services, worker, METRO, [case], now)
    today = services.city.calendar.day_of(now)
    await ask(services, worker, case, Question(("A photo ID",), today, ""), now)
    await decide(services, worker, case, DecisionRequest(1, "denied", "over_income"), now)
    await work(services)
    await work(services)
    sent = mails(services)
    assert len(sent) == 3
    spanish = Languages.load(services.city.languages, services.city.time_zone)["es"]
    assert sorted(str(mail["Subject"]) for mail in sent) == sorted(
        subject_of(kind, spanish) for kind in ("received", "your_turn", "decided")
    )
    for mail in sent:
        assert mail["To"] == "ana@example.org"
        assert mail["Content-Language"] == "es"
        text = str(mail.get_content()) + str(mail["Subject"])
        for personal in ("Ana", "Reyes", receipt.reference, "ORCA", "income", "Metro"):
            assert personal not in text
        assert f"{services.settings.base_url}/benefits/return" in text
    assert {state for state, _error in await outbox_states()} == {"sent"}


@pytest.mark.parametrize(("mail", "safe"), [("ana@example.org", False), (None, True)])
async def test_nothing_is_written_where_it_is_not_safe_or_there_is_no_mail(
    services: Services, send: Send, mail: str | None, safe: bool
) -> None:
    await send(mail=mail, safe=safe)
    await work(services)
    assert mails(services) == []
    assert await outbox_states() == [("sent", None)]


async def test_a_language_the_city_does_not_speak_gets_the_first_one(
    services: Services, send: Send
) -> None:
    await send(language="am")
    await work(services)
    assert [mail["Content-Language"] for mail in mails(services)] == ["en"]


async def test_the_link_of_a_notice_is_its_own(
    services: Services, send: Send, clock: StoppedClock
) -> None:
    receipt = await send()
    application = await application_of(receipt.referrals[0].id)
    payload = {"application": str(application), "kind": "link", "link": "/benefits/link/abc"}
    async with unit_of_work(Actor.SYSTEM, "test", application, clock.now()) as done:
        done.later("notice", "notices", "n1", payload)
    await work(services)
    link = f"{services.settings.base_url}/benefits/link/abc"
    told = {str(mail["To"]) for mail in mails(services) if link in str(mail.get_content())}
    assert told == {"ana@example.org"}


async def test_a_notice_we_do_not_have_asks_for_attention(
    services: Services, send: Send, clock: StoppedClock
) -> None:
    receipt = await send(safe=False)
    application = str(await application_of(receipt.referrals[0].id))
    async with unit_of_work(Actor.SYSTEM, "test", application, clock.now()) as done:
        done.later("notice", "notices", "n1", {"application": application, "kind": "party"})
    await work(services)
    assert ("needs_attention", "there is no such notice") in await outbox_states()


@pytest.mark.parametrize("kind", WORDINGS)
def test_every_notice_says_what_to_do_and_shows_no_marks_of_a_template(
    kind: str, loaded_services: Services
) -> None:
    city = loaded_services.city
    languages = Languages.load(city.languages, city.time_zone)
    for code in ("en", "es"):
        words = languages[code]
        text = body_of(kind, "https://x/benefits/return", city.service_name, city.phone, words)
        assert "https://x/benefits/return" in text
        assert "{" not in text + subject_of(kind, words)
        assert max(len(line) for line in text.splitlines()) < 990
    assert body_of(kind, "x", "", None, languages["es"]) != body_of(
        kind, "x", "", None, languages["en"]
    )


@dataclass
class Postman:
    """An SMTP server that answers as it is told and keeps what it took."""

    answers: list[str] = field(default_factory=list)
    taken: list[tuple[list[str], bytes]] = field(default_factory=list)

    async def handle_DATA(  # noqa: N802 - the name the server calls
        self, _server: object, _session: object, envelope: Any
    ) -> str:
        answer = self.answers.pop(0) if self.answers else "250 fine"
        if answer.startswith("250"):
            self.taken.append((envelope.rcpt_tos, envelope.content))
        return answer


@asynccontextmanager
async def postman(*answers: str) -> AsyncIterator[tuple[Postman, str]]:
    """A running server and its address."""
    handler = Postman(list(answers))
    server = UnthreadedController(
        handler, hostname="127.0.0.1", port=0, loop=asyncio.get_running_loop()
    )
    serving = await asyncio.get_running_loop().create_server(
        server._factory_invoker, host="127.0.0.1", port=0
    )
    try:
        port = serving.sockets[0].getsockname()[1]
        yield handler, f"smtp://127.0.0.1:{port}"
    finally:
        serving.close()
        await serving.wait_closed()


async def test_mail_goes_by_smtp_and_the_same_row_has_the_same_message_id(
    services: Services, send: Send
) -> None:
    await send()
    async with postman() as (handler, url):
        await work(with_server(services, url))
    [(to, content)] = handler.taken
    assert to == ["ana@example.org"]
    row = (await db.fetch("select id from outbox where topic = 'notice'"))[0]
    assert f"Message-ID: <{row['id']}@127.0.0.1>".encode() in content
    assert mails(services) == []


async def test_a_server_that_is_busy_is_asked_again_and_one_that_refuses_needs_a_person(
    services: Services, send: Send
) -> None:
    await send()
    async with postman("451 later") as (_handler, url):
        await work(with_server(services, url))
    assert await outbox_states() == [("waiting", "mail answered 451")]
    await db.execute("update outbox set state = 'waiting', next_at = created_at")
    async with postman("554 never") as (_handler, url):
        await work(with_server(services, url))
    assert await outbox_states() == [("needs_attention", "mail answered 554")]


async def test_a_server_that_is_away_is_tried_again(services: Services, send: Send) -> None:
    await send()
    await work(with_server(services, "smtp://127.0.0.1:1"))
    [(state, error)] = await outbox_states()
    assert state == "waiting"
    assert error is not None
    assert "ana" not in error


async def test_a_folder_that_takes_no_file_is_tried_again_and_no_half_mail_is_left(
    services: Services, send: Send
) -> None:
    await send()
    blocked = services.settings.storage / "mail"
    blocked.parent.mkdir(parents=True, exist_ok=True)
    blocked.write_text("not a folder")
    await work(services)
    assert [state for state, _error in await outbox_states()] == ["waiting"]
    blocked.unlink()
    await db.execute("update outbox set next_at = created_at")
    await work(services)
    assert len(mails(services)) == 1


def with_server(services: Services, url: str) -> Services:
    return replace(services, settings=replace(services.settings, smtp_url=url))
