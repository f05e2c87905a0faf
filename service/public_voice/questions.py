"""Open questions for everybody: read one, answer it, and see what people said."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from starlette.responses import JSONResponse, StreamingResponse
from starlette.responses import Response as PlainResponse

from petitions.results.release import release
from service.actions.voice.questions import LINK, LONGEST_REPLY, Said, confirm, read_token, reply
from service.body import Form, read_form
from service.errors import Conflict, Invalid, NotFound
from service.queries.voice.questions import (
    OTHER,
    Question,
    by_number,
    counts,
    every_answer,
    every_question,
    languages,
    quotes,
    themes,
    told_themes,
)
from service.referrals.csv_files import safe_cell
from service.rendering import language_switch, redirect, render, translator_of
from service.templating import FieldProblem
from service.voice.population import load_population
from service.web import address_of, now_of, services_of, web_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

PAGE = "/voice/questions"
DIGITS = 9
SENT, CONFIRM, CONFIRMED = "sent", "confirm", "confirmed"


@dataclass(frozen=True, slots=True)
class Line:
    """One question of the list."""

    href: str
    text: str
    lang: str
    state: str


@dataclass(frozen=True, slots=True)
class QuestionsView:
    """Every question, the newest first."""

    heading: str
    back: str
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True)
class ThemeCard:
    """A published theme with a few of its answers."""

    title: str
    summary: str
    count: int
    quotes: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class QuestionView:
    """One question: its form while it is open, its themes once they are published."""

    heading: str
    lang: str
    back: str
    action: str
    open: bool
    published: bool
    closes: str
    longest: int
    text: str
    mail: str
    cards: Sequence[ThemeCard]
    small: Sequence[str]
    rest: int
    languages: Sequence[str]
    languages_source: str
    answers: int
    wrong: Mapping[str, str]
    errors: Sequence[FieldProblem]
    form_id: str | None


@dataclass(frozen=True, slots=True)
class DoneView:
    """What comes next: `step` says which of the short pages this is."""

    heading: str
    step: str
    action: str = ""


async def questions(request: Request) -> Response:
    """The list."""
    words = translator_of(request)
    lines = []
    for each in await every_question(services_of(request)):
        text, lang = each.asked_in(words.code)
        over = each.over or each.state != "open"
        state = words.gettext("Closed") if over else words.gettext("Open")
        lines.append(Line(f"{PAGE}/{each.number}", text, lang, state))
    view = QuestionsView(words.gettext("Open questions"), "/voice/", lines)
    return render(request, "voice/questions.html", view)


async def question(request: Request) -> Response:
    """One question."""
    return await _page(request, await _found(request), Form(()), ())


async def answered(request: Request) -> Response:
    """Somebody answers. The page says the same whoever they are."""
    services, words = services_of(request), translator_of(request)
    found, form = await _found(request), await read_form(request)
    if language_switch(request, form) is not None:
        return await _page(request, found, form, ())
    said = Said(form.get("text"), words.code, form.get("mail"))
    try:
        await reply(services, found.id, said, address_of(request), now_of(request))
    except Invalid as refused:
        targets = {"/contact": "mail"}
        problems = [
            FieldProblem(
                targets.get(each.pointer, each.pointer.strip("/")), words.gettext(each.detail)
            )
            for each in refused.faults
        ]
        return await _page(request, found, form, problems)
    except Conflict as late:
        told = FieldProblem(None, words.gettext(late.message))
        return await _page(request, found, form, [told])
    return redirect(f"{PAGE}/{found.number}/{SENT}")


async def sent(request: Request) -> Response:
    """After an answer."""
    words = translator_of(request)
    await _found(request)
    return render(request, "voice/answered.html", DoneView(words.gettext("Thank you"), SENT))


async def confirm_page(request: Request) -> Response:
    """The page behind a mail's link: one button. Opening it changes nothing."""
    words, token = translator_of(request), request.path_params["token"]
    read_token(services_of(request).keyring, token)
    view = DoneView(words.gettext("Was this answer yours?"), CONFIRM, LINK.format(token=token))
    return render(request, "voice/answered.html", view)


async def confirmed(request: Request) -> Response:
    """The button."""
    words = translator_of(request)
    await confirm(services_of(request), request.path_params["token"])
    view = DoneView(words.gettext("Your answer is in"), CONFIRMED)
    return render(request, "voice/answered.html", view)


@dataclass(frozen=True, slots=True)
class Themes:
    """What is published of a question: themes with their counts, the largest first, the names of
    those too small to count, and how many answers are in these or in none."""

    cards: Sequence[ThemeCard]
    small: Sequence[str]
    rest: int
    ids: Mapping[UUID, str]


