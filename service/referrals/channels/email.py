"""Mail to an agency: so many new cases are waiting, and where to read them. Nothing of anyone."""

from __future__ import annotations

from email.message import EmailMessage
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from service.notices.mail import send
from service.queries.referrals import count_waiting
from service.worker import Done, GiveUp, Outcome

if TYPE_CHECKING:
    from service.outbox import Claimed
    from service.services import Services

FOLDER = "agency-mail"


async def deliver(services: Services, row: Claimed) -> Outcome:
    """Send one mail for all that waits now; none when it was all read meanwhile."""
    agency = services.city.agencies.get(row.payload["agency"])
    if agency is None or agency.mail is None:
        return GiveUp("the agency has no mail address")
    count = await count_waiting(agency.id)
    if count == 0:
        return Done()
    message = compose(services, agency.mail, row, count)
    return await send(services.settings, message, row.key, FOLDER)


def compose(services: Services, address: str, row: Claimed, count: int) -> EmailMessage:
    """The mail; the same row always has the same message id, so a second one is known as such."""
    base = services.settings.base_url
    message = EmailMessage()
    message["From"] = f"no-reply@{urlsplit(base).hostname}"
    message["To"] = address
    message["Subject"] = "Cases are waiting for you"
    message["Message-ID"] = f"<{row.id}@{urlsplit(base).hostname}>"
    message.set_content(f"Cases waiting for you: {count}\n\nSign in to read them: {base}/staff/\n")
    return message
