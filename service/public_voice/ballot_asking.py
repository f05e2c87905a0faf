"""Getting a ballot: by mail, by text, by letter with a code, with a card, or the city's sign-in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from service.actions.voice.asking_ballots import ask_for_ballot, use_letter_code
from service.body import Form, read_form
from service.errors import Conflict, Fault, Invalid
from service.i18n import _
from service.public_voice.ballots import (
    SaidView,
    ballot_page,
    problems_of,
    sorry,
)
from service.public_voice.sign_in import Errand, show_way
from service.public_voice.vote_words import ShownOption, address, vote_of
from service.queries.voice.votes import is_taking_ballots
from service.rendering import language_switch, redirect, render, translator_of
from service.templating import FieldProblem
from service.voice.contacts import ADDRESS, PHONE, SIGN_IN
from service.web import address_of, now_of, services_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from service.queries.voice.votes import VoteRecord
    from service.services import Services

CLOSED = _("This vote takes no ballots now.")
NO_AREA = _("Choose an area of the list.")
FIELDS = ("contact", "name", "postcode", "code", "area")


@dataclass(frozen=True, slots=True)
class AskView:
    """By which contact, and where it is typed. With `coded` a letter is there already."""

    heading: str
    section: str
    number: int
    action: str
    by: str
    coded: bool
    sign_in: str
    areas: Sequence[ShownOption]
    typed: Mapping[str, str]
    back: str
    errors: Sequence[FieldProblem] = ()
    wrong: Mapping[str, str] = field(default_factory=dict)
    form_id: str = "ask"


async def ask(request: Request) -> Response:
    """The form for the link, the letter or the card."""
    record = await vote_of(request)
    if not await is_taking_ballots(record.id, services_of(request).clock):
        return sorry(request, record, CLOSED)
    return _ask_page(request, record, Form(()))


async def asked(request: Request) -> Response:
    """Send the link or the letter. The page that follows is the same for everybody."""
    record, form, services = await vote_of(request), await read_form(request), services_of(request)
    if language_switch(request, form) is not None:
        return _ask_page(request, record, form)
    by, words = record.spec.identifier, translator_of(request)
    try:
        if by == SIGN_IN:
            return await _to_sign_in(request, record, form)
        token = await ask_for_ballot(
            services,
            record.number or 0,
            _contact(form, by),
            form.get("area"),
            words.code,
            address_of(request),
            now_of(request),
            name=_name(form),
        )
    except Invalid as refused:
        return _ask_page(request, record, form, refused)
    except Conflict as refused:
        return sorry(request, record, refused.message)
    if token is not None:
        return await ballot_page(request, record, token, Form(()))
    return redirect(address(record, "/mail"), request)


async def _to_sign_in(request: Request, record: VoteRecord, form: Form) -> Response:
    area, services = form.get("area"), services_of(request)
    if area and area not in services.voice.areas:
        raise Invalid([Fault("/area", "unknown_area", NO_AREA)])
    if not await is_taking_ballots(record.id, services.clock):
        return sorry(request, record, CLOSED)
    kept = {"vote": str(record.id), "number": record.number, "area": area}
    question = record.question(translator_of(request).code)
    return await show_way(request, Errand(question, address(record), kept))


async def code(request: Request) -> Response:
    """Where the code of a letter is typed."""
    record = await vote_of(request)
    if record.spec.identifier != ADDRESS:
        return redirect(address(record, "/ask"), request)
    if not await is_taking_ballots(record.id, services_of(request).clock):
        return sorry(request, record, CLOSED)
    return _ask_page(request, record, Form(()), coded=True)


async def coded(request: Request) -> Response:
    """The ballot of somebody whose letter has come."""
    record, form = await vote_of(request), await read_form(request)
    if language_switch(request, form) is not None:
        return _ask_page(request, record, form, coded=True)
    try:
        token = await use_letter_code(
            services_of(request),
            record.number or 0,
            _contact(form, ADDRESS),
            _name(form),
            form.get("code"),
            form.get("area"),
            address_of(request),
            now_of(request),
        )
    except Invalid as refused:
        return _ask_page(request, record, form, refused, coded=True)
    except Conflict as refused:
        return sorry(request, record, refused.message)
    return await ballot_page(request, record, token, Form(()))


def _contact(form: Form, by: str) -> str:
    """What was typed; of an address both lines."""
    typed = form.get("contact")
    return f"{_plain(typed)}\n{_plain(form.get('postcode'))}" if by == ADDRESS else typed


def _name(form: Form) -> str:
    return _plain(form.get("name"))


def _plain(text: str) -> str:
    return " ".join(text.split())


async def mail_sent(request: Request) -> Response:
    """What happens next, by whichever way the link or the code comes."""
    record, words = await vote_of(request), translator_of(request)
    by = record.spec.identifier
    headings = {
        PHONE: words.gettext("Look at your phone"),
        ADDRESS: words.gettext("Look in your mailbox at home"),
    }
    view = SaidView(
        heading=headings.get(by, words.gettext("Look at your mail")),
        lines=[words.gettext(line) for line in SENT.get(by, SENT_BY_MAIL)],
        back=address(record),
        next=(address(record, "/code"), words.gettext("Type the code of your letter"))
        if by == ADDRESS
        else None,
    )
    return render(request, "voice/vote_said.html", view)


SENT_BY_MAIL = (
    _("We sent a link to the address you gave. It works once, for 24 hours."),
    _("No mail after ten minutes? Look in the spam folder, then ask again."),
)
SENT = {
    PHONE: (
        _("We sent a text with a link to the number you gave. It works once, for 24 hours."),
        _("No text after ten minutes? Look at the number, then ask again."),
    ),
    ADDRESS: (
        _("We send a letter with a code to the address you gave. It takes some days."),
        _("When it is there, type the code here to get your ballot."),
    ),
}


def _ask_page(
    request: Request,
    record: VoteRecord,
    form: Form,
    refused: Invalid | None = None,
    *,
    coded: bool = False,
) -> Response:
    words, services = translator_of(request), services_of(request)
    errors = problems_of(refused, words)
    view = AskView(
        heading=words.gettext("Get your ballot"),
        section=record.question(words.code),
        number=record.number or 0,
        action=address(record, "/code" if coded else "/ask"),
        by=record.spec.identifier,
        coded=coded,
        sign_in=_sign_in(services),
        areas=[ShownOption(id, words.gettext(name)) for id, name in services.voice.areas.items()],
        typed={name: form.get(name) for name in FIELDS},
        back=address(record),
        errors=errors,
        wrong={each.target or "": each.text for each in errors},
    )
    return render(request, "voice/vote_ask.html", view, status=422 if refused else 200)


def _sign_in(services: Services) -> str:
    return services.voice.sign_in.name if services.voice.sign_in else ""
