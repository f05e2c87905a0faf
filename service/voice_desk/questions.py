"""Open questions on the desk: asked, read, grouped with a machine's help, published."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING
from uuid import UUID
from zoneinfo import ZoneInfo

from service.actions.voice import questions, themes
from service.body import Form, read_form, read_query
from service.caseworker.typed import Typed, day_parts
from service.errors import Conflict, Invalid, Malformed
from service.queries.voice import questions as reading
from service.rendering import language_switch, redirect, render, translator_of
from service.security.access import as_id
from service.templating import FieldProblem
from service.web import now_of, services_of, web_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

LIST = "/staff/voice/questions"
PAGE = LIST + "/{id}"
THEME = "/staff/voice/themes/{id}"


@dataclass(frozen=True, slots=True)
class QuestionsView:
    """Every question, and the form for one more."""

    heading: str
    rows: Sequence[Sequence[object]]
    languages: Sequence[tuple[str, str, str]]
    due: Mapping[str, str]
    wrong: Mapping[str, str]
    errors: Sequence[FieldProblem]


@dataclass(frozen=True, slots=True)
class QuestionView:
    """One question: what waits to be read, and its themes."""

    heading: str
    lang: str
    back: str
    action: str
    public: str
    facts: Sequence[Mapping[str, str]]
    pending: Sequence[Mapping[str, str]]
    previous: str | None
    next: str | None
    themes: Sequence[Sequence[object]]
    can_publish: bool
    passages: str
    reply: str
    ticked: Sequence[str]
    wrong: Mapping[str, str]
    errors: Sequence[FieldProblem]


@dataclass(frozen=True, slots=True)
class ThemeView:
    """One group of answers."""

    heading: str
    back: str
    action: str
    title: str
    summary: str
    offered: Sequence[Mapping[str, str]]
    more: int
    members: Sequence[Mapping[str, str]]
    ticked: Sequence[str]
    wrong: Mapping[str, str]
    errors: Sequence[FieldProblem]


# ---- all questions ------------------------------------------------------------------------------


async def question_list(request: Request) -> Response:
    """The newest first."""
    return await _list(request, Form(()), ())


async def question_made(request: Request) -> Response:
    """A new question, open until the end of the day that is named."""
    services, words, form = services_of(request), translator_of(request), await read_form(request)
    if language_switch(request, form) is not None:
        return await _list(request, form, ())
    now = now_of(request)
    typed = Typed(form, words, services.city.calendar.day_of(now))
    day = typed.day("due", needed=True)
    if day is not None and day <= typed.today:
        typed.problem("due", questions.PAST)
    prompt = {
        each.code: form.get(f"prompt-{each.code}") for each in web_of(request).languages.offered
    }
    if not typed.problems and day is not None:
        zone = ZoneInfo(services.city.time_zone)
        closes = datetime.combine(day + timedelta(days=1), time(), zone)
        try:
            made = await questions.make_question(services, request.state.actor, prompt, closes, now)
            return redirect(PAGE.format(id=made))
        except Invalid as refused:
            first = web_of(request).languages.offered[0].code
            typed.problem(f"prompt-{first}", refused.faults[0].detail)
    return await _list(request, form, typed.problems)


async def _list(request: Request, form: Form, problems: Sequence[FieldProblem]) -> Response:
    words = translator_of(request)
    rows = []
    for each in await reading.every_question(services_of(request)):
        text, _lang = each.asked_in(words.code)
        counts = await reading.counts(each.id)
        rows.append(
            [
                {"text": text, "href": PAGE.format(id=each.id)},
                words.date(each.closes_at),
                words.number(counts.get("pending", 0)),
            ]
        )
    view = QuestionsView(
        heading=words.gettext("Open questions"),
        rows=rows,
        languages=[
            (f"prompt-{each.code}", each.name, form.get(f"prompt-{each.code}"))
            for each in web_of(request).languages.offered
        ],
        due=day_parts(form, "due"),
        wrong={each.target: each.text for each in problems if each.target},
        errors=problems,
    )
    return render(request, "voice_desk/questions.html", view, status=422 if problems else 200)


# ---- one question -------------------------------------------------------------------------------


async def question_page(request: Request) -> Response:
    """What waits, and the themes."""
    return await _page(request, Form(()), ())


async def question_changed(request: Request) -> Response:
    """Answers judged, groups asked for, or the whole of it published."""
    services, words, form = services_of(request), translator_of(request), await read_form(request)
    actor, now, wanted = request.state.actor, now_of(request), as_id(request.path_params["id"])
    await reading.by_id(services, wanted)
    if language_switch(request, form) is not None:
        return await _page(request, form, ())
    ticked = [as_id(each) for each in form.all("reply")]
    try:
        match form.get("_action"):
            case "" | "refuse" as verdict:
                state = questions.REFUSED if verdict else questions.PUBLISHED
                verdicts = dict.fromkeys(ticked, state)
                await questions.judge(services, actor, wanted, verdicts, now)
            case "redact" if len(ticked) == 1:
                lines = form.get("passages").splitlines()
                await questions.redact(services, actor, ticked[0], lines, now)
            case "group":
                await themes.ask_for_groups(actor, wanted, now)
            case "publish":
                await questions.publish(actor, wanted, now)
            case _:
                raise Malformed
    except Invalid as refused:
        told = words.gettext(refused.faults[0].detail)
        return await _page(request, form, [FieldProblem("passages", told)])
    except Conflict as late:
        told = words.gettext(late.message)
        return await _page(request, form, [FieldProblem(None, told)])
    return redirect(PAGE.format(id=wanted))


async def _page(request: Request, form: Form, problems: Sequence[FieldProblem]) -> Response:
    services, words = services_of(request), translator_of(request)
    found = await reading.by_id(services, as_id(request.path_params["id"]))
    page = _page_number(request)
    text, lang = found.asked_in(words.code)
    counts = await reading.counts(found.id)
    facts = [
        (words.gettext("Closes"), words.date(found.closes_at)),
        (words.gettext("Waits to be read"), words.number(counts.get("pending", 0))),
        (words.gettext("Passed"), words.number(counts.get("published", 0))),
        (words.gettext("Passed without some words"), words.number(counts.get("redacted", 0))),
        (words.gettext("Refused"), words.number(counts.get("refused", 0))),
    ]
    view = QuestionView(
        heading=text,
        lang=lang,
        back=LIST,
        action=PAGE.format(id=found.id),
        public=f"/voice/questions/{found.number}",
        facts=[{"key": key, "value": value} for key, value in facts],
        pending=_rows(await reading.pending(services, found.id, page)),
        previous=f"?page={page - 1}" if page > 1 else None,
        next=f"?page={page + 1}" if counts.get("pending", 0) > page * reading.AT_ONCE else None,
        themes=[
            [
                {"text": _name(request, each), "href": THEME.format(id=each.id)},
                words.number(each.members),
                words.number(each.offered),
            ]
            for each in await reading.themes(found.id)
        ],
        can_publish=found.state == "open",
        passages=form.get("passages"),
        reply=form.get("reply") if form.get("_action") == "redact" else "",
        ticked=() if form.get("_action") == "redact" else form.all("reply"),
        wrong={each.target: each.text for each in problems if each.target},
        errors=problems,
    )
    return render(request, "voice_desk/question.html", view, status=422 if problems else 200)


def _page_number(request: Request) -> int:
    typed = read_query(request).get("page")
    return int(typed) if typed.isascii() and typed.isdigit() and 0 < int(typed[:6]) < 10**5 else 1


# ---- one theme ----------------------------------------------------------------------------------


async def theme_page(request: Request) -> Response:
    """A group: its name, what is suggested, what belongs to it."""
    return await _theme(request, Form(()), ())


async def theme_changed(request: Request) -> Response:
    """Named, or answers taken in and left out."""
    words, form = translator_of(request), await read_form(request)
    actor, now, wanted = request.state.actor, now_of(request), as_id(request.path_params["id"])
    await reading.theme_with(wanted)
    if language_switch(request, form) is not None:
        return await _theme(request, form, ())
    ticked: list[UUID] = [as_id(each) for each in form.all("reply")]
    match form.get("_action"):
        case "name":
            try:
                title, summary = form.get("title"), form.get("summary")
                await themes.name_theme(actor, wanted, title, summary, now)
            except Invalid as refused:
                told = words.gettext(refused.faults[0].detail)
                return await _theme(request, form, [FieldProblem("title", told)])
        case "":
            await themes.take_into(actor, wanted, ticked, True, now)
        case "leave":
            await themes.take_into(actor, wanted, ticked, False, now)
        case "all":
            await themes.take_all(actor, wanted, now)
        case _:
            raise Malformed
    return redirect(THEME.format(id=wanted))


async def _theme(request: Request, form: Form, problems: Sequence[FieldProblem]) -> Response:
    wanted = as_id(request.path_params["id"])
    question, found, members, offered = await reading.theme_with(wanted)
    named = form.get("_action") == "name"
    view = ThemeView(
        heading=_name(request, found),
        back=PAGE.format(id=question),
        action=THEME.format(id=found.id),
        title=form.get("title") if named else found.title,
        summary=form.get("summary") if named else found.summary,
        ticked=form.all("reply"),
        offered=_rows(offered),
        more=max(0, found.offered - len(offered)),
        members=_rows(members),
        wrong={each.target: each.text for each in problems if each.target},
        errors=problems,
    )
    return render(request, "voice_desk/theme.html", view, status=422 if problems else 200)


def _name(request: Request, theme: reading.Theme) -> str:
    return theme.title or translator_of(request).gettext("A group without a name")


def _rows(replies: Sequence[reading.Reply]) -> list[Mapping[str, str]]:
    return [{"value": str(each.id), "label": each.text, "lang": each.language} for each in replies]
