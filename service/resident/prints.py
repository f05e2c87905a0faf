"""A page to print for an office one applies to oneself: its questions, already answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from forms import own_form, review
from service.errors import NotFound
from service.rendering import render, translator_of
from service.resident.check import SectionView, section_view
from service.resident.draft_page import RESULTS, with_draft
from service.web import services_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from eligibility.program import Handoff, Program
    from forms import Flow
    from service.drafts import Held
    from service.services import Services


@dataclass(frozen=True, slots=True)
class PrintView:
    """The answers one program asks for, and where to take them."""

    heading: str
    lead: str
    handoff: Handoff | None
    office: str
    proofs: Sequence[str]
    sections: Sequence[SectionView]
    back: str


@with_draft
async def handoff(request: Request, held: Held) -> Response:
    """The answers for one handoff program. Printing it sends nothing."""
    program = printable(services_of(request), request.path_params["program"])
    if held.draft.told_before:
        raise NotFound  # it would show what may not be shown to this visit
    return print_page(request, held.flow, program, RESULTS)


def printable(services: Services, program: str) -> Program:
    """A program one applies for elsewhere; NotFound for any other."""
    found = services.rules.programs.get(program)
    if found is None or found.handoff is None or found.status == "closed":
        raise NotFound
    return found


def print_page(request: Request, flow: Flow, program: Program, back: str) -> Response:
    """The answers of a flow that this program asks for."""
    words = translator_of(request)
    if program.handoff is None:
        raise NotFound
    view = PrintView(
        heading=words.gettext("Your answers for {program}", program=words.gettext(program.name)),
        lead=words.gettext(program.summary),
        handoff=program.handoff,
        office=words.gettext(program.handoff.title),
        proofs=[words.gettext(each) for each in program.proofs],
        sections=[
            section_view(each, words, change=False) for each in review(own_form(flow, program.id))
        ],
        back=back,
    )
    return render(request, "resident/print.html", view)
