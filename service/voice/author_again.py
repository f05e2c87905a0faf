"""An author who lost the link asks for it by mail address. Who wrote something is found by the
worker, so the page that asks is the same, and as quick, whoever the address belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from service import db, outbox
from service.ids import time_ordered_id
from service.security.keyring import SealBroken
from service.voice.mail import LANE, to_author
from service.voice.people import open_author
from service.worker import Done, Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from service.services import Services
    from service.worker import Handler

TOPIC = "voice_author_again"
MAIL_WINDOW = 900
AT_ONCE = 500
AUTHORS = """
select id, author from voice_petitions where author is not null and id > ? order by id limit ?
"""


async def ask_again(canonical: str, now: datetime) -> None:
    """Have the link of each petition that was written with this address sent once more."""
    key = f"again:{time_ordered_id()}"
    row = outbox.new_row(TOPIC, LANE, key, {"canonical": canonical}, now, now, outbox.VOICE)
    async with db.transaction() as transaction:
        outbox.add(transaction, [row])


async def find(services: Services, row: outbox.Claimed) -> Outcome:
    """Addresses are sealed, so each author's is opened and compared. One mail for a petition in a
    quarter of an hour, however often it is asked for or tried."""
    now, after = services.clock.now(), UUID(int=0)
    window = int(now.timestamp()) // MAIL_WINDOW
    while True:
        found = await db.fetch(AUTHORS, after, AT_ONCE)
        mails = [
            to_author("author_link", each["id"], f"author:{each['id']}:{window}", now)
            for each in found
            if _wrote(services, each, row.payload["canonical"])
        ]
        async with db.transaction() as transaction:
            await outbox.add_many(transaction, outbox.VOICE, mails)
        if len(found) < AT_ONCE:
            return Done()
        after = found[-1]["id"]


def _wrote(services: Services, row: db.Row, canonical: str) -> bool:
    try:
        author = open_author(services.keyring, row["id"], row["author"])
    except SealBroken:  # no key opens this one: the others' links go out all the same
        return False
    return bool(canonical) and author.canonical == canonical


HANDLERS: Mapping[str, Handler] = {TOPIC: find}
