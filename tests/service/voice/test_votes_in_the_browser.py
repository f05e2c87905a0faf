"""Votes on a phone without scripts: a voter ranks, changes and checks; a leader reads a result and
promises; somebody outside counts again from the files alone and finds a flipped ballot."""

from __future__ import annotations

import base64
import contextlib
import json
import shlex
import shutil
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from playwright.async_api import Page, expect

from petitions.protocol.sealing import leaf
from service.settings import ROOT
from service.voice_demo_votes import FILE
from tests.service.voice.looking import Eyes, mails_to, phone, shows, staff_page
from tests.support.browser import press
from tests.support.servers import Service, run_threshold

pytestmark = [pytest.mark.browser, pytest.mark.slow]
VOTER = "vera@example.org"
RANKED, COUNTED, PAIRS = "late_service", "library_evening", "small_fixes"
ANSWERED = ("answer", "promise")
CLOSES_IN = 2


def city_of_votes(folder: Path) -> Path:
    """The demonstration city with three votes of sixty: a ranking that is open, one whose ballots
    are counted and that nobody has answered, and one by pairs that is open."""
    city = shutil.copytree(ROOT / "cities" / "seattle", folder / "city")
    told = yaml.safe_load((city / FILE).read_text(encoding="utf-8"))
    chosen: list[dict[str, Any]] = []
    by_key = {vote["key"]: vote for vote in told["votes"]}
    for key in (RANKED, COUNTED, PAIRS):
        closed = 9 if key == COUNTED else -CLOSES_IN
        kept = {name: by_key[key][name] for name in by_key[key] if name not in ANSWERED}
        chosen.append({**kept, "voters": 60, "mode": "open", "closed": closed})
    (city / FILE).write_text(yaml.safe_dump({"votes": chosen}), encoding="utf-8")
    return city


def service_with_votes(folder: Path) -> Service:
    env = {"THRESHOLD_CITY": str(city_of_votes(folder)), "THRESHOLD_DEMO_VOTES": "1"}
    return Service(folder, env=env)


async def ballot(eyes: Eyes, service: Service, page: Page, order: list[str], turn: int) -> str:
    """Ask for a ballot, follow the mail, rank, check, go back as browsers do and find the marks as
    they were, cast; gives the receipt."""
    await page.goto(f"{service.url}/voice/votes/1")
    await eyes.look(page)
    await press(page.get_by_role("link", name="Get your ballot"))
    await page.get_by_label("Your mail").fill(VOTER)
    await page.get_by_label("Where do you live?").select_option("2")
    await press(page.get_by_role("button", name="Send me the link"))
    links = await mails_to(service, VOTER, "/voice/votes/1/ballot", turn)
    await page.goto(links[-1])
    for place, option in enumerate(order, 1):
        await page.get_by_label(option).select_option(str(place))
    await eyes.look(page)
    await press(page.get_by_role("button", name="Check my ballot"))
    assert order[0] in await page.locator(".th-cards li").first.inner_text()
    await press(page.get_by_role("button", name="Change it"))
    await page.go_back()
    assert order[0] in await page.locator(".th-cards li").first.inner_text()
    await page.go_back()
    await expect(page.get_by_label(order[1])).to_have_value("2")
    await press(page.get_by_role("button", name="Check my ballot"))
    await press(page.get_by_role("button", name="Cast my ballot"))
    return await page.locator("#receipt").inner_text()


async def pairs(eyes: Eyes, service: Service, page: Page) -> None:
    """A ballot by pairs; the browser's own way back shows the pair before."""
    await shows(page, f"{service.url}/voice/votes/3", "Which small fixes")
    await press(page.get_by_role("link", name="Get your ballot"))
    await page.get_by_label("Your mail").fill(VOTER)
    await press(page.get_by_role("button", name="Send me the link"))
    [link] = await mails_to(service, VOTER, "/voice/votes/3/ballot")
    await page.goto(link)
    for _pair in range(2):
        await press(page.locator(".th-pair button").first)
    await eyes.look(page)
    assert await page.locator("#progress-words").inner_text() == "Pair 3 of 12"
    await page.go_back()
    assert await page.locator("#progress-words").inner_text() == "Pair 2 of 12"
    await press(page.get_by_role("button", name="I can’t decide"))
    await press(page.get_by_role("button", name="Stop here and see my ballot"))
    assert "You decided 1 pair." in await page.locator("main").inner_text()
    await eyes.look(page)
    await press(page.get_by_role("button", name="Cast my ballot"))
    assert await page.locator("#receipt").count() == 1


async def looked_for(eyes: Eyes, service: Service, page: Page, receipt: str) -> str:
    await page.goto(f"{service.url}/voice/votes/1/receipt")
    await page.get_by_label("Your receipt").fill(receipt)
    await press(page.get_by_role("button", name="Look for it"))
    await eyes.look(page)
    return await page.locator("main").inner_text()


