"""A petition on one page of paper, for the council."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from petitions.results.composition import composition
from petitions.results.release import SMALLEST
from service.public_voice.ledger import owed
from service.public_voice.results import TIERS, area_of, found_results
from service.public_voice.vote_results import CityAnswer, city_answer
from service.queries.voice.ledger import entry_of
from service.rendering import render, translator_of
from service.web import now_of, services_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response


@dataclass(frozen=True, slots=True)
class PetitionPrintView:
    """What is asked, who signed as far as it is shown, and what the city said."""

    heading: str
    lang: str
    back: str
    number: int
    why: str
    signed: str
    areas: Sequence[str]
    tiers: Sequence[str]
    missing: Sequence[str]
    source: str
    year: str
    fewest: int
    answer: CityAnswer | None
    owed: str
    link: str


async def results_print(request: Request) -> Response:
    """The last release and the answer, for paper. Raises NotFound."""
    services, words = services_of(request), translator_of(request)
    listed, told, people = await found_results(request)
    today = services.city.calendar.day_of(now_of(request))
    entry = await entry_of(services, listed.id, today, words.code)
    groups = composition(told.areas, people.people).groups if told else ()
    areas = [
        words.gettext(
            "{area}: {n} signatures, {part} of signers, {residents} of residents",
            area=area_of(services, words, one.name),
            n=words.number(told.areas.shown[one.name]),
            part=words.percent(float(one.part)),
            residents=words.percent(float(one.residents)),
        )
        for one in groups
        if told and one.part is not None
    ]
    tiers = [
        f"{words.gettext(TIERS.get(name, name))}: {words.number(n)}"
        for name, n in (told.tiers.shown.items() if told else ())
    ]
    view = PetitionPrintView(
        heading=listed.ask,
        lang=listed.language,
        back=f"/voice/petitions/{listed.number}/results",
        number=listed.number,
        why=listed.why,
        signed=words.ngettext(
            "{n} person signed until {day}.",
            "{n} people signed until {day}.",
            told.total,
            day=words.date(told.at),
        )
        if told
        else words.gettext(
            "The first figures come when so many have signed that the city must answer, or when"
            " signing has ended."
        ),
        areas=areas,
        tiers=tiers,
        missing=[area_of(services, words, one.name) for one in groups if one.missing],
        source=people.source,
        year=str(people.year or ""),
        fewest=SMALLEST,
        answer=city_answer(entry, words),
        owed=owed(entry, words) if entry else "",
        link=f"{services.settings.base_url}/voice/petitions/{listed.number}",
    )
    return render(request, "voice/results_print.html", view)
