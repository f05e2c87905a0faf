"""Write every page to screenshots/: phone and desktop, English and Spanish, scripts off.

`python -m tests.support.screenshots [--hard] [--dark] [LANGUAGE ...]`. A made-up language from
right to left is among them on the phone, so that what was built for left to right alone can be
seen. `--hard` takes each page at 320 pixels and with letters twice as large instead, and `--dark`
as somebody sees it who likes light letters on a dark ground. Each page that is wider than its
window is named.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal

import httpx
from playwright.async_api import Browser, CDPSession

from service.settings import ROOT
from tests.journeys import family
from tests.journeys.telling import running_service, spoken
from tests.journeys.walker import Walker
from tests.support.browser import PHONE, open_browser
from tests.support.servers import Service

FOLDER = ROOT / "screenshots"
LANGUAGES = ("en", "es", "qps-rtl")
RIGHT_TO_LEFT = "qps-rtl"
USUAL_LETTERS, LARGE_LETTERS = 16, 32
SETTLES, TALLEST = 100, 8_000
# Leads to the city's own choice of another site and ends the visit: no page of ours.
LEAVES = "/benefits/leave"
# What each office answers, so that the status page shows every kind of card.
ANSWERS: dict[str, dict[str, Any] | None] = {
    "seattle_utilities": {"outcome": "approved", "effective_on": "2026-12-01"},
    "seattle_environment": {"outcome": "waitlisted", "reason": "waiting_list"},
    "energy_assistance": {"outcome": "denied", "reason": "over_income"},
    "king_county_metro": None,
}
VOICE_PAGES = (
    ("voice", "/voice/"),
    ("petitions", "/voice/petitions"),
    ("refused", "/voice/refused"),
    ("ledger", "/voice/ledger"),
    ("questions", "/voice/questions"),
    ("votes", "/voice/votes"),
    ("votes-how", "/voice/votes/how"),
    ("petition-begin", "/voice/start"),
    ("petition-again", "/voice/again"),
)
# The first of each kind that a list leads to, and the pages below it.
LED_TO = (
    ("/voice/petitions", "petition", ("", "/results", "/share", "/sheet")),
    ("/voice/petitions?state=awaiting", "petition-answered-next", ("", "/results", "/print")),
    ("/voice/questions", "question", ("",)),
)
STAFF_PAGES = {
    "caseworker": ("/staff/cases", "/staff/objections", "/staff/files", "/staff/account"),
    "leader": ("/staff/weekly", "/staff/handover", "/staff/feedback", "/staff/voice/answers"),
    "moderator": (
        "/staff/voice",
        "/staff/voice/bursts",
        "/staff/voice/paper",
        "/staff/voice/questions",
        "/staff/voice/votes",
    ),
    "admin": ("/staff/accounts", "/staff/keys", "/staff/holds", "/staff/handover"),
    "auditor": ("/staff/audit",),
}


@dataclass(frozen=True, slots=True)
class Look:
    """How wide a window is, and how large its reader has set the letters."""

    width: int
    height: int
    letters: int = USUAL_LETTERS


USUAL = {"phone": Look(**PHONE), "desktop": Look(1180, 900)}
HARD = {"narrow": Look(320, 640), "large": Look(360, 740, LARGE_LETTERS)}


class Camera:
    """Takes each page as several windows show it, and notes where one is too narrow for it."""

    too_wide: ClassVar[list[str]] = []
    looks: ClassVar[Mapping[str, Look]] = USUAL
    scheme: ClassVar[Literal["light", "dark"]] = "light"

    def __init__(self, walker: Walker, folder: Path) -> None:
        self.walker, self.folder, self.taken = walker, folder, 0

    async def take(self, name: str) -> None:
        """The whole page as it stands now."""
        self.taken += 1
        page = self.walker.page
        await page.emulate_media(color_scheme=self.scheme)
        session = await page.context.new_cdp_session(page)
        for size, look in self.looks.items():
            if size == "desktop" and self.walker.words.code == RIGHT_TO_LEFT:
                continue
            path = self.folder / size / f"{self.taken:02}-{name}.png"
            await page.set_viewport_size({"width": look.width, "height": look.height})
            if look.letters == USUAL_LETTERS:
                await page.screenshot(path=path, full_page=True)
            else:
                await self._take_large(session, look, path)
            if await page.evaluate("document.documentElement.scrollWidth") > look.width:
                self.too_wide.append(str(path.relative_to(FOLDER)))
        await session.send("Page.setFontSizes", {"fontSizes": {"standard": USUAL_LETTERS}})
        await session.detach()
        await page.set_viewport_size(PHONE)  # type: ignore[arg-type]

    async def _take_large(self, session: CDPSession, look: Look, path: Path) -> None:
        """A picture of the whole page would be taken with the usual letters: the window grows."""
        page = self.walker.page
        await session.send("Page.setFontSizes", {"fontSizes": {"standard": look.letters}})
        await page.wait_for_timeout(SETTLES)
        tall = await page.evaluate("document.documentElement.scrollHeight")
        await page.set_viewport_size({"width": look.width, "height": min(tall, TALLEST)})
        await page.screenshot(path=path)

    async def opened(self, name: str, path: str) -> None:
        """The page of an address."""
        on_the_way, self.walker.arrived = self.walker.arrived, None
        await self.walker.opens(path)
        await self.take(name)
        self.walker.arrived = on_the_way


async def residents_pages(walker: Walker, camera: Camera, service: Service) -> None:
    """From the first page to the decisions."""
    await public_pages(camera)
    await family.arrives(walker)
    await camera.take("contact")
    await walker.goes_on()
    await camera.take("contact-errors")
    walker.arrived = lambda: camera.take(slug(walker.path))
    await family.says_who(walker)
    await family.lists_the_home(walker)
    await family.says_what_for(walker)
    await family.tells_about_each(walker)
    await family.tells_the_money(walker)
    await family.tells_the_costs(walker)
    await family.tells_the_home(walker)
    await walker.unfolds()
    await camera.take("results-unfolded")
    await camera.opened("why", "/benefits/why/wic")
    await camera.opened("print", "/benefits/print/wic")
    await camera.opened("saved", "/benefits/saved")
    await walker.opens("/benefits/results")
    await family.chooses_all(walker)
    await family.checks(walker)
    await walker.presses("Send my application to the offices I ticked")
    await family.signs(walker)
    await camera.opened("status-sent", "/benefits/status")
    await agencies_answer(service)
    await camera.opened("status", "/benefits/status")
    await pages_after_sending(walker, camera)


def slug(path: str) -> str:
    """A file's name for an address."""
    return path.removeprefix("/benefits/").removeprefix("apply/").replace("/", "-")


