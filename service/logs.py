"""JSON lines that say what happened and never to whom: no values, no queries, no addresses."""

from __future__ import annotations

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).resolve().parent.parent
LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}
# Whatever else is passed to a logger is dropped, so a new call cannot leak by carelessness.
ALLOWED = frozenset(
    {
        "actor", "agency", "attempt", "code", "count", "fault", "frames", "job", "lane", "logger",
        "method", "ms", "outbox", "pid", "request_id", "route", "state", "status", "topic",
    }
)  # fmt: skip
OURS = str(ROOT / "service")
OUR_LOGGERS = "threshold"
LONGEST_VALUE = 400
FRAMES_KEPT = 12


class Log:
    """One line of JSON on standard error for each event."""

    def __init__(self) -> None:
        self.threshold = LEVELS["info"]

    def info(self, event: str, **values: object) -> None:
        self.write("info", event, values)

    def warning(self, event: str, **values: object) -> None:
        self.write("warning", event, values)

    def error(self, event: str, **values: object) -> None:
        self.write("error", event, values)

    def write(self, level: str, event: str, values: Mapping[str, object]) -> None:
        if LEVELS[level] >= self.threshold:
            sys.stderr.write(line(level, event, values))


log = Log()


def line(level: str, event: str, values: Mapping[str, object]) -> str:
    """The known names only; long values cut; control and direction marks as escapes."""
    entry: dict[str, object] = {
        "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "level": level,
        "event": event,
    }
    entry.update((name, tidy(value)) for name, value in values.items() if name in ALLOWED)
    return json.dumps(entry) + "\n"


def tidy(value: object) -> object:
    if isinstance(value, list):
        return [tidy(item) for item in value[:FRAMES_KEPT]]
    if value is None or isinstance(value, bool | int | float):
        return value
    text = str(value)[:LONGEST_VALUE]
    return text if text.isascii() and text.isprintable() else ascii(text)[1:-1]


def configure_logs(level: str) -> None:
    """Our lines from this level on, the libraries' from warnings on."""
    log.threshold = LEVELS[level]
    logging.basicConfig(handlers=[Lines()], level=logging.WARNING, force=True)
    logging.getLogger(OUR_LOGGERS).setLevel(LEVELS[level])


class Lines(logging.Handler):
    """The standard library's loggers in the same lines. Our own say their sentence, its values
    left out; a library's message may hold values, so only its name and place are kept."""

    def emit(self, record: logging.LogRecord) -> None:
        told = {name: value for name, value in vars(record).items() if name in ALLOWED}
        fault = record.exc_info[1] if record.exc_info else None
        if fault is not None:
            told.update(fault=type(fault).__name__, frames=frames(fault))
        told.update(logger=record.name, code=f"{record.module}:{record.lineno}")
        ours = record.name.split(".")[0] == OUR_LOGGERS
        level = record.levelname.lower()
        log.write(
            level if level in LEVELS else "error", str(record.msg) if ours else "library", told
        )


def log_request(method: str, state: Mapping[str, Any], status: int, seconds: float) -> None:
    """The one line of a request. The route's name stands for its address."""
    if log.threshold > LEVELS["info"]:
        return
    route = state.get("route")
    # Nothing says when a ballot was asked for or cast.
    if isinstance(route, str) and route.startswith(("health.", "voice.ballot")):
        return
    log.info(
        "request",
        request_id=state.get("request_id"),
        method=method,
        route=route,
        status=status,
        ms=round(seconds * 1000, 1),
    )


def log_fault(event: str, fault: BaseException, state: Mapping[str, Any]) -> None:
    """What broke and where, without the message: a database's message quotes the row."""
    log.error(
        event,
        request_id=state.get("request_id"),
        route=state.get("route"),
        fault=type(fault).__name__,
        frames=frames(fault),
    )


def frames(fault: BaseException) -> list[str]:
    """Where it was raised, innermost last: our own lines and the last one, never a value."""
    stack = traceback.extract_tb(fault.__traceback__)
    ours = [frame for frame in stack[:-1] if OURS in frame.filename]
    return [
        f"{place(frame.filename)}:{frame.lineno} {frame.name}"
        for frame in [*ours, *stack[-1:]][-FRAMES_KEPT:]
    ]


def place(filename: str) -> str:
    path = Path(filename)
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else path.name
