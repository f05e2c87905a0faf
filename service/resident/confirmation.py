"""The receipt after sending: what went where, what comes next, and by when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from forms import counts
from service.rendering import render, translator_of
from service.resident import once
from service.resident.sent_page import known_well, with_application
from service.security.references import show_reference
from service.web import services_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from service.drafts import Held
    from service.i18n import Translator
    from service.queries.own_application import OwnApplication, OwnReferral
    from service.services import Services


COUNT_NOTE = "th_counts"
COUNT_LIFE = timedelta(hours=12)


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
    counts: tuple[str, str] | None
    copy: bool
    writes: bool


@with_application
async def confirmation(request: Request, own: OwnApplication) -> Response:
    """The receipt. It stays the same however often it is opened; how many pages it took is
    known to the browser that sent it."""
    services, words = services_of(request), translator_of(request)
    view = SentView(
        heading=words.ngettext(
            "Your application is sent", "Your {n} applications are sent", len(own.referrals)
        ),
        reference=show_reference(own.reference, services.city.reference_prefix),
        sent=words.moment(own.submitted_at, "long"),
        programs=[next_view(services, each, words) for each in own.referrals],
        counts=_counts(request, own, words),
        copy=known_well(request),
        writes=own.contact.get("safe_to_write") is True and bool(own.contact.get("mail")),
    )
    return render(request, "resident/sent.html", view)


def note_count(request: Request, response: Response, held: Held, programs: Sequence[str]) -> None:
    """Have this browser keep how many pages were answered, and how many the programs' own
    forms would have had."""
    flow = held.flow
    answered = len(flow.steps) - len(flow.open_steps)
    note = [str(held.id), answered, counts(flow, programs).separate]
    once.leave(request, response, COUNT_NOTE, note, COUNT_LIFE)


def _counts(request: Request, own: OwnApplication, words: Translator) -> tuple[str, str] | None:
    """Both numbers, where sending together saved something."""
    note = once.found(request, COUNT_NOTE)
    if note is None or note[0] != str(own.id) or note[2] <= note[1]:
        return None
    return words.number(note[1]), words.number(note[2])


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
