"""A moderator works a flood of 150 petitions that ask for the same, in the browser."""

from __future__ import annotations

import pytest

from service import db
from service.actions.voice import merges
from service.security.access import as_id
from service.services import Services
from tests.service.staff.conftest import SignIn, table_rows
from tests.service.voice.desk.conftest import Ask, Sign, state_of, steps_of
from tests.service.voice.desk.test_merges import carry_all
from tests.service.voice.desk.test_moderation import press
from tests.support.clock import StoppedClock

FLOOD = 150
# Opening every page of the flood would tell no more than these do.
WORKED = 3


@pytest.mark.slow
async def test_a_moderator_works_a_flood_of_150_with_merges_and_an_undo(
    services: Services, staff: SignIn, ask: Ask, sign: Sign, clock: StoppedClock
) -> None:
    for n in range(FLOOD):
        await ask(f"Benches at bus stop number {n}", days=2 + n % 3, author_name="")
    mo = await staff("mo", "moderator", None)
    queue = await mo.get("/staff/voice")
    assert f"Waiting {FLOOD}" in queue.text
    assert len(table_rows(queue)) == 50
    assert [row[1] for row in table_rows(queue)] == ["4 days"] * 50
    first = await press(await queue.click(table_rows(queue)[0][0]), "approve")
    assert "Opened" in first.text
    target = await db.fetch_one("select id from voice_petitions where state = 'open'")
    assert target is not None
    await sign(target["id"], "ana@example.org")
    joined = []
    for turn in range(WORKED):
        queue = await mo.get("/staff/voice")
        page = await queue.click(table_rows(queue)[0][0])
        source = as_id(page.url.rsplit("/", 1)[1])
        await sign(source, "ana@example.org")
        await sign(source, f"p{turn}@example.org")
        page = await press(page, "join", other=str(target["id"]))
        assert "Both authors are asked" in page.text
        row = await db.fetch_one("select id from voice_merges order by id desc limit 1")
        assert row is not None
        for side in (merges.SOURCE, merges.TARGET):
            token = merges.token_of(services.keyring, row["id"], side)
            await merges.agree(services, token, clock.now())
        await carry_all(services)
        joined.append((source, row["id"], page.url))
    assert f"Waiting {FLOOD - 1 - WORKED}" in (await mo.get("/staff/voice")).text
    assert await steps_of(target["id"]) == 1 + WORKED
    source, merge, url = joined[2]
    page = await press(await mo.get(url), "part", merge=str(merge))
    assert "Taken back" in page.text
    assert await state_of(source) == "moderation"
    assert await steps_of(target["id"]) == WORKED
