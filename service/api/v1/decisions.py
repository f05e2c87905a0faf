"""Many decisions at once, as JSON or CSV, and new cases as CSV; each row stands for itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from service.actions.decisions import decide
from service.api.v1.edge import BODY_BYTES, JSON, actor_of, agency_of, answer, parse_model
from service.api.v1.referrals import DecisionBody
from service.api.v1.shapes import Strict, parse_uuid
from service.body import media_type, parse_json, read_bytes, read_query
from service.errors import AppError, Fault, Invalid, Malformed, UnsupportedMedia
from service.queries.referrals import new_cases
from service.referrals.csv_files import MOST_ROWS, CsvError, parse_decisions, render_cases
from service.web import now_of, services_of

if TYPE_CHECKING:
    from collections.abc import Mapping

CSV = "text/csv"
BATCH_BYTES = 2 * BODY_BYTES
FLAGS = {"0": False, "false": False, "no": False, "1": True, "true": True, "yes": True}


class DecisionRow(DecisionBody):
    """One decision of a batch."""

    id: Annotated[str, Field(max_length=64)]


class DecisionBatch(Strict):
    """Decisions, each on its own: one that will not do stops none of the others."""

    items: Annotated[list[DecisionRow], Field(min_length=1, max_length=MOST_ROWS)]


class RowAnswer(Strict):
    """What became of one row: the status and code it would have had as a single decision."""

    id: str | None
    status: int
    code: str


class BatchAnswer(Strict):
    """One entry for each row, in the order they came."""

    items: list[RowAnswer]


async def batch(request: Request) -> Response:
    """Decide many cases; with `dry_run=true` only say what would happen."""
    # A bare `?dry_run` is no answer: a guess would decide for real, or not at all.
    flag = read_query(request).get("dry_run", "false").lower()
    if flag not in FLAGS:
        raise Malformed("dry_run")
    rows = await _rows(request)
    items = [await _settle(request, row, dry_run=FLAGS[flag]) for row in rows]
    return answer({"items": items})


async def new_cases_csv(request: Request) -> Response:
    """Cases this agency has not acknowledged yet, one row each. Reading acknowledges nothing."""
    cases = await new_cases(services_of(request), actor_of(request), agency_of(request))
    return Response(
        render_cases(cases).encode("utf-8-sig"),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="new-cases.csv"'},
    )


async def _rows(request: Request) -> list[Any]:
    kind = media_type(request)
    if kind not in (JSON, CSV):
        raise UnsupportedMedia
    body = await read_bytes(request, BATCH_BYTES)
    found = parse_json(body) if kind == JSON else {"items": _csv_rows(body)}
    rows = found.get("items") if isinstance(found, dict) and set(found) == {"items"} else found
    if not isinstance(rows, list) or not 0 < len(rows) <= MOST_ROWS:
        words = f"Send items: a list of 1 to {MOST_ROWS} decisions."
        raise Invalid([Fault("/items", "list", words)])
    return rows


def _csv_rows(body: bytes) -> list[dict[str, Any]]:
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise Malformed("not_utf8") from None
    if "\x00" in text:
        raise Malformed("nul_character")
    try:
        return parse_decisions(text)
    except CsvError as error:
        raise Invalid([Fault("", error.code, str(error))]) from None


async def _settle(request: Request, row: Any, *, dry_run: bool) -> Mapping[str, Any]:
    """One row, with the very checks of a single decision."""
    named = row.get("id") if isinstance(row, dict) else None
    shown = named if isinstance(named, str) and parse_uuid(named) is not None else None
    try:
        body = parse_model(row, DecisionRow)
        referral = parse_uuid(body.id)
        if referral is None:
            return {"id": None, "status": 404, "code": "not_found"}
        decided = await decide(
            services_of(request),
            actor_of(request),
            referral,
            body.request(),
            now_of(request),
            dry_run=dry_run,
        )
    except AppError as error:
        if error.status >= 500:
            raise
        code = error.faults[0].code if error.faults else error.code
        return {"id": shown, "status": error.status, "code": code}
    code = "already_so" if decided.repeated else "would_decide" if dry_run else "decided"
    return {"id": shown, "status": 200, "code": code}
