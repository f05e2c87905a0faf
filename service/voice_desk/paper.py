"""Sheets of paper on the desk: chosen, typed by two people, compared line by line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from service.actions.voice.paper import (
    COUNTED,
    DIFFERS,
    DUPLICATE,
    EMPTY,
    FULL,
    LINES,
    ONCE,
    SHEET,
    UNCLEAR,
    PaperLine,
    Typed,
    lines_of,
    mend_line,
    sheets_of,
    type_sheet,
)
from service.body import Form, read_form, read_query
from service.errors import Invalid, NotFound
from service.i18n import _
from service.public_voice.showing import Option, area_options
from service.public_voice.typed import one_line, problems_of
from service.queries.voice import petitions as asking
from service.rendering import language_switch, redirect, render, translator_of
from service.security.access import as_id
from service.templating import FieldProblem
from service.web import now_of, services_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from service.i18n import Translator
    from service.queries.voice.petitions import Listed

PAPER = "/staff/voice/paper"
FIELDS = ("name", "street", "postcode", "area")
STATES = {
    ONCE: _("Typed once"),
    DIFFERS: _("Typed in two ways"),
    COUNTED: _("Counts"),
    DUPLICATE: _("Signed before"),
    FULL: _("Too many names at one address"),
    UNCLEAR: _("No whole name and address"),
    EMPTY: _("Empty"),
}


@dataclass(frozen=True, slots=True)
class SheetsView:
    """A petition's sheets. Without a petition: those that can be chosen."""

    heading: str
    choices: Sequence[tuple[str, str]]
    action: str
    rows: Sequence[Sequence[object]]
    columns: Sequence[Mapping[str, str]]
    sheet: str = ""
    errors: Sequence[FieldProblem] = ()
    problem: str = ""
    form_id: str | None = "sheet-choice"


@dataclass(frozen=True, slots=True)
class TypeView:
    """An empty sheet to type, or what one person typed and has to be looked at again."""

    heading: str
    section: str
    action: str
    lines: Sequence[int]
    areas: Sequence[Option]
    typed: Mapping[str, str]
    back: str
    errors: Sequence[FieldProblem] = ()
    form_id: str = "sheet"


@dataclass(frozen=True, slots=True)
class Compared:
    """One line in both readings. `mine`: the fields of the one who looks, to be mended."""

    line: int
    id: str
    state: str
    first: str
    second: str
    mine: Mapping[str, str] | None


@dataclass(frozen=True, slots=True)
class ComparedView:
    heading: str
    section: str
    action: str
    waits: bool
    lines: Sequence[Compared]
    areas: Sequence[Option]
    back: str


async def sheets(request: Request) -> Response:
    """Petitions that take paper, or the sheets of one."""
    words, query = translator_of(request), read_query(request)
    number, sheet = query.get("petition"), query.get("sheet").strip()
    if not number:
        return await _choices(request)
    item = await asking.at_address(number)
    if SHEET.fullmatch(sheet):
        return redirect(f"{PAPER}/{item.number}/{sheet}", request)
    return await _sheets(request, item, words.gettext(_("Write it in letters and digits.")), sheet)


async def _choices(request: Request) -> Response:
    words = translator_of(request)
    found = await asking.listed(services_of(request), asking.Wanted(sort="closing"))
    choices = [
        (f"{PAPER}?petition={item.number}&sheet=", item.ask)
        for item in found.items
        if item.state in asking.SIGNABLE
    ]
    heading = words.gettext("Signatures on paper")
    view = SheetsView(heading, choices, "", [], [], form_id=None)
    return render(request, "voice_desk/paper.html", view)


