"""A tripwire under every test: nothing a person told us may stand where it has no business.

Watched are log lines, the address of each request, the address an answer leads to, refusals, and at
the end every column of the database, its raw file, and every mail. What the tests' households are
called, where they live and what they earn are the canaries, and every secret, session and key that
the service hands out while a test runs.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from service import db, logs
from service.settings import Settings
from tests.support.databases import migrated_file

NAMES = (
    "Ana Reyes",
    "Ana Díaz",
    "Luz Prado",
    "Bo Lind",
    "José Ñandú",
    "Zebedee Quillfeather",
    "600 4th Ave",
    "12 Pine St",
    "Cafe Sol",
    "206-555-0199",
    "2065550199",
)
MAIL = r"[\w.+-]+@example\.(?:org|com|net)"
# Pay, rent and birth dates of the households: alone, not as a part of some id.
FIGURES = ("61200", "65500", "185000", "1985-03-04", "1987-05-06")
TOLD = re.compile("|".join([*(re.escape(name) for name in NAMES), MAIL]), re.IGNORECASE)
HINTS = (*(name.lower() for name in NAMES), "@example.", *FIGURES)
FIGURE = re.compile(rf"(?<![\w.-])(?:{'|'.join(FIGURES)})(?![\w.-])")
SESSION_COOKIES = ("th_benefits", "th_status", "th_staff", "th_voice")
# Public rules hold figures of their own, and an office's address is no person's.
NOT_PERSONAL = {"rule_sets"}
# A page of SQLite's file, and what stands here for one or more that nobody wrote in.
BLOCK, GAP = 4096, b"\n"
# A page that shows typed values back to the one who typed them is no leak.
OWN_PAGE = frozenset({422, 503})


class Leak(AssertionError):
    """A canary stood where nobody's data may stand."""


@dataclass
class Watch:
    """What one test let out, place by place."""

    seen: list[tuple[str, str]] = field(default_factory=list)
    secrets: set[str] = field(default_factory=set)

    def note(self, place: str, text: object) -> None:
        self.seen.append((place, str(text)))

    def check(self) -> None:
        """Raises Leak with every place and what stood there."""
        if self.found_in("\n".join(text for _place, text in self.seen)) is None:
            return
        leaks = [
            f"{place}: {found!r} in {text[:300]!r}"
            for place, text in self.seen
            if (found := self.found_in(text))
        ]
        if leaks:
            raise Leak("\n".join(leaks))

    def found_in(self, text: str) -> str | None:
        low = text.lower()
        if any(hint in low for hint in HINTS):  # a plain look is far quicker than the patterns
            told = TOLD.search(text) or FIGURE.search(text)
            if told:
                return told.group()
        return next((secret for secret in self.secrets if secret in text), None)

    # ---- requests -------------------------------------------------------------------------------

    def request(self, request: httpx.Request) -> None:
        self.note("address", request.url)
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and len(key) > 20:
            self.secrets.add(key)

    def response(self, response: httpx.Response) -> None:
        self.note("leads to", response.headers.get("location", ""))
        for cookie in response.headers.get_list("set-cookie"):
            name, _, value = cookie.partition(";")[0].partition("=")
            if name in SESSION_COOKIES and len(value) > 20:
                self.secrets.add(value)
        kind = response.headers.get("content-type", "")
        if response.status_code == 201 and kind.startswith("application/json"):
            self.learn(response.json())
        own = kind.startswith("text/html") and response.status_code in OWN_PAGE
        if response.status_code >= 400 and not own:
            self.note(f"refusal {response.status_code}", response.text)

    def learn(self, body: Any) -> None:
        secret = body.get("secret") if isinstance(body, Mapping) else None
        if isinstance(secret, str):
            self.secrets.add(secret)

    # ---- what is stored -------------------------------------------------------------------------

    async def read_database(self, settings: Settings, filled: Iterable[str]) -> None:
        """Every value of the tables with rows in them, then the raw file of SQLite."""
        for table in (each for each in filled if each not in NOT_PERSONAL):
            for row in await db.fetch(f"select * from {db.identifier(table)}"):
                for column, value in row.items():
                    text = value.decode("latin-1") if isinstance(value, bytes) else value
                    self.note(f"{table}.{column}", text)
        if db.dialect() == "sqlite":
            file = db.sqlite_path(settings.database_url)
            for path in (file, file.with_name(file.name + "-wal")):
                self.read_bytes(path)
        for mail in settings.storage.rglob("*.eml"):
            self.read_mail(mail)

    def read_bytes(self, path: Path) -> None:
        """Names and secrets as they would stand in a stolen file; figures are too short to tell."""
        stored = written_blocks(path.read_bytes() if path.exists() else b"")
        for canary in (*NAMES, *self.secrets):
            if canary.encode() in stored:
                self.note(path.name, canary)

    def read_mail(self, path: Path) -> None:
        """A mail's own address is where it goes; nothing else in it may tell who got it."""
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
            if not line.startswith("To: "):
                self.note(path.name, line)


def written_blocks(stored: bytes) -> bytes:
    """What a file of SQLite holds beyond an empty database; most of a test's is nothing else."""
    empty = migrated_file()
    blocks = (
        (stored[at : at + BLOCK], empty[at : at + BLOCK]) for at in range(0, len(stored), BLOCK)
    )
    return b"".join(block if block != before else GAP for block, before in blocks)


class _Lines(logging.Handler):
    def __init__(self, watch: Watch) -> None:
        super().__init__(logging.DEBUG)
        self.watch = watch

    def emit(self, record: logging.LogRecord) -> None:
        if record.name.split(".")[0] == logs.OUR_LOGGERS:
            self.watch.note("log", f"{record.getMessage()} {vars(record)}")


@contextmanager
def watching(patch: pytest.MonkeyPatch) -> Iterator[Watch]:
    """Watch everything that is logged, asked and answered in this process; check at the end."""
    watch = Watch()
    written, sent = logs.line, httpx.AsyncClient.send

    def line(level: str, event: str, values: Mapping[str, object]) -> str:
        text = written(level, event, values)
        watch.note("log", text)
        return text

    async def send(self: httpx.AsyncClient, request: httpx.Request, **how: Any) -> httpx.Response:
        watch.request(request)
        response = await sent(self, request, **how)
        if not how.get("stream"):
            watch.response(response)
        return response

    patch.setattr(logs, "line", line)
    patch.setattr(httpx.AsyncClient, "send", send)
    handler = _Lines(watch)
    root = logging.getLogger()
    root.addHandler(handler)
    try:
        yield watch
    finally:
        root.removeHandler(handler)
    watch.check()


def check_log(path: Path, secrets: Iterable[str] = (), start: int = 0) -> int:
    """The log of a real process from a byte on; returns where it ends now. Raises Leak."""
    watch = Watch(secrets=set(secrets))
    written = path.read_bytes()[start:] if path.exists() else b""
    for number, text in enumerate(written.decode("utf-8", errors="replace").split("\n")):
        watch.note(f"{path.name}:{number + 1} from byte {start}", text)
    watch.check()
    return start + len(written)
