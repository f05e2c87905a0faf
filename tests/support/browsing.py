"""A browser without scripts: fetches pages, fills their forms by name, presses their buttons.

Every page it meets is held to `check_page`, so no test has to ask for that.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import urlencode, urljoin, urlsplit
from xml.etree.ElementTree import Element

import httpx

from tests.support.pages import check_page, elements, text_of

MOST_REDIRECTS = 5
FORM = {"content-type": "application/x-www-form-urlencoded"}
# What a current browser says about a form of the same site.
SAME_SITE = {"sec-fetch-site": "same-origin"}
Value = str | list[str]


class Browser:
    """One person's browser: its cookies are the client's."""

    def __init__(self, client: httpx.AsyncClient, language: str = "en") -> None:
        self.client = client
        self.headers = {"accept-language": language}

    async def get(self, url: str) -> PageSeen:
        """Fetch a page, following redirects."""
        return await self.follow(await self.client.get(url, headers=self.headers))

    async def post(self, url: str, fields: list[tuple[str, str]]) -> PageSeen:
        """Send a form as a browser does, and follow to the page that comes."""
        origin = str(self.client.base_url).rstrip("/")
        headers = {**self.headers, **FORM, **SAME_SITE, "origin": origin}
        return await self.follow(
            await self.client.post(url, content=urlencode(fields), headers=headers)
        )

    async def follow(self, response: httpx.Response) -> PageSeen:
        for _ in range(MOST_REDIRECTS):
            if not response.is_redirect:
                return PageSeen(self, response)
            target = urljoin(str(response.url), response.headers["location"])
            response = await self.client.get(target, headers=self.headers)
        raise AssertionError(f"redirects without end at {response.url}")


@dataclass
class PageSeen:
    """A page as it stands in the browser."""

    browser: Browser
    response: httpx.Response

    @property
    def status(self) -> int:
        return self.response.status_code

    @property
    def html(self) -> str:
        return self.response.text

    @property
    def url(self) -> str:
        """Path and query of the page that came in the end."""
        parts = urlsplit(str(self.response.url))
        return parts.path + (f"?{parts.query}" if parts.query else "")

    @cached_property
    def tree(self) -> Element:
        """The checked page; asking for it on anything but HTML is a mistake of the test."""
        kind = self.response.headers.get("content-type", "")
        assert kind.startswith("text/html"), f"{self.url} is {kind}, status {self.status}"
        return check_page(self.html)

    @property
    def text(self) -> str:
        """Every word of the page."""
        return text_of(self.tree)

    @property
    def heading(self) -> str:
        return text_of(elements(self.tree, "h1")[0])

    @property
    def errors(self) -> list[str]:
        """The lines of the error summary."""
        summary = self.tree.find(".//*[@id='errors']")
        return [] if summary is None else [text_of(link) for link in elements(summary, "a")]

    def form(self, action: str | None = None) -> FormSeen:
        """The page's own form in <main>, or the one with this action."""
        place = self.tree if action else self.tree.find(".//main")
        forms = elements(self.tree if place is None else place, "form")
        found = [form for form in forms if action is None or form.get("action") == action]
        assert found, f"no form to {action or 'send'} on {self.url}"
        return FormSeen.read(self, found[0])

    def link(self, words: str) -> str:
        """Where the one link with these words leads."""
        links = [a for a in elements(self.tree, "a") if words.lower() in text_of(a).lower()]
        assert links, f"no link {words!r} on {self.url}"
        return links[0].get("href") or ""

    async def click(self, words: str) -> PageSeen:
        return await self.browser.get(urljoin(self.url, self.link(words)))


