"""A vote whose machine was lost: a backup and the second officer's copy bring it to its end."""

from __future__ import annotations

import asyncio
import json
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from service import db
from service.actions.voice.ballots import LINK_KEPT, Ticket, cast, seal_ticket
from service.actions.voice.vote_key import bring_back_key
from service.actions.voice.votes import Opened
from service.clock import Clock
from service.commands import read_settings
from service.errors import Conflict
from service.queries.voice.votes import vote_by_number
from service.services import load_services
from service.voice.contacts import read_contact
from service.voice.vote_keys import (
    KEY,
    TIE,
    KeyGone,
    VoteKey,
    keep_secrets,
    read_key,
    read_tie_secret,
    sealed_copy,
)
from tests.service.voice.machine import START, Capture, Machine
from tests.service.voice.votes.conftest import OFFICER, OPTIONS, House


async def bring_back(house: House, opened: Opened, copy: bytes, code: str) -> list[str]:
    now = house.clock.now()
    return await bring_back_key(house.services, OFFICER, opened.number, copy, code, now)


async def test_the_second_officers_copy_brings_both_secrets_back(house: House) -> None:
    opened = await house.open()
    settings = house.services.settings
    key, tie = read_key(settings, opened.vote), read_tie_secret(settings, opened.vote)
    copy, code = sealed_copy(settings, opened.vote)
    assert key.secret not in copy
    assert tie not in copy
    lose(house, opened, KEY, TIE)
    for wrong in ("", "AAAA-BBBB", code[:-1] + ("A" if code[-1] != "A" else "B"), "ñ"):
        with pytest.raises(Conflict) as refused:
            await bring_back(house, opened, copy, wrong)
        assert refused.value.code == "another_key"
    with pytest.raises(KeyGone):
        read_key(settings, opened.vote)
    assert await bring_back(house, opened, copy, code.lower()) == [KEY, TIE]
    assert read_key(settings, opened.vote) == key
    await house.vote(opened, "ana@mail.test", ["a-book-bus"])
    with pytest.raises(Conflict) as refused:
        await bring_back(house, opened, copy, code)
    assert refused.value.code == "there_already"


async def test_after_the_key_was_destroyed_only_the_draw_of_ties_comes_back(house: House) -> None:
    """Nobody can say any more who voted, and a copy in a drawer must not change that."""
    opened = await house.open()
    copy, code = sealed_copy(house.services.settings, opened.vote)
    await house.vote(opened, "ana@mail.test", ["a-book-bus"])
    await house.close(opened)
    await house.reduce(opened)
    lose(house, opened, TIE)
    assert await bring_back(house, opened, copy, code) == [TIE]
    with pytest.raises(KeyGone):
        read_key(house.services.settings, opened.vote)
    await house.count(opened)
    with pytest.raises(Conflict) as refused:
        await bring_back(house, opened, copy, code)
    assert refused.value.code == "not_needed"


@pytest.mark.parametrize("other", [KEY, TIE])
async def test_a_copy_of_other_secrets_never_takes_the_place_of_a_votes_own(
    house: House, other: str
) -> None:
    opened = await house.open()
    settings = house.services.settings
    key, tie = read_key(settings, opened.vote), read_tie_secret(settings, opened.vote)
    wrong = bytes(range(32))
    forged = (VoteKey(wrong), tie) if other == KEY else (key, wrong)
    keep_secrets(settings, opened.vote, *forged)
    copy, code = sealed_copy(settings, opened.vote)
    lose(house, opened, KEY, TIE)
    with pytest.raises(Conflict) as refused:
        await bring_back(house, opened, copy, code)
    assert refused.value.code == "another_key"


def lose(house: House, opened: Opened, *kinds: str) -> None:
    for kind in kinds:
        (house.services.settings.storage / "votes" / f"{opened.vote}.{kind}").unlink()


# ---- by the commands, as an officer types them --------------------------------------------------


@pytest.mark.once
def test_an_open_vote_is_brought_to_its_end_on_another_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    """By the commands alone: opened, backed up, the machine lost, restored, closed, counted and
    checked. Only the vote's own key was not in the backup."""
    first = Machine(tmp_path / "first", monkeypatch, capsys)
    first("migrate", as_json=False)
    made = first("trustee", "split")
    draft = tmp_path / "draft.json"
    draft.write_text(json.dumps(drafted(made["public_key"])), encoding="utf-8")
    copy, backup = tmp_path / "key.copy", tmp_path / "town.backup"
    opened = first("open-vote", str(draft), "--copy", str(copy))
    assert copy.stat().st_mode & 0o077 == 0
    asyncio.run(cast_some(5))
    first("backup", str(backup), as_json=False)
    shutil.rmtree(first.folder)

    second = Machine(tmp_path / "second", monkeypatch, capsys)
    second("restore", str(backup), as_json=False)
    number = str(opened["number"])
    code = opened["copy_code"]
    restored = second("restore-vote-key", number, str(copy), typed=f"{code}\n")
    assert restored["restored"] == ["key", "tie"]
    assert second("close-vote", number, days=15)["ballots"] == 5
    assert second("close-vote", number, days=19)["state"] == "reduced"
    shares = "\n".join(made["shares"][:2])
    auditors = ("--auditor", "Ada Auditor", "--auditor", "Otto Officer")
    counted = second("trustee", "open", number, *auditors, typed=shares, days=19)
    assert counted["ballots"] == 5
    published = tmp_path / "published"
    published.mkdir()
    asyncio.run(write_published(published, opened["id"]))
    checked = second("verify-tally", str(published), "--spec-hash", opened["spec_hash"], days=20)
    assert checked["sound"] is True


def drafted(trustee_key: str) -> dict[str, Any]:
    return {
        "question": {"en": "What should the city build next?"},
        "options": [{"words": {"en": words}, "cost": 0} for words in OPTIONS],
        "method": "irv",
        "closes_at": (START + timedelta(days=14)).isoformat(),
        "electorate": "Everyone who lives here",
        "trustee_key": trustee_key,
        "mode": "open",
    }


async def cast_some(count: int) -> None:
    settings = read_settings()
    services = load_services(settings, Clock(settings.now_offset))
    await db.open_database(settings)
    try:
        vote = await vote_by_number(1)
        key, now = read_key(settings, vote.id), services.clock.now()
        for number in range(count):
            contact = read_contact(services, "mail", str(vote.id), f"voter{number}@mail.test")
            ticket = Ticket(key.roll(contact.kind, contact.canonical), "mail", "", 0)
            token = seal_ticket(key, vote.id, ticket, now + LINK_KEPT)
            await cast(services, 1, token, ["a-book-bus"], now)
    finally:
        await db.close_database()


async def write_published(folder: Path, vote: str) -> None:
    await db.open_database(read_settings())
    try:
        for row in await db.fetch(
            "select name, body from voice_publications where vote = ?", UUID(vote)
        ):
            (folder / row["name"]).write_text(row["body"], encoding="utf-8")
    finally:
        await db.close_database()
