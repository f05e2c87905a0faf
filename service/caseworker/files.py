"""Files for offices that work with spreadsheets: new cases out, decisions in with a dry run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from starlette.responses import Response as PlainResponse

from service.actions.decisions import decide
from service.actions.referrals import take_in
from service.api.v1.decisions import DecisionRow
from service.api.v1.edge import parse_model
from service.api.v1.shapes import parse_uuid
from service.body import Form, FormRules, read_form
from service.caseworker.case_words import agency_name
from service.caseworker.layouts import Layout, cases_file, layout_of, people_file
from service.caseworker.queue import QUEUE
from service.errors import AppError
from service.i18n import _
from service.queries.caseload import MOST_IN_A_FILE, waiting_cases, waiting_ids
from service.referrals.csv_files import DECISION_COLUMNS, CsvError, parse_decisions
from service.rendering import redirect, render, translator_of
from service.security.guard import takes_form
from service.templating import FieldProblem
from service.web import now_of, services_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from service.queries.caseload import CaseLine

FILES = "/staff/files"
FILE_BYTES = 512 * 1024
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
    "missing": _("Something is missing"),
}
OTHER_CODE = _("A value in this row cannot be read")
NO_FILE = _("Choose a file.")
TOO_BIG = _("This file is too big. Send at most 1,000 decisions at a time.")
NOT_TEXT = _("This file is not text in UTF-8.")
FILE_CODES = {
    "not_csv": _("This file is not a CSV table."),
    "empty": _("This file has no rows."),
    "columns": _("The columns are {columns}. Only id is always needed."),
    "too_many_rows": _("A file holds at most 1,000 decisions."),
}


@dataclass(frozen=True, slots=True)
class RowSeen:
    """One row of a file of decisions and what would become, or became, of it."""

    number: int
    id: str
    outcome: str
    said: str
    good: bool


@dataclass(frozen=True, slots=True)
class FilesView:
    """Files out and files in."""

    heading: str
    section: str
    back: str
    waiting: Sequence[str]
    most: int
    columns: str
    rows: Sequence[RowSeen]
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
    sure = form.get("_action") == "decide"
    try:
        # A browser sends line ends its own way: one kind here, whichever way they came.
        text = ("".join(form.all("piece")) if sure else _uploaded(form)).replace("\r\n", "\n")
        told = parse_decisions(text)
    except CsvError as wrong:
        message = FILE_CODES.get(wrong.code, str(wrong))
        said = words.gettext(message, columns=", ".join(DECISION_COLUMNS))
        return await _page(request, problem=FieldProblem("file", said))
    rows = [
        await _row(request, number, row, dry_run=not sure) for number, row in enumerate(told, 1)
    ]
    if sure:
        return await _page(request, rows, entered=sum(row.good for row in rows))
    pieces = [text[at : at + PIECE] for at in range(0, len(text), PIECE)]
    return await _page(request, rows, pieces if any(row.good for row in rows) else ())


def _uploaded(form: Form) -> str:
    """The file's text. Raises CsvError for none, a big one, or one that is no text."""
    upload = form.uploads.get("file")
    if upload is None or not upload.body:
        raise CsvError("no_file", NO_FILE)
    if len(upload.body) > FILE_BYTES:
        raise CsvError("too_big", TOO_BIG)
    try:
        text = upload.body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise CsvError("not_text", NOT_TEXT) from None
    if "\x00" in text:
        raise CsvError("not_text", NOT_TEXT)
    return text


async def _row(request: Request, number: int, row: dict[str, Any], *, dry_run: bool) -> RowSeen:
    """One row, held to the same checks as a decision sent by a machine."""
    words = translator_of(request)
    try:
        body = parse_model(row, DecisionRow)
        referral = parse_uuid(body.id)
        if referral is None:
            code = "not_found"
        else:
            done = await decide(
                services_of(request),
                request.state.actor,
                referral,
                body.request(),
                now_of(request),
                dry_run=dry_run,
            )
            code = "already_so" if done.repeated else "would_decide" if dry_run else "decided"
    except AppError as refused:
        if refused.status >= 500:
            raise
        code = refused.faults[0].code if refused.faults else refused.code
    said = words.gettext(CODES.get(code, OTHER_CODE))
    good = code in ("would_decide", "decided", "already_so")
    return RowSeen(
        number, str(row.get("id", ""))[:40], str(row.get("outcome", ""))[:20], said, good
    )


async def _page(
    request: Request,
    rows: Sequence[RowSeen] = (),
    pieces: Sequence[str] = (),
    *,
    entered: int | None = None,
    problem: FieldProblem | None = None,
) -> Response:
    services, actor, words = services_of(request), request.state.actor, translator_of(request)
    view = FilesView(
        heading=words.gettext("Files"),
        section=agency_name(actor.agency, services, words),
        back=QUEUE,
        waiting=[str(each) for each in await waiting_ids(actor)],
        most=MOST_IN_A_FILE,
        columns=", ".join(DECISION_COLUMNS),
        rows=rows,
        pieces=pieces,
        entered=entered,
        errors=[problem] if problem else [],
    )
    return render(request, "caseworker/files.html", view, status=422 if problem else 200)


def _download(name: str, text: str) -> Response:
    return PlainResponse(
        text.encode("utf-8-sig"),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
