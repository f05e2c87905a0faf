"""The command line of the database: migrate, keys, backup and restore as an operator runs them."""

from __future__ import annotations

import base64
import subprocess
import sys
from pathlib import Path

import pytest

from service.settings import Settings
from tests.support.databases import TEST_KEY, PostgresDatabases, SqliteDatabases
from tests.support.servers import run_threshold

HEAVY = ("tortoise", "starlette", "httpx", "jinja2", "cryptography", "pydantic", "yaml", "asyncpg")


def environment(settings: Settings, *keys: bytes) -> dict[str, str]:
    return {
        "THRESHOLD_DEMO": "1",
        "THRESHOLD_DATABASE_URL": settings.database_url,
        "THRESHOLD_STORAGE": str(settings.storage),
        "THRESHOLD_SECRET_KEYS": ",".join(base64.b64encode(key).decode() for key in keys),
    }


def threshold(settings: Settings, *arguments: str, keys: tuple[bytes, ...] = (TEST_KEY,)) -> str:
    done = run_threshold(arguments, environment(settings, *keys))
    return f"{done.returncode}\n{done.stdout}{done.stderr}"


def test_help_loads_nothing_heavy() -> None:
    program = (
        "import sys; from service.cli import build_parser; build_parser();"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


@pytest.mark.slow
def test_a_backup_is_made_refused_and_restored(
    settings: Settings,
    database_maker: SqliteDatabases | PostgresDatabases,
    tmp_path: Path,
) -> None:
    file = tmp_path / "town.backup"
    assert threshold(settings, "backup", str(file)).startswith("0\nWritten to")
    assert threshold(settings, "backup", str(file)).startswith("2\n")
    other = bytes(range(90, 122))
    assert "secret key" in threshold(settings, "restore", str(file), keys=(other,))
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    database_maker.fresh(folder)
    assert threshold(settings, "restore", str(file)).startswith("0\nRestored")
    assert threshold(settings, "restore", str(tmp_path / "none")).startswith("2\nThere is no file")


def test_migrate_says_when_there_is_nothing_to_do(settings: Settings) -> None:
    assert threshold(settings, "migrate") == "0\nNothing to do.\n"
    assert threshold(settings, "migrate", "--to", "0042_unknown").startswith("2\n")


@pytest.mark.slow
def test_keys_are_made_and_rotated(settings: Settings) -> None:
    new = threshold(settings, "keys", "new").split()[1]
    assert len(base64.b64decode(new)) == 32
    answer = threshold(settings, "keys", "rotate", keys=(base64.b64decode(new), TEST_KEY))
    assert answer.startswith("0\nEverything was under the newest key")


@pytest.mark.parametrize("arguments", [[], ["nonsense"], ["keys"]])
def test_used_wrongly_it_says_so(settings: Settings, arguments: list[str]) -> None:
    assert threshold(settings, *arguments).startswith("2\n")


@pytest.mark.parametrize("path", ["folder", "file/below.db", "file"])
def test_a_place_that_can_hold_no_database_is_told_in_one_line(tmp_path: Path, path: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("These are words of somebody, not pages of a database.")
    settings = {
        "THRESHOLD_DEMO": "1",
        "THRESHOLD_STORAGE": str(tmp_path / "storage"),
        "THRESHOLD_DATABASE_URL": f"sqlite:///{tmp_path}/{path}",
    }
    refused = run_threshold(["serve"], settings)
    assert refused.returncode == 2
    assert refused.stderr == "The database of THRESHOLD_DATABASE_URL cannot be reached.\n"
