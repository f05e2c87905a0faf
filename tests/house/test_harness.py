"""The tests' own ground: a browser that works and a PostgreSQL that starts and goes away."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest

from service.settings import ROOT
from tests.support.browser import PHONE, axe_findings, open_browser
from tests.support.canaries import written_blocks
from tests.support.chromium import NoBrowser, find_chromium
from tests.support.databases import migrated_file
from tests.support.pages import PageFault, check_page
from tests.support.postgres import free_port, throwaway_postgres
from tests.support.waiting import eventually

GOOD = """<!doctype html><html lang="en"><head><title>Door</title></head><body><main>
<h1>Door</h1><form action="/next"><label>Name <input name="name"></label>
<button>Continue</button></form></main></body></html>"""
BAD = GOOD.replace('<html lang="en">', "<html>").replace("<label>Name ", "").replace("</label>", "")

CASE = """<!DOCTYPE html><html lang="en" dir="ltr"><head><title>Case {0}</title></head><body>
<h1>Case {0}</h1><a href="/cases/{1}#{2}">It</a><p id="{2}">{1} {0}</p></body></html>"""
ONE = ("SEA-7K4M-2QX9C", "01980f7e-9c1b-7d2e-8f00-0123456789ab", "case-4_OZw1qv9tKcSSXMEv8v1A")
OTHER = ("SEA-0000-11111", "01980f7e-9c1b-7d2e-8f00-aaaaaaaaaaaa", "case-0_OZw1qv9tKcSSXMEv8v1B")


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


@pytest.mark.parametrize("made", [ONE, OTHER, (OTHER[0], ONE[1], OTHER[1])])
def test_a_page_like_an_earlier_one_has_its_own_references_and_tokens(
    made: tuple[str, str, str],
) -> None:
    reference, case, name = made
    page = check_page(CASE.format(*made))
    link, words = page.find(".//a"), page.find(".//p")
    assert link is not None
    assert words is not None
    assert link.get("href") == f"/cases/{case}#{name}"
    assert (words.get("id"), words.text) == (name, f"{case} {reference}")
    assert page.findtext(".//h1") == f"Case {reference}"


def test_a_page_like_an_earlier_one_has_its_own_faults() -> None:
    assert check_page(CASE.format(*ONE)) is not None
    with pytest.raises(PageFault, match=f"the title 'Case {ONE[0]}' does not begin"):
        check_page(CASE.format(*ONE).replace(f"<h1>Case {ONE[0]}", f"<h1>Case {OTHER[0]}"))
    with pytest.raises(PageFault, match=f"the id '{ONE[2]}' is not unique"):
        check_page(CASE.format(*ONE).replace("<h1>", f'<h1 id="{ONE[2]}">'))


def test_of_a_database_file_only_what_was_written_is_searched() -> None:
    empty = migrated_file()
    assert written_blocks(empty).strip() == b""
    page, told = 4096 * 5, b"600 4th Ave"
    stored = empty[: page - 4] + told + empty[page - 4 + len(told) :] + b"206-555-0199"
    assert told in written_blocks(stored)
    assert b"206-555-0199" in written_blocks(stored)
    assert len(written_blocks(stored)) < 3 * 4096 + len(stored) // 4096


def test_a_browser_that_is_named_but_missing_is_said_in_one_line() -> None:
    with pytest.raises(NoBrowser, match="THRESHOLD_CHROMIUM names /nowhere/chromium") as refused:
        find_chromium({"THRESHOLD_CHROMIUM": "/nowhere/chromium"})
    assert "\n" not in str(refused.value)


def unnamed() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != "THRESHOLD_TEST_PG_URL"}


@pytest.mark.postgres
async def test_a_throwaway_postgres_answers_and_leaves_nothing_behind() -> None:
    with throwaway_postgres(unnamed()) as url:
        (door,) = Path("/tmp").glob(f"th-pg-*/.s.PGSQL.{urlsplit(url).port}")
        connection = await asyncpg.connect(url)
        assert int(await connection.fetchval("show server_version_num")) >= 150000
        assert await connection.fetchval("select 'ñ' > 'z'") is True
        await connection.close()
    assert not door.parent.exists()


@pytest.mark.postgres
def test_a_throwaway_postgres_ends_with_a_process_that_is_killed() -> None:
    program = [sys.executable, "-m", "tests.support.postgres"]
    with subprocess.Popen(program, cwd=ROOT, env=unnamed(), stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        port = urlsplit(holder.stdout.readline().decode().strip()).port or 0
        (door,) = Path("/tmp").glob(f"th-pg-*/.s.PGSQL.{port}")
        holder.kill()

    async def is_gone() -> bool:
        with socket.socket() as caller:
            return caller.connect_ex(("127.0.0.1", port)) != 0 and not door.parent.exists()

    asyncio.run(eventually(is_gone))


@pytest.mark.postgres
async def test_on_a_named_postgres_each_who_asks_has_a_database_and_none_is_left() -> None:
    with throwaway_postgres(unnamed()) as server:
        connection = await asyncpg.connect(server)
        all_names = "select count(*) from pg_database"
        before, named = await connection.fetchval(all_names), {"THRESHOLD_TEST_PG_URL": server}
        with throwaway_postgres(named) as one, throwaway_postgres(named) as other:
            assert len({server, one, other}) == 3
            for url in (one, other):
                theirs = await asyncpg.connect(url)
                await theirs.execute("create table only_here (id int)")
                theirs.terminate()
        assert await connection.fetchval(all_names) == before
        await connection.close()


@pytest.mark.skipif(sys.platform != "linux", reason="others cannot keep a port and let it be used")
def test_a_port_that_was_given_out_is_given_to_nobody_else() -> None:
    """Between choosing it and listening lies a second, and other tests choose meanwhile."""
    port = free_port()
    with socket.socket() as stranger, pytest.raises(OSError, match="in use"):
        stranger.bind(("127.0.0.1", port))
    for _again in range(2):
        with socket.create_server(("127.0.0.1", port)) as mine:
            socket.create_connection(mine.getsockname()).close()
