"""Votes that are open, and people who vote in them as they do through the link in their mail."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from petitions.protocol.sealing import Receipt
from service import db
from service.actions.voice.asking_ballots import ask_for_ballot
from service.actions.voice.ballots import LINK_KEPT, Ticket, cast, seal_ticket
from service.actions.voice.settling import open_ballots, reduce
from service.actions.voice.vote_drafts import Draft, DraftOption, save_draft
from service.actions.voice.votes import Opened, close_vote, open_vote
from service.actor import Actor
from service.services import Services
from service.voice.contacts import read_contact
from service.voice.vote_keys import read_key
from tests.support.clock import StoppedClock

OFFICER = Actor("officer", "olga", None, UUID(int=1))
AUDITOR = Actor("auditor", "otto", None, UUID(int=2))
AREAS = ("north", "south", "east")
OPTIONS = ("A new playground", "More street trees", "A safer crossing", "A book bus")


class House:
    """One city that holds votes. `trustee` is what three people keep apart."""

    def __init__(self, services: Services, clock: StoppedClock) -> None:
        self.services = services
        self.clock = clock
        self.trustee = X25519PrivateKey.generate()

    def draft(self, method: str = "irv", **more: Any) -> Draft:
        budget = method in ("greedy", "equal-shares")
        usual: dict[str, Any] = {
            "question": {"en": "What should the city build next?", "es": "¿Qué construir?"},
            "options": [
                DraftOption({"en": words, "es": f"{words} (es)"}, 1_000 * at if budget else 0)
                for at, words in enumerate(OPTIONS, 1)
            ],
            "method": method,
            "closes_at": (self.clock.now() + timedelta(days=14)).isoformat(),
            "electorate": "Everyone who lives here",
            "trustee_key": self.trustee.public_key().public_bytes_raw().hex(),
            "budget": 5_000 if budget else 0,
            "pairs": 3 if method == "pairwise" else 0,
            "mode": "open",
        }
        return Draft(**{**usual, **more})

    async def open(self, method: str = "irv", **more: Any) -> Opened:
        now = self.clock.now()
        id = await save_draft(OFFICER, self.draft(method, **more), now)
        return await open_vote(self.services, OFFICER, id, 1, now)

    async def token(self, opened: Opened, mail: str, area: str = "") -> str:
        """The token of the link in the newest mail."""
        before = {row["id"] for row in await db.fetch("select id from voice_outbox")}
        now = self.clock.now()
        network = str(uuid4())
        await ask_for_ballot(self.services, opened.number, mail, area, "en", network, now)
        [row] = [
            row
            for row in await db.fetch("select id, payload from voice_outbox")
            if row["id"] not in before
        ]
        payload = self.services.keyring.open_json(
            row["payload"], table="voice_outbox", column="payload", row_id=row["id"]
        )
        return str(payload["link"]).partition("?t=")[2]

    async def vote(self, opened: Opened, mail: str, choice: object, area: str = "") -> Receipt:
        """As if the link in the mail had been opened, without the mail."""
        now, key = self.clock.now(), read_key(self.services.settings, opened.vote)
        contact = read_contact(self.services, "mail", str(opened.vote), mail)
        roll = key.roll(contact.kind, contact.canonical)
        row = await db.fetch_one("select n from voice_box where s_hash = ?", key.slot(roll))
        ticket = Ticket(roll, "mail", area, row["n"] if row else 0)
        token = seal_ticket(key, opened.vote, ticket, now + LINK_KEPT)
        return await cast(self.services, opened.number, token, choice, now)

    async def close(self, opened: Opened) -> None:
        self.clock.forward(timedelta(days=14, seconds=1))
        await close_vote(self.services, opened.vote, self.clock.now())

    async def reduce(self, opened: Opened) -> None:
        self.clock.forward(timedelta(hours=72, seconds=1))
        await reduce(self.services, OFFICER, opened.vote, self.clock.now())

    async def count(self, opened: Opened) -> dict[str, bytes]:
        names = ("Ada Auditor", "Otto Officer")
        now = self.clock.now()
        return await open_ballots(self.services, OFFICER, opened.vote, self.trustee, names, now)

    async def result(self, opened: Opened) -> dict[str, Any]:
        await self.close(opened)
        await self.reduce(opened)
        found: dict[str, Any] = json.loads((await self.count(opened))["result.json"])
        return found


@pytest.fixture
def house(services: Services, clock: StoppedClock) -> House:
    voice = replace(services.voice, tiers=("mail",), areas={area: area for area in AREAS})
    return House(replace(services, voice=voice), clock)


async def sizes(vote: UUID) -> tuple[int, int]:
    """How many are in the roll and in the box."""
    [row] = await db.fetch(
        "select (select count(*) from voice_roll where vote = ?) as roll,"
        " (select count(*) from voice_box where vote = ?) as box",
        vote,
        vote,
    )
    return row["roll"], row["box"]
