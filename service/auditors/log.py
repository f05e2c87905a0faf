"""The audit log: searched by application, person or day, walked to its end, saved as a file."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from starlette.responses import Response as PlainResponse

from service.audit import record_read
from service.audit_chain import ChainReport, chain_head, verify_chain
from service.body import read_form
from service.caseworker.case_words import agency_name
from service.caseworker.second_step import ROLES
from service.caseworker.typed import Typed, day_parts
from service.errors import NotFound
from service.i18n import _
from service.queries.accounts import names_of
from service.queries.audit_log import MOST_IN_A_FILE, Entry, Found, Search, search_log
from service.referrals.csv_files import safe_cell
from service.rendering import language_switch, render, translator_of
from service.retention import AUDIT_KEPT
from service.templating import FieldProblem
from service.web import now_of, services_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from service.body import Form
    from service.i18n import Translator

USUAL = timedelta(days=30)
LONGEST = timedelta(days=366)
# A longer chain takes more time than one page has: the command walks it.
MOST_LINKS = 200_000
COLUMNS = ("number", "at", "actor_kind", "actor_id", "action", "subject", "agency", "detail")
NO_REFERENCE = _("No application has this reference.")
BACKWARD = _("The first day is after the last one.")
TOO_WIDE = _("Search at most a year at a time.")


@dataclass(frozen=True, slots=True)
class Line:
    """One entry as it is shown."""

    number: str
    at: str
    actor: str
    action: str
    subject: str
    office: str
    detail: str


@dataclass(frozen=True, slots=True)
class Walked:
    """What a walk over the chain found."""

    sound: bool
    links: str
    head: str
    faults: Sequence[str]
    unsealed: int
    late: int


@dataclass(frozen=True, slots=True)
class LogView:
    """A search and what it found."""

    heading: str
    reference: str
    actor_typed: str
    since: Mapping[str, str]
    until: Mapping[str, str]
    lines: Sequence[Line]
    next: str | None
    most: int
    links: int
    walked: Walked | None
    too_long: bool
    errors: Sequence[FieldProblem] = ()
    wrong: Mapping[str, str] = field(default_factory=dict)
    form_id: str = "search"


@dataclass(frozen=True, slots=True)
class Asked:
    """A form as it was typed, and the search it means; None where something will not do."""

    reference: str
    actor: str
    since: Mapping[str, str]
    until: Mapping[str, str]
    search: Search | None
    problems: Sequence[FieldProblem] = ()


async def log_page(request: Request) -> Response:
    """The newest entries of the last thirty days."""
    return await _page(request, _asked(request, None))


async def searched(request: Request) -> Response:
    """What was asked for, or a walk over the whole chain."""
    form = await read_form(request)
    asked = _asked(request, form)
    if language_switch(request, form) is not None:
        return await _page(request, asked)
    verify = form.get("_action") == "verify"
    return await _page(request, asked, form.get("after"), verify=verify)


async def exported(request: Request) -> Response:
    """The same search as a file: codes and ids as they are stored."""
    asked = _asked(request, await read_form(request))
    if asked.search is None:
        return await _page(request, asked)
    try:
        found = await search_log(
            services_of(request), request.state.actor, asked.search, most=MOST_IN_A_FILE
        )
    except NotFound:
        return await _page(request, asked)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for each in found.entries:
        values = {name: getattr(each, name) for name in COLUMNS} | {"at": each.at.isoformat()}
        writer.writerow([safe_cell(values[name]) for name in COLUMNS])
    return PlainResponse(
        out.getvalue().encode("utf-8-sig"),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="audit.csv"'},
    )


def _asked(request: Request, form: Form | None) -> Asked:
    """The search a form means; without one, the last thirty days."""
    calendar, words = services_of(request).city.calendar, translator_of(request)
    today = calendar.day_of(now_of(request))
    if form is None:
        days = (_parts(today - USUAL), _parts(today))
        return Asked("", "", *days, _search(request, "", "", today - USUAL, today))
    typed = Typed(form, words, today)
    since, until = typed.day("since") or today - USUAL, typed.day("until") or today
    if since > until:
        typed.problem("since", BACKWARD)
    elif until - since > LONGEST:
        typed.problem("since", TOO_WIDE)
    who = (form.get("reference")[:40], form.get("actor")[:254])
    search = None if typed.problems else _search(request, *who, since, until)
    return Asked(*who, day_parts(form, "since"), day_parts(form, "until"), search, typed.problems)


def _search(request: Request, reference: str, actor: str, since: date, until: date) -> Search:
    """Whole days as the city has them."""
    zone = services_of(request).city.calendar.zone
    first = datetime.combine(since, time(), zone).astimezone(UTC)
    after = datetime.combine(until + timedelta(days=1), time(), zone).astimezone(UTC)
    return Search(first, after, reference, actor)


async def _page(
    request: Request, asked: Asked, after: str = "", *, verify: bool = False
) -> Response:
    services, words = services_of(request), translator_of(request)
    problems, found = list(asked.problems), Found((), None)
    if asked.search is not None:
        try:
            found = await search_log(services, request.state.actor, asked.search, after)
        except NotFound:
            problems.append(FieldProblem("reference", words.gettext(NO_REFERENCE)))
    head = await chain_head()
    walked = await _walk(request) if verify and head.number <= MOST_LINKS else None
    view = LogView(
        heading=words.gettext("Audit log"),
        reference=asked.reference,
        actor_typed=asked.actor,
        since=asked.since,
        until=asked.until,
        lines=await _lines(request, found.entries),
        next=found.next,
        most=MOST_IN_A_FILE,
        links=head.number,
        walked=walked,
        too_long=verify and walked is None,
        errors=problems,
        wrong={each.target or "": each.text for each in problems},
    )
    return render(request, "auditors/log.html", view, status=422 if problems else 200)


async def _walk(request: Request) -> Walked:
    now, words = now_of(request), translator_of(request)
    found: ChainReport = await verify_chain(removed_before=now - AUDIT_KEPT)
    await record_read(request.state.actor, "log.verified", "log", now)
    return Walked(
        sound=found.sound,
        links=words.number(found.head.number),
        head=f"{found.head.number}:{found.head.hash}",
        faults=[f"{each.number}: {each.what}" for each in found.faults[:50]],
        unsealed=found.unsealed,
        late=found.late,
    )


async def _lines(request: Request, entries: Sequence[Entry]) -> list[Line]:
    services, words = services_of(request), translator_of(request)
    names = await names_of(services, (each.actor_id for each in entries))
    return [
        Line(
            number=words.number(each.number) if each.number is not None else "",
            at=words.moment(each.at),
            actor=_who(each, names, words),
            action=each.action,
            subject=each.subject,
            office=agency_name(each.agency, services, words) if each.agency else "",
            detail=_detail(each.detail),
        )
        for each in entries
    ]


def _detail(text: str) -> str:
    """Codes and counts as `name: value`, which a narrow screen can break; else as it is stored."""
    try:
        told = json.loads(text)
    except ValueError:
        return text
    if not isinstance(told, dict):
        return text
    return ", ".join(f"{name}: {json.dumps(value)}" for name, value in told.items())


def _who(entry: Entry, names: Mapping[str, str], words: Translator) -> str:
    """A member of staff by name; everybody else by kind, and an id that is nobody's name."""
    kind = words.gettext(ROLES.get(entry.actor_kind, entry.actor_kind))
    return f"{kind} {names.get(entry.actor_id, entry.actor_id)}"


def _parts(day: date) -> dict[str, str]:
    return {"day": str(day.day), "month": str(day.month), "year": str(day.year)}
