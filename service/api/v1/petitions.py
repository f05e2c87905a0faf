"""Public: the city's petitions, what came of them, and the same as a table. No key is needed."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import Response

from service.api.v1.edge import answer
from service.api.v1.shapes import Strict
from service.body import Form, read_query
from service.errors import Malformed
from service.queries.voice import petitions as asking
from service.queries.voice.petitions import SHOWN, Wanted
from service.queries.voice.released import last_release
from service.referrals.csv_files import safe_cell
from service.web import services_of

if TYPE_CHECKING:
    from service.queries.voice.petitions import Listed
    from service.queries.voice.released import Released
    from service.services import Services

FEW, MOST_ROWS = 100, 100_000
TEXT = {"type": "string", "maxLength": 100}
QUERY: dict[str, dict[str, Any]] = {
    "words": TEXT,
    "state": {"type": "string", "enum": [str(state) for state in SHOWN]},
    "topic": TEXT,
    "area": TEXT,
    "page": {"type": "string", "pattern": "^[1-9][0-9]{0,2}$"},
}


class PetitionItem(Strict):
    """One petition as everybody sees it. Times are UTC."""

    number: int
    url: str
    state: str
    language: str
    ask: str
    why: str
    topic: str
    area: str
    author_name: str
    signatures: int
    threshold: int
    opened_at: str
    closes_at: str
    threshold_reached_at: str | None
    answer_due_on: str | None
    answered_at: str | None


class PetitionList(Strict):
    """A page of petitions, the newest first; `next` is the number of the next page."""

    items: list[PetitionItem]
    total: int
    next: int | None


class AnswerItem(Strict):
    """What the city said. The first of a list is what holds."""

    text: str
    office: str
    outcome: str
    at: str


class PromiseItem(Strict):
    """What the city said it would do, by whom and when."""

    text: str
    owner: str
    due_on: str
    state: str
    settled_on: str | None


class CountItem(Strict):
    """Signatures by group as last published, once a day. Groups too small to be told apart from
    nobody in them are `rest` together; the counts and the rest add up to `total`."""

    areas: dict[str, int]
    areas_rest: int
    tiers: dict[str, int]
    tiers_rest: int
    total: int
    published_at: str


class PetitionAnswer(Strict):
    """One petition with what came of it. `joined_with` is the petition it was merged into."""

    petition: PetitionItem
    answers: list[AnswerItem]
    promises: list[PromiseItem]
    joined_with: int | None
    counts: CountItem | None


async def petitions(request: Request) -> Response:
    """Petitions that are or were open, by words, state, topic and area."""
    services = services_of(request)
    wanted = _wanted(read_query(request), services)
    found = await asking.listed(services, wanted)
    body = {
        "items": [_item(each, services) for each in found.items],
        "total": found.total,
        "next": wanted.page + 1 if found.more else None,
    }
    return answer(body)


async def petition(request: Request) -> Response:
    """One petition, by its number."""
    read_query(request)
    services = services_of(request)
    item = await asking.at_address(request.path_params["number"])
    body = {
        "petition": _item(item, services),
        "answers": [
            {
                "text": each.text,
                "office": each.office,
                "outcome": each.outcome,
                "at": _time(each.at),
            }
            for each in await asking.answers(item.id)
        ],
        "promises": [
            {
                "text": each.text,
                "owner": each.owner,
                "due_on": each.due_on.isoformat(),
                "state": each.state,
                "settled_on": each.settled_on.isoformat() if each.settled_on else None,
            }
            for each in await asking.promises(item.id)
        ],
        "joined_with": await asking.number_of(item.merged_into),
        "counts": _counts(await last_release(item.id)),
    }
    return answer(body)


async def petitions_csv(request: Request) -> Response:
    """All of them, for a spreadsheet: by number, read in steps so that none is forgotten."""
    read_query(request)
    services = services_of(request)
    rows: list[dict[str, Any]] = []
    after = 0
    while len(rows) < MOST_ROWS and (found := await asking.every_petition(after, FEW)):
        rows += [_item(each, services) for each in found]
        after = found[-1].number
    table = _table(rows, tuple(PetitionItem.model_fields))
    return Response(
        table.encode("utf-8-sig"),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="petitions.csv"'},
    )


def _table(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> str:
    """A table whose cells no spreadsheet runs."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([safe_cell(row[column]) for column in columns] for row in rows)
    return out.getvalue()


def _wanted(query: Form, services: Services) -> Wanted:
    """The list that is asked for. Raises Malformed for a choice that is none."""
    page = query.get("page") or "1"
    if not (page.isascii() and page.isdigit() and len(page) < 4 and page[0] != "0"):
        raise Malformed("page")
    known = {
        "state": [str(state) for state in SHOWN],
        "topic": list(services.voice.topics),
        "area": [*services.voice.areas, "all"],
    }
    for name, choices in known.items():
        if query.get(name) and query.get(name) not in choices:
            raise Malformed(f"unknown_{name}")
    return Wanted(
        words=query.get("words")[:100],
        state=query.get("state"),
        topic=query.get("topic"),
        area=query.get("area"),
        page=int(page),
    )


def _item(each: Listed, services: Services) -> dict[str, Any]:
    return {
        "number": each.number,
        "url": f"{services.settings.base_url}/voice/petitions/{each.number}",
        "state": str(each.state),
        "language": each.language,
        "ask": each.ask,
        "why": each.why,
        "topic": each.topic,
        "area": each.area,
        "author_name": each.author_name,
        "signatures": each.count,
        "threshold": each.threshold,
        "opened_at": _time(each.opened_at),
        "closes_at": _time(each.closes_at),
        "threshold_reached_at": _time(each.threshold_at) if each.threshold_at else None,
        "answer_due_on": each.answer_due_on.isoformat() if each.answer_due_on else None,
        "answered_at": _time(each.answered_at) if each.answered_at else None,
    }


def _counts(released: Released | None) -> dict[str, Any] | None:
    if released is None:
        return None
    return {
        "areas": dict(released.areas.shown),
        "areas_rest": released.areas.rest,
        "tiers": dict(released.tiers.shown),
        "tiers_rest": released.tiers.rest,
        "total": released.areas.total,
        "published_at": _time(released.at),
    }


def _time(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
