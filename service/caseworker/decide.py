"""Deciding a case: what was typed, the very message the resident will see, and the decision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from service.actions.decisions import DecisionRequest, decide, published_reasons
from service.body import Form, read_form
from service.caseworker.case_words import STATES, program_name
from service.caseworker.queue import QUEUE
from service.caseworker.typed import Typed, day_parts
from service.errors import Conflict
from service.i18n import SOURCE, _
from service.queries.casefile import CaseFile, open_case
from service.queries.own_application import Decided, OwnApplication, OwnReferral
from service.rendering import language_switch, redirect, render, translator_of
from service.resident.status_view import CardView, cards
from service.web import now_of, services_of, web_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from service.i18n import Translator
    from service.templating import FieldProblem

OUTCOMES = ("approved", "denied", "waitlisted")
LONGEST_TEXT = 2000
KEPT = (
    "version",
    "outcome",
    "reason",
    "text",
    "amount",
    "starts-day",
    "starts-month",
    "starts-year",
)
CHOOSE = _("Choose a decision.")
REASON = _("Choose a reason. The resident sees it.")
STALE = _("The resident changed something since you opened this. Look at the case again.")
ABOUT = {
    "text": _("Your own words"),
    "amount": _("Amount"),
    "starts": _("First day"),
}


@dataclass(frozen=True, slots=True)
class Seen:
    """The resident's card in one language."""

    lang: str
    name: str
    card: CardView


@dataclass(frozen=True, slots=True)
class DecideView:
    """The form; with `seen`, the preview before the decision counts."""

    heading: str
    section: str
    back: str
    action: str
    version: str
    outcomes: Sequence[Mapping[str, str]]
    reasons: Sequence[Mapping[str, str]]
    typed: Mapping[str, str]
    starts: Mapping[str, str]
    wrong: Mapping[str, str]
    errors: Sequence[FieldProblem]
    seen: Sequence[Seen] = ()
    form_id: str = "decide"


async def decide_page(request: Request) -> Response:
    """The empty form."""
    found = await open_case(services_of(request), request.state.actor, request.path_params["id"])
    return _form(request, found, Form(()), ())


async def decided(request: Request) -> Response:
    """Show the message first; with its own button, decide."""
    services, actor, words = services_of(request), request.state.actor, translator_of(request)
    found = await open_case(services, actor, request.path_params["id"])
    form = await read_form(request)
    if language_switch(request, form) is not None or form.get("_action") == "edit":
        return _form(request, found, form, ())
    typed = Typed(form, words, services.city.calendar.day_of(now_of(request)), about=ABOUT)
    wish = _wish(typed, found, published_reasons(services, found.program))
    if typed.problems:
        return _form(request, found, form, typed.problems)
    sure = form.get("_action") == "decide"
    try:
        await decide(services, actor, found.id, wish, now_of(request), dry_run=not sure)
    except Conflict as refused:
        # Taken back, changed or decided by a colleague meanwhile: what was typed stays to be read.
        typed.refused("outcome", refused)
        return _form(request, found, form, typed.problems)
    if sure:
        return redirect(f"{QUEUE}/{found.id}")
    return _form(request, found, form, (), seen=_seen(request, found, wish))


def _wish(typed: Typed, found: CaseFile, reasons: Mapping[str, str]) -> DecisionRequest:
    """The decision that was typed; what will not do is noted in `typed`."""
    form = typed.form
    outcome, reason = form.get("outcome"), form.get("reason") or None
    if outcome not in OUTCOMES:
        typed.problem("outcome", CHOOSE)
    elif outcome != "approved" and reason is None and reasons:
        typed.problem("reason", REASON)
    if reason is not None and reason not in reasons:
        typed.problem("reason", REASON)
    if form.get("version") != str(found.version):
        typed.problem("outcome", STALE)
    text = typed.text("text", LONGEST_TEXT)
    starts, amount = typed.day("starts"), typed.money("amount")
    return DecisionRequest(found.version, outcome, reason, text or None, starts, amount)


def _form(
    request: Request,
    found: CaseFile,
    form: Form,
    problems: Sequence[FieldProblem],
    seen: Sequence[Seen] = (),
) -> Response:
    services, words = services_of(request), translator_of(request)
    reasons = published_reasons(services, found.program)
    name = str(found.granted["contact"]["name"])
    heading = _("What {name} will see") if seen else _("Decide the case of {name}")
    view = DecideView(
        heading=words.gettext(heading, name=name),
        section=program_name(found.program, services, words),
        back=f"{QUEUE}/{found.id}",
        action=f"{QUEUE}/{found.id}/decide",
        version=form.get("version") or str(found.version),
        outcomes=[{"value": each, "label": words.gettext(STATES[each])} for each in OUTCOMES],
        reasons=[{"value": id, "label": words.gettext(text)} for id, text in reasons.items()],
        typed={name: form.get(name) for name in KEPT},
        starts=day_parts(form, "starts"),
        wrong={each.target: each.text for each in problems if each.target},
        errors=problems,
        seen=seen,
    )
    return render(request, "caseworker/decide.html", view, status=422 if problems else 200)


def _seen(request: Request, found: CaseFile, wish: DecisionRequest) -> list[Seen]:
    """The resident's own card for this decision, in their language and in English."""
    languages = web_of(request).languages
    told = str(found.granted["language"])
    codes = dict.fromkeys((told if told in languages else SOURCE, SOURCE))
    return [_seen_in(request, found, wish, languages[code]) for code in codes]


def _seen_in(request: Request, found: CaseFile, wish: DecisionRequest, words: Translator) -> Seen:
    services, now = services_of(request), now_of(request)
    decision = Decided(
        found.id,
        wish.outcome,
        wish.reason,
        wish.text or "",
        wish.effective_on,
        wish.amount,
        now,
        None,
    )
    case = OwnReferral(
        found.id,
        found.program,
        found.agency,
        wish.outcome,
        found.filed_at,
        found.due_on,
        found.filed_at,
        now,
        [],
        [decision],
    )
    own = OwnApplication(
        found.application,
        "submitted",
        found.version,
        words.code,
        "",
        {},
        found.filed_at,
        None,
        [case],
    )
    shown = cards(services, own, words, services.city.calendar.day_of(now))
    offered = services.city.languages
    name = next((each.name for each in offered if each.code == words.code), words.code)
    return Seen(words.language, name, shown[0])
