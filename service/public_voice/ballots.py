"""The way of one ballot: mark, check, cast, keep the receipt."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from secrets import randbelow
from typing import TYPE_CHECKING, Any

from service.actions.voice.ballots import cast, check_ticket
from service.body import Form, read_form, read_query
from service.errors import Conflict, Invalid
from service.i18n import _
from service.public_voice.pairs import (
    PICKS,
    TO,
    PairLine,
    may_go_on,
    next_step,
    pair_lines,
    pair_view,
    picks_in,
)
from service.public_voice.sheets import (
    TOKEN,
    TURN,
    Sheet,
    cost_of,
    depth_of,
    hidden,
    marks,
    read_sheet,
    said,
    turn_of,
)
from service.public_voice.vote_words import (
    COUNTED,
    MARKS,
    RANKED,
    ShownOption,
    address,
    shown_options,
    turned,
    vote_of,
    ways_to_begin,
)
from service.rendering import language_switch, render, translator_of
from service.templating import FieldProblem
from service.web import now_of, services_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from petitions.protocol.sealing import Receipt
    from service.i18n import Translator
    from service.queries.voice.votes import VoteRecord


@dataclass(frozen=True, slots=True)
class SaidView:
    """A page of words after something was done, or could not be."""

    heading: str
    lines: Sequence[str]
    back: str
    next: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class BallotView:
    """The ballot to be marked."""

    heading: str
    number: int
    kind: str
    legend: str
    how: str
    options: Sequence[ShownOption]
    places: Sequence[ShownOption]
    marks: Mapping[str, Sequence[str]]
    token: str
    turn: int
    most: int
    budget: str | None
    costs: str
    errors: Sequence[FieldProblem] = ()
    wrong: Mapping[str, str] = field(default_factory=dict)
    form_id: str = "ballot"


@dataclass(frozen=True, slots=True)
class CheckView:
    """What will be cast."""

    heading: str
    number: int
    lines: Sequence[str]
    ranked: bool
    cost: str | None
    hidden: Sequence[tuple[str, str]]
    pairs: Sequence[PairLine] = ()
    decided: int = 0
    may_go_on: bool = False
    form_id: str = "cast"


@dataclass(frozen=True, slots=True)
class ReceiptView:
    """Shown once."""

    heading: str
    number: int
    text: str
    leaf: str
    until: str


# ---- words on the way ---------------------------------------------------------------------------


def problems_of(refused: Invalid | None, words: Translator) -> list[FieldProblem]:
    """What is wrong, for the summary and the fields."""
    faults = refused.faults if refused else ()
    return [FieldProblem(each.pointer[1:], words.gettext(each.detail)) for each in faults]


def sorry(request: Request, record: VoteRecord, message: str) -> Response:
    """Why it cannot be done now, and the way on."""
    words = translator_of(request)
    view = SaidView(
        heading=words.gettext("This did not change anything"),
        lines=[words.gettext(message)],
        back=address(record),
        next=(address(record, "/ask"), words.gettext("Ask for a new link"))
        if record.state == "open"
        else None,
    )
    return render(request, "voice/vote_said.html", view, status=409)


# ---- marking ------------------------------------------------------------------------------------


async def ballot(request: Request) -> Response:
    """The ballot behind a link. Opening it changes nothing."""
    record, token = await vote_of(request), read_query(request).get("t")
    return await ballot_page(request, record, token, Form(()))


async def marked(request: Request) -> Response:
    """The ballot as it was marked, to be looked at once more before it is cast."""
    record, form = await vote_of(request), await read_form(request)
    spec, token = record.spec, form.get("t")
    if spec.method == "pairwise":
        return await _pair_marked(request, record, form)
    switched = language_switch(request, form) is not None
    if switched or form.get("_action") == "back":
        return await ballot_page(request, record, token, form)
    sheet = read_sheet(form, spec)
    if sheet.problems:
        return await ballot_page(request, record, token, form, sheet)
    return await _check_page(request, record, form, sheet)


async def _pair_marked(request: Request, record: VoteRecord, form: Form) -> Response:
    """One pair was answered, or another one is wanted. After the last comes the whole ballot."""
    step = next_step(form, record.spec)
    if language_switch(request, form) is None and step.at is None:
        carried = ((name, form.get(name)) for name in (TOKEN, TURN))
        done = Form(((PICKS, step.picks), *carried))
        return await _check_page(request, record, done, read_sheet(done, record.spec))
    return await ballot_page(request, record, form.get(TOKEN), form)


async def _check_page(request: Request, record: VoteRecord, form: Form, sheet: Sheet) -> Response:
    words, spec = translator_of(request), record.spec
    try:
        await check_ticket(services_of(request), record, form.get("t"), now_of(request))
    except Conflict as refused:
        return sorry(request, record, refused.message)
    spent = cost_of(sheet.choice, spec) * 100
    view = CheckView(
        heading=words.gettext("Check your ballot"),
        number=record.number or 0,
        lines=said(sheet.choice, record, words),
        ranked=spec.method in RANKED,
        cost=words.amount(spent) if spec.budget else None,
        hidden=hidden(form, spec),
        **_pairs_told(record, form, sheet, words),
    )
    return with_a_way_back(render(request, "voice/vote_check.html", view))


def with_a_way_back(response: Response) -> Response:
    """The browser's own way back leads through pages that were sent as forms: it may show its copy
    of them. Copies are thrown away with the receipt."""
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def _pairs_told(record: VoteRecord, form: Form, sheet: Sheet, words: Translator) -> dict[str, Any]:
    spec = record.spec
    if spec.method != "pairwise":
        return {}
    picks = picks_in(form, spec)
    lines = pair_lines(record, picks, turn_of(form, spec), words)
    return {"pairs": lines, "decided": len(sheet.choice), "may_go_on": may_go_on(picks, spec)}


async def ballot_page(
    request: Request, record: VoteRecord, token: str, form: Form, sheet: Sheet | None = None
) -> Response:
    """The ballot to be marked, as far as it is marked in `form`."""
    words, spec = translator_of(request), record.spec
    try:
        await check_ticket(services_of(request), record, token, now_of(request))
    except Conflict as refused:
        return sorry(request, record, refused.message)
    turn = turn_of(form, spec) if TURN in form else randbelow(ways_to_begin(spec))
    if spec.method == "pairwise":
        step, to = next_step(form, spec), form.get(TO)
        view = pair_view(record, step, turn, token, to, words)
        return with_a_way_back(render(request, "voice/vote_pair.html", view))
    return _sheet_page(request, record, token, form, turn, sheet)


def _sheet_page(
    request: Request,
    record: VoteRecord,
    token: str,
    form: Form,
    turn: int,
    sheet: Sheet | None,
) -> Response:
    words, spec = translator_of(request), record.spec
    problems = sheet.problems if sheet else ()
    errors = [FieldProblem(one.name, words.gettext(one.text, **one.values)) for one in problems]
    view = BallotView(
        heading=record.question(words.code),
        number=record.number or 0,
        kind="rank" if spec.method in RANKED else spec.method,
        legend=words.gettext(MARKS.get(spec.method, _("Put options in order"))),
        how=words.gettext(COUNTED[spec.method]),
        options=shown_options(record, turned(spec, turn), words),
        places=_places(record, words),
        marks=marks(form, spec),
        token=token,
        turn=turn,
        most=depth_of(spec),
        budget=words.amount(spec.budget * 100) if spec.budget else None,
        costs=json.dumps({one.id: one.cost for one in spec.options}),
        errors=errors,
        wrong={each.target or "": each.text for each in errors},
    )
    status = 422 if problems else 200
    return with_a_way_back(render(request, "voice/vote_ballot.html", view, status=status))


def _places(record: VoteRecord, words: Translator) -> list[ShownOption]:
    spec = record.spec
    if spec.method == "score":
        return [ShownOption(str(n), words.number(n)) for n in range(spec.highest + 1)]
    return [
        ShownOption(str(n), words.gettext("Place {n}", n=n)) for n in range(1, depth_of(spec) + 1)
    ]


# ---- casting ------------------------------------------------------------------------------------


async def casting(request: Request) -> Response:
    """Record the ballot. The receipt is on this page and nowhere else."""
    record, form = await vote_of(request), await read_form(request)
    sheet = read_sheet(form, record.spec)
    if language_switch(request, form) is not None:
        return await _check_page(request, record, form, sheet)
    if sheet.problems:
        return await ballot_page(request, record, form.get("t"), form, sheet)
    services, words = services_of(request), translator_of(request)
    number, now = record.number or 0, now_of(request)
    try:
        receipt = await cast(services, number, form.get("t"), sheet.choice, now)
    except Conflict as refused:
        return sorry(request, record, refused.message)
    view = ReceiptView(
        heading=words.gettext("Your ballot is recorded"),
        number=number,
        text=receipt_text(receipt),
        leaf=receipt.leaf,
        until=words.moment(record.closes_at) if record.closes_at else "",
    )
    response = render(request, "voice/vote_receipt.html", view)
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


def receipt_text(receipt: Receipt) -> str:
    """The receipt in three parts, as it is checked again."""
    return f"{receipt.leaf} {receipt.day} {receipt.signature}"
