"""People who sign: asked by the page, confirmed by the token that their mail would carry."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from itertools import count
from typing import Any
from uuid import UUID

from service import db
from service.actions.voice.own_signature import OwnSignature, confirm
from service.actions.voice.signing import SIGNATURE, Asked, Wish, ask_to_sign
from service.ids import time_ordered_id
from service.models import Petition
from service.security.tokens import token_hash
from service.services import Services
from service.voice.counting import count_steps
from service.voice.keys import new_person_key
from service.voice.people import Reached, open_contact, seal_author
from tests.support.rows import stored

NETWORK = "192.0.2.1"
AUTHOR = Reached("mail", "author@example.net", "author@example.net", "en", "A" * 43, "Ari Author")


# Far from those that tests name themselves.
NUMBERS = count(500_001)


async def new_petition(
    services: Services, closes_at: datetime, state: str = "open", **values: Any
) -> UUID:
    """A petition as the pages would have made it."""
    petition = time_ordered_id()
    row = {
        "number": next(NUMBERS),
        "language": "en",
        "ask": "Light the path by the lake",
        "threshold": 1_000,
        "created_at": services.clock.now(),
        **values,
    }
    await stored(
        Petition,
        id=petition,
        state=state,
        person_key=new_person_key(services.keyring, petition),
        author=seal_author(services.keyring, petition, AUTHOR),
        author_link_hash=token_hash(f"{petition}"),
        opened_at=services.clock.now(),
        closes_at=closes_at,
        **row,
    )
    return petition


@dataclass
class Signers:
    """One petition and everybody who signs it."""

    services: Services
    petition: UUID

    async def ask(
        self, contact: str, name: str = "Sam Signer", kind: str = SIGNATURE, **more: Any
    ) -> Asked:
        network = more.pop("network", NETWORK)
        wish = Wish(name, contact, **more)
        now = self.services.clock.now()
        return await ask_to_sign(self.services, self.petition, wish, network, now, kind=kind)

    async def tokens(self) -> list[str]:
        """What the mails would carry, in the order of the rows."""
        rows = await db.fetch(
            "select id, contact from voice_signatures where petition = ? and contact is not null"
            " order by asked_at, id",
            self.petition,
        )
        return [
            open_contact(self.services.keyring, row["id"], row["contact"]).token for row in rows
        ]

    async def token_of(self, contact: str) -> str:
        rows = await db.fetch(
            "select id, contact from voice_signatures where petition = ?", self.petition
        )
        kept = [
            open_contact(self.services.keyring, row["id"], row["contact"])
            for row in rows
            if row["contact"] is not None
        ]
        return next(each.token for each in kept if each.mail == contact)

    async def sign(self, contact: str, **more: Any) -> OwnSignature:
        await self.ask(contact, **more)
        return await confirm(self.services, await self.token_of(contact))

    async def sign_many(self, count: int, *, first: int = 0, **more: Any) -> list[str]:
        """So many people, asked and confirmed at once; gives their tokens."""
        import asyncio

        before = set(await self.tokens())
        mails = [f"signer{first + number}@one.example.net" for number in range(count)]
        await asyncio.gather(*(self.ask(mail, **more) for mail in mails))
        tokens = [token for token in await self.tokens() if token not in before]
        await asyncio.gather(*(confirm(self.services, token) for token in tokens))
        return tokens

    async def counted(self) -> int:
        """The headline, once every step is counted."""
        await count_steps(self.services)
        return await self.headline()

    async def headline(self) -> int:
        return int((await self.row())["count"])

    async def row(self) -> db.Row:
        row = await db.fetch_one("select * from voice_petitions where id = ?", self.petition)
        assert row is not None
        return row

    async def three_counts(self) -> tuple[int, int, int]:
        """Headline, sum of the parts, signatures that are confirmed: always the same number."""
        rows = await db.fetch(
            "select p.count as headline,"
            " (select coalesce(sum(c.count), 0) from voice_counts c where c.petition = p.id)"
            "  as parts,"
            " (select count(*) from voice_signatures s where s.petition = p.id"
            "  and s.state = 'confirmed') as signed from voice_petitions p where p.id = ?",
            self.petition,
        )
        return int(rows[0]["headline"]), int(rows[0]["parts"]), int(rows[0]["signed"])

    def at(self, clock: Any) -> Signers:
        return Signers(replace(self.services, clock=clock), self.petition)
