"""Files for offices that work with spreadsheets: new cases out, decisions in with a dry run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from starlette.responses import Response as PlainResponse

from service.actions.decisions import decide
from service.actions.referrals import take_in
from service.api.v1.decisions import DecisionRow
from service.api.v1.edge import parse_model
from service.api.v1.shapes import parse_uuid
from service.body import Form, FormRules, read_form
from service.caseworker.case import CaseView, paper_of
from service.caseworker.case_words import STATES, agency_name
from service.caseworker.decide import OUTCOMES
from service.caseworker.decision_files import COLUMNS, Row, decoded, read_file, to_fill_in
from service.caseworker.layouts import Layout, cases_file, layout_of, people_file
from service.caseworker.queue import QUEUE
from service.caseworker.typed import FURTHEST
from service.errors import AppError
from service.i18n import _
from service.queries.caseload import (
    MOST_IN_A_FILE,
    has_undecided,
    undecided_cases,
    waiting_cases,
    waiting_ids,
)
from service.referrals.csv_files import CsvError
from service.rendering import redirect, render, translator_of
from service.security.guard import takes_form
from service.templating import FieldProblem
from service.web import now_of, services_of, web_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from service.i18n import Translator
    from service.queries.caseload import CaseLine
    from service.services import Services

FILES = "/staff/files"
FILE_BYTES = 512 * 1024
MOST_ON_PAPER = 50
# A checked file comes back in pieces that fit a field.
PIECE = 30_000
CHECKED, ENTERED = _("Ready to enter"), _("Entered")
CODES = {
    "would_decide": CHECKED,
    "decided": ENTERED,
    "already_so": _("Was decided so before"),
    "not_found": _("No case of yours has this id"),
    "newer_version": _("The resident changed something: take in the new version first"),
    "not_acknowledged": _("Take in this case first"),
    "already_decided": _("Has another decision"),
    "withdrawn": _("The resident took it back"),
    "unknown_reason": _("This reason is not one of the program’s"),
    "unknown_version": _("There is no such version"),
    "twice": _("This case has two different decisions in the file: none of them is entered"),
    "again": _("The same as row {what}"),
    "missing": _("Nothing stands under {what}"),
    "unread": _("What stands under {what} cannot be read. See “How to fill it in”."),
    "more_cells": _("This row has more cells than there are columns"),
}
FILE_CODES = {
    "no_file": _("Choose a file."),
    "too_big": _("This file is too big. Send at most 1,000 decisions at a time."),
    "not_text": _("This file is not text. Save the sheet as CSV and choose that file."),
    "workbook": _("This is a workbook. Save the sheet as CSV and choose that file."),
    "not_csv": _("This file is not a CSV table."),
    "empty": _("This file has no rows."),
    "missing_columns": _(
        "Missing columns: {what}. The first row of the file has the names of the columns."
    ),
    "columns_twice": _("These columns are there twice: {what}."),
    "too_many_rows": _("A file holds at most 1,000 decisions."),
}


@dataclass(frozen=True, slots=True)
class RowSeen:
    """One row of a file of decisions and what would become, or became, of it."""

    number: int
    id: str
    outcome: str
    details: str
    said: str
    good: bool


@dataclass(frozen=True, slots=True)
class Reasons:
    """The short names of one program's reasons, as a file has them."""

    program: str
    lines: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class PrintView:
    """New cases, each on a sheet of its own; `more` wait behind them."""

    heading: str
    back: str
    cases: Sequence[CaseView]
    more: bool


@dataclass(frozen=True, slots=True)
class FilesView:
    """Files out and files in."""

    heading: str
    section: str
    back: str
    waiting: Sequence[str]
    most: int
    columns: str
    reasons: Sequence[Reasons]
    to_fill: bool
    rows: Sequence[RowSeen]
    unread: str
    pieces: Sequence[str]
    entered: int | None
    errors: Sequence[FieldProblem] = ()


async def files(request: Request) -> Response:
    """What waits to be taken in as files, and the form for decisions."""
    return await _page(request)


async def cases_csv(request: Request) -> Response:
    """New cases, a row each. Reading takes nothing in."""
    cases = await waiting_cases(services_of(request), request.state.actor)
    return _download("cases.csv", cases_file(_layout(request, cases), cases))


async def people_csv(request: Request) -> Response:
    """The people of the same cases, a row each."""
    cases = await waiting_cases(services_of(request), request.state.actor)
    return _download("people.csv", people_file(_layout(request, cases), cases))


async def print_new(request: Request) -> Response:
    """The new cases on paper, the first due first. Printing takes nothing in."""
    ids = [each.id for each in await waiting_cases(services_of(request), request.state.actor)]
    view = PrintView(
        translator_of(request).gettext("New cases"),
        FILES,
        [await paper_of(request, each) for each in ids[:MOST_ON_PAPER]],
        len(ids) > MOST_ON_PAPER,
    )
    return render(request, "caseworker/print_new.html", view)


async def decisions_to_fill(request: Request) -> Response:
    """The office's open cases as a sheet in which only the decisions are missing."""
    cases = await undecided_cases(services_of(request), request.state.actor)
    rows = [
        [case.id, case.version, case.reference, case.name, case.program, case.due_on]
        for case in cases
    ]
    return _download("decisions.csv", to_fill_in(rows))


def _layout(request: Request, cases: Sequence[CaseLine]) -> Layout:
    """The office's fixed columns; those of its last cases where the city lists it no longer."""
    services = services_of(request)
    agency = services.city.agencies.get(request.state.actor.agency)
    programs = agency.programs if agency else {case.program for case in cases}
    return layout_of(services.rules, programs)


