"""Legal holds: applications that must not be removed, by reference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from service.actions.holds import REASONS, lift_hold, place_hold
from service.administration.accounts import Option
from service.body import read_form
from service.errors import Invalid, Malformed
from service.queries.holds import held_applications
from service.rendering import language_switch, redirect, render, translator_of
from service.security.references import show_reference
from service.templating import FieldProblem
from service.web import now_of, services_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

PAGE = "/staff/holds"


@dataclass(frozen=True, slots=True)
class HoldLine:
    """One application that is held."""

    application: str
    reference: str
    reason: str
    since: str


@dataclass(frozen=True, slots=True)
class HoldsView:
    """What is held, and the form for one more."""

    heading: str
    lines: Sequence[HoldLine]
    reasons: Sequence[Option]
    reference: str = ""
    reason: str = ""
    errors: Sequence[FieldProblem] = ()
    wrong: Mapping[str, str] = field(default_factory=dict)
    form_id: str = "hold"


async def holds(request: Request) -> Response:
    """Everything that is held."""
    return await _page(request)


async def changed(request: Request) -> Response:
    """Place a hold, or lift one."""
    form, actor, now = await read_form(request), request.state.actor, now_of(request)
    if language_switch(request, form) is not None:
        return await _page(request, form.get("reference"), form.get("reason"))
    match form.get("_action"):
        case "place":
            typed = (form.get("reference")[:40], form.get("reason"))
            try:
                await place_hold(services_of(request), actor, *typed, now)
            except Invalid as refused:
                return await _page(request, *typed, refused=refused)
        case "lift":
            await lift_hold(actor, form.get("application"), now)
        case _:
            raise Malformed("unknown_action")
    return redirect(PAGE)


async def _page(
    request: Request, reference: str = "", reason: str = "", refused: Invalid | None = None
) -> Response:
    services, words = services_of(request), translator_of(request)
    faults = refused.faults if refused else ()
    problems = [FieldProblem(each.pointer[1:], words.gettext(each.detail)) for each in faults]
    view = HoldsView(
        heading=words.gettext("Legal holds"),
        lines=[
            HoldLine(
                str(each.application),
                show_reference(each.reference, services.city.reference_prefix),
                words.gettext(REASONS.get(each.reason, each.reason)),
                words.moment(each.held_at),
            )
            for each in await held_applications(services)
        ],
        reasons=[Option(code, words.gettext(text)) for code, text in REASONS.items()],
        reference=reference,
        reason=reason,
        errors=problems,
        wrong={each.target or "": each.text for each in problems},
    )
    return render(request, "administration/holds.html", view, status=422 if refused else 200)
