"""Who signed a petition, as far as that may be shown: by area beside the census, by way of
verification, and who is missing."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse
from starlette.responses import Response as PlainResponse

from petitions.results.composition import Composition, Group, composition
from petitions.results.release import SMALLEST
from service.errors import NotFound
from service.i18n import _
from service.public_voice.vote_people import SIGNED, Share, shares_of
from service.queries.voice.petitions import SIGNABLE, Listed, one
from service.queries.voice.released import UNTOLD, Released, last_release
from service.rendering import render, translator_of
from service.voice.population import Population, load_population
from service.web import now_of, services_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from service.i18n import Translator
    from service.services import Services

TIERS = {
    "mail": _("By mail link"),
    "phone": _("By a text message"),
    "address": _("By a letter to their address"),
    "in_person": _("In person, with a code"),
    "sign_in": _("With the city’s sign-in"),
    "paper": _("On paper"),
}
DIGITS = 9


@dataclass(frozen=True, slots=True)
class ResultsView:
    """The page. Without a first release there are no rows yet."""

    heading: str
    back: str
    ask: str
    lang: str
    total: str
    day: str
    more: bool
    fewest: int
    areas: Sequence[Sequence[str]]
    tiers: Sequence[Sequence[str]]
    shares: Sequence[Share]
    too_few: Sequence[str]
    missing: Sequence[str]
    source: str
    year: str
    not_shown: str
    csv: str
    json: str


async def results(request: Request) -> Response:
    """The last release, drawn and in tables."""
    services, words = services_of(request), translator_of(request)
    listed, told, people = await found_results(request)
    compared = None if told is None else composition(told.areas, people.people)
    groups = compared.groups if compared else ()
    base = f"/voice/petitions/{listed.number}"
    view = ResultsView(
        heading=words.gettext("Who signed"),
        back=base,
        ask=listed.ask,
        lang=listed.language,
        total=words.number(told.total) if told else "",
        day=words.date(told.at) if told else "",
        more=listed.state in SIGNABLE and listed.closes_at > now_of(request),
        fewest=SMALLEST,
        areas=_area_rows(services, words, told, compared),
        tiers=_tier_rows(words, told),
        shares=shares_of(services, groups, words, SIGNED),
        too_few=[area_of(services, words, one.name) for one in groups if one.part is None],
        missing=[area_of(services, words, group.name) for group in groups if group.missing],
        source=people.source,
        year=str(people.year or ""),
        not_shown=_percent(words, compared.not_shown) if compared else "",
        csv=f"{base}/results.csv",
        json=f"{base}/results.json",
    )
    return render(request, "voice/results.html", view)


async def results_csv(request: Request) -> Response:
    """The same numbers for a spreadsheet; a group that is not shown has no line."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(["by", "group", "signatures", "residents", "day"])
    _listed, told, people = await found_results(request)
    if told is not None:
        day = told.at.date().isoformat()
        for by, release in (("area", told.areas), ("tier", told.tiers)):
            for group, count in release.shown.items():
                residents = people.people.get(group, "") if by == "area" else ""
                writer.writerow([by, group, count, residents, day])
            writer.writerow([by, "rest", release.rest, "", day])
    return PlainResponse(
        out.getvalue().encode("utf-8-sig"),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="results.csv"'},
    )


async def results_json(request: Request) -> Response:
    """The same numbers for programs."""
    listed, told, people = await found_results(request)
    body: dict[str, Any] = {"number": listed.number, "released": None}
    if told is not None:
        body["released"] = {
            "at": told.at.isoformat(),
            "total": told.total,
            "areas": {"shown": dict(told.areas.shown), "rest": told.areas.rest},
            "tiers": {"shown": dict(told.tiers.shown), "rest": told.tiers.rest},
        }
    body["residents"] = {
        "areas": dict(people.people),
        "year": people.year,
        "source": people.source,
    }
    return JSONResponse(body)


async def found_results(request: Request) -> tuple[Listed, Released | None, Population]:
    number = request.path_params["number"]
    if not (number.isascii() and number.isdigit() and len(number) <= DIGITS):
        raise NotFound
    listed = await one(int(number))
    people = load_population(services_of(request).settings.city)
    return listed, await last_release(listed.id), people


def _area_rows(
    services: Services, words: Translator, told: Released | None, compared: Composition | None
) -> list[list[str]]:
    if told is None:
        return []
    groups: dict[str, Group] = {each.name: each for each in (compared.groups if compared else ())}
    rows = []
    for name in services.voice.areas:
        count, group = told.areas.shown.get(name), groups.get(name)
        rows.append(
            [
                area_of(services, words, name),
                words.gettext("not shown") if count is None else words.number(count),
                _percent(words, group.part) if group else "",
                _percent(words, group.residents) if group else "",
            ]
        )
    others = told.areas.rest + told.areas.shown.get(UNTOLD, 0)
    if others:
        rest = words.gettext("All others, and those who told no area")
        rows.append([rest, words.number(others), "", ""])
    return rows


def _tier_rows(words: Translator, told: Released | None) -> list[list[str]]:
    if told is None:
        return []
    rows = [
        [words.gettext(TIERS.get(name, name)), words.number(count)]
        for name, count in told.tiers.shown.items()
    ]
    if told.tiers.rest:
        name = words.gettext("Other ways") if rows else words.gettext("All ways together")
        rows.append([name, words.number(told.tiers.rest)])
    return rows


def area_of(services: Services, words: Translator, name: str) -> str:
    return words.gettext(services.voice.areas.get(name, name))


def _percent(words: Translator, share: Fraction | None) -> str:
    return "" if share is None else words.percent(float(share))
