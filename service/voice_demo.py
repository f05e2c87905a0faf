"""A year of petitions for the demonstration: the same every time, into an empty database only."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, UUID, uuid5

from eligibility.documents import plain, read_document
from petitions.petition import State
from service import db
from service.security.tokens import token_hash
from service.voice.counting import ADD_PART, SIGNATURES, hold_cursor
from service.voice.keys import network_hash, new_person_key, signature_id
from service.voice.moving import EVENT
from service.voice.people import Reached, seal_author, seal_name
from service.voice_demo_question import load_demo_questions

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from service.services import Services

FILE = "voice_demo.yaml"
FIRST = ("Ana", "Ben", "Cleo", "Dara", "Emil", "Fay", "Gus", "Hana", "Ivo", "Jun", "Kai", "Lena")
LAST = ("Abara", "Berg", "Castro", "Duong", "Ellis", "Farah", "Gomez", "Huang", "Ito", "Jensen")
NAMED, IN_PERSON, AT_HOME = 0.1, 0.03, 0.6
# Never reached their threshold, or never came so far.
UNNUMBERED = (State.SPONSORS, State.MODERATION, State.REFUSED)
ANSWERED = (State.ANSWERED, State.PROMISED, State.DELIVERED)
PETITION = """
insert into voice_petitions (id, number, state, revision, language, ask, why, topic, area, author,
  author_name, person_key, author_link_hash, sponsor_link_hash, sponsors_needed, sponsors,
  threshold, count, created_at, submitted_at, opened_at, closes_at, threshold_at, answer_due_on,
  answered_at, merged_into)
