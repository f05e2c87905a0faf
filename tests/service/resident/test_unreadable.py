"""A stored draft that cannot be read: a plain page, a line in the log, and nothing destroyed."""

from __future__ import annotations

import json
from uuid import UUID

import pytest

from service import db
from service.drafts import COLUMN, TABLE, warm
from service.services import Services
from tests.support.browsing import PageSeen

FIND = "select id, draft, revision from applications"


async def spoil(services: Services, draft: object) -> tuple[UUID, bytes]:
    """Put something else in the place of the one draft, as it would be stored."""
    row = await db.fetch_one(FIND)
    assert row is not None
    sealed = services.keyring.seal_json(draft, table=TABLE, column=COLUMN, row_id=row["id"])
    await db.execute("update applications set draft = ? where id = ?", sealed, row["id"])
    warm.forget(row["id"])
    return row["id"], sealed


@pytest.mark.parametrize(
    "draft",
    [
        [],
        {"facts": {"household": [], "people": [{"id": "p1"}]}},
        {"facts": {"household": {}, "people": [{"id": "p1", "incomes": [{"kind": "wages"}]}]}},
        {"made": {"people": "three"}},
    ],
)
async def test_a_broken_draft_is_a_plain_page_and_a_line_in_the_log_and_is_kept(
    first: PageSeen, services: Services, capsys: pytest.CaptureFixture[str], draft: object
) -> None:
    application, sealed = await spoil(services, draft)
    page = await first.browser.get(first.url)
    assert (page.status, page.heading) == (409, "We cannot open what you saved")
    assert "We keep it as it is" in page.text
    sent = await first.form().fill(contact_name="Luz").submit("Continue")
    assert (sent.status, sent.heading) == (page.status, page.heading)
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    told = [line for line in lines if line["event"] == "a stored draft cannot be read"]
    assert [line["actor"] for line in told] == [str(application)] * 2
    row = await db.fetch_one(FIND)
    assert row is not None
    assert (bytes(row["draft"]), row["revision"]) == (sealed, 0)


async def test_who_has_a_broken_draft_can_begin_again(first: PageSeen, services: Services) -> None:
    await spoil(services, {"asked": []})
    page = await first.browser.get(first.url)
    page = await page.click("Go to the first page")
    assert page.status == 200
    back = await first.browser.get("/benefits/return")
    assert (back.status, back.form("/benefits/return").action[-7:]) == (200, "/return")
