"""Consent for each office, one signature for all, and sending."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from forms import choose, sendable_facts
from service.actions.applications import submit
from service.actions.applied import note_applied
from service.actions.drafts import issue, read, resident
from service.body import read_form
from service.drafts import Held
from service.errors import Conflict, Invalid, Malformed
from service.i18n import _
from service.referrals.request import Consent, Contact, SendRequest
from service.rendering import language_switch, redirect, render, translator_of
from service.resident import sign_changes
from service.resident.confirmation import note_count
from service.resident.consents import (
    SENT,
    ConsentView,
    consent_view,
    open_status,
    receipt,
    sent,
)
from service.resident.draft_page import (
    CHANGING,
    CHECK,
    RESULTS,
    STATUS,
    going_on,
    may_see,
    with_draft,
)
from service.resident.results import applied_elsewhere
from service.resident.signatures import signature_fault
from service.security.rate_limits import SEND_NETWORK, limit
from service.security.sessions import end_others
from service.templating import FieldProblem
from service.web import address_of, now_of, services_of

if TYPE_CHECKING:
    from datetime import datetime

    from starlette.requests import Request
    from starlette.responses import Response

    from service.i18n import Translator
    from service.services import Services

CONFIRM, QUICK = "confirm", "quick"
REVISION = re.compile(r"[0-9]{1,9}")
NO_CONSENT = _("Tick at least one office, or go back.")
NOT_NOW = _("One of these programs cannot be sent now. Take its tick away.")
CLOSED = _("This cannot be sent any more, and is off the list: {programs}. Send the rest.")


@dataclass(frozen=True, slots=True)
class SignView:
    """The page of consents and the signature."""

    heading: str
    quick: bool
    boxes: Sequence[ConsentView]
    elsewhere: Sequence[str]
    signature: str
    signature_error: str | None
    consent_error: str | None
    revision: int
    mode: str
    send_words: str
    open_questions: int
    errors: Sequence[FieldProblem]
    back: str
    form_id: str = "sign"


@dataclass(frozen=True, slots=True)
class Signed:
    """What was ticked and typed, and what there is to say about it."""

    consents: tuple[str, ...] = ()
    signature: str = ""
    mode: str = CONFIRM
    consent_error: str | None = None
    signature_error: str | None = None
    closed: tuple[str, ...] = ()

    @property
    def wrong(self) -> bool:
        return self.consent_error is not None or self.signature_error is not None


@with_draft
async def sign(request: Request, held: Held) -> Response:
    """Consent and signature for the programs that were chosen, or for changes to what was sent."""
    if held.sent:
        return await sign_changes.page(request, held)
    if not held.can_send or not held.draft.chosen:
        return redirect(going_on(held.flow))
    return sign_page(request, held, Signed())


@with_draft
async def send_now(request: Request, held: Held) -> Response:
    """Send what there is: the programs, the consent and the signature on one page."""
    if held.sent:
        return redirect("/benefits/sign")
    if not held.can_send:
        return redirect("/benefits/apply/contact")
    return sign_page(request, held, Signed(mode=QUICK))


async def send(request: Request) -> Response:
    """Hand the application in. The confirmation comes only after everything is stored."""
    services, now = services_of(request), now_of(request)
    form = await read_form(request)
    held = await read(services, request.state.session.subject)
    if held is None:
        # A second tap: of changes, or of the application itself.
        changing = request.state.session.proof.startswith(CHANGING)
        return await sent(request, f"{STATUS}?done=changed" if changing else SENT)
    if held.sent and not may_see(request, held):
        return redirect(STATUS, request)
    if held.sent:
        return await sign_changes.take(request, held, form)
    signed = Signed(
        tuple(dict.fromkeys(form.all("consent"))),
        form.get("signature").strip(),
        QUICK if form.get("mode") == QUICK else CONFIRM,
    )
    if language_switch(request, form) is not None:
        return sign_page(request, held, signed)
    if not REVISION.fullmatch(revision := form.get("revision")):
        raise Malformed("revision")
    signed = _checked(signed, services, held)
    if signed.wrong:
        return sign_page(request, held, signed, status=422)
    await limit(services, SEND_NETWORK, address_of(request), now)
    if not held.has_reference:
        await issue(services, held.id, now)
    try:
        token = await _hand_in(request, held, _request(services, held, signed, revision))
        await _keep_ticks(services, held, now)
    except Conflict as conflict:
        if conflict.code == "draft_changed":
            return redirect(f"{CHECK}?changed=yes", request)
        return await sent(request)
    except Invalid:
        wrong = Signed(signed.consents, signed.signature, signed.mode, NOT_NOW)
        return sign_page(request, held, wrong, status=422)
    response = await sent(request) if token is None else receipt(request, token)
    if signed.mode == CONFIRM:  # pages that were left out are none that were saved
        note_count(request, response, held, signed.consents)
    return response


async def _hand_in(request: Request, held: Held, wanted: SendRequest) -> str | None:
    """Send, and in the same transaction open the visit that sees it; its token. None where the very
    same was sent before."""
    token: str | None = None

    async def change_visits() -> None:
        nonlocal token
        # Whoever else had the draft open is a stranger now, and shows the secret or a link.
        await end_others(request.state.session)
        token = await open_status(request)

    actor, services = resident(held.id), services_of(request)
    await submit(services, actor, wanted, now_of(request), also=change_visits)
    return token


async def _keep_ticks(services: Services, held: Held, now: datetime) -> None:
    """What somebody said they applied for elsewhere stays their own note after sending."""
    if ticked := applied_elsewhere(held.flow):
        await note_applied(services, held.id, ticked, now)


def _checked(signed: Signed, services: Services, held: Held) -> Signed:
    offered = {each for each, _agency in offered_programs(services, held, signed.mode)}
    known = services.rules.programs
    closed = tuple(known[e].name for e in signed.consents if e in known and e not in offered)
    consent = NO_CONSENT if not signed.consents else CLOSED if closed else None
    if not offered.issuperset(signed.consents) and not closed:
        consent = NOT_NOW
    name = signature_fault(signed.signature)
    return replace(signed, consent_error=consent, signature_error=name, closed=closed)


def _request(services: Services, held: Held, signed: Signed, revision: str) -> SendRequest:
    """What exactly is signed: the facts of the programs ticked, and nothing of the others."""
    programs = services.rules.programs
    chosen = choose(held.draft, signed.consents)
    # The usual case, all that was chosen is ticked: what the flow has worked out already stands.
    flow = held.flow if chosen == held.draft else held.flow.with_draft(chosen)
    contact = Contact.from_json(held.draft.contact)
    return SendRequest(
        application=held.id,
        facts=sendable_facts(flow),
        programs=signed.consents,
        consents=tuple(Consent(each, programs[each].fields) for each in signed.consents),
        signature=signed.signature,
        contact=contact,
        language=contact.language or held.language,
        revision=int(revision),
    )


def sign_page(request: Request, held: Held, signed: Signed, status: int = 200) -> Response:
    """The page of consents with what was ticked and typed."""
    services, words = services_of(request), translator_of(request)
    offered = offered_programs(services, held, signed.mode)
    boxes = [consent_view(services, *each, signed.consents, words) for each in offered]
    if not boxes:
        return redirect(RESULTS, request)
    quick = signed.mode == QUICK
    consent_error, signature_error = _said(signed, words)
    problems = [
        (f"consent-{boxes[0].program}", consent_error),
        ("signature", signature_error),
    ]
    view = SignView(
        heading=words.gettext("Send what you have")
        if quick
        else words.gettext("Your consent and signature"),
        quick=quick,
        boxes=boxes,
        elsewhere=_elsewhere(services, held, words),
        signature=signed.signature,
        signature_error=signature_error,
        consent_error=consent_error,
        revision=held.revision,
        mode=signed.mode,
        send_words=_button(boxes, words),
        open_questions=len(held.flow.open_steps),
        errors=[FieldProblem(target, text) for target, text in problems if text],
        back=going_on(held.flow) if quick else CHECK,
    )
    return render(request, "resident/sign.html", view, status=status)


def _said(signed: Signed, words: Translator) -> tuple[str | None, str | None]:
    """What is wrong with the ticks and with the name, in the reader's words."""
    gone = words.list([words.gettext(name) for name in signed.closed])
    ticks, name = signed.consent_error, signed.signature_error
    return (
        words.gettext(ticks, programs=gone) if ticks else None,
        words.gettext(name) if name else None,
    )


