"""The story once told: the walk, the send, the agencies' work, and all that was seen of it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from playwright.async_api import Browser

from eligibility import load_rules
from service.i18n import Language, Languages, Translator
from service.settings import ROOT
from tests.journeys import family
from tests.journeys.near_a_line import LIHEAP, OVER_HTTP
from tests.journeys.walker import Seen, Walker
from tests.programs.story import paid
from tests.support.browser import axe_reader, open_browser
from tests.support.databases import backend
from tests.support.postgres import throwaway_postgres
from tests.support.servers import PLAIN_HTTP, DemoAgency, Service

NOW = "2026-11-22T12:00:00-08:00"
DECIDED_SECONDS = 120.0
PAUSE = 0.5
Case = dict[str, Any]
Screened = tuple[str, set[str]]


@dataclass(frozen=True, slots=True)
class Story:
    """What the household saw, and what each agency got."""

    words: Translator
    results: dict[str, str]
    receipt: dict[str, str]
    status: dict[str, str]
    inboxes: dict[str, list[Case]]
    fields: dict[str, list[str]]
    seen: list[Seen]
    foreign: list[str]
    script_bytes: int
    axe: dict[str, list[str]]
    at_a_line: dict[str, str]
    screened: list[Screened]


@contextmanager
def database_url(folder: Path) -> Iterator[str]:
    """A database of its own, of the kind this run is about."""
    if backend() == "sqlite":
        yield f"sqlite:///{folder}/story.db"
        return
    with throwaway_postgres() as url:
        yield url


@asynccontextmanager
async def running_service(folder: Path) -> AsyncIterator[Service]:
    """The service in its own process on the day of the story."""
    with database_url(folder) as url:
        async with Service(folder, database_url=url, env={"THRESHOLD_NOW": NOW}) as service:
            yield service


@contextmanager
def running_agencies(service: Service, folder: Path) -> Iterator[list[DemoAgency]]:
    """Every agency of the city, each in its own process with its own inbox."""
    with ExitStack() as stack:
        yield [
            stack.enter_context(service.agency(each["id"], folder))
            for each in service.demo()["agencies"]
        ]


def spoken(code: str) -> Translator:
    """The words of one of the city's languages, or of a made-up one."""
    offered = (Language("en", "English"), Language("es", "Español"))
    return Languages.load(offered, "America/Los_Angeles", pseudo=True)[code]


def program_names(words: Translator) -> dict[str, str]:
    """Each program's id by its name in a language."""
    rules = load_rules(ROOT / "eligibility", ROOT / "cities" / "seattle")
    return {words.gettext(program.name): program.id for program in rules.programs.values()}


async def told(folder: Path) -> Story:
    """Tell the whole story once."""
    words = spoken("es")
    async with running_service(folder) as service, open_browser() as browser:
        with running_agencies(service, folder) as agencies:
            async with Walker.at(browser, words, service.url) as walker:
                await family.tells_everything(walker)
                results = await cards(walker)
                at_a_line = await raising_the_last_pay(walker)
                assert await cards(walker) == results
                await family.chooses_all(walker)
                await family.checks(walker)
                await family.signs(walker)
                receipt = await cards(walker)
                await walker.follows("See where it stands")
                status = await decided(walker)
                return Story(
                    words=words,
                    results=results,
                    receipt=receipt,
                    status=status,
                    inboxes={agency.agency: agency.inbox() for agency in agencies},
                    fields=await published_fields(service),
                    seen=walker.seen,
                    foreign=walker.foreign,
                    script_bytes=await script_bytes(service, walker.seen[0]),
                    axe=await all_findings(browser, walker.seen),
                    at_a_line=at_a_line,
                    screened=await screened(service),
                )


async def cards(walker: Walker) -> dict[str, str]:
    """The words on each program's card, by program."""
    await walker.unfolds()
    names, found = program_names(walker.words), {}
    for article in await walker.page.locator("article").all():
        title = await walker.text(article.get_by_role("heading"))
        assert names[title] not in found, f"{title} stands twice on {walker.path}"
        found[names[title]] = await walker.text(article)
    return found


async def decided(walker: Walker) -> dict[str, str]:
    """Look at the status page from time to time until every card says how it ended."""
    outcomes = {walker.say(each) for each in ("Approved", "Not approved", "On the waiting list")}
    until = time.monotonic() + DECIDED_SECONDS
    while time.monotonic() < until:
        found = await cards(walker)
        if all(any(outcome in text for outcome in outcomes) for text in found.values()):
            return found
        await asyncio.sleep(PAUSE)
        walker.seen.pop()
        await walker.opens(walker.path)
    raise AssertionError(f"not all decided: {found}")


async def raising_the_last_pay(walker: Walker) -> dict[str, str]:
    """The card of one program after each change of the last pay, which then is what it was."""
    found, seen = {}, len(walker.seen)
    for pay in LIHEAP:
        await family.changes_the_last_pay(walker, pay)
        found[pay] = (await cards(walker))["liheap"]
    await family.changes_the_last_pay(walker, family.WEEKLY_PAYS[-1])
    del walker.seen[seen:]
    return found


async def screened(service: Service) -> list[Screened]:
    """The outcome and the deciding tests of each row near a line, asked over HTTP."""
    found = []
    async with plain_client(service) as client:
        for four_pays, program, person, _outcome, _test in OVER_HTTP:
            answer = await client.post("/api/v1/screenings", json=paid(four_pays))
            made = answer.raise_for_status().json()["determinations"]
            one = next(d for d in made if (d["program"], d["person"]) == (program, person))
            found.append((one["outcome"], {reason["test"] for reason in one["because"]}))
    return found


def plain_client(service: Service) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=service.url, trust_env=False, timeout=60.0, verify=PLAIN_HTTP)


async def published_fields(service: Service) -> dict[str, list[str]]:
    """What each program's agency is granted, as the service says of itself."""
    key = service.agency_key("dshs")
    async with plain_client(service) as client:
        answer = await client.get(
            "/api/v1/programs", headers={"authorization": f"Bearer {key}"}, params={"limit": "100"}
        )
    return {item["id"]: item["fields"] for item in answer.raise_for_status().json()["items"]}


async def script_bytes(service: Service, page: Seen) -> int:
    """The script a page names weighs too, though this walk never runs it."""
    total = 0
    async with plain_client(service) as client:
        for path in page.scripts:
            async with client.stream("GET", path) as answer:
                body = b"".join([part async for part in answer.aiter_raw()])
                total += len(body) + sum(len(k) + len(v) + 4 for k, v in answer.headers.raw)
    return total


async def all_findings(browser: Browser, seen: list[Seen]) -> dict[str, list[str]]:
    """What axe says of each page, in the order they were seen."""
    async with axe_reader(browser) as findings:
        return {
            f"{number} {page.path}": await findings(page.url, page.html)
            for number, page in enumerate(seen)
        }
