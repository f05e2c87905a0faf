"""A vote's result to take along: as rows, as data, and on one page for the council."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse
from starlette.responses import Response as PlainResponse

from service.errors import NotFound
from service.public_voice.vote_results import Outcome, outcome_of
from service.public_voice.vote_words import address, vote_of
from service.queries.voice.votes import OTHERS, STABILITY, is_published, published_file
from service.referrals.csv_files import safe_cell
from service.rendering import render, translator_of
from service.voice.population import Population, load_population
from service.web import services_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from service.queries.voice.votes import VoteRecord

# What fits one page; a longer list names how many more there are.
MOST_BARS = 12
HEAD = ("table", "round", "group", "text", "number", "what")


@dataclass(frozen=True, slots=True)
class PrintView:
    """One page for the council."""

    heading: str
    back: str
    number: int
    outcome: Outcome
    more_bars: int
    spec_hash: str
    link: str


async def result_print(request: Request) -> Response:
    """The result on one page of paper."""
    record = await vote_of(request)
    found = await outcome_of(request, record)
    view = PrintView(
        heading=found.question,
        back=address(record, "/result"),
        number=record.number or 0,
        outcome=found,
        more_bars=max(0, len(found.bars) - MOST_BARS),
        spec_hash=record.spec_hash or "",
        link=f"{services_of(request).settings.base_url}{address(record, '/result')}",
    )
    return render(request, "voice/vote_print.html", view)


async def result_json(request: Request) -> Response:
    """Everything that is published of the result, for programs."""
    told = await _told(request, await vote_of(request))
    return JSONResponse(told)


async def result_csv(request: Request) -> Response:
    """The same as rows, for a spreadsheet."""
    record = await vote_of(request)
    told = await _told(request, record)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(HEAD)
    code = translator_of(request).code
    for table, at, id, number, what in _rows(told):
        text = record.option(code, id) if table not in ("voters", "residents") else ""
        writer.writerow([safe_cell(cell) for cell in (table, at, id, text, number, what)])
    return PlainResponse(
        out.getvalue().encode("utf-8-sig"),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="vote-{record.number}.csv"'},
    )


async def _told(request: Request, record: VoteRecord) -> dict[str, Any]:
    counted = record.result
    if counted is None:
        raise NotFound
    final = json.loads(await published_file(record, "final.json"))
    census: Population = load_population(services_of(request).settings.city)
    told: dict[str, Any] = {
        "number": record.number,
        "question": record.spec.question,
        "spec_hash": record.spec_hash,
        "method": record.method,
        "options": {option.id: option.text for option in record.spec.options},
        "result": counted,
        "voters": final["voters"],
        "removed": len(final["removed"]),
        "residents": {
            "area": dict(census.people),
            "year": census.year,
            "source": census.source,
        },
    }
    for name, key in ((OTHERS, "others"), (STABILITY, "stability")):
        if await is_published(record, name):
            told[key] = json.loads(await published_file(record, name))
    return told


def _rows(told: Mapping[str, Any]) -> Iterator[tuple[str, object, str, object, str]]:
    """(table, round, id, number, what)."""
    for one in told["result"]["rounds"]:
        for id, votes, event in _of_round(one):
            yield "count", one["round"], id, votes, event
    for id, score in told["result"].get("scores", {}).items():
        yield "score", "", id, score, "chosen over the others, a part of 1"
    for first, row in told["result"].get("pairwise", {}).items():
        for other, votes in row.items():
            yield "pairs", "", first, votes, f"over {other}"
    for other in told.get("others", {}).get("others", []):
        for id in other["chosen"]:
            yield "otherwise", "", id, "", other["method"]
    drawn = told.get("stability", {})
    for id, times in drawn.get("chosen", {}).items():
        yield "drawn again", "", id, times, f"of {drawn['times']}"
    for by, counts in told["voters"].items():
        for id, n in counts.items():
            yield "voters", "", id, n, by
    for id, n in told["residents"]["area"].items():
        yield "residents", "", id, n, str(told["residents"]["year"])


def _of_round(one: Mapping[str, Any]) -> Sequence[tuple[str, object, str]]:
    if "project" in one:
        return [(one["project"], one["votes"], "funded" if one["funded"] else "not funded")]
    return [
        (
            id,
            votes,
            "elected" if id in one["elected"] else "excluded" if id == one.get("excluded") else "",
        )
        for id, votes in one["votes"].items()
    ]
