"""The handler of the outbox topic `notice`: whom to write to, in which language, and whether."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from uuid import UUID

from service import db
from service.actions.case_rows import NOTICE
from service.actions.contact_changes import told_mail
from service.actions.returning import LINK, write_link
from service.drafts import open_draft
from service.i18n import Language, Languages
from service.mail_text import plain_mail
from service.notices.mail import send
from service.notices.words import WORDINGS, body_of, subject_of
from service.referrals.request import Contact
from service.worker import Done, GiveUp, Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping

    from service.mail_text import PlainMail
    from service.outbox import Claimed
    from service.services import Services
    from service.worker import Handler

WAY_BACK = "/benefits/return"
FIND = "select state, revision, draft, contact, language from applications where id = ?"


@dataclass(frozen=True, slots=True)
class Recipient:
    """Where a notice goes and in which language."""

    mail: str
    language: str


async def deliver(services: Services, row: Claimed) -> Outcome:
    """Write one notice. Nothing is written to somebody who did not say that it is safe, or who has
    no mail: the status page shows the same."""
    kind = row.payload["kind"]
    if kind not in WORDINGS:
        return GiveUp("there is no such notice")
    recipient = await recipient_of(services, row.payload)
    if recipient is None:
        return Done()
    link = services.settings.base_url + str(row.payload.get("link", WAY_BACK))
    return await send(services.settings, compose(services, recipient, row, kind, link), row.key)


async def recipient_of(services: Services, payload: Mapping[str, object]) -> Recipient | None:
    """The applicant as they are reached now, or as they were when a change was asked for."""
    application = UUID(str(payload["application"]))
    row = await db.fetch_one(FIND, application)
    if row is None:
        return None
    contact = _contact(services, application, row)
    mail = contact.mail if contact.safe_to_write else None
    if "change" in payload:
        mail = await told_mail(services, UUID(str(payload["change"])))
    if not mail:
        return None
    offered = {language.code for language in services.city.languages}
    wanted = (contact.language, row["language"])
    found = (code for code in wanted if code in offered)
    return Recipient(mail, next(found, services.city.languages[0].code))


def _contact(services: Services, application: UUID, row: db.Row) -> Contact:
    """How to reach the applicant: as it was sent, or as the draft has it until then."""
    if row["state"] == "draft":
        flow = open_draft(services, application, row["revision"], row["draft"])
        return Contact.from_json(flow.draft.contact)
    stored = services.keyring.open_json(
        row["contact"], table="applications", column="contact", row_id=application
    )
    return Contact.from_json(stored)


def compose(
    services: Services, recipient: Recipient, row: Claimed, kind: str, link: str
) -> PlainMail:
    """The mail. The same row always has the same message id, so a second copy is known as such."""
    city = services.city
    words = languages_of(city.languages, city.time_zone)[recipient.language]
    host = urlsplit(services.settings.base_url).hostname
    return plain_mail(
        {
            "From": f"no-reply@{host}",
            "To": recipient.mail,
            "Subject": subject_of(kind, words),
            "Message-ID": f"<{row.id}@{host}>",
            "Auto-Submitted": "auto-generated",
            "Content-Language": words.code,
        },
        body_of(kind, link, city.service_name, city.phone, words),
    )


@lru_cache(4)
def languages_of(offered: tuple[Language, ...], zone: str) -> Languages:
    """The catalogues, read once a process."""
    return Languages.load(offered, zone)


HANDLERS: Mapping[str, Handler] = {NOTICE: deliver, LINK: write_link}
