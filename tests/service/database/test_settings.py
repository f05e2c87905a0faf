"""Settings are read once, and a start is refused with every problem at once."""

from __future__ import annotations

import base64
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from service.settings import Settings, SettingsError

GOOD_KEY = base64.b64encode(os.urandom(32)).decode()


def env(tmp_path: Path, **changes: str) -> dict[str, str]:
    given = {
        "SECRET_KEYS": GOOD_KEY,
        "BASE_URL": "https://apply.example.gov",
        "STORAGE": str(tmp_path),
    }
    return {f"THRESHOLD_{name}": value for name, value in (given | changes).items()}


def problems(tmp_path: Path, **changes: str) -> str:
    with pytest.raises(SettingsError) as caught:
        Settings.from_env(env(tmp_path, **changes))
    return "\n".join(caught.value.problems)


def test_a_town_needs_a_key_and_an_address(tmp_path: Path) -> None:
    settings = Settings.from_env(env(tmp_path))
    assert settings.database_url == f"sqlite:///{tmp_path}/threshold.db"
    assert settings.base_url == "https://apply.example.gov"
    assert (settings.demo, settings.now_offset) == (False, timedelta())


def test_every_problem_is_named_at_once(tmp_path: Path) -> None:
    found = problems(
        tmp_path,
        SECRET_KEYS="",
        BASE_URL="",
        DATABASE_URL="mysql://x",
        CITY=str(tmp_path),
        PORT="eighty",
        NOW="2026-11-22T09:00:00Z",
        TRUSTED_PROXIES="nonsense",
        LOG_LEVEL="loud",
        DEMO="yes",
        SMTP_URL="http://mail",
    )
    names = (
        "SECRET_KEYS BASE_URL DATABASE_URL CITY PORT NOW TRUSTED_PROXIES LOG_LEVEL DEMO SMTP_URL"
    )
    for name in names.split():
        assert f"THRESHOLD_{name}" in found


@pytest.mark.parametrize(
    "key",
    ["changeme", base64.b64encode(b"a" * 32).decode(), base64.b64encode(bytes(16)).decode(), "§"],
)
def test_a_weak_key_is_refused(tmp_path: Path, key: str) -> None:
    assert "SECRET_KEYS" in problems(tmp_path, SECRET_KEYS=key)
    assert "twice" in problems(tmp_path, SECRET_KEYS=f"{GOOD_KEY},{GOOD_KEY}")


@pytest.mark.parametrize(
    "url", ["sqlite://", "sqlite:///:memory:", "sqlite://file.db", "postgres://h"]
)
def test_a_database_address_that_names_no_database_is_refused(tmp_path: Path, url: str) -> None:
    assert "DATABASE_URL" in problems(tmp_path, DATABASE_URL=url)


def test_the_demonstration_makes_its_own_key_once(tmp_path: Path) -> None:
    demo = {"THRESHOLD_DEMO": "1", "THRESHOLD_STORAGE": str(tmp_path / "var")}
    first, second = Settings.from_env(demo), Settings.from_env(demo)
    assert first.secret_keys == second.secret_keys
    (kept,) = (tmp_path / "var").iterdir()
    assert kept.stat().st_mode & 0o777 == 0o600


def test_every_process_of_a_demonstration_has_the_same_offset(tmp_path: Path) -> None:
    demo = env(tmp_path, DEMO="1", NOW="2026-11-22T09:00:00-08:00")
    first, second = Settings.from_env(demo), Settings.from_env(demo)
    assert first.now_offset == second.now_offset
    now = datetime.now(UTC) + first.now_offset
    assert abs(now - datetime(2026, 11, 22, 17, tzinfo=UTC)) < timedelta(seconds=30)


def test_settings_in_a_log_tell_no_key(tmp_path: Path) -> None:
    assert GOOD_KEY not in repr(Settings.from_env(env(tmp_path)))
    assert "secret" not in repr(Settings.from_env(env(tmp_path)))
