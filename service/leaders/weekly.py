"""The leaders' page: one number, what it counts, its trend, its source; then each program."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.responses import Response as PlainResponse

from service.body import read_query
from service.caseworker.case_words import program_name
from service.errors import NotFound
from service.i18n import _
from service.leaders.chart import Chart, chart
from service.queries.weekly import (
    ACKNOWLEDGED,
    DECIDED,
    FEWEST,
    MEASURES,
    SENT,
    STARTED,
    WEEKS_SHOWN,
    Figures,
    Week,
    weekly,
)
from service.rendering import render, translator_of
from service.web import now_of, services_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from service.i18n import Translator

PAGE = "/staff/weekly"
TITLES = {
    STARTED: _("Started"),
    SENT: _("Sent"),
    ACKNOWLEDGED: _("Received by the office"),
    DECIDED: _("Decided"),
    "median_days": _("Median days to a decision"),
}
# What each number counts, and the rows it is counted from.
DEFINITIONS = {
    STARTED: (
        _("Forms begun for this one program. Forms begun for all programs stand above."),
        _("Daily counts that name nobody"),
    ),
    SENT: (
        _("Cases sent to the office in this week, one for each program of an application."),
        _("Cases, by the time they were sent"),
    ),
    ACKNOWLEDGED: (
        _("Cases whose receipt the office confirmed for the first time in this week."),
        _("The log of each case’s moves"),
    ),
    DECIDED: (
        _("Cases that got their first decision in this week."),
        _("Decisions, by the time they came"),
    ),
    "median_days": (
        _("Half of the cases decided in this week took this many days or fewer."),
        _("Decisions, and the day each case was sent"),
    ),
}


@dataclass(frozen=True, slots=True)
class Definition:
    """One number's meaning."""

    title: str
    counts: str
    source: str


@dataclass(frozen=True, slots=True)
class WeeklyView:
    """One week with its trend."""

    heading: str
    week: str
    fewest: int
    number: str | None
    started: str
    told: bool
    trend: Chart
    trend_rows: Sequence[Sequence[str]]
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    definitions: Sequence[Definition]
    newer: str | None
    older: str | None


async def weekly_page(request: Request) -> Response:
    """The last whole week, or an older one of the twelve."""
    words = translator_of(request)
    weeks = await _weeks(request)
    wanted = read_query(request).get("week") or weeks[0].monday.isoformat()
    place = next((n for n, week in enumerate(weeks) if week.monday.isoformat() == wanted), None)
    if place is None:
        raise NotFound
    return render(request, "leaders/weekly.html", _view(request, weeks, place, words))


async def weekly_csv(request: Request) -> Response:
    """All twelve weeks, a row for each week and program; hidden figures stay empty."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(["week", "program", *MEASURES, "median_days"])
    for week in await _weeks(request):
        for program, figures in week.programs.items():
            writer.writerow([week.monday.isoformat(), program, *_values(figures)])
    return PlainResponse(
        out.getvalue().encode("utf-8-sig"),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="weekly.csv"'},
    )


async def _weeks(request: Request) -> list[Week]:
    services = services_of(request)
    calendar, rules = services.city.calendar, services.rules.programs
    routed = [id for id, program in rules.items() if program.apply == "routed"]
    return await weekly(calendar, routed, calendar.day_of(now_of(request)), WEEKS_SHOWN)


def _view(request: Request, weeks: Sequence[Week], place: int, words: Translator) -> WeeklyView:
    services, week = services_of(request), weeks[place]
    told, total = _Told(words), week.shown_total(SENT)
    shown = [(each, each.shown_total(SENT)) for each in reversed(weeks)]
    points = [(words.date(w.monday, "medium")[:6], n, told.number(n)) for w, n in shown]
    rows = [
        [program_name(program, services, words), *told.all(figures)]
        for program, figures in week.programs.items()
    ]
    return WeeklyView(
        heading=words.gettext("Weekly figures"),
        week=words.date(week.monday),
        fewest=FEWEST,
        number=told.number(total) if total is not None else None,
        started=told.number(week.started),
        told=any(number is not None for _week, number in shown),
        trend=chart(points),
        trend_rows=[[words.date(w.monday), told.number(n)] for w, n in shown],
        columns=[words.gettext(TITLES[each]) for each in (*MEASURES, "median_days")],
        rows=sorted(rows, key=lambda row: row[0].casefold()),
        definitions=[
            Definition(words.gettext(TITLES[id]), words.gettext(text), words.gettext(source))
            for id, (text, source) in DEFINITIONS.items()
        ],
        newer=_address(weeks[place - 1]) if place else None,
        older=_address(weeks[place + 1]) if place + 1 < len(weeks) else None,
    )


@dataclass(frozen=True, slots=True)
class _Told:
    words: Translator

    def all(self, figures: Figures) -> list[str]:
        """A program's counts, and its days where there are enough decisions to tell them."""
        counts = [self.number(value) for value in _values(figures)[:-1]]
        days = figures.median_days
        hidden = self.words.gettext("not told")
        return [*counts, hidden if days is None else self.words.number(days)]

    def number(self, value: int | None) -> str:
        if value is None:
            return self.words.gettext("under {n}", n=FEWEST)
        return self.words.number(value)


def _values(figures: Figures) -> list[int | None]:
    return [getattr(figures, measure) for measure in (*MEASURES, "median_days")]


def _address(week: Week) -> str:
    return f"{PAGE}?week={week.monday.isoformat()}"
