"""Settings from the environment, read once into one frozen object."""

from __future__ import annotations

import base64
import binascii
import contextlib
import ipaddress
import json
import os
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import SplitResult, parse_qsl, urlsplit

from service.db_config import POOL_NUMBERS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

T = TypeVar("T")
ROOT = Path(__file__).resolve().parent.parent
PREFIX = "THRESHOLD_"
# What is set for the tests of the service is no setting of it.
TESTS = "TEST_"
NEARLY = 0.75
KEY_BYTES = 32
# Random keys have about 30 distinct bytes of 32; under 16 somebody typed them.
FEWEST_DISTINCT_BYTES = 16
DEMO_KEY_FILE = "demo-secret-key"
DEMO_CLOCK_FILE = "demo-clock.json"
LOG_LEVELS = ("debug", "info", "warning", "error")


class SettingsError(Exception):
    """Every problem with the settings at once, one sentence each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class Settings:
    """How this service runs. `secret_keys` are 32 bytes each, the newest first."""

    database_url: str
    city: Path
    base_url: str
    secret_keys: tuple[bytes, ...]
    storage: Path
    smtp_url: str | None = None
    text_url: str | None = None
    sign_in_secret: str | None = None
    demo: bool = False
    demo_votes: bool = False
    now_offset: timedelta = timedelta()
    host: str = "127.0.0.1"
    port: int = 8000
    trusted_proxies: tuple[str, ...] = ()
    log_level: str = "info"

    def __repr__(self) -> str:
        """Without keys, passwords or addresses: a settings object may end up in a log."""
        return f"Settings(city={self.city.name!r}, demo={self.demo})"

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Settings:
        """Read THRESHOLD_* names. Raises SettingsError naming every problem."""
        return _Reader(env).settings()


class _Reader:
    """Reads one name at a time and keeps the problems for the end."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self.env = env
        self.names: set[str] = set()
        self.problems: list[str] = []

    def get(self, name: str, default: str = "") -> str:
        self.names.add(name)
        return self.env.get(PREFIX + name, "").strip() or default

    def settings(self) -> Settings:
        demo = self.flag("DEMO")
        storage = Path(self.get("STORAGE", "var")).absolute()
        settings = Settings(
            database_url=self.database_url(storage),
            city=self.city(),
            base_url=self.base_url(demo=demo),
            secret_keys=self.secret_keys(storage, demo=demo),
            storage=storage,
            smtp_url=self.smtp_url(),
            text_url=self.text_url(),
            sign_in_secret=self.get("SIGN_IN_SECRET") or None,
            demo=demo,
            demo_votes=self.flag("DEMO_VOTES", "1") and demo,
            now_offset=self.now_offset(storage, demo=demo),
            host=self.get("HOST", "127.0.0.1"),
            port=self.port(),
            trusted_proxies=self.trusted_proxies(),
            log_level=self.log_level(),
        )
        self.misspelt()
        if self.problems:
            raise SettingsError(self.problems)
        return settings

    def misspelt(self) -> None:
        """A name that is nearly one of ours would be passed over without a word."""
        given = {name.removeprefix(PREFIX) for name in self.env if name.startswith(PREFIX)}
        for name in sorted(given - self.names):
            if name.startswith(TESTS):
                continue
            from difflib import get_close_matches

            for meant in get_close_matches(name, self.names, 1, NEARLY):
                self.problems.append(f"{PREFIX}{name} is not a setting: is {PREFIX}{meant} meant?")

    def flag(self, name: str, default: str = "0") -> bool:
        value = self.get(name, default)
        if value not in ("0", "1"):
            self.problems.append(f"THRESHOLD_{name} must be 0 or 1.")
        return value == "1"

    def database_url(self, storage: Path) -> str:
        url = self.get("DATABASE_URL", f"sqlite:///{storage}/threshold.db")
        parts = _parts(url)
        if parts.scheme == "sqlite":
            if parts.netloc or len(parts.path) < 2 or ":memory:" in parts.path:
                self.problems.append(
                    "THRESHOLD_DATABASE_URL for SQLite names a file: sqlite:///folder/file.db."
                )
        elif parts.scheme not in ("postgres", "postgresql") or len(parts.path) < 2:
            self.problems.append(
                "THRESHOLD_DATABASE_URL must be sqlite:///file or postgres://user@host/database."
            )
        elif not _whole_numbers(parts.query):
            self.problems.append(
                f"THRESHOLD_DATABASE_URL: {', '.join(POOL_NUMBERS)} must be whole numbers."
            )
        return url

    def city(self) -> Path:
        city = Path(self.get("CITY", str(ROOT / "cities" / "seattle"))).absolute()
        if not (city / "city.yaml").is_file():
            self.problems.append(f"THRESHOLD_CITY: there is no city.yaml in {city}.")
        return city

    def base_url(self, *, demo: bool) -> str:
        url = self.get("BASE_URL", "http://127.0.0.1:8000" if demo else "").rstrip("/")
        parts = _parts(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.path:
            self.problems.append(
                "THRESHOLD_BASE_URL must be the public address, such as https://apply.example.gov."
            )
        return url

    def secret_keys(self, storage: Path, *, demo: bool) -> tuple[bytes, ...]:
        text = self.get("SECRET_KEYS")
        if not text and demo:
            made = base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()
            return self.kept(storage / DEMO_KEY_FILE, made, _kept_keys, ())
        if not text:
            self.problems.append(
                "THRESHOLD_SECRET_KEYS is missing. `threshold keys new` prints a fresh key."
            )
            return ()
        keys = tuple(self.secret_key(n, part) for n, part in enumerate(text.split(","), 1))
        if len(set(keys)) != len(keys):
            self.problems.append("THRESHOLD_SECRET_KEYS holds the same key twice.")
        return keys

    def secret_key(self, number: int, text: str) -> bytes:
        try:
            key = base64.b64decode(text.strip().replace("-", "+").replace("_", "/"), validate=True)
        except (binascii.Error, ValueError):
            key = b""
        if len(key) != KEY_BYTES:
            self.problems.append(
                f"THRESHOLD_SECRET_KEYS: key {number} must be 32 bytes written in base64."
            )
        elif len(set(key)) < FEWEST_DISTINCT_BYTES:
            self.problems.append(
                f"THRESHOLD_SECRET_KEYS: key {number} is too regular to be random."
                " `threshold keys new` prints a fresh key."
            )
        return key

    def smtp_url(self) -> str | None:
        url = self.get("SMTP_URL")
        parts = _parts(url)
        if url and not (parts.scheme in ("smtp", "smtps") and parts.hostname):
            self.problems.append("THRESHOLD_SMTP_URL must be smtp://host:port or smtps://host.")
        return url or None

    def text_url(self) -> str | None:
        url = self.get("TEXT_URL")
        parts = _parts(url)
        near = parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost")
        if url and not (parts.hostname and (parts.scheme == "https" or near)):
            self.problems.append("THRESHOLD_TEXT_URL must be https://user:password@host/path.")
        return url or None

    def now_offset(self, storage: Path, *, demo: bool) -> timedelta:
        text = self.get("NOW")
        if not text:
            return timedelta()
        if not demo:
            self.problems.append("THRESHOLD_NOW is for the demonstration only.")
            return timedelta()
        try:
            now = datetime.fromisoformat(text)
        except ValueError:
            self.problems.append("THRESHOLD_NOW must be a time such as 2026-11-22T09:00:00Z.")
            return timedelta()
        now = now.replace(tzinfo=UTC) if now.tzinfo is None else now.astimezone(UTC)
        return self.demo_offset(storage, now)

    def demo_offset(self, storage: Path, now: datetime) -> timedelta:
        """One offset for all processes and restarts that ask for the same time.

        Each process counting from its own start would give every one another clock, and a restart
        would move time back.
        """
        offset = (now - datetime.now(UTC)) // timedelta(microseconds=1)
        made = json.dumps({"now": now.isoformat(), "offset": offset})
        path = storage / f"{now:%Y%m%dT%H%M%S}-{DEMO_CLOCK_FILE}"
        return self.kept(path, made, _kept_offset, timedelta())

    def kept(self, path: Path, made: str, read: Callable[[str], T], otherwise: T) -> T:
        """What a file of the demonstration holds; written first if it is not there."""
        try:
            return read(_kept(path, made))
        except OSError as refused:
            self.problems.append(
                f"THRESHOLD_STORAGE: {refused.filename} cannot be used: {refused.strerror}."
            )
        except (ValueError, KeyError, TypeError):
            self.problems.append(
                f"{path} does not hold what was written there."
                " Put that back, or begin with another THRESHOLD_STORAGE."
            )
        return otherwise

    def port(self) -> int:
        text = self.get("PORT", "8000")
        if not (text.isascii() and text.isdigit()) or not 0 <= int(text[:6]) <= 65535:
            self.problems.append("THRESHOLD_PORT must be a number from 0 to 65535.")
            return 8000
        return int(text)

    def trusted_proxies(self) -> tuple[str, ...]:
        names = tuple(part.strip() for part in self.get("TRUSTED_PROXIES").split(",") if part)
        for name in names:
            try:
                ipaddress.ip_network(name)
            except ValueError:
                self.problems.append(
                    f"THRESHOLD_TRUSTED_PROXIES: {name!r} is not an address or network."
                )
        return names

    def log_level(self) -> str:
        level = self.get("LOG_LEVEL", "info").lower()
        if level not in LOG_LEVELS:
            self.problems.append(f"THRESHOLD_LOG_LEVEL must be one of {', '.join(LOG_LEVELS)}.")
        return level


def _parts(url: str) -> SplitResult:
    """Of an address that cannot be taken apart, or whose port is none: nothing."""
    try:
        parts = urlsplit(url)
        # An address of PostgreSQL may name several hosts.
        for host in parts.netloc.rpartition("@")[2].split(","):
            _port = urlsplit(f"//{host}").port
    except ValueError:
        return urlsplit("")
    return parts


def _whole_numbers(query: str) -> bool:
    """Whether what an address says of the pool can be taken for numbers."""
    asked = dict(parse_qsl(query, keep_blank_values=True))
    return all(asked.get(name, "0").isdecimal() for name in POOL_NUMBERS)


def _kept_keys(text: str) -> tuple[bytes, ...]:
    """The demonstration's key: made once, so that a restart can read what it stored."""
    key = base64.b64decode(text.strip(), validate=True)
    if len(key) != KEY_BYTES:
        raise ValueError("too short or too long for a key")
    return (key,)


def _kept_offset(text: str) -> timedelta:
    return timedelta(microseconds=int(json.loads(text)["offset"]))


def _kept(path: Path, made: str) -> str:
    """The file's text; written first if it is not there. Two processes agree on one content."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(made)
        with contextlib.suppress(FileExistsError):  # another process was first: its text counts
            path.hardlink_to(draft)
        draft.unlink()
    return path.read_text(encoding="ascii")
