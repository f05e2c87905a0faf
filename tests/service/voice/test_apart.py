"""One person sends an application and signs, votes and answers with the same mail, name and
network. Whoever holds the whole database and the logs tries to join the two."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from service import db
from service.actions.voice.questions import Said, make_question, reply
from service.actor import Actor
from service.ids import time_ordered_id
from service.security.rate_limits import HOUR, Limit, limit
from service.services import Services
from tests.service.staff.conftest import Send
from tests.service.staff.conftest import send as send
from tests.service.voice.signers import NETWORK, Signers
from tests.service.voice.votes.conftest import House
from tests.service.voice.votes.conftest import house as house
from tests.support.clock import StoppedClock
from tests.support.rows import every_row

MAIL, NAME = "ana@example.org", "Ana Reyes"
# Shorter ones are states, languages and counts, which thousands share.
TELLING = 10
HOUSE = {"rate_limits", "audit_entries", "audit_chain", "daily_counts"}


async def told_values() -> tuple[dict[str, str], dict[str, str]]:
    """Every telling value of benefits and of voice, with where it stands."""
    benefits: dict[str, str] = {}
    voice: dict[str, str] = {}
    for table, rows in (await every_row()).items():
        side = voice if table.startswith("voice_") else benefits
        if table in HOUSE:
            continue
        for row in rows:
            for column, value in row.items():
                text = bytes(value).hex() if isinstance(value, (bytes, memoryview)) else str(value)
                if not isinstance(value, (bool, datetime)) and len(text) >= TELLING:
                    side[text] = f"{table}.{column}"
    return benefits, voice


@pytest.fixture
async def both_doors(
    send: Send, signers: Signers, house: House, services: Services, clock: StoppedClock
) -> None:
    """Through benefits' door, and a while later through voice's."""
    clock.forward(timedelta(minutes=3))
    await send(name=NAME, mail=MAIL)
    clock.forward(timedelta(minutes=7))
    await signers.sign(MAIL, name=NAME, show_name=True, follow=True)
    await signers.counted()
    opened = await house.open()
    await house.vote(opened, MAIL, ["a-book-bus"])
    lee = Actor("moderator", "lee", None, UUID(int=9))
    closes = clock.now() + timedelta(days=9)
    question = await make_question(services, lee, {"en": "What is missing?"}, closes, clock.now())
    said = Said("A warm place to wait", "en", MAIL)
    await reply(services, question, said, NETWORK, clock.now())


@pytest.mark.usefixtures("both_doors")
async def test_no_value_stands_on_both_sides() -> None:
    benefits, voice = await told_values()
    assert len(benefits) > 20
    assert len(voice) > 20
    assert {text: (benefits[text], voice[text]) for text in benefits.keys() & voice.keys()} == {}


@pytest.mark.usefixtures("both_doors")
async def test_no_moment_of_one_side_is_that_of_the_other() -> None:
    """Nothing that one side does writes a time on the other."""
    sides: dict[bool, set[datetime]] = {True: set(), False: set()}
    for table, rows in (await every_row()).items():
        if table not in HOUSE:
            sides[table.startswith("voice_")] |= {
                value for row in rows for value in row.values() if isinstance(value, datetime)
            }
    assert sides[True]
    assert sides[False]
    assert not sides[True] & sides[False]


@pytest.mark.usefixtures("both_doors")
async def test_no_transaction_writes_on_both_sides() -> None:
    """PostgreSQL numbers them in each row, and in its write-ahead log for good."""
    if db.dialect() == "sqlite":  # no number stands in a row there
        return
    sides: dict[bool, set[str]] = {True: set(), False: set()}
    for table in await every_row():
        if table not in HOUSE:
            found = await db.fetch(f"select xmin::text as number from {db.identifier(table)}")
            sides[table.startswith("voice_")] |= {row["number"] for row in found}
    assert sides[False]
    assert len(sides[True]) >= 5
    assert not sides[True] & sides[False]


@pytest.mark.usefixtures("both_doors")
async def test_the_house_s_own_log_names_nobody_and_no_signature_or_ballot() -> None:
    log = str(await db.fetch("select * from audit_entries"))
    for row in await db.fetch("select id, person_hash, link_hash from voice_signatures"):
        assert not any(str(value) in log for value in row.values())
    assert "ana@" not in log


async def test_the_counters_of_tries_do_not_join_a_network_either(
    services: Services, database: object, clock: StoppedClock
) -> None:
    """The same network under two limits leaves two rows that nothing joins."""
    network = f"198.51.{time_ordered_id().int % 250}.9"
    for name in ("send/network", "voice-sign/network"):
        await limit(services, Limit(name, 5, HOUR), network, clock.now())
    rows = await db.fetch("select * from rate_limits")
    told = [str(value) for row in rows for value in row.values() if len(str(value)) >= 32]
    assert len(told) == len(set(told))
    assert network not in str(rows)