@takes_form(FormRules(max_fields=MOST_IN_A_FILE + 10))
async def taken(request: Request) -> Response:
    """The office has these cases: acknowledge exactly the ones the page named."""
    services, actor = services_of(request), request.state.actor
    named = [parse_uuid(each) for each in (await read_form(request)).all("case")]
    ids = [each for each in dict.fromkeys(named) if each is not None]
    if ids:
        await take_in(services, actor, actor.agency, ids, now_of(request))
    return redirect(FILES)


@takes_form(FormRules(files=True, max_bytes=3 * FILE_BYTES))
async def decisions(request: Request) -> Response:
    """Check a file of decisions; with its own button, enter the one that was checked."""
    form, words = await read_form(request), translator_of(request)
    calendar = services_of(request).city.calendar
    sure = form.get("_action") == "decide"
    try:
        # A browser sends line ends its own way: one kind here, whichever way they came.
        text = ("".join(form.all("piece")) if sure else _uploaded(form)).replace("\r\n", "\n")
        latest = calendar.day_of(now_of(request)) + FURTHEST
        order = web_of(request).languages.offered[0].code
        told = read_file(text, web_of(request).languages[order].date_order, latest)
    except CsvError as wrong:
        said = words.gettext(FILE_CODES[wrong.code], what=str(wrong))
        return await _page(request, problem=FieldProblem("file", said))
    rows = [await _row(request, row, dry_run=not sure) for row in told.rows]
    if sure:
        return await _page(request, rows, entered=sum(row.good for row in rows))
    pieces = [text[at : at + PIECE] for at in range(0, len(text), PIECE)]
    ready = pieces if any(row.good for row in rows) else ()
    return await _page(request, rows, ready, unread=", ".join(told.unread)[:200])


def _uploaded(form: Form) -> str:
    """The file's text. Raises CsvError for none, a big one, or one that is no text."""
    upload = form.uploads.get("file")
    if upload is None or not upload.body:
        raise CsvError("no_file", "")
    if len(upload.body) > FILE_BYTES:
        raise CsvError("too_big", "")
    return decoded(upload.body)


async def _row(request: Request, row: Row, *, dry_run: bool) -> RowSeen:
    """One row, held to the same checks as a decision sent by a machine."""
    words = translator_of(request)
    code, what = row.problem or await _settled(request, row.cells, dry_run=dry_run)
    cells = row.cells
    outcome = str(cells.get("outcome", ""))[:20]
    return RowSeen(
        row.number,
        str(cells.get("id", ""))[:40],
        words.gettext(STATES[outcome]) if outcome in OUTCOMES else outcome,
        _details(cells, words),
        words.gettext(CODES[code if code in CODES else "unread"], what=what),
        code in ("would_decide", "decided", "already_so"),
    )


async def _settled(request: Request, cells: Mapping[str, Any], *, dry_run: bool) -> tuple[str, str]:
    """What becomes of a row, and the column that it is about."""
    try:
        body = parse_model(dict(cells), DecisionRow)
        referral = parse_uuid(body.id)
        if referral is None:
            return "not_found", ""
        done = await decide(
            services_of(request),
            request.state.actor,
            referral,
            body.request(),
            now_of(request),
            dry_run=dry_run,
        )
        return ("already_so" if done.repeated else "would_decide" if dry_run else "decided"), ""
    except AppError as refused:
        if refused.status >= 500:
            raise
        if not refused.faults:
            return refused.code, ""
        fault = refused.faults[0]
        return fault.code, fault.pointer.strip("/")


def _details(cells: Mapping[str, Any], words: Translator) -> str:
    """Reason, first day and amount as they were read, so that a mangled one shows."""
    found = [str(cells["reason"])[:40]] if "reason" in cells else []
    with suppress(ValueError):
        if "effective_on" in cells:
            found.append(words.date(date.fromisoformat(cells["effective_on"])))
    if isinstance(amount := cells.get("amount"), int):
        found.append(words.money(amount))
    return " · ".join(found)


async def _page(
    request: Request,
    rows: Sequence[RowSeen] = (),
    pieces: Sequence[str] = (),
    *,
    entered: int | None = None,
    unread: str = "",
    problem: FieldProblem | None = None,
) -> Response:
    services, actor, words = services_of(request), request.state.actor, translator_of(request)
    view = FilesView(
        heading=words.gettext("Files"),
        section=agency_name(actor.agency, services, words),
        back=QUEUE,
        waiting=[str(each) for each in await waiting_ids(actor)],
        most=MOST_IN_A_FILE,
        columns=", ".join(COLUMNS),
        reasons=_reasons(services, actor.agency, words),
        to_fill=await has_undecided(actor),
        rows=rows,
        unread=unread,
        pieces=pieces,
        entered=entered,
        errors=[problem] if problem else [],
    )
    return render(request, "caseworker/files.html", view, status=422 if problem else 200)


def _reasons(services: Services, agency: str, words: Translator) -> list[Reasons]:
    found = services.city.agencies.get(agency)
    programs = [services.rules.programs[id] for id in (found.programs if found else ())]
    return [
        Reasons(
            words.gettext(each.name),
            [(id, words.gettext(text)) for id, text in each.reasons.items()],
        )
        for each in programs
        if each.reasons
    ]


def _download(name: str, text: str) -> Response:
    return PlainResponse(
        text.encode("utf-8-sig"),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
