"""The start of voice, the list of petitions, and those that were not opened with the reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from service.body import Form, read_query
from service.errors import Malformed
from service.i18n import _
from service.public_voice.showing import (
    STATES,
    Card,
    Option,
    area_options,
    card_of,
    topic_options,
)
from service.queries.voice import petitions as asking
from service.queries.voice.petitions import MOST_PAGES, SHOWN, SORTS, Wanted
from service.rendering import render, translator_of
from service.web import services_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from service.i18n import Translator
    from service.services import Services

PETITIONS = "/voice/petitions"
REFUSED = "/voice/refused"
LONGEST_SEARCH = 100
FEW = 3
SORT_NAMES = {
    "new": _("Newest first"),
    "signed": _("Most signatures first"),
    "closing": _("Ending soonest first"),
}


@dataclass(frozen=True, slots=True)
class HomeView:
    """What residents can do here, and what is open now."""

    heading: str
    lead: str
    needed: int
    threshold: int
    days: int
    open_now: Sequence[Card]
    back: str = "/"


@dataclass(frozen=True, slots=True)
class ListView:
    """One page of the list with its filters."""

    heading: str
    words: str
    chosen: Mapping[str, str]
    states: Sequence[Option]
    topics: Sequence[Option]
    areas: Sequence[Option]
    sorts: Sequence[Option]
    found: str
    cards: Sequence[Card]
    previous: str | None
    next: str | None
    back: str = "/voice/"


@dataclass(frozen=True, slots=True)
class RefusedCard:
    """A petition that was not opened. No words where they would hurt somebody."""

    number: int | None
    ask: str
    language: str
    reason: str
    when: str


@dataclass(frozen=True, slots=True)
class Reason:
    """A published reason, as a link that shows its petitions."""

    href: str
    sentence: str
    count: int
    current: bool


@dataclass(frozen=True, slots=True)
class RefusedView:
    heading: str
    reasons: Sequence[Reason]
    cards: Sequence[RefusedCard]
    everything: str | None
    back: str = PETITIONS


async def home(request: Request) -> Response:
    """The start of voice."""
    services, words = services_of(request), translator_of(request)
    rules = services.voice
    found = await asking.listed(services, Wanted(state="open", sort="signed"))
    view = HomeView(
        heading=words.gettext("Ask the city for something"),
        lead=words.gettext(
            "Write a petition or sign one. With enough names, the city must answer."
        ),
        needed=rules.sponsors_needed,
        threshold=rules.threshold,
        days=rules.answer_days,
        open_now=[card_of(each, services, words) for each in found.items[:FEW]],
    )
    return render(request, "voice/home.html", view)


async def petitions(request: Request) -> Response:
    """The list, by words, state, topic and area."""
    services, words = services_of(request), translator_of(request)
    wanted = _wanted(read_query(request), services)
    found = await asking.listed(services, wanted)
    rules = services.voice
    view = ListView(
        heading=words.gettext("Petitions"),
        words=wanted.words,
        chosen={
            "state": wanted.state,
            "topic": wanted.topic,
            "area": wanted.area,
            "sort": wanted.sort,
        },
        states=[Option(each, words.gettext(STATES[each][1])) for each in SHOWN],
        topics=topic_options(rules, words),
        areas=area_options(rules, words, everywhere=True),
        sorts=[Option(id, words.gettext(name)) for id, name in SORT_NAMES.items()],
        found=words.ngettext("{n} petition", "{n} petitions", found.total),
        cards=[card_of(each, services, words) for each in found.items],
        previous=_address(replace(wanted, page=wanted.page - 1)) if wanted.page > 1 else None,
        next=_address(replace(wanted, page=wanted.page + 1)) if found.more else None,
    )
    return render(request, "voice/list.html", view)


async def refused(request: Request) -> Response:
    """What was not opened and why; each reason leads to its own petitions."""
    services, words = services_of(request), translator_of(request)
    chosen = read_query(request).get("reason")
    reasons = services.voice.refusals
    if chosen and chosen not in reasons:
        raise Malformed("unknown_reason")
    every = await asking.refused()
    counted = [(id, sum(each.reason == id for each in every)) for id in reasons]
    view = RefusedView(
        heading=words.gettext("Petitions that were not opened"),
        reasons=[
            Reason(
                f"{REFUSED}?reason={id}",
                words.gettext(reasons[id].sentence),
                count,
                id == chosen,
            )
            for id, count in counted
        ],
        cards=[
            _refused_card(each, services, words)
            for each in every
            if each.reason in reasons and chosen in ("", each.reason)
        ],
        everything=REFUSED if chosen else None,
    )
    return render(request, "voice/refused.html", view)


def _refused_card(each: asking.Refused, services: Services, words: Translator) -> RefusedCard:
    reason = services.voice.refusals[each.reason]
    hidden = reason.hidden
    return RefusedCard(
        number=each.number,
        ask=words.gettext("We do not show its words.") if hidden else each.ask,
        language=words.code if hidden else each.language,
        reason=words.gettext(reason.sentence),
        when=words.date(each.on),
    )


def _wanted(query: Form, services: Services) -> Wanted:
    """The list that is asked for; what is no choice of ours counts as not chosen."""
    page = query.get("page")
    states = [str(each) for each in SHOWN]
    return Wanted(
        words=query.get("words").strip()[:LONGEST_SEARCH],
        state=_known(query.get("state"), states),
        topic=_known(query.get("topic"), services.voice.topics),
        area=_known(query.get("area"), [*services.voice.areas, "all"]),
        sort=_known(query.get("sort"), SORTS) or "new",
        page=min(int(page), MOST_PAGES) if page.isascii() and page.isdigit() and page else 1,
    )


def _known(value: str, choices: Sequence[str] | Mapping[str, object]) -> str:
    return value if value in choices else ""


def _address(wanted: Wanted) -> str:
    told = {
        "words": wanted.words,
        "state": wanted.state,
        "topic": wanted.topic,
        "area": wanted.area,
        "sort": wanted.sort if wanted.sort != "new" else "",
        "page": str(wanted.page) if wanted.page > 1 else "",
    }
    query = urlencode({name: value for name, value in told.items() if value})
    return f"{PETITIONS}?{query}" if query else PETITIONS
