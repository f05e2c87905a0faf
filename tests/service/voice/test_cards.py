"""Cards that an office gives to people it has seen: printed by a command, good once each."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta
from pathlib import Path

import pytest

from service import db
from service.actions.voice.signing import Wish, ask_to_sign
from service.cli import main
from service.clock import Clock
from service.commands import read_settings
from service.errors import Invalid
from service.services import load_services
from tests.service.voice.machine import Capture, Machine
from tests.service.voice.signers import new_petition

CODE = re.compile(r"(?:[0-9A-Z]{4}-){3}[0-9A-Z]{4}")

pytestmark = pytest.mark.once


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> Machine:
    here = Machine(tmp_path / "here", monkeypatch, capsys)
    here("migrate", as_json=False)
    asyncio.run(two_petitions())
    return here


async def two_petitions() -> None:
    settings = read_settings()
    services = load_services(settings, Clock(settings.now_offset))
    await db.open_database(settings)
    try:
        closes = services.clock.now() + timedelta(days=30)
        await new_petition(services, closes, number=7, ask="<b>Light</b> the path")
        await new_petition(services, closes, number=8)
    finally:
        await db.close_database()


async def signed(number: int, code: str) -> int:
    """How many have asked to sign the petition after somebody came with this card."""
    settings = read_settings()
    services = load_services(settings, Clock(settings.now_offset))
    await db.open_database(settings)
    try:
        row = await db.fetch_one("select id from voice_petitions where number = ?", number)
        assert row is not None
        wish = Wish("Kim Lee", code, tier="in_person")
        await ask_to_sign(services, row["id"], wish, "192.0.2.1", services.clock.now())
        rows = await db.fetch("select id from voice_signatures where petition = ?", row["id"])
    finally:
        await db.close_database()
    return len(rows)


def test_a_printed_card_signs_once_and_one_petition_only(machine: Machine, tmp_path: Path) -> None:
    page = tmp_path / "cards.html"
    told = machine("cards", "7", str(page), "--count", "3")
    assert told["cards"] == 3
    html = page.read_text(encoding="utf-8")
    assert "&lt;b&gt;Light" in html
    assert "/voice/petitions/7" in html
    codes = CODE.findall(html)
    assert len(set(codes)) == 3
    assert asyncio.run(signed(7, codes[0])) == 1
    assert asyncio.run(signed(7, codes[0].lower().replace("-", " "))) == 1
    assert asyncio.run(signed(7, codes[1])) == 2
    with pytest.raises(Invalid):
        asyncio.run(signed(8, codes[2]))


def test_cards_are_never_written_over_and_only_for_what_there_is(
    machine: Machine, tmp_path: Path, capsys: Capture
) -> None:
    page = tmp_path / "cards.html"
    page.write_text("cards of last week", encoding="utf-8")
    assert main(["cards", "7", str(page)]) == 2
    assert page.read_text(encoding="utf-8") == "cards of last week"
    assert main(["cards", "99", str(tmp_path / "other.html")]) == 2
    assert "There is no petition 99." in capsys.readouterr().err
    assert main(["cards", "7", str(tmp_path / "other.html"), "--count", "0"]) == 2
