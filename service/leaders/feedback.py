"""What people said of this service, for those who can change it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from service.actions.feedback import EASE, remove
from service.body import read_form, read_query
from service.errors import Malformed, NotFound
from service.queries.feedback import COUNTED, counts, notes
from service.rendering import language_switch, redirect, render, translator_of
from service.web import now_of, services_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from service.i18n import Translator
    from service.queries.feedback import Given

PAGE = "/staff/feedback"


@dataclass(frozen=True, slots=True)
class NoteLine:
    """One note as it is shown; `language` is its own, `words` None where no key opens them."""

    id: str
    given: str
    ease: str
    words: str | None
    language: str


@dataclass(frozen=True, slots=True)
class FeedbackView:
    """How many said what, and each note."""

    heading: str
    days: int
    rows: Sequence[Sequence[str]]
    notes: Sequence[NoteLine]
    removes: bool
    after: str
    next: str | None


async def feedback(request: Request) -> Response:
    """The newest first."""
    services, words, now = services_of(request), translator_of(request), now_of(request)
    actor, after = request.state.actor, _id(read_query(request).get("after"))
    found, following = await notes(services, actor, after, now)
    if after and not found:
        return redirect(PAGE, request)
    counted = await counts(now)
    view = FeedbackView(
        heading=words.gettext("Feedback"),
        days=COUNTED.days,
        rows=[
            [words.gettext(label), words.number(counted.get(value, 0))]
            for value, label in EASE.items()
        ],
        notes=[_line(each, words) for each in found],
        removes=actor.kind == "admin",
        after=str(after or ""),
        next=_from(following) if following else None,
    )
    return render(request, "leaders/feedback.html", view)


async def removed(request: Request) -> Response:
    """Take one note away, as where somebody typed what they should not have."""
    form = await read_form(request)
    page = _from(_id(form.get("after")))
    if language_switch(request, form) is not None:
        return redirect(page, request)
    try:
        note = UUID(form.get("note"))
    except ValueError:
        raise Malformed("unknown_note") from None
    await remove(request.state.actor, note, now_of(request))
    return redirect(page, request)


def _from(after: UUID | None) -> str:
    """The page of the list that begins behind a note."""
    return f"{PAGE}?after={after}" if after else PAGE


def _id(text: str) -> UUID | None:
    if not text:
        return None
    try:
        return UUID(text)
    except ValueError:
        raise NotFound from None


def _line(note: Given, words: Translator) -> NoteLine:
    return NoteLine(
        id=str(note.id),
        given=words.moment(note.given_at),
        ease=words.gettext(EASE[note.ease]) if note.ease in EASE else "",
        words=note.words,
        language=note.language,
    )