async def _themes(found: Question) -> Themes:
    told = await told_themes(found.id)
    if told is None:
        return Themes((), (), 0, {})
    cards, small, ids = [], [], {}
    for each in await themes(found.id):
        count = told.shown.get(str(each.id))
        if not each.title:
            continue
        if count is None:
            small.append(each.title)
            continue
        said = [(one.text, one.language) for one in await quotes(found.id, each.id)]
        cards.append(ThemeCard(each.title, each.summary, count, said))
        ids[each.id] = each.title
    cards.sort(key=lambda card: -card.count)
    # Answers in no theme may be many enough to be shown; they are no theme all the same.
    return Themes(cards, sorted(small), told.rest + told.shown.get("", 0), ids)


async def answers_csv(request: Request) -> Response:
    """Every answer that passed review, sent while it is read. The theme stands beside it where the
    theme's count is shown."""
    found = await _published(request)
    named = (await _themes(found)).ids

    async def lines() -> AsyncIterator[bytes]:
        yield "\ufeff".encode()
        yield _line(("language", "answer", "theme"))
        async for part in every_answer(found.id):
            yield b"".join(
                _line((language, text, named.get(theme, "") if theme else ""))
                for language, text, theme in part
            )

    return StreamingResponse(
        lines(),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="answers.csv"'},
    )


def _line(cells: Sequence[str]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow([safe_cell(cell) for cell in cells])
    return out.getvalue().encode()


async def results_csv(request: Request) -> Response:
    """Themes and counts for a spreadsheet."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(["theme", "summary", "answers"])
    told = await _results(request)
    for each in told["themes"]:
        cells = (each["title"], each["summary"], each["answers"])
        writer.writerow([safe_cell(cell) for cell in cells])
    writer.writerow(["", "all other answers", told["rest"]])
    return PlainResponse(
        out.getvalue().encode("utf-8-sig"),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="themes.csv"'},
    )


async def results_json(request: Request) -> Response:
    """Themes, counts and quotes for programs."""
    return JSONResponse(await _results(request))


async def _results(request: Request) -> dict[str, Any]:
    found = await _published(request)
    told = await _themes(found)
    return {
        "number": found.number,
        "question": dict(found.prompt),
        "answers": sum(card.count for card in told.cards) + told.rest,
        "themes": [
            {
                "title": card.title,
                "summary": card.summary,
                "answers": card.count,
                "quotes": [text for text, _language in card.quotes],
            }
            for card in told.cards
        ],
        "too_small_to_count": list(told.small),
        "rest": told.rest,
    }


async def _published(request: Request) -> Question:
    found = await _found(request)
    if found.state != "published":
        raise NotFound
    return found


async def _read(found: Question) -> int:
    told = await counts(found.id)
    return told.get("published", 0) + told.get("redacted", 0)


async def _found(request: Request) -> Question:
    number = request.path_params["number"]
    if not (number.isascii() and number.isdigit() and len(number) <= DIGITS):
        raise NotFound
    return await by_number(services_of(request), int(number))


async def _languages(request: Request, found: Question) -> list[str]:
    """In which languages people answered, beside what is spoken at home where a city has figures.
    Of one publication: rare languages stay together and are not named."""
    words, told = translator_of(request), release(await languages(found.id))
    census = load_population(services_of(request).settings.city).languages
    names = {each.code: each.name for each in web_of(request).languages.offered}
    names[OTHER] = words.gettext("Words in another writing")
    lines = []
    for code, n in sorted(told.shown.items(), key=lambda row: -row[1]):
        part, name = words.percent(n / told.total), names.get(code, code)
        if code in census:
            lines.append(
                words.gettext(
                    "{language}: {part} of the answers; at home {residents} of residents speak it",
                    language=name,
                    part=part,
                    residents=words.percent(census[code]),
                )
            )
        else:
            lines.append(
                words.gettext("{language}: {part} of the answers", language=name, part=part)
            )
    return lines


async def _page(
    request: Request, found: Question, form: Form, problems: Sequence[FieldProblem]
) -> Response:
    words = translator_of(request)
    text, lang = found.asked_in(words.code)
    published = found.state == "published"
    shown = await _themes(found) if published else Themes((), (), 0, {})
    is_open = found.state == "open" and not found.over
    view = QuestionView(
        heading=text,
        lang=lang,
        back=PAGE,
        action=f"{PAGE}/{found.number}",
        open=is_open,
        published=published,
        closes=words.date(found.closes_at),
        longest=LONGEST_REPLY,
        text=form.get("text"),
        mail=form.get("mail"),
        cards=shown.cards,
        small=shown.small,
        rest=shown.rest,
        languages=await _languages(request, found) if published else (),
        languages_source=load_population(services_of(request).settings.city).languages_source,
        answers=await _read(found) if published else 0,
        wrong={each.target: each.text for each in problems if each.target},
        errors=problems,
        form_id="question" if is_open else None,
    )
    return render(request, "voice/question.html", view, status=422 if problems else 200)
