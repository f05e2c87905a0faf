"""After sending: programs one applies for elsewhere, with a page to print and a tick to keep."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from forms import draft_of
from service.actions.applied import applied_of, likely_of, note_applied
from service.body import read_form
from service.drafts import flow_of
from service.queries.own_application import sent_facts
from service.rendering import language_switch, redirect
from service.resident.draft_page import STATUS
from service.resident.prints import print_page, printable
from service.resident.sent_page import refuse_strangers, with_application
from service.web import now_of, services_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from service.i18n import Translator
    from service.queries.own_application import OwnApplication
    from service.services import Services


@dataclass(frozen=True, slots=True)
class ElsewhereView:
    """One program somebody applies for themselves."""

    program: str
    title: str
    office: str
    applied: bool


async def programs_elsewhere(
    services: Services, own: OwnApplication, words: Translator
) -> list[ElsewhereView]:
    """Those that seemed likely, and those somebody ticked."""
    ticked = await applied_of(services, own.id)
    shown = await likely_of(services, own.id) | set(ticked)
    return [
        ElsewhereView(
            program.id,
            words.gettext(program.name),
            words.gettext(program.handoff.title),
            program.id in ticked,
        )
        for program in services.rules.programs.values()
        if program.handoff is not None and program.id in shown and program.status != "closed"
    ]


@with_application
async def tick_applied(request: Request, own: OwnApplication) -> Response:
    """Keep which of them somebody has applied for. It sends nothing."""
    form, services = await read_form(request), services_of(request)
    if language_switch(request, form) is not None:
        return redirect(STATUS, request)
    ticked = {each for each in form.all("applied") if each in services.rules.programs}
    await note_applied(services, own.id, ticked, now_of(request))
    return redirect(f"{STATUS}?done=applied", request)


@with_application
async def print_sent(request: Request, own: OwnApplication) -> Response:
    """The answers as they were sent, for one office; not for who came by the secret alone."""
    refuse_strangers(request)
    services = services_of(request)
    program = printable(services, request.path_params["program"])
    facts = await sent_facts(services, own.id) or {}
    draft = draft_of(facts, own.contact, [program.id])
    flow = flow_of(services, draft, services.city.calendar.day_of(now_of(request)))
    return print_page(request, flow, program, STATUS)
