"""The receipt after sending: what went where, what comes next, and by when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from service.rendering import render, translator_of
from service.resident.sent_page import known_well, with_application
from service.security.references import show_reference
from service.web import services_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from service.i18n import Translator
    from service.queries.own_application import OwnApplication, OwnReferral
    from service.services import Services


@dataclass(frozen=True, slots=True)
class NextView:
    """One program that was sent."""

    title: str
    agency: str
    sent: str
    filing: str
    due: str
    next_step: str
    proofs: Sequence[str]
    phone: str | None


@dataclass(frozen=True, slots=True)
class SentView:
    """Everything the receipt shows."""

    heading: str
    reference: str
    sent: str
    programs: Sequence[NextView]
    copy: bool
    writes: bool


@with_application
async def confirmation(request: Request, own: OwnApplication) -> Response:
    """The receipt; it stays the same however often it is opened."""
    services, words = services_of(request), translator_of(request)
    view = SentView(
        heading=words.ngettext(
            "Your application is sent", "Your {n} applications are sent", len(own.referrals)
        ),
        reference=show_reference(own.reference, services.city.reference_prefix),
        sent=words.moment(own.submitted_at, "long"),
        programs=[next_view(services, each, words) for each in own.referrals],
        copy=known_well(request),
        writes=own.contact.get("safe_to_write") is True and bool(own.contact.get("mail")),
    )
    return render(request, "resident/sent.html", view)


def next_view(services: Services, sent: OwnReferral, words: Translator) -> NextView:
    """Who does what next for one program, and by when."""
    program = services.rules.programs.get(sent.program)
    agency = services.city.agencies.get(sent.agency)
    name = words.gettext(agency.name) if agency else sent.agency
    filing = words.gettext("It counts from the day they get it.")
    if agency is not None and agency.filing == "sent":
        filing = words.gettext("It counts from the day you sent it.")
    step = program.next_step if program else ""
    return NextView(
        title=words.gettext(program.name) if program else sent.program,
        agency=name,
        sent=words.moment(sent.filed_at),
        filing=filing,
        due=words.date(sent.due_on),
        next_step=words.gettext(step) if step else "",
        proofs=[words.gettext(each) for each in program.proofs] if program else [],
        phone=agency.phone.number if agency and agency.phone else None,
    )
