"""After sending: another way to be reached, and a new secret. Confirmed by mail, or held."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from forms import Draft, FieldErrors, Place, Step, page_view, parse_page
from service.actions import contact_changes as changing
from service.actions.own_secrets import renew
from service.body import read_form
from service.drafts import flow_of
from service.errors import NotFound
from service.i18n import _
from service.rendering import language_switch, redirect, render, translator_of
from service.resident import interrupted, once
from service.resident.draft_page import STATUS
from service.resident.offices import OfficeBox, office_boxes, programs_at
from service.resident.question_view import Drawing, GroupView, Typed, error_lines, problems_of
from service.resident.sent_page import came_by_mail, with_application
from service.resident.shown_secrets import ALREADY, came_too_late, carried, carry
from service.saying import say
from service.security.references import show_reference, show_secret
from service.templating import FieldProblem
from service.web import now_of, services_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from forms import Flow
    from service.queries.own_application import OwnApplication
    from service.services import Services

HERE = "/benefits/status/contact"
SECRET = "/benefits/status/secret"
SECRET_NOTE = "th_new_secret"
ASK, NEW = _("Get a new secret number"), _("Your new secret number")
NEWER = _("A newer secret number was made")
ASKED = ("contact_mail", "contact_phone", "contact_language", "safe_to_write")
KEPT_IF_EMPTY = ("mail", "phone")


@dataclass(frozen=True, slots=True)
class ContactView:
    """How to be reached from now on, and which offices are told."""

    heading: str
    groups: Sequence[GroupView]
    offices: Sequence[OfficeBox]
    ticked: Sequence[str]
    hidden: bool
    at_once: bool
    errors: Sequence[FieldProblem]
    back: str = STATUS
    form_id: str = "contact"


@dataclass(frozen=True, slots=True)
class SecretView:
    """A new secret: asked for, or just made and shown once. `newer`: another was made since."""

    heading: str
    reference: str
    secret: str | None
    newer: bool
    works_from: str | None
    at_once: bool
    back: str = STATUS
    form_id: str = "secret"


@with_application
async def contact(request: Request, own: OwnApplication) -> Response:
    """The ways to reach somebody; shown to who came by their own mail, else empty."""
    raw = interrupted.typed(request, own.id)
    return _page(request, own, Typed(raw), raw.get("office", ())) if raw else _page(request, own)


@with_application
async def contact_changed(request: Request, own: OwnApplication) -> Response:
    """Take the new ways: at once for who came by mail, held for anybody else."""
    form = await read_form(request)
    raw, words, services = form.multi(), translator_of(request), services_of(request)
    ticked = tuple(form.all("office"))
    if language_switch(request, form) is not None:
        return _page(request, own, Typed(raw), ticked)
    flow, step = _form(services, request, own)
    patch = parse_page(flow, step, raw, words.code)
    if isinstance(patch, FieldErrors):
        return _page(request, own, Typed(raw, patch), ticked, status=422)
    known = came_by_mail(request)
    told = {fact.partition(".")[2]: value for fact, value in patch.items()}
    new = _merged(own.contact, told, keep_empty=not known)
    # Somebody who may not see the old contact is not told that they guessed it.
    guessed = not known and any(told.get(name) for name in KEPT_IF_EMPTY)
    if new == dict(own.contact) and not guessed:
        return redirect(STATUS, request)
    waiting = await changing.ask(
        services,
        own.id,
        changing.CONTACT,
        {"contact": new, "programs": programs_at(own, ticked)},
        now_of(request),
        confirmed=known,
    )
    return redirect(f"{STATUS}?done={'held' if waiting else 'contact'}", request)


@with_application
async def secret(request: Request, own: OwnApplication) -> Response:
    """Ask for a new secret; or see the one that was just made, this once, if it is the last."""
    services, words = services_of(request), translator_of(request)
    shown, stands = await carried(request, SECRET_NOTE, own.id)
    newer = stands is None and (shown is not None or came_too_late(request))
    view = SecretView(
        heading=words.gettext(NEW if stands else NEWER if newer else ASK),
        reference=show_reference(own.reference, services.city.reference_prefix),
        secret=show_secret(shown) if shown and stands else None,
        newer=newer,
        works_from=words.moment(stands.works_from, "long")
        if stands and stands.works_from
        else None,
        at_once=came_by_mail(request),
    )
    return render(request, "resident/secret.html", view)


@with_application
async def secret_renewed(request: Request, own: OwnApplication) -> Response:
    """Make a new secret: it works at once for who came by mail, else after the hold."""
    form = await read_form(request)
    if language_switch(request, form) is not None:
        return redirect(SECRET, request)
    if form.get("_action") == "seen":
        response = redirect(STATUS, request)
        once.take_away(request, response, SECRET_NOTE)
        return response
    services, now = services_of(request), now_of(request)
    made = await renew(services, own.id, now, confirmed=came_by_mail(request))
    if made is None:
        return redirect(SECRET + ALREADY, request)
    response = redirect(SECRET, request)
    carry(request, response, SECRET_NOTE, own.id, made)
    return response


def _merged(old: Mapping[str, Any], told: Mapping[str, Any], *, keep_empty: bool) -> dict[str, Any]:
    """The contact with what was told; a field left empty keeps the old one where it is hidden."""
    new = dict(old)
    for name, value in told.items():
        if value is not None:
            new[name] = value
        elif not (keep_empty and name in KEPT_IF_EMPTY):
            new.pop(name, None)
    return new


def _form(services: Services, request: Request, own: OwnApplication) -> tuple[Flow, Step]:
    """The form's own page of contacts without the name, filled in where it may be seen."""
    page = services.form.page("contact")
    if page is None:
        raise NotFound
    questions = tuple(each for each in page.questions if each.id in ASKED)
    shown = own.contact if came_by_mail(request) else {"language": own.contact.get("language")}
    draft = Draft(contact={name: value for name, value in shown.items() if value is not None})
    flow = flow_of(services, draft, services.city.calendar.day_of(now_of(request)))
    return flow, Step(replace(page, questions=questions), Place())


def _page(
    request: Request,
    own: OwnApplication,
    typed: Typed | None = None,
    ticked: Sequence[str] = (),
    status: int = 200,
) -> Response:
    words, services = translator_of(request), services_of(request)
    flow, step = _form(services, request, own)
    drawn = page_view(flow, step, words.code, typed.raw if typed else None)
    lines = error_lines(flow, step, drawn, typed.errors if typed else None, words)
    draw = Drawing(flow, words, lines, say(drawn.title, words))
    pairs = zip(drawn.groups, flow.shown(step), strict=True)
    groups = [draw.group(group, live) for group, live in pairs]
    known = came_by_mail(request)
    view = ContactView(
        heading=words.gettext(HEADING),
        groups=groups,
        offices=office_boxes(services, own, words),
        ticked=ticked,
        hidden=not known,
        at_once=known,
        errors=problems_of(lines, groups),
    )
    return render(request, "resident/contact.html", view, status=status)


HEADING = _("How can we reach you from now on?")
