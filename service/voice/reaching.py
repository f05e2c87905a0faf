"""Texts and letters: handed to the city's gateway, or written as files that wait to be printed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from html import escape
from typing import TYPE_CHECKING

from service.notices.mail import write_one
from service.voice.mail import LETTER, TEXT, Letter, letter_of
from service.voice.mail_words import PAPERS, TEXTS
from service.voice.speech import spoken_in
from service.worker import Done, GiveUp, Outcome, Retry

if TYPE_CHECKING:
    from pathlib import Path

    from service import outbox
    from service.services import Services
    from service.settings import Settings
    from service.worker import Handler

TEXT_FOLDER, LETTER_FOLDER = "voice-text", "voice-letters"
SECONDS = 20.0
REFUSED, BROKEN, TOO_MANY = 400, 500, 429
SHEET = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Letters</title><style>
section {{ break-after: page; font: 12pt/1.5 serif; max-width: 16cm; }}
address {{ font-style: normal; margin: 4cm 0 2cm; white-space: pre-line; }}
</style></head><body>
{letters}</body></html>
"""


async def text(services: Services, row: outbox.Claimed) -> Outcome:
    """Send one text message."""
    if row.payload["kind"] not in TEXTS:
        return GiveUp("there is no such text")
    letter = await letter_of(services, row.payload, row.key)
    if letter is None or not letter.to:
        return Done()
    words = spoken_in(services, letter.language)
    said = words.gettext(TEXTS[letter.kind], **_named(letter))
    message = {"id": str(row.id), "to": letter.to, "text": said}
    if services.settings.text_url is None:
        return await _written(services.settings, TEXT_FOLDER, row.key, message)
    return await _handed_over(services.settings.text_url, message)


async def _handed_over(url: str, message: Mapping[str, str]) -> Outcome:
    """To the gateway, as JSON. It knows a repeated text by its id."""
    import httpx  # a town that writes files never loads it

    try:
        async with httpx.AsyncClient(timeout=SECONDS, trust_env=False) as client:
            answer = await client.post(url, json=dict(message))
    except httpx.HTTPError as error:
        return Retry(type(error).__name__)
    if answer.status_code < REFUSED:
        return Done()
    why = f"the gateway answered {answer.status_code}"
    passing = answer.status_code >= BROKEN or answer.status_code == TOO_MANY
    return Retry(why) if passing else GiveUp(why)


async def letter(services: Services, row: outbox.Claimed) -> Outcome:
    """Lay one letter with those to be printed."""
    if row.payload["kind"] not in PAPERS:
        return GiveUp("there is no such letter")
    found = await letter_of(services, row.payload, row.key)
    if found is None or not found.to:
        return Done()
    words = spoken_in(services, found.language)
    named = _named(found)
    paper = {
        "language": words.code,
        "to": f"{named['name']}\n{found.to}",
        "lines": [words.gettext(line, **named) for line in PAPERS[found.kind]],
        "from": services.city.service_name,
    }
    return await _written(services.settings, LETTER_FOLDER, row.key, paper)


def _named(letter: Letter) -> dict[str, str]:
    return {"name": "", **letter.words}


async def _written(
    settings: Settings, folder: str, key: str, content: Mapping[str, object]
) -> Outcome:
    name = hashlib.sha256(key.encode()).hexdigest()[:32] + ".json"
    said = json.dumps(content, ensure_ascii=False).encode()
    trouble = await write_one(settings.storage / folder, name, said)
    return Retry(f"the folder took nothing: {trouble}") if trouble else Done()


HANDLERS: Mapping[str, Handler] = {TEXT: text, LETTER: letter}


# ---- printing -----------------------------------------------------------------------------------


def waiting_letters(folder: Path) -> list[Path]:
    """The letters that nobody has printed, the oldest first."""
    found = folder.glob("*.json") if folder.is_dir() else ()
    return sorted(found, key=lambda path: (path.stat().st_mtime_ns, path.name))


def sheet_of(letters: list[Path]) -> str:
    """All of them as one page to print, each on a sheet of its own."""
    return SHEET.format(
        letters="".join(_section(json.loads(path.read_bytes())) for path in letters)
    )


def _section(paper: Mapping[str, object]) -> str:
    lines = paper["lines"]
    paragraphs = "".join(
        f"<p>{escape(str(line))}</p>" for line in (lines if isinstance(lines, list) else ())
    )
    return (
        f'<section lang="{escape(str(paper["language"]))}">'
        f"<address>{escape(str(paper['to']))}</address>{paragraphs}"
        f"<p>{escape(str(paper['from']))}</p></section>\n"
    )
