"""`threshold reconcile` and `threshold api-key`, as an operator runs them."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from service import db
from service.cli import main
from service.ids import time_ordered_id
from service.security.tokens import token_hash
from service.settings import Settings
from tests.support.clock import START
from tests.support.databases import TEST_KEY

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def threshold(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """Run one command against this test's database; its exit status and what it printed."""
    env = {
        "DATABASE_URL": settings.database_url,
        "BASE_URL": settings.base_url,
        "STORAGE": str(settings.storage),
        "SECRET_KEYS": base64.b64encode(TEST_KEY).decode(),
        "DEMO": "1",
    }
    for name, value in env.items():
        monkeypatch.setenv(f"THRESHOLD_{name}", value)

    def run(*arguments: str) -> tuple[int, str]:
        status = main(arguments)
        return status, capsys.readouterr().out

    return run


def in_database(settings: Settings, work: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
    async def run() -> Any:
        await db.open_database(settings)
        try:
            return await work()
        finally:
            await db.close_database()

    return asyncio.run(run())


def test_an_empty_service_adds_up(threshold: Run) -> None:
    status, printed = threshold("reconcile", "--json")
    found = json.loads(printed)
    assert status == 0
    assert set(found) == {"agencies", "sent", "acknowledged", "outstanding"}
    assert {each["id"] for each in found["agencies"]} >= {"dshs", "king_county_metro"}
    status, printed = threshold("reconcile")
    assert (status, printed.splitlines()[-1]) == (0, "Everything adds up.")


def test_a_difference_is_named_and_is_the_exit_status(threshold: Run, settings: Settings) -> None:
    application, referral = time_ordered_id(), time_ordered_id()

    async def plant() -> None:
        """A referral that no move in the log speaks of."""
        await db.execute(
            "insert into applications (id, state, revision, version, source, language,"
            " safe_to_write, created_at, updated_at)"
            " values (?, 'submitted', 0, 1, 'page', 'en', ?, ?, ?)",
            application,
            False,
            START,
            START,
        )
        await db.execute(
            "insert into referrals (id, application_id, program, agency, state, version,"
            " acknowledged_version, waiting, granted, urgent, filed_at, due_on)"
            " values (?, ?, 'orca_lift', 'king_county_metro', 'queued', 1, 0, ?, ?, ?, ?, ?)",
            referral,
            application,
            True,
            b"",
            False,
            START,
            START.date(),
        )

    in_database(settings, plant)
    status, printed = threshold("reconcile", "--json")
    differences = [
        each for agency in json.loads(printed)["agencies"] for each in agency["differences"]
    ]
    assert (status, differences) == (1, [str(referral)])
    assert str(referral) in threshold("reconcile")[1]


def test_a_key_is_shown_once_and_only_its_hash_is_kept(threshold: Run, settings: Settings) -> None:
    async def stored() -> dict[str, str]:
        rows = await db.fetch("select kind, key_hash from api_keys")
        return {row["kind"]: row["key_hash"] for row in rows}

    made = {
        kind: threshold("api-key", "create", holder)[1].strip()
        for kind, holder in (("agency", "dshs"), ("partner", "food_bank"))
    }
    assert in_database(settings, stored) == {kind: token_hash(key) for kind, key in made.items()}
    assert threshold("api-key", "revoke", "dshs") == (0, "Keys ended: 1\n")


@pytest.mark.parametrize(
    "arguments",
    [
        ("create", "Not A Name"),
        ("create", "food_bank", "--webhook", "https://partner.example/"),
        ("create", "dshs", "--webhook", "http://10.0.0.1/"),
    ],
)
def test_a_key_that_cannot_be_made_is_bad_use(threshold: Run, arguments: tuple[str, ...]) -> None:
    assert threshold("api-key", *arguments)[0] == 2
