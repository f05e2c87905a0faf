"""Check answers: everything told, grouped, each with its way to change it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from forms import review, step_is_hidden
from service.actions.amending import drop
from service.body import read_form, read_query
from service.queries.own_application import own_application
from service.rendering import language_switch, redirect, render, translator_of
from service.resident.draft_page import RESULTS, STATUS, going_on, question_url, with_draft
from service.resident.questions import NOT_AFTER_SENDING
from service.saying import say, written
from service.web import now_of, services_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from forms import Draft, ReviewSection, Row, Subject
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
    after_sending: bool
    back: str
    form_id: str = "check"


@with_draft
async def check(request: Request, held: Held) -> Response:
    """What was told so far."""
    services, words, flow = services_of(request), translator_of(request), held.flow
    if held.sent:
        return await _changes(request, held)
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
        after_sending=False,
        back=RESULTS,
    )
    return render(request, "resident/check.html", view)


async def _changes(request: Request, held: Held) -> Response:
    """What was told, with the changes in it; what was told before stays hidden where it must."""
    services, words, flow = services_of(request), translator_of(request), held.flow
    own = await own_application(services, held.id)
    sent = {case.program for case in own.referrals} if own else set()
    added = [each for each in flow.draft.chosen if each not in sent]
    step = next((s for s in flow.open_steps if s.page.key not in NOT_AFTER_SENDING), None)
    sections = [section_view(each, words, unseen=flow.draft) for each in review(flow)]
    view = CheckView(
        heading=words.gettext("Check your changes before you send"),
        sections=[section for section in sections if section.subjects],
        programs=[words.gettext(services.rules.programs[each].name) for each in added],
        open_questions=sum(s.page.key not in NOT_AFTER_SENDING for s in flow.open_steps),
        next_question=question_url(step, "check") if step else None,
        changed=read_query(request).get("changed") == "yes",
        after_sending=True,
        back=f"{STATUS}/change",
    )
    return render(request, "resident/check.html", view)


@with_draft
async def checked(request: Request, held: Held) -> Response:
    """On to the signature, or to the programs where none is chosen."""
    form = await read_form(request)
    if language_switch(request, form) is not None:
        return redirect(HERE, request)
    if held.sent and form.get("_action") == "drop":
        await drop(held.id, now_of(request))
        return redirect(f"{STATUS}?done=dropped", request)
    return redirect("/benefits/sign" if held.draft.chosen else going_on(held.flow), request)


def section_view(
    section: ReviewSection, words: Translator, *, change: bool = True, unseen: Draft | None = None
) -> SectionView:
    """One section in a language; without `change`, as a copy of what was told.

    After sending, `unseen` is the draft that says which answers of before are not to be shown.
    """
    subjects = [_subject(each, words, change=change, unseen=unseen) for each in section.subjects]
    told = [subject for subject in subjects if subject.rows]
    return SectionView(section.id, say(section.title, words), told)


def _subject(
    subject: Subject, words: Translator, *, change: bool, unseen: Draft | None
) -> SubjectView:
    parts = [say(each, words) for each in (subject.about, subject.income) if each is not None]
    rows = [
        _row(row, words, change=change, unseen=unseen)
        for row in subject.rows
        if unseen is None or row.change.page.key not in NOT_AFTER_SENDING
    ]
    return SubjectView(" – ".join(parts) or None, rows)


def _row(row: Row, words: Translator, *, change: bool, unseen: Draft | None) -> RowView:
    lines = [written(value, words) for value in row.values]
    if unseen is not None and step_is_hidden(unseen, row.change, row.place):
        lines = [words.gettext("As you told us before")]
    return RowView(
        key=say(row.label, words),
        lines=lines,
        href=question_url(row.change, "check") if change else "",
        about=say(row.hidden, words),
    )
