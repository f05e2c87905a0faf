"""An open question of the demonstration: answers in two languages, read, grouped and published, and
another one that is open. The same every time, into an empty database only."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, UUID, uuid5

from eligibility.documents import plain, read_document
from petitions.results.release import release
from service import db
from service.actions.voice.questions import WORDS
from service.queries.voice.questions import THEMES_TOLD
from service.queries.voice.released import stored_release
from service.voice.keys import QUESTIONS, new_person_key
from service.voice.moving import add_event

if TYPE_CHECKING:
    from service.services import Services

FILE = "voice_demo_questions.yaml"
QUESTION = """
insert into voice_questions (id, number, state, person_key, prompt, opens_at, closes_at, created_at)
values (?, ?, ?, ?, ?, ?, ?, ?)
"""
THEME = """
insert into voice_themes (id, question, title, summary, position) values (?, ?, ?, ?, ?)
"""
REPLY = """
insert into voice_replies (id, question, state, language, words, shown, theme, at)
values (?, ?, ?, ?, ?, ?, ?, ?)
"""
OPEN_DAYS = 45
Row = tuple[object, ...]


async def load_demo_questions(services: Services) -> int:
    """The city's questions with their answers; says how many questions were made now. Inside a
    transaction."""
    path = services.settings.city / FILE
    if not path.is_file() or await db.fetch("select 1 as one from voice_questions limit 1"):
        return 0
    stored: Any = plain(read_document(path))
    now = services.clock.now()
    for number, about in enumerate(stored["questions"], 1):
        await _question(services, number, about, now)
    return len(stored["questions"])


def _id(*words: object) -> UUID:
    return uuid5(NAMESPACE_URL, "threshold/voice/demo/question/" + "/".join(map(str, words)))


async def _question(
    services: Services, number: int, about: Mapping[str, Any], now: datetime
) -> None:
    question, opened = _id(about["key"]), now - timedelta(days=int(about["days"]))
    published = bool(about.get("published"))
    prompt = json.dumps(about["prompt"], ensure_ascii=False, sort_keys=True)
    key = new_person_key(services.keyring, question, QUESTIONS)
    closes = opened + timedelta(days=OPEN_DAYS)
    state = "published" if published else "open"
    await db.execute(QUESTION, question, number, state, key, prompt, opened, closes, opened)
    rows: list[Row] = []
    counts = {"": 0}
    for place, theme in enumerate(about["themes"]):
        id = _id(about["key"], theme["title"]) if theme["title"] else None
        if published and id is not None:
            await db.execute(THEME, id, question, theme["title"], theme["summary"], place)
        made = list(_replies(services, about["key"], question, theme, id, opened, published))
        rows += made
        counts[str(id or "")] = len(made)
    await db.execute_many(REPLY, sorted(rows, key=lambda row: str(row[0])))
    if published:
        told = stored_release(release(counts))
        await add_event(question, THEMES_TOLD, closes, once=True, public=False, detail=told)


def _one(ways: list[str], die: int) -> str:
    return ways[die % len(ways)]


def _replies(
    services: Services,
    key: str,
    question: UUID,
    theme: Mapping[str, Any],
    id: UUID | None,
    opened: datetime,
    published: bool,
) -> Iterator[Row]:
    """As many answers as the theme says, each one of its ways to begin with one of its ends."""
    for at in range(int(theme["answers"])):
        dice = sha256(f"{key}/{theme['title']}/{at}".encode()).digest()
        said = theme["said"][dice[0] % len(theme["said"])]
        row = _id(key, theme["title"], at)
        text = " ".join((_one(said["begin"], dice[1]), _one(said["end"], dice[2])))
        sealed = services.keyring.seal_json({"text": text, "person": ""}, **WORDS, row_id=row)
        state, shown = ("published", text) if published else ("pending", "")
        when = opened + timedelta(hours=dice[3] * 4)
        yield row, question, state, said["language"], sealed, shown, id if published else None, when