values (?, ?, ?, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
SIGNATURE = """
insert into voice_signatures (id, petition, person_hash, slot, state, kind, tier, area, name,
  show_name, follow, asked_at, confirmed_at)
values (?, ?, ?, 0, 'confirmed', ?, ?, ?, ?, ?, ?, ?, ?)
"""
STEP = """
insert into voice_signature_steps (petition, signature, step, tier, area, at)
values (?, ?, 1, ?, ?, ?)
"""
ANSWER = """
insert into voice_answers (id, subject, text, office, outcome, at) values (?, ?, ?, ?, ?, ?)
"""
PROMISE = """
insert into voice_promises (id, subject, text, owner, due_on, state, note, made_at, settled_on)
values (?, ?, ?, ?, ?, ?, '', ?, ?)
"""
REVIEW = """
insert into voice_reviews (id, subject, subject_kind, verdict, reason, state, first_by, second_by,
  at, settled_at) values (?, ?, 'petition', ?, ?, 'confirmed', ?, ?, ?, ?)
"""
FEW = (
    "select id from voice_signatures where petition = ? and kind = 'signature' order by id limit ?"
)
RUSHED = """
update voice_signatures set network_hash = ?, marked = 'network', asked_at = ?, confirmed_at = ?
where id = ?
"""
SUSPICION = """
insert into voice_suspicions (id, petition, kind, bucket_hash, found, state, first_at, last_at)
values (?, ?, 'network', ?, ?, 'open', ?, ?)
"""
MERGE = """
insert into voice_merges (id, source, target, state, source_agreed_at, target_agreed_at, asked_at,
  done_at) values (?, ?, ?, 'done', ?, ?, ?, ?)
"""


@dataclass(frozen=True, slots=True)
class Told:
    """One petition of the file, and its days."""

    id: UUID
    number: int
    state: State
    about: Mapping[str, Any]
    opened: datetime
    threshold: int
    signed: int
    reached: datetime | None

    @property
    def answered(self) -> datetime | None:
        after = self.about.get("answer", {}).get("after")
        return None if after is None else self.opened + timedelta(days=int(after))


async def load_voice_demo(services: Services) -> int:
    """Fill an empty voice with the city's made-up year; says how many petitions there are of it."""
    path = services.settings.city / FILE
    if not path.is_file() or await db.fetch("select 1 as one from voice_petitions limit 1"):
        return 0
    stored: Any = plain(read_document(path))
    now = services.clock.now()
    every = [_told(services, number, each, now) for number, each in enumerate(stored["petitions"])]
    async with db.transaction():
        await hold_cursor(SIGNATURES, wait=True)
        for told in every:
            await _petition(services, told)
            await _story(services, told, now)
        await _signatures([row for told in every for row in _signers(services, told, now)])
        for told in every:
            await _burst(services, told, now)
        await db.execute(
            "update voice_cursors set position ="
            " (select coalesce(max(id), 0) from voice_signature_steps) where name = ?",
            SIGNATURES,
        )
        await load_demo_questions(services)
    return len(every)


def _told(services: Services, number: int, about: dict[str, Any], now: datetime) -> Told:
    opened = now - timedelta(days=int(about["days"]), minutes=37 * number % 600)
    reached = about.get("reached")
    return Told(
        id=_id(about["key"]),
        number=100 + number,
        state=State(about["state"]),
        about=about,
        opened=opened,
        threshold=services.voice.threshold_of(about["topic"]),
        signed=int(about.get("signed", services.voice.sponsors_needed)),
        reached=None if reached is None else now - timedelta(days=int(reached)),
    )


def _id(*words: object) -> UUID:
    return uuid5(NAMESPACE_URL, "threshold/voice/demo/" + "/".join(map(str, words)))


def _chances(digest: bytes) -> list[float]:
    """Five numbers from 0 to 1, the same for the same digest."""
    return [int.from_bytes(digest[at : at + 6], "big") / 2**48 for at in range(0, 30, 6)]


def _named(*words: object) -> str:
    first, last, *_rest = _chances(sha256(repr(words).encode()).digest())
    return f"{FIRST[int(first * len(FIRST))]} {LAST[int(last * len(LAST))]}"


async def _petition(services: Services, told: Told) -> None:
    about, key, signed = told.about, told.about["key"], told.signed
    name = _named(key, "author")
    author = Reached("mail", "", "", about.get("language", "en"), f"demo-{key}", name)
    sealed = seal_author(services.keyring, told.id, author)
    public = told.state not in UNNUMBERED
    due = told.reached and told.reached.date() + timedelta(days=services.voice.answer_days)
    sponsors = min(signed, services.voice.sponsors_needed)
    await db.execute(
        PETITION,
        *(told.id, told.number, told.state.value, about.get("language", "en")),
        *(about["ask"], about["why"], about["topic"], about.get("area", "")),
        *(sealed, name, new_person_key(services.keyring, told.id)),
        *(token_hash(f"{told.id}/author"), token_hash(f"{told.id}/sponsors")),
        *(services.voice.sponsors_needed, sponsors, told.threshold, signed),
        told.opened - timedelta(days=4),
        None if told.state is State.SPONSORS else told.opened - timedelta(days=2),
        told.opened if public else None,
        told.opened + services.voice.open_for if public else None,
        *(told.reached, due, told.answered if told.state in ANSWERED else None),
        _id(about["into"]) if "into" in about else None,
    )


async def _signatures(rows: list[tuple[object, ...]]) -> None:
    await db.execute_many(SIGNATURE, rows)
    await db.execute_many(STEP, [(row[1], row[0], row[4], row[5], row[10]) for row in rows])
    parts = Counter((row[1], row[5], row[4]) for row in rows)
    await db.execute_many(ADD_PART, [(_id(*part), *part, n) for part, n in parts.items()])


def _signers(services: Services, told: Told, now: datetime) -> Iterator[tuple[object, ...]]:
    """Most sign early, and most live where it is about. Those who made it reach its threshold did
    so before that day."""
    areas = tuple(services.voice.areas)
    end = min(now, told.opened + services.voice.open_for)
    for number in range(told.signed):
        digest = sha256(f"{told.id}/{number}".encode())
        when, shown, home, lives, card = _chances(digest.digest())
        begin, last = told.opened, end
        if told.reached is not None:
            early = number < told.threshold
            begin, last = (told.opened, told.reached) if early else (told.reached, end)
        at = begin + (last - begin) * when**2
        person, named = digest.hexdigest(), shown < NAMED
        row_id = signature_id(person, 0)
        at_home = told.about.get("area") and home < AT_HOME
        area = told.about["area"] if at_home else areas[int(lives * len(areas))]
        name = seal_name(services.keyring, row_id, _named(told.id, number)) if named else None
        kind = "sponsor" if number < services.voice.sponsors_needed else "signature"
        tier = "in_person" if card < IN_PERSON else "mail"
        yield row_id, told.id, person, kind, tier, area, name, named, False, at, at


async def _burst(services: Services, told: Told, now: datetime) -> None:
    """Somebody's script of this morning: one signature each half minute from one network."""
    many, began = int(told.about.get("burst", 0)), now - timedelta(hours=3)
    if not many:
        return
    place = network_hash(services.keyring, told.id, "192.0.2.1")
    times = [began + timedelta(seconds=30 * number) for number in range(many)]
    rows = await db.fetch(FEW, told.id, many)
    await db.execute_many(
        RUSHED, [(place, at, at, row["id"]) for row, at in zip(rows, times, strict=True)]
    )
    await db.execute(SUSPICION, _id(told.id, "burst"), told.id, place, many, times[-1], times[-1])


async def _story(services: Services, told: Told, now: datetime) -> None:
    """What happened to it, event by event, and the rows that stand behind."""
    about = told.about
    if told.state is State.REFUSED:
        await _refuse(told, about["reason"])
    elif told.state not in UNNUMBERED:
        await _note(told, "opened", told.opened, once=True)
    if told.reached is not None:
        await _note(told, "threshold_reached", told.reached, once=True)
    if told.answered is not None:
        await _answer(told, told.answered, now)
    if "into" in about:
        joined = told.opened + timedelta(days=6)
        target = _id(about["into"])
        await db.execute(MERGE, _id(told.id, "merge"), told.id, target, *[joined] * 4)
        await _note(told, "merged", joined)
    if told.state is State.CLOSED:
        await _note(told, "closed", told.opened + services.voice.open_for, once=True)
    if told.state is State.WITHDRAWN:
        await _note(told, "withdrawn", told.opened + timedelta(days=21))
    if told.state is State.HIDDEN:
        await _hide(told)


async def _refuse(told: Told, reason: str) -> None:
    staff = _id("moderator"), _id("second moderator")
    await db.execute(
        REVIEW, _id(told.id, "review"), told.id, "refuse", reason, *staff, told.opened, told.opened
    )
    await _note(told, "refused", told.opened, reason=reason)


async def _hide(told: Told) -> None:
    """As a moderator does it in an emergency: only the desk knows, and it can come back."""
    at = told.opened + timedelta(days=1)
    await _note(told, "hidden", at, public=False, before=State.OPEN.value)


async def _answer(told: Told, at: datetime, now: datetime) -> None:
    answer, promise = told.about["answer"], told.about.get("promise")
    said = answer["text"], answer["office"], answer["outcome"]
    await db.execute(ANSWER, _id(told.id, "answer"), told.id, *said, at)
    await _note(told, "answered", at, outcome=answer["outcome"])
    if promise is None:
        return
    today, made = now.date(), at + timedelta(days=2)
    due: date = today + timedelta(days=int(promise["due"]))
    settled = today - timedelta(days=int(promise["settled"])) if "settled" in promise else None
    state = "open" if settled is None else "delivered"
    row = promise["text"], promise["owner"], due, state, made, settled
    await db.execute(PROMISE, _id(told.id, "promise"), told.id, *row)
    await _note(told, "promised", made, due=due.isoformat())
    if settled is not None:
        done = datetime.combine(settled, made.timetz())
        await _note(told, "delivered", done)


async def _note(
    told: Told,
    kind: str,
    at: datetime,
    *,
    once: bool = False,
    public: bool = True,
    **detail: object,
) -> None:
    key = f"{told.id}:{kind}" if once else None
    words = json.dumps(detail, separators=(",", ":"), sort_keys=True)
    await db.execute(EVENT, _id(told.id, kind), told.id, kind, key, at, public, words)