async def _sheets(request: Request, item: Listed, problem: str, sheet: str) -> Response:
    words = translator_of(request)
    rows = [
        [
            {"href": f"{PAPER}/{item.number}/{row['sheet']}", "text": row["sheet"]},
            words.gettext("twice") if row["twice"] else words.gettext("once"),
            words.number(row["counted"]),
            words.number(row["differs"]),
        ]
        for row in await sheets_of(item.id)
    ]
    titles = (_("Sheet"), _("Typed"), _("Counted"), _("Typed in two ways"))
    shown = problem if sheet else ""
    view = SheetsView(
        heading=item.ask,
        choices=[],
        action=str(item.number),
        rows=rows,
        columns=[{"title": words.gettext(title)} for title in titles],
        sheet=sheet,
        errors=[FieldProblem("sheet", shown)] if shown else [],
        problem=shown,
    )
    return render(request, "voice_desk/paper.html", view, status=422 if shown else 200)


async def sheet(request: Request) -> Response:
    """A sheet: to be typed, waiting for somebody else, or compared."""
    item, name = await _named(request)
    return await _sheet(request, item, name, Form(()))


async def sheet_typed(request: Request) -> Response:
    """The whole sheet, or one line again."""
    (item, name), form = await _named(request), await read_form(request)
    if language_switch(request, form) is not None:
        return await _sheet(request, item, name, form)
    services, actor, now = services_of(request), request.state.actor, now_of(request)
    try:
        if form.get("line"):
            line = as_id(form.get("line"))
            await mend_line(services, actor, item.id, line, _typed(form, ""), now)
        else:
            typed = [_typed(form, f"-{at}") for at in range(1, LINES + 1)]
            await type_sheet(services, actor, item.id, name, typed, now)
    except Invalid as refused:
        words = translator_of(request)
        fields = {f"/lines/{at}": f"name-{at}" for at in range(1, LINES + 1)}
        return await _sheet(request, item, name, form, problems_of(refused.faults, fields, words))
    return redirect(f"{PAPER}/{item.number}/{name}", request)


async def _named(request: Request) -> tuple[Listed, str]:
    name = str(request.path_params["sheet"])
    if not SHEET.fullmatch(name):
        raise NotFound
    return await asking.at_address(request.path_params["number"]), name


def _typed(form: Form, end: str) -> Typed:
    return Typed(**{name: one_line(form.get(f"{name}{end}")) for name in FIELDS})


async def _sheet(
    request: Request,
    item: Listed,
    name: str,
    form: Form,
    problems: Mapping[str, str] | None = None,
) -> Response:
    services, words = services_of(request), translator_of(request)
    found = await lines_of(services, item.id, name)
    mine = request.state.actor.account
    heading = words.gettext("Sheet {name}", name=name)
    areas = area_options(services.voice, words, everywhere=False)
    back, here = f"{PAPER}?petition={item.number}&sheet=", f"{PAPER}/{item.number}/{name}"
    twice = bool(found) and found[0].second_by is not None
    if not twice and (not found or found[0].first_by != mine):
        view = TypeView(
            heading=heading,
            section=item.ask,
            action=here,
            lines=range(1, LINES + 1),
            areas=areas,
            typed={
                f"{each}-{at}": form.get(f"{each}-{at}")
                for at in range(1, LINES + 1)
                for each in FIELDS
            },
            back=back,
            errors=[FieldProblem(*each) for each in (problems or {}).items()],
        )
        status = 422 if problems else 200
        return render(request, "voice_desk/paper_sheet.html", view, status=status)
    compared = ComparedView(
        heading=heading,
        section=item.ask,
        action=here,
        waits=not twice,
        lines=[_compared(line, mine, words) for line in found] if twice else [],
        areas=areas,
        back=back,
    )
    return render(request, "voice_desk/paper_compared.html", compared)


def _compared(line: PaperLine, mine: object, words: Translator) -> Compared:
    own = line.first if mine == line.first_by else line.second if mine == line.second_by else None
    return Compared(
        line=line.line,
        id=str(line.id),
        state=words.gettext(STATES[line.state]),
        first=_said(line.first),
        second=_said(line.second or Typed()),
        mine=own.told() if own is not None and line.state == DIFFERS else None,
    )


def _said(typed: Typed) -> str:
    return ", ".join(part for part in typed.told().values() if part)
