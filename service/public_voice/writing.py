"""Writing a petition, one page at a time: what, similar ones, why, about you, check."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from petitions.written import tag_of
from service.actions.voice import petitions as doing
from service.actions.voice.petitions import OwnPetition
from service.body import read_form
from service.public_voice.drafts import START, draft_of, start, with_draft
from service.public_voice.showing import (
    Card,
    Option,
    area_name,
    area_options,
    card_of,
    topic_name,
    topic_options,
)
from service.public_voice.typed import (
    ASK_LETTERS,
    WHY_LETTERS,
    Typed,
    read_ask,
    read_author,
    read_why,
)
from service.queries.voice import petitions as asking
from service.rendering import language_switch, redirect, render, translator_of
from service.security.rate_limits import DAY, HOUR, Limit, limit
from service.security.sessions import clear_session_cookie, set_session_cookie
from service.templating import FieldProblem
from service.voice.contacts import MAIL, read_contact
from service.voice.people import Reached
from service.web import address_of, now_of, services_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

# Each asks us to write to an address that somebody typed.
LINK_DRAFT = Limit("voice-author/draft", 5, DAY)
LINK_NETWORK = Limit("voice-author/network", 60, HOUR)


@dataclass(frozen=True, slots=True)
class BeginView:
    """What to know before writing; where to go on with what was begun."""

    heading: str
    sponsors: int
    going_on: str | None
    back: str = "/voice/"
    form_id: str = "begin"


@dataclass(frozen=True, slots=True)
class StepView:
    """One page of writing: its values, and the words about those that will not do."""

    heading: str
    section: str
    typed: Mapping[str, str]
    problems: Mapping[str, str]
    errors: Sequence[FieldProblem]
    letters: int
    topics: Sequence[Option]
    areas: Sequence[Option]
    back: str
    form_id: str


@dataclass(frozen=True, slots=True)
class SimilarView:
    """Petitions that ask for much the same, before one more is begun."""

    heading: str
    ask: str
    cards: Sequence[Card]
    back: str = f"{START}/ask"
    form_id: str = "similar"


@dataclass(frozen=True, slots=True)
class CheckView:
    """Everything as it will be shown, each with its way to change it."""

    heading: str
    rows: Sequence[Mapping[str, object]]
    missing: str | None
    back: str = f"{START}/you"
    form_id: str = "check"


@dataclass(frozen=True, slots=True)
class SentView:
    """The mail is on its way; nothing goes on before its button is pressed."""

    heading: str
    mail: str
    sponsors: int


async def begin(request: Request) -> Response:
    """How it goes, and one button."""
    draft, services = await draft_of(request), services_of(request)
    view = BeginView(
        heading=translator_of(request).gettext("Start a petition"),
        sponsors=services.voice.sponsors_needed,
        going_on=_next(draft) if draft else None,
    )
    return render(request, "voice/begin.html", view)


async def begun(request: Request) -> Response:
    """A new draft under a new session. One that was not sent is left behind with its session."""
    if language_switch(request, await read_form(request)) is not None:
        return redirect(START, request)
    token = await start(request)
    response = redirect(f"{START}/ask", request)
    set_session_cookie(response, doing.DOOR, token, services_of(request).settings)
    return response


@with_draft
async def ask(request: Request, draft: OwnPetition) -> Response:
    return _step(request, "ask", Typed({"ask": draft.ask}))


@with_draft
async def asked(request: Request, draft: OwnPetition) -> Response:
    """Keep what is asked, and look for others that ask the same."""
    form, words = await read_form(request), translator_of(request)
    if language_switch(request, form) is not None:
        return _step(request, "ask", Typed({"ask": form.get("ask")}))
    typed = read_ask(form, words)
    if typed.problems:
        return _step(request, "ask", typed, 422)
    language = tag_of(typed.values["ask"], words.code)
    await doing.save_words(draft, {**typed.values, "language": language})
    return redirect(f"{START}/similar", request)


@with_draft
async def similar(request: Request, draft: OwnPetition) -> Response:
    """Those that ask for much the same, in any language; without any, straight on."""
    services, words = services_of(request), translator_of(request)
    if not draft.ask:
        return redirect(f"{START}/ask", request)
    found = await asking.similar(draft.ask)
    if not found:
        return redirect(f"{START}/why", request)
    view = SimilarView(
        heading=words.gettext("Is one of these the same?"),
        ask=draft.ask,
        cards=[card_of(each, services, words) for each in found],
    )
    return render(request, "voice/similar.html", view)


@with_draft
async def different(request: Request, draft: OwnPetition) -> Response:
    """None of them is: go on."""
    form = await read_form(request)
    to_similar = language_switch(request, form) is not None
    return redirect(f"{START}/similar" if to_similar else f"{START}/why", request)


@with_draft
async def why(request: Request, draft: OwnPetition) -> Response:
    typed = {"why": draft.why, "topic": draft.topic, "area": draft.area}
    return _step(request, "why", Typed(typed))


@with_draft
async def explained(request: Request, draft: OwnPetition) -> Response:
    """Keep why, about what and where."""
    form, services, words = await read_form(request), services_of(request), translator_of(request)
    if language_switch(request, form) is not None:
        values = {name: form.get(name) for name in ("why", "topic", "area")}
        return _step(request, "why", Typed(values))
    typed = read_why(form, services, words)
    if typed.problems:
        return _step(request, "why", typed, 422)
    await doing.save_words(draft, typed.values)
    return redirect(f"{START}/you", request)


@with_draft
async def you(request: Request, draft: OwnPetition) -> Response:
    known = draft.author
    values = {
        "name": known.name if known else "",
        "mail": known.mail if known else "",
        "show_name": "yes" if draft.name_shown else "",
    }
    return _step(request, "you", Typed(values))


@with_draft
async def told(request: Request, draft: OwnPetition) -> Response:
    """Keep who writes."""
    form, services, words = await read_form(request), services_of(request), translator_of(request)
    if language_switch(request, form) is not None:
        values = {name: form.get(name) for name in ("name", "mail", "show_name")}
        return _step(request, "you", Typed(values))
    typed = read_author(form, services, words)
    if typed.problems:
        return _step(request, "you", typed, 422)
    contact = read_contact(services, MAIL, str(draft.id), typed.values["mail"])
    author = Reached(
        contact.kind, contact.given, contact.canonical, words.code, "", typed.values["name"]
    )
    await doing.save_author(services, draft, author, show_name=typed.values["show_name"] == "yes")
    return redirect(f"{START}/check", request)


@with_draft
async def check(request: Request, draft: OwnPetition) -> Response:
    return _check(request, draft)


@with_draft
async def checked(request: Request, draft: OwnPetition) -> Response:
    """Write to the author; the page says so, whoever the address belongs to."""
    form, services, now = await read_form(request), services_of(request), now_of(request)
    if language_switch(request, form) is not None:
        return redirect(f"{START}/check", request)
    if not draft.complete or draft.author is None:
        return _check(request, draft, 422)
    await limit(services, LINK_DRAFT, str(draft.id), now)
    await limit(services, LINK_NETWORK, address_of(request), now)
    await doing.send_author_link(draft, now)
    return redirect(f"{START}/sent", request)


@with_draft
async def sent(request: Request, draft: OwnPetition) -> Response:
    """Look in your mail."""
    if draft.author is None:
        return redirect(f"{START}/check", request)
    view = SentView(
        heading=translator_of(request).gettext("Look in your mail"),
        mail=draft.author.mail,
        sponsors=services_of(request).voice.sponsors_needed,
    )
    return render(request, "voice/sent.html", view)


async def clear(request: Request) -> Response:
    """Throw the draft away and leave nothing on this device."""
    draft = await draft_of(request)
    if draft is not None:
        await doing.throw_away(UUID(str(draft.id)))
    response = redirect("/voice/", request)
    clear_session_cookie(response, doing.DOOR, services_of(request).settings)
    return response


def _next(draft: OwnPetition) -> str:
    """The first page that still has something missing."""
    if not draft.ask:
        return f"{START}/ask"
    if not (draft.why and draft.topic and draft.area):
        return f"{START}/why"
    return f"{START}/check" if draft.complete else f"{START}/you"


def _step(request: Request, name: str, typed: Typed, status: int = 200) -> Response:
    services, words = services_of(request), translator_of(request)
    headings = {
        "ask": words.gettext("What should the city do?"),
        "why": words.gettext("Why does it matter?"),
        "you": words.gettext("Who are you?"),
    }
    backs = {"ask": START, "why": f"{START}/ask", "you": f"{START}/why"}
    view = StepView(
        heading=headings[name],
        section=words.gettext("Start a petition"),
        typed=typed.values,
        problems={field: typed.problems.get(field) or "" for field in typed.values},
        errors=typed.errors,
        letters=ASK_LETTERS if name == "ask" else WHY_LETTERS,
        topics=topic_options(services.voice, words),
        areas=area_options(services.voice, words, everywhere=True),
        back=backs[name],
        form_id="write",
    )
    return render(request, f"voice/write_{name}.html", view, status=status)


def _check(request: Request, draft: OwnPetition, status: int = 200) -> Response:
    services, words = services_of(request), translator_of(request)
    rules, known = services.voice, draft.author
    name = known.name if known else ""
    shown = words.gettext("shown") if draft.name_shown else words.gettext("not shown")
    rows: list[Mapping[str, object]] = [
        _row(words.gettext("What the city should do"), draft.ask, "ask"),
        _row(words.gettext("Why"), draft.why, "why"),
        _row(words.gettext("About"), topic_name(rules, draft.topic, words), "why"),
        _row(words.gettext("For"), area_name(rules, draft.area, words), "why"),
        _row(words.gettext("Your name"), f"{name} ({shown})" if name else "", "you"),
        _row(words.gettext("Your mail (never shown)"), known.mail if known else "", "you"),
    ]
    view = CheckView(
        heading=words.gettext("Is it all as you want it?"),
        rows=rows,
        missing=None if draft.complete else _next(draft),
    )
    return render(request, "voice/check.html", view, status=status)


def _row(key: str, value: str, page: str) -> Mapping[str, object]:
    return {
        "key": key,
        "lines": [line for line in value.split("\n") if line],
        "value": value,
        "href": f"{START}/{page}",
    }
