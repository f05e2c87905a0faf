"""The demonstration's year of petitions: in every state, the same each time, and its sums right."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from petitions.protocol.spec import METHODS
from petitions.protocol.verifying import verify_tally
from service import db
from service.actions.voice.moderation import HIDDEN_FROM
from service.actions.voice.settling import trustee_key
from service.clock import Clock
from service.queries.voice.bursts import bursts, made_of
from service.queries.voice.questions import counts, every_question, languages, told_themes
from service.queries.voice.votes import public_votes, published_file, published_names
from service.services import Services
from service.voice.counting import count_steps, recount
from service.voice_demo import load_voice_demo
from service.voice_demo_votes import FILE, SHARES, load_demo_votes

STATES = {
    *("sponsors", "moderation", "refused", "open", "closed", "merged"),
    *("awaiting", "answered", "promised", "delivered", "withdrawn", "hidden"),
}


async def test_a_year_of_petitions_stands_once_and_adds_up(
    services: Services, database: object, clock: Clock
) -> None:
    made = await load_voice_demo(services)
    assert made >= 25
    assert await load_voice_demo(services) == 0
    rows = await db.fetch("select * from voice_petitions")
    assert len(rows) == made
    assert {row["state"] for row in rows} == STATES
    assert {row["language"] for row in rows} == {"en", "es"}
    assert await count_steps(services) == 0, "everything is counted already"
    assert await recount(services) == []
    (hidden,) = (row for row in rows if row["state"] == "hidden")
    (told,) = await db.fetch(HIDDEN_FROM, hidden["id"])
    assert json.loads(told["detail"]) == {"before": "open"}, "so that it can be shown again"
    reached = [row for row in rows if row["threshold_at"] is not None]
    assert reached
    for row in reached:
        assert row["count"] >= row["threshold"]
    overdue = await db.fetch(
        "select 1 as one from voice_promises where state = 'open' and due_on < ?",
        clock.now().date(),
    )
    assert len(overdue) == 1
    [burst] = await bursts(services, judged=False)
    assert (await made_of(services, burst)).signatures == burst.found > 60


async def test_nothing_of_the_year_lies_in_the_future(
    services: Services, database: object, clock: Clock
) -> None:
    await load_voice_demo(services)
    for sql in (
        "select max(confirmed_at) as at from voice_signatures",
        "select max(at) as at from voice_events",
        "select max(at) as at from voice_answers",
        "select max(threshold_at) as at from voice_petitions",
    ):
        (row,) = await db.fetch(sql)
        assert row["at"] <= clock.now(), sql


async def test_an_open_question_stands_published_with_its_themes_and_another_is_open(
    services: Services, database: object
) -> None:
    await load_voice_demo(services)
    first, second = reversed(await every_question(services))
    assert (first.state, second.state) == ("published", "open")
    told = await told_themes(first.id)
    assert told is not None
    assert (told.total, len(told.shown)) == (373, 4)
    assert set(await languages(first.id)) == {"en", "es"}
    assert (await counts(second.id)) == {"pending": 59}


@pytest.fixture
def with_votes(services: Services, tmp_path: Path) -> Services:
    """The demonstration's votes, with a hundredth of their voters."""
    told = yaml.safe_load((services.settings.city / FILE).read_text(encoding="utf-8"))
    for vote in told["votes"]:
        vote["voters"] = max(52, vote["voters"] // 100)
    (tmp_path / FILE).write_text(yaml.safe_dump(told, allow_unicode=True), encoding="utf-8")
    settings = replace(services.settings, demo=True, demo_votes=True, city=tmp_path)
    return replace(services, settings=settings)


async def test_each_way_to_vote_is_there_once_and_anyone_can_count_it_again(
    with_votes: Services, database: object, tmp_path: Path
) -> None:
    assert await load_demo_votes(with_votes) == 9
    assert await load_demo_votes(with_votes) == 0
    votes = await public_votes()
    states = {each.method: each.state for each in votes}
    assert set(states) == set(METHODS)
    assert sorted(states.values()) == ["counted"] * 7 + ["disputed", "open"]
    for each in votes:
        kept = "key" if each.state in ("open", "disputed") else None
        files = [one.suffix for one in with_votes.settings.storage.rglob(f"{each.id}.*")]
        assert (".key" in files) == (kept == "key")
        if each.state != "counted":
            continue
        folder = tmp_path / each.method
        folder.mkdir()
        for name in await published_names(each):
            (folder / name).write_bytes(await published_file(each, name))
        found = verify_tally(folder, spec_hash=each.spec_hash)
        assert (found.findings, found.recounted) == ((), True)
    shares = (with_votes.settings.storage / "votes" / SHARES).read_text().split()
    assert (
        trustee_key(shares[1:]).public_key().public_bytes_raw().hex() == votes[0].spec.trustee_key
    )


async def test_roll_and_box_of_the_open_vote_hold_one_row_for_each_voter(
    with_votes: Services, database: object
) -> None:
    await load_demo_votes(with_votes)
    rows = await db.fetch(
        "select v.state, v.turnout,"
        " (select count(*) from voice_roll r where r.vote = v.id) as roll,"
        " (select count(*) from voice_box b where b.vote = v.id) as box from voice_votes v"
    )
    for row in rows:
        there = row["state"] != "counted"
        assert (row["roll"] > 0, row["roll"]) == (there, row["box"])
        if row["state"] == "open":
            assert (row["turnout"] % 20, row["turnout"] <= row["roll"]) == (0, True)
