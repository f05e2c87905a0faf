"""Which answers decide what the screening of a case says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from service.caseworker.case_words import program_name
from service.caseworker.queue import QUEUE
from service.caseworker.what_if_words import CaseWords
from service.deciding_rows import Deciding, ResultShown
from service.queries.case_reasons import CaseReasons, reasons_of_case
from service.rendering import render, translator_of
from service.web import services_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response


@dataclass(frozen=True, slots=True)
class WhyView:
    """Each result with the tests and the fewest answers that force it."""

    heading: str
    section: str
    back: str
    name: str
    day: str
    readable: bool
    fewest: bool
    results: Sequence[ResultShown]
    not_checked: Sequence[str]
    rules: str


async def why(request: Request) -> Response:
    """The reasons behind one case's screening. Each time it is read is noted."""
    services, words = services_of(request), translator_of(request)
    found = await reasons_of_case(services, request.state.actor, request.path_params["id"])
    first = next(iter(found.screening), None)
    program = str(first["program"]) if first else ""
    view = WhyView(
        heading=words.gettext("Why the screening says so"),
        section=program_name(program, services, words),
        back=f"{QUEUE}/{found.id}",
        name=str(found.granted["contact"]["name"]),
        day=words.date(found.on),
        readable=found.program is not None,
        fewest=found.fewest,
        results=_results(request, found, program),
        not_checked=[words.gettext(each) for each in first["not_checked"]] if first else [],
        rules=str(first["rules"])[:12] if first else "",
    )
    return render(request, "caseworker/why.html", view)


def _results(request: Request, found: CaseReasons, program: str) -> list[ResultShown]:
    services, words = services_of(request), translator_of(request)
    facts: Mapping[str, Any] = found.granted["facts"]
    say = CaseWords(facts, services, words)
    definition = found.program or services.rules.programs.get(program)
    if definition is None:
        return []
    language = str(found.granted["language"])
    draw = Deciding(
        definition, facts, services, words, language, say.who(None), say.who, exact=True
    )
    return draw.results(found.screening)
