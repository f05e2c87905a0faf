"""Attacks on the pages: where they lead, what a form may change, and what a look uses up."""

from __future__ import annotations

import httpx
import pytest

from service import db
from service.schema import every_model
from service.services import Services
from tests.support.browsing import Browser, PageSeen

ELSEWHERE = (
    "//evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "https://evil.example",
    "https:evil.example",
    "javascript:alert(1)",
    "/\t/evil.example",
    "/%0d%0aset-cookie:x=1\r\nx: y",
    "evil.example",
    "",
    "/ /evil.example",
)


@pytest.mark.parametrize("address", ELSEWHERE)
async def test_the_language_switch_leads_to_no_other_site(browser: Browser, address: str) -> None:
    fields = [("_language", "es"), ("next", address)]
    answer = await browser.client.post(
        "/language",
        data=dict(fields),
        headers={"sec-fetch-site": "same-origin"},
    )
    assert answer.status_code == 303
    assert answer.headers["location"] == "/"
    assert answer.headers.get_list("x") == []


async def test_column_names_in_a_form_change_nothing(services: Services, first: PageSeen) -> None:
    """Mass assignment by form: the draft of a page that was filled in as usual stays the same."""
    columns = {n for model in every_model() for n in model._meta.fields_db_projection}
    before = await db.fetch("select * from applications")
    form = first.form()
    extra = [(name, "1") for name in sorted(columns | {"is_admin", "score", "facts", "draft"})]
    usual = [(name, value) for name, values in form.values.items() for value in values]
    answer = await first.browser.post(form.action, [*usual, *extra])
    assert answer.status in (200, 422)
    after = await db.fetch("select * from applications")
    changed = {
        name
        for name in before[0]
        if before[0][name] != after[0][name] and name not in ("draft", "revision", "updated_at")
    }
    assert changed == set()
    assert len(after) == len(before) == 1


async def test_a_field_that_comes_twice_is_not_guessed_at(first: PageSeen) -> None:
    form = first.form()
    usual = [(name, value) for name, values in form.values.items() for value in values]
    answer = await first.browser.post(form.action, [*usual, ("_csrf", usual[0][1])])
    assert answer.status in (400, 403)


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1:8000@evil.example", "127.0.0.1:80"])
async def test_no_page_is_made_for_another_name(client: httpx.AsyncClient, host: str) -> None:
    for path in ("/", "/benefits/start", "/staff/sign-in", "/openapi.json"):
        answer = await client.get(path, headers={"host": host})
        assert answer.status_code == 400
        assert "evil" not in answer.text


async def test_looking_at_a_link_by_get_or_head_uses_nothing_up(
    services: Services, sent: PageSeen, elsewhere: Browser
) -> None:
    from service.actions.returning import LINK, by_link, send_link, write_link
    from service.worker import Done, Worker

    links: list[str] = []

    async def kept(_services: Services, row: object) -> Done:
        links.append(row.payload.get("link", ""))  # type: ignore[attr-defined]
        return Done()

    rows = await db.fetch("select id, reference from applications")
    keyring, place = services.keyring, {"table": "applications", "column": "reference"}
    reference = keyring.open(rows[0]["reference"], row_id=rows[0]["id"], **place).decode()
    await send_link(services, reference, "10.0.0.1", services.clock.now())
    await Worker(services, {LINK: write_link, "notice": kept}).run_until_idle()
    [link] = [each for each in links if each]
    for _ in range(3):
        assert (await elsewhere.client.get(link)).status_code == 200
        assert (await elsewhere.client.head(link)).status_code == 200
    token = link.rpartition("/")[2]
    now = services.clock.now()
    assert (await by_link(services, token, "10.0.0.1", now)) is not None
    assert (await by_link(services, token, "10.0.0.1", now)) is None
    assert token not in str(await db.fetch("select * from return_links"))
