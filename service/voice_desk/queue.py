"""The moderators' queue: what waits, the oldest first, with how long it has waited."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from service.body import read_query
from service.errors import NotFound
from service.i18n import _
from service.queries.voice.bursts import how_many_wait
from service.queries.voice.desk import ON_A_PAGE, VIEWS, Line, counts, listed
from service.rendering import render, translator_of
from service.web import now_of, services_of

if TYPE_CHECKING:
    from datetime import datetime

    from starlette.requests import Request
    from starlette.responses import Response

    from service.i18n import Translator
    from service.services import Services

QUEUE = "/staff/voice"
NAMES = {
    "waiting": _("Waiting"),
    "second": _("Second look"),
    "refused": _("Refused"),
    "running": _("Public"),
    "hidden": _("Hidden"),
}
STATES = {
    "moderation": _("Waits for a look"),
    "refused": _("Refused"),
    "open": _("Open"),
    "awaiting": _("Waits for the city’s answer"),
    "closed": _("Closed"),
    "merged": _("Joined with another"),
    "answered": _("Answered"),
    "promised": _("Promised"),
    "delivered": _("Delivered"),
    "withdrawn": _("Taken back by its author"),
    "hidden": _("Hidden"),
}
# An author should hear within a week; after two, the petition stands out.
SLOW_DAYS, LATE_DAYS = 7, 14


@dataclass(frozen=True, slots=True)
class Tab:
    """One view of the queue."""

    name: str
    href: str
    count: int
    here: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One petition of the queue. `tag`: the kind of sign for how long it has waited."""

    href: str
    ask: str
    lang: str
    topic: str
    age: str
    tag: str
    state: str
    holder: str


@dataclass(frozen=True, slots=True)
class QueueView:
    """A page of the queue."""

    heading: str
    tabs: Sequence[Tab]
    rows: Sequence[Row]
    columns: Sequence[str]
    caption: str
    previous: str | None
    next: str | None
    bursts: int


async def queue(request: Request) -> Response:
    """One view: what waits, unless another is asked for."""
    services, words = services_of(request), translator_of(request)
    query = read_query(request)
    view, page = query.get("view", "waiting"), query.get("page", "1")
    if view not in VIEWS or not (page.isascii() and page.isdigit() and len(page) < 5):
        raise NotFound
    found = await listed(services, view, int(page))
    now, number = now_of(request), int(page)
    totals = await counts()
    shown = QueueView(
        heading=words.gettext("Petitions"),
        tabs=[
            Tab(words.gettext(name), f"{QUEUE}?view={key}", totals[key], key == view)
            for key, name in NAMES.items()
        ],
        rows=[_row(services, words, each, now) for each in found[:ON_A_PAGE]],
        columns=[words.gettext(title) for title in COLUMNS],
        caption=words.gettext(NAMES[view]),
        previous=f"{QUEUE}?view={view}&page={number - 1}" if number > 1 else None,
        next=f"{QUEUE}?view={view}&page={number + 1}" if len(found) > ON_A_PAGE else None,
        bursts=await how_many_wait(),
    )
    return render(request, "voice_desk/queue.html", shown)


COLUMNS = (_("What is asked"), _("Waits"), _("Topic"), _("State"), _("In hand"))


def _row(services: Services, words: Translator, line: Line, now: datetime) -> Row:
    days = waited(services, line, now)
    waits = line.state == "moderation"
    tag = "late" if days >= LATE_DAYS else "slow" if days >= SLOW_DAYS else ""
    return Row(
        href=f"{QUEUE}/petitions/{line.id}",
        ask=line.ask,
        lang=line.language,
        topic=words.gettext(services.voice.topics.get(line.topic, line.topic)),
        age=age_words(words, days) if waits else "",
        tag=tag if waits else "",
        state=words.gettext(STATES[line.state]),
        holder=line.holder,
    )


def waited(services: Services, line: Line, now: datetime) -> int:
    """Whole days of the city's calendar since it came to the desk."""
    if line.submitted_at is None:
        return 0
    calendar = services.city.calendar
    return (calendar.day_of(now) - calendar.day_of(line.submitted_at)).days


def age_words(words: Translator, days: int) -> str:
    return words.ngettext("{n} day", "{n} days", days) if days else words.gettext("today")