async def test_a_voter_ranks_changes_and_finds_the_last_ballot_in_the_list(tmp_path: Path) -> None:
    async with service_with_votes(tmp_path) as service, phone() as eyes:
        page = await eyes.context.new_page()
        await shows(page, f"{service.url}/voice/votes/1", "Which service should we build first?")
        first = await ballot(eyes, service, page, ["Late buses", "Public toilets"], 1)
        assert "we signed it" in await looked_for(eyes, service, page, first)
        second = await ballot(eyes, service, page, ["Public toilets", "Late buses"], 2)
        assert first != second
        await pairs(eyes, service, page)
        later = datetime.now(UTC) + timedelta(days=CLOSES_IN, hours=1)
        service.settings["THRESHOLD_NOW"] = later.isoformat()
        await service.restart()
        await shows(page, f"{service.url}/voice/votes/1", "The list of ballots is fixed.")
        assert "Your ballot is in the list." in await looked_for(eyes, service, page, second)
        assert "not in the list" in await looked_for(eyes, service, page, first)
    assert eyes.found == []


async def test_a_leader_promises_and_an_outsider_counts_again(tmp_path: Path) -> None:
    async with service_with_votes(tmp_path) as service, phone() as eyes:
        page = await eyes.context.new_page()
        where = f"{service.url}/voice/votes/2/result"
        await shows(page, where, "Check it yourself")
        await eyes.look(page)
        command = shlex.split(await page.locator(".th-mono").inner_text())
        await promise(eyes, service)
        await page.goto(where)
        assert "Open until eight" in await page.locator(".th-notice").inner_text()
        await page.goto(f"{service.url}/voice/votes/2/print")
        await eyes.look(page)
        for form in ("A4", "Letter"):
            assert (await page.pdf(format=form)).count(b"/Type /Page\n") == 1, form
        async with httpx.AsyncClient(trust_env=False, timeout=60.0) as client:
            files = await client.get(f"{service.url}/voice/votes/2/files/all.zip")
        archive = tmp_path / "outside" / command[2]
        archive.parent.mkdir()
        archive.write_bytes(files.content)
    assert eyes.found == []
    verified, told = outsider(archive, command[1:])
    assert (verified, told["sound"], told["recounted"]) == (0, True, True)
    flipped = flip_a_ballot(archive)
    verified, told = outsider(archive, command[1:])
    assert (verified, told["sound"]) == (1, False)
    assert [each["leaf"] for each in told["findings"] if each["code"] == "altered_ballot"] == [
        flipped
    ]


async def promise(eyes: Eyes, service: Service) -> None:
    """A leader reads what people want, answers, and promises by a day."""
    page = await staff_page(eyes, service, "leader")
    await page.goto(f"{service.url}/staff/voice/answers")
    await eyes.look(page)
    await press(page.get_by_role("link", name="When should the main library close"))
    await page.locator("label", has_text="The city does it").click()
    await page.get_by_label("The answer", exact=True).fill("Open until eight from spring on.")
    await page.get_by_label("The office that answers").fill("The Public Library")
    await press(page.get_by_role("button", name="Publish the answer"))
    await eyes.look(page)
    await page.get_by_label("What the city will do").fill("Open until eight.")
    await page.get_by_label("The office that does it").fill("The Public Library")
    due = datetime.now(UTC) + timedelta(days=120)
    for part in ("day", "month", "year"):
        await page.locator(f"#due-{part}").fill(str(getattr(due, part)))
    await press(page.get_by_role("button", name="Publish the promise"))
    assert "Open until eight." in await page.locator("main").inner_text()
    await page.goto(f"{service.url}/voice/ledger?kind=vote")
    await eyes.look(page)
    assert "The Public Library · by" in await page.locator("main").inner_text()


def outsider(archive: Path, command: list[str]) -> tuple[int, dict[str, Any]]:
    """The command of the result's page, in a process that has the files and nothing else."""
    with contextlib.chdir(archive.parent):
        done = run_threshold([*command, "--json"], {})
    told: dict[str, Any] = json.loads(done.stdout)
    return done.returncode, told


def flip_a_ballot(archive: Path) -> str:
    """Change one bit of one sealed ballot; gives the leaf that it had."""
    with zipfile.ZipFile(archive) as packed:
        files = {name: packed.read(name) for name in packed.namelist()}
    name = next(one for one in files if one.endswith("ballots.txt"))
    rows = files[name].split()
    ballot = bytearray(base64.b64decode(rows[7]))
    was = leaf(bytes(ballot))
    ballot[50] ^= 1
    rows[7] = base64.b64encode(ballot)
    files[name] = b"".join(row + b"\n" for row in rows)
    with zipfile.ZipFile(archive, "w") as packed:
        for one, data in files.items():
            packed.writestr(one, data)
    return was
