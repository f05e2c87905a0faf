"""Somebody at a phone without scripts: reads headings, fills by label, presses what has words."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import urlsplit

from playwright.async_api import Browser, BrowserContext, Locator, Page, Request

from service.i18n import Translator
from service.rendering import LANGUAGE_COOKIE
from tests.support.browser import PHONE, whole_page

SECONDS = 60_000
OFFERED = ("en", "es")
DOCUMENT = "document"


@dataclass(frozen=True, slots=True)
class Seen:
    """A page as the browser held it."""

    path: str
    url: str
    heading: str
    html: str
    language: str
    status: int
    scroll_width: int
    document_bytes: int
    other_bytes: int

    @property
    def scripts(self) -> list[str]:
        """The scripts the page names."""
        return re.findall(r'<script[^>]* src="([^"]+)"', self.html)

    @property
    def question(self) -> bool:
        """Whether it is a page of the form."""
        return self.path.startswith("/benefits/apply/")


@dataclass
class Walker:
    """One person's browser; `words` finds the sentences in the language of the walk."""

    page: Page
    words: Translator
    origin: str
    seen: list[Seen] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    arrived: Callable[[], Awaitable[None]] | None = None
    _requests: list[Request] = field(default_factory=list)

    @classmethod
    @asynccontextmanager
    async def at(
        cls,
        browser: Browser,
        words: Translator,
        origin: str,
        viewport: dict[str, int] | None = None,
    ) -> AsyncIterator[Self]:
        """A fresh browser profile with scripts off and nothing cached, ever."""
        size: Any = viewport or PHONE
        context = await browser.new_context(
            viewport=size, java_script_enabled=False, locale=f"{words.code[:2]}-US"
        )
        if words.code not in OFFERED:
            await context.add_cookies(
                [{"name": LANGUAGE_COOKIE, "value": words.code, "url": origin}]
            )
        context.set_default_timeout(SECONDS)
        try:
            yield cls(await cls._uncached(context), words, origin)._listening()
        finally:
            await context.close()

    @staticmethod
    async def _uncached(context: BrowserContext) -> Page:
        page = await context.new_page()
        # Each page is weighed as somebody meets it who sees only this one.
        session = await context.new_cdp_session(page)
        await session.send("Network.enable")
        await session.send("Network.setCacheDisabled", {"cacheDisabled": True})
        return page

    def _listening(self) -> Self:
        self.page.on("request", self._note)
        return self

    def _note(self, request: Request) -> None:
        if not request.url.startswith((f"{self.origin}/", "data:")):
            self.foreign.append(request.url)
        self._requests.append(request)

    # ---- reading ------------------------------------------------------------------------------

    def say(self, sentence: str, **values: object) -> str:
        """A sentence as this language has it. A catalogue without it is the test's failure."""
        assert self.words.has(sentence), f"no {self.words.code} for {sentence!r}"
        return self.words.gettext(sentence, **values)

    @property
    def path(self) -> str:
        """Where the browser is."""
        return urlsplit(self.page.url).path

    async def heading(self) -> str:
        return " ".join((await self.page.locator("h1").inner_text()).split())

    async def text(self, of: Locator | None = None) -> str:
        """The words a person sees."""
        place = of or self.page.locator("main")
        return " ".join((await place.inner_text()).split())

    async def reads(self, sentence: str, **values: object) -> None:
        """The page's heading is this sentence."""
        wanted, found = self.say(sentence, **values), await self.heading()
        assert found == wanted, f"{found!r} on {self.path}, not {wanted!r}"

    async def finds(self, sentence: str, **values: object) -> None:
        """The sentence stands somewhere on the page."""
        wanted, text = self.say(sentence, **values), await self.text()
        assert wanted in text, f"no {wanted!r} on {self.path}: {text}"

    def card(self, title: str) -> Locator:
        """The article with this title, in the language of the walk."""
        name = self.page.get_by_role("heading", name=title, exact=True)
        return self.page.locator("article, section.th-consent").filter(has=name)

    def answer(self, row: str) -> Locator:
        """The line of an answer on the page that lists them all."""
        term = self.page.get_by_role("term").get_by_text(self.say(row), exact=True)
        return self.page.locator("dl > div").filter(has=term)

    async def unfolds(self) -> None:
        """Open what is folded around whole cards, as somebody does who wants to see all."""
        folded = self.page.locator("details:not([open]):has(article) > summary")
        while await folded.count():
            await folded.first.click()

    # ---- doing --------------------------------------------------------------------------------

    async def types(self, label: str, text: str, **values: object) -> None:
        """Fill the one field with this label."""
        await self.page.get_by_label(self.say(label, **values), exact=True).fill(text)

    def group(self, question: str, **values: object) -> Locator:
        """One question of a page that has several."""
        return self.page.get_by_role("group", name=self.say(question, **values), exact=True)

    async def dates(self, year: str, month: str, day: str, place: Locator) -> None:
        """Fill the parts of a date."""
        for part, text in (("Year", year), ("Month", month), ("Day", day)):
            label = self.words.pgettext("date", part)
            await place.get_by_label(label, exact=True).fill(text)

    async def picks(self, *labels: str, about: str | None = None, **values: object) -> None:
        """Choose options, within the question `about` where the page has several."""
        place: Page | Locator = self.page
        if about is not None:
            place = self.group(about, **values)
        for label in labels:
            await self.ticks(self.say(label, **values), place)

    async def names(self, person: str, place: Locator | None = None) -> None:
        """Choose somebody of the home by name."""
        await self.ticks(self.words.gettext("{name}", name=person), place)

    async def ticks(self, label: str, place: Page | Locator | None = None) -> None:
        """Choose the option with these very words."""
        option = (place or self.page).get_by_label(label, exact=True)
        row = await option.get_attribute("id")
        # The whole row is the target: a person presses its words.
        await self.page.locator(f"label[for='{row}']").click()
        assert await option.is_checked(), f"pressing {label!r} on {self.path} chose nothing"

    async def presses(self, button: str, place: Locator | None = None, **values: object) -> None:
        """Press the button whose words begin like this, and wait for the page that comes."""
        words = self.say(button, **values)
        found = (place or self.page).get_by_role("button", name=words, exact=place is None)
        await self._leads(found)

    async def follows(self, link: str, place: Locator | None = None, **values: object) -> None:
        """Follow the link with these words."""
        words = self.say(link, **values)
        await self._leads((place or self.page).get_by_role("link", name=words, exact=place is None))

    async def goes_on(self) -> None:
        await self.presses("Continue")

    async def opens(self, path: str) -> None:
        """Type an address."""
        self._requests.clear()
        answer = await self.page.goto(self.origin + path)
        await self._look(answer.status if answer else 0)

    async def _leads(self, target: Locator) -> None:
        self._requests.clear()
        async with self.page.expect_navigation() as leaving:
            await target.click()
        answer = await leaving.value
        await self._look(answer.status if answer else 0)

    async def _look(self, status: int) -> None:
        """Keep what the browser holds now."""
        document, other = 0, 0
        for request in self._requests:
            if request.url.startswith("data:") or request.redirected_to is not None:
                continue
            sizes = await request.sizes()
            size = sizes["responseBodySize"] + sizes["responseHeadersSize"]
            if request.resource_type == DOCUMENT:
                document += size
            else:
                other += size
        root = self.page.locator("html")
        self.seen.append(
            Seen(
                path=self.path,
                url=self.page.url,
                heading=await self.heading(),
                html=await whole_page(self.page),
                language=await root.get_attribute("lang") or "",
                status=status,
                scroll_width=await self.page.evaluate("document.documentElement.scrollWidth"),
                document_bytes=document,
                other_bytes=other,
            )
        )
        if self.arrived is not None:
            await self.arrived()
