"""From the opening to the published count, and what each step refuses."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from petitions.protocol.sealing import Receipt
from petitions.protocol.verifying import verify_tally
from service import db
from service.actions.voice.settling import (
    dispute_receipt,
    flag_voter,
    open_ballots,
    reduce,
    settle_dispute,
)
from service.actions.voice.vote_drafts import DraftOption, save_draft
from service.actions.voice.votes import (
    close_vote,
    mend_words,
    open_vote,
    publish_turnout,
    tend,
)
from service.errors import Conflict, Invalid, NotFound
from service.queries.voice.votes import (
    corrections,
    disputes_of,
    published_file,
    published_names,
    vote_by_id,
)
from service.voice.vote_keys import KeyGone, read_key
from tests.service.voice.votes.conftest import AREAS, AUDITOR, OFFICER, House, sizes

METHODS: Mapping[str, object] = {
    "single": ["a-book-bus"],
    "approval": ["a-book-bus"],
    "score": [["a-book-bus", 5], ["a-safer-crossing", 2]],
    "irv": ["a-book-bus", "a-safer-crossing"],
    "stv": ["a-book-bus", "a-safer-crossing"],
    "schulze": ["a-book-bus", "a-safer-crossing"],
    "greedy": ["a-book-bus"],
    "equal-shares": ["a-book-bus"],
}


async def save_files(house: House, vote: object, folder: Path) -> Path:
    record = await vote_by_id(vote)  # type: ignore[arg-type]
    folder.mkdir(exist_ok=True)
    for name in await published_names(record):
        (folder / name).write_bytes(await published_file(record, name))
    return folder


@pytest.mark.parametrize("method", METHODS)
async def test_every_method_is_counted_and_checks_out(
    house: House, method: str, tmp_path: Path
) -> None:
    opened = await house.open(method)
    for at in range(3):
        await house.vote(opened, f"v{at}@mail.test", METHODS[method])
    result = await house.result(opened)
    assert result["ballots"] == 3
    assert "a-book-bus" in (result.get("funded") or result["winners"])
    verdict = verify_tally(
        await save_files(house, opened.vote, tmp_path / "f"), spec_hash=opened.spec_hash
    )
    assert (verdict.findings, verdict.leaves, verdict.recounted) == ((), 3, False)


@pytest.mark.parametrize("mode", ["open", "quiet"])
async def test_a_whole_vote_can_be_recounted_from_its_files(
    house: House, mode: str, tmp_path: Path
) -> None:
    opened = await house.open("irv", mode=mode)
    receipts = [
        await house.vote(opened, f"v{at}@mail.test", ["a-book-bus"], AREAS[at % 3])
        for at in range(51)
    ]
    await house.result(opened)
    folder = await save_files(house, opened.vote, tmp_path / "f")
    names = {path.name for path in folder.iterdir()}
    assert ("ballots.txt" in names, "plain.txt" in names) == (mode == "open", mode == "quiet")
    verdict = verify_tally(folder, spec_hash=opened.spec_hash, receipts=receipts)
    assert (verdict.findings, verdict.leaves, verdict.recounted) == ((), 51, True)
    final = json.loads((folder / "final.json").read_bytes())
    assert final["voters"]["tier"] == {"mail": 51}
    assert sum(final["voters"]["area"].values()) == 51
    assert await sizes(opened.vote) == (0, 0)
    assert not list((house.services.settings.storage / "votes").iterdir())
    if mode == "quiet":
        stored = await db.fetch("select name from voice_publications where name = 'ballots.txt'")
        assert stored == []


async def test_the_clock_of_the_database_closes_and_nobody_earlier(house: House) -> None:
    opened = await house.open()
    await house.vote(opened, "ana@mail.test", [])
    with pytest.raises(Conflict) as refused:
        await close_vote(house.services, opened.vote, house.clock.now() + timedelta(days=30))
    assert refused.value.code == "too_early"
    house.clock.forward(timedelta(days=14))
    await tend(house.services)
    record = await vote_by_id(opened.vote)
    assert (record.state, record.turnout) == ("disputed", 1)
    assert record.dispute_until == house.clock.now() + timedelta(hours=72)


async def test_nothing_opens_before_the_dispute_window_has_ended(house: House) -> None:
    opened = await house.open()
    await house.vote(opened, "ana@mail.test", [])
    with pytest.raises(Conflict):
        await house.count(opened)
    with pytest.raises(Conflict):
        await reduce(house.services, OFFICER, opened.vote, house.clock.now())
    await house.close(opened)
    with pytest.raises(Conflict):
        await house.count(opened)
    house.clock.forward(timedelta(hours=71, minutes=59))
    # What a web process believes the time to be changes nothing.
    far = house.clock.now() + timedelta(days=30)
    with pytest.raises(Conflict) as refused:
        await reduce(house.services, OFFICER, opened.vote, far)
    assert refused.value.code == "too_early"
    assert await sizes(opened.vote) == (1, 1)
    assert read_key(house.services.settings, opened.vote)
    house.clock.forward(timedelta(minutes=1))
    await reduce(house.services, OFFICER, opened.vote, house.clock.now())
    with pytest.raises(KeyGone):
        read_key(house.services.settings, opened.vote)
    await house.count(opened)
    with pytest.raises(Conflict):
        await house.count(opened)


async def test_only_the_right_trustees_and_two_auditors_open(house: House) -> None:
    opened = await house.open(mode="quiet")
    await house.vote(opened, "ana@mail.test", [])
    await house.close(opened)
    await house.reduce(opened)
    now = house.clock.now()
    other = House(house.services, house.clock).trustee
    with pytest.raises(Invalid):
        await open_ballots(house.services, OFFICER, opened.vote, other, ("A", "B"), now)
    for names in ((), ("A",), ("A", "A"), ("A", " ")):
        with pytest.raises(Invalid):
            await open_ballots(house.services, OFFICER, opened.vote, house.trustee, names, now)
    await house.count(opened)


async def test_turnout_is_told_once_a_day_in_steps(house: House) -> None:
    opened = await house.open()
    for at in range(23):
        await house.vote(opened, f"v{at}@mail.test", [])
        await publish_turnout(house.services, house.clock.now())
        turnout = (await vote_by_id(opened.vote)).turnout
        assert turnout == (20 if at >= 19 else 0)
    for at in range(23, 45):
        await house.vote(opened, f"v{at}@mail.test", [])
    await publish_turnout(house.services, house.clock.now())
    assert (await vote_by_id(opened.vote)).turnout == 20
    house.clock.forward(timedelta(days=1))
    await publish_turnout(house.services, house.clock.now())
    assert (await vote_by_id(opened.vote)).turnout == 40


# ---- disputes -----------------------------------------------------------------------------------


async def test_a_ballot_is_taken_out_by_two_people_who_cannot_see_it(
    house: House, tmp_path: Path
) -> None:
    opened = await house.open()
    receipts = {
        name: await house.vote(opened, f"{name}@mail.test", ["a-book-bus"]) for name in "abc"
    }
    await house.close(opened)
    now = house.clock.now()
    await flag_voter(house.services, OFFICER, opened.vote, "A@mail.test", "twice", now)
    await flag_voter(house.services, OFFICER, opened.vote, "never@mail.test", "twice", now)
    first, second = await disputes_of(opened.vote)
    with pytest.raises(Conflict) as refused:
        await settle_dispute(OFFICER, first.id, "removed", now, now.date())
    assert refused.value.code == "two_people"
    house.clock.forward(timedelta(hours=73))
    with pytest.raises(Conflict) as open_still:
        await reduce(house.services, OFFICER, opened.vote, house.clock.now())
    assert open_still.value.code == "dispute_open"
    assert (await vote_by_id(opened.vote)).state == "disputed"
    await settle_dispute(AUDITOR, first.id, "removed", now, now.date())
    with pytest.raises(NotFound):
        await settle_dispute(AUDITOR, first.id, "kept", now, now.date())
    await settle_dispute(AUDITOR, second.id, "removed", now, now.date())
    done = await reduce(house.services, OFFICER, opened.vote, house.clock.now())
    assert (done.leaves, done.removed) == (2, 1)
    result = json.loads((await house.count(opened))["result.json"])
    assert result["ballots"] == 2
    verdict = verify_tally(
        await save_files(house, opened.vote, tmp_path / "f"), receipts=list(receipts.values())
    )
    assert [(one.code, one.leaf) for one in verdict.findings] == [
        ("receipt_removed", receipts["a"].leaf)
    ]
    stored = await db.fetch("select leaf, p_hash from voice_disputes")
    assert {(row["leaf"], row["p_hash"]) for row in stored} == {(None, None)}


async def test_a_receipt_whose_ballot_is_missing_is_put_on_record(house: House) -> None:
    opened = await house.open()
    mine = await house.vote(opened, "ana@mail.test", [])
    lost = await house.vote(opened, "bob@mail.test", [])
    record = await vote_by_id(opened.vote)
    with pytest.raises(Conflict):
        await dispute_receipt(house.services, record, mine, house.clock.now())
    await db.execute("update voice_box set sealed = ?", b"\x01" + bytes(400))  # a thief's hand
    await house.close(opened)
    record = await vote_by_id(opened.vote)
    now = house.clock.now()
    assert await dispute_receipt(house.services, record, lost, now)
    assert await dispute_receipt(house.services, record, lost, now)
    assert [(one.kind, one.leaf) for one in await disputes_of(opened.vote)] == [
        ("receipt", lost.leaf)
    ]
    [dispute] = await disputes_of(opened.vote)
    for actor in (OFFICER, AUDITOR):
        await settle_dispute(actor, dispute.id, "answered", now, now.date())
    forged = Receipt(str(opened.vote), "0" * 64, "2026-11-22", "0" * 128)
    assert not forged.holds(record.spec)


# ---- the frozen rule ----------------------------------------------------------------------------


async def test_the_rule_is_frozen_and_only_typing_errors_are_mended_in_public(
    house: House,
) -> None:
    options = [DraftOption({"en": words}) for words in ("A new plaground", "Spend 100 on trees")]
    opened = await house.open("single", options=options)
    now = house.clock.now()
    before = await vote_by_id(opened.vote)
    key = "option:a-new-plaground"
    await mend_words(OFFICER, opened.vote, "en", key, "A new playground", now)
    after = await vote_by_id(opened.vote)
    assert after.spec_text == before.spec_text
    assert after.spec.hash == opened.spec_hash
    assert after.option("en", "a-new-plaground") == "A new playground"
    [mended] = await corrections(after)
    assert (mended.before, mended.after) == ("A new plaground", "A new playground")
    for words in ("No new playground", "A new road", "", "A new playground for all"):
        with pytest.raises(Invalid):
            await mend_words(OFFICER, opened.vote, "en", key, words, now)
    other = "option:spend-100-on-trees"
    with pytest.raises(Invalid):
        await mend_words(OFFICER, opened.vote, "en", other, "Spend 900 on trees", now)


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"question": {"en": " "}}, "/question"),
        ({"options": [DraftOption({"en": "One"})]}, "/options"),
        ({"options": [DraftOption({"en": "One"}), DraftOption({"en": "one "})]}, "/options"),
        ({"closes_at": "2020-01-01T00:00:00+00:00"}, "/closes"),
        ({"closes_at": "soon"}, "/closes"),
        ({"trustee_key": "abc"}, "/trustee_key"),
        ({"method": "stv", "seats": 9}, "/seats"),
        ({"method": "greedy", "budget": 0}, "/budget"),
        ({"highest": 50}, "/rank_depth"),
    ],
)
async def test_a_draft_that_will_not_do_says_where(
    house: House, changes: dict[str, Any], pointer: str
) -> None:
    with pytest.raises(Invalid) as refused:
        await save_draft(OFFICER, house.draft(**changes), house.clock.now())
    assert pointer in [fault.pointer for fault in refused.value.faults]


async def test_a_vote_opens_once_and_keeps_its_keys_from_then_on(house: House) -> None:
    now = house.clock.now()
    id = await save_draft(OFFICER, house.draft(), now)
    await save_draft(OFFICER, house.draft("approval"), now, id, 1)
    with pytest.raises(Conflict):
        await save_draft(OFFICER, house.draft(), now, id, 1)
    with pytest.raises(Conflict):
        await open_vote(house.services, OFFICER, id, 1, now)
    opened = await open_vote(house.services, OFFICER, id, 2, now)
    key = read_key(house.services.settings, id)
    with pytest.raises(Conflict):
        await open_vote(house.services, OFFICER, id, 3, now)
    assert read_key(house.services.settings, id) == key
    assert opened.number == 1
    assert (await house.open()).number == 2
