"""One signature for changes to what was sent: new programs, and the offices that hear of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from forms import sendable_facts
from service.actions import amending
from service.errors import Conflict, Invalid, Malformed, NotFound
from service.i18n import _
from service.queries.own_application import own_application
from service.rendering import language_switch, redirect, render, translator_of
from service.resident.consents import ConsentView, consent_view, sent
from service.resident.draft_page import CHECK, STATUS
from service.resident.offices import (
    NO_OFFICE,
    OfficeBox,
    chosen_offices,
    office_boxes,
    programs_at,
)
from service.resident.signatures import signature_fault
from service.security.rate_limits import SEND_NETWORK, limit
from service.templating import FieldProblem
from service.web import address_of, now_of, services_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from service.body import Form
    from service.drafts import Held
    from service.queries.own_application import OwnApplication

TEMPLATE = "resident/sign_changes.html"
REVISION = re.compile(r"[0-9]{1,9}")
NOT_NOW = _("One of these programs cannot be sent now. Take its tick away.")


@dataclass(frozen=True, slots=True)
class ChangesSignView:
    """Consents for new programs, ticks for the offices that have the case, one signature."""

    heading: str
    boxes: Sequence[ConsentView]
    offices: Sequence[OfficeBox]
    ticked: Sequence[str]
    signature: str
    signature_error: str | None
    office_error: str | None
    revision: int
    errors: Sequence[FieldProblem]
    back: str = CHECK
    form_id: str = "sign"


@dataclass(frozen=True, slots=True)
class Given:
    """What was ticked and typed, and what there is to say about it."""

    consents: tuple[str, ...] = ()
    offices: tuple[str, ...] = ()
    signature: str = ""
    office_error: str | None = None
    signature_error: str | None = None


async def page(request: Request, held: Held, given: Given | None = None) -> Response:
    """Who gets what of the changes."""
    own = await own_application(services_of(request), held.id)
    if own is None:
        raise NotFound
    return _page(request, held, own, given or Given())


async def take(request: Request, held: Held, form: Form) -> Response:
    """Send the changes to whom they were ticked for."""
    services, now = services_of(request), now_of(request)
    own = await own_application(services, held.id)
    if own is None:
        raise NotFound
    given = Given(
        tuple(dict.fromkeys(form.all("consent"))),
        chosen_offices(own, form.all("office")),
        form.get("signature").strip(),
    )
    if language_switch(request, form) is not None:
        return _page(request, held, own, given)
    if not REVISION.fullmatch(revision := form.get("revision")):
        raise Malformed("revision")
    given = _checked(request, held, own, given)
    if given.office_error or given.signature_error:
        return _page(request, held, own, given, status=422)
    await limit(services, SEND_NETWORK, address_of(request), now)
    changes = amending.Changes(
        given.consents, tuple(programs_at(own, given.offices)), given.signature, int(revision)
    )
    try:
        await amending.send(services, own, held, changes, now)
    except Conflict:
        return redirect(f"{CHECK}?changed=yes", request)
    except Invalid:
        return _page(request, held, own, replace(given, office_error=NOT_NOW), status=422)
    return await sent(request, f"{STATUS}?done=changed")


def _checked(request: Request, held: Held, own: OwnApplication, given: Given) -> Given:
    offered = {program for program, _agency in _offered(request, held, own)}
    office = NO_OFFICE if not given.consents and not given.offices else None
    if set(given.consents) - offered:
        office = NOT_NOW
    fault = signature_fault(given.signature)
    return replace(given, office_error=office, signature_error=fault)


def _offered(request: Request, held: Held, own: OwnApplication) -> list[tuple[str, str]]:
    """(program, agency) of every new program that can be sent now."""
    services, flow = services_of(request), held.flow
    had = {case.program for case in own.referrals}
    facts, found = sendable_facts(flow), []
    for program in flow.draft.chosen:
        definition = services.rules.programs[program]
        if program in had or definition.apply != "routed":
            continue
        agency = services.city.routing.agency_for(program, facts)
        if agency is not None and definition.status_on(flow.on) == "open":
            found.append((program, agency))
    return found


def _page(
    request: Request, held: Held, own: OwnApplication, given: Given, status: int = 200
) -> Response:
    services, words = services_of(request), translator_of(request)
    offered = _offered(request, held, own)
    boxes = [consent_view(services, *each, given.consents, words) for each in offered]
    offices = office_boxes(services, own, words)
    first = f"consent-{boxes[0].program}" if boxes else "office"
    say = words.gettext
    problems = [(first, given.office_error), ("signature", given.signature_error)]
    view = ChangesSignView(
        heading=say("Your consent and signature"),
        boxes=boxes,
        offices=offices,
        ticked=given.offices,
        signature=given.signature,
        signature_error=say(given.signature_error) if given.signature_error else None,
        office_error=say(given.office_error) if given.office_error else None,
        revision=held.revision,
        errors=[FieldProblem(target, say(text)) for target, text in problems if text],
    )
    return render(request, TEMPLATE, view, status=status)
