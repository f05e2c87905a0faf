"""Asking a resident for what is missing: in one step it is their task, with a day to answer by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from service.actions.requests import Question, ask
from service.body import Form, read_form
from service.caseworker.case import language_name
from service.caseworker.case_words import program_name
from service.caseworker.queue import QUEUE
from service.caseworker.typed import Typed, day_parts
from service.errors import Conflict, Invalid
from service.i18n import _
from service.queries.casefile import CaseFile, open_case
from service.rendering import language_switch, redirect, render, translator_of
from service.web import now_of, services_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from service.services import Services
    from service.templating import FieldProblem

LONGEST_TEXT = 2000
MOST_ITEMS = 20
LONGEST_ITEM = 200
ABOUT = {"text": _("Your own words"), "due": _("Answer by")}
NOTHING = _("Say what you need: tick a box, or write a line.")
TOO_MANY = _("Ask for at most {n} things, each in one short line.")


@dataclass(frozen=True, slots=True)
class AskView:
    """The form of one question."""

    heading: str
    section: str
    back: str
    action: str
    language: str
    proofs: Sequence[Mapping[str, str]]
    ticked: Sequence[str]
    more: str
    text: str
    due: Mapping[str, str]
    wrong: Mapping[str, str]
    errors: Sequence[FieldProblem]
    form_id: str = "ask"


async def ask_page(request: Request) -> Response:
    """The empty form."""
    found = await open_case(services_of(request), request.state.actor, request.path_params["id"])
    return _form(request, found, Form(()), ())


async def asked(request: Request) -> Response:
    """Open the resident's task."""
    services, actor, words = services_of(request), request.state.actor, translator_of(request)
    found = await open_case(services, actor, request.path_params["id"])
    form = await read_form(request)
    if language_switch(request, form) is not None:
        return _form(request, found, form, ())
    typed = Typed(form, words, services.city.calendar.day_of(now_of(request)), about=ABOUT)
    items = _items(typed, _proofs(services, found.program))
    text, due = typed.text("text", LONGEST_TEXT), typed.day("due", needed=True)
    if typed.problems or due is None:
        return _form(request, found, form, typed.problems)
    try:
        await ask(services, actor, found.id, Question(items, due, text), now_of(request))
    except Invalid as refused:
        typed.problem("due", refused.faults[0].detail)
        return _form(request, found, form, typed.problems)
    except Conflict as refused:
        typed.refused("more", refused)
        return _form(request, found, form, typed.problems)
    return redirect(f"{QUEUE}/{found.id}")


def _items(typed: Typed, proofs: Sequence[str]) -> tuple[str, ...]:
    """What is needed: proofs the program names (kept as their sentence, so that the resident reads
    them in their own language) and lines of the worker's own."""
    ticked = [proofs[int(n)] for n in typed.form.all("proofs") if _place(n, len(proofs))]
    lines = [line.strip() for line in typed.form.get("more").splitlines() if line.strip()]
    items = tuple(dict.fromkeys((*ticked, *lines)))
    if not items:
        typed.problem("more", NOTHING)
    if len(items) > MOST_ITEMS or any(len(item) > LONGEST_ITEM for item in lines):
        typed.problem("more", TOO_MANY, n=MOST_ITEMS)
    return items


def _proofs(services: Services, program: str) -> Sequence[str]:
    """What the program names; nothing where the city no longer has it."""
    known = services.rules.programs.get(program)
    return known.proofs if known else ()


def _place(text: str, end: int) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 4 and int(text) < end


def _form(
    request: Request, found: CaseFile, form: Form, problems: Sequence[FieldProblem]
) -> Response:
    services, words = services_of(request), translator_of(request)
    proofs = _proofs(services, found.program)
    name = str(found.granted["contact"]["name"])
    view = AskView(
        heading=words.gettext("Ask {name} for something", name=name),
        section=program_name(found.program, services, words),
        back=f"{QUEUE}/{found.id}",
        action=f"{QUEUE}/{found.id}/ask",
        language=language_name(request, str(found.granted["language"])),
        proofs=[{"value": str(n), "label": words.gettext(p)} for n, p in enumerate(proofs)],
        ticked=form.all("proofs"),
        more=form.get("more"),
        text=form.get("text"),
        due=day_parts(form, "due"),
        wrong={each.target: each.text for each in problems if each.target},
        errors=problems,
    )
    return render(request, "caseworker/ask.html", view, status=422 if problems else 200)
