"""Open questions as everybody and as the desk read them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from petitions.written import UNKNOWN
from service import db
from service.errors import NotFound
from service.queries.voice.released import read_release

if TYPE_CHECKING:
    from datetime import datetime

    from petitions.results.release import Release
    from service.services import Services

AT_ONCE = 50
QUOTES = 3
WORDS = {"table": "voice_replies", "column": "words"}
COUNTS = """
select state, count(*) as n from voice_replies where question = ? group by state
"""
THEMES = "select id, title, summary, position from voice_themes where question = ?"
# One pass over the answers, however many themes there are.
MEMBERS = """
select theme, suggested, count(*) as n from voice_replies
where question = ? and (theme is not null or suggested is not null) group by theme, suggested
"""
PASSED = "state in ('published', 'redacted')"
EXPORTED = 1_000
OTHER = "other"
THEMES_TOLD = "themes_told"
FIRST_ID = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Question:
    """One question. `prompt` by language."""

    id: UUID
    number: int
    state: str
    prompt: Mapping[str, str]
    closes_at: datetime
    over: bool

    def asked_in(self, language: str) -> tuple[str, str]:
        """The words, and the language they are in."""
        if language in self.prompt:
            return self.prompt[language], language
        code, text = next(iter(self.prompt.items()))
        return text, code


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer as its reader has it."""

    id: UUID
    text: str
    language: str
    state: str


@dataclass(frozen=True, slots=True)
class Theme:
    """A group of answers. `offered`: the machine suggests them and nobody has looked yet."""

    id: UUID
    title: str
    summary: str
    members: int
    offered: int


async def every_question(services: Services) -> list[Question]:
    """The newest first."""
    rows = await db.fetch(f"{_find(services)} order by number desc")
    return [_question(row) for row in rows]


async def by_number(services: Services, number: int) -> Question:
    """Raises NotFound."""
    return await _one(f"{_find(services)} where number = ?", number)


async def by_id(services: Services, question: UUID) -> Question:
    """Raises NotFound."""
    return await _one(f"{_find(services)} where id = ?", question)


async def counts(question: UUID) -> dict[str, int]:
    """Answers by state; those nobody confirmed are `asked`."""
    return {row["state"]: row["n"] for row in await db.fetch(COUNTS, question)}


async def pending(services: Services, question: UUID, page: int = 1) -> list[Reply]:
    """What nobody has read yet, the oldest first, a page at a time."""
    rows = await db.fetch(
        "select id, words, language, state from voice_replies"
        " where question = ? and state = 'pending' order by id limit ? offset ?",
        question,
        AT_ONCE,
        AT_ONCE * (page - 1),
    )
    opened = services.keyring.open_json
    return [
        Reply(
            row["id"],
            opened(bytes(row["words"]), **WORDS, row_id=row["id"])["text"],
            row["language"],
            row["state"],
        )
        for row in rows
    ]


async def themes(question: UUID) -> list[Theme]:
    """The largest first."""
    members: dict[UUID | None, int] = {}
    offered: dict[UUID | None, int] = {}
    for row in await db.fetch(MEMBERS, question):
        counted, id = (members, row["theme"]) if row["theme"] else (offered, row["suggested"])
        counted[id] = counted.get(id, 0) + row["n"]
    rows = await db.fetch(THEMES, question)
    rows.sort(key=lambda row: (-members.get(row["id"], 0), row["position"], row["id"]))
    return [
        Theme(
            row["id"],
            row["title"],
            row["summary"],
            members.get(row["id"], 0),
            offered.get(row["id"], 0),
        )
        for row in rows
    ]


async def theme_with(theme: UUID) -> tuple[UUID, Theme, Sequence[Reply], Sequence[Reply]]:
    """Its question, the theme, what belongs to it, what is suggested. Raises NotFound."""
    row = await db.fetch_one("select question from voice_themes where id = ?", theme)
    if row is None:
        raise NotFound
    found = next(each for each in await themes(row["question"]) if each.id == theme)
    question = row["question"]
    members = await _some("theme = ?", question, theme)
    offered = await _some("suggested = ? and theme is null", question, theme)
    return question, found, members, offered


async def quotes(question: UUID, theme: UUID, most: int = QUOTES) -> list[Reply]:
    """A few answers of a theme that passed review."""
    return await _some("theme = ?", question, theme, most)


async def told_themes(question: UUID) -> Release | None:
    """The counts as they were published; None before that. They never change afterwards."""
    row = await db.fetch_one(
        "select detail from voice_events where subject = ? and kind = ?", question, THEMES_TOLD
    )
    return None if row is None else read_release(json.loads(row["detail"]))


async def languages(question: UUID) -> dict[str, int]:
    """How many of the answers that passed review were written on the page in each language. Words
    in another writing than the page's are told together as OTHER."""
    rows = await db.fetch(
        f"select language, count(*) as n from voice_replies where question = ? and {PASSED}"
        " group by language",
        question,
    )
    found: Counter[str] = Counter()
    for row in rows:
        found[OTHER if row["language"].startswith(UNKNOWN) else row["language"]] += row["n"]
    return dict(found)


async def every_answer(question: UUID) -> AsyncIterator[list[tuple[str, str, UUID | None]]]:
    """(language, words, theme) of all that passed review, some at a time: a city's worth of answers
    is never held at once."""
    last = FIRST_ID
    while rows := await db.fetch(
        f"select id, shown, language, theme from voice_replies where question = ? and {PASSED}"
        " and id > ? order by id limit ?",
        question,
        last,
        EXPORTED,
    ):
        last = rows[-1]["id"]
        yield [(row["language"], row["shown"], row["theme"]) for row in rows]


async def _some(where: str, question: UUID, theme: UUID, most: int = AT_ONCE) -> list[Reply]:
    rows = await db.fetch(
        f"select id, shown, language, state from voice_replies where question = ? and {PASSED}"
        f" and {where} order by id limit ?",
        question,
        theme,
        most,
    )
    return [Reply(row["id"], row["shown"], row["language"], row["state"]) for row in rows]


def _find(services: Services) -> str:
    over = f"case when closes_at <= {db.now_sql(services.clock)} then 1 else 0 end"
    return f"select id, number, state, prompt, closes_at, {over} as ended from voice_questions"


async def _one(sql: str, value: object) -> Question:
    row = await db.fetch_one(sql, value)
    if row is None:
        raise NotFound
    return _question(row)


def _question(row: db.Row) -> Question:
    prompt = json.loads(row["prompt"])
    return Question(
        row["id"], row["number"], row["state"], prompt, row["closes_at"], bool(row["ended"])
    )