async def public_pages(camera: Camera) -> None:
    for name, path in (
        ("start", "/"),
        ("programs", "/programs"),
        ("program", "/programs/basic_food"),
        ("privacy", "/privacy"),
        ("accessibility", "/accessibility"),
        ("feedback", "/feedback"),
        ("begin", "/benefits/start"),
        ("return", "/benefits/return"),
        ("lost", "/benefits/return/lost"),
        ("not-found", "/nowhere"),
    ):
        await camera.opened(name, path)


async def voice_pages(walker: Walker, camera: Camera) -> None:
    """Petitions, questions and votes, as anyone may read them."""
    walker.arrived = None
    for name, path in VOICE_PAGES:
        await camera.opened(name, path)
    for path, kind, below in LED_TO:
        await walker.opens(path)
        first = walker.page.locator("main .th-card__title a").first
        found = await first.get_attribute("href")
        for end in below:
            await camera.opened(kind + end.replace("/", "-"), f"{found}{end}")


async def pages_after_sending(walker: Walker, camera: Camera) -> None:
    """Every page that can be reached from the status page."""
    status = walker.page.locator("main a[href^='/benefits/']")
    found = [await link.get_attribute("href") or "" for link in await status.all()]
    for path in dict.fromkeys(found):
        if path == LEAVES:
            continue
        kind = path.removeprefix("/benefits/").split("/")
        await camera.opened("-".join(part for part in kind if "-" not in part), path)
    await walker.opens("/benefits/status")
    await walker.presses("Finish and clear", place=walker.page.locator("footer"))


