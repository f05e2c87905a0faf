"""The tests' own ground: a browser that works and a PostgreSQL that starts and goes away."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest

from tests.support.browser import PHONE, axe_findings, open_browser
from tests.support.chromium import NoBrowser, find_chromium
from tests.support.postgres import free_port, throwaway_postgres

GOOD = """<!doctype html><html lang="en"><head><title>Door</title></head><body><main>
<h1>Door</h1><form action="/next"><label>Name <input name="name"></label>
<button>Continue</button></form></main></body></html>"""
BAD = GOOD.replace('<html lang="en">', "<html>").replace("<label>Name ", "").replace("</label>", "")


@pytest.mark.browser
async def test_a_page_can_be_filled_in_and_sent_with_scripts_off() -> None:
    async with open_browser() as browser:
        context = await browser.new_context(
            viewport={"width": PHONE["width"], "height": PHONE["height"]}, java_script_enabled=False
        )
        page = await context.new_page()
        await page.route("**/*", lambda route: route.fulfill(body=GOOD, content_type="text/html"))
        await page.goto("http://door.test/")
        await page.fill("input[name=name]", "Ana")
        await page.click("button")
        await page.wait_for_url("http://door.test/next?name=Ana")
        assert (await page.screenshot()).startswith(b"\x89PNG")


@pytest.mark.browser
async def test_axe_passes_a_good_page_and_names_the_faults_of_a_bad_one() -> None:
    async with open_browser() as browser:
        assert await axe_findings(browser, "http://door.test/", GOOD) == []
        found = await axe_findings(browser, "http://door.test/", BAD)
    assert {finding.split(" ")[0] for finding in found} == {"html-has-lang", "label"}


@pytest.mark.browser
async def test_letters_are_drawn_so_there_is_at_least_one_font() -> None:
    """Without a font every letter has no width, and pictures of pages would prove nothing."""
    async with open_browser() as browser:
        page = await browser.new_page()
        await page.set_content("<span id=few>i</span><br><span id=many>iiiiiiiiii</span>")
        few = await page.locator("#few").bounding_box()
        many = await page.locator("#many").bounding_box()
    assert few is not None
    assert many is not None
    assert many["width"] > 5 * few["width"] > 0


def test_a_browser_that_is_named_but_missing_is_said_in_one_line() -> None:
    with pytest.raises(NoBrowser, match="THRESHOLD_CHROMIUM names /nowhere/chromium") as refused:
        find_chromium({"THRESHOLD_CHROMIUM": "/nowhere/chromium"})
    assert "\n" not in str(refused.value)


@pytest.mark.postgres
async def test_a_throwaway_postgres_answers_and_leaves_nothing_behind() -> None:
    without_own_server = {
        name: value for name, value in os.environ.items() if name != "THRESHOLD_TEST_PG_URL"
    }
    with throwaway_postgres(without_own_server) as url:
        (door,) = Path("/tmp").glob(f"th-pg-*/.s.PGSQL.{urlsplit(url).port}")
        connection = await asyncpg.connect(url)
        assert int(await connection.fetchval("show server_version_num")) >= 150000
        assert await connection.fetchval("select 'ñ' > 'z'") is True
        await connection.close()
    assert not door.parent.exists()


def test_a_named_postgres_is_used_as_it_is() -> None:
    with throwaway_postgres({"THRESHOLD_TEST_PG_URL": "postgres://somewhere/tests"}) as url:
        assert url == "postgres://somewhere/tests"


@pytest.mark.skipif(sys.platform != "linux", reason="others cannot keep a port and let it be used")
def test_a_port_that_was_given_out_is_given_to_nobody_else() -> None:
    """Between choosing it and listening lies a second, and other tests choose meanwhile."""
    port = free_port()
    with socket.socket() as stranger, pytest.raises(OSError, match="in use"):
        stranger.bind(("127.0.0.1", port))
    for _again in range(2):
        with socket.create_server(("127.0.0.1", port)) as mine:
            socket.create_connection(mine.getsockname()).close()
