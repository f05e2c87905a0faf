"""Open questions as everybody and as the desk read them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from service import db
from service.errors import NotFound

if TYPE_CHECKING:
    from datetime import datetime

    from service.services import Services

AT_ONCE = 50
QUOTES = 3
WORDS = {"table": "voice_replies", "column": "words"}
COUNTS = """
select state, count(*) as n from voice_replies where question = ? group by state
"""
THEMES = """
select t.id, t.title, t.summary,
  (select count(*) from voice_replies r where r.theme = t.id) as members,
  (select count(*) from voice_replies r where r.suggested = t.id and r.theme is null) as offered
from voice_themes t where t.question = ? order by members desc, t.position, t.id
"""


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


async def pending(services: Services, question: UUID) -> list[Reply]:
    """What nobody has read yet, the oldest first."""
    rows = await db.fetch(
        "select id, words, language, state from voice_replies"
        " where question = ? and state = 'pending' order by id limit ?",
        question,
        AT_ONCE,
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
    rows = await db.fetch(THEMES, question)
    return [Theme(r["id"], r["title"], r["summary"], r["members"], r["offered"]) for r in rows]


async def theme_with(theme: UUID) -> tuple[UUID, Theme, Sequence[Reply], Sequence[Reply]]:
    """Its question, the theme, what belongs to it, what is suggested. Raises NotFound."""
    row = await db.fetch_one("select question from voice_themes where id = ?", theme)
    if row is None:
        raise NotFound
    found = next(each for each in await themes(row["question"]) if each.id == theme)
    members = await _some("theme = ?", theme)
    offered = await _some("suggested = ? and theme is null", theme)
    return row["question"], found, members, offered


async def quotes(theme: UUID, most: int = QUOTES) -> list[Reply]:
    """A few answers of a theme that passed review."""
    return (await _some("theme = ?", theme))[:most]


async def _some(where: str, theme: UUID) -> list[Reply]:
    rows = await db.fetch(
        "select id, shown, language, state from voice_replies where state in"
        f" ('published', 'redacted') and {where} order by id limit ?",
        theme,
        AT_ONCE,
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
