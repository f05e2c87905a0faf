"""The question pages: one engine for every page of the form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from forms import FieldErrors, answer, parse_page, skip, skips
from forms.draft import apply_patch
from forms.parse import parse_filled
from forms.parsers import NEW_INCOME, NEW_PERSON
from service.actions import drafts
from service.body import read_form
from service.drafts import Held
from service.errors import Malformed, NotFound
from service.rendering import language_switch, redirect, render, translator_of
from service.resident import interrupted, once
from service.resident.draft_page import (
    STATUS,
    after,
    going_on,
    origin_of,
    question_url,
    saved,
    with_draft,
)
from service.resident.question_view import Typed, question_view
from service.resident.shown_secrets import carry
from service.web import now_of, services_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from forms import Flow, Raw, Step
    from forms.draft import Patch
    from service.body import Form

SECRET_NOTE = "th_secret"
CONTACT, REFERENCE = "contact", "/benefits/reference"
TEMPLATE = "resident/question.html"
LONGEST_KEY = 120
# How somebody is reached has its own page then, and programs are added by name.
NOT_AFTER_SENDING = (CONTACT, "helps_wanted")


@dataclass(frozen=True, slots=True)
class GoneView:
    """A page that the form does not have; `typed`: something was being sent from it."""

    heading: str
    going_on: str
    typed: bool


@with_draft
async def question(request: Request, held: Held) -> Response:
    """A question, with what was answered before."""
    if not is_asked(request, held):
        return gone(request, held)
    step = find(request, held)
    if step is None:
        return redirect(going_on(held.flow, origin_of(request)))
    raw = interrupted.typed(request, held.id)
    if raw is None:
        view = question_view(
            services_of(request), held, step, translator_of(request), origin_of(request)
        )
        return render(request, TEMPLATE, view)
    response = again(request, held, step, Typed(raw))
    once.take_away(request, response, interrupted.NOTE)
    return response


@with_draft
async def answered(request: Request, held: Held) -> Response:
    """Take an answer, or one of the quiet ways out, and lead on."""
    if not is_asked(request, held):
        return gone(request, held)
    step = find(request, held)
    if step is None:
        return redirect(going_on(held.flow, origin_of(request)), request)
    form = await read_form(request)
    raw = form.multi()
    if language_switch(request, form) is not None:
        return again(request, held, step, Typed(raw))
    if removed := form.get("_remove"):
        return redirect(_removal(removed), request)
    match form.get("_action"):
        case "":
            return await _continue(request, held, step, form)
        case "sum":
            return _with_sum(request, held, step, raw)
        case "save" if _is_whole_contact(request, held, step, raw):
            # Without the two numbers nobody comes back: they are shown first.
            return await _continue(request, held, step, form)
        case "save" | "send" as way:
            await saved(request, held, lambda flow: keep_readable(request, flow, step, raw))
            return redirect("/benefits/saved" if way == "save" else "/benefits/send-now", request)
        case how:
            return await _skip(request, held, step, how, raw)


def is_asked(request: Request, held: Held) -> bool:
    """Whether the form has this page at all, whoever it is for."""
    key: str = request.path_params["key"]
    return len(key) <= LONGEST_KEY and held.flow.form.page(key.partition("/")[0]) is not None


def gone(request: Request, held: Held) -> Response:
    """No such question, or none any more: a new release may ask in another way."""
    heading = translator_of(request).gettext("We do not ask this question")
    way_on = going_on(held.flow, origin_of(request))
    view = GoneView(heading, way_on, typed=request.method == "POST")
    return render(request, "resident/gone.html", view, status=NotFound.status)


def find(request: Request, held: Held) -> Step | None:
    """The step of this address; None where it does not apply (now)."""
    key: str = request.path_params["key"]
    if held.sent and key in NOT_AFTER_SENDING:
        return None
    return held.flow.find(key)


def again(request: Request, held: Held, step: Step, typed: Typed, status: int = 200) -> Response:
    """The same page with what was typed."""
    view = question_view(
        services_of(request), held, step, translator_of(request), origin_of(request), typed
    )
    return render(request, TEMPLATE, view, status=status)


async def _continue(request: Request, held: Held, step: Step, form: Form) -> Response:
    raw = form.multi()
    patch = parse_page(held.flow, step, raw, translator_of(request).code)
    if isinstance(patch, FieldErrors):
        return again(request, held, step, Typed(raw, patch), status=422)
    made = form.get("_made")
    kept = await saved(request, held, lambda flow: _answer(flow, step, patch, made))
    if kept is None:
        return redirect(STATUS, request)
    if step.page.key == CONTACT and not kept.has_reference:
        return await _with_secret(request, kept)
    if step.page.key == CONTACT and set(kept.draft.asked) == {CONTACT}:
        # A second tap: the page with the numbers has not been read yet.
        return redirect(REFERENCE, request)
    return redirect(after(kept.flow, step, origin_of(request)), request)


def _is_whole_contact(request: Request, held: Held, step: Step, raw: Raw) -> bool:
    """Whether this is the page of names and contact, filled in for the first time."""
    if step.page.key != CONTACT or held.has_reference:
        return False
    patch = parse_page(held.flow, step, raw, translator_of(request).code)
    return not isinstance(patch, FieldErrors)


async def _with_secret(request: Request, held: Held) -> Response:
    """The first time somebody says who they are, they get their way back."""
    secret = await drafts.issue(services_of(request), held.id, now_of(request))
    response = redirect(REFERENCE, request)
    if secret is not None:
        carry(request, response, SECRET_NOTE, held.id, secret)
    return response


def _answer(flow: Flow, step: Step, patch: Patch, made: str) -> Flow | None:
    """The answer on this draft, which another window may have changed since it was read."""
    current = flow.find(step.key)
    if current is None:
        return None
    if _added_before(flow, step, patch, made):
        return flow
    return answer(flow, current, patch)


def _added_before(flow: Flow, step: Step, patch: Patch, made: str) -> bool:
    """Whether this very form added its person or income already: a second click adds no twin."""
    counts = flow.draft.made
    if made == f"{counts['people']}.{counts['incomes']}":
        return False
    if NEW_PERSON in patch:
        return bool(flow.draft.name(flow.draft.people[-1]) == patch[NEW_PERSON])
    if NEW_INCOME in patch:
        told = flow.draft.incomes(step.place.person)
        return bool(told and told[-1]["kind"] == patch[NEW_INCOME])
    return False


async def _skip(request: Request, held: Held, step: Step, how: str, raw: Raw) -> Response:
    if how not in skips(held.flow, step):
        raise Malformed("unknown_action")
    locale = translator_of(request).code

    def change(flow: Flow) -> Flow | None:
        current = flow.find(step.key)
        if current is None or how not in skips(flow, current):
            return None
        return skip(flow, current, how, raw, locale)

    kept = await saved(request, held, change)
    if kept is None:
        return redirect(STATUS, request)
    return redirect(after(kept.flow, step, origin_of(request)), request)


def keep_readable(request: Request, flow: Flow, step: Step, raw: Raw) -> Flow | None:
    """Keep what can be read of a page somebody leaves; the page stays open."""
    current = flow.find(step.key)
    if current is None:
        return flow
    patch = parse_filled(flow, current, raw, translator_of(request).code)
    plain = {fact: value for fact, value in patch.items() if fact not in (NEW_PERSON, NEW_INCOME)}
    return flow.with_draft(apply_patch(flow.draft, current.place, plain))


def _with_sum(request: Request, held: Held, step: Step, raw: Raw) -> Response:
    """The page again with what the pays come to a month; nothing is stored yet, and nobody is asked
    for more than the pays."""
    code = translator_of(request).code
    patch = parse_page(held.flow, step, raw, code)
    if isinstance(patch, FieldErrors):
        pays = FieldErrors(tuple(each for each in patch.errors if each.field.startswith("pays")))
        if pays.errors:
            return again(request, held, step, Typed(raw, pays), status=422)
        patch = parse_filled(held.flow, step, raw, code)
    summed = Held(
        held.id,
        held.revision,
        held.language,
        held.has_reference,
        held.flow.with_draft(apply_patch(held.draft, step.place, patch)),
        held.sent,
    )
    return again(request, summed, step, Typed(raw))


def _removal(removed: str) -> str:
    """The page that asks before somebody, or an income, is taken off the list."""
    person, _dot, income = removed.partition(".")
    if not (person + income).isalnum() or not person.isascii() or not income.isascii():
        raise Malformed("unknown_person")
    if income:
        return f"/benefits/incomes/{person}/{income}/remove"
    return f"/benefits/people/{person}/remove"


__all__ = ["SECRET_NOTE", "answered", "question", "question_url"]
