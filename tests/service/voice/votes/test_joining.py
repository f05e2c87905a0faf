"""A copy of the database does not say whose ballot is whose: tried in every way that works before
the rows are written again. Who has the key can tell, and the tests use it to see who guessed right.
"""

from __future__ import annotations

import secrets
from base64 import b64decode
from pathlib import Path

import pytest

from petitions.protocol.sealing import seal
from service import db
from service.actions.voice.ballots import (
    INTO_BOX,
    LINK_KEPT,
    Ticket,
    cast,
    put_in_roll,
    seal_ticket,
)
from service.actions.voice.votes import Opened
from service.backup import every_table
from service.logs import LEVELS, log
from service.queries.voice.votes import vote_by_id
from service.voice.mixing import FEWEST, mix_due
from service.voice.vote_keys import VoteKey, read_key
from tests.service.voice.votes import thief
from tests.service.voice.votes.conftest import House, sizes
from tests.support.browsing import Browser
from tests.support.databases import backend

VOTERS = 400
THOUSAND = 1_000
ALLOWED = 1 / VOTERS + 0.02


async def cast_many(house: House, opened: Opened, count: int) -> None:
    """As `cast` writes them, each in a transaction of its own, without the mails."""
    key, spec = read_key(house.services.settings, opened.vote), (await vote_by_id(opened.vote)).spec
    for _ in range(count):
        roll = key.roll("mail", secrets.token_hex(8))
        async with db.transaction():
            await put_in_roll([(roll, opened.vote, "mail", "")])
            box = INTO_BOX.format(ballots="values (?, ?, ?, ?, true)")
            await db.execute(box, key.slot(roll), opened.vote, seal(b'{"choice":[]}', spec), 1)


async def rate(house: House, opened: Opened, guess: thief.Guess) -> float:
    """What part of all voters was guessed right."""
    key: VoteKey = read_key(house.services.settings, opened.vote)
    right = sum(key.slot(roll) == slot for roll, slot in guess.items())
    return right / VOTERS


async def attempts(house: House, opened: Opened, folder: Path) -> list[float]:
    """The success of each way to join that this database allows."""
    if backend() == "postgres":
        guesses = [await thief.by_transaction(), await thief.by_place()]
    else:
        folder.mkdir()
        path = db.sqlite_path(house.services.settings.database_url)
        copy = thief.copied(path, folder / "copy")
        rolls = {row["p_hash"] for row in await db.fetch("select p_hash from voice_roll")}
        guesses = [thief.by_log(copy, rolls), thief.by_page(copy)]
    return [await rate(house, opened, guess) for guess in guesses]


async def test_no_copy_joins_roll_and_box_once_the_rows_are_written_again(
    house: House, tmp_path: Path
) -> None:
    opened = await house.open()
    await cast_many(house, opened, VOTERS)
    before = await attempts(house, opened, tmp_path / "before")
    # The log of SQLite begins again from time to time; what is in it is told wholly.
    works = 0.9 if backend() == "postgres" else 0.2
    assert before[0] > works, "the attack itself does not work, so it proves nothing"
    assert await mix_due() == [opened.vote]
    after = await attempts(house, opened, tmp_path / "after")
    assert max(after) <= ALLOWED, after
    assert await db.fetch("select 1 from voice_roll where fresh = true") == []


async def test_few_new_ballots_wait_and_are_few_of_all(house: House, tmp_path: Path) -> None:
    """The last ones since the rows were written again are what a copy may still join."""
    opened = await house.open()
    await cast_many(house, opened, VOTERS - FEWEST + 1)
    await mix_due()
    await cast_many(house, opened, FEWEST - 1)
    assert await mix_due() == []
    rates = await attempts(house, opened, tmp_path / "few")
    assert max(rates) <= FEWEST / VOTERS + ALLOWED
    await cast_many(house, opened, 1)
    assert await mix_due() == [opened.vote]
    assert max(await attempts(house, opened, tmp_path / "none")) <= ALLOWED


async def test_a_vote_of_a_handful_is_not_told_by_its_one_page(
    house: House, tmp_path: Path
) -> None:
    opened = await house.open()
    await cast_many(house, opened, FEWEST)
    await mix_due()
    rates = await attempts(house, opened, tmp_path / "page")
    # Of twenty about one is guessed right by chance, and more than nine once in ten million times.
    assert max(rates) * VOTERS <= 9