@dataclass
class FormSeen:
    """A form: what is in its fields now, and the buttons it can be sent with."""

    page: PageSeen
    action: str
    method: str
    fields: list[tuple[Element, str]]
    buttons: list[Element]
    filled: dict[str, Value] = field(default_factory=dict)

    @classmethod
    def read(cls, page: PageSeen, form: Element) -> FormSeen:
        inside = {id(element) for element in form.iter()}
        owner = form.get("id")
        mine = [
            element
            for element in elements(page.tree, "input", "select", "textarea", "button")
            if (element.get("form") == owner if element.get("form") else id(element) in inside)
        ]
        return cls(
            page,
            urljoin(page.url, form.get("action") or ""),
            (form.get("method") or "get").lower(),
            [(e, e.get("name") or "") for e in mine if e.tag != "button" and e.get("name")],
            [e for e in mine if e.tag == "button" and e.get("type", "submit") == "submit"],
        )

    @property
    def names(self) -> list[str]:
        return list(dict.fromkeys(name for _element, name in self.fields))

    @property
    def values(self) -> dict[str, list[str]]:
        """What would be sent, by name."""
        sent: dict[str, list[str]] = {}
        for name, value in self.successful():
            sent.setdefault(name, []).append(value)
        return sent

    def options(self, name: str) -> list[str]:
        """The values a radio group, a set of boxes or a list offers."""
        found: list[str] = []
        for element, field_name in self.fields:
            if field_name == name and element.tag == "select":
                found += [option_value(option) for option in elements(element, "option")]
            elif field_name == name and element.get("type") in ("radio", "checkbox"):
                found.append(element.get("value", "on"))
        return found

    def fill(self, values: dict[str, Value] | None = None, **named: Value) -> FormSeen:
        """Type, choose or tick. A field or choice the page does not have is the test's mistake."""
        for name, value in {**(values or {}), **named}.items():
            assert name in self.names, f"no field {name!r} on {self.page.url}: {self.names}"
            offered = self.options(name)
            for one in value if isinstance(value, list) else [value]:
                assert not offered or one in offered, f"{name!r} offers {offered}, not {one!r}"
            self.filled[name] = value
        return self

    async def submit(self, button: str | None = None) -> PageSeen:
        """Press a button by its words or as `name=value`; without one, the first that has words."""
        pressed = self.button(button)
        fields = self.successful()
        if pressed is not None and pressed.get("name"):
            fields.append((pressed.get("name") or "", pressed.get("value") or ""))
        if self.method == "get":
            return await self.page.browser.get(f"{self.action}?{urlencode(fields)}")
        return await self.page.browser.post(self.action, fields)

    def button(self, words: str | None) -> Element | None:
        for button in self.buttons:
            named = f"{button.get('name')}={button.get('value')}"
            if words is None and button.get("tabindex") != "-1" and not button.get("name"):
                return button
            if words and (words == named or words.lower() in text_of(button).lower()):
                return button
        assert words is None, f"no button {words!r} on {self.page.url}"
        return None

    def successful(self) -> list[tuple[str, str]]:
        """The controls a browser would send, in the order of the page."""
        sent: list[tuple[str, str]] = []
        for element, name in self.fields:
            sent.extend((name, value) for value in self.sent_by(element, name))
        return sent

    def sent_by(self, element: Element, name: str) -> list[str]:
        chosen = self.filled.get(name)
        listed = chosen if isinstance(chosen, list) else None if chosen is None else [chosen]
        kind = element.get("type", "text")
        if element.get("disabled") is not None or kind in ("submit", "button", "file"):
            return []
        if element.tag == "select":
            options = elements(element, "option")
            picked = [o for o in options if o.get("selected") is not None] or options[:1]
            return [option_value(option) for option in picked] if listed is None else listed
        if kind in ("radio", "checkbox"):
            value = element.get("value", "on")
            on = element.get("checked") is not None if listed is None else value in listed
            return [value] if on else []
        if listed is not None:
            return ["\r\n".join(listed[0].splitlines()) if "\n" in listed[0] else listed[0]]
        return [(element.text or "") if element.tag == "textarea" else element.get("value", "")]


def option_value(option: Element) -> str:
    value = option.get("value")
    return text_of(option) if value is None else value
