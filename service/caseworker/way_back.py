"""For somebody at the desk who lost the secret number: papers looked at, then a number for once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from service.actions.given_secrets import CHECKS, Given, give
from service.actions.returning import GIVEN_LIFE
from service.body import Form, read_form
from service.caseworker.queue import QUEUE
from service.errors import Invalid
from service.i18n import SOURCE
from service.queries.casefile import CaseFile, open_case
from service.rendering import language_switch, render, translator_of
from service.security.references import show_reference, show_secret
from service.templating import FieldProblem
from service.web import now_of, services_of, web_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from service.i18n import Translator


@dataclass(frozen=True, slots=True)
class WayBackView:
    """The form: who is here, and what was looked at."""

    heading: str
    section: str
    back: str
    action: str
    checks: Sequence[Mapping[str, str]]
    checked: str
    here: bool
    waits: bool
    wrong: Mapping[str, str]
    errors: Sequence[FieldProblem]
    form_id: str = "way-back"


@dataclass(frozen=True, slots=True)
class GivenView:
    """The number, this once, on a page to hand over; its words are in the resident's language."""

    heading: str
    section: str
    back: str
    lang: str
    direction: str
    title: str
    reference_label: str
    secret_label: str
    words: Sequence[str]
    reference: str
    secret: str
    waits: bool
    mailed: bool
    phone: str | None


async def way_back(request: Request) -> Response:
    """The empty form."""
    found = await open_case(services_of(request), request.state.actor, request.path_params["id"])
    return _form(request, found, Form(()))


async def given(request: Request) -> Response:
    """Make the number. The page that shows it answers the form itself: an address would keep it."""
    services, actor = services_of(request), request.state.actor
    found = await open_case(services, actor, request.path_params["id"])
    form = await read_form(request)
    if language_switch(request, form) is not None:
        return _form(request, found, form)
    here = form.get("here") == "yes"
    try:
        made = await give(services, actor, found.id, form.get("checked"), here, now_of(request))
    except Invalid as refused:
        return _form(request, found, form, refused)
    return render(request, "caseworker/given.html", _given(request, found, made))


def _form(
    request: Request, found: CaseFile, form: Form, refused: Invalid | None = None
) -> Response:
    words, contact = translator_of(request), found.granted["contact"]
    faults = refused.faults if refused else ()
    problems = [FieldProblem(each.pointer[1:], words.gettext(each.detail)) for each in faults]
    view = WayBackView(
        heading=words.gettext("A new way in for {name}", name=str(contact["name"])),
        section=words.gettext("They lost their secret number"),
        back=f"{QUEUE}/{found.id}",
        action=f"{QUEUE}/{found.id}/way-back",
        checks=[{"value": code, "label": words.gettext(text)} for code, text in CHECKS.items()],
        checked=form.get("checked"),
        here=form.get("here") == "yes",
        waits=bool(contact.get("mail") or contact.get("phone")),
        wrong={each.target or "": each.text for each in problems},
        errors=problems,
    )
    return render(request, "caseworker/way_back.html", view, status=422 if refused else 200)


def _given(request: Request, found: CaseFile, made: Given) -> GivenView:
    services, mine, contact = services_of(request), translator_of(request), found.granted["contact"]
    languages, told = web_of(request).languages, str(found.granted["language"])
    theirs = languages[told if told in languages else SOURCE]
    safe = contact.get("safe_to_write") is True
    return GivenView(
        heading=mine.gettext("A new way in for {name}", name=str(contact["name"])),
        section=mine.gettext("Shown once"),
        back=f"{QUEUE}/{found.id}",
        lang=theirs.language,
        direction=theirs.direction,
        title=theirs.gettext("Your way back"),
        reference_label=theirs.gettext("Reference"),
        secret_label=theirs.gettext("Number for one visit"),
        words=_told(request, made, theirs),
        reference=show_reference(made.reference, services.city.reference_prefix),
        secret=show_secret(made.secret),
        waits=made.waits_until is not None,
        mailed=safe and bool(contact.get("mail")),
        phone=str(contact["phone"]) if safe and contact.get("phone") else None,
    )


def _told(request: Request, made: Given, words: Translator) -> list[str]:
    """What the resident takes home, in their language."""
    starts = made.waits_until or now_of(request)
    until = words.date(words.day(starts + GIVEN_LIFE))
    address = f"{services_of(request).settings.base_url}/benefits/return"
    works = words.gettext("The number works now, until {day}.", day=until)
    if made.waits_until:
        works = words.gettext(
            "The number works from {moment} until {day}.",
            moment=words.moment(made.waits_until, "long"),
            day=until,
        )
    return [
        words.gettext("Open {link} and type both.", link=address),
        works,
        words.gettext("It lets you in once. Then you get a number that only you know."),
    ]
