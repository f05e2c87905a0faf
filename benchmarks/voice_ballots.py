"""Ballots in a second: cast by the function that the page calls, into a box that is not empty."""

from __future__ import annotations

import asyncio
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from benchmarks.voice_timing import timed
from petitions.protocol.sealing import seal
from service import db
from service.actions.voice.ballots import LINK_KEPT, Ticket, cast, put_in_roll, seal_ticket
from service.actions.voice.vote_drafts import Draft, DraftOption, save_draft
from service.actions.voice.votes import Opened, open_vote
from service.actor import Actor
from service.queries.voice.votes import vote_by_id
from service.voice.mixing import mix_due
from service.voice.vote_keys import VoteKey, read_key

if TYPE_CHECKING:
    from service.services import Services

LOAD = "insert into voice_box (s_hash, vote, sealed, n, fresh) values (?, ?, ?, 1, false)"
WORDS = ("A new playground", "More street trees", "A safer crossing", "A book bus")


async def through_ballots(services: Services, count: int, before: int) -> dict[str, object]:
    """So many people vote once, while the worker writes the rows again as often as it comes round;
    then roll and box are compared."""
    opened = await _opened(services)
    key = read_key(services.settings, opened.vote)
    await _load(key, opened, before)
    now = services.clock.now()
    tokens = [
        seal_ticket(key, opened.vote, Ticket(_voter(key), "mail", "", 0), now + LINK_KEPT)
        for _ballot in range(count)
    ]

    async def one(token: str) -> object:
        return await cast(services, opened.number, token, ["a-book-bus"], services.clock.now())

    mixing = asyncio.create_task(_mix_often())
    told: dict[str, object] = {"loaded": before, "cast": await timed(one, tokens)}
    mixing.cancel()
    await asyncio.wait([mixing])
    [row] = await db.fetch(
        "select (select count(*) from voice_roll) as roll, (select count(*) from voice_box) as box"
    )
    right = row["roll"] == row["box"] == before + count
    return {**told, "roll": row["roll"], "box": row["box"], "right": right}


async def _opened(services: Services) -> Opened:
    closes = services.clock.now() + timedelta(days=14)
    draft: dict[str, Any] = {
        "question": {"en": "What should the city build next?"},
        "options": [DraftOption({"en": words}) for words in WORDS],
        "method": "irv",
        "closes_at": closes.isoformat(),
        "trustee_key": X25519PrivateKey.generate().public_key().public_bytes_raw().hex(),
    }
    officer, now = Actor("officer", "load", None, UUID(int=1)), services.clock.now()
    vote = await save_draft(officer, Draft(**draft), now)
    return await open_vote(services, officer, vote, 1, now)


def _voter(key: VoteKey) -> str:
    return key.roll("mail", secrets.token_hex(8))


async def _load(key: VoteKey, opened: Opened, count: int) -> None:
    """Ballots that were cast and mixed before."""
    sealed = seal(b'{"choice":[]}', (await vote_by_id(opened.vote)).spec)
    voters = [_voter(key) for _ballot in range(count)]
    async with db.transaction():
        await put_in_roll([(roll, opened.vote, "mail", "") for roll in sorted(voters)])
        await db.execute("update voice_roll set fresh = false")
        slots = sorted(key.slot(roll) for roll in voters)
        await db.execute_many(LOAD, [(slot, opened.vote, sealed) for slot in slots])


async def _mix_often() -> None:
    """As the worker does, more often: every two seconds."""
    while True:
        await asyncio.sleep(2)
        await mix_due()