async def test_rows_of_another_vote_stay_as_they_are(house: House) -> None:
    one, other = await house.open(), await house.open()
    await cast_many(house, one, FEWEST)
    await cast_many(house, other, 3)
    await mix_due()
    fresh = await db.fetch("select vote from voice_roll where fresh = true")
    assert [row["vote"] for row in fresh] == [other.vote] * 3
    assert len(await db.fetch("select 1 from voice_box where fresh = true")) == 3


async def test_a_backup_holds_no_order_in_which_ballots_came(house: House) -> None:
    opened = await house.open()
    await cast_many(house, opened, VOTERS)
    await mix_due()
    tables = {table.name: table for table in every_table()}
    rolls = await db.fetch(tables["voice_roll"].select)
    slots = await db.fetch(tables["voice_box"].select)
    guess = thief.by_rank([row["p_hash"] for row in rolls], [row["s_hash"] for row in slots])
    assert await rate(house, opened, guess) <= ALLOWED


async def test_published_ballots_stand_in_the_order_of_their_hashes(house: House) -> None:
    opened = await house.open()
    await cast_many(house, opened, 60)
    await house.result(opened)
    [row] = await db.fetch("select body from voice_publications where name = 'ballots.txt'")
    lines = row["body"].split()
    assert len({b64decode(line) for line in lines}) == 60
    [leaves] = await db.fetch("select body from voice_publications where name = 'leaves.txt'")
    assert leaves["body"].split() == sorted(leaves["body"].split())


@pytest.mark.slow
async def test_the_times_of_a_thousand_votes_in_the_logs_join_nothing(
    house: House, tmp_path: Path
) -> None:
    """Somebody reads in the logs when each person voted, and takes a copy every three hundred
    votes, each after the rows were written again."""
    opened = await house.open()
    key = read_key(house.services.settings, opened.vote)
    when: list[str] = []
    seen: set[str] = set()
    guess: thief.Guess = {}
    for _copy in range(3):
        before = {row["p_hash"] for row in await db.fetch("select p_hash from voice_roll")}
        await cast_many(house, opened, THOUSAND // 3)
        await mix_due()
        # The logs give the order of voters; what is new in the copy gives the ballots.
        rolls = [row["p_hash"] for row in await db.fetch("select p_hash from voice_roll")]
        slots = [row["s_hash"] for row in await db.fetch("select s_hash from voice_box")]
        new = [one for one in rolls if one not in before]
        when += new
        guess |= thief.by_rank(new, [one for one in slots if one not in seen])
        seen |= set(slots)
    right = sum(key.slot(roll) == slot for roll, slot in guess.items())
    assert len(when) == THOUSAND // 3 * 3
    assert right / len(when) <= 1 / THOUSAND + 0.02


async def test_no_line_in_the_log_says_when_a_ballot_was_marked_or_cast(
    house: House,
    browser: Browser,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(log, "threshold", LEVELS["info"])
    opened = await house.open("single")
    token = await house.token(opened, "ana@mail.test")
    page = await browser.get(f"/voice/votes/{opened.number}/ballot?t={token}")
    check = await page.form().fill(choice="a-book-bus").submit()
    await check.form(f"/voice/votes/{opened.number}/cast").submit()
    assert await sizes(opened.vote) == (1, 1)
    assert capsys.readouterr().err == ""


async def test_what_an_archive_of_every_commit_tells_is_every_ballot(
    house: House, tmp_path: Path
) -> None:
    """The limit that docs/voice-proofs.md states: who keeps each commit joins them all. Ballots of
    one commit hide among each other."""
    opened = await house.open()
    key = read_key(house.services.settings, opened.vote)
    right = 0
    for _ballot in range(40):
        before = await both_tables()
        roll = key.roll("mail", secrets.token_hex(8))
        ticket = Ticket(roll, "mail", "", 0)
        now = house.clock.now()
        sealed = seal_ticket(key, opened.vote, ticket, now + LINK_KEPT)
        await cast(house.services, opened.number, sealed, [], now)
        rolls, slots = await both_tables()
        guess = thief.by_rank(sorted(rolls - before[0]), sorted(slots - before[1]))
        right += sum(key.slot(one) == slot for one, slot in guess.items())
    assert right == 40


async def both_tables() -> tuple[set[str], set[str]]:
    rolls = await db.fetch("select p_hash from voice_roll")
    slots = await db.fetch("select s_hash from voice_box")
    return {row["p_hash"] for row in rolls}, {row["s_hash"] for row in slots}