async def agencies_answer(service: Service) -> None:
    """Pull and acknowledge what is waiting, then decide or ask, agency by agency."""
    async with httpx.AsyncClient(base_url=f"{service.url}/api/v1", trust_env=False) as client:
        for agency, decision in ANSWERS.items():
            client.headers["authorization"] = f"Bearer {service.agency_key(agency)}"
            body = {"limit": 100, "lease_seconds": 60}
            pulled = (await client.post("/referrals/pull", json=body)).raise_for_status()
            cases = pulled.json()["referrals"]
            receipt = {
                "lease": pulled.json()["lease"],
                "ids": [case["id"] for case in cases],
                "count": pulled.json()["count"],
                "sha256": hashlib.sha256(pulled.content).hexdigest(),
            }
            (await client.post("/referrals/ack", json=receipt)).raise_for_status()
            for case in cases:
                await answer(client, case, decision)


async def answer(
    client: httpx.AsyncClient, case: dict[str, Any], decision: dict[str, Any] | None
) -> None:
    if decision is None:
        question = "¿Nos puede decir qué horario trabaja? / Which hours do you work?"
        asked = {"items": [], "due_on": "2026-12-02", "text": question}
        answered = await client.post(f"/referrals/{case['id']}/requests", json=asked)
    else:
        told = {"version": case["version"], **decision}
        answered = await client.post(f"/referrals/{case['id']}/decision", json=told)
    answered.raise_for_status()


async def staff_pages(browser: Browser, service: Service, code: str, folder: Path) -> None:
    """What an agency's worker, a leader, an administrator and an auditor see."""
    for role in STAFF_PAGES:
        agency = "dshs" if role == "caseworker" else None
        account = next(
            each
            for each in service.demo()["staff"]
            if (each["role"], each["agency"]) == (role, agency)
        )
        async with Walker.at(browser, spoken(code), service.url) as walker:
            camera = Camera(walker, folder / role)
            await camera.opened("sign-in", "/staff/sign-in")
            await walker.types("Mail address", account["email"])
            await walker.types("Password", account["password"])
            await walker.presses("Sign in")
            await camera.take("home")
            for path in STAFF_PAGES[role]:
                await camera.opened(path.rpartition("/")[2], path)
            if role != "caseworker":
                continue
            await walker.opens("/staff/cases")
            case = walker.page.locator("main table a").first
            path = await case.get_attribute("href") or ""
            await camera.opened("case", path)
            for ending in ("why", "print", "ask", "decide", "way-back"):
                await camera.opened(ending, f"{path}/{ending}")


async def main(languages: tuple[str, ...]) -> None:
    """One walk for each language, on one service."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    with tempfile.TemporaryDirectory() as scratch:
        async with running_service(Path(scratch)) as service, open_browser() as browser:
            for code in languages:
                async with Walker.at(browser, spoken(code), service.url) as walker:
                    camera = Camera(walker, FOLDER / code)
                    await residents_pages(walker, camera, service)
                    await voice_pages(walker, camera)
                await staff_pages(browser, service, code, FOLDER / code)
    print(f"{sum(1 for _ in FOLDER.rglob('*.png'))} pictures in {FOLDER}")
    for page in Camera.too_wide:
        print(f"wider than its window: {page}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.support.screenshots")
    parser.add_argument("languages", nargs="*", metavar="LANGUAGE")
    parser.add_argument("--hard", action="store_true", help="320 pixels, and letters at 200 %%")
    parser.add_argument("--dark", action="store_true", help="light letters on a dark ground")
    told = parser.parse_args()
    Camera.scheme = "dark" if told.dark else "light"
    Camera.looks = HARD if told.hard else USUAL
    asyncio.run(main(tuple(told.languages) or LANGUAGES))
