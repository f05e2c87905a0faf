"""Where a receipt is checked, and where somebody whose ballot is missing puts that on record."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from service.actions.voice.ballots import checked_receipt
from service.actions.voice.settling import REASONS, dispute_receipt
from service.body import Form, read_form
from service.errors import Conflict, Invalid
from service.i18n import _
from service.public_voice.ballots import SaidView, problems_of, sorry
from service.public_voice.vote_words import address, vote_of
from service.queries.voice.votes import published_file
from service.rendering import language_switch, render, translator_of
from service.templating import FieldProblem
from service.web import now_of, services_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from petitions.protocol.sealing import Receipt
    from service.queries.voice.votes import VoteRecord


@dataclass(frozen=True, slots=True)
class FindView:
    """The page where a receipt is looked for, and what was found."""

    heading: str
    section: str
    number: int
    receipt: str
    found: str | None
    kind: str
    may_dispute: bool
    closed: bool
    until: str
    back: str
    errors: Sequence[FieldProblem] = ()
    wrong: Mapping[str, str] = field(default_factory=dict)
    form_id: str = "find"


async def find(request: Request) -> Response:
    """Where a receipt is checked."""
    return _find_page(request, await vote_of(request), Form(()))


async def found(request: Request) -> Response:
    """Is the ballot of this receipt in the list? In the dispute window a missing one can be put
    on record."""
    record, form = await vote_of(request), await read_form(request)
    if language_switch(request, form) is not None:
        return _find_page(request, record, form)
    try:
        receipt = await checked_receipt(record.number or 0, form.get("receipt"))
    except Invalid as refused:
        return _find_page(request, record, form, refused=refused)
    if form.get("_action") == "dispute":
        return await _dispute(request, record, receipt)
    if record.state == "open":
        text = _("This receipt is whole, and we signed it. The list comes out at the close.")
        return _find_page(request, record, form, text, "info")
    listed = (await published_file(record, "leaves.txt")).decode().split()
    if receipt.leaf not in listed:
        text = _(
            "This ballot is not in the list. If you voted again later, the newer ballot took its"
            " place, and the newer receipt is in the list."
        )
        return _find_page(request, record, form, text, "warn", missing=True)
    text, kind = _("Your ballot is in the list."), "ok"
    if record.state in ("reduced", "counted") and (why := await _removed(record, receipt.leaf)):
        text, kind = why, "warn"
    return _find_page(request, record, form, text, kind)


async def _removed(record: VoteRecord, leaf: str) -> str | None:
    final = json.loads(await published_file(record, "final.json"))
    reason = next((why for one, why in final["removed"] if one == leaf), None)
    return None if reason is None else REASONS.get(reason, reason)


async def _dispute(request: Request, record: VoteRecord, receipt: Receipt) -> Response:
    words = translator_of(request)
    try:
        await dispute_receipt(services_of(request), record, receipt, now_of(request))
    except Conflict as refused:
        return sorry(request, record, refused.message)
    view = SaidView(
        heading=words.gettext("This is on record"),
        lines=[
            words.gettext(
                "Two people at the city have to answer it before the ballots are opened."
            ),
            words.gettext("Keep your receipt. It is the proof."),
        ],
        back=address(record),
    )
    return render(request, "voice/vote_said.html", view)


def _find_page(
    request: Request,
    record: VoteRecord,
    form: Form,
    text: str | None = None,
    kind: str = "info",
    *,
    missing: bool = False,
    refused: Invalid | None = None,
) -> Response:
    words = translator_of(request)
    errors = problems_of(refused, words)
    disputing = record.state == "disputed" and missing
    view = FindView(
        heading=words.gettext("Look for your ballot"),
        section=record.question(words.code),
        number=record.number or 0,
        receipt=form.get("receipt"),
        found=words.gettext(text) if text else None,
        kind=kind,
        may_dispute=disputing,
        closed=record.state != "open",
        until=words.moment(record.closes_at) if record.closes_at else "",
        back=address(record),
        errors=errors,
        wrong={each.target or "": each.text for each in errors},
    )
    return render(request, "voice/vote_find.html", view, status=422 if refused else 200)
