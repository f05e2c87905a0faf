"""Log lines: one JSON object each, known names only, and nothing a caller wrote can forge one."""

from __future__ import annotations

import json
import logging

import pytest

from service.logs import Lines, configure_logs, frames, line, log

FORGERIES = ["a\nb", 'x"}\n{"level":"error"', "\x1b[31mred", "\u202edesrever", "\u2028", "\x00"]


@pytest.mark.parametrize("value", FORGERIES)
def test_no_value_can_forge_a_line(value: str) -> None:
    text = line("info", "request", {"route": value})
    assert text.count("\n") == 1
    assert text.isascii()
    assert all(ord(letter) >= 32 for letter in text[:-1])
    assert json.loads(text)["event"] == "request"


def test_a_name_nobody_agreed_on_is_dropped() -> None:
    told = json.loads(line("info", "x", {"route": "r", "mail": "a@example.org", "path": "/x?y"}))
    assert set(told) == {"at", "level", "event", "route"}


def test_a_long_value_is_cut() -> None:
    assert len(line("info", "x", {"route": "r" * 10_000})) < 1_000


def test_a_fault_is_told_by_place_and_never_by_its_message() -> None:
    try:
        raise ValueError("Maria Canary")
    except ValueError as fault:
        told = frames(fault)
    assert told[-1].endswith("test_a_fault_is_told_by_place_and_never_by_its_message")
    assert "Canary" not in str(told)


def test_a_librarys_message_is_not_repeated(capsys: pytest.CaptureFixture[str]) -> None:
    record = logging.LogRecord("asyncpg", 30, "pool.py", 7, "row %s", ("Maria Canary",), None)
    Lines().emit(record)
    told = json.loads(capsys.readouterr().err)
    assert (told["event"], told["logger"], told["code"]) == ("library", "asyncpg", "pool:7")
    assert "Canary" not in str(told)


def test_our_own_loggers_say_their_sentence_without_its_values(
    capsys: pytest.CaptureFixture[str],
) -> None:
    record = logging.LogRecord("threshold.worker", 40, "w.py", 7, "gave up: %s", ("Maria",), None)
    record.lane = "metro"
    Lines().emit(record)
    told = json.loads(capsys.readouterr().err)
    assert (told["event"], told["level"], told["lane"]) == ("gave up: %s", "error", "metro")
    assert "Maria" not in str(told)


def test_lines_below_the_level_are_not_written(capsys: pytest.CaptureFixture[str]) -> None:
    before = logging.getLogger().handlers[:]
    try:
        configure_logs("warning")
        log.info("quiet")
        log.warning("heard")
    finally:
        configure_logs("info")
        logging.getLogger().handlers[:] = before
    assert "quiet" not in capsys.readouterr().err
