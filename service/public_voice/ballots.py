"""The way of one ballot: ask for the link, mark, check, cast, keep the receipt."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from service.actions.voice.ballots import ask_for_ballot, cast, check_ticket
from service.body import Form, read_form, read_query
from service.errors import Conflict, Invalid
from service.i18n import _
from service.public_voice.sheets import (
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
    a_turn,
    address,
    shown_options,
    turned,
    vote_of,
)
from service.queries.voice.votes import is_taking_ballots
from service.rendering import language_switch, redirect, render, translator_of
from service.templating import FieldProblem
from service.web import address_of, now_of, services_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from petitions.protocol.sealing import Receipt
    from service.i18n import Translator
    from service.queries.voice.votes import VoteRecord

CLOSED = _("This vote takes no ballots now.")


@dataclass(frozen=True, slots=True)
class AskView:
    """Where to send the link."""

    heading: str
    section: str
    number: int
    card: bool
    areas: Sequence[ShownOption]
    contact: str
    area: str
    back: str
    errors: Sequence[FieldProblem] = ()
    wrong: Mapping[str, str] = field(default_factory=dict)
    form_id: str = "ask"


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
    form_id: str = "cast"


@dataclass(frozen=True, slots=True)
class ReceiptView:
    """Shown once."""

    heading: str
    number: int
    text: str
    leaf: str
    until: str


# ---- asking -------------------------------------------------------------------------------------


async def ask(request: Request) -> Response:
    """The form for the link."""
    record = await vote_of(request)
    if not await is_taking_ballots(record.id, services_of(request).clock):
        return sorry(request, record, CLOSED)
    return _ask_page(request, record, Form(()))


async def asked(request: Request) -> Response:
    """Send the link. The page that follows is the same for everybody."""
    record, form, services = await vote_of(request), await read_form(request), services_of(request)
    if language_switch(request, form) is not None:
        return _ask_page(request, record, form)
    words = translator_of(request)
    try:
        token = await ask_for_ballot(
            services,
            record.number or 0,
            form.get("contact"),
            form.get("area"),
            words.code,
            address_of(request),
            now_of(request),
        )
    except Invalid as refused:
        return _ask_page(request, record, form, refused)
    except Conflict as refused:
        return sorry(request, record, refused.message)
    if token is not None:
        return await _ballot_page(request, record, token, Form(()))
    return redirect(address(record, "/mail"), request)


async def mail_sent(request: Request) -> Response:
    """What happens next."""
    record, words = await vote_of(request), translator_of(request)
    view = SaidView(
        heading=words.gettext("Look at your mail"),
        lines=[
            words.gettext("We sent a link to the address you gave. It works once, for 24 hours."),
            words.gettext("No mail after ten minutes? Look in the spam folder, then ask again."),
        ],
        back=address(record),
    )
    return render(request, "voice/vote_said.html", view)


def _ask_page(
    request: Request, record: VoteRecord, form: Form, refused: Invalid | None = None
) -> Response:
    words, services = translator_of(request), services_of(request)
    errors = problems_of(refused, words)
    view = AskView(
        heading=words.gettext("Get your ballot"),
        section=record.question(words.code),
        number=record.number or 0,
        card=record.spec.identifier == "in_person",
        areas=[ShownOption(id, words.gettext(name)) for id, name in services.voice.areas.items()],
        contact=form.get("contact"),
        area=form.get("area"),
        back=address(record),
        errors=errors,
        wrong={each.target or "": each.text for each in errors},
    )
    return render(request, "voice/vote_ask.html", view, status=422 if refused else 200)


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
    return await _ballot_page(request, record, token, Form(()))


async def marked(request: Request) -> Response:
    """The ballot as it was marked, to be looked at once more before it is cast."""
    record, form = await vote_of(request), await read_form(request)
    spec, token = record.spec, form.get("t")
    switched = language_switch(request, form) is not None
    if switched or form.get("_action") == "back":
        return await _ballot_page(request, record, token, form)
    sheet = read_sheet(form, spec)
    if sheet.problems:
        return await _ballot_page(request, record, token, form, sheet)
    return await _check_page(request, record, form, sheet)


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
    )
    return render(request, "voice/vote_check.html", view)


async def _ballot_page(
    request: Request, record: VoteRecord, token: str, form: Form, sheet: Sheet | None = None
) -> Response:
    words, spec = translator_of(request), record.spec
    try:
        await check_ticket(services_of(request), record, token, now_of(request))
    except Conflict as refused:
        return sorry(request, record, refused.message)
    turn = turn_of(form, spec) if "turn" in form else a_turn(spec)
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
    return render(request, "voice/vote_ballot.html", view, status=422 if problems else 200)


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
        return await _ballot_page(request, record, form.get("t"), form, sheet)
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
    return render(request, "voice/vote_receipt.html", view)


def receipt_text(receipt: Receipt) -> str:
    """The receipt in three parts, as it is checked again."""
    return f"{receipt.leaf} {receipt.day} {receipt.signature}"
