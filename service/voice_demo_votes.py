"""Votes of the demonstration, one for each way to count.

Each is made by the functions that a real vote uses, all ballots of a vote at once, by the worker
and after the start: tens of thousands of seals take some seconds. One is open and one in its
dispute window, with roll, box and key as they would be; of the others stays what stays of any
vote that was counted.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_bytes
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, UUID, uuid5

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from eligibility.documents import plain, read_document
from petitions.protocol.choices import read_choice, write_choice
from petitions.protocol.publishing import (
    RESULT,
    Files,
    publish_closing,
    publish_final,
    publish_opening,
    publish_result,
)
from petitions.protocol.sealing import leaf, seal
from petitions.protocol.shares import Share, join, split
from petitions.protocol.spec import VoteSpec, tie_commitment
from petitions.results.release import shown_counts
from service import db
from service.actions.voice.vote_drafts import Draft, DraftOption
from service.actions.voice.votes import TURNOUT_STEP, frozen, note, publish, written
from service.queries.voice.votes import OTHERS, WORDS_KIND
from service.voice.comparing import others_text
from service.voice.mixing import BOX, ROLL, hold_vote
from service.voice.vote_keys import FOLDER, VoteKey, keep_secrets
from service.voice_demo import ANSWER, PROMISE
from service.voice_demo_voters import Voter, camps_of, voters

if TYPE_CHECKING:
    from pathlib import Path

    from service.services import Services

FILE = "voice_demo_votes.yaml"
SHARES = "demonstration-shares.txt"
OPEN_DAYS, DISPUTE_HOURS = 21, 72
AUDITORS = ("Ada Auditor", "Otto Auditor")
VOTE = """
insert into voice_votes (id, number, state, revision, method, spec, spec_hash, opens_at, closes_at,
  dispute_until, turnout, turnout_on, result, created_at)
values (?, (select coalesce(max(number), 0) + 1 from voice_votes), ?, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?,
  ?)
"""


@dataclass(frozen=True, slots=True)
class Told:
    """One vote of the file, and its days."""

    id: UUID
    about: Mapping[str, Any]
    opened: datetime
    closes: datetime

    def state(self, now: datetime) -> str:
        if now < self.closes:
            return "open"
        ended = self.closes + timedelta(hours=DISPUTE_HOURS)
        return "disputed" if now < ended else "counted"


@dataclass(frozen=True, slots=True)
class Made:
    """A whole vote, ready to be stored."""

    spec: VoteSpec
    draft: Draft
    key: VoteKey
    tie: bytes
    files: Files
    roll: Sequence[tuple[str, str, str]]
    box: Sequence[tuple[str, bytes]]
    cast: int


async def load_demo_votes(services: Services) -> int:
    """Make the city's votes where there is none; says how many were made now."""
    settings, path = services.settings, services.settings.city / FILE
    if not (settings.demo and settings.demo_votes and path.is_file()):
        return 0
    if await db.fetch("select 1 as one from voice_votes limit 1"):
        return 0
    now = services.clock.now()
    stored: Any = plain(read_document(path))
    trustee = kept_trustee(settings.storage)
    done = 0
    for about in stored["votes"]:
        told = _told(about, now)
        made = await asyncio.to_thread(make, services, told, trustee, now)
        done += await _store(services, told, made, now)
    return done


def _told(about: Mapping[str, Any], now: datetime) -> Told:
    closes = (now - timedelta(days=int(about["closed"]))).replace(minute=0, second=0, microsecond=0)
    id = uuid5(NAMESPACE_URL, f"threshold/voice/demo/vote/{about['key']}")
    return Told(id, about, closes - timedelta(days=OPEN_DAYS), closes)


def kept_trustee(storage: Path) -> X25519PrivateKey:
    """The trustees' key of the demonstration. Its shares lie in a file, so that whoever tries the
    demonstration can open ballots as two trustees would."""
    path = storage / FOLDER / SHARES
    if not path.exists():
        fresh = X25519PrivateKey.generate()
        public = fresh.public_key().public_bytes_raw().hex()
        shares = split(fresh.private_bytes_raw(), public[:8])
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
            file.writelines(f"{share}\n" for share in shares)
    kept = [Share.parse(line) for line in path.read_text(encoding="ascii").split()]
    return X25519PrivateKey.from_private_bytes(join(kept[:2]))


# ---- making -------------------------------------------------------------------------------------


def make(services: Services, told: Told, trustee: X25519PrivateKey, now: datetime) -> Made:
    """Draft, opening, all ballots and, where its time has come, close, final list and count."""
    draft = _draft(told, trustee)
    key, tie = VoteKey(token_bytes(32)), token_bytes(32)
    spec = frozen(told.id, draft, key, tie_commitment(tie), told.opened)
    camps = camps_of(told.about["camps"])
    areas = tuple(services.voice.areas)
    count = int(told.about["voters"])
    everyone = list(voters(told.about["key"], count, spec, camps, areas))
    sealed = [seal(write_choice(each.choice, spec), spec) for each in everyone]
    files, state = publish_opening(spec), told.state(now)
    if state != "open":
        leaves = sorted(leaf(one) for one in sealed)
        files |= publish_closing(spec, leaves, written(told.closes), key.signing)
    if state == "counted":
        files |= _counted(told, spec, key, tie, trustee, everyone, sealed)
        return Made(spec, draft, key, tie, files, (), (), count)
    roll, box = _roll_and_box(told, key, everyone, sealed)
    return Made(spec, draft, key, tie, files, roll, box, count)


