"""After sending: opening what was sent for changes, and applying for more programs."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from eligibility import Household, screen
from forms import added
from service.actions import amending, drafts
from service.body import read_form
from service.errors import Conflict, Malformed, SignInNeeded
from service.i18n import _
from service.queries.own_application import sent_facts
from service.rendering import language_switch, redirect, render, translator_of
from service.resident.draft_page import CHANGING, CHECK, STATUS, going_on
from service.resident.results_view import ORDER, outcome_of
from service.resident.sent_page import known_well, with_application
from service.security.sessions import (
    DOORS,
    find_session,
    open_session,
    set_session_cookie,
)
from service.templating import FieldProblem
from service.web import now_of, services_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from service.drafts import Held
    from service.queries.own_application import OwnApplication

PEOPLE = "/benefits/apply/people"
NONE_CHOSEN = _("Choose at least one program to apply for.")
TITLES = {
    "likely": _("You may get these"),
    "unclear": _("Not clear yet"),
    "unlikely": _("These may not fit"),
}


@dataclass(frozen=True, slots=True)
class AddGroup:
    """Programs of one outcome, as tick boxes."""

    title: str
    options: Sequence[dict[str, str]]


@dataclass(frozen=True, slots=True)
class AddView:
    """The programs that were not applied for yet."""

    heading: str
    groups: Sequence[AddGroup]
    ticked: Sequence[str]
    error: str | None
    errors: Sequence[FieldProblem]
    back: str = STATUS
    form_id: str = "add"


@with_application
async def change_all(request: Request, own: OwnApplication) -> Response:
    """Open what was sent for changes: who lives here, or anything else."""
    form = await read_form(request)
    if language_switch(request, form) is not None:
        return redirect(f"{STATUS}/change", request)
    match form.get("_action"):
        case "people":
            return await _enter(request, own, target=PEOPLE)
        case "all":
            return await _enter(request, own, target=CHECK)
    raise Malformed("unknown_action")


@with_application
async def add(request: Request, own: OwnApplication) -> Response:
    """The programs one can still apply for with the same answers."""
    if own.state != "submitted":
        return redirect(STATUS)
    return await _page(request, own, ())


@with_application
async def to_be_added(request: Request, own: OwnApplication) -> Response:
    """Ask what is missing for the ticked programs, then lead to the signature."""
    if own.state != "submitted":
        return redirect(STATUS)
    form = await read_form(request)
    ticked = tuple(form.all("choose"))
    if language_switch(request, form) is not None:
        return await _page(request, own, ticked)
    possible = [program for _outcome, program in await _possible(request, own)]
    wanted = [program for program in possible if program in ticked]
    if not wanted:
        return await _page(request, own, ticked, missing=True)
    return await _enter(request, own, adding=wanted)


async def _enter(
    request: Request,
    own: OwnApplication,
    *,
    adding: Collection[str] = (),
    target: str | None = None,
) -> Response:
    """Go on with changes begun in this visit, or begin some."""
    services, now = services_of(request), now_of(request)
    held = await _begun(request, own)
    token = None
    try:
        if held is not None:
            language = translator_of(request).code
            held = await drafts.save(
                services, held, lambda flow: added(flow, adding), language, now
            )
        else:
            masked = not known_well(request)
            await amending.begin(services, own, now, masked=masked, adding=adding)
            proof = f"{CHANGING}{request.state.session.proof}"
            token, _session = await open_session("benefits", own.id, proof, now)
            held = await drafts.read(services, own.id)
    except Conflict:
        return redirect(STATUS, request)
    if held is None:
        return redirect(STATUS, request)
    response = redirect(target or going_on(held.flow, "check"), request)
    if token is not None:
        set_session_cookie(response, "benefits", token, services.settings)
    return response


async def _begun(request: Request, own: OwnApplication) -> Held | None:
    """The changes this very visit has begun; another visit's may show what this one may not see."""
    cookie = request.cookies.get(DOORS["benefits"].cookie, "")
    session = await find_session(cookie, "benefits", now_of(request))
    if session is None or session.subject != own.id:
        return None
    if session.proof != f"{CHANGING}{request.state.session.proof}":
        return None
    return await drafts.read(services_of(request), own.id)


async def _possible(request: Request, own: OwnApplication) -> list[tuple[str, str]]:
    """(outcome, program) of all that can be applied for here now and was not, the likely first."""
    services = services_of(request)
    on = services.city.calendar.day_of(now_of(request))
    had = {case.program for case in own.referrals}
    open_now = [
        program.id
        for program in services.rules.programs.values()
        if program.apply == "routed" and program.id not in had and program.status_on(on) == "open"
    ]
    facts = await sent_facts(services, own.id)
    if facts is None or own.state != "submitted":
        raise SignInNeeded("status")
    household = Household.from_facts(facts, services.rules.facts)
    made = [
        each.to_json() for each in screen(household, services.rules, on, open_now, explain=False)
    ]
    found = []
    for program in open_now:
        own_results = [each for each in made if each["program"] == program]
        found.append((outcome_of(services.rules.programs[program], own_results, on), program))
    return sorted(found, key=lambda pair: ORDER.index(pair[0]))


async def _page(
    request: Request, own: OwnApplication, ticked: Sequence[str], *, missing: bool = False
) -> Response:
    services, words = services_of(request), translator_of(request)
    possible = await _possible(request, own)
    groups = []
    for outcome in ORDER:
        options = [
            {
                "value": program,
                "label": words.gettext(services.rules.programs[program].name),
                "hint": words.gettext(services.rules.programs[program].summary),
            }
            for found, program in possible
            if found == outcome
        ]
        if options:
            groups.append(AddGroup(words.gettext(TITLES[outcome]), options))
    error = words.gettext(NONE_CHOSEN) if missing else None
    first = f"choose-{possible[0][1]}" if possible else None
    view = AddView(
        heading=words.gettext("Apply for another program"),
        groups=groups,
        ticked=ticked,
        error=error,
        errors=[FieldProblem(first, error)] if error else [],
    )
    return render(request, "resident/add.html", view, status=422 if missing else 200)
