"""The commands of the people who run it: a new program, a replay, the audit log walked."""

from __future__ import annotations

import asyncio
import base64
import json
import re
import shutil
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from service import db
from service.actor import Actor
from service.audit import unit_of_work
from service.audit_chain import seal
from service.cli import main
from service.services import Services
from service.settings import ROOT, Settings
from tests.service.staff.conftest import sending
from tests.support.clock import START, StoppedClock
from tests.support.databases import TEST_KEY

Run = Callable[..., tuple[int, str, str]]
FILLED = {
    "BLANK_FIRST_DAY": "2026-01-01",
    "BLANK_REVIEW_DAY": "2027-01-01",
    "BLANK_CONFIDENCE": "B",
    "BLANK_LIMIT_ONE": "30000",
    "BLANK_LIMIT_TWO": "40000",
    "BLANK_LIMIT_EXTRA": "10000",
    "BLANK_ONE_AT_LIMIT": "3000000",
    "BLANK_ONE_CENT_UNDER": "2999999",
    "BLANK_ONE_CENT_OVER": "3000001",
    "BLANK_AGENCY": "bike_office",
}


@pytest.fixture
def threshold(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs one command; its exit status and what it printed to each stream."""
    for name in ("NOW", "DEMO", "CITY"):
        monkeypatch.delenv(f"THRESHOLD_{name}", raising=False)

    def run(*arguments: str) -> tuple[int, str, str]:
        status = main(arguments)
        said = capsys.readouterr()
        return status, said.out, said.err

    return run


@pytest.fixture
def on_database(settings: Settings, monkeypatch: pytest.MonkeyPatch, threshold: Run) -> Run:
    """The same, over this test's database."""
    env = {
        "DATABASE_URL": settings.database_url,
        "STORAGE": str(settings.storage),
        "SECRET_KEYS": base64.b64encode(TEST_KEY).decode(),
        "DEMO": "1",
    }
    for name, value in env.items():
        monkeypatch.setenv(f"THRESHOLD_{name}", value)
    return threshold


def within(settings: Settings, work: Callable[[], Awaitable[Any]]) -> Any:
    async def run() -> Any:
        await db.open_database(settings)
        try:
            return await work()
        finally:
            await db.close_database()

    return asyncio.run(run())


def test_a_new_program_passes_the_check_once_its_blanks_are_filled(
    threshold: Run, tmp_path: Path
) -> None:
    city = tmp_path / "town"
    shutil.copytree(ROOT / "cities" / "seattle", city)
    status, told, _err = threshold("new-program", "bike_fund", "--city", str(city))
    assert status == 0
    assert f"threshold check {city}" in told
    made = [city / "parameters" / "bike_fund.yaml", *(city / "programs" / "bike_fund").iterdir()]
    assert len(made) == 3
    status, found, _err = threshold("check", str(city), "--on", "2026-11-22", "--json")
    findings = json.loads(found)["findings"]
    assert status == 1
    blanks = {each["message"].split()[0] for each in findings if each["code"] == "blank"}
    assert {each["code"] for each in findings if each["level"] == "error"} == {"blank"}
    assert blanks == set(re.findall(r"BLANK_\w+", told))
    for path in made:
        text = path.read_text(encoding="utf-8")
        for blank, value in FILLED.items():
            text = re.sub(rf"\b{blank}\b", value, text)
        text = re.sub(r"BLANK_\w+_URL", "https://example.org/", text)
        path.write_text(re.sub(r"(?<!every )BLANK_[A-Z_]+", "Some words", text), encoding="utf-8")
    status, found, _err = threshold("check", str(city), "--on", "2026-11-22")
    assert (status, ", all cases right." in found.splitlines()[-1]) == (0, True), found


@pytest.mark.parametrize("id", ["Bike", "bike-fund", "../bike", "_bike", "b" * 41, "basic_food"])
def test_an_id_that_will_not_do_or_is_taken_makes_nothing(
    threshold: Run, tmp_path: Path, id: str
) -> None:
    status, told, refused = threshold("new-program", id, "--city", str(tmp_path))
    assert (status, told) == (2, "")
    assert refused.count("\n") == 1
    assert list(tmp_path.rglob("*")) == []


def test_nothing_that_is_there_is_written_over(threshold: Run, tmp_path: Path) -> None:
    assert threshold("new-program", "bike_fund", "--city", str(tmp_path))[0] == 0
    mine = tmp_path / "parameters" / "bike_fund.yaml"
    mine.write_text("mine")
    shutil.rmtree(tmp_path / "programs")
    assert threshold("new-program", "bike_fund", "--city", str(tmp_path))[0] == 2
    assert mine.read_text() == "mine"
    assert not (tmp_path / "programs").exists()


def test_screening_from_a_file_looks_from_the_demonstrations_day(
    threshold: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    facts = tmp_path / "facts.json"
    facts.write_text('{"people": [{"id": "p1", "birth_date": "1992-03-04"}]}')
    asked = ("screen", str(facts), "--program", "fresh_bucks", "--json")
    monkeypatch.setenv("THRESHOLD_NOW", "2025-06-01T12:00:00Z")
    assert threshold(*asked)[0] == 2
    monkeypatch.setenv("THRESHOLD_DEMO", "1")
    monkeypatch.setenv("THRESHOLD_STORAGE", str(tmp_path / "storage"))
    status, then, _err = threshold(*asked)
    assert status == 0
    facts.write_text(facts.read_text().replace('{"people"', '{"on": "2025-06-01", "people"'))
    monkeypatch.delenv("THRESHOLD_NOW")
    assert threshold(*asked)[1] == then
    facts.write_text(facts.read_text().replace("2025-06-01", "2026-11-22"))
    assert threshold(*asked)[1] != then


async def some_entries() -> str:
    """Three sealed entries; the hash of the newest link."""
    for number in range(3):
        async with unit_of_work(Actor.SYSTEM, "test.done", str(number), START):
            pass
    await seal()
    row = await db.fetch_one("select hash from audit_chain where number = 3")
    assert row is not None
    return bytes(row["hash"]).hex()


def test_the_log_is_walked_and_a_changed_entry_is_named(
    settings: Settings, on_database: Run
) -> None:
    head = within(settings, some_entries)
    status, told, _err = on_database("verify-log", "--json", "--head", f"3:{head}")
    assert status == 0
    assert json.loads(told) == {
        "sound": True,
        "head": {"number": 3, "hash": head},
        "faults": [],
        "late": 0,
        "unsealed": 0,
    }
    assert on_database("verify-log", "--head", f"2:{head}")[0] == 1
    assert on_database("verify-log", "--head", "three")[0] == 2
    within(
        settings, lambda: db.execute("update audit_entries set action = 'x' where subject = '1'")
    )
    status, told, _err = on_database("verify-log")
    assert status == 1
    assert told.startswith("link 2, entry ")
    assert "the entry was changed" in told
    assert told.endswith("The log was changed.\n")


@pytest.mark.slow
def test_a_stored_determination_is_replayed_from_what_is_stored(
    settings: Settings, loaded_services: Services, on_database: Run
) -> None:
    services = replace(loaded_services, settings=settings, clock=StoppedClock())
    receipt = within(settings, lambda: sending(services)("orca_lift", "basic_food"))
    assert on_database("replay", "--json")[:2] == (0, '{"submissions": 1, "differs": []}\n')
    shown = ("replay", receipt.reference, "--program", "orca_lift")
    status, told, _err = on_database(*shown, "--json")
    found = json.loads(told)
    assert (status, found["version"], found["on"]) == (0, 1, "2026-11-22")
    assert {each["program"] for each in found["determinations"]} == {"orca_lift"}
    assert all(each["because"] for each in found["determinations"])
    assert "Each comes out as it was stored." in on_database(*shown)[1]
    change = "update rule_sets set source = replace(source, '64', '63')"
    within(settings, lambda: db.execute(change))
    status, told, _err = on_database(*shown)
    assert status == 1
    assert "orca_lift: its rules are not stored, or this version reads them otherwise" in told
    reads = "select 1 from audit_entries where action = 'application.replayed'"
    assert len(within(settings, lambda: db.fetch(reads))) == 3
    assert on_database("replay", "SEA-0000-00000")[0] == 2
    assert on_database("replay", "--version", "1")[0] == 2
    assert on_database("replay", receipt.reference, "--version", "9" * 20)[0] == 2
    assert on_database("replay", receipt.reference, "--program", "orca")[0] == 2
