"""What was handed to each office, and what still waits there: sent = acknowledged + outstanding."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from service.caseworker.case_words import agency_name
from service.queries.handover import counted_at, waiting_at
from service.queries.weekly import FEWEST
from service.rendering import render, translator_of
from service.web import services_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response


@dataclass(frozen=True, slots=True)
class HandoverView:
    """One line an office. `holds` where everything was counted: for those who look after the
    service. Leaders see what waits, and nothing under ten."""

    heading: str
    holds: bool | None
    fewest: int
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


async def handover(request: Request) -> Response:
    """Every office, also those that never got a case."""
    told = await (_waiting if request.state.actor.kind == "leader" else _whole)(request)
    return render(request, "leaders/handover.html", told)


async def _waiting(request: Request) -> HandoverView:
    services, words = services_of(request), translator_of(request)
    few = words.gettext("under {n}", n=FEWEST)
    rows = [
        [agency_name(agency, services, words), words.number(count) if count >= FEWEST else few]
        for agency, count in (await waiting_at(services.city.agencies)).items()
    ]
    titles = [words.gettext("Office"), words.gettext("Waits there")]
    return HandoverView(words.gettext("Handed over"), None, FEWEST, titles, rows)


async def _whole(request: Request) -> HandoverView:
    services, words = services_of(request), translator_of(request)
    found = await counted_at(services.city.agencies)
    rows = []
    for each in found:
        counts = (each.outstanding, each.sent, each.acknowledged, each.differences)
        rows.append([agency_name(each.agency, services, words), *map(words.number, counts)])
    titles = [
        words.gettext("Office"),
        words.gettext("Waits there"),
        words.gettext("Sent"),
        words.gettext("Acknowledged"),
        words.gettext("Differences"),
    ]
    return HandoverView(
        words.gettext("Handed over"), all(each.holds for each in found), FEWEST, titles, rows
    )
