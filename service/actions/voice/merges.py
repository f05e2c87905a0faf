"""Two petitions that ask for the same become one: proposed by a moderator, agreed to by both
authors, and taken back exactly. carrying.py moves the signatures."""

from __future__ import annotations

import base64
import binascii
import hmac
import json
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING
from uuid import UUID

from petitions.petition import State
from service import db, outbox
from service.actions.voice.carrying import begin, take_back
from service.actor import Actor
from service.audit import unit_of_work
from service.errors import Conflict, NotFound
from service.i18n import _
from service.ids import time_ordered_id
from service.voice.mail import to_author
from service.voice.moving import add_event as note

if TYPE_CHECKING:
    from datetime import datetime

    from service.security.keyring import Keyring
    from service.services import Services

LINK = "/voice/merge/{token}"
SOURCE, TARGET = "source", "target"
ASKED, MOVING, DONE, DECLINED, UNDONE = "asked", "moving", "done", "declined", "undone"
FROM = (State.MODERATION, State.OPEN, State.AWAITING)
INTO = (State.OPEN, State.AWAITING)
MAC_BYTES = 16
NOT_THESE = _("These two cannot be joined: one has to be open, and neither joined already.")
TOO_LATE = _("This was settled in the meantime.")
LATER_FIRST = _("The petition that took this one in was joined with another. Undo that first.")
PAIR = """
select m.id, m.state, m.source_agreed_at, m.target_agreed_at, m.asked_at,
  s.id as source, s.number as source_number, s.ask as source_ask, s.why as source_why,
  s.language as source_language, s.count as source_count, s.state as source_state,
  t.id as target, t.number as target_number, t.ask as target_ask, t.why as target_why,
  t.language as target_language, t.count as target_count, t.state as target_state
from voice_merges m join voice_petitions s on s.id = m.source
join voice_petitions t on t.id = m.target where m.id = ?
"""
PROPOSABLE = """
select id, state, ask from voice_petitions where id in (?, ?) and author is not null
and not exists (select 1 from voice_merges m where m.state in ('asked', 'moving', 'done')
  and (m.source = voice_petitions.id or (m.target = voice_petitions.id and m.source = ?)))
"""
BEFORE = """
select detail from voice_events where subject = ? and kind = 'merged' order by id desc limit 1
"""


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two petitions."""

    id: UUID
    number: int | None
    ask: str
    why: str
    language: str
    count: int


@dataclass(frozen=True, slots=True)
class Asked:
    """A merge as one of its authors sees it. `agreed`: this author has said yes."""

    merge: UUID
    own: Side
    other: Side
    into_own: bool
    agreed: bool
    state: str


# ---- asking -------------------------------------------------------------------------------------


async def propose(
    services: Services, actor: Actor, source: UUID, target: UUID, now: datetime
) -> UUID:
    """Ask both authors whether the first petition may go into the second. Raises Conflict."""
    merge = time_ordered_id()
    detail = {"source": str(source), "target": str(target)}
    async with unit_of_work(actor, "merge.proposed", merge, now, detail=detail) as work:
        rows = {row["id"]: row for row in await db.fetch(PROPOSABLE, source, target, target)}
        fits = source != target and len(rows) == 2
        fits = fits and State(rows[source]["state"]) in FROM
        if not (fits and State(rows[target]["state"]) in INTO):
            raise Conflict("not_these", NOT_THESE)
        await db.execute(
            "insert into voice_merges (id, source, target, state, asked_at)"
            " values (?, ?, ?, 'asked', ?)",
            merge,
            source,
            target,
            now,
        )
        for side, own, other in ((SOURCE, source, target), (TARGET, target, source)):
            link = services.settings.base_url + LINK.format(
                token=token_of(services.keyring, merge, side)
            )
            key = f"merge:{merge}:{side}"
            words = {"other": rows[other]["ask"], "link": link}
            work.rows.append(to_author("merge_asked", own, key, now, **words))
    return merge


def token_of(keyring: Keyring, merge: UUID, side: str) -> str:
    """The link of one author. It proves itself, so none is kept."""
    return _token(keyring.derive("voice/merge")[0], merge, side)


def read_token(keyring: Keyring, token: str) -> tuple[UUID, str]:
    """Which merge, and which of its authors. Raises NotFound."""
    try:
        merge = UUID(bytes=base64.urlsafe_b64decode(token + "==")[:16])
    except (ValueError, binascii.Error):
        raise NotFound from None
    for key in keyring.derive("voice/merge"):
        for side in (SOURCE, TARGET):
            if hmac.compare_digest(_token(key, merge, side), token):
                return merge, side
    raise NotFound


def _token(key: bytes, merge: UUID, side: str) -> str:
    proof = hmac.new(key, merge.bytes + side.encode(), sha256).digest()[:MAC_BYTES]
    return base64.urlsafe_b64encode(merge.bytes + proof).decode().rstrip("=")


# ---- saying yes or no ---------------------------------------------------------------------------


async def look(services: Services, token: str) -> Asked:
    """What an author is asked. Changes nothing. Raises NotFound."""
    merge, side = read_token(services.keyring, token)
    row = await _pair(merge)
    own, other = (SOURCE, TARGET) if side == SOURCE else (TARGET, SOURCE)
    agreed = row[f"{side}_agreed_at"] is not None
    return Asked(merge, _side(row, own), _side(row, other), side == TARGET, agreed, row["state"])


async def agree(services: Services, token: str, now: datetime) -> None:
    """One author says yes; with both, the signatures begin to move. Again changes nothing."""
    merge, side = read_token(services.keyring, token)
    async with unit_of_work(Actor.ANONYMOUS, f"merge.{side}_agreed", merge, now) as work:
        changed = await db.execute(
            f"update voice_merges set {db.identifier(f'{side}_agreed_at')} = ?"
            " where id = ? and state = 'asked'",
            now,
            merge,
        )
        row = await _pair(merge)
        if changed != 1:
            if row["state"] in (MOVING, DONE):
                return
            raise Conflict("settled", TOO_LATE)
        if row["source_agreed_at"] and row["target_agreed_at"]:
            work.rows.append(await _join(row, now))


async def decline(services: Services, token: str, now: datetime) -> None:
    """One author says no: both petitions go on as they are."""
    merge, side = read_token(services.keyring, token)
    async with unit_of_work(Actor.ANONYMOUS, f"merge.{side}_declined", merge, now):
        changed = await db.execute(
            "update voice_merges set state = 'declined' where id = ? and state = 'asked'", merge
        )
        if changed != 1:
            raise Conflict("settled", TOO_LATE)


async def _join(row: db.Row, now: datetime) -> outbox.NewRow:
    """Nobody can sign the first any more; its signatures are carried over by the worker."""
    states = tuple(state.value for state in FROM)
    joined = await db.execute(
        "update voice_petitions set state = 'merged', merged_into = ?, revision = revision + 1,"
        f" locked_by = null, locked_until = null where id = ? and state in ({db.marks(states)})",
        row["target"],
        row["source"],
        *states,
    )
    if joined != 1 or State(row["target_state"]) not in INTO:
        raise Conflict("not_these", NOT_THESE)
    await db.execute("update voice_merges set state = 'moving' where id = ?", row["id"])
    detail = {"into": row["target_number"], "before": row["source_state"]}
    await note(row["source"], "merged", now, detail=detail)
    await note(row["target"], "took_in", now, detail={"from": row["source_number"]})
    return begin(row["id"], now)


# ---- taking it back -----------------------------------------------------------------------------


async def undo(services: Services, actor: Actor, merge: UUID, now: datetime) -> int:
    """Both are as they were: exactly the signatures that came this way go. Gives how many went.
    Where an author never answered, only the asking ends."""
    row = await _pair(merge)
    if row["state"] == ASKED:
        await _call_off(actor, merge, now)
        return 0
    if row["target_state"] == State.MERGED:
        raise Conflict("later_first", LATER_FIRST)
    async with unit_of_work(actor, "merge.undone", merge, now) as work:
        changed = await db.execute(
            "update voice_merges set state = 'undone', undone_at = ?"
            " where id = ? and state in ('moving', 'done')",
            now,
            merge,
        )
        told = await db.fetch_one(BEFORE, row["source"])
        if changed != 1 or told is None:
            raise Conflict("settled", TOO_LATE)
        gone = await take_back(services, merge, row["source"], row["target"], now)
        await db.execute(
            "update voice_petitions set state = ?, merged_into = null, revision = revision + 1"
            " where id = ? and state = 'merged'",
            json.loads(told["detail"])["before"],
            row["source"],
        )
        work.detail["signatures"] = gone
        await note(row["source"], "unmerged", now, detail={"from": row["target_number"]})
        await note(row["target"], "let_go", now, detail={"of": row["source_number"]})
    return gone


async def _call_off(actor: Actor, merge: UUID, now: datetime) -> None:
    async with unit_of_work(actor, "merge.called_off", merge, now):
        changed = await db.execute(
            "update voice_merges set state = 'undone', undone_at = ?"
            " where id = ? and state = 'asked'",
            now,
            merge,
        )
        if changed != 1:
            raise Conflict("settled", TOO_LATE)


async def _pair(merge: UUID) -> db.Row:
    row = await db.fetch_one(PAIR, merge)
    if row is None:
        raise NotFound
    return row


def _side(row: db.Row, side: str) -> Side:
    columns = ("number", "ask", "why", "language", "count")
    return Side(row[side], *(row[f"{side}_{column}"] for column in columns))