def _draft(told: Told, trustee: X25519PrivateKey) -> Draft:
    about = told.about
    options = [
        DraftOption({"en": each["en"], "es": each["es"]}, int(each.get("cost", 0)))
        for each in about["options"]
    ]
    return Draft(
        question=about["question"],
        options=options,
        method=about["method"],
        closes_at=told.closes.isoformat(),
        mode=about["mode"],
        electorate="Everyone who lives in the city",
        trustee_key=trustee.public_key().public_bytes_raw().hex(),
        seats=int(about.get("seats", 1)),
        budget=int(about.get("budget", 0)),
        completion=about.get("completion", "none"),
        pairs=int(about.get("pairs", 0)),
        dispute_hours=DISPUTE_HOURS,
    )


def _counted(
    told: Told,
    spec: VoteSpec,
    key: VoteKey,
    tie: bytes,
    trustee: X25519PrivateKey,
    everyone: Sequence[Voter],
    sealed: Sequence[bytes],
) -> Files:
    """What is published after the dispute window and at the trustees' opening."""
    ended = told.closes + timedelta(hours=DISPUTE_HOURS)
    groups = {
        "tier": shown_counts(Counter(each.tier for each in everyone)),
        "area": shown_counts(Counter(each.area or "none" for each in everyone)),
    }
    leaves = sorted(leaf(one) for one in sealed)
    files = publish_final(spec, leaves, (), groups, written(ended), key.signing)
    files |= publish_result(spec, sealed, trustee, tie, AUDITORS)
    choices = [read_choice(write_choice(each.choice, spec), spec) for each in everyone]
    return files | {OTHERS: others_text(spec, choices, json.loads(files[RESULT]))}


def _roll_and_box(
    told: Told, key: VoteKey, everyone: Sequence[Voter], sealed: Sequence[bytes]
) -> tuple[list[tuple[str, str, str]], list[tuple[str, bytes]]]:
    """Each in the order of its own keys, as after mixing."""
    names = [f"voter{n}@{told.about['key'].replace('_', '-')}.example" for n in range(len(sealed))]
    people = [key.roll("mail", name) for name in names]
    roll = [(p, each.tier, each.area) for p, each in zip(people, everyone, strict=True)]
    box = [(key.slot(p), one) for p, one in zip(people, sealed, strict=True)]
    return sorted(roll), sorted(box)


# ---- storing ------------------------------------------------------------------------------------


async def _store(services: Services, told: Told, made: Made, now: datetime) -> int:
    """All of it or nothing; 0 where another worker was first."""
    async with db.transaction():
        await hold_vote(told.id, alone=True)
        if await db.fetch("select 1 as one from voice_votes where id = ?", told.id):
            return 0
        await _row(told, made, now)
        for name, at in _moments(told, made.files):
            await publish(told.id, {name: made.files[name]}, at)
        for detail in _translations(made):
            await note(told.id, WORDS_KIND, told.opened, detail)
        if told.state(now) == "counted":
            await _story(told, now)
        else:
            await _people(services, told, made)
    return 1


async def _row(told: Told, made: Made, now: datetime) -> None:
    state, spec = told.state(now), made.spec
    ended = told.closes + timedelta(hours=DISPUTE_HOURS)
    open_now = state == "open"
    result = made.files[RESULT].decode() if RESULT in made.files else None
    turnout = made.cast - made.cast % TURNOUT_STEP if open_now else made.cast
    await db.execute(
        VOTE,
        *(told.id, state, spec.method, spec.text().decode(), spec.hash),
        *(told.opened, told.closes, None if open_now else ended),
        *(turnout, (now if open_now else told.closes).date(), result),
        told.opened - timedelta(days=3),
    )


def _moments(told: Told, files: Files) -> Iterator[tuple[str, datetime]]:
    """Each file with the time when it would have been published."""
    ended = told.closes + timedelta(hours=DISPUTE_HOURS)
    times = {"spec.json": told.opened, "leaves.txt": told.closes, "closed.json": told.closes}
    for name in files:
        yield name, times.get(name, ended + timedelta(hours=0 if name == "final.json" else 5))


def _translations(made: Made) -> Iterator[dict[str, str]]:
    texts = {"question": made.draft.question} | {
        f"option:{option.id}": told.words
        for option, told in zip(made.spec.options, made.draft.options, strict=True)
    }
    for key, words in texts.items():
        yield {"language": "es", "key": key, "before": "", "after": words["es"]}


async def _people(services: Services, told: Told, made: Made) -> None:
    """Roll and box, and the key beside the database."""
    roll = [(p, told.id, tier, area, "", False) for p, tier, area in made.roll]
    await db.execute_many(f"insert into voice_roll ({ROLL}) values (?, ?, ?, ?, ?, ?)", roll)
    box = [(s, told.id, sealed, 1, False) for s, sealed in made.box]
    await db.execute_many(f"insert into voice_box ({BOX}) values (?, ?, ?, ?, ?)", box)
    keep_secrets(services.settings, told.id, made.key, made.tie)


async def _story(told: Told, now: datetime) -> None:
    """The city's answer and what it promised."""
    answer, promise = told.about.get("answer"), told.about.get("promise")
    if answer is None:
        return
    at = told.closes + timedelta(days=int(answer["after"]))
    said = answer["text"], answer["office"], answer["outcome"]
    await db.execute(ANSWER, uuid5(told.id, "answer"), told.id, *said, at)
    if promise is None:
        return
    today = now.date()
    due = today + timedelta(days=int(promise["due"]))
    settled = today - timedelta(days=int(promise["settled"])) if "settled" in promise else None
    state = "open" if settled is None else "delivered"
    row = promise["text"], promise["owner"], due, state, at + timedelta(days=2), settled
    await db.execute(PROMISE, uuid5(told.id, "promise"), told.id, *row)
