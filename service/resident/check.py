"""Check answers: everything told, grouped, each with its way to change it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from forms import review
from service.body import read_form, read_query
from service.rendering import language_switch, redirect, render, translator_of
from service.resident.draft_page import going_on, question_url, with_draft
from service.saying import say, written
from service.web import services_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from forms import ReviewSection, Row, Subject
    from service.drafts import Held
    from service.i18n import Translator

HERE = "/benefits/check"


@dataclass(frozen=True, slots=True)
class RowView:
    """One answer as the summary list shows it."""

    key: str
    lines: Sequence[str]
    href: str
    about: str


@dataclass(frozen=True, slots=True)
class SubjectView:
    """The answers about one person, one income or the home."""

    title: str | None
    rows: Sequence[RowView]


@dataclass(frozen=True, slots=True)
class SectionView:
    """A section of the form with its answers."""

    id: str
    title: str
    subjects: Sequence[SubjectView]


@dataclass(frozen=True, slots=True)
class CheckView:
    """All answers, what is still open, and the way to the signature."""

    heading: str
    sections: Sequence[SectionView]
    programs: Sequence[str]
    open_questions: int
    next_question: str | None
    changed: bool
    back: str
    form_id: str = "check"


@with_draft
async def check(request: Request, held: Held) -> Response:
    """What was told so far."""
    services, words, flow = services_of(request), translator_of(request), held.flow
    step = flow.first_open()
    named = [services.rules.programs[each].name for each in flow.draft.chosen]
    view = CheckView(
        heading=words.gettext("Check your answers before you send")
        if named
        else words.gettext("Check your answers"),
        sections=[section_view(each, words) for each in review(flow)],
        programs=[words.gettext(each) for each in named],
        open_questions=len(flow.open_steps),
        next_question=question_url(step, "check") if step else None,
        changed=read_query(request).get("changed") == "yes",
        back="/benefits/results",
    )
    return render(request, "resident/check.html", view)


@with_draft
async def checked(request: Request, held: Held) -> Response:
    """On to the signature, or to the programs where none is chosen."""
    if language_switch(request, await read_form(request)) is not None:
        return redirect(HERE, request)
    return redirect("/benefits/sign" if held.draft.chosen else going_on(held.flow), request)


def section_view(section: ReviewSection, words: Translator, *, change: bool = True) -> SectionView:
    """One section in a language; without `change`, as a copy of what was told."""
    subjects = [_subject(each, words, change=change) for each in section.subjects]
    return SectionView(section.id, say(section.title, words), subjects)


def _subject(subject: Subject, words: Translator, *, change: bool) -> SubjectView:
    parts = [say(each, words) for each in (subject.about, subject.income) if each is not None]
    rows = [_row(row, words, change=change) for row in subject.rows]
    return SubjectView(" – ".join(parts) or None, rows)


def _row(row: Row, words: Translator, *, change: bool) -> RowView:
    return RowView(
        key=say(row.label, words),
        lines=[written(value, words) for value in row.values],
        href=question_url(row.change, "check") if change else "",
        about=say(row.hidden, words),
    )
