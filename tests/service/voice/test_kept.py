"""What voice keeps no longer: drafts nobody sent, people of what never opened, typed answers."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from service import db, retention
from service.actions.voice.paper import LINES, Typed, type_sheet
from service.actions.voice.questions import Said, make_question, reply
from service.actor import Actor
from service.services import Services
from service.voice.counting import count_steps
from tests.service.voice.signers import Signers, new_petition
from tests.support.clock import StoppedClock

HALF_A_YEAR = timedelta(days=184)


async def a_day_of_hours(services: Services, clock: StoppedClock) -> None:
    for _hour in range(28):
        await retention.run(services)
        clock.forward(timedelta(hours=1))


async def rows(table: str, column: str) -> list[object]:
    return [row["found"] for row in await db.fetch(f"select {column} as found from {table}")]


async def test_what_nobody_sent_or_opened_goes_with_its_people(
    services: Services, clock: StoppedClock
) -> None:
    now: datetime = clock.now()
    states = ("draft", "sponsors", "refused", "open")
    made: list[UUID] = [
        await new_petition(services, now + timedelta(days=900), state, number=at)
        for at, state in enumerate(states)
    ]
    await db.execute("update voice_petitions set closes_at = null where state <> 'open'")
    await Signers(services, made[-1]).sign("kim@one.example.net")
    clock.forward(HALF_A_YEAR)
    await a_day_of_hours(services, clock)
    kept = {row["state"]: row for row in await db.fetch("select * from voice_petitions")}
    assert set(kept) == {"sponsors", "refused", "open"}
    for state in ("sponsors", "refused"):
        assert (kept[state]["author"], kept[state]["person_key"]) == (None, None)
    assert kept["open"]["author"] is not None
    assert await rows("voice_signatures", "contact") != [None]


async def test_paper_lines_and_answers_words_go_half_a_year_after_the_end(
    services: Services, clock: StoppedClock
) -> None:
    now = clock.now()
    petition = await new_petition(services, now + timedelta(days=30))
    typed = [Typed("Kim Lee", "12 Pine St", "98101"), *[Typed()] * (LINES - 1)]
    for number in (1, 2):
        actor = Actor("moderator", str(number), None, UUID(int=number))
        await type_sheet(services, actor, petition, "1", typed, now)
    officer = Actor("moderator", "1", None, UUID(int=1))
    question = await make_question(services, officer, {"en": "Why?"}, now + timedelta(days=9), now)
    await reply(services, question, Said("More trees", "en"), "192.0.2.1", now)
    await reply(services, question, Said("A bench", "en", "kim@one.example.net"), "192.0.2.2", now)
    await db.execute("update voice_replies set state = 'published' where state = 'pending'")
    await db.execute("update voice_questions set state = 'published'")
    clock.forward(timedelta(days=31) + HALF_A_YEAR)
    await a_day_of_hours(services, clock)
    assert await rows("voice_paper_lines", "id") == []
    assert await rows("voice_replies", "words") == [None], "nobody confirmed the other one"
    assert await rows("voice_questions", "person_key") == [None]
    await count_steps(services)
    assert await rows("voice_petitions", "count") == [1]
    assert await rows("voice_signatures", "name") == [None]
