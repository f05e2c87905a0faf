"""The status page: whose turn it is in each program, and what the resident can do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from service.actions import contact_changes as changing
from service.body import read_query
from service.i18n import _
from service.rendering import redirect, render, translator_of
from service.resident.confirming import WHAT
from service.resident.draft_page import STATUS
from service.resident.elsewhere import ElsewhereView, programs_elsewhere
from service.resident.sent_page import known_well, masked, with_application
from service.resident.status_view import CardView, cards
from service.security.references import show_reference
from service.security.sessions import clear_session_cookie
from service.web import now_of, services_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.requests import Request
    from starlette.responses import Response

    from service.i18n import Translator
    from service.queries.own_application import OwnApplication


@dataclass(frozen=True, slots=True)
class StatusView:
    """Everything the status page shows."""

    heading: str
    reference: str
    sent: str
    cards: Sequence[CardView]
    waiting: Sequence[WaitingView]
    elsewhere: Sequence[ElsewhereView]
    contact: Sequence[str]
    masked: bool
    opened_before: str | None
    can_change: bool
    can_withdraw: bool
    copy: bool
    done: str | None


@dataclass(frozen=True, slots=True)
class WaitingView:
    """A change somebody asked for that has not happened yet."""

    what: str
    asked: str
    due: str
    stop: str


DONE = {
    "replied": _("Your reply is sent. It is the office’s turn now."),
    "objected": _("Your objection is sent. Another worker reads it."),
    "withdrawn": _("You took it back. The office is told."),
    "held": _("We ask your old mail, if we may write there. Otherwise it happens in 72 hours."),
    "contact": _("How we reach you is changed."),
    "stopped": _("It is stopped and does not happen."),
    "dropped": _("Your changes are thrown away. Nothing was sent."),
    "applied": _("Your ticks are kept."),
    "changed": _("Your change is sent to the offices."),
}


@with_application
async def status(request: Request, own: OwnApplication) -> Response:
    """Every case of the application, the resident's own turn first."""
    services, words = services_of(request), translator_of(request)
    shown = cards(services, own, words, services.city.calendar.day_of(now_of(request)))
    well = known_well(request)
    before = own.opened_before_at
    view = StatusView(
        heading=words.gettext("Your application"),
        reference=show_reference(own.reference, services.city.reference_prefix),
        sent=words.date(own.submitted_at, "day"),
        cards=shown,
        waiting=[_waiting(each, words) for each in await changing.waiting_of(own.id)],
        elsewhere=await programs_elsewhere(services, own, words),
        contact=_contact(own, well),
        masked=not well,
        opened_before=words.moment(before, "long") if before else None,
        can_change=own.state == "submitted",
        can_withdraw=any(card.open for card in shown),
        copy=well,
        done=_done(request, words),
    )
    return render(request, "resident/status.html", view)


def _waiting(change: changing.Waiting, words: Translator) -> WaitingView:
    return WaitingView(
        what=words.gettext(WHAT[change.kind]),
        asked=words.moment(change.asked_at, "long"),
        due=words.moment(change.due_at, "long"),
        stop=f"{STATUS}/changes/{change.id}/stop",
    )


def _contact(own: OwnApplication, well: bool) -> list[str]:
    told = [str(own.contact[part]) for part in ("mail", "phone") if own.contact.get(part)]
    return told if well else [masked(each) for each in told]


def _done(request: Request, words: Translator) -> str | None:
    """What was just done here, said once by the address it led to."""
    text = DONE.get(read_query(request).get("done"))
    return words.gettext(text) if text else None


async def lock_secret(request: Request) -> Response:
    """Not me: shut the secret's way, and end every session of the application."""
    services, subject = services_of(request), request.state.session.subject
    await changing.stop_all(subject, now_of(request))
    response = redirect("/benefits/return?locked=yes", request)
    clear_session_cookie(response, "status", services.settings)
    return response
