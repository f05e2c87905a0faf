"""Themes of an open question: a machine suggests groups, people name them and say what belongs."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from service import db, outbox
from service.actions.voice.questions import EMPTY, LONGEST_TITLE
from service.audit import unit_of_work
from service.errors import Fault, Invalid, NotFound
from service.ids import time_ordered_id
from service.worker import Done, Outcome

if TYPE_CHECKING:
    from datetime import datetime

    from service.actor import Actor
    from service.services import Services
    from service.worker import Handler

TOPIC, LANE = "voice_group", "voice-group"
GROUPS = 12
READ = "question = ? and state in ('published', 'redacted')"


async def ask_for_groups(actor: Actor, question: UUID, now: datetime) -> None:
    """Have the worker look for groups among the answers that passed review."""
    async with unit_of_work(actor, "question.groups_asked", question, now) as work:
        key = f"group:{question}:{time_ordered_id()}"
        payload = {"question": str(question)}
        work.rows.append(outbox.new_row(TOPIC, LANE, key, payload, now, now, outbox.VOICE))


async def group(services: Services, row: outbox.Claimed) -> Outcome:
    """Suggest a theme for each answer that has none: one of those people made, or else new ones
    without a name. What people decided stays."""
    question = UUID(row.payload["question"])
    replies = await db.fetch(
        f"select id, shown, theme from voice_replies where {READ} order by id", question
    )
    free = [one for one in replies if one["theme"] is None]
    known: dict[UUID, list[str]] = {}
    for one in replies:
        if one["theme"] is not None:
            known.setdefault(one["theme"], []).append(one["shown"])
    if not free:
        return Done()
    texts = [one["shown"] for one in free]
    places = await asyncio.to_thread(_places, texts, list(known.values()))
    themes = list(known) or [time_ordered_id() for _place in range(max(places) + 1)]
    async with db.transaction():
        if not known:
            await _begin(question, themes)
        await db.execute_many(
            "update voice_replies set suggested = ? where id = ? and theme is null",
            [(themes[place], one["id"]) for one, place in zip(free, places, strict=True)],
        )
    return Done()


def _places(texts: Sequence[str], known: Sequence[Sequence[str]]) -> tuple[int, ...]:
    # Numbers in rows take longer to load than all the rest of the worker.
    from petitions.grouping import assign, suggest
    from petitions.meaning import reader

    read = reader(len(texts) + sum(map(len, known)))
    return assign(texts, known, read).group if known else suggest(texts, GROUPS, read).group


async def _begin(question: UUID, themes: Sequence[UUID]) -> None:
    """Groups that nobody has used make room for the new ones."""
    await db.execute(
        "delete from voice_themes where question = ? and title = '' and not exists"
        " (select 1 from voice_replies r where r.theme = voice_themes.id)",
        question,
    )
    await db.execute_many(
        "insert into voice_themes (id, question, title, summary, position)"
        " values (?, ?, '', '', ?)",
        [(theme, question, place) for place, theme in enumerate(themes)],
    )


async def name_theme(actor: Actor, theme: UUID, title: str, summary: str, now: datetime) -> None:
    """What this group of answers asks for, in a person's words. Raises Invalid."""
    if not title.strip() or len(title) > LONGEST_TITLE:
        raise Invalid([Fault("/title", "title", EMPTY)])
    async with unit_of_work(actor, "theme.named", theme, now):
        changed = await db.execute(
            "update voice_themes set title = ?, summary = ? where id = ?",
            title.strip(),
            summary.strip(),
            theme,
        )
        if changed != 1:
            raise NotFound


async def take_into(
    actor: Actor, theme: UUID, replies: Sequence[UUID], belongs: bool, now: datetime
) -> int:
    """These answers belong to the theme, or do not. Gives how many moved."""
    value, other = (theme, None) if belongs else (None, None)
    action = "theme.taken_into" if belongs else "theme.left_out"
    async with unit_of_work(actor, action, theme, now) as work:
        done = await db.execute(
            "update voice_replies set theme = ?, suggested = ? where (suggested = ? or theme = ?)"
            f" and id in ({db.marks(replies)})",
            value,
            other,
            theme,
            theme,
            *replies,
        )
        work.detail["replies"] = done
    return done


async def take_all(actor: Actor, theme: UUID, now: datetime) -> int:
    """Everything that is suggested for the theme belongs to it."""
    async with unit_of_work(actor, "theme.taken_all", theme, now) as work:
        done = await db.execute(
            "update voice_replies set theme = suggested, suggested = null"
            " where suggested = ? and theme is null",
            theme,
        )
        work.detail["replies"] = done
    return done


HANDLERS: Mapping[str, Handler] = {TOPIC: group}