def offered_programs(services: Services, held: Held, mode: str) -> list[tuple[str, str]]:
    """(program, agency) of everything that can be sent from here now."""
    flow = held.flow
    wanted = flow.interest if mode == QUICK else frozenset(flow.draft.chosen)
    facts = sendable_facts(flow)
    found = []
    for program in services.rules.programs.values():
        if program.id not in wanted or program.apply != "routed":
            continue
        agency = services.city.routing.agency_for(program.id, facts)
        if agency is not None and program.status_on(flow.on) == "open":
            found.append((program.id, agency))
    return found


def _elsewhere(services: Services, held: Held, words: Translator) -> list[str]:
    """Chosen programs that cannot be sent from here."""
    offered = {each for each, _agency in offered_programs(services, held, CONFIRM)}
    programs = services.rules.programs
    return [words.gettext(programs[p].name) for p in held.draft.chosen if p not in offered]


def _button(boxes: Sequence[ConsentView], words: Translator) -> str:
    """What it sends, and to whom."""
    agencies = list(dict.fromkeys(box.agency for box in boxes))
    if len(boxes) == 1:
        return words.gettext(
            "Send my application for {program} to {agency}",
            program=boxes[0].title,
            agency=agencies[0],
        )
    if len(agencies) == 1:
        return words.gettext("Send what I ticked to {agency}", agency=agencies[0])
    return words.gettext("Send my application to the offices I ticked")
