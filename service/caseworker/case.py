"""One case: its answers first, what changed, questions, decisions, notes; the screening last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from service.actions.casework import assign, claim, release, write_note
from service.body import read_form
from service.caseworker.case_words import STATES, TAGS, agency_name, program_name
from service.caseworker.history import (
    DecisionRow,
    NoteRow,
    RequestRow,
    Screened,
    decision_rows,
    note_rows,
    request_rows,
    screened,
)
from service.caseworker.queue import QUEUE, left
from service.errors import Invalid
from service.fact_rows import Change, FactGroup, changes, fact_groups
from service.queries.accounts import colleagues
from service.queries.casefile import CaseFile, open_case
from service.referrals.states import FINAL, State
from service.rendering import language_switch, redirect, render, translator_of
from service.security.access import as_id
from service.security.references import show_reference
from service.templating import FieldProblem
from service.web import now_of, services_of

if TYPE_CHECKING:
    from uuid import UUID

    from starlette.requests import Request
    from starlette.responses import Response

    from service.actions.accounts import Account
    from service.i18n import Translator

DECIDABLE = frozenset(
    {
        State.ACKNOWLEDGED,
        State.IN_REVIEW,
        State.INFORMATION_REQUESTED,
        State.WAITLISTED,
        State.REOPENED,
    }
)
ASKABLE = frozenset({State.ACKNOWLEDGED, State.IN_REVIEW, State.REOPENED})


@dataclass(frozen=True, slots=True)
class VersionChanges:
    """What one version told differently from the one before."""

    title: str
    changes: Sequence[Change]


@dataclass(frozen=True, slots=True)
class Can:
    """What this reader may do with the case now."""

    claim: bool
    release: bool
    ask: bool
    decide: bool
    assign: bool


@dataclass(frozen=True, slots=True)
class CaseView:
    """Everything the case page and its print show."""

    heading: str
    section: str
    back: str
    here: str
    program: str
    agency: str
    reference: str
    state: str
    tag: str
    due: str
    left: str
    filed: str
    language: str
    reach: Sequence[str]
    worker: str
    urgent: bool
    unseen: bool
    groups: Sequence[FactGroup]
    versions: Sequence[VersionChanges]
    requests: Sequence[RequestRow]
    decisions: Sequence[DecisionRow]
    note_list: Sequence[NoteRow]
    screened: Sequence[Screened]
    signed: str
    can: Can
    colleagues: Sequence[Account]
    note: str = ""
    errors: Sequence[FieldProblem] = ()


@dataclass(frozen=True, slots=True)
class PrintView:
    """One case on paper."""

    heading: str
    section: str
    back: str
    case: CaseView


async def case(request: Request) -> Response:
    """The case page. Each time it is read is noted."""
    return await _page(request)


async def case_print(request: Request) -> Response:
    """The same for paper: answers, questions and decisions, without what one can do."""
    shown = await paper_of(request, request.path_params["id"])
    view = PrintView(shown.heading, shown.section, shown.here, shown)
    return render(request, "caseworker/print.html", view)


async def paper_of(request: Request, case: UUID | str) -> CaseView:
    """Everything a case's print shows; that it was read is noted."""
    services, actor = services_of(request), request.state.actor
    found = await open_case(services, actor, case)
    people = await colleagues(services, actor.agency)
    return _view(request, found, people, translator_of(request), "", [])


async def claim_case(request: Request) -> Response:
    """Take the case."""
    case_id = as_id(request.path_params["id"])
    await claim(services_of(request), request.state.actor, case_id, now_of(request))
    return redirect(f"{QUEUE}/{case_id}")


async def release_case(request: Request) -> Response:
    """Give the case back to everybody."""
    case_id = as_id(request.path_params["id"])
    await release(request.state.actor, case_id, now_of(request))
    return redirect(f"{QUEUE}/{case_id}")


async def assign_case(request: Request) -> Response:
    """A supervisor hands the case to somebody of the office."""
    case_id = as_id(request.path_params["id"])
    form = await read_form(request)
    await assign(request.state.actor, case_id, as_id(form.get("worker")), now_of(request))
    return redirect(f"{QUEUE}/{case_id}")


