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

    from eligibility.program import Handoff
    from service.drafts import Held


@dataclass(frozen=True, slots=True)
class PrintView:
    """The answers one program asks for, and where to take them."""

    heading: str
    lead: str
    handoff: Handoff | None
    office: str
    proofs: Sequence[str]
    sections: Sequence[SectionView]
    back: str = RESULTS


@with_draft
async def handoff(request: Request, held: Held) -> Response:
    """The answers for one handoff program. Printing it sends nothing."""
    services, words = services_of(request), translator_of(request)
    program = services.rules.programs.get(request.path_params["program"])
    if program is None or program.handoff is None or program.status == "closed":
        raise NotFound
    view = PrintView(
        heading=words.gettext("Your answers for {program}", program=words.gettext(program.name)),
        lead=words.gettext(program.summary),
        handoff=program.handoff,
        office=words.gettext(program.handoff.title),
        proofs=[words.gettext(each) for each in program.proofs],
        sections=[
            section_view(each, words, change=False)
            for each in review(own_form(held.flow, program.id))
        ],
    )
    return render(request, "resident/print.html", view)
