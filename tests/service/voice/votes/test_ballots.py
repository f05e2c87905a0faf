"""Casting: one voice for one contact, changed as often as one likes, and nothing told of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from petitions.protocol.publishing import open_ballots
from petitions.protocol.spec import VoteSpec
from service import db
from service.actions.voice.ballots import cast
from service.actions.voice.votes import close_vote
from service.errors import AppError, Conflict, Invalid
from service.queries.voice.votes import vote_by_number
from tests.service.voice.votes.conftest import House, sizes

SPELLINGS = (
    "ana.reyes@gmail.com",
    "Ana.Reyes@gmail.com",
    "ANAREYES@GMAIL.COM",
    "anareyes@gmail.com",
    "a.n.a.reyes@gmail.com",
    "anareyes+vote@gmail.com",
    "ana.reyes+1+2@gmail.com",
    "anareyes@googlemail.com",
    "ana.reyes@GoogleMail.com",
    " anareyes@gmail.com ",
    "anareyes@gmail.com.",
    "ａｎａｒｅｙｅｓ@gmail.com",
    "аnareyes@gmail.com",
    "anareyes@gmаil.com",
    "anareyеs@gmail.com",
    "ana\u200breyes@gmail.com",
    "anareyes@ｇmail.com",
    "anareyes@gmail。com",
    '"ana.reyes"@gmail.com',
    "anareyes+a.b@gmail.com",
)


async def test_twenty_spellings_of_one_contact_are_one_voice(house: House) -> None:
    opened = await house.open()
    cast_before = 0
    for at, mail in enumerate(SPELLINGS):
        house.clock.forward(timedelta(hours=2))  # past the limit of links an hour
        try:
            token = await house.token(opened, mail)
        except Invalid:  # some spellings are no address at all: no second voice either
            continue
        choice = ["a-book-bus" if at % 2 else "a-safer-crossing"]
        await cast(house.services, opened.number, token, choice, house.clock.now())
        cast_before += 1
        assert await sizes(opened.vote) == (1, 1)
    assert cast_before >= 15
    await house.vote(opened, "somebody.else@gmail.com", [])
    assert await sizes(opened.vote) == (2, 2)


async def test_a_link_casts_once_and_an_older_one_can_never_win(house: House) -> None:
    opened = await house.open()
    first = await house.token(opened, "ana@mail.test")
    second = await house.token(opened, "ana@mail.test")
    now = house.clock.now()
    old = await cast(house.services, opened.number, first, ["a-book-bus"], now)
    for stale in (first, second):
        with pytest.raises(Conflict) as refused:
            await cast(house.services, opened.number, stale, ["a-safer-crossing"], now)
        assert refused.value.code == "ballot_newer"
    new = await house.vote(opened, "ana@mail.test", ["a-safer-crossing"])
    assert new.leaf != old.leaf
    assert await sizes(opened.vote) == (1, 1)
    result = await house.result(opened)
    assert (result["winners"], result["ballots"]) == (["a-safer-crossing"], 1)
    leaves = await db.fetch("select body from voice_publications where name = 'leaves.txt'")
    assert new.leaf in leaves[0]["body"]
    assert old.leaf not in leaves[0]["body"]


async def test_a_receipt_is_signed_for_this_vote_and_stored_nowhere(house: House) -> None:
    opened = await house.open()
    receipt = await house.vote(opened, "ana@mail.test", ["a-book-bus"])
    spec = (await vote_by_number(opened.number)).spec
    assert receipt.holds(spec)
    other = await house.open()
    assert not receipt.holds((await vote_by_number(other.number)).spec)
    for table in ("voice_outbox", "voice_events", "audit_entries", "voice_publications"):
        assert receipt.leaf not in str(await db.fetch(f"select * from {table}"))


async def test_a_ballot_leaves_no_audit_row_no_outbox_row_and_no_time(house: House) -> None:
    opened = await house.open()
    token = await house.token(opened, "ana@mail.test", "north")
    tables = ("audit_entries", "outbox", "voice_outbox", "voice_events", "rate_limits")
    before = [await db.fetch(f"select * from {table}") for table in tables]
    await cast(house.services, opened.number, token, ["a-book-bus"], house.clock.now())
    assert [await db.fetch(f"select * from {table}") for table in tables] == before
    [roll] = await db.fetch("select * from voice_roll")
    [box] = await db.fetch("select * from voice_box")
    assert set(roll) == {"p_hash", "vote", "tier", "area", "flag", "fresh"}
    assert set(box) == {"s_hash", "vote", "sealed", "n", "fresh"}


@pytest.mark.parametrize(
    "choice",
    [["nobody"], ["a-book-bus", "a-book-bus"], "a-book-bus", None, [1], [["a-book-bus", 1]], {}],
)
async def test_what_the_vote_does_not_offer_is_not_sealed(house: House, choice: object) -> None:
    opened = await house.open()
    token = await house.token(opened, "ana@mail.test")
    with pytest.raises(Invalid):
        await cast(house.services, opened.number, token, choice, house.clock.now())
    assert await sizes(opened.vote) == (0, 0)


async def test_tokens_of_another_vote_changed_ones_and_old_ones_cast_nothing(house: House) -> None:
    opened, other = await house.open(), await house.open()
    token = await house.token(opened, "ana@mail.test")
    now = house.clock.now()
    changed = token[:-2] + ("A" if token[-2] != "A" else "B") + token[-1]
    for bad in (
        await house.token(other, "ana@mail.test"),
        changed,
        "",
        "x" * 5_000,
        "ñ",
        token[1:],
    ):
        with pytest.raises(Conflict):
            await cast(house.services, opened.number, bad, [], now)
    later = house.clock.forward(timedelta(hours=25))
    with pytest.raises(Conflict):
        await cast(house.services, opened.number, token, [], later)
    assert await sizes(opened.vote) == (0, 0)


async def test_asking_is_the_same_whether_or_not_one_voted(house: House) -> None:
    opened = await house.open()
    await house.vote(opened, "ana@mail.test", [])
    lengths = {len(await house.token(opened, mail)) for mail in ("ana@mail.test", "bob@mail.test")}
    assert len(lengths) == 1


async def test_after_the_close_no_link_casts(house: House) -> None:
    opened = await house.open()
    token = await house.token(opened, "ana@mail.test")
    house.clock.forward(timedelta(days=14))
    for _closed in (False, True):
        with pytest.raises(AppError) as refused:
            await cast(house.services, opened.number, token, [], house.clock.now())
        assert refused.value.code in ("not_open", "link_ended")
        if not _closed:
            await close_vote(house.services, opened.vote, house.clock.now())
    assert await sizes(opened.vote) == (0, 0)


async def test_sealed_ballots_are_all_alike_to_whoever_holds_the_server(house: House) -> None:
    """Without the trustees nothing that is stored tells one choice from another: equal lengths,
    no two ballots equal, and K opens no seal."""
    opened = await house.open()
    for at in range(12):
        await house.vote(opened, f"v{at}@mail.test", ["a-book-bus"] if at % 2 else [])
    rows = [bytes(row["sealed"]) for row in await db.fetch("select sealed from voice_box")]
    assert len({len(row) for row in rows}) == 1
    assert len(set(rows)) == 12
    spec: VoteSpec = (await vote_by_number(opened.number)).spec
    files = list((house.services.settings.storage / "votes").iterdir())
    assert {path.suffix for path in files} == {".key", ".tie"}
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in files)
    for path in files:
        held = X25519PrivateKey.from_private_bytes(path.read_bytes())
        assert open_ballots(spec, rows, held) == ([], 12)
    for table in ("voice_votes", "voice_publications", "voice_events"):
        stored = str(await db.fetch(f"select * from {table}"))
        assert house.trustee.private_bytes_raw().hex() not in stored