async def note_case(request: Request) -> Response:
    """Add a remark for colleagues."""
    case_id = as_id(request.path_params["id"])
    form = await read_form(request)
    text = form.get("note")
    if language_switch(request, form) is not None:
        return await _page(request, text)
    try:
        await write_note(services_of(request), request.state.actor, case_id, text, now_of(request))
    except Invalid as refused:
        said = translator_of(request).gettext(refused.faults[0].detail)
        return await _page(request, text, FieldProblem("note", said))
    return redirect(f"{QUEUE}/{case_id}#notes")


async def _page(request: Request, note: str = "", problem: FieldProblem | None = None) -> Response:
    services, actor, words = services_of(request), request.state.actor, translator_of(request)
    found = await open_case(services, actor, request.path_params["id"])
    people = await colleagues(services, actor.agency)
    view = _view(request, found, people, words, note, [problem] if problem else [])
    return render(request, "caseworker/case.html", view, status=422 if problem else 200)


def _view(
    request: Request,
    found: CaseFile,
    people: Sequence[Account],
    words: Translator,
    note: str,
    errors: Sequence[FieldProblem],
) -> CaseView:
    services, granted = services_of(request), found.granted
    today = services.city.calendar.day_of(now_of(request))
    names = {each.id: each.name for each in people}
    is_open = State(found.state) not in FINAL
    language = str(granted["language"])
    return CaseView(
        heading=str(granted["contact"]["name"]),
        section=program_name(found.program, services, words),
        back=QUEUE,
        here=f"{QUEUE}/{found.id}",
        program=program_name(found.program, services, words),
        agency=agency_name(found.agency, services, words),
        reference=show_reference(granted["reference"], services.city.reference_prefix),
        state=words.gettext(STATES[found.state]),
        tag=TAGS.get(found.state, "quiet"),
        due=words.date(found.due_on),
        left=left(services, found.due_on, today, words) if is_open else "",
        filed=words.moment(found.filed_at, "long"),
        language=language_name(request, language),
        reach=reach(granted["contact"], words),
        worker=names.get(found.assigned_to, "") if found.assigned_to else "",
        urgent=found.urgent,
        unseen=found.waiting,
        groups=fact_groups(granted["facts"], services, words, language),
        versions=_versions(request, found, words, language),
        requests=request_rows(found, words, language),
        decisions=decision_rows(found, services, words, language, names),
        note_list=note_rows(found, words, names),
        screened=[screened(each, granted["facts"], words) for each in granted["screening"]],
        signed=words.gettext(
            "Signed by {name}: {moment}",
            name=granted["signature"]["name"],
            moment=words.moment(found.filed_at, "long"),
        ),
        can=_can(request, found),
        colleagues=[each for each in people if each.id != found.assigned_to],
        note=note,
        errors=errors,
    )


def _can(request: Request, found: CaseFile) -> Can:
    actor, state = request.state.actor, State(found.state)
    mine, is_open = found.assigned_to == actor.account, state not in FINAL
    current = found.acknowledged_version == found.version
    supervises = actor.kind == "supervisor"
    return Can(
        claim=is_open and (found.assigned_to is None or (mine and found.waiting)),
        release=is_open and (mine or (supervises and found.assigned_to is not None)),
        ask=state in ASKABLE and current,
        decide=state in DECIDABLE and current,
        assign=supervises and is_open,
    )


def _versions(
    request: Request, found: CaseFile, words: Translator, language: str
) -> list[VersionChanges]:
    """What each later version of this agency's part changed, the newest first."""
    services = services_of(request)
    drawn = [fact_groups(each.facts, services, words, language) for each in found.versions]
    pairs = zip(found.versions[1:], drawn, drawn[1:], strict=False)
    told = [
        VersionChanges(
            words.gettext(
                "Version {n}, {day}", n=version.number, day=words.moment(version.filed_at)
            ),
            changes(before, after),
        )
        for version, before, after in pairs
    ]
    return told[::-1]


def reach(contact: dict[str, Any], words: Translator) -> list[str]:
    """How to reach the resident, and whether it is safe to write."""
    told = [str(contact[part]) for part in ("phone", "mail") if contact.get(part)]
    if not contact.get("safe_to_write"):
        told.append(words.gettext("Do not write or leave messages: it may not be safe."))
    return told


def language_name(request: Request, code: str) -> str:
    """A language by its own name, where the city offers it."""
    offered = services_of(request).city.languages
    return next((each.name for each in offered if each.code == code), code)
