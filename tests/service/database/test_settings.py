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


@pytest.mark.parametrize(
    ("name", "meant"),
    [("DATABSE_URL", "DATABASE_URL"), ("LOGLEVEL", "LOG_LEVEL"), ("SECRET_KEY", "SECRET_KEYS")],
)
def test_a_misspelt_name_is_not_passed_over(tmp_path: Path, name: str, meant: str) -> None:
    said = problems(tmp_path, **{name: "x"})
    assert said == f"THRESHOLD_{name} is not a setting: is THRESHOLD_{meant} meant?"


def test_names_for_tests_and_of_others_are_left_alone(tmp_path: Path) -> None:
    Settings.from_env(
        env(tmp_path, TEST_PG_URL="x", CHROMIUM="x", PEER_PYTHON="x") | {"DATABSE_URL": "x"}
    )


def test_an_address_that_cannot_be_taken_apart_is_refused(tmp_path: Path) -> None:
    wrong = "http://[x"
    found = problems(
        tmp_path, BASE_URL=wrong, DATABASE_URL=wrong, SMTP_URL=wrong, TEXT_URL=wrong
    ).splitlines()
    assert [line.split()[0] for line in found] == [
        f"THRESHOLD_{name}" for name in ("DATABASE_URL", "BASE_URL", "SMTP_URL", "TEXT_URL")
    ]


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("DATABASE_URL", "postgres://u@here:5432,there:abc/db"),
        ("BASE_URL", "https://here:99999"),
        ("SMTP_URL", "smtp://here:abc"),
        ("TEXT_URL", "https://u:p@here:abc/x"),
    ],
)
def test_a_port_that_is_none_is_refused(tmp_path: Path, name: str, wrong: str) -> None:
    assert problems(tmp_path, **{name: wrong}).startswith(f"THRESHOLD_{name} must be ")
    right = wrong.replace("abc", "5433").replace("99999", "8443")
    Settings.from_env(env(tmp_path, **{name: right}))


@pytest.mark.parametrize("wrong", ["maxsize=abc", "minsize=-1", "statement_cache_size="])
def test_a_pool_size_that_is_no_number_is_refused(tmp_path: Path, wrong: str) -> None:
    said = problems(tmp_path, DATABASE_URL=f"postgres://u@here/db?{wrong}")
    assert said == (
        "THRESHOLD_DATABASE_URL: minsize, maxsize, statement_cache_size must be whole numbers."
    )


@pytest.mark.parametrize(
    ("file", "held", "settings"),
    [
        ("demo-secret-key", "c2hvcnQ=", {}),
        ("demo-secret-key", "no base64", {}),
        ("20261122T090000-demo-clock.json", "{", {"NOW": "2026-11-22T09:00:00Z"}),
        ("20261122T090000-demo-clock.json", "{}", {"NOW": "2026-11-22T09:00:00Z"}),
    ],
)
def test_a_file_of_the_demonstration_that_was_changed_is_named(
    tmp_path: Path, file: str, held: str, settings: dict[str, str]
) -> None:
    demo = env(tmp_path, DEMO="1", SECRET_KEYS="", **settings)
    (tmp_path / file).write_text(held, encoding="ascii")
    with pytest.raises(SettingsError) as caught:
        Settings.from_env(demo)
    assert str(caught.value).startswith(f"{tmp_path / file} does not hold what was written there.")


def test_a_place_where_nothing_can_be_kept_is_named(tmp_path: Path) -> None:
    taken = tmp_path / "file"
    taken.touch()
    for storage in (taken, taken / "below"):
        demo = env(tmp_path, DEMO="1", SECRET_KEYS="", STORAGE=str(storage))
        with pytest.raises(SettingsError) as caught:
            Settings.from_env(demo)
        assert str(caught.value).startswith(f"THRESHOLD_STORAGE: {storage} cannot be used: ")
