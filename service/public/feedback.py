"""What somebody wants to say about this service: no account, no name, and no case behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from service.actions.feedback import EASE, Note, give
from service.body import Form, read_form, read_query
from service.errors import Invalid
from service.rendering import language_switch, redirect, render, translator_of
from service.templating import FieldProblem
from service.web import address_of, now_of, services_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

PAGE = "/feedback"
MOST_KEPT = 20_000


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer to how it went."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class FeedbackView:
    """The form; or, `given`, that it has come."""

    heading: str
    given: bool
    form: str
    choices: Sequence[Choice]
    ease: str
    words: str
    errors: Sequence[FieldProblem]
    form_id: str | None


async def feedback(request: Request) -> Response:
    """Ask how it went; after sending, say what happens with it."""
    return _page(request, given=read_query(request).get("given") == "yes")


async def feedback_given(request: Request) -> Response:
    """Take a note, once however often the button is tapped."""
    form, words = await read_form(request), translator_of(request)
    if language_switch(request, form) is not None:
        return _page(request, form)
    note = Note(_form_of(form), form.get("ease"), form.get("words"), words.code)
    try:
        await give(services_of(request), note, address_of(request), now_of(request))
    except Invalid as refused:
        return _page(request, form, refused)
    return redirect(f"{PAGE}?given=yes", request)


def _form_of(form: Form) -> UUID:
    try:
        return UUID(form.get("form"))
    except ValueError:
        return uuid4()


def _page(
    request: Request,
    form: Form | None = None,
    refused: Invalid | None = None,
    *,
    given: bool = False,
) -> Response:
    words = translator_of(request)
    faults = refused.faults if refused else ()
    view = FeedbackView(
        heading=words.gettext("We have your note") if given else words.gettext("How did it go?"),
        given=given,
        form=str(_form_of(form) if form else uuid4()),
        choices=[Choice(value, words.gettext(label)) for value, label in EASE.items()],
        ease=form.get("ease") if form else "",
        words=form.get("words")[:MOST_KEPT] if form else "",
        errors=[FieldProblem(each.pointer[1:], words.gettext(each.detail)) for each in faults],
        form_id=None if given else "feedback",
    )
    return render(request, "public/feedback.html", view, status=422 if refused else 200)
