"""Votes as pages and actions read them: the rule, its words, what is published, how many voted."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from uuid import UUID

from petitions.protocol.spec import VoteSpec
from service import db
from service.errors import NotFound

if TYPE_CHECKING:
    from service.clock import Clock

COLUMNS = (
    "id, number, state, revision, method, spec, spec_hash, opens_at, closes_at, dispute_until,"
    " turnout, turnout_on, result"
)
WORDS_KIND = "vote.words"
SEALED = "ballots.txt"
# What anyone may fetch; sealed ballots only where the vote is counted in open mode.
OTHERS = "others.json"
STABILITY = "stability.json"
ORDER = (
    "spec.json",
    "leaves.txt",
    "closed.json",
    "final.json",
    SEALED,
    "plain.txt",
    "opened.json",
    "result.json",
    OTHERS,
    STABILITY,
)


@dataclass(frozen=True, slots=True)
class VoteRecord:
    """One vote. `words` are the texts by language that took the place of the frozen ones."""

    id: UUID
    number: int | None
    state: str
    revision: int
    method: str
    spec_text: str
    spec_hash: str | None
    opens_at: datetime | None
    closes_at: datetime | None
    dispute_until: datetime | None
    turnout: int
    turnout_on: date | None
    result_text: str | None
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def spec(self) -> VoteSpec:
        """The frozen rule. Only of a vote that was opened."""
        return _parsed(self.spec_text)

    @property
    def draft(self) -> dict[str, Any]:
        """What an officer typed so far. Only of a draft."""
        found: dict[str, Any] = json.loads(self.spec_text)
        return found

    @property
    def result(self) -> dict[str, Any] | None:
        return None if self.result_text is None else json.loads(self.result_text)

    def question(self, language: str) -> str:
        return self._word(language, "question", self.spec.question)

    def language_of(self, language: str) -> str:
        """The language in which the question is there for somebody who reads this one."""
        return language if self.words.get(language, {}).get("question") else "en"

    def option(self, language: str, id: str) -> str:
        text = next((one.text for one in self.spec.options if one.id == id), id)
        return self._word(language, f"option:{id}", text)

    def _word(self, language: str, key: str, frozen: str) -> str:
        own = self.words.get(language, {}).get(key)
        return own or self.words.get("en", {}).get(key) or frozen


@lru_cache(64)
def _parsed(text: str) -> VoteSpec:
    return VoteSpec.parse(text.encode())


@dataclass(frozen=True, slots=True)
class Correction:
    """Words of a vote that were changed after it opened."""

    at: datetime
    language: str
    key: str
    before: str
    after: str


async def vote_by_number(number: int) -> VoteRecord:
    """Raises NotFound for one that never opened."""
    row = await db.fetch_one(f"select {COLUMNS} from voice_votes where number = ?", number)
    return await _whole(row)


async def vote_by_id(id: UUID) -> VoteRecord:
    row = await db.fetch_one(f"select {COLUMNS} from voice_votes where id = ?", id)
    return await _whole(row)


async def public_votes() -> Sequence[VoteRecord]:
    """Every vote that was opened, the newest first."""
    rows = await db.fetch(
        f"select {COLUMNS} from voice_votes where number is not null order by number desc limit 200"
    )
    return [await _whole(row) for row in rows]


async def every_vote() -> Sequence[VoteRecord]:
    rows = await db.fetch(
        f"select {COLUMNS} from voice_votes order by created_at desc, id limit 200"
    )
    return [await _whole(row) for row in rows]


async def _whole(row: db.Row | None) -> VoteRecord:
    if row is None:
        raise NotFound
    words: dict[str, dict[str, str]] = {}
    for change in await _word_events(row["id"]):
        words.setdefault(change["language"], {})[change["key"]] = change["after"]
    return VoteRecord(
        id=row["id"],
        number=row["number"],
        state=row["state"],
        revision=row["revision"],
        method=row["method"],
        spec_text=row["spec"],
        spec_hash=row["spec_hash"],
        opens_at=row["opens_at"],
        closes_at=row["closes_at"],
        dispute_until=row["dispute_until"],
        turnout=row["turnout"],
        turnout_on=row["turnout_on"],
        result_text=row["result"],
        words=words,
    )


async def _word_events(vote: UUID) -> list[dict[str, Any]]:
    rows = await db.fetch(
        "select at, detail from voice_events where subject = ? and kind = ? order by at, id",
        vote,
        WORDS_KIND,
    )
    return [{**json.loads(row["detail"]), "at": row["at"]} for row in rows]


async def corrections(vote: VoteRecord) -> list[Correction]:
    """Typing errors mended after the opening, in order; translations given at it are none."""
    return [
        Correction(one["at"], one["language"], one["key"], one["before"], one["after"])
        for one in await _word_events(vote.id)
        if one["before"]
    ]


async def is_taking_ballots(vote: UUID, clock: Clock) -> bool:
    """By the database's clock."""
    now = db.now_sql(clock)
    found = await db.fetch(
        f"select 1 as taking from voice_votes where id = ? and state = 'open'"
        f" and opens_at <= {now} and closes_at > {now}",
        vote,
    )
    return bool(found)


# ---- published files ----------------------------------------------------------------------------


async def published_names(vote: VoteRecord) -> list[str]:
    rows = await db.fetch("select name from voice_publications where vote = ?", vote.id)
    stored = {row["name"] for row in rows}
    return [name for name in ORDER if name in stored and is_public(vote, name)]


async def published_file(vote: VoteRecord, name: str) -> bytes:
    """Raises NotFound for what is not there, or not yet for everybody."""
    if not is_public(vote, name):
        raise NotFound
    return await stored_file(vote.id, name)


async def is_published(vote: VoteRecord, name: str) -> bool:
    return name in await published_names(vote)


async def stored_file(vote: UUID, name: str) -> bytes:
    row = await db.fetch_one(
        "select body from voice_publications where vote = ? and name = ?", vote, name
    )
    if row is None:
        raise NotFound
    return str(row["body"]).encode()


def is_public(vote: VoteRecord, name: str) -> bool:
    """Sealed ballots wait for the trustees, and stay hidden where the rule says so."""
    if name == SEALED:
        return vote.state == "counted" and vote.spec.mode == "open"
    return name in ORDER


# ---- disputes -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DisputeRow:
    """Something said against the roll or a receipt."""

    id: UUID
    kind: str
    leaf: str | None
    reason: str
    state: str
    first_by: UUID | None


async def disputes_of(vote: UUID) -> list[DisputeRow]:
    rows = await db.fetch(
        "select id, kind, leaf, reason, state, first_by from voice_disputes where vote = ?"
        " order by id",
        vote,
    )
    return [DisputeRow(**row) for row in rows]
