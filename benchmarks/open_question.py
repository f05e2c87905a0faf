"""An open question with 27,000 answers: python -m benchmarks.open_question [--count 27000]

Prints one JSON object: how long it takes to load them, to look for groups (and with how much more
memory), to show the desk's and the public pages, and to send all of them as CSV. The database is
that of THRESHOLD_TEST_DATABASE (sqlite or postgres).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import resource
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from service import db, outbox
from service.actions.voice import questions, themes
from service.actor import Actor
from service.clock import Clock
from service.ids import time_ordered_id
from service.queries.voice import questions as reading
from service.services import Services, load_services
from tests.support.databases import databases, settings_for

COUNT, WAITING, AT_ONCE = 27_000, 2_000, 500
STAFF = Actor("moderator", "bench", None, UUID(int=1))
# What people ask for, where, and why, in three languages: enough ways to say it for 27,000.
ASKS = {
    "en": (
        (
            "benches,trees for shade,a night bus,lower rents,cleaner toilets,safe crossings,"
            "a warm room in winter,longer library hours,street lamps,fewer potholes"
        ),
        "at the bus stops,on Third Avenue,in the south,near the clinic,by the lake",
        (
            "because older people need it,so that children are safe,we have waited for years,"
            "it would cost little,please do it soon"
        ),
        "We need {} {}, {}.",
    ),
    "es": (
        (
            "bancos,árboles con sombra,un autobús nocturno,alquileres más bajos,baños limpios,"
            "cruces seguros,una sala cálida en invierno,más horas en la biblioteca,farolas,"
            "menos baches"
        ),
        "en las paradas,en la Tercera Avenida,en el sur,cerca de la clínica,junto al lago",
        (
            "porque los mayores lo necesitan,para que los niños estén seguros,"
            "llevamos años esperando,costaría poco,por favor pronto"
        ),
        "Necesitamos {} {}, {}.",
    ),
    "so": (
        (
            "kuraas,geedo hoos leh,bas habeenkii,kiro jaban,musqulo nadiif ah,isgoysyo ammaan ah,"
            "qol diiran,saacado dheer oo maktabad,nalal,wadooyin wanaagsan"
        ),
        "boosteejooyinka,waddada saddexaad,koonfurta,agta rugta,harada",
        (
            "dadka waayeelka ah ayaa u baahan,carruurtu ha badbaadaan,sannado baan sugnay,"
            "qiimo yar,fadlan dhakhso"
        ),
        "Waxaan u baahanahay {} {}, {}.",
    ),
}
LANGUAGES = ("en", "en", "en", "en", "es", "es", "so")
INSERT = """
insert into voice_replies (id, question, state, language, words, shown, at)
values (?, ?, ?, ?, ?, ?, ?)
"""


def answers(count: int) -> Iterator[tuple[str, str]]:
    """(language, text), the same each time; each tells how it came to be in words of its own."""
    for number in range(count):
        dice = sha256(str(number).encode()).digest()
        language = LANGUAGES[dice[0] % len(LANGUAGES)]
        *lists, said = ASKS[language]
        what, where, why = (each.split(",") for each in lists)
        parts = what[dice[1] % 10], where[dice[2] % 5], why[dice[3] % 5]
        yield language, f"{said.format(*parts)} {dice[4:8].hex()}"


async def load(services: Services, count: int) -> UUID:
    """A question with its answers: most passed, the last of them waiting to be read."""
    now = services.clock.now()
    closes = now + timedelta(days=9)
    prompt = {"en": "What should we build?"}
    question = await questions.make_question(services, STAFF, prompt, closes, now)
    rows = []
    for number, (language, text) in enumerate(answers(count)):
        row = time_ordered_id()
        passed = number < count - WAITING
        told = {"text": text, "person": ""}
        sealed = services.keyring.seal_json(told, **questions.WORDS, row_id=row)
        state = "published" if passed else "pending"
        rows.append((row, question, state, language, sealed, text if passed else "", now))
    for at in range(0, count, AT_ONCE):
        async with db.transaction():
            await db.execute_many(INSERT, rows[at : at + AT_ONCE])
    return question


async def timed(work: Callable[[], Awaitable[Any]], times: int = 1) -> dict[str, float]:
    """Seconds of processor and of clock, the best of so many."""
    found = []
    for _turn in range(times):
        burned, begun = time.process_time(), time.perf_counter()
        await work()
        found.append((time.process_time() - burned, time.perf_counter() - begun))
    best = min(found)
    return {"processor_s": round(best[0], 3), "clock_s": round(best[1], 3)}


def most_memory() -> int:
    """MB, the most that this process ever held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10


async def group(services: Services, question: UUID) -> None:
    """What the worker does when somebody asks for groups."""
    payload = {"question": str(question)}
    place = (uuid4(), uuid4(), themes.TOPIC, themes.LANE, "bench", payload)
    row = outbox.Claimed(*place, 1, services.clock.now(), outbox.VOICE)
    await themes.group(services, row)


async def take_groups(services: Services, question: UUID) -> None:
    """A person takes every group as it was suggested, and names it."""
    now = services.clock.now()
    for at, theme in enumerate(await reading.themes(question)):
        await themes.take_all(STAFF, theme.id, now)
        await themes.name_theme(STAFF, theme.id, f"Theme {at}", "", now)


async def export(question: UUID) -> int:
    return sum([len(part) async for part in reading.every_answer(question)])


async def measure(url: str, folder: Path, count: int) -> dict[str, object]:
    settings = settings_for(url, folder)
    services = load_services(settings, Clock())
    await db.open_database(settings)
    try:
        told: dict[str, object] = {"database": db.dialect(), "answers": count}
        begun = time.perf_counter()
        question = await load(services, count)
        told["load_s"] = round(time.perf_counter() - begun, 1)
        told["list_waiting"] = await timed(lambda: reading.pending(services, question), 3)
        before = most_memory()
        told["look_for_groups"] = await timed(lambda: group(services, question))
        told["look_for_groups_memory_mb"] = most_memory() - before
        told["list_themes"] = await timed(lambda: reading.themes(question), 3)
        told["take_all_groups"] = await timed(lambda: take_groups(services, question))
        [theme, *_rest] = await reading.themes(question)
        told["one_theme"] = await timed(lambda: reading.theme_with(theme.id), 3)
        told["publish"] = await timed(
            lambda: questions.publish(STAFF, question, services.clock.now())
        )
        before = most_memory()
        told["export"] = await timed(lambda: export(question), 2)
        told["export_memory_mb"] = most_memory() - before
        return told
    finally:
        await db.close_database()


def main() -> int:
    parser = argparse.ArgumentParser(description="an open question with many answers")
    parser.add_argument("--count", type=int, default=COUNT)
    count = parser.parse_args().count
    os.environ.setdefault("THRESHOLD_TEST_DATABASE", "sqlite")
    with tempfile.TemporaryDirectory() as place, databases(Path(place)) as maker:
        folder = Path(place)
        told = asyncio.run(measure(maker.fresh(folder), folder, count))
    print(json.dumps(told, indent=2))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
