"""A command on a database that is away, or of another version, says so in one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.cli import main

pytestmark = pytest.mark.once

# All open it by one function; one command of each shape is enough.
COMMANDS = ["staff list", "verify-log", "keys rotate", "close-vote 1"]


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The settings of a machine on which nothing was migrated yet."""
    monkeypatch.setenv("THRESHOLD_DEMO", "1")
    monkeypatch.setenv("THRESHOLD_STORAGE", str(tmp_path))
    monkeypatch.setenv("THRESHOLD_DATABASE_URL", f"sqlite:///{tmp_path / 'town.db'}")
    return tmp_path


@pytest.mark.parametrize("command", COMMANDS)
def test_a_database_that_was_never_migrated_is_told_in_one_line(
    town: Path, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(command.split()) == 2
    told = capsys.readouterr()
    assert told.err == "The database is not at this version: run `threshold migrate`.\n"
    assert told.out == ""


def test_a_database_that_is_away_is_told_in_one_line(
    town: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("THRESHOLD_DATABASE_URL", "postgres://nobody@127.0.0.1:1/none")
    assert main(["staff", "list"]) == 2
    assert capsys.readouterr().err.startswith("The database cannot be reached: ")


def test_a_backup_that_cannot_be_written_is_told_in_one_line(
    town: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["migrate"]) == 0
    file = town / "no" / "such" / "folder"
    assert main(["backup", str(file)]) == 2
    assert capsys.readouterr().err == f"{file} cannot be used: No such file or directory.\n"
