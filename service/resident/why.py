"""Why a program seems to fit or not: the tests and the fewest answers that decide it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from eligibility import Household
from forms import Stage, person_label, sendable_facts
from service.deciding import can_narrow, explained
from service.deciding_rows import Deciding, ResultShown
from service.errors import NotFound
from service.rendering import redirect, render, translator_of
from service.resident.draft_page import ADD, RESULTS, question_url, with_draft
from service.saying import say
from service.web import services_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from service.drafts import Held


@dataclass(frozen=True, slots=True)
class WhyView:
    """One program's results, each with what decides it."""

    heading: str
    fewest: bool
    results: Sequence[ResultShown]
    not_checked: Sequence[str]
    next_question: str | None
    back: str


@with_draft
async def why(request: Request, held: Held) -> Response:
    """What decides one program. Nothing is kept."""
    services, words, flow = services_of(request), translator_of(request), held.flow
    if held.sent:
        return redirect(ADD)
    program = services.rules.programs.get(request.path_params["program"])
    if program is None or program.status_on(flow.on) != "open" or held.draft.told_before:
        raise NotFound
    facts = sendable_facts(flow)
    household = Household.from_facts(facts, services.rules.facts)
    made = await explained(household, services.rules, flow.on, [program.id])

    def named(person: str) -> str:
        return say(person_label(flow, person), words)

    home = words.gettext("Your household")
    draw = Deciding(program, facts, services, words, words.code, home, named)
    left = flow.first_open(Stage.DECIDE)
    view = WhyView(
        heading=words.gettext("Why we say this: {program}", program=words.gettext(program.name)),
        fewest=can_narrow(household),
        results=draw.results([each.to_json() for each in made]),
        not_checked=[words.gettext(each) for each in program.not_checked],
        next_question=question_url(left) if left else None,
        back=RESULTS,
    )
    return render(request, "resident/why.html", view)
